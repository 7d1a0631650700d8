package assessment

import (
	"context"
	"net/http"
	"strconv"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// waitingUploads are the actor's own in this unit that were not confirmed yet, the newest first: past months for who may import
// them, scores of sheets that still take entries for who enters them.
func (Store) waitingUploads(ctx context.Context, tx *access.Tx) ([]Upload, error) {
	s := tx.Scope()
	rows, err := tx.Query(ctx, `select u.id, u.sheet_id, coalesce(to_char(h.month, 'YYYY-MM'), u.period) as period, u.file_name, ''::bytea as content, u.seen,
			u.state, u.row_count as rows, u.bad_count as bad, u.created_at as at
		from assessment_uploads u left join assessment_sheets h on h.tenant_id = u.tenant_id and h.id = u.sheet_id
		where u.tenant_id = @tenant and u.township_id = @township and u.created_by = @by and u.state = 'preview'
			and (u.sheet_id = 0 and @open or h.state in ('not_started', 'draft') and @enter)
		order by u.created_at desc, u.id desc`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": s.Township(), "by": s.Account(),
		"open": s.Can(PermOpen), "enter": s.Can(PermEnter)})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Upload])
}

// path is where its preview stands.
func (u Upload) path() string {
	if u.SheetID != 0 {
		return excelPath(u.SheetID) + "/" + strconv.FormatInt(u.ID, 10)
	}
	return "/assessment/import/" + strconv.FormatInt(u.ID, 10)
}

// page is where an upload of its kind starts.
func (u Upload) page() string {
	if u.SheetID != 0 {
		return excelPath(u.SheetID)
	}
	return "/assessment/import"
}

// title is the month that it holds or belongs to.
func (u Upload) title() string {
	at, err := month.Parse(u.Period)
	if err != nil {
		return ""
	}
	return at.Title()
}

// waitingFiles are the uploads of a sheet, or of past months, as a page lists them.
func waitingFiles(list []Upload, sheet int64) (out []ui.WaitingFile) {
	for _, u := range list {
		if u.SheetID != sheet {
			continue
		}
		f := ui.WaitingFile{Name: u.FileName, When: u.At.In(month.Zone).Format("2006-01-02 15:04"), Rows: "—", Bad: "表头有误", Wrong: true,
			Href: u.path(), Drop: u.path() + "/drop"}
		if sheet == 0 {
			f.Of = u.title()
		}
		if u.Rows != nil && u.Bad != nil {
			f.Rows, f.Bad, f.Wrong = strconv.Itoa(*u.Rows), strconv.Itoa(*u.Bad), *u.Bad > 0
		}
		out = append(out, f)
	}
	return out
}

// Tasks names what the actor uploaded and has not confirmed.
func (f *Files) Tasks(ctx context.Context, tx *access.Tx) ([]access.Task, error) {
	if s := tx.Scope(); !s.Can(PermOpen) && !s.Can(PermEnter) {
		return nil, nil
	}
	list, err := f.months.Store.waitingUploads(ctx, tx)
	if err != nil {
		return nil, err
	}
	tasks := make([]access.Task, len(list))
	for i, u := range list {
		tasks[i] = access.Task{Title: "表格待确认", Detail: u.title() + " · " + u.FileName, Count: 1, Href: u.path(), Act: "继续"}
	}
	return tasks, nil
}

// dropExcel and dropPast give an upload up. Asked twice, the second finds nothing left to do.
func (f *Files) dropExcel(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	sheet, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	return f.drop(w, r, s, sheet)
}

func (f *Files) dropPast(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return f.drop(w, r, s, 0)
}

func (f *Files) drop(w http.ResponseWriter, r *http.Request, s access.Scope, sheet int64) error {
	id, err := httpx.ID(r, "upload")
	if err != nil {
		return err
	}
	var name string
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		name, err = f.months.Store.dropUpload(r.Context(), tx, id, sheet)
		return err
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已放弃“"+name+"”,没有写入任何内容")
	return httpx.SeeOther(w, r, Upload{SheetID: sheet}.page())
}

// dropUpload empties an upload of the actor's own that waits, and gives its name. One that was confirmed is refused.
func (Store) dropUpload(ctx context.Context, tx *access.Tx, id, sheet int64) (name string, err error) {
	var state string
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "sheet": sheet, "by": tx.Scope().Account()}
	err = tx.QueryRow(ctx, `select state, file_name from assessment_uploads where tenant_id = @tenant and id = @id and sheet_id = @sheet and created_by = @by
		for update`, args).Scan(&state, &name)
	if err != nil || state == "dropped" {
		return name, err
	}
	if state != "preview" {
		return name, settled(state)
	}
	tx.Audit(access.Line{Action: "assessment.upload.drop", Object: "assessment_uploads", ID: id, Summary: "放弃上传的表格:" + name})
	_, err = tx.Exec(ctx, `update assessment_uploads set state = 'dropped', content = '' where tenant_id = @tenant and id = @id and sheet_id = @sheet
		and created_by = @by`, args)
	return name, err
}

// SweepUploads removes uploads that nobody came back for, and the lines of those that are settled.
func (m *Module) SweepUploads(ctx context.Context) error {
	return m.core.EachDistrict(ctx, "清理到期的上传文件", func(tx *access.Tx) error {
		_, err := tx.Exec(ctx, `delete from assessment_uploads where tenant_id = @tenant and created_at < @old`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "old": m.core.Now().AddDate(0, 0, -uploadDays)})
		return err
	})
}
