package duty

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

func (m *Module) checkRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	return []access.Route{
		{Method: get, Path: "/duty/checks", Need: PermCheck, Do: m.showRound},
		{Method: post, Path: "/duty/checks", Need: PermCheck, Do: m.recordRound},
		{Method: get, Path: "/duty/checks/villages/{village}", Need: PermCheck, Do: m.newCheck},
		{Method: post, Path: "/duty/checks/villages/{village}", Need: PermCheck, Do: m.recordCheck},
		{Method: get, Path: "/duty/checks/{id}", Need: PermOverview, Do: m.showCheck},
		{Method: post, Path: "/duty/checks/{id}", Need: PermCheck, Do: m.correctCheck},
		{Method: post, Path: "/duty/checks/{id}/void", Need: PermCheck, Do: m.voidCheck},
		{Method: post, Path: "/duty/checks/{id}/propose", Need: PermCheck, Do: m.proposeAgain},
		{Method: get, Path: "/duty/overview/{month}/checks", Need: PermOverview, Do: m.listChecks},
		{Method: post, Path: "/duty/overview/{month}/checks/export", Need: PermOverview, Do: m.exportChecks},
	}
}

const roundPath = "/duty/checks"

func checkPath(id int64) string { return roundPath + "/" + strconv.FormatInt(id, 10) }

func villageCheckPath(village int64) string {
	return roundPath + "/villages/" + strconv.FormatInt(village, 10)
}

func checksPath(m month.Month) string { return overviewPath(m) + "/checks" }

// checkForm is what the form of one check asks for.
type checkForm struct {
	Day     string `form:"day"`
	Time    string `form:"time"`
	Way     string `form:"way"`
	Result  string `form:"result"`
	Found   string `form:"found"`
	Note    string `form:"note"`
	Checker string `form:"checker"`
	Reason  string `form:"reason"`
}

// spot is the report that the form holds.
func (f checkForm) spot(village int64) Spot {
	return Spot{Village: village, At: momentOf(f.Day, f.Time), Way: f.Way, Result: f.Result, Found: strings.TrimSpace(f.Found),
		Note: strings.TrimSpace(f.Note), Checker: strings.TrimSpace(f.Checker)}
}

// formOf is a report as the form shows it.
func formOf(s Spot) checkForm {
	return checkForm{Day: s.At.Format("2006-01-02"), Time: s.At.Format("15:04"), Way: s.Way, Result: s.Result, Found: s.Found, Note: s.Note, Checker: s.Checker}
}

// checkProps is the form of one check: a new one, or the correction of one.
type checkProps struct {
	Grant    string
	Village  string
	Today    string // who should be there, in words
	Action   string
	Form     checkForm
	Check    *Check // the one to correct
	Fate     string // what became of its proposal
	Checks   bool   // may correct
	Problems []ui.Problem
}

func (m *Module) newCheck(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	village, err := httpx.ID(r, "village")
	if err != nil {
		return err
	}
	form := formOf(Spot{At: s.Now(), Way: "visit", Checker: s.Name()})
	return m.drawNewCheck(w, r, s, village, checkProps{Form: form}, http.StatusOK)
}

// drawNewCheck shows the form with whoever should be there now. Where no roster was posted there is nothing to check.
func (m *Module) drawNewCheck(w http.ResponseWriter, r *http.Request, s access.Scope, village int64, p checkProps, status int) error {
	at := month.Of(s.Now())
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		roster, err := m.Store.posted(r.Context(), tx, village, s.Now(), false)
		if err != nil {
			return err
		}
		stand, err := m.Store.expected(r.Context(), tx, s.Today(), []int64{roster.ID})
		p.Village, p.Today = roster.VillageName, standWords(stand[roster.ID])
		return err
	})
	if err != nil {
		return err
	}
	p.Grant, p.Action = s.GrantID(), villageCheckPath(village)
	return access.Page(w, r, s, access.View{Title: p.Village + "值班抽查登记", Status: status,
		Crumbs: []ui.Crumb{{Title: "值班抽查", Href: roundPath}, {Title: at.Title() + "抽查记录", Href: checksPath(at)}}}, checkFormPage(p))
}

// standWords says who should be there: 张伟(村文书), or several where the day has shifts.
func standWords(list []Assignment) string {
	words := make([]string, len(list))
	for i, a := range list {
		words[i] = a.Name + "(" + a.Title + ")"
		if a.StandIn {
			words[i] = a.Name + "(代班)"
		}
	}
	if len(words) == 0 {
		return "空岗"
	}
	return strings.Join(words, "、")
}

