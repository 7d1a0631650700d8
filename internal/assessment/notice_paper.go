package assessment

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/docx"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
)

// noticePaper is one village's notice as it is printed: on paper and as a document it says the same.
type noticePaper struct {
	Title     string
	Sub       string
	Lead      string
	Head      []string
	Rows      [][]string
	Contact   string
	Signature string
	Date      string
}

// noticeRowsPerSheet is how many cadres stand on one A4 sheet, in type that can be read on a wall, with the words around
// them, also where some posts take two lines.
const noticeRowsPerSheet = 14

// nothingToPrint stands on the page of a sheet without a notice.
const nothingToPrint = "没有可打印的公示内容:考评结果尚未发布,或没有参加考评的人员。"

// noticeSheet is one sheet of a notice.
type noticeSheet struct {
	noticePaper
	Rows       [][]string
	Number, Of int
}

// first and last tell what stands around the table of this sheet.
func (s noticeSheet) first() bool { return s.Number == 1 }
func (s noticeSheet) last() bool  { return s.Number == s.Of }

// sheets cuts the notice: the server breaks pages, since old browsers neither repeat heads nor count pages by themselves.
func (p noticePaper) sheets() []noticeSheet {
	var out []noticeSheet
	for rows := range slices.Chunk(p.Rows, noticeRowsPerSheet) {
		out = append(out, noticeSheet{noticePaper: p, Rows: rows, Number: len(out) + 1})
	}
	for i := range out {
		out[i].Of = len(out)
	}
	return out
}

// noticeRequest says which notices are wanted. Neither names a sheet that the path does not.
type noticeRequest struct {
	Publication int64 `form:"publication"`
	Village     int64 `form:"village"`
}

// noticeSource is what the notices of one publication are made of.
type noticeSource struct {
	Sheet    Sheet
	District string
	Township org.Township
	Settings Settings
	Days     int // of the period
	Head     noticeHead
	Lines    []noticeLine // of all publications of the sheet
	Results  []noticeResult
}

// noticeSource reads the notices of a publication, by default the newest, of one village or (0) all in scope.
func (s Store) noticeSource(ctx context.Context, tx *access.Tx, sheet Sheet, q noticeRequest) (noticeSource, error) {
	src := noticeSource{Sheet: sheet, District: tx.Scope().District()}
	heads, err := s.noticeHeads(ctx, tx, sheet)
	if err != nil {
		return src, err
	}
	if src.Lines, err = s.noticeLines(ctx, tx, sheet); err != nil {
		return src, err
	}
	// The newest that has anything for the village: a correction may concern others only.
	at := slices.IndexFunc(heads, func(h noticeHead) bool {
		return (q.Publication == 0 || h.ID == q.Publication) && slices.ContainsFunc(src.Lines, func(l noticeLine) bool {
			return l.PublicationID == h.ID && (q.Village == 0 || l.VillageID == q.Village)
		})
	})
	if at < 0 && q != (noticeRequest{}) {
		return src, fault.NotFound()
	}
	if at < 0 {
		return src, nil // a sheet without cadres, or not published: nothing to print
	}
	src.Head = heads[at]
	scheme, err := s.SchemeOfMonth(ctx, tx, sheet.Month)
	if err != nil {
		return src, err
	}
	src.Days = scheme.NoticeDays
	if src.Results, err = s.noticeResults(ctx, tx, sheet, src.Head.ID, q.Village, scheme); err != nil {
		return src, err
	}
	if src.Settings, err = s.Settings(ctx, tx); err != nil {
		return src, err
	}
	src.Township, err = org.Store{}.Township(ctx, tx, sheet.TownshipID)
	return src, err
}

// line finds a village's notice of a publication.
func (n noticeSource) line(publication, village int64) noticeLine {
	for _, l := range n.Lines {
		if l.PublicationID == publication && l.VillageID == village {
			return l
		}
	}
	return noticeLine{}
}

// papers makes the notices, one per village.
func (n noticeSource) papers() []noticePaper {
	var out []noticePaper
	for _, rows := range byVillage(n.Results) {
		line := n.line(n.Head.ID, rows[0].VillageID)
		p := noticePaper{Title: "村(社区)干部月考评结果公示", Sub: n.Sheet.TownshipName + rows[0].VillageName + n.Sheet.Month.Title(),
			Head: []string{"序号", "姓名", "职务", "得分", "等次"}, Date: "　　　　年　　月　　日", Signature: n.signature(),
			Contact: "公示期内如有异议,可以书面、来电、来访等形式向受理部门反映。受理部门:" + n.Head.Office + ";电话:" + n.Head.Phone + "。"}
		if line.PostedOn != nil {
			p.Date = line.PostedOn.Format("2006年1月2日")
		}
		if n.Head.corrects() {
			p.Title = "村(社区)干部月考评结果更正公示"
			p.Sub += fmt.Sprintf("(第%d版)", n.Head.Number)
			p.Head = []string{"序号", "姓名", "职务", "原得分", "原等次", "更正后得分", "更正后等次"}
		}
		p.Lead = n.lead(line, rows)
		for i, r := range rows {
			p.Rows = append(p.Rows, r.cells(i+1, n.Head.corrects()))
		}
		out = append(out, p)
	}
	return out
}

// signature is the 落款: the district's own words, or the township's Party committee.
func (n noticeSource) signature() string {
	if n.Settings.NoticeSignature != "" {
		return n.Settings.NoticeSignature
	}
	body := "委员会"
	if n.Township.Kind == "street" {
		body = "工作委员会"
	}
	return "中共" + n.District + n.Sheet.TownshipName + body
}

