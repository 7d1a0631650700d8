package duty

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// Line is a village on the board of a month, with its roster if it has one.
type Line struct {
	TownshipID   int64
	TownshipName string
	VillageID    int64
	VillageName  string
	RosterID     *int64
	Number       int
	EmptyDays    int32
	AbsentDays   int32
	CheckedDays  int32
}

// State says in words how the village stands, with the kind of its tag.
func (l Line) State() (kind, text string) {
	switch {
	case l.RosterID == nil:
		return "plain", "未排班"
	case l.Number == 0 && l.EmptyDays != 0:
		return "bad", "有空岗"
	case l.Number == 0:
		return "info", "待发布"
	case l.EmptyDays != 0:
		return "bad", fmt.Sprintf("第%d版,有空岗", l.Number)
	}
	return "good", fmt.Sprintf("已发布第%d版", l.Number)
}

// Empty are the days with an empty place.
func (l Line) Empty() Days { return Days(l.EmptyDays) }

// Lines reads the board of a month: every village in scope, of one township or (0) all, from one indexed query.
func (Store) Lines(ctx context.Context, tx *access.Tx, m month.Month, township int64) ([]Line, error) {
	rows, err := tx.Query(ctx, `select v.township_id, t.name as township_name, v.id as village_id, v.name as village_name, r.id as roster_id,
			coalesce(r.number, 0) as number, coalesce(r.empty_days, 0) as empty_days, coalesce(r.absent_days, 0) as absent_days,
			coalesce(r.checked_days, 0) as checked_days
		from villages v join townships t on t.tenant_id = v.tenant_id and t.id = v.township_id
			left join duty_rosters r on r.tenant_id = v.tenant_id and r.township_id = v.township_id and r.village_id = v.id and r.month = @month
		where v.tenant_id = @tenant and (@township::bigint = 0 or v.township_id = @township)
			and v.valid_from < @next and (v.valid_to is null or v.valid_to >= @next)
		order by t.code, v.code`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": township, "month": m, "next": m.Next().First()})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Line])
}

// PublishAll publishes every draft of the month in scope that has no empty day. The rest is told with its days.
func (st Store) PublishAll(ctx context.Context, tx *access.Tx, m month.Month, township int64) (published int, empty []string, err error) {
	if m.Before(month.Of(tx.Scope().Now())) {
		return 0, nil, fault.Conflict("%s已经过去,不能再发布", m.Title())
	}
	lines, err := st.Lines(ctx, tx, m, township)
	if err != nil {
		return 0, nil, err
	}
	var ready []int64
	for _, l := range lines {
		switch {
		case l.RosterID == nil || l.Number > 0:
		case l.EmptyDays != 0:
			empty = append(empty, l.VillageName+dayList(l.Empty()))
		default:
			ready = append(ready, *l.RosterID)
		}
	}
	published, err = st.publish(ctx, tx, ready)
	return published, empty, err
}
