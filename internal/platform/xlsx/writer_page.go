package xlsx

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// OptionSheet is the hidden tab of a workbook of ours that holds its drop-down lists.
const OptionSheet = "选项"

// validations gives the columns their drop-down lists and notes, from the first row of data to the last.
func (w *Writer) validations(last int) error {
	for i, c := range w.layout.Columns {
		if len(c.Options) == 0 && c.Note == "" {
			continue
		}
		dv := excelize.NewDataValidation(true)
		dv.SetSqref(ref(i+1, w.first) + ":" + ref(i+1, last))
		if c.Note != "" {
			// the title carries the note too; of merged cells the upper one is chosen
			dv.SetInput(shorten(c.Title, 32), shorten(c.Note, 255))
			head := excelize.NewDataValidation(true)
			head.SetSqref(ref(i+1, w.first-w.headerLines()) + ":" + ref(i+1, w.first-1))
			head.SetInput(shorten(c.Title, 32), shorten(c.Note, 255))
			if err := w.file.AddDataValidation(w.layout.Sheet, head); err != nil {
				return err
			}
		}
		if len(c.Options) > 0 {
			dv.SetError(excelize.DataValidationErrorStyleWarning, shorten(c.Title, 32), "不在下拉列表中,仍要这样填写吗?")
			if err := w.dropDown(dv, c.Options, w.lists); err != nil {
				return err
			}
		}
		if err := w.file.AddDataValidation(w.layout.Sheet, dv); err != nil {
			return err
		}
	}
	return nil
}

// dropDown writes a short list into the rule itself, and a long one, or one with commas, to a hidden sheet.
func (w *Writer) dropDown(dv *excelize.DataValidation, options []string, lists *int) error {
	joined := strings.Join(options, ",")
	if len(utf16.Encode([]rune(joined))) <= 250 && strings.Count(joined, ",") == len(options)-1 {
		return dv.SetDropList(options)
	}
	if *lists == 0 {
		if _, err := w.file.NewSheet(OptionSheet); err != nil {
			return err
		}
		if err := w.file.SetSheetVisible(OptionSheet, false, true); err != nil {
			return err
		}
	}
	*lists++
	if err := w.file.SetSheetCol(OptionSheet, ref(*lists, 1), &options); err != nil {
		return err
	}
	letter := Cell{Row: 1, Col: *lists}.Letter()
	dv.SetSqrefDropList(fmt.Sprintf("%s!$%s$1:$%s$%d", OptionSheet, letter, letter, len(options)))
	return nil
}

// print sets the sheet up for A4: all columns on one page's width, the header on every page, page numbers and the
// export's footer at the foot.
func (w *Writer) print() error {
	sheet, a4, orientation, wide, high := w.layout.Sheet, 9, "landscape", 1, 0
	if w.layout.Upright {
		orientation = "portrait"
	}
	if err := w.file.SetPageLayout(sheet, &excelize.PageLayoutOptions{
		Size: &a4, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &high,
	}); err != nil {
		return err
	}
	side, bottom, foot, center := 0.47, 0.75, 0.35, true // 12 mm, and room for the foot
	if err := w.file.SetPageMargins(sheet, &excelize.PageLayoutMarginsOptions{
		Left: &side, Right: &side, Top: &side, Bottom: &bottom, Header: &foot, Footer: &foot, Horizontally: &center,
	}); err != nil {
		return err
	}
	text := "&R第&P页 共&N页"
	if len(w.layout.Footer) > 0 {
		line := strings.ReplaceAll(shorten(strings.Join(w.layout.Footer, "  "), 100), "&", "&&")
		text = "&L&8 " + line + text // the space ends the size, or a leading digit would join it
	}
	if err := w.file.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddFooter: text}); err != nil {
		return err
	}
	name := strings.ReplaceAll(sheet, "'", "''")
	return w.file.SetDefinedName(&excelize.DefinedName{
		Name:     "_xlnm.Print_Titles",
		RefersTo: fmt.Sprintf("'%s'!$%d:$%d", name, w.first-w.headerLines(), w.first-1),
		Scope:    sheet,
	})
}

// protect locks every cell but those of entry columns; widths, filters and formats stay the user's.
func (w *Writer) protect() error {
	return w.file.ProtectSheet(w.layout.Sheet, &excelize.SheetProtectionOptions{SelectLockedCells: true, SelectUnlockedCells: true,
		AutoFilter: true, Sort: true, FormatCells: true, FormatColumns: true, FormatRows: true})
}

// shorten cuts text to what a field of the format may hold.
func shorten(text string, limit int) string {
	if r := []rune(text); len(r) > limit {
		return string(r[:limit-1]) + "…"
	}
	return text
}
