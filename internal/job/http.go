package job

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
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
		Sealed:      sealedColumns,
		Permissions: []access.Grantable{{Key: Read, Title: "查看后台任务", Roles: every}},
		Menu:        []access.MenuEntry{{Group: "系统管理", Title: "后台任务", Href: "/jobs", Need: Read, Order: 980}},
		Routes: []access.Route{
			{Method: http.MethodGet, Path: "/jobs", Need: Read, Do: r.listRuns},
			{Method: http.MethodPost, Path: "/jobs/export", Need: Read, Do: r.exportRuns},
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

// runFilter narrows the list of runs.
type runFilter struct {
	Text  string `form:"q"`
	State string `form:"state"`
	Mine  string `form:"mine"`
	Page  int    `form:"page"`
}

func (f runFilter) args(s access.Scope) pgx.StrictNamedArgs {
	args := pgx.StrictNamedArgs{"tenant": s.Tenant(), "state": f.State, "text": strings.TrimSpace(f.Text), "account": int64(0)}
	if f.Mine != "" {
		args["account"] = s.Account()
	}
	return args
}

const narrowed = ` where r.tenant_id = @tenant and (@state = '' or r.state = @state) and (@account::bigint = 0 or r.account_id = @account)
	and (@text = '' or strpos(r.title, @text) > 0 or strpos(r.started_by, @text) > 0 or strpos(r.message, @text) > 0)`

func countRuns(ctx context.Context, tx *access.Tx, f runFilter) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from job_runs r`+narrowed, f.args(tx.Scope())).Scan(&n)
	return n, err
}

// runs reads a page of the runs of the scope, the newest first; limit 0 reads all.
func runs(ctx context.Context, tx *access.Tx, f runFilter, limit, offset int) ([]row, error) {
	args := f.args(tx.Scope())
	args["limit"], args["offset"] = limit, offset
	rows, err := tx.Query(ctx, `select `+columns+narrowed+` order by r.created_at desc, r.id desc limit nullif(@limit::int, 0) offset @offset`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[row])
}

func (r *Runner) listRuns(w http.ResponseWriter, req *http.Request, s access.Scope) error {
	p := runsProps{URL: req.URL, Grant: s.GrantID()}
	httpx.DecodeQuery(req, &p.Filter)
	err := access.Read(req.Context(), s, func(tx *access.Tx) error {
		count, err := countRuns(req.Context(), tx, p.Filter)
		if err != nil {
			return err
		}
		p.Pager = ui.PagerOf(req.URL, p.Filter.Page, count, pageSize)
		p.Runs, err = runs(req.Context(), tx, p.Filter, pageSize, p.Pager.Offset())
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, req, s, access.View{Title: "后台任务", AsOf: s.Now().Format("2006-01-02 15:04"), Print: true}, runsPage(p))
}

// exportRuns gives exactly the runs that the filter shows. They name who started them and hold no personal data.
func (r *Runner) exportRuns(w http.ResponseWriter, req *http.Request, s access.Scope) error {
	p := runsProps{URL: &url.URL{Path: "/jobs", RawQuery: req.PostForm.Get("query")}}
	httpx.DecodeAddress(p.URL.RawQuery, &p.Filter)
	return access.Export{Name: "后台任务登记", Object: "job_runs", Purpose: "核对后台任务", Filter: ui.InWords(p.chips()),
		Layout: xlsx.Layout{Title: s.Unit() + "后台任务登记", Frozen: 1, Lines: []string{"统计截至:" + s.Now().Format("2006-01-02 15:04")},
			Columns: []xlsx.Column{{Key: "title", Title: "任务", Width: 28}, {Key: "state", Title: "状态"}, {Key: "progress", Title: "进度", Text: true},
				{Key: "by", Title: "发起人", Width: 14}, {Key: "at", Title: "发起时间", Width: 18}, {Key: "finished", Title: "结束时间", Width: 18},
				{Key: "message", Title: "结果", Width: 40}}},
		Rows: func(x *xlsx.Writer) error {
			return access.Read(req.Context(), s, func(tx *access.Tx) error {
				list, err := runs(req.Context(), tx, p.Filter, 0, 0)
				if err != nil {
					return err
				}
				for _, one := range list {
					_, state := stateTitle(one)
					if err := x.Row(one.Title, state, one.progress(), one.StartedBy, clock(&one.CreatedAt), clock(one.FinishedAt), one.Message); err != nil {
						return err
					}
				}
				return nil
			})
		}}.Send(w, req, s)
}

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
	var sealed []byte
	err = access.InScope(req.Context(), s, func(tx *access.Tx) error {
		return tx.QueryRow(req.Context(), `select name, content_type, content from job_files where tenant_id = $1 and run_id = $2
			and account_id = $3`, tx.Tenant(), id, s.Account()).Scan(&f.Name, &f.ContentType, &sealed)
	})
	if err != nil {
		return err
	}
	if len(sealed) == 0 {
		return r.sendParts(w, req, s, id, f)
	}
	if f.Content, err = r.unseal(s.Tenant(), sealed); err != nil {
		return err
	}
	httpx.Attachment(w, f.Name, f.ContentType)
	_, err = w.Write(f.Content)
	return err
}
