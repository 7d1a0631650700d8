package cadre

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

// The permissions of a term change. Who fills in the villages never applies them.
const (
	PermElection      access.Permission = "cadre.election"
	PermElectionOpen  access.Permission = "cadre.election.open"
	PermElectionFill  access.Permission = "cadre.election.fill"
	PermElectionApply access.Permission = "cadre.election.apply"
)

func electionPermissions() []access.Grantable {
	return []access.Grantable{
		{Key: PermElection, Title: "查看换届任免", Roles: []access.Role{access.DistrictAdmin, access.DistrictOfficer, access.DistrictLeader, access.TownshipClerk, access.TownshipLeader}},
		{Key: PermElectionOpen, Title: "开启换届", Roles: []access.Role{access.DistrictOfficer}},
		{Key: PermElectionFill, Title: "填写换届任免", Roles: []access.Role{access.DistrictOfficer, access.TownshipClerk}},
		{Key: PermElectionApply, Title: "应用换届任免", Roles: []access.Role{access.DistrictOfficer, access.TownshipLeader}},
	}
}

func (m *Module) electionRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	return []access.Route{
		{Method: get, Path: "/elections", Need: PermElection, Do: m.listRounds},
		{Method: get, Path: "/elections/new", Need: PermElectionOpen, Do: m.newRound},
		{Method: post, Path: "/elections", Need: PermElectionOpen, Do: m.createRound},
		{Method: get, Path: "/elections/{round}/edit", Need: PermElectionOpen, Do: m.editRound},
		{Method: post, Path: "/elections/{round}", Need: PermElectionOpen, Do: m.updateRound},
		{Method: post, Path: "/elections/{round}/export", Need: PermElection, Do: m.exportBoard},
		{Method: get, Path: "/elections/vacancies", Need: PermElection, Do: m.listVacancies},
		{Method: post, Path: "/elections/vacancies/export", Need: PermElection, Do: m.exportVacancies},
		{Method: get, Path: "/elections/{round}", Need: PermElection, Do: m.electionBoard},
		{Method: get, Path: "/elections/{round}/townships/{township}", Need: PermElection, Do: m.electionTownship},
		{Method: get, Path: "/elections/{round}/townships/{township}/check", Need: PermElection, Do: m.checkElection},
		{Method: post, Path: "/elections/{round}/townships/{township}/apply", Need: PermElectionApply, Do: m.applyElection},
		{Method: get, Path: "/elections/{round}/villages/{village}", Need: PermElection, Do: m.electionVillage},
		{Method: post, Path: "/elections/{round}/villages/{village}", Need: PermElectionFill, Do: m.saveElection},
	}
}

func roundPath(id int64) string { return "/elections/" + strconv.FormatInt(id, 10) }

func roundTownPath(id, township int64) string {
	return roundPath(id) + "/townships/" + strconv.FormatInt(township, 10)
}

func roundVillagePath(id, village int64) string {
	return roundPath(id) + "/villages/" + strconv.FormatInt(village, 10)
}

var electionCrumbs = []ui.Crumb{{Title: "换届任免", Href: "/elections"}}

// under is the way to a page below a round.
func (r Round) under(crumbs ...ui.Crumb) []ui.Crumb {
	return append([]ui.Crumb{electionCrumbs[0], {Title: r.Name, Href: roundPath(r.ID)}}, crumbs...)
}

type roundsProps struct {
	List    []Round
	CanOpen bool
}

func (m *Module) listRounds(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := roundsProps{CanOpen: s.Can(PermElectionOpen)}
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		p.List, err = m.Store.rounds(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "换届任免"}, roundsPage(p))
}

// roundForm is a round as typed.
type roundForm struct {
	Name        string `form:"name"`
	TermNo      string `form:"term_no"`
	Party       string `form:"party_on"`
	Committee   string `form:"committee_on"`
	Supervision string `form:"supervision_on"`
	Version     int    `form:"version"`
}

func (f roundForm) of(body string) string {
	return map[string]string{"party": f.Party, "committee": f.Committee, "supervision": f.Supervision}[body]
}

