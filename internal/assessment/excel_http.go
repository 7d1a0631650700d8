package assessment

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"touyan/internal/access"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// Files is what goes out of the assessment and comes back as workbooks: a sheet's scores, and past months.
type Files struct {
	months *Module
	keys   *crypt.Keys
}

// NewFiles makes the module; uploads rest sealed under the keys.
func NewFiles(m *Module, keys *crypt.Keys) *Files { return &Files{m, keys} }

// Module declares the routes.
func (f *Files) Module() access.Module {
	get, post := http.MethodGet, http.MethodPost
	return access.Module{Name: "assessment files", Tasks: f.Tasks, Sealed: sealedColumns, Routes: append(f.pastRoutes(), []access.Route{
		{Method: get, Path: "/assessment/sheets/{id}/excel", Need: PermEnter, Do: f.showExcel},
		{Method: post, Path: "/assessment/sheets/{id}/excel/download", Need: PermEnter, Do: f.downloadExcel},
		{Method: post, Path: "/assessment/sheets/{id}/excel", Need: PermEnter, Do: f.uploadExcel, Upload: true},
		{Method: get, Path: "/assessment/sheets/{id}/excel/{upload}", Need: PermEnter, Do: f.previewExcel},
		{Method: post, Path: "/assessment/sheets/{id}/excel/{upload}", Need: PermEnter, Do: f.confirmExcel},
		{Method: post, Path: "/assessment/sheets/{id}/excel/{upload}/repair", Need: PermEnter, Do: f.repairExcel},
		{Method: post, Path: "/assessment/sheets/{id}/excel/{upload}/drop", Need: PermEnter, Do: f.dropExcel},
	}...)}
}

// excelProps is the page of a sheet's workbook: download and upload, or the preview of an upload.
type excelProps struct {
	*desk
	Grant   string
	Problem string // why the upload was refused
	Waiting []ui.WaitingFile
	Upload  Upload
	File    *sheetFile
	Moved   bool // the sheet changed since the preview
}

func excelPath(sheet int64) string { return sheetPath(sheet) + "/excel" }

func (p excelProps) path() string {
	return p.Upload.path()
}

// openDesk reads a sheet that takes entries.
func (f *Files) openDesk(ctx context.Context, tx *access.Tx, id int64, lock bool) (*desk, error) {
	d, err := f.months.Store.desk(ctx, tx, id, lock)
	if err != nil {
		return nil, err
	}
	_, err = Next(d.State, ActEnter)
	return d, err
}

func (f *Files) showExcel(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	return f.drawExcel(w, r, s, id, "", http.StatusOK)
}

func (f *Files) drawExcel(w http.ResponseWriter, r *http.Request, s access.Scope, id int64, problem string, status int) error {
	p := excelProps{Grant: s.GrantID(), Problem: problem}
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		if p.desk, err = f.openDesk(r.Context(), tx, id, false); err != nil {
			return err
		}
		waiting, err := f.months.Store.waitingUploads(r.Context(), tx)
		p.Waiting = waitingFiles(waiting, id)
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "下载/上传表格", Status: status, Crumbs: sheetCrumbs(p.Sheet, true)}, excelPage(p))
}

// downloadExcel gives the sheet as a workbook in which only scores can be typed.
func (f *Files) downloadExcel(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var d *desk
	err = access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		d, err = f.openDesk(r.Context(), tx, id, false)
		return err
	})
	if err != nil {
		return err
	}
	name := d.Sheet.TownshipName + d.Sheet.Month.Title() + "月考评表"
	return access.Export{Name: name, Object: "assessment_rows", Purpose: "填报月考评", Filter: name,
		Layout: xlsx.Layout{Sheet: "考评表", Title: name, Frozen: 3, Locked: true, Columns: d.Scheme.workbook().Columns,
			Lines: []string{"只能填写各维度的得分。行的顺序可以调整,请不要增加行、改动姓名。填好后在“下载/上传表格”中上传。"}},
		Rows: func(x *xlsx.Writer) error { return d.writeRows(x) }}.Send(w, r, s)
}

func (d *desk) writeRows(x *xlsx.Writer) error {
	for _, r := range d.Rows {
		values := []any{strconv.FormatInt(r.ID, 10), r.VillageName, r.PersonName, r.PositionTitle}
		for _, dim := range d.Scheme.Dimensions {
			values = append(values, xlsx.Decimal(d.value(r.ID, dim.Code).String()))
		}
		if err := x.Row(append(values, d.Scheme.sum(x.NextRow()), d.drawn(r.ID))...); err != nil {
			return err
		}
	}
	return nil
}

