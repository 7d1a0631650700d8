package cadre

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/codelist"
	"touyan/internal/platform/crypt"
)

// applied says what an import did.
type applied struct{ Added, Updated, Posts, Left, Entries, Removed int }

const chunk = 500 // rows per statement: large enough to be fast, small enough to tell progress

// hold leaves out whoever has a key field with another value, where the user asked for that.
func (p plan) hold() plan {
	p.Intents = slices.DeleteFunc(slices.Clone(p.Intents), func(in intent) bool { return len(in.Requests) > 0 })
	return p
}

// apply writes a plan, all or nothing, in the caller's transaction. progress may be nil.
func apply(ctx context.Context, tx *access.Tx, keys *crypt.Keys, p plan, progress func(done, total int) error) (applied, error) {
	var out applied
	total := len(p.Intents) + len(p.Posts) + len(p.Leaves)
	for _, part := range p.Parts {
		total += len(part.Add)
	}
	done := 0
	step := func(n int) error {
		if done += n; progress == nil {
			return nil
		}
		return progress(done, total)
	}
	// Who leaves goes first: his seat may be taken by another row.
	for part := range slices.Chunk(p.Leaves, chunk) {
		if err := endPosts(ctx, tx, part); err != nil {
			return out, err
		}
		out.Left += len(part)
		if err := step(len(part)); err != nil {
			return out, err
		}
	}
	for from := 0; from < len(p.Intents); from += chunk {
		part := p.Intents[from:min(from+chunk, len(p.Intents))]
		if err := applyPeople(ctx, tx, keys, part, &out); err != nil {
			return out, err
		}
		if err := step(len(part)); err != nil {
			return out, err
		}
	}
	for part := range slices.Chunk(p.Posts, chunk) {
		var w postWriter
		for _, post := range part {
			w.add(post.Subject.id(), post.Subject.name(), post.Subject.sex(), post.Village, post.Code, post.postLine)
		}
		if err := w.write(ctx, tx); err != nil {
			return out, err
		}
		out.Posts += len(part)
		if err := step(len(part)); err != nil {
			return out, err
		}
	}
	for _, part := range p.Parts {
		if err := part.apply(ctx, tx, &out, step); err != nil {
			return out, err
		}
	}
	tx.Audit(access.Line{Action: "cadre.import", Object: "persons", Summary: "批量" + out.String(), Detail: map[string]any{"rows": len(p.Intents), "sheets": p.counts()}})
	return out, nil
}

// counts says for the trail what came and went on each sheet; what was replaced leaves no other trace.
func (p plan) counts() map[string]any {
	out := map[string]any{}
	for _, part := range p.Parts {
		if len(part.Add)+len(part.Gone) > 0 {
			out[part.Section.Title] = map[string]int{"added": len(part.Add), "removed": len(part.Gone)}
		}
	}
	return out
}

// applyPeople writes new people, changes of known ones, and the posts that their rows say.
func applyPeople(ctx context.Context, tx *access.Tx, keys *crypt.Keys, part []intent, out *applied) error {
	var fresh, changed []*intent
	for i := range part {
		switch in := &part[i]; {
		case in.Existing == nil:
			fresh = append(fresh, in)
		case len(in.Changes) > 0:
			changed = append(changed, in)
		}
	}
	if err := insertPeople(ctx, tx, keys, fresh); err != nil {
		return err
	}
	if err := updatePeople(ctx, tx, keys, changed); err != nil {
		return err
	}
	out.Added += len(fresh)
	out.Updated += len(changed)
	var w postWriter
	for i := range part {
		in := &part[i]
		id, sex := in.id, string(in.ID.Sex)
		if in.Existing != nil {
			id, sex = in.Existing.ID, in.Existing.Sex
		}
		for _, code := range in.New {
			w.add(id, in.Name, sex, in.Village, code, postLine{Managed: in.Managed, Paid: in.Paid, Since: in.Since, WayIn: in.WayIn, Note: in.Note})
			out.Posts++
		}
	}
	return w.write(ctx, tx)
}

// apply writes what one sheet does to a section.
func (p *partPlan) apply(ctx context.Context, tx *access.Tx, out *applied, step func(int) error) error {
	var cleared []int64
	rewritten := map[int64]bool{}
	var rows []plannedEntry
	for _, r := range p.rewrite {
		cleared = append(cleared, r.subject.id())
		rewritten[r.subject.id()] = true
		for _, texts := range r.entries {
			rows = append(rows, plannedEntry{0, r.subject, texts})
		}
	}
	for _, x := range p.Add {
		if !rewritten[x.Subject.id()] {
			rows = append(rows, x)
		}
	}
	if len(cleared) > 0 {
		if _, err := tx.Exec(ctx, partSQL[p.Section.Key].clear, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "people": cleared}); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(rows, chunk) {
		if err := p.insert(ctx, tx, part); err != nil {
			return err
		}
	}
	out.Entries += len(p.Add)
	out.Removed += len(p.Gone)
	return step(len(p.Add))
}

func (p *partPlan) insert(ctx context.Context, tx *access.Tx, planned []plannedEntry) error {
	rows := make([]partRow, len(planned))
	for i, e := range planned {
		rows[i] = partRow{e.Subject.id(), e.Texts}
	}
	return addEntries(ctx, tx, p.Section, rows)
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
	Replace                []string          // sections whose rows in the file take the place of the stored ones
	Hold                   bool              // leave out whoever has a key field with another value
	Rows                   int               // of all sheets
	Checked                bool              // the counts come from the whole file
	Message                string
	Run                    int64 // the background run that works on it
}

const batchColumns = `id, file_name, content, summary, state, created_by, created_at`

// loadBatch reads an upload of the actor's own.
func loadBatch(ctx context.Context, tx *access.Tx, keys *crypt.Keys, id int64) (Batch, error) {
	rows, err := tx.Query(ctx, `select `+batchColumns+` from import_batches where tenant_id = @tenant and id = @id and created_by = @by and kind = 'roster'`,
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

// lockBatch keeps others off an upload of the actor's own, and refuses one that was confirmed before.
func lockBatch(ctx context.Context, tx *access.Tx, id int64, state string) (b Batch, err error) {
	err = tx.QueryRow(ctx, `select state, file_name, summary from import_batches where tenant_id = @tenant and id = @id and created_by = @by for update`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "by": tx.Scope().Account()}).Scan(&b.State, &b.FileName, &b.Summary)
	if err == nil && b.State != state {
		err = settled(b.State)
	}
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