// check reads a round. Its dates are plans: each village enters its own.
func (f roundForm) check(today time.Time) (Round, []ui.Problem) {
	r := Round{Name: strings.TrimSpace(f.Name), Version: f.Version}
	var problems []ui.Problem
	bad := func(refused bool, field, sentence string) {
		if refused {
			problems = append(problems, ui.Problem{Field: field, Sentence: sentence})
		}
	}
	n := len([]rune(r.Name))
	bad(n < 2 || n > 60, "name", "名称应为2到60字")
	var err error
	r.TermNo, err = strconv.Atoi(strings.TrimSpace(f.TermNo))
	bad(err != nil || r.TermNo < 1 || r.TermNo > 99, "term_no", "届次应为1到99的数字")
	for _, b := range Bodies {
		text := strings.TrimSpace(f.of(b.Code))
		if text == "" {
			continue
		}
		on, err := time.Parse(time.DateOnly, text)
		bad(err != nil, b.Code+"_on", "日期应写成 2026-10-31 的形式,且是存在的日期")
		bad(err == nil && on.Sub(today).Abs() > 2*farFrom*24*time.Hour, b.Code+"_on", "日期与今天相差两年以上,请核对")
		if err == nil {
			r.set(b.Code, &on)
		}
	}
	bad(len(problems) == 0 && len(r.bodies()) == 0, "party_on", "请至少填写一个班子的换届日期")
	return r, problems
}

type roundProps struct {
	ID       int64
	Form     roundForm
	Fixed    []string // bodies of a round that exists: others cannot be added or taken out
	Problems []ui.Problem
	Grant    string
}

func (m *Module) newRound(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.roundForm(w, r, s, roundProps{Form: roundForm{Name: s.Today().Format("2006") + `年村(社区)“两委”换届`}}, http.StatusOK)
}

func (m *Module) roundForm(w http.ResponseWriter, r *http.Request, s access.Scope, p roundProps, status int) error {
	p.Grant = s.GrantID()
	title := "开启换届"
	if p.ID != 0 {
		title = "修改换届"
	}
	return access.Page(w, r, s, access.View{Title: title, Status: status, Crumbs: electionCrumbs}, roundFormPage(p))
}

func (m *Module) createRound(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f roundForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	round, problems := f.check(s.Today())
	if len(problems) > 0 {
		return m.roundForm(w, r, s, roundProps{Form: f, Problems: problems}, http.StatusUnprocessableEntity)
	}
	var id int64
	err := access.InScope(r.Context(), s, func(tx *access.Tx) (err error) {
		id, err = m.Store.openRound(r.Context(), tx, round)
		return err
	})
	if fault.Is(err, fault.KindConflict) {
		return m.roundForm(w, r, s, roundProps{Form: f, Problems: []ui.Problem{{Field: "name", Sentence: fault.Of(err).Sentence}}}, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已开启,各乡镇(街道)可以填写")
	return httpx.SeeOther(w, r, roundPath(id))
}

func (m *Module) roundOf(r *http.Request, s access.Scope) (round Round, err error) {
	id, err := httpx.ID(r, "round")
	if err != nil {
		return round, err
	}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		round, err = m.Store.round(r.Context(), tx, id)
		return err
	})
	return round, err
}

func (m *Module) editRound(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	round, err := m.roundOf(r, s)
	if err != nil {
		return err
	}
	f := roundForm{Name: round.Name, TermNo: strconv.Itoa(round.TermNo), Party: dayText(round.PartyOn), Committee: dayText(round.CommitteeOn),
		Supervision: dayText(round.SupervisionOn), Version: round.Version}
	return m.roundForm(w, r, s, roundProps{ID: round.ID, Form: f, Fixed: round.bodies()}, http.StatusOK)
}

func (m *Module) updateRound(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	was, err := m.roundOf(r, s)
	if err != nil {
		return err
	}
	var f roundForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	round, problems := f.check(s.Today())
	for _, b := range Bodies {
		if (was.Of(b.Code) == nil) != (round.Of(b.Code) == nil) && ui.ProblemOf(problems, b.Code+"_on") == "" {
			problems = append(problems, ui.Problem{Field: b.Code + "_on", Sentence: "本轮换届的班子不能增减,请另开一轮"})
		}
	}
	if len(problems) > 0 {
		return m.roundForm(w, r, s, roundProps{ID: was.ID, Form: f, Fixed: was.bodies(), Problems: problems}, http.StatusUnprocessableEntity)
	}
	round.ID = was.ID
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error { return m.Store.changeRound(r.Context(), tx, round) })
	if fault.Is(err, fault.KindConflict) {
		f.Version = was.Version
		return m.roundForm(w, r, s, roundProps{ID: was.ID, Form: f, Fixed: was.bodies(), Problems: []ui.Problem{{Field: "name", Sentence: fault.Of(err).Sentence}}}, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已保存")
	return httpx.SeeOther(w, r, roundPath(round.ID))
}
