package access

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// Trail is one line of the audit trail as its page shows it.
type Trail struct {
	Step, Line int64
	At         time.Time
	Actor      string
	Role       Role
	Unit       string
	Address    string
	Action     string
	Object     string
	ObjectID   int64
	PersonID   *int64
	Summary    string
	Reason     string
	Detail     []byte // as JSON: old and new values, counts, digests
}

// TrailFilter narrows the audit trail.
type TrailFilter struct {
	From   string `form:"from"` // days, 2026-10-31
	To     string `form:"to"`
	Actor  string `form:"actor"`
	Action string `form:"action"`
	Person int64  `form:"person"`
	Text   string `form:"q"`
	Page   int    `form:"page"`
}

// Normal is the filter with its days as they are read; one that is none is left out, and said.
func (f TrailFilter) Normal() (_ TrailFilter, notes []string) {
	for _, day := range []*string{&f.From, &f.To} {
		if t, err := month.ParseDay(*day); err == nil {
			*day = t.Format(time.DateOnly)
		} else if *day != "" {
			notes, *day = append(notes, fault.Of(err).Sentence+",没有按它筛选"), ""
		}
	}
	return f, notes
}

const trailWhere = ` from audit_log l left join townships t on t.tenant_id = l.tenant_id and t.id = l.township_id
	left join villages v on v.tenant_id = l.tenant_id and v.id = l.village_id
	where l.tenant_id = @tenant and (@from::timestamptz is null or l.at >= @from) and (@to::timestamptz is null or l.at < @to)
	and (@actor = '' or l.actor like '%' || @actor || '%') and (@action = '' or l.action = @action)
	and (@person = 0 or l.person_id = @person) and (@text = '' or l.summary like '%' || @text || '%' or l.reason like '%' || @text || '%')`

func trailArgs(tx *Tx, f TrailFilter) pgx.StrictNamedArgs {
	day := func(s string, add int) *time.Time {
		t, err := month.ParseDay(s)
		if err != nil {
			return nil
		}
		t = t.AddDate(0, 0, add)
		return &t
	}
	return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "from": day(f.From, 0), "to": day(f.To, 1), "actor": f.Actor, "action": f.Action,
		"person": f.Person, "text": f.Text}
}

// Trails lists lines of the trail, the newest first; limit 0 lists all.
func Trails(ctx context.Context, tx *Tx, f TrailFilter, limit, offset int) ([]Trail, error) {
	args := trailArgs(tx, f)
	sql := `select l.step, l.line, l.at, l.actor, l.role, coalesce(t.name, '') || coalesce(v.name, '') as unit, l.address, l.action,
		l.object, l.object_id, l.person_id, l.summary, l.reason, l.detail::text::bytea as detail` + trailWhere + ` order by l.step desc, l.line`
	if limit > 0 {
		sql += ` limit @limit offset @offset`
		args["limit"], args["offset"] = limit, offset
	}
	rows, err := tx.Query(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Trail])
}

// CountTrails counts what Trails would list in all.
func CountTrails(ctx context.Context, tx *Tx, f TrailFilter) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*)`+trailWhere, trailArgs(tx, f)).Scan(&n)
	return n, err
}

// TrailActions lists the kinds of acts that the trail holds.
func TrailActions(ctx context.Context, tx *Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `select distinct action from audit_log where tenant_id = $1 order by 1`, tx.Tenant())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
