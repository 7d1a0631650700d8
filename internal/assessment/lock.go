package assessment

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// due is a published sheet with what decides whether its results become final.
type due struct {
	Sheet
	Ends       []*time.Time // of the notices whose results still stand
	Objections int
}

// mayLock says why a sheet cannot be locked yet; nil if it can.
func (d due) mayLock(now time.Time) error {
	ends := make([]time.Time, len(d.Ends))
	for i, e := range d.Ends {
		if e != nil {
			ends[i] = *e
		}
	}
	return MayLock(now, ends, d.Objections)
}

// Locked says what locking did: the townships that became final, those that wait with the reason, and months that closed.
type Locked struct {
	Townships []string
	Waiting   []string
	Closed    []month.Month
}

// Lock makes the results of published sheets final whose notice periods are over and that have no open objection, of one
// month or, with the zero month, of all. A month whose sheets are all locked closes by itself.
func (s Store) Lock(ctx context.Context, tx *access.Tx, at month.Month) (Locked, error) {
	if _, err := s.lockable(ctx, tx, at, 0); err != nil { // holds the sheets; an objection filed meanwhile has been let in
		return Locked{}, err
	}
	list, err := s.lockable(ctx, tx, at, 0) // and is seen now
	if err != nil {
		return Locked{}, err
	}
	var out Locked
	var ripe []due
	for _, d := range list {
		if err := d.mayLock(tx.Scope().Now()); err != nil {
			out.Waiting = append(out.Waiting, d.TownshipName+":"+fault.Of(err).Sentence)
			continue
		}
		ripe = append(ripe, d)
		out.Townships = append(out.Townships, d.TownshipName)
	}
	if err := s.lockSheets(ctx, tx, ripe); err != nil {
		return Locked{}, err
	}
	out.Closed, err = s.closeMonths(ctx, tx)
	return out, err
}

// LockSheet makes one sheet final, or says why it cannot be.
func (s Store) LockSheet(ctx context.Context, tx *access.Tx, id int64) error {
	sheet, err := s.Sheet(ctx, tx, id, true)
	if err != nil {
		return err
	}
	if sheet.State == SheetLocked {
		return nil
	}
	if _, err := Next(sheet.State, ActLock); err != nil {
		return err
	}
	list, err := s.lockable(ctx, tx, sheet.Month, id)
	if err != nil {
		return err
	}
	for _, d := range list {
		if err := d.mayLock(tx.Scope().Now()); err != nil {
			return err
		}
	}
	if err := s.lockSheets(ctx, tx, list); err != nil {
		return err
	}
	_, err = s.closeMonths(ctx, tx)
	return err
}

// lockable reads the published sheets of a month (zero: all) or one of them, and holds them. A notice whose results were
// all corrected since no longer counts, posted or not.
func (Store) lockable(ctx context.Context, tx *access.Tx, at month.Month, sheet int64) ([]due, error) {
	rows, err := tx.Query(ctx, `select `+sheetColumns+`, coalesce((select array_agg(o.ends_on)
				from assessment_postings o join assessment_publications p on p.tenant_id = o.tenant_id and p.id = o.publication_id
				where o.tenant_id = s.tenant_id and p.tenant_id = s.tenant_id and p.sheet_id = s.id
					and coalesce((select bool_or(r.replaced_by is null) from assessment_results r
						where r.tenant_id = o.tenant_id and r.publication_id = o.publication_id and r.village_id = o.village_id), true)
			), '{}') as ends,
			(select count(*) from assessment_objections o where o.tenant_id = s.tenant_id and o.sheet_id = s.id and o.state = 'open')::int as objections
		from assessment_sheets s where s.tenant_id = @tenant and s.state = 'published' and (@month::date is null or s.month = @month)
			and (@sheet::bigint = 0 or s.id = @sheet) order by s.month, s.id for update`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at, "sheet": sheet})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[due])
}

func (Store) lockSheets(ctx context.Context, tx *access.Tx, list []due) error {
	if len(list) == 0 {
		return nil
	}
	var ids, townships []int64
	var rounds []int32
	for _, d := range list {
		ids, townships, rounds = append(ids, d.ID), append(townships, d.TownshipID), append(rounds, int32(d.Round))
		tx.Audit(access.Line{Action: "assessment.lock", Object: "assessment_sheets", ID: d.ID,
			Summary: fmt.Sprintf("归档:%s%s", d.TownshipName, d.Month.Title())})
	}
	s := tx.Scope()
	b := &pgx.Batch{}
	b.Queue(`update assessment_sheets set state = 'locked', locked_at = @now, version = version + 1
		where tenant_id = @tenant and id = any(@ids)`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "now": s.Now(), "ids": ids})
	b.Queue(`insert into assessment_acts (tenant_id, township_id, sheet_id, act, round, actor, account_id, holder_id, at)
		select @tenant::bigint, u.township, u.sheet, @act, u.round, @actor, @account::bigint, @holder::bigint, @now::timestamptz
		from unnest(@townships::bigint[], @ids::bigint[], @rounds::int[]) as u (township, sheet, round)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "act": string(ActLock), "actor": s.Name(), "account": s.Account(),
			"holder": s.Holder(), "now": s.Now(), "townships": townships, "ids": ids, "rounds": rounds})
	return tx.SendBatch(ctx, b).Close()
}

// closeMonths closes the months of which nothing is left to do. A township without assessed cadres has an empty sheet,
// which keeps no month open.
func (Store) closeMonths(ctx context.Context, tx *access.Tx) ([]month.Month, error) {
	rows, err := tx.Query(ctx, `update assessment_months m set state = 'closed', version = m.version + 1
		where m.tenant_id = @tenant and m.state = 'open'
			and exists (select from assessment_sheets s where s.tenant_id = m.tenant_id and s.month = m.month and s.state = 'locked')
			and not exists (select from assessment_sheets s where s.tenant_id = m.tenant_id and s.month = m.month and s.state <> 'locked'
				and exists (select from assessment_rows r where r.tenant_id = s.tenant_id and r.sheet_id = s.id and r.removed_at is null))
		returning m.month`, pgx.StrictNamedArgs{"tenant": tx.Tenant()})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[month.Month])
	for _, at := range list {
		tx.Audit(access.Line{Action: "assessment.close", Object: "assessment_months", Summary: "月份关闭:" + at.Title()})
	}
	return list, err
}
