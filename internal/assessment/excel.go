package assessment

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/points"
	"touyan/internal/platform/xlsx"
)

// The columns of a sheet's workbook besides its dimensions.
const (
	columnCode  = "code" // the row's key, by which a line comes back to its row in whatever order
	columnName  = "name"
	columnDrawn = "drawn" // the values at the download: what the user left alone never overwrites later work of others
)

func dimensionColumn(code string) string { return "d." + code }

// workbook is the sheet's columns, for writing and for reading back.
func (s Scheme) workbook() xlsx.Schema {
	columns := []xlsx.Column{{Key: columnCode, Title: "行码", Required: true, Text: true, Hidden: true, Width: 10},
		{Key: "village", Title: "村(社区)", Width: 16}, {Key: columnName, Title: "姓名", Required: true, Width: 12},
		{Key: "position", Title: "职务", Width: 24}}
	for _, d := range s.Dimensions {
		c := xlsx.Column{Key: dimensionColumn(d.Code), Title: d.Title + "(" + d.Max.String() + "分)", Synonyms: []string{d.Title},
			Required: true, Entry: true, Width: 11, Note: "填写得分,满分" + d.Max.String() + "分"}
		if d.Kind == DimensionBonus {
			c.Title, c.Note = d.Title+"(最多"+d.Max.String()+"分)", "填写加分,最多"+d.Max.String()+"分"
		}
		columns = append(columns, c)
	}
	return xlsx.Schema{Columns: append(columns, xlsx.Column{Key: "total", Title: "合计", Width: 9},
		xlsx.Column{Key: columnDrawn, Title: "下载时分值", Text: true, Hidden: true, Width: 10})}
}

// sum is the formula of a row's total in the workbook: bases, and the bonus up to its cap.
func (s Scheme) sum(row int) xlsx.Formula {
	const before = 4 // columns in front of the dimensions
	var bases, bonuses []string
	for i, d := range s.Dimensions {
		ref := xlsx.Cell{Row: row, Col: before + i + 1}.Ref()
		if d.Kind == DimensionBonus {
			bonuses = append(bonuses, ref)
		} else {
			bases = append(bases, ref)
		}
	}
	total := "SUM(" + strings.Join(bases, ",") + ")"
	if len(bonuses) > 0 {
		total += "+MIN(" + s.BonusCap.String() + ",SUM(" + strings.Join(bonuses, ",") + "))"
	}
	return xlsx.Formula("MIN(" + s.TotalCap.String() + "," + total + ")")
}

// drawn packs the values of a row, as a save sends them back.
func (d *desk) drawn(row int64) string {
	parts := make([]string, len(d.Scheme.Dimensions))
	for i, dim := range d.Scheme.Dimensions {
		parts[i] = d.value(row, dim.Code).String()
	}
	return strings.Join(parts, ",")
}

// sheetFile is what an uploaded workbook would change on its sheet.
type sheetFile struct {
	Match   xlsx.Match
	Report  *xlsx.Report
	Rows    []fileRow // with a change, in the order of the file
	Lines   int
	Same    int // rows that change nothing
	Absent  int // rows of the sheet that the file lacks
	Changes int
	Clashes int // cells that another account changed since the download
	Print   string
}

type fileRow struct {
	Number int // in the workbook
	Person Row
	Cells  map[string]fileCell
}

type fileCell struct {
	typedCell
	Before, After points.Points
	Theirs        string // who changed it since the download, empty if nobody did
}

// readSheetFile compares a workbook with the sheet, cell by cell, and notes everything that is wrong with it. The ledger
// takes the changes over; keep leaves the clashing cells as they are now.
func readSheetFile(l *ledger, data []byte, keep bool) (*sheetFile, error) {
	book, err := xlsx.OpenBytes(data, xlsx.Limits{})
	if err != nil {
		return nil, xlsx.Fault(err)
	}
	table, err := book.Table(l.Scheme.workbook(), nil)
	if err != nil {
		return nil, xlsx.Fault(err)
	}
	f := &sheetFile{Match: table.Match, Report: table.Report()}
	if table.Match.Err() != nil {
		return f, nil
	}
	seen := map[int64]int{}
	strangers := 0
	for row, err := range table.Rows() {
		if err != nil {
			return nil, xlsx.Fault(err)
		}
		f.Lines++
		person, ok := f.identify(l.desk, row, seen)
		if !ok {
			strangers++
			continue
		}
		if r := f.compare(l, row, person, keep); len(r.Cells) > 0 {
			f.Rows = append(f.Rows, r)
		} else {
			f.Same++
		}
	}
	if len(seen)+strangers == 0 {
		return nil, fault.Invalid("表格中没有读到一行数据")
	}
	if len(seen) == 0 {
		return nil, fault.Invalid("这不是%s%s的考评表,可能是其他月份或其他乡镇的;请重新下载表格后填写", l.Sheet.TownshipName, l.Sheet.Month.Title())
	}
	f.Absent = len(l.Rows) - len(seen)
	f.fingerprint(l.Scheme)
	return f, nil
}

