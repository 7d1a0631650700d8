package job

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

// Read lets a user see the runs of the own unit.
const Read access.Permission = "job.read"

// Module declares the pages of background work.
func (r *Runner) Module() access.Module {
	every := []access.Role{access.DistrictAdmin, access.DistrictOfficer, access.DistrictLeader, access.DistrictFinance,
		access.TownshipClerk, access.TownshipLeader, access.TownshipFinance, access.Auditor}
	return access.Module{
		Name:        "job",
		Tasks:       r.Tasks,
		Permissions: []access.Grantable{{Key: Read, Title: "查看后台任务", Roles: every}},
		Menu:        []access.MenuEntry{{Group: "系统管理", Title: "后台任务", Href: "/jobs", Need: Read, Order: 980}},
		Routes: []access.Route{
			{Method: http.MethodGet, Path: "/jobs", Need: Read, Do: r.listRuns},
			{Method: http.MethodGet, Path: "/jobs/{id}", Need: Read, Do: r.showRun},
			{Method: http.MethodGet, Path: "/jobs/{id}/file", Need: Read, Do: r.fetchFile},
			{Method: http.MethodPost, Path: "/jobs/{id}/retry", Need: Read, Do: r.retry},
		},
	}
}

// row is a run as its pages show it.
type row struct {
	ID         int64
	Title      string
	State      string
	Done       int
	Total      int
	Attempt    int
	Message    string
	Href       string
	AccountID  int64
	StartedBy  string
	CreatedAt  time.Time
	FinishedAt *time.Time
	FileName   string
}

func (r row) path() string { return "/jobs/" + strconv.FormatInt(r.ID, 10) }

const columns = `r.id, r.title, r.state, r.done, r.total, r.attempt, r.message, r.href, r.account_id, r.started_by, r.created_at,
	r.finished_at, coalesce(f.name, '') as file_name
	from job_runs r left join job_files f on f.tenant_id = r.tenant_id and f.run_id = r.id`

const pageSize = 50

func (r *Runner) listRuns(w http.ResponseWriter, req *http.Request, s access.Scope) error {
	var q struct {
		State string `form:"state"`
		Mine  string `form:"mine"`
		Page  int    `form:"page"`
	}
	httpx.DecodeQuery(req, &q)
	p := runsProps{State: q.State, Mine: q.Mine}
	args := pgx.StrictNamedArgs{"tenant": s.Tenant(), "state": q.State, "account": int64(0)}
	if q.Mine != "" {
		args["account"] = s.Account()
	}
	err := access.Read(req.Context(), s, func(tx *access.Tx) error {
		var count int
		if err := tx.QueryRow(req.Context(), `select count(*) from job_runs r`+narrowed, args).Scan(&count); err != nil {
			return err
		}
		p.Pager = ui.PagerOf(req.URL, q.Page, count, pageSize)
		args["limit"], args["offset"] = pageSize, p.Pager.Offset()
		rows, err := tx.Query(req.Context(), `select `+columns+narrowed+` order by r.created_at desc, r.id desc limit @limit offset @offset`, args)
		if err != nil {
			return err
		}
		p.Runs, err = pgx.CollectRows(rows, pgx.RowToStructByName[row])
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, req, s, access.View{Title: "后台任务"}, runsPage(p))
}

const narrowed = ` where r.tenant_id = @tenant and (@state = '' or r.state = @state) and (@account::bigint = 0 or r.account_id = @account)`

// retry starts a failed run again, at the wish of who started it.
func (r *Runner) retry(w http.ResponseWriter, req *http.Request, s access.Scope) error {
	id, err := httpx.ID(req, "id")
	if err != nil {
		return err
	}
	if err := access.InScope(req.Context(), s, func(tx *access.Tx) error { return r.Again(req.Context(), tx, id) }); err != nil {
		return err
	}
	access.Flash(req, s, "success", "已重新执行")
	return httpx.SeeOther(w, req, row{ID: id}.path())
}

func (r *Runner) one(ctx context.Context, s access.Scope, id int64) (out row, err error) {
	err = access.Read(ctx, s, func(tx *access.Tx) error {
		rows, err := tx.Query(ctx, `select `+columns+` where r.tenant_id = $1 and r.id = $2`, tx.Tenant(), id)
		if err != nil {
			return err
		}
		out, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[row])
		return err
	})
	return out, err
}

// showRun reloads itself while the run goes on, with or without script.
func (r *Runner) showRun(w http.ResponseWriter, req *http.Request, s access.Scope) error {
	id, err := httpx.ID(req, "id")
	if err != nil {
		return err
	}
	run, err := r.one(req.Context(), s, id)
	if err != nil {
		return err
	}
	if run.FinishedAt == nil {
		w.Header().Set("Refresh", "2")
	}
	return access.Page(w, req, s, access.View{Title: run.Title, Crumbs: []ui.Crumb{{Title: "后台任务", Href: "/jobs"}}},
		runPage(run, run.AccountID == s.Account(), s.GrantID()))
}

// fetchFile gives the file to whoever started the run, and to nobody else in the unit.
func (r *Runner) fetchFile(w http.ResponseWriter, req *http.Request, s access.Scope) error {
	id, err := httpx.ID(req, "id")
	if err != nil {
		return err
	}
	var f File
	err = access.InScope(req.Context(), s, func(tx *access.Tx) error {
		return tx.QueryRow(req.Context(), `select name, content_type, content from job_files where tenant_id = $1 and run_id = $2
			and account_id = $3`, tx.Tenant(), id, s.Account()).Scan(&f.Name, &f.ContentType, &f.Content)
	})
	if err != nil {
		return err
	}
	if len(f.Content) == 0 {
		return fault.NotFound()
	}
	httpx.Attachment(w, f.Name, f.ContentType)
	_, err = w.Write(f.Content)
	return err
}
