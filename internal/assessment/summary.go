package assessment

import (
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/points"
)

// The 月考评汇总表 is cut into sheets of A4 by the server, since old kernels repeat no heads and count no pages. Heights
// are in tenths of a millimetre, of the type and margins in print.css and summary.css.
const (
	summaryBody   = 1490 // left on a sheet below the title
	summaryFoot   = 330  // taken by note and signatures on the last one
	summaryLine   = 56
	summarySmall  = 48 // a line of the smaller type of post and remark
	summaryMargin = 22
)

// Full-width characters that fit into a line of the columns.
const (
	remarkWidth   = 17
	positionWidth = 10
	villageWidth  = 6
	// of all dimensions together
	dimensionsWidth = 23
)

// summarySheet is the printed form of a sheet.
type summarySheet struct {
	*review
	Pages []summaryPage
}

type summaryPage struct{ Villages []summaryVillage }

type summaryVillage struct {
	Name string
	Rows []summaryRow
}

type summaryRow struct {
	reviewRow
	Number int
	Cells  []string
	Grade  string
	Remark string
}

// height estimates a row's height by its longest cell.
func (r summaryRow) height(alone bool) int {
	h := max(summaryLine, summarySmall*max(textLines(r.Remark, remarkWidth), textLines(r.PositionTitle, positionWidth)))
	if alone {
		h = max(h, summaryLine*textLines(r.VillageName, villageWidth))
	}
	return summaryMargin + h
}

func (v summaryVillage) height() int {
	h := 0
	for _, r := range v.Rows {
		h += r.height(len(v.Rows) == 1)
	}
	return h
}

// textLines counts the lines of a text in a column; two half-width characters take the room of one.
func textLines(text string, width int) int {
	halves := 0
	for _, r := range text {
		halves++
		if utf8.RuneLen(r) > 1 {
			halves++
		}
	}
	return (halves + 2*width - 1) / (2 * width)
}

// lay makes the rows of the form, grouped by village.
func (s *summarySheet) lay() {
	var villages []summaryVillage
	for i, r := range s.rows() {
		row := summaryRow{reviewRow: r, Number: i + 1, Grade: r.gradeTitle(), Remark: s.remark(r)}
		for _, d := range s.Scheme.Dimensions {
			row.Cells = append(row.Cells, s.value(r.ID, d.Code).String())
		}
		if n := len(villages); n == 0 || villages[n-1].Rows[0].VillageID != r.VillageID {
			villages = append(villages, summaryVillage{Name: r.VillageName})
		}
		last := &villages[len(villages)-1]
		last.Rows = append(last.Rows, row)
	}
	body := summaryBody - s.headLines()*summaryLine
	s.Pages = cutPages(villages, body, body-summaryFoot)
}

// headLines is how many lines the head takes: the dimensions share what the other columns leave.
func (s *summarySheet) headLines() int {
	lines, width := 1, max(1, dimensionsWidth/len(s.Scheme.Dimensions))
	for _, d := range s.Scheme.Dimensions {
		lines = max(lines, textLines(d.Title, width))
	}
	return lines
}

// cutPages fills sheets from the top; a village that goes on over the edge of a sheet is named again. The last sheet
// leaves room for the signatures, and the last village moves there as a whole rather than leaving a row behind.
func cutPages(villages []summaryVillage, body, last int) []summaryPage {
	var pages []summaryPage
	var page summaryPage
	used := 0
	for i, v := range villages {
		final := i == len(villages)-1
		together := final && used+v.height() > last && v.height() <= last
		for j, r := range v.Rows {
			room, h := body, r.height(len(v.Rows) == 1)
			if final && j == len(v.Rows)-1 {
				room = last
			}
			if used > 0 && (used+h > room || together && j == 0) {
				pages, page, used = append(pages, page), summaryPage{}, 0
			}
			if used == 0 || j == 0 {
				page.Villages = append(page.Villages, summaryVillage{Name: v.Name})
			}
			at := &page.Villages[len(page.Villages)-1]
			at.Rows = append(at.Rows, r)
			used += h
		}
	}
	return append(pages, page)
}

// remark explains a row: why it lost or gained, and why there is no grade.
func (s *summarySheet) remark(r reviewRow) string {
	var parts []string
	for _, e := range r.Entries {
		text := e.Reason
		if text == "" {
			text = e.Title
		}
		parts = append(parts, text+e.amount(s.Scheme))
	}
	if r.NoGrade != "" {
		parts = append(parts, r.NoGrade)
	}
	return strings.Join(parts, ";")
}

// note is the line above the signatures: what the sheet comes to, and on which decision it rests.
func (s *summarySheet) note() string {
	count, pending := map[Grade]int{}, 0
	var all []points.Points
	for _, r := range s.Rows {
		if s.pending(r.ID) {
			pending++
		} else {
			count[s.graded(r).Grade]++
		}
		all = append(all, r.Normalised)
	}
	mean, _ := points.Average(all)
	text := fmt.Sprintf("共%d人,平均分%s分;优秀%d人(名额%d个)、称职%d人、基本称职%d人、不称职%d人、不定等次%d人", len(s.Rows), mean.Fixed(),
		count[GradeExcellent], s.Outcome.Quota, count[GradeCompetent], count[GradeBasicallyCompetent], count[GradeIncompetent], count[GradeNone])
	if pending > 0 {
		text += fmt.Sprintf(",同分待定%d人", pending)
	}
	text += "。"
	if !s.approved() {
		return text + s.Committee + "会研究日期:　　　年　　月　　日　会议纪要号:"
	}
	if s.Sheet.MeetingOn != nil {
		text += "经" + s.Sheet.MeetingOn.Format("2006年1月2日") + s.Committee + "会研究"
		if s.Sheet.MinutesNo != "" {
			text += "(" + s.Sheet.MinutesNo + ")"
		}
		text += "。"
	}
	return text
}

// sub is the line below the title. Before the approval the form is what the committee has on its table.
func (s *summarySheet) sub() string {
	if !s.approved() {
		return s.Sheet.Month.Title() + "(送审稿,等次为拟定)"
	}
	return s.Sheet.Month.Title()
}

func (m *Module) printSummary(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := &summarySheet{}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		p.review, err = m.Store.review(r.Context(), tx, id, false)
		return err
	})
	if err != nil {
		return err
	}
	p.lay()
	return access.PrintPage(w, r, s, p.Sheet.TownshipName+p.Sheet.Month.Title()+"月考评汇总表", true, summaryPages(p))
}