func (m *Module) recordCheck(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	village, err := httpx.ID(r, "village")
	if err != nil {
		return err
	}
	var p checkProps
	if err := httpx.Decode(r, &p.Form); err != nil {
		return err
	}
	spot := p.Form.spot(village)
	if p.Problems = spot.problems(s.Now()); len(p.Problems) > 0 {
		return m.drawNewCheck(w, r, s, village, p, http.StatusUnprocessableEntity)
	}
	var said []string
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		said, err = m.record(r.Context(), tx, spot, nil)
		return err
	})
	if f := fault.Of(err); err != nil && f.Kind == fault.KindInvalid {
		p.Problems = []ui.Problem{{Field: "time", Sentence: f.Sentence}}
		return m.drawNewCheck(w, r, s, village, p, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", strings.Join(said, "。"))
	return httpx.SeeOther(w, r, checksPath(month.Of(spot.At)))
}

// record keeps a report and proposes what follows from it. It says what it did, in sentences.
func (m *Module) record(ctx context.Context, tx *access.Tx, spot Spot, corrects *Check) ([]string, error) {
	c, made, err := m.Store.Record(ctx, tx, spot, corrects)
	if err != nil {
		return nil, err
	}
	if !made {
		return []string{c.VillageName + "这次抽查已经登记过,没有重复登记"}, nil
	}
	said := []string{"已登记:" + c.VillageName + " " + c.Words()}
	if corrects != nil && corrects.Proposal != "" {
		more, err := m.reproposed(ctx, tx, *corrects, &c)
		if err != nil {
			return nil, err
		}
		said = append(said, more)
	}
	more, err := m.propose(ctx, tx, &c)
	if err == nil && more != "" && !(corrects != nil && c.Proposal != "" && c.Proposal == corrects.Proposal) {
		said = append(said, more)
	}
	return said, err
}

// reproposed carries a proposal over to the corrected check where it still says the same, and takes it back otherwise.
func (m *Module) reproposed(ctx context.Context, tx *access.Tx, old Check, c *Check) (string, error) {
	if c.Result == foundAbsent && c.PersonID != nil && old.PersonID != nil && *c.PersonID == *old.PersonID && c.Month() == old.Month() {
		c.Proposal = old.Proposal
		return "拟扣分不变", m.Store.proposed(ctx, tx, *c)
	}
	return m.withdraw(ctx, tx, old, "抽查结果更正为“"+c.Words()+"”")
}

func (m *Module) showCheck(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.drawCheck(w, r, s, nil, http.StatusOK)
}

// drawCheck shows a check with the form that corrects it. typed is what was typed there.
func (m *Module) drawCheck(w http.ResponseWriter, r *http.Request, s access.Scope, typed *checkProps, status int) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := checkProps{}
	var c Check
	var fate string
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if c, err = m.Store.Check(r.Context(), tx, id, false); err != nil {
			return err
		}
		fates, err := m.fates(r.Context(), tx, c)
		fate = fates[c.Proposal]
		return err
	})
	if err != nil {
		return err
	}
	if typed != nil {
		p = *typed
	}
	if reason := p.Form.Reason; p.Form.Result == "" && len(p.Problems) < 2 { // nothing but the reason was typed
		p.Form = formOf(c.spot())
		p.Form.Reason = reason
	}
	p.Grant, p.Check, p.Fate, p.Village, p.Action = s.GrantID(), &c, fate, c.VillageName, checkPath(id)
	p.Checks = s.Can(PermCheck) && !s.ReadOnly() && c.VoidedAt == nil
	return access.Page(w, r, s, access.View{Title: c.VillageName + "值班抽查", Status: status,
		Crumbs: []ui.Crumb{{Title: c.Month().Title() + "抽查记录", Href: checksPath(c.Month())}}}, checkPage(p))
}

// correctCheck strikes a check out and puts the corrected one in its place.
func (m *Module) correctCheck(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var p checkProps
	if err := httpx.Decode(r, &p.Form); err != nil {
		return err
	}
	p.Form.Reason = strings.TrimSpace(p.Form.Reason)
	return m.onCheck(w, r, s, &p, func(ctx context.Context, tx *access.Tx, c Check) ([]string, error) {
		spot := p.Form.spot(c.VillageID)
		if p.Problems = spot.problems(s.Now()); len(p.Problems) > 0 {
			return nil, errTyped
		}
		if err := m.Store.strike(ctx, tx, c, p.Form.Reason); err != nil {
			return nil, err
		}
		return m.record(ctx, tx, spot, &c)
	})
}

// errTyped sends a form back with its problems.
var errTyped = fault.Invalid("填写有误")

// voidCheck strikes a check out that never took place.
func (m *Module) voidCheck(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	reason := strings.TrimSpace(r.PostForm.Get("reason"))
	return m.onCheck(w, r, s, nil, func(ctx context.Context, tx *access.Tx, c Check) ([]string, error) {
		if err := m.Store.strike(ctx, tx, c, reason); err != nil {
			return nil, err
		}
		more, err := m.withdraw(ctx, tx, c, reason)
		said := []string{"已作废这条抽查记录"}
		if more != "" {
			said = append(said, more)
		}
		return said, err
	})
}

// proposeAgain proposes an absence that could not be proposed when it was recorded.
func (m *Module) proposeAgain(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.onCheck(w, r, s, nil, func(ctx context.Context, tx *access.Tx, c Check) ([]string, error) {
		if c.VoidedAt != nil || c.Result != foundAbsent {
			return nil, fault.Conflict("这条抽查记录不能提出扣分")
		}
		said, err := m.propose(ctx, tx, &c)
		return []string{said}, err
	})
}

// onCheck loads a check held, changes it, and leads back to its month. A form that cannot be saved comes back as typed.
func (m *Module) onCheck(w http.ResponseWriter, r *http.Request, s access.Scope, p *checkProps,
	do func(ctx context.Context, tx *access.Tx, c Check) ([]string, error)) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var said []string
	var at month.Month
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		c, err := m.Store.Check(r.Context(), tx, id, true)
		if err != nil {
			return err
		}
		at = c.Month()
		said, err = do(r.Context(), tx, c)
		return err
	})
	if f := fault.Of(err); err != nil && f.Kind == fault.KindInvalid {
		if p == nil {
			p = &checkProps{Form: checkForm{Reason: r.PostForm.Get("reason")}}
		}
		if len(p.Problems) == 0 {
			p.Problems = []ui.Problem{{Field: "reason", Sentence: f.Sentence}}
		}
		return m.drawCheck(w, r, s, p, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", strings.Join(said, "。"))
	return httpx.SeeOther(w, r, checksPath(at))
}
