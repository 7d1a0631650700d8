package cadre

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
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

// newPhoto is a photo, made by platform/portrait, for one file.
type newPhoto struct {
	Person int64
	Name   string
	JPEG   []byte
}

// setPhotos puts photos in the place of those before.
func (Store) setPhotos(ctx context.Context, tx *access.Tx, list []newPhoto) error {
	c := columns{"now": tx.Scope().Now()}
	for _, p := range list {
		digest := hashOf(p.JPEG)
		put(c, "person", p.Person)
		put(c, "jpeg", p.JPEG)
		put(c, "digest", digest)
		tx.Audit(access.Line{Action: "cadre.photo", Object: "photos", ID: p.Person, Person: p.Person, Summary: "更换" + p.Name + "的照片",
			Detail: map[string]any{"sha256": digest}})
	}
	return c.write(ctx, tx, `insert into photos (tenant_id, township_id, village_id, person_id, jpeg, digest, uploaded_at)
		select p.tenant_id, p.township_id, p.village_id, p.id, x.jpeg, x.digest, @now
		from unnest(@person::bigint[], @jpeg::bytea[], @digest::text[]) x(person, jpeg, digest)
		join persons p on p.tenant_id = @tenant and p.id = x.person where p.voided_at is null and p.merged_into is null
		on conflict (tenant_id, person_id) do update set jpeg = excluded.jpeg, digest = excluded.digest, uploaded_at = excluded.uploaded_at`, len(list))
}

func (Store) removePhoto(ctx context.Context, tx *access.Tx, p Person) error {
	tag, err := tx.Exec(ctx, `delete from photos where tenant_id = @tenant and person_id = @person`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID})
	if err == nil && tag.RowsAffected() > 0 {
		tx.Audit(access.Line{Action: "cadre.photo.remove", Object: "photos", ID: p.ID, Person: p.ID, Summary: "删除" + p.Name + "的照片"})
	}
	return err
}
