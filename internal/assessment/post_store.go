package assessment

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/month"
)

// Titler names a post as it is said in a village or a community (村委会主任, 居委会主任). The register owns the words.
type Titler func(position string, community bool) string

// Posts reads every appointment of the district that touches the month, as Roster wants them: a person may serve in two
// townships, so a township's sheet needs the whole district's posts of its people. Call it with a scope on the district.
func (s Store) Posts(ctx context.Context, tx *access.Tx, m month.Month, title Titler) ([]Post, error) {
	return s.posts(ctx, tx, postSelect+postOrder, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "first": m.First(), "next": m.Next().First()}, title)
}

// postsAround is Posts of those alone who concern a sheet: who has a post in its township, or a row on it.
func (s Store) postsAround(ctx context.Context, tx *access.Tx, sheet Sheet, title Titler) ([]Post, error) {
	return s.posts(ctx, tx, postSelect+` and a.person_id in (
			select b.person_id from appointments b where b.tenant_id = @tenant and b.township_id = @township and b.during && daterange(@first, @next)
			union select r.person_id from assessment_rows r where r.tenant_id = @tenant and r.township_id = @township
				and r.sheet_id = @sheet and r.removed_at is null)`+postOrder, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "first": sheet.Month.First(),
		"next": sheet.Month.Next().First(), "township": sheet.TownshipID, "sheet": sheet.ID}, title)
}

// postsOf is Posts of one person.
func (s Store) postsOf(ctx context.Context, tx *access.Tx, m month.Month, person int64, title Titler) ([]Post, error) {
	return s.posts(ctx, tx, postSelect+` and a.person_id = @person`+postOrder, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "first": m.First(),
		"next": m.Next().First(), "person": person}, title)
}

const postSelect = `select a.person_id, a.person_name, a.sex, a.township_id, a.village_id, v.name as village_name,
			a.position_code, v.kind = 'community' as community, a.pay_scheme, a.management_type, a.is_paid,
			lower(a.during) as from_on, upper(a.during) as to_on, p.died_on is not null as died
		from appointments a join villages v on v.tenant_id = a.tenant_id and v.township_id = a.township_id and v.id = a.village_id
			join persons p on p.tenant_id = a.tenant_id and p.id = a.person_id
		where a.tenant_id = @tenant and a.during && daterange(@first, @next) and p.voided_at is null`

const postOrder = ` order by a.person_id, a.id`

func (Store) posts(ctx context.Context, tx *access.Tx, sql string, args pgx.StrictNamedArgs, title Titler) ([]Post, error) {
	rows, err := tx.Query(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	type found struct {
		PersonID                  int64
		PersonName, Sex           string
		TownshipID, VillageID     int64
		VillageName, PositionCode string
		Community                 bool
		PayScheme, ManagementType string
		IsPaid                    bool
		FromOn                    time.Time
		ToOn                      *time.Time
		Died                      bool
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[found])
	posts := make([]Post, len(list))
	for i, f := range list {
		posts[i] = Post{PersonID: f.PersonID, PersonName: f.PersonName, Sex: f.Sex, TownshipID: f.TownshipID,
			VillageID: f.VillageID, VillageName: f.VillageName, PositionCode: f.PositionCode,
			PositionTitle: title(f.PositionCode, f.Community), PayScheme: f.PayScheme, ManagementType: f.ManagementType,
			IsPaid: f.IsPaid, From: month.Day(f.FromOn), Died: f.Died}
		if f.ToOn != nil {
			posts[i].To = month.Day(*f.ToOn)
		}
	}
	return posts, err
}
