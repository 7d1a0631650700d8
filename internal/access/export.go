package access

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"slices"

	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
)

// Export is a spreadsheet on its way out: marked with who, when and for what, and noted in the trail.
type Export struct {
	Name    string  // of the file, without ending
	Object  string  // the table whose rows leave
	Purpose string  // as the user typed it, or the page's own where the rows hold no personal data
	Filter  string  // the conditions in words, for the trail
	People  *People // whose data the file holds; whoever writes the rows adds them
	Layout  xlsx.Layout
	Rows    func(w *xlsx.Writer) error
	// Sheets and Fill take the place of Layout and Rows in a workbook of several sheets.
	Sheets []xlsx.Layout
	Fill   func(b *xlsx.BookWriter) error
}

// XLSX is the content type of a workbook.
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Send writes the workbook, notes the export with its row count and the file's hash, and only then sends it: nothing
// leaves that the trail does not know.
func (e Export) Send(w http.ResponseWriter, r *http.Request, s Scope) error {
	file, err := e.File(r.Context(), s)
	if err != nil {
		return err
	}
	httpx.Attachment(w, e.Name+".xlsx", XLSX)
	_, _ = w.Write(file) // the client may have gone
	return nil
}

// Refusal is why the export cannot leave for its purpose, for those who start a job that makes it.
func (e Export) Refusal() error {
	_, err := e.asking().Purpose(e.Purpose)
	return err
}

func (e Export) asking() Asking { return Asking{Act: "导出", What: e.Name, Words: e.Filter} }

// File makes and notes the workbook for a job, which leaves it to be fetched.
func (e Export) File(ctx context.Context, s Scope) ([]byte, error) {
	var err error
	if e.Purpose, err = e.asking().Purpose(e.Purpose); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	rows, err := e.write(&b, s.Mark("导出", e.Purpose))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b.Bytes())
	if e.People != nil {
		rows["persons"] = e.People
	}
	rows["filter"], rows["sha256"] = e.Filter, hex.EncodeToString(sum[:])
	err = InScope(ctx, s, func(tx *Tx) error {
		tx.Audit(Line{Action: "export", Object: e.Object, Summary: "导出" + e.Name, Reason: e.Purpose, Detail: rows})
		return nil
	})
	return b.Bytes(), err
}

// write makes the workbook, with the mark at the foot of every sheet and page, and counts its rows.
func (e Export) write(out io.Writer, mark string) (map[string]any, error) {
	if len(e.Sheets) == 0 {
		e.Layout.Footer = append(e.Layout.Footer, mark)
		x, err := xlsx.NewWriter(e.Layout)
		if err != nil {
			return nil, err
		}
		defer x.Discard()
		if err := e.Rows(x); err != nil {
			return nil, err
		}
		return map[string]any{"rows": x.Rows()}, x.Finish(out)
	}
	sheets := slices.Clone(e.Sheets)
	for i := range sheets {
		sheets[i].Footer = append(slices.Clone(sheets[i].Footer), mark)
	}
	x, err := xlsx.NewBookWriter(sheets...)
	if err != nil {
		return nil, err
	}
	defer x.Discard()
	if err := e.Fill(x); err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for i, sheet := range sheets {
		counts[sheet.Sheet] = x.Sheet(i).Rows()
	}
	return map[string]any{"rows": x.Sheet(0).Rows(), "sheets": counts}, x.Finish(out)
}
