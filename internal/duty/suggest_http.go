package duty

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// roundQuery chooses what a round shows.
type roundQuery struct {
	Day string `form:"day"`
	All string `form:"all"`
}

// roundForm is what all reports of a round share.
type roundForm struct {
	Day     string `form:"day"`
	All     string `form:"all"`
	Time    string `form:"time"`
	Way     string `form:"way"`
	Checker string `form:"checker"`
}

// roundLine is a village of a round with what was typed for it.
type roundLine struct {
	target
	Today string // who should be there
	Why   string // why it is suggested; empty if it is not
	Form  checkForm
	Error string
}

// field names a control of the line.
func (l roundLine) field(name string) string { return name + "." + strconv.FormatInt(l.VillageID, 10) }

// last says what the last check before the day found.
func (l roundLine) last() string {
	if l.LastOn == nil {
		return "从未抽查"
	}
	return l.LastOn.Format("2006-01-02") + " " + wordOf(findings, l.LastResult)
}

type roundProps struct {
	Grant    string
	Day      time.Time
	Today    bool
	Query    roundQuery
	Lines    []roundLine
	Form     roundForm
	Problems []ui.Problem
}

// round reads a day's villages: those that are suggested, or all with a posted roster.
func (m *Module) round(ctx context.Context, tx *access.Tx, p *roundProps) error {
	targets, err := m.Store.targets(ctx, tx, p.Day)
	if err != nil {
		return err
	}
	rosters, candidates := make([]int64, len(targets)), make([]Candidate, len(targets))
	for i, t := range targets {
		rosters[i], candidates[i] = t.RosterID, t.candidate()
	}
	stand, err := m.Store.expected(ctx, tx, p.Day, rosters)
	if err != nil {
		return err
	}
	why := map[int64]string{}
	for _, s := range Suggest(candidates, tx.Tenant(), tx.Scope().Township(), p.Day) {
		why[s.Village] = s.Why
	}
	for _, t := range targets {
		if p.Query.All != "" || why[t.VillageID] != "" {
			p.Lines = append(p.Lines, roundLine{target: t, Today: standWords(stand[t.RosterID]), Why: why[t.VillageID]})
		}
	}
	return nil
}

// dayOf reads the day of a round; without one it is today.
func (p *roundProps) dayOf(s access.Scope) error {
	p.Day = s.Today()
	if p.Query.Day != "" {
		day, err := month.ParseDay(p.Query.Day)
		if err != nil || day.After(p.Day) || day.Before(p.Day.AddDate(0, 0, -checkDaysBack)) {
			return fault.Invalid("抽查日期应在最近%d天内", checkDaysBack)
		}
		p.Day = day
	}
	p.Today = p.Day.Equal(s.Today())
	return nil
}

func (m *Module) showRound(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := roundProps{}
	httpx.DecodeQuery(r, &p.Query)
	if err := p.dayOf(s); err != nil {
		return err
	}
	err := access.Read(r.Context(), s, func(tx *access.Tx) error { return m.round(r.Context(), tx, &p) })
	if err != nil {
		return err
	}
	p.Form = roundForm{Way: "landline", Checker: s.Name(), Time: s.Now().Format("15:04")}
	if !p.Today {
		p.Form.Time = ""
	}
	return m.drawRound(w, r, s, p, http.StatusOK)
}

func (m *Module) drawRound(w http.ResponseWriter, r *http.Request, s access.Scope, p roundProps, status int) error {
	p.Grant = s.GrantID()
	at := month.Of(p.Day)
	return access.Page(w, r, s, access.View{Title: "值班抽查登记", Status: status, AsOf: s.Now().Format("2006-01-02 15:04"),
		Crumbs: []ui.Crumb{{Title: at.Title() + "抽查记录", Href: checksPath(at)}}}, roundPage(p))
}

