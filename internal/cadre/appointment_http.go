package cadre

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// postForm is an appointment as typed: a new one, or the correction of one.
type postForm struct {
	Village    int64  `form:"village"`
	Position   string `form:"position"`
	Management string `form:"management"`
	PayScheme  string `form:"pay_scheme"`
	From       string `form:"from"`
	WayIn      string `form:"way_in"`
	Doc        string `form:"doc"`
	Note       string `form:"note"`
	Term       string `form:"term_no"`
	Contract   string `form:"contract_end"`
	Years      string `form:"service_years"`
	LastDay    string `form:"last_day"` // of a correction
	WayOut     string `form:"way_out"`
	OutDoc     string `form:"out_doc"`
	Reason     string `form:"reason"`
	Version    int    `form:"version"`
}

// check reads an appointment.
func (f postForm) check(today time.Time) (Appointment, []ui.Problem) {
	var problems []ui.Problem
	bad := func(refused bool, field, sentence string) {
		if refused {
			problems = append(problems, ui.Problem{Field: field, Sentence: sentence})
		}
	}
	from, err := time.Parse(time.DateOnly, f.From)
	bad(err != nil, "from", "任职日期应写成 2026-10-31 的形式,且是存在的日期")
	bad(err == nil && from.After(today.AddDate(0, 1, 0)), "from", "任职日期不能晚于一个月以后")
	bad(err == nil && from.Year() < 1949, "from", "任职日期早于1949年,请核对")
	bad(f.Village == 0, "village", "请选择村(社区)")
	bad(PositionTitle(f.Position, false) == f.Position, "position", "请选择职务")
	bad(!has(WaysIn, f.WayIn) || f.WayIn == "", "way_in", "请选择任职方式")
	bad(!has(Managements, f.Management) || f.Management == "", "management", "请选择管理类型")
	bad(!has(PaySchemes, f.PayScheme) || f.PayScheme == "", "pay_scheme", "请选择报酬来源")
	bad(resident[f.Position] && f.PayScheme != "sending_unit", "pay_scheme", "驻村干部的报酬由派出单位发放")
	a := Appointment{VillageID: f.Village, PositionCode: f.Position, ManagementType: f.Management, PayScheme: f.PayScheme,
		IsPaid: f.PayScheme == "village" || f.PayScheme == "institution", FromOn: from, WayIn: f.WayIn, WayOut: f.WayOut,
		DocNo: strings.TrimSpace(f.Doc), OutDocNo: strings.TrimSpace(f.OutDoc), Note: strings.TrimSpace(f.Note), Version: f.Version}
	f.terms(&a, bad)
	if f.LastDay == "" {
		bad(f.WayOut != "", "last_day", "选择了离任方式,请填写最后任职日期")
		return a, problems
	}
	last, err := time.Parse(time.DateOnly, f.LastDay)
	bad(err != nil, "last_day", "最后任职日期应写成 2026-10-31 的形式,且是存在的日期")
	bad(err == nil && last.Before(from), "last_day", "最后任职日期不能早于任职日期")
	bad(err == nil && month.Day(last).After(today), "last_day", "最后任职日期不能在今天之后")
	bad(f.WayOut == "" || !has(WaysOut, f.WayOut), "way_out", "请选择离任方式")
	next := last.AddDate(0, 0, 1)
	a.ToOn = &next
	return a, problems
}

// terms reads the term of an elected post and the contract of a professionally managed one.
func (f postForm) terms(a *Appointment, bad func(refused bool, field, sentence string)) {
	number := func(text, field string, most int, sentence string) *int {
		if text = strings.TrimSpace(text); text == "" {
			return nil
		}
		n, err := strconv.Atoi(text)
		bad(err != nil || n < 1 || n > most, field, sentence)
		return &n
	}
	a.TermNo = number(f.Term, "term_no", 99, "届次应为1到99的数字")
	a.ServiceYears = number(f.Years, "service_years", 30, "服务年限应为1到30的数字")
	if f.Contract == "" {
		return
	}
	ends, err := time.Parse(time.DateOnly, f.Contract)
	bad(err != nil, "contract_end", "合同到期日应写成 2026-10-31 的形式,且是存在的日期")
	bad(err == nil && !ends.After(a.FromOn), "contract_end", "合同到期日不能早于任职日期")
	a.ContractEndsOn = &ends
}

