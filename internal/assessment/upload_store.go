package assessment

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
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
}

// sealedFor is what the content of uploads is encrypted for.
const sealedFor = "assessment.upload"

var sealedColumns = []access.Sealed{{Table: "assessment_uploads", Column: access.Column{Name: "content"}, Purpose: sealedFor, Files: true}}

// saveUpload keeps a workbook, sealed. Own earlier ones that were never confirmed go, and whatever is older than a day.
func (Store) saveUpload(ctx context.Context, tx *access.Tx, keys *crypt.Keys, u Upload, township int64) (id int64, err error) {
	s := tx.Scope()
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": township, "sheet": u.SheetID, "name": u.FileName, "period": u.Period, "seen": u.Seen,
		"content": keys.Encrypt(tx.Tenant(), sealedFor, string(u.Content)), "by": s.Account(), "now": s.Now()}
	b := &pgx.Batch{}
	b.Queue(`delete from assessment_uploads where tenant_id = @tenant and (created_by = @by and sheet_id = @sheet and period = @period
			and state = 'preview' or created_at < @now::timestamptz - interval '1 day')`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "by": s.Account(),
		"sheet": u.SheetID, "period": u.Period, "now": s.Now()})
	b.Queue(`insert into assessment_uploads (tenant_id, township_id, sheet_id, period, file_name, content, seen, created_by, created_at)
		values (@tenant, @township, @sheet, @period, @name, @content, @seen, @by, @now) returning id`, args).
		QueryRow(func(r pgx.Row) error { return r.Scan(&id) })
	return id, tx.SendBatch(ctx, b).Close()
}

// upload reads a workbook of the actor's own; lock holds it until the transaction ends. A confirmed one is refused.
func (Store) upload(ctx context.Context, tx *access.Tx, keys *crypt.Keys, id, sheet int64, lock bool) (Upload, error) {
	sql := `select id, sheet_id, period, file_name, content, seen, state from assessment_uploads
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
		return u, fault.Conflict("这个文件已经确认过,没有重复写入")
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
