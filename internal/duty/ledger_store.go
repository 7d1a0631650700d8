package duty

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// ledgerRecord is a ledger that was made: what a check code stands for.
type ledgerRecord struct {
	ID         int64
	TownshipID int64
	VillageID  int64 // 0: all villages of the township
	Title      string
	First      month.Month
	Last       month.Month
	Code       string
	Digest     []byte
	MadeBy     string
	MadeAt     time.Time
}

func (r ledgerRecord) span() string {
	if r.First == r.Last {
		return r.First.Title()
	}
	return r.First.Title() + "至" + r.Last.Title()
}

const ledgerColumns = `select id, township_id, village_id, title, first_month as first, last_month as last, code, digest, made_by, made_at from duty_ledgers `

// Ledger reads what is recorded of a village, or (0) of all villages of a township, in the months from first to last.
func (st Store) Ledger(ctx context.Context, tx *access.Tx, township, village int64, first, last month.Month) (Ledger, error) {
	l := Ledger{First: first, Last: last}
	villages := map[int64]bool{}
	at := map[villageMonth]int{} // → part
	for m := first; !m.After(last); m = m.Next() {
		list, err := st.places(ctx, tx, m, township, village)
		if err != nil {
			return l, err
		}
		for _, p := range list {
			l.Unit, villages[p.VillageID] = p.TownshipName, true
			l.Parts = append(l.Parts, LedgerPart{VillageID: p.VillageID, Village: p.VillageName, Month: m})
		}
	}
	slices.SortStableFunc(l.Parts, func(a, b LedgerPart) int { return int(a.VillageID - b.VillageID) })
	for i, p := range l.Parts {
		at[villageMonth{p.VillageID, p.Month}] = i
	}
	if village != 0 && len(l.Parts) > 0 {
		l.Unit += l.Parts[0].Village
	}
	return l, st.fillLedger(ctx, tx, &l, villages, at)
}

// villageMonth is one village in one month.
type villageMonth struct {
	village int64
	month   month.Month
}

func (Store) fillLedger(ctx context.Context, tx *access.Tx, l *Ledger, in map[int64]bool, at map[villageMonth]int) error {
	villages := make([]int64, 0, len(in))
	for v := range in {
		villages = append(villages, v)
	}
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "villages": villages, "first": l.First.First(), "next": l.Last.Next().First()}
	part := func(village int64, day time.Time) *LedgerPart {
		if i, ok := at[villageMonth{village, month.Of(day)}]; ok {
			return &l.Parts[i]
		}
		return nil
	}
	b := &pgx.Batch{}
	type hung struct {
		VillageID int64
		Month     time.Time
		LedgerVersion
	}
	queue(b, `select r.village_id, r.month, v.number, v.reason, v.made_by as by, v.made_at as at, v.phone, v.days, v.changes
		from duty_versions v join duty_rosters r on r.tenant_id = v.tenant_id and r.id = v.roster_id
		where r.tenant_id = @tenant and r.village_id = any(@villages) and r.month >= @first and r.month < @next order by r.id, v.number`, args,
		func(v hung) {
			if p := part(v.VillageID, v.Month); p != nil {
				v.At = v.At.UTC()
				p.Versions = append(p.Versions, v.LedgerVersion)
			}
		})
	queue(b, `select village_id, person_name, kind, lower(during) as first, upper(during) - 1 as last, recorded_by, cancelled_by from duty_leaves
		where tenant_id = @tenant and village_id = any(@villages) and during && daterange(@first, @next) order by id`, args, func(f ledgerLeave) {
		for m := month.Of(f.First); !m.After(month.Of(f.Last)); m = m.Next() {
			if p := part(f.VillageID, m.First()); p != nil {
				p.Leaves = append(p.Leaves, f)
			}
		}
	})
	queue(b, `select village_id, from_name, from_day, to_name, to_day, reason, state, decided_by from duty_swaps
		where tenant_id = @tenant and village_id = any(@villages) and from_day >= @first and from_day < @next
			and state in ('agreed', 'recorded') order by id`, args, func(f ledgerSwap) {
		if p := part(f.VillageID, f.FromDay); p != nil {
			p.Swaps = append(p.Swaps, f)
		}
	})
	queue(b, `select village_id, on_day, checked_at, way, result, person_name, found_name, note, checker, voided_at is not null as voided, void_reason
		from duty_checks where tenant_id = @tenant and village_id = any(@villages) and on_day >= @first and on_day < @next
		order by checked_at, id`, args, func(f ledgerCheck) {
		if p := part(f.VillageID, f.OnDay); p != nil {
			f.CheckedAt = f.CheckedAt.UTC()
			p.Checks = append(p.Checks, f)
		}
	})
	queue(b, `select village_id, on_day, person_name, title, reason, recorded_by, recorded_at, withdrawn_by, withdraw_reason
		from duty_stands where tenant_id = @tenant and village_id = any(@villages) and on_day >= @first and on_day < @next
		order by on_day, shift, id`, args, func(f ledgerStand) {
		if p := part(f.VillageID, f.OnDay); p != nil {
			f.RecordedAt = f.RecordedAt.UTC()
			p.Stands = append(p.Stands, f)
		}
	})
	live := map[int64]time.Time{} // village → its first posted month
	b.Queue(`select village_id, min(month) from duty_rosters where tenant_id = @tenant and village_id = any(@villages) and number > 0 group by 1`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "villages": villages}).Query(func(rows pgx.Rows) error {
		var village int64
		var first time.Time
		_, err := pgx.ForEachRow(rows, []any{&village, &first}, func() error { live[village] = first; return nil })
		return err
	})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("read ledger: %w", err)
	}
	for i := range l.Parts {
		p := &l.Parts[i]
		if first, ok := live[p.VillageID]; len(p.Versions) > 0 {
			continue
		} else if !ok || p.Month.Before(month.Of(first)) {
			p.Missing = beforeFirst
		} else {
			p.Missing = neverPosted
		}
	}
	return nil
}

