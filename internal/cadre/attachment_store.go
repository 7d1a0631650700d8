package cadre

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

const attachmentColumns = `a.id, a.person_id, a.kind, a.file_name, a.media_type, a.size, a.digest, a.note, a.uploaded_by, a.uploaded_at,
	(select count(*)::int from change_requests c where c.tenant_id = a.tenant_id and c.attachment_id = a.id) as requests`

// Attachments lists the papers of a file, the newest first.
func (Store) Attachments(ctx context.Context, tx *access.Tx, person int64) ([]Attachment, error) {
	rows, err := tx.Query(ctx, `select `+attachmentColumns+` from attachments a where a.tenant_id = @tenant and a.person_id = @person
		order by a.uploaded_at desc, a.id desc`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Attachment])
}

func (Store) attachment(ctx context.Context, tx *access.Tx, person, id int64) (Attachment, error) {
	rows, err := tx.Query(ctx, `select `+attachmentColumns+` from attachments a where a.tenant_id = @tenant and a.person_id = @person and a.id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person, "id": id})
	if err != nil {
		return Attachment{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Attachment])
}

// attach keeps a paper with the file of a person. The file is locked, so that two uploads at once cannot pass the limit; the
// same content twice is refused, which also makes a form that is sent twice harmless.
func (s Store) attach(ctx context.Context, tx *access.Tx, person int64, p paper) (id int64, err error) {
	tenant := tx.Tenant()
	args := pgx.StrictNamedArgs{"tenant": tenant, "person": person, "digest": p.digest()}
	var locked int64
	if err := tx.QueryRow(ctx, `select id from persons where tenant_id = @tenant and id = @person and voided_at is null and merged_into is null
		for no key update`, pgx.StrictNamedArgs{"tenant": tenant, "person": person}).Scan(&locked); err != nil {
		return 0, err
	}
	var n int
	var same *string
	if err := tx.QueryRow(ctx, `select count(*), min(file_name) filter (where digest = @digest) from attachments
		where tenant_id = @tenant and person_id = @person`, args).Scan(&n, &same); err != nil {
		return 0, err
	}
	if same != nil {
		return 0, fault.Conflict("同一个文件已经上传过(%s),没有重复保存", *same)
	}
	if n >= maxAttachments {
		return 0, fault.Conflict("每人最多保存%d个附件,请先删除不需要的附件", maxAttachments)
	}
	err = tx.QueryRow(ctx, `insert into attachments (tenant_id, township_id, village_id, person_id, kind, file_name, media_type, size, digest, content,
			note, uploaded_by, uploaded_at)
		select @tenant, township_id, village_id, id, @kind, @name, @media, @size, @digest, @content, @note, @by, @now
		from persons where tenant_id = @tenant and id = @person returning id`, pgx.StrictNamedArgs{"tenant": tenant, "person": person, "kind": p.Kind,
		"name": p.File.Name, "media": p.File.MediaType, "size": len(p.Data), "digest": args["digest"],
		"content": s.keys.Encrypt(tenant, "cadre.attachment", string(p.Data)), "note": p.Note,
		"by": tx.Scope().Name(), "now": tx.Scope().Now()}).Scan(&id)
	k, _ := paperKind(p.Kind)
	tx.Audit(access.Line{Action: "cadre.attachment.add", Object: "attachments", ID: id, Person: person, Summary: "上传附件(" + k.Title + ")" + p.File.Name,
		Detail: map[string]any{"kind": p.Kind, "size": len(p.Data), "sha256": args["digest"]}})
	return id, err
}

func (p paper) digest() string {
	sum := sha256.Sum256(p.Data)
	return hex.EncodeToString(sum[:])
}

// openAttachment gives the content and notes who opened it, and what for where a purpose is asked.
func (s Store) openAttachment(ctx context.Context, tx *access.Tx, a Attachment, purpose string) ([]byte, error) {
	var sealed []byte
	if err := tx.QueryRow(ctx, `select content from attachments where tenant_id = @tenant and person_id = @person and id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": a.PersonID, "id": a.ID}).Scan(&sealed); err != nil {
		return nil, err
	}
	plain, err := s.keys.Decrypt(tx.Tenant(), "cadre.attachment", sealed)
	if err != nil {
		return nil, err
	}
	tx.Audit(access.Line{Action: "cadre.attachment.open", Object: "attachments", ID: a.ID, Person: a.PersonID,
		Summary: "打开附件(" + a.Title() + ")" + a.FileName, Reason: purpose, Detail: map[string]any{"kind": a.Kind, "sha256": a.Digest}})
	return []byte(plain), nil
}

// removeAttachment throws a paper away; its name and digest stay in the trail. What a change request rests on stays.
func (Store) removeAttachment(ctx context.Context, tx *access.Tx, a Attachment, reason string) error {
	if a.Requests > 0 {
		return fault.Conflict("“%s”是更正申请的依据,不能删除", a.FileName)
	}
	if _, err := tx.Exec(ctx, `delete from attachments where tenant_id = @tenant and person_id = @person and id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": a.PersonID, "id": a.ID}); err != nil {
		return err
	}
	tx.Audit(access.Line{Action: "cadre.attachment.remove", Object: "attachments", ID: a.ID, Person: a.PersonID,
		Summary: "删除附件(" + a.Title() + ")" + a.FileName, Reason: reason, Detail: map[string]any{"kind": a.Kind, "size": a.Size, "sha256": a.Digest,
			"uploaded_by": a.UploadedBy, "uploaded_at": a.UploadedAt}})
	return nil
}
