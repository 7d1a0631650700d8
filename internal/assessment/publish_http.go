package assessment

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/money"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

func (m *Module) publishRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: "/assessment/{month}/publish", Need: PermFile, Do: m.askPublish},
		{Method: http.MethodPost, Path: "/assessment/{month}/publish", Need: PermFile, Do: m.publish},
		{Method: http.MethodPost, Path: "/assessment/{month}/lock", Need: PermFile, Do: m.lockMonth},
		{Method: http.MethodPost, Path: "/assessment/sheets/{id}/lock", Need: PermFile, Do: m.lockSheet},
		{Method: http.MethodGet, Path: "/assessment/sheets/{id}/reopen", Need: PermOpen, Do: m.askReopen},
		{Method: http.MethodPost, Path: "/assessment/sheets/{id}/reopen", Need: PermOpen, Do: m.reopen},
		{Method: http.MethodGet, Path: "/assessment/results/{id}", Need: PermRead, Do: m.showVersions},
	}
}

// publishLine is a sheet that the district has approved, with what its publication would say.
type publishLine struct {
	publication
	Problem string // why it cannot go out yet
	Checked bool
}

type publishProps struct {
	Month    month.Month
	Settings Settings
	Lines    []publishLine
	Others   []BoardLine // not approved yet, or out already
	Problem  string
	Grant    string
}

func (p publishProps) path() string { return "/assessment/" + p.Month.String() }

// ready counts the sheets that may go out now.
func (p publishProps) ready() (sheets, persons, notices int, amount money.Fen) {
	for _, l := range p.Lines {
		if l.Problem == "" {
			sheets++
			persons += len(l.Results)
			notices += len(l.Villages)
			amount += l.Amount
		}
	}
	return sheets, persons, notices, amount
}

func (m *Module) askPublish(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r)
	if err != nil {
		return err
	}
	return m.publishForm(w, r, s, at, nil, "", http.StatusOK)
}

// publishForm says what would be published. chosen nil ticks whatever may go out.
func (m *Module) publishForm(w http.ResponseWriter, r *http.Request, s access.Scope, at month.Month, chosen []int64, problem string, status int) error {
	p := publishProps{Month: at, Grant: s.GrantID(), Problem: problem}
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		if _, err = m.Store.Period(r.Context(), tx, at); err != nil {
			return err
		}
		if p.Settings, err = m.Store.Settings(r.Context(), tx); err != nil {
			return err
		}
		board, err := m.Store.Board(r.Context(), tx, at)
		if err != nil {
			return err
		}
		var ids []int64
		for _, l := range board {
			if l.State == SheetDistrictApproved {
				ids = append(ids, l.SheetID)
			} else {
				p.Others = append(p.Others, l)
			}
		}
		p.Lines, err = m.Store.publishLines(r.Context(), tx, at, ids, p.Settings)
		return err
	})
	if err != nil {
		return err
	}
	for i := range p.Lines {
		p.Lines[i].Checked = p.Lines[i].Problem == "" && (chosen == nil || slices.Contains(chosen, p.Lines[i].Sheet.ID))
	}
	if err := p.Settings.ready(); err != nil && p.Problem == "" {
		p.Problem = fault.Of(err).Sentence
	}
	return access.Page(w, r, s, access.View{Title: at.Title() + "发布公示", Status: status, AsOf: s.Now().Format("2006-01-02 15:04"),
		Crumbs: []ui.Crumb{{Title: at.Title() + "月考评总览", Href: p.path()}}}, publishPage(p))
}

// publishLines computes what approved sheets would publish, in the order of ids, which is the board's.
func (s Store) publishLines(ctx context.Context, tx *access.Tx, at month.Month, ids []int64, set Settings) ([]publishLine, error) {
	sheets, err := s.sheetsToPublish(ctx, tx, at, ids, false)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(sheets, func(a, b Sheet) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	scheme, parts, err := s.publishParts(ctx, tx, at, sheets)
	if err != nil {
		return nil, err
	}
	lines := make([]publishLine, len(parts))
	for i, part := range parts {
		if lines[i].publication, err = part.publication(scheme); err == nil {
			err = part.Sheet.mayPublish(set)
		}
		if err != nil {
			lines[i].Problem = fault.Of(err).Sentence
		}
	}
	return lines, nil
}

func (m *Module) publish(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r)
	if err != nil {
		return err
	}
	var form struct {
		Sheets []int64 `form:"sheet"`
	}
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	var done Published
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		done, err = m.Store.Publish(r.Context(), tx, at, form.Sheets)
		return err
	})
	switch {
	case fault.Is(err, fault.KindInvalid):
		return m.publishForm(w, r, s, at, []int64{}, fault.Of(err).Sentence, http.StatusUnprocessableEntity)
	case fault.Is(err, fault.KindConflict):
		return m.publishForm(w, r, s, at, form.Sheets, fault.Of(err).Sentence, http.StatusConflict)
	case err != nil:
		return err
	}
	kind, text := done.told()
	access.Flash(r, s, kind, text)
	return httpx.SeeOther(w, r, "/assessment/"+at.String())
}

// told says what was published.
func (p Published) told() (kind, text string) {
	if len(p.Sheets) == 0 {
		return "info", "所选考评表此前已经发布,没有重复发布"
	}
	text = fmt.Sprintf("已发布%s%d个乡镇(街道)、%d人的结果,请%d个村(社区)张贴并登记张贴日期", p.Month.Title(), len(p.Sheets), p.Results, p.Notices)
	if p.Already > 0 {
		text += fmt.Sprintf(";另有%d个此前已经发布", p.Already)
	}
	if p.Unchanged > 0 {
		text += fmt.Sprintf(";其中%d个没有需要更正的内容,沿用原公示", p.Unchanged)
	}
	return "success", text
}

// lockMonth makes final whatever is ripe, without waiting for the night.
func (m *Module) lockMonth(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r)
	if err != nil {
		return err
	}
	var done Locked
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if _, err := m.Store.Period(r.Context(), tx, at); err != nil {
			return err
		}
		done, err = m.Store.Lock(r.Context(), tx, at)
		return err
	})
	if err != nil {
		return err
	}
	if len(done.Townships) > 0 {
		access.Flash(r, s, "success", fmt.Sprintf("已归档%d个乡镇(街道):%s", len(done.Townships), strings.Join(done.Townships, "、")))
	}
	if slices.Contains(done.Closed, at) {
		access.Flash(r, s, "success", at.Title()+"全部归档,月份已关闭")
	}
	if len(done.Waiting) > 0 {
		access.Flash(r, s, "warn", fmt.Sprintf("%d个暂不能归档:%s", len(done.Waiting), strings.Join(done.Waiting, ";")))
	}
	if len(done.Townships)+len(done.Waiting)+len(done.Closed) == 0 {
		access.Flash(r, s, "info", at.Title()+"没有公示中的考评表")
	}
	return httpx.SeeOther(w, r, "/assessment/"+at.String())
}

func (m *Module) lockSheet(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error { return m.Store.LockSheet(r.Context(), tx, id) })
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已归档,结果和绩效金额为最终结果")
	return httpx.SeeOther(w, r, sheetPath(id)+"/review")
}