// recordRound keeps the reports of a round: every village for which a result was chosen, all or none of them.
func (m *Module) recordRound(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := roundProps{}
	if err := httpx.Decode(r, &p.Form); err != nil {
		return err
	}
	p.Query = roundQuery{Day: p.Form.Day, All: p.Form.All}
	if err := p.dayOf(s); err != nil {
		return err
	}
	if p.Query.Day == "" {
		p.Form.Day = p.Day.Format(time.DateOnly)
	}
	var said []string
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		p.Query.All = "1" // a village may have been suggested when the page was drawn and not be any more
		if err := m.round(r.Context(), tx, &p); err != nil {
			return err
		}
		if err := p.read(r.PostForm, s.Now()); err != nil {
			return err
		}
		var err error
		said, err = m.recordLines(r.Context(), tx, &p)
		return err
	})
	if f := fault.Of(err); err != nil && (f.Kind == fault.KindInvalid || f.Kind == fault.KindConflict) && len(p.Problems) > 0 {
		p.Query.All = p.Form.All
		p.narrow()
		status := http.StatusUnprocessableEntity
		if f.Kind == fault.KindConflict {
			status = http.StatusConflict
		}
		return m.drawRound(w, r, s, p, status)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", strings.Join(said, "。"))
	return httpx.SeeOther(w, r, checksPath(month.Of(p.Day)))
}

// read takes what was typed into the lines. A village that is not of the round does not exist.
func (p *roundProps) read(form url.Values, now time.Time) error {
	at := map[string]int{}
	for i, l := range p.Lines {
		at[strconv.FormatInt(l.VillageID, 10)] = i
	}
	chosen := 0
	for name, values := range form {
		kind, key, ok := strings.Cut(name, ".")
		if !ok || len(kind) != 1 {
			continue
		}
		i, known := at[key]
		if !known {
			return fault.NotFound()
		}
		f := &p.Lines[i].Form
		switch kind {
		case "r":
			if f.Result = values[0]; f.Result != "" {
				chosen++
			}
		case "f":
			f.Found = values[0]
		case "n":
			f.Note = values[0]
		}
	}
	if chosen == 0 {
		p.Problems = append(p.Problems, ui.Problem{Sentence: "请至少为一个村(社区)选择抽查结果"})
	}
	p.check(now)
	if len(p.Problems) > 0 {
		return errTyped
	}
	return nil
}

// check looks at every line for which a result was chosen; what all of them share is told once.
func (p *roundProps) check(now time.Time) {
	told := map[string]bool{}
	for i := range p.Lines {
		l := &p.Lines[i]
		if l.Form.Result == "" {
			continue
		}
		for _, b := range p.spot(*l).problems(now) {
			if at := map[string]string{"result": "r", "found": "f", "note": "n"}[b.Field]; at != "" {
				l.Error = b.Sentence
				p.Problems = append(p.Problems, ui.Problem{Field: l.field(at), Sentence: l.VillageName + ":" + b.Sentence})
			} else if !told[b.Field] {
				told[b.Field] = true
				p.Problems = append(p.Problems, b)
			}
		}
	}
}

// spot is the report of a line.
func (p roundProps) spot(l roundLine) Spot {
	f := l.Form
	f.Day, f.Time, f.Way, f.Checker = p.Day.Format(time.DateOnly), p.Form.Time, p.Form.Way, p.Form.Checker
	return f.spot(l.VillageID)
}

// recordLines keeps the chosen lines and says what it did.
func (m *Module) recordLines(ctx context.Context, tx *access.Tx, p *roundProps) ([]string, error) {
	var said []string
	n := 0
	for i := range p.Lines {
		l := &p.Lines[i]
		if l.Form.Result == "" {
			continue
		}
		more, err := m.record(ctx, tx, p.spot(*l), nil)
		var f *fault.Fault
		if errors.As(err, &f) && (f.Kind == fault.KindInvalid || f.Kind == fault.KindConflict) {
			l.Error = f.Sentence
			p.Problems = append(p.Problems, ui.Problem{Field: l.field("r"), Sentence: f.Sentence})
		}
		if err != nil {
			return nil, err
		}
		if n++; l.Form.Result != foundInPost {
			said = append(said, more...)
		}
	}
	return append([]string{"已登记抽查" + strconv.Itoa(n) + "个村(社区)"}, said...), nil
}

// narrow leaves the lines that the page showed: suggested ones, and those with something typed.
func (p *roundProps) narrow() {
	if p.Query.All != "" {
		return
	}
	var list []roundLine
	for _, l := range p.Lines {
		if l.Why != "" || l.Form != (checkForm{}) {
			list = append(list, l)
		}
	}
	p.Lines = list
}