// uploadExcel keeps a workbook for its preview. What is no workbook of this sheet is refused before anything is kept.
func (f *Files) uploadExcel(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var upload int64
	file, err := httpx.File(r, "file")
	if err == nil {
		err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
			d, err := f.openDesk(r.Context(), tx, id, false)
			if err != nil {
				return err
			}
			read, err := readSheetFile(newLedger(d, s, sourceExcel), file.Data, false)
			if err != nil {
				return err
			}
			u := Upload{SheetID: id, FileName: file.Name, Content: file.Data, Seen: read.Print}.counted(read.Match, read.Report, read.Lines)
			upload, err = f.months.Store.saveUpload(r.Context(), tx, f.keys, u, d.Sheet.TownshipID)
			return err
		})
	}
	switch x := fault.Of(err); {
	case err == nil:
		return httpx.SeeOther(w, r, excelPath(id)+"/"+strconv.FormatInt(upload, 10))
	case x.Kind == fault.KindInvalid:
		return f.drawExcel(w, r, s, id, x.Sentence, http.StatusUnprocessableEntity)
	case x.Kind == fault.KindTooLarge:
		return f.drawExcel(w, r, s, id, x.Sentence, http.StatusRequestEntityTooLarge)
	}
	return err
}

// load reads an upload and compares it with the sheet as it is now.
func (f *Files) load(r *http.Request, tx *access.Tx, p *excelProps, lock, keep bool) (*ledger, error) {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return nil, err
	}
	upload, err := httpx.ID(r, "upload")
	if err != nil {
		return nil, err
	}
	if p.desk, err = f.openDesk(r.Context(), tx, id, lock); err != nil {
		return nil, err
	}
	if p.Upload, err = f.months.Store.upload(r.Context(), tx, f.keys, upload, id, lock); err != nil {
		return nil, err
	}
	l := newLedger(p.desk, tx.Scope(), sourceExcel)
	p.File, err = readSheetFile(l, p.Upload.Content, keep)
	return l, err
}

func (f *Files) previewExcel(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := excelProps{Grant: s.GrantID()}
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		_, err := f.load(r, tx, &p, false, false)
		return err
	})
	if err != nil {
		return err
	}
	return f.drawPreview(w, r, s, p, http.StatusOK)
}

func (f *Files) drawPreview(w http.ResponseWriter, r *http.Request, s access.Scope, p excelProps, status int) error {
	crumbs := append(sheetCrumbs(p.Sheet, true), ui.Crumb{Title: "下载/上传表格", Href: excelPath(p.Sheet.ID)})
	return access.Page(w, r, s, access.View{Title: p.Upload.FileName, Status: status, Crumbs: crumbs}, excelPreview(p))
}

// confirmExcel saves what the preview showed, all or nothing.
func (f *Files) confirmExcel(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := excelProps{Grant: s.GrantID()}
	keep := r.PostForm.Get("act") == "keep"
	saved, rows := 0, 0
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		l, err := f.load(r, tx, &p, true, keep)
		if err != nil {
			return err
		}
		if !p.File.ok() {
			return fault.Conflict("文件中仍有问题,没有保存任何一格。请返回查看,修改后重新上传")
		}
		if p.Moved = p.File.Print != p.Upload.Seen; p.Moved {
			return f.months.Store.showUpload(r.Context(), tx, p.Upload.ID, p.File.Print)
		}
		rows = len(l.changedRows())
		if saved, err = f.months.saveLedger(r.Context(), tx, l, "上传表格"); err != nil {
			return err
		}
		return f.months.Store.finishUpload(r.Context(), tx, p.Upload.ID)
	})
	if err != nil {
		return err
	}
	if p.Moved {
		return f.drawPreview(w, r, s, p, http.StatusConflict)
	}
	access.Flash(r, s, "success", fmt.Sprintf("表格已保存:%d人%d格", rows, saved))
	return httpx.SeeOther(w, r, sheetPath(p.Sheet.ID))
}

// repairExcel gives the user's own file back with every problem marked.
func (f *Files) repairExcel(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return sendRepair(w, r, s, func(tx *access.Tx) (Upload, *xlsx.Report, error) {
		p := excelProps{}
		if _, err := f.load(r, tx, &p, false, false); err != nil {
			return Upload{}, nil, err
		}
		return p.Upload, p.File.Report, nil
	})
}

// sendRepair answers with the file of an upload, each problem of the report marked where it stands.
func sendRepair(w http.ResponseWriter, r *http.Request, s access.Scope, load func(tx *access.Tx) (Upload, *xlsx.Report, error)) error {
	var (
		u     Upload
		fixed []byte
	)
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		loaded, report, err := load(tx)
		if err != nil {
			return err
		}
		if report.OK() {
			return fault.Conflict("文件没有问题行")
		}
		u = loaded
		if fixed, err = xlsx.RepairFile(u.Content, report); err != nil {
			return xlsx.Fault(err)
		}
		tx.Audit(access.Line{Action: "assessment.repair", Object: "assessment_uploads", ID: u.ID, Summary: "下载问题行", Reason: "更正后重新上传"})
		return nil
	})
	if err != nil {
		return err
	}
	httpx.Attachment(w, "问题行-"+u.FileName, access.XLSX)
	_, _ = w.Write(fixed) // the client may have gone
	return nil
}
