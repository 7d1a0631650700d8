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
	b.Queue(`select r.village_id, r.month, v.number, v.reason, v.made_by, v.made_at, v.phone, v.days, v.changes
		from duty_versions v join duty_rosters r on r.tenant_id = v.tenant_id and r.id = v.roster_id
		where r.tenant_id = @tenant and r.village_id = any(@villages) and r.month >= @first and r.month < @next order by r.id, v.number`, args).
		Query(func(rows pgx.Rows) error {
			var village int64
			var on time.Time
			var v LedgerVersion
			_, err := pgx.ForEachRow(rows, []any{&village, &on, &v.Number, &v.Reason, &v.By, &v.At, &v.Phone, &v.Days, &v.Changes}, func() error {
				if p := part(village, on); p != nil {
					v.At = v.At.UTC()
					p.Versions = append(p.Versions, v)
				}
				v.Days, v.Changes = nil, nil
				return nil
			})
			return err
		})
	note := func(sql string, into func(p *LedgerPart, line string)) {
		b.Queue(sql, args).Query(func(rows pgx.Rows) error {
			var village int64
			var on time.Time
			var line string
			_, err := pgx.ForEachRow(rows, []any{&village, &on, &line}, func() error {
				if p := part(village, on); p != nil {
					into(p, line)
				}
				return nil
			})
			return err
		})
	}
	note(`select l.village_id, greatest(lower(l.during), @first::date), l.person_name || ' ' || k.title || ' ' || to_char(lower(l.during), 'MM-DD')
				|| '至' || to_char(upper(l.during) - 1, 'MM-DD') || ',' || l.recorded_by || '登记'
				|| case when l.cancelled_at is null then '' else ',已由' || l.cancelled_by || '撤销' end
		from duty_leaves l join unnest(array['personal', 'sick', 'official', 'marriage', 'maternity', 'bereavement', 'annual'],
			array['事假', '病假', '因公外出', '婚假', '产假', '丧假', '年休假']) as k (kind, title) on k.kind = l.kind
		where l.tenant_id = @tenant and l.village_id = any(@villages) and l.during && daterange(@first, @next) order by l.id`,
		func(p *LedgerPart, line string) { p.Leaves = append(p.Leaves, line) })
	note(`select village_id, from_day, from_name || to_char(from_day, ' MM-DD') || case when to_day is null then '由' || to_name || '替班'
				else '与' || to_name || to_char(to_day, ' MM-DD') || '换班' end || '(' || reason || '),'
				|| case state when 'recorded' then decided_by || '登记' else decided_by || '同意' end
		from duty_swaps where tenant_id = @tenant and village_id = any(@villages) and from_day >= @first and from_day < @next
			and state in ('agreed', 'recorded') order by id`, func(p *LedgerPart, line string) { p.Swaps = append(p.Swaps, line) })
	note(`select c.village_id, c.on_day, to_char(c.checked_at at time zone 'Asia/Shanghai', 'MM-DD HH24:MI ') || w.title || ' ' || c.person_name || ' ' || f.title
				|| case when c.found_name = '' then '' else '(' || c.found_name || ')' end || ',检查人' || c.checker
				|| case when c.note = '' then '' else ',' || c.note end || case when c.voided_at is null then '' else ',已作废:' || c.void_reason end
		from duty_checks c join unnest(array['visit', 'landline'], array['实地走访', '座机电话']) as w (way, title) on w.way = c.way
			join unnest(array['in_post', 'absent', 'substitute', 'excused'], array['在岗', '不在岗', '他人代班', '请假,无人在岗']) as f (result, title) on f.result = c.result
		where c.tenant_id = @tenant and c.village_id = any(@villages) and c.on_day >= @first and c.on_day < @next order by c.checked_at, c.id`,
		func(p *LedgerPart, line string) { p.Checks = append(p.Checks, line) })
	note(`select village_id, on_day, to_char(on_day, 'MM-DD ') || person_name || '(' || title || ')实际值班:' || reason || ','
				|| recorded_by || to_char(recorded_at at time zone 'Asia/Shanghai', ' MM-DD HH24:MI') || '补记'
		from duty_stands where tenant_id = @tenant and village_id = any(@villages) and on_day >= @first and on_day < @next order by on_day, shift`,
		func(p *LedgerPart, line string) { p.Stands = append(p.Stands, line) })
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
			p.Missing = "系统启用前,无记录"
		} else {
			p.Missing = "这个月没有发布值班表"
		}
	}
	return nil
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
