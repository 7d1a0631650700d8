package cadre

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

// Appointment is one post of a person with its dates: From is the first day, To the first day after it.
type Appointment struct {
	ID             int64
	TownshipID     int64
	VillageID      int64
	TownshipName   string
	VillageName    string
	Community      bool
	PositionCode   string
	ManagementType string
	PayScheme      string
	IsPaid         bool
	FromOn         time.Time
	ToOn           *time.Time
	WayIn          string
	WayOut         string
	DocNo          string
	OutDocNo       string
	Note           string
	Version        int
}

const appointmentColumns = `a.id, a.township_id, a.village_id, t.name as township_name, v.name as village_name,
	v.kind = 'community' as community, a.position_code, a.management_type, a.pay_scheme, a.is_paid, lower(a.during) as from_on,
	upper(a.during) as to_on, a.way_in, a.way_out, a.doc_no, a.out_doc_no, a.note, a.version`

const appointmentTables = ` from appointments a join townships t on t.tenant_id = a.tenant_id and t.id = a.township_id
	join villages v on v.tenant_id = a.tenant_id and v.township_id = a.township_id and v.id = a.village_id `

// Title names the post.
func (a Appointment) Title() string { return PositionTitle(a.PositionCode, a.Community) }

// Appointments reads a person's posts that the scope sees, the newest first.
func (Store) Appointments(ctx context.Context, tx *access.Tx, person int64) ([]Appointment, error) {
	rows, err := tx.Query(ctx, `select `+appointmentColumns+appointmentTables+` where a.tenant_id = @tenant and a.person_id = @person
		order by upper_inf(a.during) desc, lower(a.during) desc, a.id desc`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Appointment])
}

// Appoint gives a person a post in a village from a day on.
func (Store) Appoint(ctx context.Context, tx *access.Tx, p Person, a Appointment) error {
	if p.DiedOn != nil || p.VoidedAt != nil {
		return fault.Conflict("%s%s,不能任职", p.Name, p.State())
	}
	var id int64
	err := tx.QueryRow(ctx, `insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code,
			management_type, pay_scheme, is_paid, during, way_in, doc_no, note)
		select @tenant, v.township_id, v.id, @person, @name, @sex, @position, @management, @scheme, @paid, daterange(@from::date, null), @way, @doc, @note
		from villages v where v.tenant_id = @tenant and v.id = @village returning id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"person": p.ID, "name": p.Name, "sex": p.Sex, "position": a.PositionCode, "management": a.ManagementType, "scheme": a.PayScheme,
		"paid": a.IsPaid, "from": a.FromOn, "way": a.WayIn, "doc": a.DocNo, "note": a.Note, "village": a.VillageID}).Scan(&id)
	tx.Audit(access.Line{Action: "cadre.appoint", Object: "appointments", ID: id, Person: p.ID, Summary: p.Name + "任" + PositionTitle(a.PositionCode, p.Community),
		Detail: map[string]any{"from": a.FromOn.Format(time.DateOnly), "document": a.DocNo}})
	return err
}

// Leave ends posts of a person on their last day. Death ends all of them and takes the person off every list.
func (Store) Leave(ctx context.Context, tx *access.Tx, p Person, appointment int64, lastDay time.Time, wayOut, document string) error {
	next := lastDay.AddDate(0, 0, 1)
	var known bool
	err := tx.QueryRow(ctx, `select exists (select from appointments where tenant_id = @tenant and person_id = @person and id = @id)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "id": appointment}).Scan(&known)
	if err != nil {
		return err
	}
	if !known {
		return fault.NotFound()
	}
	tag, err := tx.Exec(ctx, `update appointments set during = daterange(lower(during), @next), way_out = @way, out_doc_no = @doc, version = version + 1
		where tenant_id = @tenant and person_id = @person and upper_inf(during) and (id = @id or @way = 'deceased') and lower(during) < @next`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "id": appointment, "next": next, "way": wayOut, "doc": document})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Invalid("离任日期早于任职日期,或该职务已经结束")
	}
	if wayOut == "deceased" {
		_, err = tx.Exec(ctx, `update persons set died_on = @day, version = version + 1 where tenant_id = @tenant and id = @person`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "day": lastDay})
	}
	tx.Audit(access.Line{Action: "cadre.leave", Object: "appointments", ID: appointment, Person: p.ID, Summary: p.Name + "离任:" + wordOf(WaysOut, wayOut),
		Detail: map[string]any{"last_day": lastDay.Format(time.DateOnly), "posts": tag.RowsAffected(), "document": document}})
	return err
}
