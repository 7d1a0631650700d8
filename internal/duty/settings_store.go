package duty

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// turnsFrom is the first month of which no roster hangs on a wall yet: other shifts can hold from then on.
func (Store) turnsFrom(ctx context.Context, tx *access.Tx) (month.Month, error) {
	now := month.Of(tx.Scope().Now())
	var last *time.Time
	err := tx.QueryRow(ctx, `select max(month)::timestamptz from duty_rosters where tenant_id = @tenant and number > 0 and month >= @now`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "now": now}).Scan(&last)
	if err != nil || last == nil {
		return now, err
	}
	return month.Of(*last).Next(), nil
}

// saveSettings stores what the form says. Drafts that were made for other shifts count as empty until they are made anew.
func (st Store) saveSettings(ctx context.Context, tx *access.Tx, f settingsForm, shifts Shifts) (from month.Month, turned bool, err error) {
	s, err := st.Settings(ctx, tx)
	if err != nil {
		return from, false, err
	}
	if s.Version != f.Version {
		return from, false, fault.Stale(s.differences(f, shifts)...)
	}
	if from, err = st.turnsFrom(ctx, tx); err != nil {
		return from, false, err
	}
	before := s.Shifts.words()
	s.turn(shifts, from)
	turned = s.Shifts.words() != before
	if s.Former == nil {
		s.Former = []Era{}
	}
	if s.Shifts == nil {
		s.Shifts = Shifts{}
	}
	tag, err := tx.Exec(ctx, `insert into duty_settings as d (tenant_id, shifts, former, public_page, public_phone)
		values (@tenant, @shifts, @former, @page, @phone)
		on conflict (tenant_id) do update set shifts = excluded.shifts, former = excluded.former, public_page = excluded.public_page,
			public_phone = excluded.public_phone, version = d.version + 1
		where d.version = @version`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "shifts": s.Shifts, "former": s.Former,
		"page": f.PublicPage, "phone": f.PublicPhone, "version": f.Version})
	if err != nil {
		return from, turned, err
	}
	if tag.RowsAffected() == 0 {
		return from, turned, fault.Stale()
	}
	if turned {
		_, err = tx.Exec(ctx, `update duty_rosters set filled = 0, version = version + 1,
				empty_days = ((1::bigint << extract(day from month + interval '1 month - 1 day')::int) - 1)::int
			where tenant_id = @tenant and month >= @from and number = 0`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "from": from})
	}
	tx.Audit(access.Line{Action: "duty.settings", Object: "duty_settings", Summary: "修改值班设置", Detail: map[string]any{"before": before,
		"after": s.Shifts.words(), "from": from.String(), "public_page": f.PublicPage, "public_phone": f.PublicPhone}})
	return from, turned, err
}