// identify finds the row that a line belongs to: by its code, with the name as a check. Position says nothing.
func (f *sheetFile) identify(d *desk, row xlsx.Row, seen map[int64]int) (Row, bool) {
	code := row.Text(columnCode)
	id, err := strconv.ParseInt(code, 10, 64)
	name := squeeze(row.Text(columnName))
	switch {
	case code == "":
		f.Report.Cell(row, columnCode, "没有行码,不知道是谁的分;请不要在表格中增加行,新增人员在“名单变动”中办理")
		return Row{}, false
	case err != nil || !d.holds(id):
		f.Report.Cell(row, columnCode, "行码不在本月的考评表中,请重新下载表格")
		return Row{}, false
	case seen[id] != 0:
		f.Report.Cell(row, columnCode, "与第%d行是同一人(%s)", seen[id], d.row(id).PersonName)
		return Row{}, false
	}
	seen[id] = row.Number
	person := d.row(id)
	if name != squeeze(person.PersonName) {
		f.Report.Cell(row, columnName, "这一行原为%s(%s),表格中写的是“%s”,姓名与行码不一致,请勿移动姓名", person.PersonName, person.VillageName, row.Text(columnName))
	}
	return person, true
}

// compare takes over the cells of a line that the user changed after the download.
func (f *sheetFile) compare(l *ledger, row xlsx.Row, person Row, keep bool) fileRow {
	r := fileRow{Number: row.Number, Person: person, Cells: map[string]fileCell{}}
	drawn := strings.Split(row.Text(columnDrawn), ",")
	for i, d := range l.Scheme.Dimensions {
		key := dimensionColumn(d.Code)
		cell := row.Cell(key)
		if trouble := cell.Trouble(); trouble != "" {
			f.Report.Cell(row, key, "%s", trouble)
			continue
		}
		if cell.Blank() {
			continue
		}
		difference, err := ParseTyped(cell.Text, ModeScore, d)
		if err != nil {
			f.Report.Cell(row, key, "%s", fault.Of(err).Sentence)
			continue
		}
		now := l.value(person.ID, d.Code)
		c := fileCell{typedCell: typedCell{Row: person.ID, Dimension: d.Code, Text: cell.Text, Mode: ModeScore, Was: now.String()},
			Before: now, After: (d.Full() + difference).Clamp(0, d.Max)}
		was := now
		if len(drawn) == len(l.Scheme.Dimensions) {
			if p, err := points.Parse(drawn[i]); err == nil {
				was = p
			}
		}
		if c.After == now || c.After == was {
			continue
		}
		c.Was = was.String()
		f.take(l, row, &r, key, c, keep)
	}
	return r
}

func (f *sheetFile) take(l *ledger, row xlsx.Row, r *fileRow, key string, c fileCell, keep bool) {
	b := l.enter(c.typedCell)
	if b != nil && b.Theirs != nil {
		c.Theirs = b.By
		f.Clashes++
		if keep {
			r.Cells[c.Dimension] = c
			return
		}
		c.Was = c.Before.String() // both are shown; whoever confirms has seen them
		b = l.enter(c.typedCell)
	}
	if b != nil {
		f.Report.Cell(row, key, "%s", b.Sentence)
		return
	}
	f.Changes++
	r.Cells[c.Dimension] = c
}

// fingerprint says what would change from what: if the sheet moves between look and confirmation, the user looks again.
func (f *sheetFile) fingerprint(s Scheme) {
	h := sha256.New()
	for _, r := range f.Rows {
		for _, d := range s.Dimensions {
			if c, ok := r.Cells[d.Code]; ok {
				fmt.Fprintf(h, "%d %s %d>%d;", r.Person.ID, d.Code, c.Before, c.After)
			}
		}
	}
	f.Print = hex.EncodeToString(h.Sum(nil)[:12])
}

// summary is what the file comes to, in one sentence.
func (f *sheetFile) summary() string {
	s := fmt.Sprintf("将修改%d人%d格,%d人没有变化", len(f.Rows), f.Changes, f.Same)
	if f.Absent > 0 {
		s += fmt.Sprintf(",表格中没有的%d人不改动", f.Absent)
	}
	return s
}

// ok reports whether the file can be saved as it is.
func (f *sheetFile) ok() bool { return f.Match.Err() == nil && f.Report.OK() }
