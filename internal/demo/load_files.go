package demo

import (
	"context"
	"strings"

	"touyan/internal/platform/codelist"
)

// files writes what the personnel files say beyond the register.
func (w *loading) files(ctx context.Context) error {
	q := &queue{tx: w.tx}
	for _, p := range w.d.People {
		for _, write := range []func(context.Context, *queue, *Person) error{w.details, w.story, w.honour} {
			if err := write(ctx, q, p); err != nil {
				return err
			}
		}
	}
	return q.send(ctx)
}

// of are the keys that every part of a file begins with.
func (w *loading) of(p *Person, rest ...any) []any {
	return append([]any{w.tx.Tenant(), w.townships[w.d.Villages[p.Village].Township], w.villages[p.Village], w.people[p.Key]}, rest...)
}

func (w *loading) details(ctx context.Context, q *queue, p *Person) error {
	f, tenant := p.File, w.tx.Tenant()
	return q.add(ctx, `update persons set native_place = $3, birth_place = $4, party_full_date = $5, party_branch = $6, work_start_date = $7, health = $8,
			marital = $9, specialty = $10, social_insurance = $11, is_local = $12, address_cipher = $13, bank_name = $14, bank_cipher = $15, bank_index = $16
		where tenant_id = $1 and id = $2`, tenant, w.people[p.Key], f.NativePlace, f.BirthPlace, when(f.PartyFull), f.PartyBranch, when(f.WorkStart), f.Health,
		f.Marital, f.Specialty, f.SocialInsurance, f.Local, w.keys.Encrypt(tenant, "cadre.address", f.Address), f.BankName,
		w.keys.Encrypt(tenant, "cadre.bank", f.BankCard), w.keys.Index(tenant, "cadre.bank", f.BankCard))
}

// story writes education, résumé and family.
func (w *loading) story(ctx context.Context, q *queue, p *Person) error {
	for _, s := range p.File.Schools {
		if err := q.add(ctx, `insert into education_records (tenant_id, township_id, village_id, person_id, mode, level, degree, school, finished_on)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, w.of(p, s.Mode, s.Level, s.Degree, s.School, when(s.Finished))...); err != nil {
			return err
		}
	}
	for _, l := range p.File.Resume {
		var titles []string
		for _, code := range l.Positions {
			titles = append(titles, w.title(code, w.d.Villages[l.Village].Community()))
		}
		held := strings.Join(titles, "、")
		if strings.HasSuffix(l.Body, "村") && !strings.HasPrefix(held, "村务") { // 寺林山村党组织书记: the word stands once
			held = strings.TrimPrefix(held, "村")
		}
		if err := q.add(ctx, `insert into resume_entries (tenant_id, township_id, village_id, person_id, from_on, to_on, kind, body)
			values ($1, $2, $3, $4, $5, $6, $7, $8)`, w.of(p, l.From, when(l.To), l.Kind, l.Body+held)...); err != nil {
			return err
		}
	}
	for i, f := range p.File.Family {
		if err := q.add(ctx, `insert into family_members (tenant_id, township_id, village_id, person_id, rank, relation, name, birth_month, political, employer_post)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, w.of(p, i+1, f.Relation, f.Name, f.Birth, codelist.Political().Name(f.Political), f.Work)...); err != nil {
			return err
		}
	}
	return nil
}

// honour writes awards, grades, seats and promotions.
func (w *loading) honour(ctx context.Context, q *queue, p *Person) error {
	for _, a := range p.File.Awards {
		if err := q.add(ctx, `insert into awards (tenant_id, township_id, village_id, person_id, kind, title, level, issuer, doc_no, awarded_on, reason)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, w.of(p, a.Kind, a.Title, a.Level, a.Issuer, a.Doc, a.On, a.Reason)...); err != nil {
			return err
		}
	}
	for _, g := range p.File.Grades {
		if err := q.add(ctx, `insert into yearly_grades (tenant_id, township_id, village_id, person_id, year, grade) values ($1, $2, $3, $4, $5, $6)`,
			w.of(p, g.Year, g.Grade)...); err != nil {
			return err
		}
	}
	for _, s := range p.File.Seats {
		if err := q.add(ctx, `insert into representative_roles (tenant_id, township_id, village_id, person_id, kind, level, term_no, from_on)
			values ($1, $2, $3, $4, $5, $6, $7, $8)`, w.of(p, s.Kind, s.Level, s.Term, s.From)...); err != nil {
			return err
		}
	}
	for _, m := range p.File.Promotions {
		if err := q.add(ctx, `insert into promotions (tenant_id, township_id, village_id, person_id, kind, from_post, to_post, promoted_on, doc_no)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, w.of(p, m.Kind, m.From, m.To, m.On, m.Doc)...); err != nil {
			return err
		}
	}
	return nil
}
