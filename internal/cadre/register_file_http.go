package cadre

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"touyan/internal/access"
	"touyan/internal/job"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

// bookProps is the page that asks what an export of whole files shall hold.
type bookProps struct {
	Grant    string
	Form     bookForm
	Fresh    bool // nothing was chosen yet: all that is not sensitive is ticked
	Words    []string
	Total    int
	CanOpen  bool
	Problems []ui.Problem
}

func (p bookProps) back() string { return exportProps{Query: p.Form.Query}.back() }

// exportTabs are the two kinds of export.
func exportTabs(query string, whole bool) []ui.Tab {
	at := func(path string) string {
		if query == "" {
			return path
		}
		return path + "?" + query
	}
	return []ui.Tab{{Title: "花名册(单表)", Href: at("/cadres/export"), Active: !whole}, {Title: "全部档案(多表)", Href: at("/cadres/export/file"), Active: whole}}
}

func (m *Module) askBook(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.bookPage(w, r, s, bookProps{Form: bookForm{Query: r.URL.RawQuery}, Fresh: true}, http.StatusOK)
}

func (m *Module) bookPage(w http.ResponseWriter, r *http.Request, s access.Scope, p bookProps, status int) error {
	found, err := m.found(r.Context(), s, &url.URL{Path: "/cadres", RawQuery: p.Form.Query}, 1)
	if err != nil {
		return err
	}
	p.Grant, p.Total, p.CanOpen = s.GrantID(), found.Total, s.Can(PermReveal)
	for _, c := range found.chips() {
		p.Words = append(p.Words, c.Title)
	}
	return access.Page(w, r, s, access.View{Title: "导出全部档案", Status: status, Crumbs: listCrumbs, AsOf: found.day()}, bookPage(p))
}

// exportBook writes the whole files of exactly the persons that the filter shows: in the background above a few hundred.
func (m *Module) exportBook(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f bookForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	f.Open = slices.DeleteFunc(f.Open, func(code string) bool {
		return !slices.ContainsFunc(openChoices, func(w Word) bool { return w.Code == code })
	})
	if len(f.Open) > 0 && !s.Can(PermReveal) {
		return fault.Forbidden("您没有查看完整信息的权限,不能导出身份证号、电话等内容")
	}
	if _, err := access.Purpose(f.Purpose); err != nil {
		return m.bookPage(w, r, s, bookProps{Form: f, Problems: []ui.Problem{{Field: "purpose", Sentence: fault.Of(err).Sentence}}}, http.StatusUnprocessableEntity)
	}
	var run int64
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		filter := exportForm{Query: f.Query}.filter()
		many, err := m.Store.moreThan(r.Context(), tx, filter, filter.Day(s.Today()), inBackground)
		if err != nil || !many {
			return err
		}
		run, err = m.jobs.Start(r.Context(), tx, "cadre.export.file", "导出全部档案", f)
		return err
	})
	if err != nil {
		return err
	}
	if run != 0 {
		return httpx.SeeOther(w, r, "/jobs/"+strconv.FormatInt(run, 10))
	}
	return m.bookOf(r.Context(), s, f, nil).Send(w, r, s)
}

// workBook makes the workbook in the background, for its starter alone to fetch.
func (m *Module) workBook(ctx context.Context, run *job.Run) error {
	var f bookForm
	if err := run.Decode(&f); err != nil {
		return err
	}
	if len(f.Open) > 0 && !run.Scope.Can(PermReveal) { // taken away since
		return fault.Forbidden("您没有查看完整信息的权限,不能导出身份证号、电话等内容")
	}
	file := m.bookOf(ctx, run.Scope, f, func(done, total int) error { return run.Progress(ctx, done, total) })
	content, err := file.File(ctx, run.Scope)
	if err != nil {
		return err
	}
	run.Leave(job.File{Name: file.Name + ".xlsx", ContentType: access.XLSX, Content: content})
	run.Say("全部档案已生成,请下载。文件保留7天", "")
	return nil
}