// lead is the text above the table.
func (n noticeSource) lead(line noticeLine, rows []noticeResult) string {
	period := fmt.Sprintf("公示期为　　　　年　　月　　日至　　　　年　　月　　日(%d个工作日)。", n.Days)
	if line.PostedOn != nil {
		period = fmt.Sprintf("公示期为%s至%s(%d个工作日)。", line.PostedOn.Format("2006年1月2日"), line.EndsOn.Format("2006年1月2日"), n.Days)
	}
	if !n.Head.corrects() {
		return fmt.Sprintf("经%s%s研究、区委组织部审核,现将%s%s考评结果公示如下。", n.Sheet.TownshipName, n.Township.Committee(),
			rows[0].VillageName, n.Sheet.Month.Title()) + period
	}
	return "本公示更正" + n.replaced(rows) + "中下列人员的结果,以本公示为准,其余人员的结果不变。更正原因:" +
		n.Head.why() + "。更正人员重新公示," + period
}

// replaced names the notices that this one corrects, with the day on which they were put up.
func (n noticeSource) replaced(rows []noticeResult) string {
	var names []string
	for _, r := range rows {
		if r.BeforeNumber == nil {
			continue
		}
		name := fmt.Sprintf("%s考评结果公示(第%d版)", n.Sheet.Month.Title(), *r.BeforeNumber)
		for _, l := range n.Lines {
			if l.VillageID == r.VillageID && l.PostedOn != nil && n.number(l.PublicationID) == *r.BeforeNumber {
				name = l.PostedOn.Format("2006年1月2日") + "张贴的" + name
			}
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return n.Sheet.Month.Title() + "考评结果公示"
	}
	return strings.Join(names, "和")
}

// number gives a publication's number. Numbers run from 1 in the order of the keys.
func (n noticeSource) number(publication int64) int {
	older := map[int64]bool{}
	for _, l := range n.Lines {
		if l.PublicationID <= publication {
			older[l.PublicationID] = true
		}
	}
	return len(older)
}

// cells is a line of the notice.
func (r noticeResult) cells(n int, corrects bool) []string {
	list := []string{strconv.Itoa(n), r.PersonName, r.PositionTitle}
	if corrects {
		if r.BeforeTotal == nil {
			list = append(list, "—", "—")
		} else {
			list = append(list, r.BeforeTotal.Fixed(), r.BeforeGrade.Title())
		}
	}
	if r.Removed {
		return append(list, "—", "移出名单")
	}
	return append(list, r.Total.Fixed(), r.gradeText())
}

// gradeText is the grade, or why there is none.
func (r noticeResult) gradeText() string {
	if r.Grade == GradeNone && r.NoGrade != "" {
		return r.Grade.Title() + "(" + r.NoGrade + ")"
	}
	return r.Grade.Title()
}

func (m *Module) readNotice(r *http.Request, s access.Scope) (src noticeSource, err error) {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return src, err
	}
	var q noticeRequest
	httpx.DecodeQuery(r, &q)
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		sheet, err := m.Store.Sheet(r.Context(), tx, id, false)
		if err != nil {
			return err
		}
		src, err = m.Store.noticeSource(r.Context(), tx, sheet, q)
		return err
	})
	return src, err
}

func (m *Module) printNotice(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	src, err := m.readNotice(r, s)
	if err != nil {
		return err
	}
	return access.PrintPage(w, r, s, src.name(), false, noticePapers(src.papers()))
}

// name is what the printed page and the file are called.
func (n noticeSource) name() string {
	name := n.Sheet.TownshipName
	if list := byVillage(n.Results); len(list) == 1 {
		name += list[0][0].VillageName
	}
	return name + n.Sheet.Month.Title() + "月考评结果" + n.Head.versionTitle()
}

func (m *Module) noticeDocument(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	src, err := m.readNotice(r, s)
	if err != nil {
		return err
	}
	httpx.Attachment(w, src.name()+".docx", docx.ContentType)
	return src.document(s.Now()).Write(w)
}

// document is the notices as a file for the office's letterhead, a section per village.
func (n noticeSource) document(now time.Time) docx.Document {
	d := docx.Document{Title: n.name(), Made: now.In(month.Zone)}
	if len(n.Results) == 0 {
		d.Sections = append(d.Sections, docx.Section{docx.Paragraph{Style: docx.Title, Text: n.name()}, docx.Paragraph{Style: docx.Body, Text: nothingToPrint}})
	}
	for _, p := range n.papers() {
		t := docx.Table{Widths: []int{10, 20, 36, 14, 20}, Centred: []bool{true, true, false, true, true}, Head: p.Head, Rows: p.Rows}
		if n.Head.corrects() {
			t.Widths, t.Centred = []int{8, 15, 28, 11, 12, 13, 13}, []bool{true, true, false, true, true, true, true}
		}
		d.Sections = append(d.Sections, docx.Section{
			docx.Paragraph{Style: docx.Title, Text: p.Title}, docx.Paragraph{Style: docx.Subtitle, Text: p.Sub},
			docx.Paragraph{Style: docx.Body, Text: p.Lead}, t, docx.Paragraph{Style: docx.Body, Text: p.Contact},
			docx.Paragraph{Style: docx.Closing}, docx.Paragraph{Style: docx.Closing, Text: p.Signature},
			docx.Paragraph{Style: docx.Closing, Text: p.Date}})
	}
	return d
}