// queue asks for facts and takes each in.
func queue[F any](b *pgx.Batch, sql string, args pgx.StrictNamedArgs, take func(F)) {
	b.Queue(sql, args).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[F])
		for _, f := range list {
			take(f)
		}
		return err
	})
}

// MakeLedger reads what is recorded now and keeps its fingerprint under a new check code.
func (st Store) MakeLedger(ctx context.Context, tx *access.Tx, township, village int64, first, last month.Month) (id int64, err error) {
	l, err := st.Ledger(ctx, tx, township, village, first, last)
	if err != nil {
		return 0, err
	}
	if len(l.Parts) == 0 {
		return 0, fault.NotFound()
	}
	s := tx.Scope()
	err = tx.QueryRow(ctx, `insert into duty_ledgers (tenant_id, township_id, village_id, title, first_month, last_month, code, digest, made_by, made_at)
		values (@tenant, @township, @village, @title, @first, @last, @code, @digest, @by, @at) returning id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"township": township, "village": village, "title": l.Unit + "值班台账", "first": first, "last": last, "code": newCode(), "digest": l.digest(),
		"by": s.Name() + "(" + s.Unit() + ")", "at": s.Now()}).Scan(&id)
	tx.Audit(access.Line{Action: "duty.ledger", Object: "duty_ledgers", ID: id, Summary: "制作" + l.Unit + "值班台账 " + first.Title() + "至" + last.Title()})
	return id, err
}

func (Store) ledger(ctx context.Context, tx *access.Tx, id int64) (ledgerRecord, error) {
	return ledgerOf(tx.Query(ctx, ledgerColumns+`where tenant_id = @tenant and id = @id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id}))
}

// ledgerByCode finds what a check code stands for, within the scope.
func (Store) ledgerByCode(ctx context.Context, tx *access.Tx, code string) (ledgerRecord, error) {
	return ledgerOf(tx.Query(ctx, ledgerColumns+`where tenant_id = @tenant and code = @code`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "code": code}))
}

func ledgerOf(rows pgx.Rows, err error) (ledgerRecord, error) {
	if err != nil {
		return ledgerRecord{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[ledgerRecord])
}

// ledgers lists those made in scope, the newest first.
func (Store) ledgers(ctx context.Context, tx *access.Tx, limit, offset int) (list []ledgerRecord, total int, err error) {
	if err := tx.QueryRow(ctx, `select count(*)::int from duty_ledgers where tenant_id = @tenant`, pgx.StrictNamedArgs{"tenant": tx.Tenant()}).Scan(&total); err != nil {
		return nil, 0, err
	}
	rows, err := tx.Query(ctx, ledgerColumns+`where tenant_id = @tenant order by made_at desc, id desc limit @limit offset @offset`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "limit": limit, "offset": offset})
	if err != nil {
		return nil, 0, err
	}
	list, err = pgx.CollectRows(rows, pgx.RowToStructByName[ledgerRecord])
	return list, total, err
}
