package access

import (
	"context"
	"errors"
	"hash/fnv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/pg"
)

// credential is one row of credentials, as a log-in needs it.
type credential struct {
	AccountID         int64
	TenantID          int64
	Username          string
	PasswordHash      string
	PasswordHistory   []string
	PasswordChangedAt time.Time
	MustChange        bool
	CodeHash          []byte
	CodeExpiresAt     *time.Time
	TotpSecret        []byte
	TotpConfirmed     bool
	TotpLastStep      int64
	Epoch             int
	Disabled          bool
	LockedUntil       *time.Time
}

const credentialColumns = `account_id, tenant_id, username, password_hash, password_history, password_changed_at,
	must_change, code_hash, code_expires_at, totp_secret, totp_confirmed, totp_last_step, epoch, disabled, locked_until`

const (
	pairFailures    = 5                // from one address
	pairLock        = 30 * time.Minute // then this long
	accountFailures = 50               // from anywhere
	accountLock     = 24 * time.Hour   // then until somebody unlocks it, at most this long
)

var errLogin = fault.Invalid("用户名或密码不正确。连续输错5次将锁定30分钟,忘记密码请联系上级管理员")

// find looks a credential up by username or, where it is unique, by mobile number.
func (c *Core) find(ctx context.Context, name string) (*credential, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	rows, err := c.pool.Raw().Query(ctx, `select `+credentialColumns+` from credentials
		where username = $1 or phone_index = $2 limit 3`, name, c.phoneIndex(name))
	if err != nil {
		return nil, pg.Sentences{}.Explain(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[credential])
	if err != nil {
		return nil, pg.Sentences{}.Explain(err)
	}
	for _, f := range found {
		if f.Username == name {
			return &f, nil
		}
	}
	if len(found) == 1 {
		return &found[0], nil
	}
	return nil, nil
}

func (c *Core) credential(ctx context.Context, account int64) (credential, error) {
	rows, err := c.pool.Raw().Query(ctx, `select `+credentialColumns+` from credentials where account_id = $1`, account)
	if err != nil {
		return credential{}, pg.Sentences{}.Explain(err)
	}
	cr, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[credential])
	return cr, pg.Sentences{}.Explain(err)
}

// authenticate checks name and password. An unknown user, a wrong password and a disabled account look and take the same.
func (c *Core) authenticate(ctx context.Context, name, password, address string) (*credential, error) {
	cr, err := c.find(ctx, name)
	if err != nil {
		return nil, err
	}
	id, hash := pseudoAccount(name), ""
	if cr != nil {
		id, hash = cr.AccountID, cr.PasswordHash
	}
	if until, err := c.lockedUntil(ctx, id, cr, address); err != nil {
		return nil, err
	} else if !until.IsZero() {
		return nil, fault.Invalid("连续输错次数过多,已锁定至 %s,请稍后再试或联系上级管理员解锁", until.In(c.Now().Location()).Format("15:04"))
	}
	ok := c.matches(password, hash)
	if !ok || cr == nil || cr.Disabled || hash == "" {
		return nil, errors.Join(errLogin, c.countFailure(ctx, id, cr, name, address))
	}
	return cr, c.clearFailures(ctx, id, address)
}

// pseudoAccount stands for a username that does not exist, so that it locks exactly like one that does.
func pseudoAccount(name string) int64 {
	h := fnv.New64a()
	h.Write([]byte(strings.ToLower(strings.TrimSpace(name))))
	return -int64(h.Sum64() >> 1)
}

func (c *Core) lockedUntil(ctx context.Context, id int64, cr *credential, address string) (time.Time, error) {
	var until *time.Time
	err := c.pool.Raw().QueryRow(ctx, `select locked_until from login_failures where account_id = $1 and address = $2`,
		id, address).Scan(&until)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, pg.Sentences{}.Explain(err)
	}
	now := c.Now()
	if until != nil && until.After(now) {
		return *until, nil
	}
	if cr != nil && cr.LockedUntil != nil && cr.LockedUntil.After(now) {
		return *cr.LockedUntil, nil
	}
	return time.Time{}, nil
}

func (c *Core) countFailure(ctx context.Context, id int64, cr *credential, name, address string) error {
	now := c.Now()
	var n int
	err := c.pool.Raw().QueryRow(ctx, `insert into login_failures as f (account_id, address, failures, updated_at)
		values ($1, $2, 1, $3)
		on conflict (account_id, address) do update set
			failures = case when f.updated_at < $3::timestamptz - interval '30 minutes' then 1 else f.failures + 1 end,
			locked_until = case when f.updated_at >= $3::timestamptz - interval '30 minutes' and f.failures + 1 >= $4
				then $5::timestamptz end,
			updated_at = $3
		returning failures`, id, address, now, pairFailures, now.Add(pairLock)).Scan(&n)
	if err != nil {
		return pg.Sentences{}.Explain(err)
	}
	if cr != nil {
		_, err = c.pool.Raw().Exec(ctx, `update credentials set failures = failures + 1,
			locked_until = case when failures + 1 >= $2 then $3::timestamptz else locked_until end where account_id = $1`,
			cr.AccountID, accountFailures, now.Add(accountLock))
		if err != nil {
			return pg.Sentences{}.Explain(err)
		}
	}
	tenant, account := int64(0), int64(0)
	if cr != nil {
		tenant, account = cr.TenantID, cr.AccountID
	}
	return c.auditVisit(ctx, tenant, account, "", address, "login.failed", "登录失败", map[string]any{"failures": n})
}

func (c *Core) clearFailures(ctx context.Context, id int64, address string) error {
	_, err := c.pool.Raw().Exec(ctx, `delete from login_failures where account_id = $1 and address = $2`, id, address)
	if err == nil {
		_, err = c.pool.Raw().Exec(ctx, `update credentials set failures = 0, locked_until = null, last_login_at = $2
			where account_id = $1`, id, c.Now())
	}
	return pg.Sentences{}.Explain(err)
}

// auditVisit writes a line about a log-in, where no scope exists yet.
func (c *Core) auditVisit(ctx context.Context, tenant, account int64, name, address, action, summary string, detail map[string]any) error {
	s := c.System("登录", tenant)
	if tenant == 0 {
		s = c.platformIn(s, 0)
	}
	s.account, s.holder, s.name, s.address, s.role = account, account, name, address, ""
	return InScope(ctx, s, func(tx *Tx) error {
		tx.Audit(Line{Action: action, Object: "accounts", ID: account, Summary: summary, Detail: detail})
		return nil
	})
}

// hasDemo reports whether the database holds a demonstration district, whose accounts the log-in page may mention.
func (c *Core) hasDemo(ctx context.Context) (demo bool) {
	err := Read(ctx, c.platformIn(Scope{core: c}, 0), func(tx *Tx) error {
		return tx.QueryRow(ctx, `select exists (select from tenants where is_demo)`).Scan(&demo)
	})
	return err == nil && demo
}
