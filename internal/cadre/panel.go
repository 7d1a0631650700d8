package cadre

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/pg"
)

// Tasks lists what the register asks of the actor: requests to answer, requests that came back, pairs to look at.
func (m *Module) Tasks(ctx context.Context, tx *access.Tx) ([]access.Task, error) {
	var list []access.Task
	s := tx.Scope()
	if s.Can(PermTransfer) {
		var open, back int
		err := tx.QueryRow(ctx, `select count(*) filter (where state = 'submitted' and (@district or releasing_township_id = @township)
					and requested_holder <> @holder),
				count(*) filter (where state = 'rejected' and township_id = @township and answered_at > @lately)
			from transfer_requests where tenant_id = @tenant`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "district": s.Level() == pg.District,
			"township": s.Township(), "holder": s.Holder(), "lately": s.Now().AddDate(0, 0, -7)}).Scan(&open, &back)
		if err != nil {
			return nil, err
		}
		if open > 0 {
			list = append(list, access.Task{Title: "调出待确认", Detail: "其他单位申请调入的同志", Count: open, Href: "/transfers?state=submitted", Act: "去办理"})
		}
		if back > 0 {
			list = append(list, access.Task{Title: "调入申请被退回", Detail: "近7天", Count: back, Href: "/transfers?state=rejected", Act: "查看"})
		}
	}
	changes, err := m.changesToDo(ctx, tx)
	if err != nil {
		return nil, err
	}
	list = append(list, changes...)
	if s.Can(PermMerge) {
		pairs, err := m.Store.sameNames(ctx, tx)
		if err != nil {
			return nil, err
		}
		if len(pairs) > 0 {
			list = append(list, access.Task{Title: "疑似重复人员", Detail: "姓名和出生年月相同", Count: len(pairs), Href: "/cadres/duplicates", Act: "去核对"})
		}
	}
	return list, nil
}
