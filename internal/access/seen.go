package access

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/contact"
)

// People are the persons whose data a file or paper holds, so that the trail can tell whose data has left. In the detail
// of a line they stand under "persons" as ranges of keys, which is short where a whole register leaves: {[1,4),[7,8)}.
type People struct{ ids []int64 }

// PeopleOf collects persons for the detail of a line.
func PeopleOf(ids ...int64) *People { return &People{slices.Clone(ids)} }

// Add notes further persons; a row about nobody (0) adds none.
func (p *People) Add(ids ...int64) { p.ids = append(p.ids, ids...) }

// String writes the ranges as PostgreSQL reads an int8multirange.
func (p *People) String() string {
	ids := slices.Compact(slices.Sorted(slices.Values(p.ids)))
	var b strings.Builder
	b.WriteByte('{')
	for i := 0; i < len(ids); {
		from := i
		for i++; i < len(ids) && ids[i] == ids[i-1]+1; i++ {
		}
		if ids[from] <= 0 && ids[i-1] <= 0 {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString("[" + strconv.FormatInt(max(ids[from], 1), 10) + "," + strconv.FormatInt(ids[i-1]+1, 10) + ")")
	}
	b.WriteByte('}')
	return b.String()
}

// MarshalJSON writes the ranges.
func (p *People) MarshalJSON() ([]byte, error) { return json.Marshal(p.String()) }

// Mark is the line at the foot of a paper or workbook that shows personal data: who, when and for what. Act is 导出 or 打印.
func (s Scope) Mark(act, purpose string) string {
	return act + "人:" + s.Name() + "(" + s.Unit() + ")  " + act + "时间:" + s.Now().Format("2006-01-02 15:04") + "  用途:" + contact.HideNumbers(purpose)
}

// SeenFilter asks who saw or took away what belongs to somebody. The days count whole; an empty one bounds nothing.
type SeenFilter struct {
	Persons []int64 // the files of one natural person
	From    time.Time
	To      time.Time
	Kind    string // see Sightings; empty for all
}

// Sightings are the ways of seeing whole data, by the last word of a line's action. A module that shows or hands out what
// lists mask names its act so, with the person or with the People of the file.
var Sightings = []string{"reveal", "open", "export", "print", "history"}

const seenWhere = ` from audit_log l left join townships t on t.tenant_id = l.tenant_id and t.id = l.township_id
	left join villages v on v.tenant_id = l.tenant_id and v.id = l.village_id
	where l.tenant_id = @tenant and (@from::timestamptz is null or l.at >= @from) and (@to::timestamptz is null or l.at < @to)
	and substring(l.action from '[^.]+$') = any(@kinds::text[])
	and (l.person_id = any(@persons::bigint[]) or case when jsonb_typeof(l.detail->'persons') = 'string'
		then (l.detail->>'persons')::int8multirange && @span::text::int8multirange else false end)`

func (f SeenFilter) args(tx *Tx) pgx.StrictNamedArgs {
	bound := func(t time.Time, days int) *time.Time {
		if t.IsZero() {
			return nil
		}
		t = t.AddDate(0, 0, days)
		return &t
	}
	kinds := Sightings
	if slices.Contains(Sightings, f.Kind) {
		kinds = []string{f.Kind}
	}
	return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "from": bound(f.From, 0), "to": bound(f.To, 1), "kinds": kinds, "persons": f.Persons,
		"span": PeopleOf(f.Persons...).String()}
}

// Seen lists the lines that answer, the newest first; limit 0 lists all.
func Seen(ctx context.Context, tx *Tx, f SeenFilter, limit, offset int) ([]Trail, error) {
	args := f.args(tx)
	args["limit"], args["offset"] = &limit, offset
	if limit == 0 {
		args["limit"] = nil
	}
	rows, err := tx.Query(ctx, `select l.step, l.line, l.at, l.actor, l.role, coalesce(t.name, '') || coalesce(v.name, '') as unit, l.address, l.action,
		l.object, l.object_id, l.person_id, l.summary, l.reason, (l.detail - 'persons')::text::bytea as detail`+seenWhere+`
		order by l.step desc, l.line limit @limit::int offset @offset`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Trail])
}

// CountSeen counts what Seen would list in all.
func CountSeen(ctx context.Context, tx *Tx, f SeenFilter) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*)`+seenWhere, f.args(tx)).Scan(&n)
	return n, err
}
