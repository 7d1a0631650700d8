package cadre

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

func (m *Module) transferRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: "/transfers", Need: PermTransfer, Do: m.listTransfers},
		{Method: http.MethodPost, Path: "/transfers/export", Need: PermTransfer, Do: m.exportTransfers},
		{Method: http.MethodGet, Path: "/transfers/new", Need: PermTransfer, Do: m.newTransfer},
		{Method: http.MethodPost, Path: "/transfers", Need: PermTransfer, Do: m.createTransfer},
		{Method: http.MethodPost, Path: "/transfers/{id}/confirm", Need: PermTransfer, Do: m.confirmTransfer},
		{Method: http.MethodPost, Path: "/transfers/{id}/reject", Need: PermTransfer, Do: m.rejectTransfer},
		{Method: http.MethodPost, Path: "/transfers/{id}/cancel", Need: PermTransfer, Do: m.cancelTransfer},
	}
}

var transferCrumbs = []ui.Crumb{{Title: "调入调出", Href: "/transfers"}}

type transfersProps struct {
	scope    access.Scope
	URL      *url.URL
	Filter   transferFilter
	List     []Transfer
	Total    int
	Pager    ui.Pager
	Grant    string
	Failed   int64 // the request whose answer was refused
	Problems []ui.Problem
}

// answers tells whether the actor's unit is the one that is asked.
func (p transfersProps) answers(t Transfer) bool {
	return t.State == "submitted" && (p.scope.Level() == pg.District || t.ReleasingTownshipID == p.scope.Township())
}

// asked tells whether the actor's unit made the request.
func (p transfersProps) asked(t Transfer) bool {
	return t.State == "submitted" && (p.scope.Level() == pg.District || t.TownshipID == p.scope.Township())
}

func (m *Module) listTransfers(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.transferPage(w, r, s, 0, nil, http.StatusOK)
}

func (m *Module) transferPage(w http.ResponseWriter, r *http.Request, s access.Scope, failed int64, problems []ui.Problem, status int) error {
	at := &url.URL{Path: "/transfers"}
	if r.Method == http.MethodGet {
		at = r.URL
	}
	p := transfersProps{scope: s, URL: at, Grant: s.GrantID(), Failed: failed, Problems: problems}
	httpx.DecodeQuery(&http.Request{URL: at}, &p.Filter)
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		var err error
		if p.Total, err = m.Store.transferCount(r.Context(), tx, p.Filter); err != nil {
			return err
		}
		p.Pager = ui.PagerOf(at, p.Filter.Page, p.Total, PageSize)
		if p.List, err = m.Store.transfers(r.Context(), tx, p.Filter, PageSize, p.Pager.Offset()); err != nil {
			return err
		}
		for i := range p.List {
			if !p.answers(p.List[i]) {
				continue
			}
			person, err := m.Store.Get(r.Context(), tx, p.List[i].PersonID, s.Today())
			if err != nil && !errors.Is(err, pgx.ErrNoRows) {
				return err
			}
			p.List[i].Posts = person.Title()
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := nameTransfers(r.Context(), s, p.List); err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "调入调出", Status: status}, transfersPage(p))
}

// nameTransfers names the units. Who keeps a file is told to the receiving unit only once the file has come.
func nameTransfers(ctx context.Context, s access.Scope, list []Transfer) error {
	ids := []int64{}
	for _, t := range list {
		ids = append(ids, t.VillageID, t.ReleasingVillageID)
	}
	names, err := unitNames(ctx, s, ids)
	for i, t := range list {
		list[i].To = names[t.VillageID].full()
		if s.Level() == pg.District || t.ReleasingTownshipID == s.Township() || t.State == "confirmed" {
			list[i].From = names[t.ReleasingVillageID].full()
		}
	}
	return err
}

func (m *Module) newTransfer(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.transferForm(w, r, s, transferForm{On: s.Today().Format(time.DateOnly)}, nil, http.StatusOK)
}

func (m *Module) transferForm(w http.ResponseWriter, r *http.Request, s access.Scope, f transferForm, problems []ui.Problem, status int) error {
	villages, towns, err := units(r, s)
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "发起调入申请", Status: status, Crumbs: transferCrumbs},
		transferFormPage(f, problems, unitOptions(villages, towns, f.Village), s.GrantID()))
}

func (m *Module) createTransfer(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f transferForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	asked, problems := f.check(s.Today())
	if len(problems) > 0 {
		return m.transferForm(w, r, s, f, problems, http.StatusUnprocessableEntity)
	}
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		to, err := org.Store{}.Village(r.Context(), tx, asked.Village)
		if err != nil {
			return err
		}
		var kept file
		err = tx.Wide(r.Context(), "调入申请查找档案所在单位", func(wide *access.Tx) error {
			kept, err = m.Store.fileOf(r.Context(), wide, asked.ID.Number)
			return err
		})
		if err := asked.fits(kept, to, err); err != nil {
			return err
		}
		_, err = m.Store.requestTransfer(r.Context(), tx, asked, kept)
		return err
	})
	if fault.Is(err, fault.KindInvalid) || fault.Is(err, fault.KindConflict) {
		return m.transferForm(w, r, s, f, []ui.Problem{{Field: "id_number", Sentence: fault.Of(err).Sentence}}, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "调入申请已发出,由该同志现管理单位或区委组织部确认")
	return httpx.SeeOther(w, r, "/transfers")
}

