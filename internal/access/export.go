package access

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
)

// Export is a spreadsheet on its way out: marked with who, when and for what, and noted in the trail.
type Export struct {
	Name    string // of the file, without ending
	Object  string // the table whose rows leave
	Purpose string // typed by the user, or the page's own purpose where the rows hold no personal data
	Filter  string // the conditions in words, for the trail
	Layout  xlsx.Layout
	Rows    func(w *xlsx.Writer) error
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

// File makes and notes the workbook for a job, which leaves it to be fetched.
func (e Export) File(ctx context.Context, s Scope) ([]byte, error) {
	if strings.TrimSpace(e.Purpose) == "" {
		return nil, fault.Invalid("请填写导出用途")
	}
	e.Layout.Footer = append(e.Layout.Footer, "导出人:"+s.Name()+"("+s.Unit()+")  导出时间:"+s.Now().Format("2006-01-02 15:04")+"  用途:"+e.Purpose)
	x, err := xlsx.NewWriter(e.Layout)
	if err != nil {
		return nil, err
	}
	defer x.Discard()
	if err := e.Rows(x); err != nil {
		return nil, err
	}
	rows := x.Rows()
	var b bytes.Buffer
	if err := x.Finish(&b); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b.Bytes())
	err = InScope(ctx, s, func(tx *Tx) error {
		tx.Audit(Line{Action: "export", Object: e.Object, Summary: "导出" + e.Name, Reason: e.Purpose,
			Detail: map[string]any{"rows": rows, "filter": e.Filter, "sha256": hex.EncodeToString(sum[:])}})
		return nil
	})
	return b.Bytes(), err
}
