package assessment

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/xlsx"
)

// Upload is a workbook between its preview and its confirmation. Only who sent it sees it.
type Upload struct {
	ID       int64
	SheetID  int64  // of a sheet's scores; 0 for a past month
	Period   string // the past month
	FileName string
	Content  []byte
	Seen     string // fingerprint of the comparison that the user was shown last
	State    string
	Rows     *int // how many, and how many of them are wrong; nil where the header was
	Bad      *int
	At       time.Time
}

// uploadDays is how long an upload waits for its confirmation, as long as files that background work leaves. The hourly sweep
// removes what is older.
const uploadDays = 7

// counted notes what a reading found; a header that is not right leaves nothing to count.
func (u Upload) counted(m xlsx.Match, r *xlsx.Report, rows int) Upload {
	if m.Err() == nil {
		bad := r.BadRows()
		u.Rows, u.Bad = &rows, &bad
	}
	return u
}

// sealedFor is what the content of uploads is encrypted for.
const sealedFor = "assessment.upload"

var sealedColumns = []access.Sealed{{Table: "assessment_uploads", Column: access.Column{Name: "content"}, Purpose: sealedFor, Files: true}}

// saveUpload keeps a workbook, sealed. It takes the place of an own earlier one for the same month or sheet that was not confirmed.
func (Store) saveUpload(ctx context.Context, tx *access.Tx, keys *crypt.Keys, u Upload, township int64) (id int64, err error) {
	s := tx.Scope()
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": township, "sheet": u.SheetID, "name": u.FileName, "period": u.Period, "seen": u.Seen,
		"rows": u.Rows, "bad": u.Bad, "content": keys.Encrypt(tx.Tenant(), sealedFor, string(u.Content)), "by": s.Account(), "now": s.Now()}
	b := &pgx.Batch{}
	b.Queue(`update assessment_uploads set state = 'dropped', content = '' where tenant_id = @tenant and created_by = @by and sheet_id = @sheet
			and period = @period and state = 'preview'`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "by": s.Account(), "sheet": u.SheetID, "period": u.Period})
	b.Queue(`insert into assessment_uploads (tenant_id, township_id, sheet_id, period, file_name, content, seen, row_count, bad_count, created_by, created_at)
		values (@tenant, @township, @sheet, @period, @name, @content, @seen, @rows, @bad, @by, @now) returning id`, args).
		QueryRow(func(r pgx.Row) error { return r.Scan(&id) })
	return id, tx.SendBatch(ctx, b).Close()
}

const uploadColumns = `id, sheet_id, period, file_name, content, seen, state, row_count as rows, bad_count as bad, created_at as at`

// upload reads a workbook of the actor's own; lock holds it until the transaction ends. One that no longer waits is refused.
func (Store) upload(ctx context.Context, tx *access.Tx, keys *crypt.Keys, id, sheet int64, lock bool) (Upload, error) {
	sql := `select ` + uploadColumns + ` from assessment_uploads
		where tenant_id = @tenant and id = @id and sheet_id = @sheet and created_by = @by`
	if lock {
		sql += ` for update`
	}
	rows, err := tx.Query(ctx, sql, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "sheet": sheet, "by": tx.Scope().Account()})
	if err != nil {
		return Upload{}, err
	}
	u, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Upload])
	if err != nil {
		return u, err
	}
	if u.State != "preview" {
		return u, settled(u.State)
	}
	plain, err := keys.Decrypt(tx.Tenant(), sealedFor, u.Content)
	u.Content = []byte(plain)
	return u, err
}

// showUpload notes that the user was shown another comparison than before.
func (Store) showUpload(ctx context.Context, tx *access.Tx, id int64, seen string) error {
	_, err := tx.Exec(ctx, `update assessment_uploads set seen = @seen where tenant_id = @tenant and id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "seen": seen})
	return err
}

// finishUpload empties a confirmed upload.
func (Store) finishUpload(ctx context.Context, tx *access.Tx, id int64) error {
	_, err := tx.Exec(ctx, `update assessment_uploads set state = 'done', content = '' where tenant_id = @tenant and id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	return err
}

// settled says why an upload no longer waits.
func settled(state string) error {
	if state == "dropped" {
		return fault.Conflict("这个文件已放弃,或已由后来上传的文件代替,没有写入任何内容")
	}
	return fault.Conflict("这个文件已经确认过,没有重复写入")
}
