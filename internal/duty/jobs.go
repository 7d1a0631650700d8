package duty

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"touyan/internal/access"
	"touyan/internal/job"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
)

// Kinds of long work, and from how many rows an export is one.
const (
	checkExportJob    = "duty.checks"
	overviewExportJob = "duty.overview"
	draftJob          = "duty.draft"
	inBackground      = 500
)

// With gives the module what it works with: the runner of its long and nightly work, before that opens, and the sheet
// that absences are proposed to.
func (m *Module) With(jobs *job.Runner, sheet MonthSheet) *Module {
	m.jobs, m.sheet = jobs, sheet
	jobs.Register(checkExportJob, exportWork(m.checkExport))
	jobs.Register(overviewExportJob, exportWork(m.overviewExport))
	jobs.Register(draftJob, m.draftRun)
	jobs.Every(job.Periodic{Name: "duty.drafts", Every: time.Hour, Do: m.DraftsDue})
	m.vacateHourly(jobs)
	return m
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

// exportLater starts the run that makes a workbook, of which the page of an export that is too long for an answer hears.
func (m *Module) exportLater(w http.ResponseWriter, r *http.Request, s access.Scope, kind string, file access.Export, params any) error {
	if err := file.Refusal(); err != nil {
		return err
	}
	return m.inBackground(w, r, s, kind, "导出"+file.Name, params)
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

// draftWork is what drafting a district needs.
type draftWork struct {
	Month  month.Month `json:"month"`
	Anew   bool        `json:"anew"`   // also those that have a draft
	Edited bool        `json:"edited"` // even one that people changed
}

// DraftsDue starts, from the 25th on, the drafts of the next month in every district that lacks some. The house asks every
// hour: what is there is never touched, and a village that joins later still gets its roster.
func (m *Module) DraftsDue(ctx context.Context) error {
	now := m.core.Now()
	if now.In(month.Zone).Day() < firstDraftDay {
		return nil
	}
	next := month.Of(now).Next()
	tenants, err := m.core.Tenants(ctx)
	if err != nil {
		return err
	}
	for _, t := range tenants {
		// one district that cannot be drafted keeps no other one waiting
		err = errors.Join(err, access.InScope(ctx, m.core.System("自动排下月值班", t), func(tx *access.Tx) error {
			return m.startDrafts(ctx, tx, next)
		}))
	}
	return err
}

func (m *Module) startDrafts(ctx context.Context, tx *access.Tx, at month.Month) error {
	missing, err := m.Store.missing(ctx, tx, at, 0, 0, false)
	if err != nil || len(missing) == 0 {
		return err
	}
	busy, err := m.jobs.Pending(ctx, tx, draftJob)
	if err != nil || busy {
		return err
	}
	_, err = m.jobs.Start(ctx, tx, draftJob, at.Title()+"自动排班", draftWork{Month: at})
	return err
}

// draftDistrict starts drafting a whole district; while one goes on there is no second one.
func (m *Module) draftDistrict(w http.ResponseWriter, r *http.Request, s access.Scope, work draftWork) error {
	if err := mayDraft(work.Month, s); err != nil {
		return err
	}
	var busy bool
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		busy, err = m.jobs.Pending(r.Context(), tx, draftJob)
		return err
	})
	if err != nil {
		return err
	}
	if busy {
		access.Flash(r, s, "info", "全区正在自动排班,没有重复发起")
		return httpx.SeeOther(w, r, "/jobs")
	}
	return m.inBackground(w, r, s, draftJob, work.Month.Title()+"自动排班", work)
}

// draftRun drafts a district township by township, each in a transaction of its own: a run that was killed goes on where
// it stopped, and its progress can be seen.
func (m *Module) draftRun(ctx context.Context, run *job.Run) error {
	var work draftWork
	if err := run.Decode(&work); err != nil {
		return err
	}
	var townships []int64
	var total int
	count := map[int64]int{}
	err := access.Read(ctx, run.Scope, func(tx *access.Tx) error {
		places, err := m.Store.places(ctx, tx, work.Month, 0, 0)
		for _, p := range places {
			if count[p.TownshipID] == 0 {
				townships = append(townships, p.TownshipID)
			}
			count[p.TownshipID]++
		}
		total = len(places)
		return err
	})
	if err != nil {
		return err
	}
	var all Made
	done := 0
	for _, t := range townships {
		var made Made
		err := access.InScope(ctx, run.Scope, func(tx *access.Tx) (err error) {
			if work.Anew {
				made, err = m.Store.Make(ctx, tx, work.Month, t, 0, work.Edited)
			} else {
				made, err = m.Store.MakeMissing(ctx, tx, work.Month, t, 0)
			}
			return err
		})
		if err != nil {
			return err
		}
		all.Drafted, all.Kept, all.Empty = all.Drafted+made.Drafted, all.Kept+made.Kept, append(all.Empty, made.Empty...)
		all.Unknown = all.Unknown || made.Unknown
		done += count[t]
		if err := run.Progress(ctx, done, total); err != nil {
			return err
		}
	}
	run.Say(all.words(work.Month), boardPath(work.Month))
	return nil
}

// words say what drafting did.
func (d Made) words(m month.Month) string {
	text := fmt.Sprintf("已排班%d个村(社区)", d.Drafted)
	switch {
	case d.Drafted == 0 && d.Kept == 0:
		text = "各村(社区)都已有值班表,没有重排"
	case d.Kept > 0:
		text += fmt.Sprintf(",%d个已发布或手工调整过的没有改动", d.Kept)
	}
	if d.Unknown {
		text += fmt.Sprintf("。%d年节假日未公布,暂按周一至周五为工作日", m.Year())
	}
	if len(d.Empty) > 0 {
		text += "。有空岗日期,需安排代班:" + few(d.Empty)
	}
	return text
}
