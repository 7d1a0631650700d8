package report

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

// act is a row behind a figure of 工作综述.
type act struct {
	Kind         string
	PersonID     int64
	Name         string
	TownshipName string
	VillageName  string
	What         string // the award, the seat, the way up
	Level        string
	Doc          string
	On           time.Time
}

// acts are the rows of all figures that personnel files give, each under the code of its figure. A seat counts while its holder
// is a member of a village's committees and the seat's term runs; everything else counts by its day.
const acts = `(select k.kind, k.person_id, k.title as what, k.level, k.doc_no as doc, k.awarded_on as on_day from awards k
		where k.tenant_id = @tenant and k.kind in ('notice', 'good_secretary') and k.awarded_on between @from::date and @on::date
	union all select k.kind, k.person_id, k.from_post || ' → ' || k.to_post, '', k.doc_no, k.promoted_on from promotions k
		where k.tenant_id = @tenant and k.kind in ('professional_secretary', 'institution_head', 'leading_group') and k.promoted_on between @from::date and @on::date
	union all select 'delegates', k.person_id, k.kind, k.level, k.term_no, k.from_on from representative_roles k
		where k.tenant_id = @tenant and k.from_on <= @on::date and (k.to_on is null or k.to_on >= @on::date)
			and k.person_id in (select a.person_id from appointments a where a.tenant_id = @tenant and a.during @> @on::date
				and a.position_code = any(@committee))
			and not exists (select from persons d where d.tenant_id = @tenant and d.id = k.person_id and d.died_on <= @on::date)) k
	join persons p on p.tenant_id = @tenant and p.id = k.person_id and p.voided_at is null and p.merged_into is null `

func spanArgs(tx *access.Tx, span access.Span) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "from": span.From, "on": span.On, "committee": caliberOf("committee").posts}
}

// times is how many people an act concerns, and how often.
type times struct{ People, Times int }

func (Store) countedPeople(ctx context.Context, tx *access.Tx, span access.Span) (map[string]times, error) {
	rows, err := tx.Query(ctx, `select k.kind, count(distinct k.person_id)::int as people, count(*)::int as times from `+acts+` group by 1`, spanArgs(tx, span))
	if err != nil {
		return nil, err
	}
	type line struct {
		Kind string
		times
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[line])
	out := make(map[string]times, len(list))
	for _, l := range list {
		out[l.Kind] = l.times
	}
	return out, err
}

// actsOf lists the rows behind one figure.
func (Store) actsOf(ctx context.Context, tx *access.Tx, span access.Span, kind string) ([]act, error) {
	args := spanArgs(tx, span)
	args["kind"] = kind
	// Units are looked up row by row: joined, they come first in the plan, since it takes a scoped table for a single row, and the
	// acts are gathered anew for every village. The code of a village begins with its township's.
	rows, err := tx.Query(ctx, `select k.kind, k.person_id, p.name, (select t.name from townships t where t.tenant_id = @tenant and t.id = p.township_id) as township_name,
			(select v.name from villages v where v.tenant_id = @tenant and v.id = p.village_id) as village_name, k.what, k.level, k.doc, k.on_day as on
		from `+acts+`where k.kind = @kind
		order by (select v.code from villages v where v.tenant_id = @tenant and v.id = p.village_id), p.name, p.id, k.on_day`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[act])
}
