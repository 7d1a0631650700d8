package demo

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
	"touyan/internal/platform/pinyin"
)

// register writes the people and their posts, all in one go: the register's own import checks an uploaded file row by
// row, while these people are consistent by construction (and tested to be).
func (w *loading) register(ctx context.Context) error {
	q := &queue{tx: w.tx}
	w.people = make([]int64, len(w.d.People))
	for _, p := range w.d.People {
		if err := w.person(ctx, q, p); err != nil {
			return err
		}
	}
	if err := q.send(ctx); err != nil { // the keys of the people
		return err
	}
	for _, p := range w.d.People {
		for _, post := range p.Posts {
			if err := w.post(ctx, q, p, post); err != nil {
				return err
			}
		}
	}
	return q.send(ctx)
}

func (w *loading) person(ctx context.Context, q *queue, p *Person) error {
	tenant := w.tx.Tenant()
	full, initials := pinyin.Keys(p.Name)
	seal := func(purpose, plain string) []byte { return w.keys.Encrypt(tenant, purpose, plain) }
	index := func(purpose, value string) []byte { return w.keys.Index(tenant, purpose, value) }
	return q.addID(ctx, &w.people[p.Key], `insert into persons (tenant_id, township_id, village_id, name, pinyin, initials, sex,
			birth_date, ethnic, political, education, party_join_date, id_cipher, id_index, id_tail_index, phone_cipher,
			phone_index, origins, died_on)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) returning id`,
		tenant, w.townships[w.d.Villages[p.Village].Township], w.villages[p.Village], p.Name, full, initials, string(p.Sex),
		p.Birth, p.Ethnic, p.Political, p.Education, when(p.PartyJoin), seal("cadre.id_number", p.IDNumber),
		index("cadre.id_number", p.IDNumber), index("cadre.id_tail", p.IDNumber[14:]), seal("cadre.phone", p.Phone),
		index("cadre.phone", p.Phone), origins(p.Origin), when(p.DiedOn))
}

func (w *loading) post(ctx context.Context, q *queue, p *Person, post Post) error {
	return q.add(ctx, `insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code,
			management_type, pay_scheme, is_paid, during, way_in, way_out, doc_no, out_doc_no, note, contract_ends_on)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		w.tx.Tenant(), w.townships[w.d.Villages[post.Village].Township], w.villages[post.Village], w.people[p.Key], p.Name,
		string(p.Sex), post.Position, post.Management, post.PayScheme, post.Paid, during(post.From, post.To), post.WayIn,
		post.WayOut, post.Doc, post.OutDoc, post.Note, when(post.Contract))
}

// origins is the one source of a person as the file's list of them.
func origins(code string) []string {
	if code == "" {
		return []string{}
	}
	return []string{code}
}

// during is a half-open range of days, without an end while to is zero.
func during(from, to time.Time) pgtype.Range[pgtype.Date] {
	day := func(t time.Time) pgtype.Date {
		y, m, d := t.Date()
		return pgtype.Date{Time: time.Date(y, m, d, 0, 0, 0, 0, time.UTC), Valid: true}
	}
	r := pgtype.Range[pgtype.Date]{Lower: day(from), LowerType: pgtype.Inclusive, UpperType: pgtype.Unbounded, Valid: true}
	if !to.IsZero() {
		r.Upper, r.UpperType = day(to), pgtype.Exclusive
	}
	return r
}
