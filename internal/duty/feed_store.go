package duty

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// feedPurpose is the purpose of the link that a calendar reads.
const feedPurpose = "duty.feed"

// feedYears is how long a link lasts unless somebody ends it: longer than a term of office.
const feedYears = 6

// feedBack is how many months a calendar keeps.
const feedBack = 3

// subscriber is somebody of a village with the day his link was made; nil where there is none.
type subscriber struct {
	ID    int64
	Name  string
	Title string
	Since *time.Time
}

// subscribers lists a village's team with who has a link.
func (st Store) subscribers(ctx context.Context, tx *access.Tx, village int64) ([]subscriber, error) {
	team, err := st.members(ctx, tx, village)
	if err != nil {
		return nil, err
	}
	made, err := access.Linked(ctx, tx, feedPurpose, village)
	list := make([]subscriber, len(team))
	for i, one := range team {
		list[i] = subscriber{ID: one.ID, Name: one.Name, Title: one.Title}
		if at, ok := made[one.ID]; ok {
			list[i].Since = &at
		}
	}
	return list, err
}

// subscriber finds one of the village's team.
func (st Store) subscriber(ctx context.Context, tx *access.Tx, village, person int64) (subscriber, error) {
	list, err := st.subscribers(ctx, tx, village)
	if err != nil {
		return subscriber{}, err
	}
	for _, one := range list {
		if one.ID == person {
			return one, nil
		}
	}
	return subscriber{}, fault.NotFound()
}

// newFeed makes somebody's link; the one before opens nothing any more.
func (Store) newFeed(ctx context.Context, tx *access.Tx, at place, who subscriber) (string, error) {
	if err := access.RevokeLinks(ctx, tx, feedPurpose, who.ID); err != nil {
		return "", err
	}
	tx.Audit(access.Line{Action: "duty.feed", Object: "persons", ID: who.ID, Person: who.ID, Summary: "生成值班日历链接:" + who.Name})
	return access.NewLink(ctx, tx, access.Link{Purpose: feedPurpose, Township: at.TownshipID, Village: at.VillageID, Subject: who.ID,
		ExpiresAt: tx.Scope().Now().AddDate(feedYears, 0, 0)})
}

func (Store) endFeed(ctx context.Context, tx *access.Tx, who subscriber) error {
	tx.Audit(access.Line{Action: "duty.feed.end", Object: "persons", ID: who.ID, Person: who.ID, Summary: "停用值班日历链接:" + who.Name})
	return access.RevokeLinks(ctx, tx, feedPurpose, who.ID)
}

// feed reads a person's duty on published rosters of the scope's villages, of the last months and all that is to come.
func (st Store) feed(ctx context.Context, tx *access.Tx, person int64) (feed, error) {
	f := feed{Person: person}
	if err := tx.QueryRow(ctx, `select name from persons where tenant_id = @tenant and id = @person and voided_at is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person}).Scan(&f.Name); err != nil {
		return f, err
	}
	set, err := st.Settings(ctx, tx)
	if err != nil {
		return f, err
	}
	f.Shifts = set.All()
	rows, err := tx.Query(ctx, `select a.roster_id, a.on_day, a.shift, a.stand_in, r.township_name, r.village_name, r.phone, r.number, v.made_at
		from duty_assignments a join duty_rosters r on r.tenant_id = a.tenant_id and r.id = a.roster_id
			join duty_versions v on v.tenant_id = r.tenant_id and v.roster_id = r.id and v.number = r.number
		where a.tenant_id = @tenant and a.person_id = @person and a.on_day >= @from order by a.on_day, a.shift`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person, "from": month.Of(tx.Scope().Today()).Add(-feedBack).First()})
	if err != nil {
		return f, err
	}
	f.Days, err = pgx.CollectRows(rows, pgx.RowToStructByName[feedDay])
	return f, err
}
