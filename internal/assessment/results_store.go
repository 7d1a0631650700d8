package assessment

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/money"
	"touyan/internal/platform/month"
)

// HasResults reports whether a person stands on any sheet: such a file is never voided.
func (Store) HasResults(ctx context.Context, tx *access.Tx, person int64) (has bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from assessment_rows where tenant_id = $1 and person_id = $2 and removed_at is null)`,
		tx.Tenant(), person).Scan(&has)
	return has, err
}

// FinalSince reports whether a month with the person was published since and has become final.
func (Store) FinalSince(ctx context.Context, tx *access.Tx, person int64, since time.Time) (final bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from assessment_rows r join assessment_sheets s on s.tenant_id = r.tenant_id
			and s.township_id = r.township_id and s.id = r.sheet_id
		where r.tenant_id = $1 and r.person_id = $2 and r.removed_at is null and s.state = 'locked' and s.published_at >= $3)`,
		tx.Tenant(), person, since).Scan(&final)
	return final, err
}

// resultColumns are the rows of assessment_results as columns for unnest.
type resultColumns struct {
	townships, villages, publications, rows, persons []int64
	names, villageNames, titles, totals, normalised  []string
	grades, vetoes, noGrades, deductions, rules      []string
	capped                                           []bool
	bases, amounts                                   []*money.Fen
}

func (c *resultColumns) add(publication int64, r result) error {
	deductions, err := json.Marshal(r.Deductions)
	if err != nil {
		return err
	}
	c.townships, c.villages = append(c.townships, r.TownshipID), append(c.villages, r.VillageID)
	c.publications, c.rows, c.persons = append(c.publications, publication), append(c.rows, r.ID), append(c.persons, r.PersonID)
	c.names, c.villageNames, c.titles = append(c.names, r.PersonName), append(c.villageNames, r.VillageName), append(c.titles, r.PositionTitle)
	c.totals, c.normalised = append(c.totals, r.Total.Fixed()), append(c.normalised, r.Normalised.Fixed())
	c.grades, c.vetoes, c.noGrades = append(c.grades, r.Grade), append(c.vetoes, r.Veto), append(c.noGrades, r.NoGrade)
	c.deductions, c.rules = append(c.deductions, string(deductions)), append(c.rules, r.Line.Rule)
	c.capped = append(c.capped, r.QuotaCapped)
	c.bases, c.amounts = append(c.bases, r.Line.base()), append(c.amounts, r.Line.amount())
	return nil
}

// queueResults writes what the notices say, in one statement however many rows.
func queueResults(b *pgx.Batch, tx *access.Tx, at month.Month, list []publication) error {
	var c resultColumns
	for _, p := range list {
		for _, r := range p.Results {
			if err := c.add(p.id, r); err != nil {
				return err
			}
		}
	}
	if len(c.rows) == 0 {
		return nil
	}
	b.Queue(`insert into assessment_results (tenant_id, township_id, village_id, publication_id, row_id, month, person_id,
			person_name, village_name, position_title, total, normalised, grade, quota_capped, veto, no_grade, deductions, base_fen,
			amount_fen, rule)
		select @tenant::bigint, u.township, u.village, u.publication, u.row, @month::date, u.person, u.name, u.village_name, u.title,
			u.total, u.normalised, u.grade, u.capped, u.veto, u.no_grade, u.deductions::jsonb, u.base, u.amount, u.rule
		from unnest(@townships::bigint[], @villages::bigint[], @publications::bigint[], @rows::bigint[], @persons::bigint[],
			@names::text[], @village_names::text[], @titles::text[], @totals::numeric[], @normalised::numeric[], @grades::text[],
			@capped::boolean[], @vetoes::text[], @no_grades::text[], @deductions::text[], @bases::bigint[], @amounts::bigint[],
			@rules::text[]) as u (township, village, publication, row, person, name, village_name, title, total, normalised, grade,
			capped, veto, no_grade, deductions, base, amount, rule)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at, "townships": c.townships, "villages": c.villages,
			"publications": c.publications, "rows": c.rows, "persons": c.persons, "names": c.names, "village_names": c.villageNames,
			"titles": c.titles, "totals": c.totals, "normalised": c.normalised, "grades": c.grades, "capped": c.capped,
			"vetoes": c.vetoes, "no_grades": c.noGrades, "deductions": c.deductions, "bases": c.bases, "amounts": c.amounts,
			"rules": c.rules})
	return nil
}
