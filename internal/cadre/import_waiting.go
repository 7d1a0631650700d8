package cadre

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// keptDays is how long an upload waits for its confirmation, as long as files that background work leaves. It holds personal
// data, so the hourly sweep removes what is older, whoever comes or does not come by.
const keptDays = 7

// The kinds of upload that wait in import_batches.
const (
	rosterUpload   = "roster" // a roster, or a workbook of whole files
	formsUpload    = "forms"
	electionUpload = "election"
)

// repaired begins the name of the file that lists what is wrong with an upload.
const repaired = "问题行-"

// keepUpload keeps a file, sealed, until it is confirmed, given up or too old. The summary says what was found and holds no
// personal value. The file takes the place of an own earlier one of its name that was not right: it has been corrected.
func keepUpload(ctx context.Context, tx *access.Tx, keys *crypt.Keys, kind string, file httpx.Upload, summary any) (id int64, err error) {
	s := tx.Scope()
	if _, err = tx.Exec(ctx, `update import_batches set state = 'dropped', content = ''::bytea, finished_at = @now
		where tenant_id = @tenant and township_id = @township and village_id = @village and created_by = @by and kind = @kind and state = 'preview'
			and file_name in (@name, @plain, @prefix || @plain) and (coalesce((summary->>'Bad')::int, 0) > 0 or not coalesce((summary->>'Checked')::boolean, false))`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": s.Township(), "village": s.Village(), "by": s.Account(), "kind": kind, "name": file.Name,
			"plain": strings.TrimPrefix(file.Name, repaired), "prefix": repaired, "now": s.Now()}); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `insert into import_batches (tenant_id, township_id, village_id, kind, file_name, content, summary, created_by, created_at)
		values (@tenant, @township, @village, @kind, @name, @content, @summary, @by, @now) returning id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"township": s.Township(), "village": s.Village(), "kind": kind, "name": file.Name,
		"content": keys.Encrypt(tx.Tenant(), "cadre.import", string(file.Data)), "summary": summary, "by": s.Account(), "now": s.Now()}).Scan(&id)
	return id, err
}

// waitingUpload is an upload of the actor's own, made in this unit, that was not confirmed yet.
type waitingUpload struct {
	ID        int64
	Kind      string
	FileName  string
	Rows      int
	Bad       int
	Checked   bool  // it could be read as far as counting goes
	Round     int64 // of a sheet of an election, with its township
	Township  int64
	CreatedAt time.Time
}

// waitingUploads are those of a kind, "" for all, the newest first.
func waitingUploads(ctx context.Context, tx *access.Tx, kind string) ([]waitingUpload, error) {
	s := tx.Scope()
	rows, err := tx.Query(ctx, `select id, kind, file_name, coalesce((summary->>'Rows')::int, 0) as rows, coalesce((summary->>'Bad')::int, 0) as bad,
			coalesce((summary->>'Checked')::boolean, false) as checked, coalesce((summary->>'Round')::bigint, 0) as round,
			coalesce((summary->>'Township')::bigint, 0) as township, created_at
		from import_batches where tenant_id = @tenant and township_id = @township and village_id = @village and created_by = @by and state = 'preview'
			and (@kind = '' or kind = @kind)
		order by created_at desc, id desc limit 50`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": s.Township(), "village": s.Village(),
		"by": s.Account(), "kind": kind})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[waitingUpload])
}

// path is where its preview stands, and page where an import of its kind starts.
func (u waitingUpload) path() string {
	switch u.Kind {
	case formsUpload:
		return formsPath(u.ID)
	case electionUpload:
		return bookPath(u.ID)
	}
	return importPath(u.ID)
}

func (u waitingUpload) page() string {
	switch u.Kind {
	case formsUpload:
		return "/cadres/forms/import"
	case electionUpload:
		return roundTownPath(u.Round, u.Township) + "/upload"
	}
	return "/cadres/import"
}

func importPath(id int64) string { return "/cadres/import/" + strconv.FormatInt(id, 10) }

// waitingFiles are uploads as a page lists them.
func waitingFiles(list []waitingUpload) []ui.WaitingFile {
	out := make([]ui.WaitingFile, len(list))
	for i, u := range list {
		out[i] = ui.WaitingFile{Name: u.FileName, When: u.CreatedAt.In(month.Zone).Format("2006-01-02 15:04"), Rows: "—", Bad: "表头待核对", Wrong: true,
			Href: u.path(), Drop: importPath(u.ID) + "/drop"}
		if u.Checked {
			out[i].Rows, out[i].Bad, out[i].Wrong = strconv.Itoa(u.Rows), strconv.Itoa(u.Bad), u.Bad > 0
		}
	}
	return out
}

// waitingTasks names what the actor uploaded and has not confirmed, one line per page where an import starts.
func waitingTasks(ctx context.Context, tx *access.Tx) ([]access.Task, error) {
	if !tx.Scope().Can(PermImport) {
		return nil, nil
	}
	list, err := waitingUploads(ctx, tx, "")
	if err != nil {
		return nil, err
	}
	var tasks []access.Task
	at := map[string]int{}
	for _, u := range list {
		i, known := at[u.page()]
		if !known {
			i = len(tasks)
			at[u.page()] = i
			tasks = append(tasks, access.Task{Title: "导入待确认", Detail: u.FileName, Href: u.path(), Act: "继续"})
		}
		if tasks[i].Count++; tasks[i].Count == 2 {
			tasks[i].Detail += "等"
			tasks[i].Href = u.page()
		}
	}
	return tasks, nil
}

// drop gives an upload up. Asked twice, the second finds nothing left to do.
func (m *Importer) drop(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	u := waitingUpload{ID: id}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		var state string
		err := tx.QueryRow(r.Context(), `select state, kind, file_name, coalesce((summary->>'Round')::bigint, 0), coalesce((summary->>'Township')::bigint, 0)
			from import_batches where tenant_id = @tenant and id = @id and created_by = @by for update`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "by": s.Account()}).Scan(&state, &u.Kind, &u.FileName, &u.Round, &u.Township)
		if err != nil || state == "dropped" {
			return err
		}
		if state != "preview" {
			return settled(state)
		}
		tx.Audit(access.Line{Action: "cadre.import.drop", Object: "import_batches", ID: id, Summary: "放弃导入:" + u.FileName})
		_, err = tx.Exec(r.Context(), `update import_batches set state = 'dropped', content = ''::bytea, finished_at = @now where tenant_id = @tenant and id = @id`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "now": s.Now()})
		return err
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已放弃“"+u.FileName+"”,没有写入任何内容")
	return httpx.SeeOther(w, r, u.page())
}

// settled says why an upload that is no longer waiting cannot be acted upon.
func settled(state string) error {
	switch state {
	case "queued":
		return fault.Conflict("这个文件正在后台导入,请在“后台任务”中查看结果")
	case "dropped":
		return fault.Conflict("这个文件已放弃,或已由改好的同名文件代替,没有导入任何内容;需要的请重新上传")
	}
	return fault.Conflict("这个文件已经确认导入,没有重复导入")
}

// Sweep removes uploads that nobody came back for, and the lines of those that are settled.
func (m *Importer) Sweep(ctx context.Context) error {
	return m.core.EachDistrict(ctx, "清理到期的上传文件", func(tx *access.Tx) error {
		_, err := tx.Exec(ctx, `delete from import_batches where tenant_id = @tenant and created_at < @old`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "old": m.core.Now().AddDate(0, 0, -keptDays)})
		return err
	})
}
