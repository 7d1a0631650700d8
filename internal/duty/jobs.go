package duty

import (
	"context"
	"net/http"
	"strconv"

	"touyan/internal/access"
	"touyan/internal/job"
	"touyan/internal/platform/httpx"
)

// Kinds of long work, and from how many rows an export is one.
const (
	checkExportJob    = "duty.checks"
	overviewExportJob = "duty.overview"
	inBackground      = 500
)

// Work gives the module the runner of its long and nightly work. The house calls it before the runner opens.
func (m *Module) Work(jobs *job.Runner) {
	m.jobs = jobs
	jobs.Register(checkExportJob, exportWork(m.checkExport))
	jobs.Register(overviewExportJob, exportWork(m.overviewExport))
}

// inBackground starts a run and leads to its page.
func (m *Module) inBackground(w http.ResponseWriter, r *http.Request, s access.Scope, kind, title string, params any) error {
	var run int64
	err := access.InScope(r.Context(), s, func(tx *access.Tx) (err error) {
		run, err = m.jobs.Start(r.Context(), tx, kind, title, params)
		return err
	})
	if err != nil {
		return err
	}
	return httpx.SeeOther(w, r, "/jobs/"+strconv.FormatInt(run, 10))
}

// exportWork makes the workbook of an export in the background, for its starter alone to fetch.
func exportWork[P any](of func(ctx context.Context, s access.Scope, params P) access.Export) job.Work {
	return func(ctx context.Context, run *job.Run) error {
		var params P
		if err := run.Decode(&params); err != nil {
			return err
		}
		file := of(ctx, run.Scope, params)
		content, err := file.File(ctx, run.Scope)
		if err != nil {
			return err
		}
		run.Leave(job.File{Name: file.Name + ".xlsx", ContentType: access.XLSX, Content: content})
		run.Say(file.Name+"已生成,请下载。文件保留7天", "")
		return nil
	}
}
