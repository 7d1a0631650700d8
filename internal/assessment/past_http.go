package assessment

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// pastRoutes are the import of months that were assessed before the district had this program.
func (f *Files) pastRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	return []access.Route{
		{Method: get, Path: "/assessment/import", Need: PermOpen, Do: f.showPast},
		{Method: get, Path: "/assessment/import/template", Need: PermOpen, Do: f.pastTemplate},
		{Method: post, Path: "/assessment/import", Need: PermOpen, Do: f.uploadPast, Upload: true},
		{Method: get, Path: "/assessment/import/{upload}", Need: PermOpen, Do: f.previewPast},
		{Method: post, Path: "/assessment/import/{upload}", Need: PermOpen, Do: f.confirmPast},
		{Method: post, Path: "/assessment/import/{upload}/repair", Need: PermOpen, Do: f.repairPast},
		{Method: post, Path: "/assessment/import/{upload}/drop", Need: PermOpen, Do: f.dropPast},
	}
}

var pastCrumbs = []ui.Crumb{{Title: "月考评总览", Href: "/assessment"}, {Title: "导入历史月份", Href: "/assessment/import"}}

type pastProps struct {
	Grant   string
	Month   string // as typed
	Problem ui.Problem
	At      month.Month
	Upload  Upload
	File    *pastFile
}

func (p pastProps) path() string { return p.Upload.path() }

func (f *Files) showPast(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return f.drawPast(w, r, s, pastProps{Grant: s.GrantID(), Month: r.URL.Query().Get("month")}, http.StatusOK)
}

func (f *Files) drawPast(w http.ResponseWriter, r *http.Request, s access.Scope, p pastProps, status int) error {
	var waiting []Upload
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		waiting, err = f.months.Store.waitingUploads(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "导入历史月份", Status: status, Crumbs: pastCrumbs[:1]}, pastPage(p, waitingFiles(waiting, 0)))
}

// pastTemplate gives the empty table with drop-down lists.
func (f *Files) pastTemplate(w http.ResponseWriter, _ *http.Request, s access.Scope) error {
	x, err := xlsx.NewWriter(xlsx.Layout{Sheet: "月考评结果", Title: "村(社区)干部月考评结果", Lines: []string{"填报单位:" + s.Unit()},
		Columns: pastMonth.Columns, Frozen: 3, Empty: 200})
	if err != nil {
		return err
	}
	defer x.Discard()
	httpx.Attachment(w, "历史月份导入模板.xlsx", access.XLSX)
	return x.Finish(w)
}

// uploadPast keeps a file for its preview; a month that exists, and what is no such table, is refused at once.
func (f *Files) uploadPast(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := pastProps{Grant: s.GrantID(), Month: r.PostForm.Get("month")}
	var id int64
	at, err := month.Parse(p.Month)
	if err != nil {
		p.Problem = ui.Problem{Field: "month", Sentence: "请选择月份,如 2026-03"}
		return f.drawPast(w, r, s, p, http.StatusUnprocessableEntity)
	}
	file, err := httpx.File(r, "file")
	if err == nil {
		err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
			p.At, p.Upload.Content = at, file.Data
			if err := f.comparePast(r.Context(), tx, &p); err != nil {
				return err
			}
			u := Upload{Period: at.String(), FileName: file.Name, Content: file.Data}.counted(p.File.Match, p.File.Report, len(p.File.Lines))
			id, err = f.months.Store.saveUpload(r.Context(), tx, f.keys, u, 0)
			return err
		})
	}
	x := fault.Of(err)
	p.Problem = ui.Problem{Field: "file"}
	switch {
	case err == nil:
		return httpx.SeeOther(w, r, "/assessment/import/"+strconv.FormatInt(id, 10))
	case x.Kind == fault.KindInvalid:
		p.Problem.Sentence = x.Sentence
		return f.drawPast(w, r, s, p, http.StatusUnprocessableEntity)
	case x.Kind == fault.KindTooLarge:
		p.Problem.Sentence = x.Sentence
		return f.drawPast(w, r, s, p, http.StatusRequestEntityTooLarge)
	case x.Kind == fault.KindConflict:
		p.Problem = ui.Problem{Field: "month", Sentence: x.Sentence}
		return f.drawPast(w, r, s, p, http.StatusConflict)
	}
	return err
}