// fits holds a request against the file that it means. The sentences never say whose file it is.
func (r request) fits(kept file, to org.Village, found error) error {
	switch {
	case errors.Is(found, pgx.ErrNoRows):
		return fault.Invalid("该身份证号没有登记,请核对;确为新任职人员的,请在花名册中直接新增")
	case found != nil:
		return found
	case kept.Name != r.Name:
		return fault.Invalid("姓名与该身份证号登记的不一致,请核对")
	case kept.TownshipID == to.TownshipID:
		return fault.Invalid("该同志的档案已在本乡镇(街道),请在干部信息中调整所在村(社区)")
	case kept.Died:
		return fault.Invalid("该同志不能调入,请与区委组织部核对")
	}
	return nil
}

// confirmTransfer is the releasing unit's or the district's yes: the file moves in one transaction.
func (m *Module) confirmTransfer(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var name string
	err = access.InScope(r.Context(), s.Widen("确认调出,档案转入另一单位"), func(tx *access.Tx) error {
		t, err := m.Store.openTransfer(r.Context(), tx, s, id, false)
		if err != nil {
			return err
		}
		if t.RequestedHolder == s.Holder() {
			return fault.Conflict("发起人不能确认自己发起的申请,请由该同志现管理单位或区委组织部其他同志确认")
		}
		name = t.PersonName
		if err := m.Store.release(r.Context(), tx, t, r.PostForm.Get("end_posts") != ""); err != nil {
			return err
		}
		return m.Store.closeTransfer(r.Context(), tx, t, "confirmed", "")
	})
	if fault.Is(err, fault.KindInvalid) {
		return m.transferPage(w, r, s, id, []ui.Problem{{Sentence: fault.Of(err).Sentence}}, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", name+"已调出,档案转入调入单位;本单位的历史记录保留不变")
	return httpx.SeeOther(w, r, "/transfers")
}

func (m *Module) rejectTransfer(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	answer := strings.TrimSpace(r.PostForm.Get("answer"))
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		t, err := m.Store.openTransfer(r.Context(), tx, s, id, false)
		if err != nil {
			return err
		}
		if answer == "" {
			return fault.Invalid("请填写退回原因")
		}
		return m.Store.closeTransfer(r.Context(), tx, t, "rejected", answer)
	})
	if fault.Is(err, fault.KindInvalid) {
		return m.transferPage(w, r, s, id, []ui.Problem{{Field: suffixed("answer", id), Sentence: fault.Of(err).Sentence}}, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已退回,发起单位可以看到原因")
	return httpx.SeeOther(w, r, "/transfers")
}

// cancelTransfer takes a request back that nobody has answered.
func (m *Module) cancelTransfer(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		t, err := m.Store.openTransfer(r.Context(), tx, s, id, true)
		if err != nil {
			return err
		}
		return m.Store.closeTransfer(r.Context(), tx, t, "cancelled", "")
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已撤回调入申请")
	return httpx.SeeOther(w, r, "/transfers")
}

// exportTransfers writes the requests that the filter shows; they hold names, and no number.
func (m *Module) exportTransfers(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := transfersProps{URL: &url.URL{Path: "/transfers"}}
	if err := httpx.Decode(r, &p.Filter); err != nil {
		return err
	}
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		p.List, err = m.Store.transfers(r.Context(), tx, p.Filter, 0, 0)
		return err
	})
	if err != nil {
		return err
	}
	if err := nameTransfers(r.Context(), s, p.List); err != nil {
		return err
	}
	layout := xlsx.Layout{Title: "调入调出登记表", Lines: []string{"填报单位:" + s.Unit()}, Frozen: 3}
	for _, title := range []string{"姓名", "调出单位", "调入单位", "调入日期", "理由", "状态", "发起人", "发起时间", "办理人", "办理时间", "退回原因"} {
		layout.Columns = append(layout.Columns, xlsx.Column{Key: title, Title: title})
	}
	held := access.PeopleOf()
	return access.Export{Name: "调入调出登记表", Object: "transfer_requests", Purpose: "调入调出登记", Filter: ui.InWords(p.chips()), Layout: layout, People: held, Rows: func(x *xlsx.Writer) error {
		for _, t := range p.List {
			held.Add(t.PersonID)
			answered := ""
			if t.AnsweredAt != nil {
				answered = t.AnsweredAt.In(s.Now().Location()).Format("2006-01-02 15:04")
			}
			if err := x.Row(t.PersonName, t.From, t.To, t.EffectiveOn.Format(time.DateOnly), t.Reason, wordOf(transferStates, t.State), t.RequestedBy,
				t.RequestedAt.In(s.Now().Location()).Format("2006-01-02 15:04"), t.AnsweredBy, answered, t.Answer); err != nil {
				return err
			}
		}
		return nil
	}}.Send(w, r, s)
}
