package cadre

import (
	"net/http"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"

	"github.com/a-h/templ"
)

// personProps is the page of one person (一人一档).
type personProps struct {
	Person   Person
	Posts    []Appointment
	Past     []Appointment // in other units of the district, read by access.ForPerson
	Panels   []shownPanel
	Villages []villageOption
	Form     postForm
	Problems []ui.Problem
	ID       string // masked, or whole after a reveal
	Phone    string
	Revealed bool
	Today    time.Time
	Grant    string
	CanWrite bool
	CanOpen  bool
	CanVoid  bool
}

type shownPanel struct {
	Title string
	Body  templ.Component
}

type villageOption struct {
	ID   int64
	Name string
}

// postForm is a new appointment as typed.
type postForm struct {
	Village    int64  `form:"village"`
	Position   string `form:"position"`
	Management string `form:"management"`
	PayScheme  string `form:"pay_scheme"`
	From       string `form:"from"`
	WayIn      string `form:"way_in"`
	Doc        string `form:"doc"`
	Note       string `form:"note"`
}

func (m *Module) show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	return m.person(w, r, s, id, postForm{}, nil, false, http.StatusOK)
}

func (m *Module) person(w http.ResponseWriter, r *http.Request, s access.Scope, id int64, f postForm, problems []ui.Problem, revealed bool, status int) error {
	p := personProps{Form: f, Problems: problems, Today: s.Today(), Grant: s.GrantID(), CanWrite: s.Can(PermWrite), CanOpen: s.Can(PermReveal), Revealed: revealed}
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		var err error
		if p.Person, err = m.Store.Get(r.Context(), tx, id, s.Today()); err != nil {
			return err
		}
		if p.Posts, err = m.Store.Appointments(r.Context(), tx, id); err != nil {
			return err
		}
		for _, panel := range m.panels {
			title, body, err := panel(r.Context(), tx, id)
			if err != nil {
				return err
			}
			p.Panels = append(p.Panels, shownPanel{title, body})
		}
		return nil
	})
	if err != nil {
		return err
	}
	villages, towns, err := m.villages(r, s)
	if err != nil {
		return err
	}
	names := map[int64]string{}
	for _, t := range towns {
		names[t.ID] = t.Name
	}
	for _, v := range villages {
		p.Villages = append(p.Villages, villageOption{v.ID, names[v.TownshipID] + v.Name})
	}
	p.ID, p.Phone = m.Store.MaskedID(s.Tenant(), p.Person), m.Store.MaskedPhone(s.Tenant(), p.Person)
	if revealed {
		if p.ID, err = m.Store.IDNumber(s.Tenant(), p.Person); err != nil {
			return err
		}
		if p.Phone, err = m.Store.keys.Decrypt(s.Tenant(), "cadre.phone", p.Person.PhoneCipher); err != nil {
			return err
		}
	}
	return access.Page(w, r, s, access.View{Title: p.Person.Name, Status: status, Crumbs: listCrumbs, AsOf: s.Today().Format("2006-01-02")}, personPage(p))
}

// reveal shows the whole ID number and phone once, with a reason that the trail keeps.
func (m *Module) reveal(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(r.PostForm.Get("reason"))
	if reason == "" {
		return m.person(w, r, s, id, postForm{}, []ui.Problem{{Field: "reason", Sentence: "请填写查看完整信息的用途"}}, false, http.StatusUnprocessableEntity)
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		p, err := m.Store.Get(r.Context(), tx, id, s.Today())
		if err != nil {
			return err
		}
		tx.Audit(access.Line{Action: "cadre.reveal", Object: "persons", ID: id, Person: id, Summary: "查看" + p.Name + "完整的身份证号和电话", Reason: reason})
		return nil
	})
	if err != nil {
		return err
	}
	return m.person(w, r, s, id, postForm{}, nil, true, http.StatusOK)
}

// check reads a new appointment.
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
	bad(f.Village == 0, "village", "请选择村(社区)")
	bad(PositionTitle(f.Position, false) == f.Position, "position", "请选择职务")
	bad(!has(WaysIn, f.WayIn) || f.WayIn == "", "way_in", "请选择任职方式")
	bad(!has(Managements, f.Management) || f.Management == "", "management", "请选择管理类型")
	bad(!has(PaySchemes, f.PayScheme) || f.PayScheme == "", "pay_scheme", "请选择报酬来源")
	if resident[f.Position] && f.PayScheme != "sending_unit" {
		bad(true, "pay_scheme", "驻村干部的报酬由派出单位发放")
	}
	return Appointment{VillageID: f.Village, PositionCode: f.Position, ManagementType: f.Management, PayScheme: f.PayScheme,
		IsPaid: f.PayScheme == "village" || f.PayScheme == "institution", FromOn: from, WayIn: f.WayIn,
		DocNo: strings.TrimSpace(f.Doc), Note: strings.TrimSpace(f.Note)}, problems
}

func (m *Module) appoint(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var f postForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	a, problems := f.check(s.Today())
	if len(problems) > 0 {
		return m.person(w, r, s, id, f, problems, false, http.StatusUnprocessableEntity)
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		p, err := m.Store.Get(r.Context(), tx, id, s.Today())
		if err != nil {
			return err
		}
		return m.Store.Appoint(r.Context(), tx, p, a)
	})
	if fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindInvalid) {
		return m.person(w, r, s, id, f, []ui.Problem{{Field: "from", Sentence: fault.Of(err).Sentence}}, false, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已登记任职")
	return httpx.SeeOther(w, r, personPath(id))
}

func (m *Module) leave(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	post, err := httpx.ID(r, "post")
	if err != nil {
		return err
	}
	day, parseErr := time.Parse(time.DateOnly, r.PostForm.Get("last_day"))
	way := r.PostForm.Get("way_out")
	var problem string
	switch {
	case parseErr != nil:
		problem = "最后任职日期应写成 2026-10-31 的形式,且是存在的日期"
	case day.After(s.Today()):
		problem = "最后任职日期不能在今天之后"
	case way == "" || !has(WaysOut, way):
		problem = "请选择离任方式"
	}
	if problem == "" {
		err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
			p, err := m.Store.Get(r.Context(), tx, id, s.Today())
			if err != nil {
				return err
			}
			return m.Store.Leave(r.Context(), tx, p, post, day, way, strings.TrimSpace(r.PostForm.Get("doc")))
		})
		if fault.Is(err, fault.KindInvalid) {
			problem = fault.Of(err).Sentence
		} else if err != nil {
			return err
		}
	}
	if problem != "" {
		return m.person(w, r, s, id, postForm{}, []ui.Problem{{Field: "last_day", Sentence: problem}}, false, http.StatusUnprocessableEntity)
	}
	access.Flash(r, s, "success", "已登记离任")
	return httpx.SeeOther(w, r, personPath(id))
}