// comparePast reads a file against the register as it is now.
func (f *Files) comparePast(ctx context.Context, tx *access.Tx, p *pastProps) error {
	store := f.months.Store
	if !p.At.Before(month.Of(tx.Scope().Today())) {
		return fault.Conflict("%s还没有过去,请用“开启月份”", p.At.Title())
	}
	periods, err := store.Periods(ctx, tx, 1000)
	if err != nil {
		return err
	}
	for _, known := range periods {
		if known.Month == p.At {
			return fault.Conflict("%s已经有考评结果,不能再导入", p.At.Title())
		}
	}
	scheme, err := store.schemeForPast(ctx, tx, p.At)
	if err != nil {
		return err
	}
	places, err := store.unitsAt(ctx, tx, p.At)
	if err != nil {
		return err
	}
	if p.File, err = readPast(p.Upload.Content, scheme.Content, places); err != nil || p.File.Match.Err() != nil {
		return err
	}
	people, err := store.peopleNamed(ctx, tx, p.File.Lines)
	if err != nil {
		return err
	}
	posts, err := store.Posts(ctx, tx, p.At, f.months.title)
	if err != nil {
		return err
	}
	p.File.identify(people, func(id, tail string) ([]byte, []byte) {
		return cadre.IDIndex(f.keys, tx.Tenant(), id), cadre.TailIndex(f.keys, tx.Tenant(), tail)
	}, scheme.Content.Roster(p.At, posts))
	return nil
}

// loadPast reads an upload of the actor's own and compares it anew.
func (f *Files) loadPast(r *http.Request, tx *access.Tx, p *pastProps, lock bool) error {
	id, err := httpx.ID(r, "upload")
	if err != nil {
		return err
	}
	if p.Upload, err = f.months.Store.upload(r.Context(), tx, f.keys, id, 0, lock); err != nil {
		return err
	}
	if p.At, err = month.Parse(p.Upload.Period); err != nil {
		return err
	}
	return f.comparePast(r.Context(), tx, p)
}

func (f *Files) previewPast(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := pastProps{Grant: s.GrantID()}
	err := access.Read(r.Context(), s, func(tx *access.Tx) error { return f.loadPast(r, tx, &p, false) })
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "导入" + p.At.Title() + "的结果", Crumbs: pastCrumbs}, pastPreview(p))
}

// confirmPast writes the month, all or nothing. A month opened or imported meanwhile refuses it by its key.
func (f *Files) confirmPast(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := pastProps{}
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if err := f.loadPast(r, tx, &p, true); err != nil {
			return err
		}
		if !p.File.ok() {
			return fault.Conflict("文件中仍有问题,没有导入任何一行。请返回查看,修改后重新上传")
		}
		scheme, err := f.months.Store.schemeForPast(r.Context(), tx, p.At)
		if err != nil {
			return err
		}
		cal, err := org.Store{}.Calendar(r.Context(), tx)
		if err != nil {
			return err
		}
		if err := f.months.Store.writePast(r.Context(), tx, p.At, scheme, scheme.Content.DueDates(cal, p.At), p.File.Lines); err != nil {
			return err
		}
		tx.Audit(access.Line{Action: "assessment.import", Object: "assessment_months", Summary: "导入历史月份:" + p.At.Title(),
			Detail: map[string]any{"rows": len(p.File.Lines), "file": p.Upload.FileName}})
		return f.months.Store.finishUpload(r.Context(), tx, p.Upload.ID)
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", fmt.Sprintf("已导入%s的结果:%d人", p.At.Title(), len(p.File.Lines)))
	return httpx.SeeOther(w, r, "/assessment/"+p.At.String())
}

// repairPast gives the user's own file back with every problem marked.
func (f *Files) repairPast(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return sendRepair(w, r, s, func(tx *access.Tx) (Upload, *xlsx.Report, error) {
		p := pastProps{}
		if err := f.loadPast(r, tx, &p, false); err != nil {
			return Upload{}, nil, err
		}
		return p.Upload, p.File.Report, nil
	})
}
