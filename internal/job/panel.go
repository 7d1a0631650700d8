package job

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

// recent is how long a run that has ended stays on its starter's first page.
const recent = 24 * time.Hour

// Tasks lists the actor's own runs: those that go on with their progress, those that failed, and files to be fetched.
func (r *Runner) Tasks(ctx context.Context, tx *access.Tx) ([]access.Task, error) {
	s := tx.Scope()
	if !s.Can(Read) {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `select `+columns+` where r.tenant_id = @tenant and r.account_id = @account
		and (r.finished_at is null or r.finished_at > @since and (r.state = 'failed' or f.name is not null))
		order by r.created_at desc limit 10`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "account": s.Account(), "since": s.Now().Add(-recent)})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[row])
	if err != nil {
		return nil, err
	}
	var tasks []access.Task
	for _, one := range list {
		t := access.Task{Detail: one.Title, Href: one.path(), Act: "查看"}
		switch {
		case one.State == "failed":
			t.Title, t.Detail = "后台任务未完成", one.Title+":"+one.Message
		case one.FinishedAt == nil:
			t.Title, t.Count, t.Total = "后台任务进行中", one.Done, one.Total
		default:
			t.Title, t.Act = "文件可以下载", "去下载"
		}
		tasks = append(tasks, t)
	}
	return tasks, nil
}
