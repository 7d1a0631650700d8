package report

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/docx"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

const overviewRoot = "/reports/overview"

func (m *Module) overviewRoutes() []access.Route {
	return []access.Route{
		get(overviewRoot, m.showOverview),
		post(overviewRoot+"/document", PermRead, m.overviewDocument),
		get(overviewRoot+"/list", m.listActs),
		get(overviewRoot+"/list/print", m.printActs),
		post(overviewRoot+"/list/export", PermExport, m.exportActs),
	}
}

// overviewAsk is a span as it stands in the address, and a figure whose rows are asked for.
type overviewAsk struct {
	From   string `form:"from"`
	On     string `form:"on"`
	Figure string `form:"figure"`
	Text   string `form:"q"`
	Page   int    `form:"page"`
}

// span reads the time asked for: the last five years up to today where nothing is said.
func (q overviewAsk) span(today time.Time) access.Span {
	s := access.Span{On: dayOf(q.On, today)}
	s.From = s.On.AddDate(-usualYears, 0, 0)
	if from := dayOf(q.From, s.From); q.From != "" && !from.After(s.On) {
		s.From = from
	}
	return s
}

// misreadSpan is misread for both ends.
func misreadSpan(r *http.Request, s access.Scope, span access.Span) []string {
	return misread(r, s, "from", "时段数字自"+span.From.Format(time.DateOnly)+"起", "on", countedToday)
}

// overviewProps is the page 工作综述.
type overviewProps struct {
	Span    access.Span
	Unit    string
	Today   time.Time
	Grant   string
	Query   string
	Figures []access.Figure
}

func (m *Module) overview(ctx context.Context, s access.Scope, query string) (p overviewProps, err error) {
	var q overviewAsk
	httpx.DecodeAddress(query, &q)
	p = overviewProps{Span: q.span(s.Today()), Unit: s.Unit(), Today: s.Today(), Grant: s.GrantID(), Query: query}
	err = access.Read(ctx, s, func(tx *access.Tx) error {
		p.Figures, err = access.Figures(ctx, tx, p.Span)
		return err
	})
	return p, err
}

func (m *Module) showOverview(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.overview(r.Context(), s, r.URL.RawQuery)
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "工作综述", AsOf: p.Span.On.Format(time.DateOnly), Notes: misreadSpan(r, s, p.Span), Print: true, Scripts: []string{"js/copy.js"}}, overviewPage(p))
}

// figureGroup is the figures of one part.
type figureGroup struct {
	Title   string
	Figures []access.Figure
}

// groups are the parts in the order of their first figures.
func (p overviewProps) groups() (out []figureGroup) {
	for _, f := range p.Figures {
		i := slices.IndexFunc(out, func(g figureGroup) bool { return g.Title == f.Group })
		if i < 0 {
			out, i = append(out, figureGroup{Title: f.Group}), len(out)
		}
		out[i].Figures = append(out[i].Figures, f)
	}
	return out
}

func (g figureGroup) stats() (out []ui.StatItem) {
	for _, f := range g.Figures {
		out = append(out, ui.StatItem{Label: f.Title, Value: f.Value, Unit: f.Unit, Note: f.Note, Href: f.Href})
	}
	return out
}

// said is a part as running text.
func (g figureGroup) said() string {
	parts := make([]string, len(g.Figures))
	for i, f := range g.Figures {
		parts[i] = f.Sentence
	}
	return strings.Join(parts, ",") + "。"
}

func (p overviewProps) title() string { return p.Unit + "村(社区)干部队伍建设工作综述" }

// when says both days.
func (p overviewProps) when() string {
	return "时段数字自" + chineseDay(p.Span.From) + "起,时点数字截至" + chineseDay(p.Span.On)
}

// text is the whole as it can be copied.
func (p overviewProps) text() string {
	var b strings.Builder
	for _, g := range p.groups() {
		b.WriteString(g.said())
	}
	return b.String()
}

var numerals = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

// document is the page as a Word document: the text by parts, then every figure with what it counts.
func (p overviewProps) document(made time.Time) docx.Document {
	text := docx.Section{docx.Paragraph{Style: docx.Title, Text: p.title()}, docx.Paragraph{Style: docx.Subtitle, Text: "(" + p.when() + ")"}}
	table := docx.Table{Widths: []int{8, 30, 14, 48}, Centred: []bool{true, false, true, false}, Head: []string{"序号", "项目", "数值", "统计口径"}}
	n := 0
	for i, g := range p.groups() {
		text = append(text, docx.Paragraph{Style: docx.Body, Text: numerals[i%len(numerals)] + "、" + g.Title + "。" + g.said()})
		for _, f := range g.Figures {
			n++
			table.Rows = append(table.Rows, []string{strconv.Itoa(n), f.Title, f.Value + f.Unit, f.Note})
		}
	}
	text = append(text, docx.Paragraph{Style: docx.Closing, Text: chineseDay(made)})
	return docx.Document{Title: p.title(), Made: made, Sections: []docx.Section{text, {docx.Paragraph{Style: docx.Subtitle, Text: "附:数字及统计口径"}, table}}}
}

// overviewDocument sends the document, which names no person, and notes it.
func (m *Module) overviewDocument(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.overview(r.Context(), s, r.PostForm.Get("query"))
	if err != nil {
		return err
	}
	if len(p.Figures) == 0 {
		return fault.Invalid("这个时段没有可以写进综述的数字")
	}
	var b bytes.Buffer
	if err := p.document(s.Now()).Write(&b); err != nil {
		return err
	}
	sum := sha256.Sum256(b.Bytes())
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		tx.Audit(access.Line{Action: "export", Object: "persons", Summary: "生成" + p.title(), Reason: "工作综述",
			Detail: map[string]any{"rows": len(p.Figures), "filter": p.when(), "sha256": hex.EncodeToString(sum[:])}})
		return nil
	})
	if err != nil {
		return err
	}
	httpx.Attachment(w, p.title()+p.Span.On.Format(time.DateOnly)+".docx", docx.ContentType)
	_, _ = w.Write(b.Bytes()) // the client may have gone
	return nil
}
