package cadre

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

// ballotProps is the page of one village within a round.
type ballotProps struct {
	Round    Round
	Township org.Township
	ballot
	Form     villageForm
	Next     *org.Village // the township's next village
	Problems []ui.Problem
	Conflict []fault.Difference
	Stale    bool
	Grant    string
	District bool
	CanFill  bool
}

// blankLines are how many empty newcomers a page offers.
const blankLines = 2

func (p ballotProps) path() string { return roundVillagePath(p.Round.ID, p.Village.ID) }

func (p ballotProps) townPath() string { return roundTownPath(p.Round.ID, p.Township.ID) }

// newcomers are the lines to show: those typed or saved, and blank ones.
func (p ballotProps) newcomers() []newForm {
	return append(p.Form.New[:len(p.Form.New):len(p.Form.New)], make([]newForm, min(blankLines, maxNewcomers-len(p.Form.New)))...)
}

func (m *Module) ballotOf(r *http.Request, s access.Scope) (p ballotProps, err error) {
	if p.Round, err = m.roundOf(r, s); err != nil {
		return p, err
	}
	id, err := httpx.ID(r, "village")
	if err != nil {
		return p, err
	}
	p.Grant, p.District, p.CanFill = s.GrantID(), s.Level() == pg.District, s.Can(PermElectionFill)
	err = access.Read(r.Context(), s, func(tx *access.Tx) error { return m.fillBallot(r.Context(), tx, &p, id, false) })
	return p, err
}

// fillBallot reads a village as it stands.
func (m *Module) fillBallot(ctx context.Context, tx *access.Tx, p *ballotProps, village int64, lock bool) error {
	v, err := org.Store{}.Village(ctx, tx, village)
	if err != nil {
		return err
	}
	if p.Township, err = (org.Store{}).Township(ctx, tx, v.TownshipID); err != nil {
		return err
	}
	all, err := org.Store{}.Villages(ctx, tx, v.TownshipID, tx.Scope().Today())
	if err != nil {
		return err
	}
	found := false
	for i := range all {
		found = found || all[i].ID == village
		if all[i].ID == village && i+1 < len(all) {
			p.Next = &all[i+1]
		}
	}
	if !found { // merged into another one
		return fault.NotFound()
	}
	list, err := m.Store.ballots(ctx, tx, p.Round, v.TownshipID, village, lock)
	if err != nil {
		return err
	}
	p.ballot = list[0]
	return nil
}

func (m *Module) electionVillage(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.ballotOf(r, s)
	if err != nil {
		return err
	}
	p.Form = formOf(p.Round, p.ballot)
	return m.ballotPage(w, r, s, p, http.StatusOK)
}

func (m *Module) ballotPage(w http.ResponseWriter, r *http.Request, s access.Scope, p ballotProps, status int) error {
	crumbs := townProps{Round: p.Round, District: p.District}.crumbs(ui.Crumb{Title: p.Township.Name, Href: p.townPath()})
	return access.Page(w, r, s, access.View{Title: p.Village.Name + ":换届任免", Status: status, Crumbs: crumbs}, ballotPage(p))
}

func (m *Module) saveElection(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.ballotOf(r, s)
	if err != nil {
		return err
	}
	if p.applied() {
		return fault.Conflict("%s的换届任免已经应用,更正请在“任免变动”中办理", p.Village.Name)
	}
	f := readVillageForm(r.PostForm)
	if r.PostForm.Get("fill") != "" {
		f.fill()
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		// Read again and held: what the page was drawn from may have changed meanwhile.
		if err := m.fillBallot(r.Context(), tx, &p, p.Village.ID, true); err != nil {
			return err
		}
		if p.Draft != nil && p.Draft.Version != f.Version {
			p.Stale = true
			return fault.Conflict("")
		}
		reading := &reading{tx: tx, store: m.Store, round: p.Round, ballot: p.ballot}
		draft, choices, err := reading.read(r.Context(), f)
		if p.Problems = reading.problems; err != nil || len(p.Problems) > 0 {
			return err
		}
		if p.Stale, err = m.Store.saveDraft(r.Context(), tx, p.Round, p.ballot, draft, choices); p.Stale {
			return fault.Conflict("")
		}
		return err
	})
	switch {
	case p.Stale:
		return m.staleBallot(w, r, s, p, f)
	case err != nil:
		return err
	case len(p.Problems) > 0:
		p.Form = f
		return m.ballotPage(w, r, s, p, http.StatusUnprocessableEntity)
	}
	return m.afterSave(w, r, s, p)
}

