package access

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// AccountRow is an account as its pages show it, with its running grant of the lowest key.
type AccountRow struct {
	ID           int64
	Username     string
	Name         string
	Kind         string
	TownshipID   int64
	VillageID    int64
	TownshipName string
	VillageName  string
	Role         Role
	Phone        []byte
	PersonID     *int64
	Note         string
	Version      int
	DisabledAt   *time.Time
	CreatedAt    time.Time
	LastLoginAt  *time.Time
	Locked       bool
	Waiting      bool // has a code, but no password yet
}

// Unit names the account's unit.
func (a AccountRow) Unit() string { return a.TownshipName + a.VillageName }

// State says in a word how the account stands.
func (a AccountRow) State() string {
	switch {
	case a.DisabledAt != nil:
		return "已停用"
	case a.Locked:
		return "已锁定"
	case a.Waiting:
		return "待开通"
	}
	return "正常"
}

// AccountFilter narrows the list of accounts. Zero values do not narrow.
type AccountFilter struct {
	Text     string `form:"q"` // username or name
	Role     string `form:"role"`
	Township int64  `form:"township"`
	State    string `form:"state"` // active, disabled, locked, waiting
	Page     int    `form:"page"`
}

const accountColumns = `a.id, a.username, a.name, a.kind, a.township_id, a.village_id, coalesce(t.name, '') as township_name,
	coalesce(v.name, '') as village_name, coalesce(g.role, '') as role, a.phone, a.person_id, a.note, a.version, a.disabled_at, a.created_at,
	c.last_login_at, coalesce(c.locked_until > @now, false) or exists (select from login_failures f where f.account_id = a.id and f.locked_until > @now) as locked,
	c.password_hash = '' as waiting`

const accountTables = ` from accounts a join credentials c on c.tenant_id = a.tenant_id and c.account_id = a.id
	left join townships t on t.tenant_id = a.tenant_id and t.id = a.township_id
	left join villages v on v.tenant_id = a.tenant_id and v.township_id = a.township_id and v.id = a.village_id
	left join lateral (select role from grants g where g.tenant_id = a.tenant_id and g.account_id = a.id and g.kind = 'regular'
		order by (g.ends_on is null or g.ends_on >= @now::date) desc, g.id limit 1) g on true `

const accountWhere = ` where a.tenant_id = @tenant and (@text = '' or a.username like '%' || @text || '%' or a.name like '%' || @text || '%'
		or t.name like '%' || @text || '%' or v.name like '%' || @text || '%')
	and (@role = '' or g.role = @role) and (@township = 0 or a.township_id = @township)
	and (@state = '' or case @state when 'disabled' then a.disabled_at is not null when 'active' then a.disabled_at is null
		when 'locked' then a.disabled_at is null and (coalesce(c.locked_until > @now, false)
			or exists (select from login_failures f where f.account_id = a.id and f.locked_until > @now))
		when 'waiting' then a.disabled_at is null and c.password_hash = '' else false end)`

func accountArgs(tx *Tx, f AccountFilter) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "text": f.Text, "role": f.Role, "township": f.Township, "state": f.State, "now": tx.scope.Now()}
}

// Accounts lists the accounts in scope; limit 0 lists all.
func Accounts(ctx context.Context, tx *Tx, f AccountFilter, limit, offset int) ([]AccountRow, error) {
	args := accountArgs(tx, f)
	sql := `select ` + accountColumns + accountTables + accountWhere + ` order by a.township_id, a.village_id, a.username`
	if limit > 0 {
		sql += ` limit @limit offset @offset`
		args["limit"], args["offset"] = limit, offset
	}
	rows, err := tx.Query(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[AccountRow])
}

// CountAccounts counts what Accounts would list in all.
func CountAccounts(ctx context.Context, tx *Tx, f AccountFilter) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*)`+accountTables+accountWhere, accountArgs(tx, f)).Scan(&n)
	return n, err
}

// Account reads one account in scope.
func Account(ctx context.Context, tx *Tx, id int64) (AccountRow, error) {
	rows, err := tx.Query(ctx, `select `+accountColumns+accountTables+` where a.tenant_id = @tenant and a.id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "now": tx.scope.Now()})
	if err != nil {
		return AccountRow{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[AccountRow])
}

// Grants lists every grant of an account, also past and future ones, the newest first.
func Grants(ctx context.Context, tx *Tx, account int64) ([]Grant, error) {
	rows, err := tx.Query(ctx, `select `+grantColumns+grantJoins+` where g.tenant_id = @tenant and g.account_id = @account order by g.id desc`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "account": account})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Grant])
}

// Manages reports whether the scope may change an account; nobody manages his own.
func Manages(s Scope, a AccountRow) bool {
	if a.ID == s.account {
		return false
	}
	return s.manages(a.TownshipID, a.VillageID)
}
