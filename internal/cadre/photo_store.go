package cadre

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

// photoDigest tells one photo of a file from another, empty where there is none.
func (Store) photoDigest(ctx context.Context, tx *access.Tx, person int64) (digest string, err error) {
	err = tx.QueryRow(ctx, `select digest from photos where tenant_id = @tenant and person_id = @person`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person}).Scan(&digest)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return digest, err
}

// Photo is the photo of a file as a JPEG of two-inch ratio, nil where there is none.
func (Store) Photo(ctx context.Context, tx *access.Tx, person int64) (jpeg []byte, err error) {
	err = tx.QueryRow(ctx, `select jpeg from photos where tenant_id = @tenant and person_id = @person`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person}).Scan(&jpeg)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return jpeg, err
}

// setPhoto puts a photo, made by platform/portrait, in place of the one before.
func (Store) setPhoto(ctx context.Context, tx *access.Tx, p Person, jpeg []byte) error {
	sum := sha256.Sum256(jpeg)
	tag, err := tx.Exec(ctx, `insert into photos (tenant_id, township_id, village_id, person_id, jpeg, digest, uploaded_at)
		select @tenant, township_id, village_id, id, @jpeg, @digest, @now from persons where tenant_id = @tenant and id = @person
			and voided_at is null and merged_into is null
		on conflict (tenant_id, person_id) do update set jpeg = excluded.jpeg, digest = excluded.digest, uploaded_at = excluded.uploaded_at`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "jpeg": jpeg, "digest": hex.EncodeToString(sum[:]), "now": tx.Scope().Now()})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Conflict("%s的档案已作废,不能更换照片", p.Name)
	}
	tx.Audit(access.Line{Action: "cadre.photo", Object: "photos", ID: p.ID, Person: p.ID, Summary: "更换" + p.Name + "的照片",
		Detail: map[string]any{"sha256": hex.EncodeToString(sum[:])}})
	return nil
}

func (Store) removePhoto(ctx context.Context, tx *access.Tx, p Person) error {
	tag, err := tx.Exec(ctx, `delete from photos where tenant_id = @tenant and person_id = @person`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID})
	if err == nil && tag.RowsAffected() > 0 {
		tx.Audit(access.Line{Action: "cadre.photo.remove", Object: "photos", ID: p.ID, Person: p.ID, Summary: "删除" + p.Name + "的照片"})
	}
	return err
}
