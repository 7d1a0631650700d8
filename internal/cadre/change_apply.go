package cadre

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/codelist"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/idcard"
)

// stands holds a request against the file as it is now: one that says something else, has gone to another township, or
// belongs to nobody in office any more is refused. The file stays locked.
func (s Store) stands(ctx context.Context, tx *access.Tx, c Change) (Person, error) {
	p, d, err := s.lockFile(ctx, tx, c.PersonID)
	return p, s.fits(tx, c, p, d, err)
}

// holds is stands for a page: nothing is locked.
func (s Store) holds(ctx context.Context, tx *access.Tx, c Change) error {
	p, err := s.Get(ctx, tx, c.PersonID, tx.Scope().Today())
	if err != nil {
		return s.fits(tx, c, p, Details{}, err)
	}
	d, err := s.Details(ctx, tx, c.PersonID)
	return s.fits(tx, c, p, d, err)
}

func (s Store) fits(tx *access.Tx, c Change, p Person, d Details, err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Conflict("%s的档案已合并或转出,请退回这份申请", c.PersonName)
	}
	if err != nil {
		return err
	}
	switch {
	case p.VoidedAt != nil || p.DiedOn != nil:
		return fault.Conflict("%s的档案%s,请退回这份申请", p.Name, p.State())
	case c.AskedTownshipID != 0 && c.AskedTownshipID != p.TownshipID:
		return fault.Conflict("申请以后,%s的档案已转到%s,请退回这份申请,由现管理单位重新申请", p.Name, p.TownshipName)
	}
	then, err := s.unseal(tx.Tenant(), c.OldSealed)
	if err != nil {
		return err
	}
	now, err := s.keyValueOf(tx.Tenant(), p, d, c.Field)
	if err != nil {
		return err
	}
	if !now.same(then) {
		return c.conflict(then, now)
	}
	return nil
}

// applyChange writes the new value in the transaction of the approval. Months that are published keep what they show: they
// hold copies.
func (s Store) applyChange(ctx context.Context, tx *access.Tx, c Change, p Person) error {
	v, err := s.unseal(tx.Tenant(), c.NewSealed)
	if err != nil {
		return err
	}
	if err := s.taken(ctx, tx, p.ID, c.Field, v); err != nil {
		return err
	}
	switch c.Field {
	case "id_number":
		card, err := idcard.Parse(v.Text, tx.Scope().Today())
		if err != nil {
			return err
		}
		return s.CorrectNumber(ctx, tx, p, card, "更正申请第"+strconv.FormatInt(c.ID, 10)+"号:"+c.Reason)
	case "birth":
		t, err := time.Parse(time.DateOnly, v.Text)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update persons set birth_date = @birth, updated_at = @now, version = version + 1 where tenant_id = @tenant and id = @person`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "birth": t, "now": tx.Scope().Now()})
		return err
	case "party_join":
		t, err := time.Parse("2006-01", v.Text)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update persons set party_join_date = @joined, updated_at = @now, version = version + 1 where tenant_id = @tenant and id = @person`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "joined": t, "now": tx.Scope().Now()})
		return err
	case "education":
		return s.applyEducation(ctx, tx, p, v)
	case "bank":
		_, err = tx.Exec(ctx, `update persons set bank_name = @bank, bank_cipher = @card, bank_index = @index, updated_at = @now, version = version + 1
			where tenant_id = @tenant and id = @person`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "bank": v.Bank,
			"card": s.keys.Encrypt(tx.Tenant(), "cadre.bank", v.Text), "index": s.keys.Index(tx.Tenant(), "cadre.bank", v.Text), "now": tx.Scope().Now()})
		return err
	}
	return errors.New("change of an unknown field " + c.Field)
}

// applyEducation sets the highest education and adds its entry. Where a lower one was proved, entries above it go: they
// were what had to be corrected.
func (s Store) applyEducation(ctx context.Context, tx *access.Tx, p Person, v keyValue) error {
	finished, err := pastMonth("毕业时间", v.Finished, tx.Scope().Today())
	if err != nil {
		return err
	}
	above := []string{}
	for _, o := range codelist.Education().Options() {
		if codelist.LevelOf(o.Code) > codelist.LevelOf(v.Text) {
			above = append(above, o.Code)
		}
	}
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "above": above, "level": v.Text, "mode": v.Mode, "school": v.School,
		"finished": finished, "now": tx.Scope().Now()}
	rows, err := tx.Query(ctx, `delete from education_records where tenant_id = @tenant and person_id = @person and level = any(@above::text[])
		returning level || ' ' || school`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "above": above})
	if err != nil {
		return err
	}
	gone, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	if len(gone) > 0 {
		tx.Audit(access.Line{Action: "cadre.entry.remove", Object: "education_records", Person: p.ID, Summary: "更正学历,删除" + p.Name + "高于它的学历记录",
			Detail: map[string]any{"before": gone}})
	}
	delete(args, "above")
	_, err = tx.Exec(ctx, `with f as (update persons set education = @level, updated_at = @now, version = version + 1
			where tenant_id = @tenant and id = @person returning tenant_id, township_id, village_id, id)
		insert into education_records (tenant_id, township_id, village_id, person_id, mode, level, school, finished_on)
		select tenant_id, township_id, village_id, id, @mode, @level, @school, @finished from f`, args)
	return err
}