// afterSave leads on: to the next village, back to this one for more newcomers, or to the township.
func (m *Module) afterSave(w http.ResponseWriter, r *http.Request, s access.Scope, p ballotProps) error {
	access.Flash(r, s, "success", p.Village.Name+"已保存")
	switch {
	case r.PostForm.Get("more") != "" || r.PostForm.Get("fill") != "":
		return httpx.SeeOther(w, r, p.path())
	case r.PostForm.Get("next") != "" && p.Next != nil:
		return httpx.SeeOther(w, r, roundVillagePath(p.Round.ID, p.Next.ID))
	}
	return httpx.SeeOther(w, r, p.townPath())
}

// staleBallot shows what somebody else saved beside what was typed, and keeps the latter for a second save.
func (m *Module) staleBallot(w http.ResponseWriter, r *http.Request, s access.Scope, p ballotProps, f villageForm) error {
	now, err := m.ballotOf(r, s)
	if err != nil {
		return err
	}
	theirs := formOf(now.Round, now.ballot)
	now.Stale, now.Conflict = true, theirs.against(f, now.ballot)
	f.Version = theirs.Version
	for i, n := range f.New { // lines have new keys since
		f.New[i].Row = 0
		for _, t := range theirs.New {
			if t.Name == n.Name {
				f.New[i].Row = t.Row
			}
		}
	}
	now.Form = f
	return m.ballotPage(w, r, s, now, http.StatusConflict)
}

// against lists where two people typed different things about one village.
func (f villageForm) against(mine villageForm, b ballot) (list []fault.Difference) {
	add := func(label, theirs, yours string) {
		if theirs != yours {
			list = append(list, fault.Difference{Label: label, Theirs: theirs, Yours: yours})
		}
	}
	for _, body := range Bodies {
		add(body.Title+"换届日期", f.Dates[body.Code], mine.Dates[body.Code])
	}
	add("文号", f.Doc, mine.Doc)
	add("暂缺说明", f.Vacancy, mine.Vacancy)
	for _, s := range b.Seats {
		add(s.PersonName+b.title(s.Position), f.Seats[s.ID].words(b), mine.Seats[s.ID].words(b))
	}
	add("新任", f.entered(b), mine.entered(b))
	return list
}

func (s seatForm) words(b ballot) string {
	switch s.Decision {
	case "":
		return "未选择"
	case Shift:
		return "转任" + b.title(s.To)
	}
	return wordOf(Decisions, s.Decision)
}

func (f villageForm) entered(b ballot) string {
	words := ""
	for _, n := range f.New {
		if words != "" {
			words += "、"
		}
		words += n.Name + " " + b.title(n.Post)
	}
	return words
}

// decided says in words what becomes of a line.
func (b ballot) decided(c Choice) string {
	switch c.Decision {
	case Shift, Enter:
		return wordOf(Decisions, c.Decision) + b.title(c.ToPosition)
	case "":
		return "未选择"
	}
	return wordOf(Decisions, c.Decision)
}

// saved says who saved the village and when.
func (b ballot) saved(s *time.Location) string {
	if b.Draft == nil {
		return ""
	}
	return b.Draft.SavedBy + " " + b.Draft.SavedAt.In(s).Format("2006-01-02 15:04")
}

func fieldKey(prefix string, id int64) string { return prefix + "." + strconv.FormatInt(id, 10) }
