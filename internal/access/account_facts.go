package access

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// AccountFacts is what the accounts that somebody manages ask of him.
type AccountFacts struct {
	Locked  int // by failed log-ins
	Waiting int // have a code that still counts, but no password yet
	Lapsed  int // had a code in the last week, which nobody used
}

// FactsOfAccounts counts what asks for attention among the accounts that the scope manages.
func FactsOfAccounts(ctx context.Context, tx *Tx) (AccountFacts, error) {
	s := tx.scope
	rows, err := tx.Query(ctx, `select
			count(*) filter (where c.locked_until > @now or exists (select from login_failures f
				where f.account_id = a.id and f.locked_until > @now))::int as locked,
			count(*) filter (where c.password_hash = '' and c.code_expires_at > @now)::int as waiting,
			count(*) filter (where c.password_hash = '' and c.code_expires_at between @now::timestamptz - interval '7 days' and @now)::int as lapsed
		from accounts a join credentials c on c.tenant_id = a.tenant_id and c.account_id = a.id
		where a.tenant_id = @tenant and a.disabled_at is null and a.id <> @self
			and case when @district then a.township_id <> 0 or @admin else a.village_id <> 0 end`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "now": s.Now(), "self": s.account, "district": s.settings.Level == "district",
			"admin": s.role == DistrictAdmin})
	if err != nil {
		return AccountFacts{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[AccountFacts])
}

// EndingProxy is a 代理 that runs out soon.
type EndingProxy struct {
	AccountID int64
	Name      string // of the colleague who stands in
	Role      Role
	Unit      string
	EndsOn    time.Time
}

// EndingProxies lists the 代理 of the scope's own desk and below that run out within some days, the first to end first.
func EndingProxies(ctx context.Context, tx *Tx, days int) ([]EndingProxy, error) {
	today := tx.scope.Today()
	rows, err := tx.Query(ctx, `select g.account_id, a.name, g.role, coalesce(t.name, '') || coalesce(v.name, '') as unit, g.ends_on
		from grants g join accounts a on a.tenant_id = g.tenant_id and a.id = g.account_id
		left join townships t on t.tenant_id = g.tenant_id and t.id = g.township_id
		left join villages v on v.tenant_id = g.tenant_id and v.id = g.village_id
		where g.tenant_id = @tenant and g.kind = 'proxy' and g.revoked_at is null and a.disabled_at is null
			and g.ends_on between @today and @until order by g.ends_on, g.id limit 20`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "today": today, "until": today.AddDate(0, 0, days)})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[EndingProxy])
}

// Desks counts the townships that have an account of a role in use.
func Desks(ctx context.Context, tx *Tx, r Role) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(distinct g.township_id) from grants g
		join accounts a on a.tenant_id = g.tenant_id and a.id = g.account_id
		where g.tenant_id = $1 and g.role = $2 and g.revoked_at is null and a.disabled_at is null
			and (g.ends_on is null or g.ends_on >= $3)`, tx.Tenant(), string(r), tx.scope.Today()).Scan(&n)
	return n, err
}

// Looks is what the last days brought for a security auditor to look at.
type Looks struct{ Exports, Reveals, Failures int }

// LooksSince counts exports, views of full personal data and failed log-ins since a moment.
func LooksSince(ctx context.Context, tx *Tx, since time.Time) (Looks, error) {
	rows, err := tx.Query(ctx, `select count(*) filter (where action = 'export')::int as exports,
			count(*) filter (where action = 'cadre.reveal')::int as reveals,
			count(*) filter (where action = 'login.failed')::int as failures
		from audit_log where tenant_id = $1 and at >= $2 and action in ('export', 'cadre.reveal', 'login.failed')`, tx.Tenant(), since)
	if err != nil {
		return Looks{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Looks])
}