func (m *Module) appoint(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	var f postForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	f.LastDay, f.WayOut = "", ""
	a, problems := f.check(s.Today())
	if len(problems) > 0 {
		return m.person(w, r, s, personProps{Person: p, Form: f, Problems: problems}, http.StatusUnprocessableEntity)
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error { return m.Store.Appoint(r.Context(), tx, p, a) })
	if fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindInvalid) {
		return m.person(w, r, s, personProps{Person: p, Form: f, Problems: []ui.Problem{{Field: "from", Sentence: fault.Of(err).Sentence}}}, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已登记任职")
	return httpx.SeeOther(w, r, personPath(p.ID))
}

// leaveForm is the end of a post, or the death of a person.
type leaveForm struct {
	LastDay string `form:"last_day"`
	WayOut  string `form:"way_out"`
	Doc     string `form:"doc"`
	Reason  string `form:"reason"`
}

func (f leaveForm) check(today time.Time) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, f.LastDay)
	switch {
	case err != nil:
		return day, fault.Invalid("日期应写成 2026-10-31 的形式,且是存在的日期")
	case month.Day(day).After(today):
		return day, fault.Invalid("日期不能在今天之后")
	case f.WayOut == "" || !has(WaysOut, f.WayOut):
		return day, fault.Invalid("请选择离任方式")
	case len([]rune(f.Reason)) > 200:
		return day, fault.Invalid("离任原因最多200字")
	}
	return day, nil
}

func (m *Module) leave(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	post, err := httpx.ID(r, "post")
	if err != nil {
		return err
	}
	return m.end(w, r, s, post, "")
}

// die enters a death, which ends every post that goes on.
func (m *Module) die(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.end(w, r, s, 0, "deceased")
}

func (m *Module) end(w http.ResponseWriter, r *http.Request, s access.Scope, post int64, way string) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	var f leaveForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	if way != "" {
		f.WayOut = way
	}
	day, err := f.check(s.Today())
	if err == nil {
		scope := s
		if f.WayOut == "deceased" {
			scope = s.Widen("去世结束该同志在本区的全部职务")
		}
		err = access.InScope(r.Context(), scope, func(tx *access.Tx) error {
			if f.WayOut == "deceased" {
				return m.Store.Die(r.Context(), tx, p, day, strings.TrimSpace(f.Doc))
			}
			return m.Store.Leave(r.Context(), tx, p, post, day, f.WayOut, strings.TrimSpace(f.Doc), strings.TrimSpace(f.Reason))
		})
	}
	if fault.Is(err, fault.KindInvalid) {
		field := suffixed("last_day", post)
		if way != "" {
			field = "death"
		}
		return m.person(w, r, s, personProps{Person: p, Leave: f, LeavePost: post, Problems: []ui.Problem{{Field: field, Sentence: fault.Of(err).Sentence}}}, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	if f.WayOut == "deceased" {
		access.Flash(r, s, "success", "已登记去世,全部职务同时结束")
	} else {
		access.Flash(r, s, "success", "已登记离任")
	}
	return httpx.SeeOther(w, r, personPath(p.ID))
}

// revive takes back a death that was entered by mistake, and the ends of posts that came with it.
func (m *Module) revive(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(r.PostForm.Get("reason"))
	if reason == "" {
		return m.person(w, r, s, personProps{Person: p, Problems: []ui.Problem{{Field: "revive-reason", Sentence: "请填写撤销原因"}}}, http.StatusUnprocessableEntity)
	}
	wide := s.Widen("去世登记涉及该同志在本区的全部职务")
	if err := access.InScope(r.Context(), wide, func(tx *access.Tx) error { return m.Store.Revive(r.Context(), tx, p, reason) }); err != nil {
		return err
	}
	access.Flash(r, s, "success", "已撤销去世登记,当时结束的职务已恢复")
	return httpx.SeeOther(w, r, personPath(p.ID))
}
