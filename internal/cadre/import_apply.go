package cadre

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/codelist"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/pinyin"
)

// applied says what an import did.
type applied struct{ Added, Updated, Posts int }

const chunk = 500 // rows per batch: large enough to be fast, small enough to tell progress

// apply writes intents, all or nothing, in the caller's transaction. progress may be nil.
func apply(ctx context.Context, tx *access.Tx, keys *crypt.Keys, intents []intent, progress func(done int) error) (applied, error) {
	var done applied
	for from := 0; from < len(intents); from += chunk {
		part := intents[from:min(from+chunk, len(intents))]
		if err := applyPart(ctx, tx, keys, part, &done); err != nil {
			return done, err
		}
		if progress != nil {
			if err := progress(from + len(part)); err != nil {
				return done, err
			}
		}
	}
	tx.Audit(access.Line{Action: "cadre.import", Object: "persons", Summary: fmt.Sprintf("批量导入:新增%d人、修改%d人、新增任职%d条", done.Added, done.Updated, done.Posts),
		Detail: map[string]any{"rows": len(intents)}})
	return done, nil
}

func applyPart(ctx context.Context, tx *access.Tx, keys *crypt.Keys, part []intent, done *applied) error {
	ids := make([]int64, len(part))
	b := &pgx.Batch{}
	for i := range part {
		in := &part[i]
		if in.Existing != nil {
			ids[i] = in.Existing.ID
			if len(in.Changes) > 0 {
				in.queueUpdate(b, tx, keys)
				done.Updated++
			}
			continue
		}
		done.Added++
		in.queueInsert(b, tx, keys, &ids[i])
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	b = &pgx.Batch{}
	for i := range part {
		for _, position := range part[i].New {
			part[i].queuePost(b, tx, ids[i], position)
			done.Posts++
		}
	}
	return tx.SendBatch(ctx, b).Close()
}

func (in *intent) queueInsert(b *pgx.Batch, tx *access.Tx, keys *crypt.Keys, id *int64) {
	full, initials := pinyin.Keys(in.Name)
	tenant := tx.Tenant()
	ethnic, political, education := in.Ethnic, in.Political, in.Education
	if ethnic == "" {
		ethnic = codelist.Han
	}
	b.Queue(`insert into persons (tenant_id, township_id, village_id, name, former_name, pinyin, initials, sex, birth_date, ethnic, political,
			education, party_join_date, id_cipher, id_index, id_tail_index, phone_cipher, phone_index)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) returning id`,
		tenant, in.Village.TownshipID, in.Village.ID, in.Name, in.Former, full, initials, string(in.ID.Sex), in.ID.Birth, ethnic, political, education,
		in.Joined, keys.Encrypt(tenant, "cadre.id_number", in.ID.Number), in.Index, keys.Index(tenant, "cadre.id_tail", in.ID.Number[14:]),
		keys.Encrypt(tenant, "cadre.phone", in.Phone), keys.Index(tenant, "cadre.phone", in.Phone)).
		QueryRow(func(r pgx.Row) error { return r.Scan(id) })
}

func (in *intent) queueUpdate(b *pgx.Batch, tx *access.Tx, keys *crypt.Keys) {
	tenant, k := tx.Tenant(), in.Existing
	keep := func(key, old, new string) string {
		if in.has[key] {
			return new
		}
		return old
	}
	joined := k.PartyJoin
	if in.has["joined"] {
		joined = in.Joined
	}
	b.Queue(`update persons set ethnic = $3, political = $4, education = $5, party_join_date = $6,
			phone_cipher = case when $7 then $8 else phone_cipher end, phone_index = case when $7 then $9 else phone_index end,
			updated_at = $10, former_name = $11, version = version + 1
		where tenant_id = $1 and id = $2`, tenant, k.ID, keep("ethnic", k.Ethnic, in.Ethnic), keep("political", k.Political, in.Political),
		keep("education", k.Education, in.Education), joined, in.has["phone"], keys.Encrypt(tenant, "cadre.phone", in.Phone),
		keys.Index(tenant, "cadre.phone", in.Phone), tx.Scope().Now(), keep("former", k.FormerName, in.Former))
}

func (in *intent) queuePost(b *pgx.Batch, tx *access.Tx, person int64, position string) {
	scheme, paid, managed := "none", in.Paid, in.Managed
	switch {
	case resident[position]:
		scheme, paid, managed = "sending_unit", false, "dispatched"
	case paid && managed == "professional":
		scheme = "institution"
	case paid:
		scheme = "village"
	}
	b.Queue(`insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code, management_type,
			pay_scheme, is_paid, during, way_in, note)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, daterange($11::date, null), $12, $13)`,
		tx.Tenant(), in.Village.TownshipID, in.Village.ID, person, in.Name, string(in.ID.Sex), position, managed, scheme, paid, in.Since,
		in.WayIn, in.Note)
}

func codeName(kind, code string) string {
	switch kind {
	case "ethnic":
		return codelist.Ethnic().Name(code)
	case "political":
		return codelist.Political().Name(code)
	}
	return codelist.Education().Name(code)
}

// Batch is an upload between its preview and its confirmation.
type Batch struct {
	ID        int64
	FileName  string
	Content   []byte // sealed
	Summary   batchSummary
	State     string
	CreatedBy int64
	CreatedAt time.Time
}

// batchSummary is what the preview says; it holds no personal value.
type batchSummary struct {
	Add, Update, Same, Bad int
	Mapping                map[string]string // title → key, as the user assigned
	Message                string
	Run                    int64 // the background run that works on it
}

const batchColumns = `id, file_name, content, summary, state, created_by, created_at`

// saveBatch keeps an upload, sealed, until it is confirmed or a day old; what is older goes with the next upload.
func saveBatch(ctx context.Context, tx *access.Tx, keys *crypt.Keys, name string, content []byte, summary batchSummary) (id int64, err error) {
	s := tx.Scope()
	if _, err = tx.Exec(ctx, `delete from import_batches where tenant_id = @tenant and created_at < @old`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "old": s.Now().AddDate(0, 0, -1)}); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `insert into import_batches (tenant_id, township_id, village_id, kind, file_name, content, summary, created_by, created_at)
		values (@tenant, @township, @village, 'roster', @name, @content, @summary, @by, @now) returning id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": s.Township(), "village": s.Village(), "name": name,
			"content": keys.Encrypt(tx.Tenant(), "cadre.import", string(content)), "summary": summary, "by": s.Account(), "now": s.Now()}).Scan(&id)
	return id, err
}

// loadBatch reads an upload of the actor's own.
func loadBatch(ctx context.Context, tx *access.Tx, keys *crypt.Keys, id int64) (Batch, error) {
	rows, err := tx.Query(ctx, `select `+batchColumns+` from import_batches where tenant_id = @tenant and id = @id and created_by = @by`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "by": tx.Scope().Account()})
	if err != nil {
		return Batch{}, err
	}
	b, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Batch])
	if err != nil {
		return b, err
	}
	plain, err := keys.Decrypt(tx.Tenant(), "cadre.import", b.Content)
	b.Content = []byte(plain)
	return b, err
}

func setBatch(ctx context.Context, tx *access.Tx, id int64, state string, summary batchSummary) error {
	_, err := tx.Exec(ctx, `update import_batches set state = @state, summary = @summary,
			content = case when @state = 'done' then ''::bytea else content end, finished_at = case when @state = 'done' then @now::timestamptz end
		where tenant_id = @tenant and id = @id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "state": state, "summary": summary,
		"now": tx.Scope().Now()})
	return err
}

// mappings reads what the townships of the scope once assigned: title → key.
func mappings(ctx context.Context, tx *access.Tx) (map[string]string, error) {
	rows, err := tx.Query(ctx, `select header, column_key from import_mappings where tenant_id = @tenant and kind = 'roster'
		and township_id = @township`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": tx.Scope().Township()})
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	var header, key string
	_, err = pgx.ForEachRow(rows, []any{&header, &key}, func() error { out[header] = key; return nil })
	return out, err
}

// remember keeps an assignment for the township's next upload.
func remember(ctx context.Context, tx *access.Tx, mapping map[string]string) error {
	b := &pgx.Batch{}
	for header, key := range mapping {
		b.Queue(`insert into import_mappings (tenant_id, township_id, kind, header, column_key) values ($1, $2, 'roster', $3, $4)
			on conflict (tenant_id, township_id, kind, header) do update set column_key = excluded.column_key`,
			tx.Tenant(), tx.Scope().Township(), header, key)
	}
	return tx.SendBatch(ctx, b).Close()
}
