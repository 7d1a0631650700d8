package access

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/pg"
)

// NewAccount is what a new account is made of.
type NewAccount struct {
	Username   string
	Name       string
	Phone      string // mobile number, may be empty
	Password   string // empty: a 24-hour code is made instead
	MustChange bool
	Person     int64 // the personnel file of the holder, 0 for none
	Role       Role
	Township   int64
	Village    int64
	EndsOn     *time.Time
	Note       string
}

// Created is a new account with what must be handed over once.
type Created struct {
	ID      int64
	GrantID int64
	Code    string // the 24-hour code, empty if a password was given
}

// Below reports whether a role at a unit lies in the actor's own subtree and not above his own level: nobody creates
// an account above himself, and a township gives out village roles and its own proxies only.
func Below(s Scope, r Role, township, village int64) error {
	if !r.Known() || !unitWithin(s, township, village) {
		return fault.NotFound()
	}
	var fits bool
	switch r.Level() {
	case pg.Platform, pg.District:
		fits = township == 0 && village == 0
	case pg.Township:
		fits = township != 0 && village == 0
	case pg.Village:
		fits = township != 0 && village != 0
	}
	if !fits {
		return fault.Invalid("%s不能设在这一级单位", r.Title())
	}
	switch s.settings.Level {
	case pg.Platform:
		if r != DistrictAdmin && r != PlatformAdmin || r == PlatformAdmin && s.settings.Tenant != 0 {
			return fault.Forbidden("平台管理员只能开设区级管理员账号")
		}
	case pg.District:
		if r == PlatformAdmin {
			return fault.NotFound()
		}
		// Whoever prepares a matter must not hand himself the account of the one who confirms it.
		if township == 0 && s.account != 0 && s.role != DistrictAdmin {
			return fault.Forbidden("区级账号由区级管理员管理")
		}
	case pg.Township:
		if r.Level() != pg.Village {
			return fault.Forbidden("乡镇只能管理本乡镇各村(社区)的账号")
		}
	default:
		return fault.Forbidden("村级账号不能开设账号")
	}
	return nil
}

// CreateAccount makes an account, its credential and its first grant.
func (c *Core) CreateAccount(ctx context.Context, tx *Tx, n NewAccount) (Created, error) {
	var made Created
	if err := Below(tx.scope, n.Role, n.Township, n.Village); err != nil {
		return made, err
	}
	n.Username = strings.ToLower(strings.TrimSpace(n.Username))
	if n.Name = strings.TrimSpace(n.Name); n.Name == "" {
		return made, fault.Invalid("请填写姓名")
	}
	kind := "staff"
	switch n.Role {
	case PlatformAdmin:
		kind = "platform"
	case DistrictAdmin:
		kind = "district_admin"
	}
	phone, phoneIndex, person := c.sealed(tx.Tenant(), n.Phone, n.Person)
	holder, err := c.holderOf(ctx, tx, phoneIndex, person)
	if err != nil {
		return made, err
	}
	err = tx.QueryRow(ctx, `insert into accounts (tenant_id, township_id, village_id, kind, username, name, phone, phone_index,
			person_id, note, holder_id)
		values (@tenant, @township, @village, @kind, @username, @name, @phone, @index, @person, @note,
			@holder)
		returning id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": n.Township, "village": n.Village, "kind": kind,
		"username": n.Username, "name": n.Name, "phone": phone, "index": phoneIndex, "person": person, "note": n.Note, "holder": holder}).Scan(&made.ID)
	if err != nil {
		return made, err
	}
	var hash string
	var codeHash []byte
	var expires *time.Time
	if n.Password != "" {
		if hash, err = c.hash(n.Password); err != nil {
			return made, err
		}
	} else {
		made.Code = randomCode()
		codeHash = hashCode(made.Code)
		t := c.Now().Add(codeLife)
		expires = &t
	}
	_, err = tx.Exec(ctx, `insert into credentials (account_id, tenant_id, username, phone_index, password_hash, must_change,
			code_hash, code_expires_at, password_changed_at)
		values (@account, @tenant, @username, @index, @hash, @must, @code, @expires, @now)`,
		pgx.StrictNamedArgs{"account": made.ID, "tenant": tx.Tenant(), "username": n.Username, "index": phoneIndex, "hash": hash,
			"must": n.MustChange, "code": codeHash, "expires": expires, "now": c.Now()})
	if err != nil {
		return made, err
	}
	made.GrantID, err = c.AddGrant(ctx, tx, Grant{AccountID: made.ID, Role: n.Role, TownshipID: n.Township, VillageID: n.Village,
		Kind: "regular", StartsOn: c.Today(), EndsOn: n.EndsOn})
	tx.Audit(Line{Action: "account.create", Object: "accounts", ID: made.ID, Summary: "开设账号 " + n.Username + "(" + n.Role.Title() + ")"})
	return made, err
}

const codeLife = 24 * time.Hour

func hashCode(code string) []byte {
	sum := sha256.Sum256([]byte("touyan code " + strings.Join(strings.Fields(code), "")))
	return sum[:]
}

// AddGrant lets an account act under a further role and unit, such as 代理 until a date.
func (c *Core) AddGrant(ctx context.Context, tx *Tx, g Grant) (id int64, err error) {
	err = tx.QueryRow(ctx, `insert into grants (tenant_id, account_id, role, township_id, village_id, kind, starts_on, ends_on,
		reason, granted_by) values (@tenant, @account, @role, @township, @village, @kind, @from, @to, @reason, @by) returning id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "account": g.AccountID, "role": string(g.Role), "township": g.TownshipID,
			"village": g.VillageID, "kind": g.Kind, "from": g.StartsOn, "to": g.EndsOn, "reason": g.Reason,
			"by": tx.scope.account}).Scan(&id)
	if err == nil {
		tx.Audit(Line{Action: "grant.add", Object: "grants", ID: id, Summary: "授予" + g.Role.Title(), Reason: g.Reason,
			Detail: map[string]any{"account": g.AccountID, "kind": g.Kind}})
	}
	return id, err
}

// EndGrant takes a grant back at once, with on as its last day on paper, and ends the sessions of its account.
func (c *Core) EndGrant(ctx context.Context, tx *Tx, grant int64, on time.Time) error {
	var account int64
	err := tx.QueryRow(ctx, `update grants set ends_on = greatest(starts_on, @on::date), revoked_at = @now
		where tenant_id = @tenant and id = @id and revoked_at is null returning account_id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": grant, "on": on, "now": c.Now()}).Scan(&account)
	if err != nil {
		return err
	}
	tx.Audit(Line{Action: "grant.end", Object: "grants", ID: grant, Summary: "收回授权", Detail: map[string]any{"account": account}})
	return c.EndSessions(ctx, tx, account)
}

// visible makes sure that an account is within the scope before its credential, which has no scope, is touched.
func (c *Core) visible(ctx context.Context, tx *Tx, account int64) error {
	var township, village int64
	err := tx.QueryRow(ctx, `select township_id, village_id from accounts where tenant_id = $1 and id = $2 for update`,
		tx.Tenant(), account).Scan(&township, &village)
	if err != nil {
		return err
	}
	if !tx.scope.manages(township, village) {
		return fault.Forbidden("这个账号由上级管理")
	}
	return nil
}

// manages reports whether accounts of a unit are the scope's to manage: a township those of its villages and not of its
// own desk, a district's administrator all, its officers those of townships and villages.
func (s Scope) manages(township, village int64) bool {
	switch s.settings.Level {
	case pg.Platform:
		return township == 0
	case pg.District:
		return township != 0 || s.account == 0 || s.role == DistrictAdmin
	case pg.Township:
		return township == s.settings.Township && village != 0
	}
	return false
}

// EndSessions ends all sessions of an account at once.
func (c *Core) EndSessions(ctx context.Context, tx *Tx, account int64) error {
	_, err := tx.Exec(ctx, `update credentials set epoch = epoch + 1 where tenant_id = $1 and account_id = $2`, tx.Tenant(), account)
	return err
}

// ResetPassword takes the password away and gives a code, valid 24 hours, to read over the phone.
func (c *Core) ResetPassword(ctx context.Context, tx *Tx, account int64) (code string, err error) {
	if err := c.visible(ctx, tx, account); err != nil {
		return "", err
	}
	code = randomCode()
	_, err = tx.Exec(ctx, `update credentials set code_hash = @code, code_expires_at = @expires, password_hash = '',
		totp_confirmed = false, totp_secret = null, failures = 0, locked_until = null, epoch = epoch + 1
		where tenant_id = @tenant and account_id = @account`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "account": account, "code": hashCode(code), "expires": c.Now().Add(codeLife)})
	if err == nil {
		err = c.unlock(ctx, tx, account)
	}
	tx.Audit(Line{Action: "account.reset", Object: "accounts", ID: account, Summary: "重置密码,发放24小时开通码"})
	return code, err
}

// Unlock lifts the locks of failed log-ins.
func (c *Core) Unlock(ctx context.Context, tx *Tx, account int64) error {
	if err := c.visible(ctx, tx, account); err != nil {
		return err
	}
	tx.Audit(Line{Action: "account.unlock", Object: "accounts", ID: account, Summary: "解除锁定"})
	return c.unlock(ctx, tx, account)
}

func (c *Core) unlock(ctx context.Context, tx *Tx, account int64) error {
	b := &pgx.Batch{}
	b.Queue(`delete from login_failures where account_id = $1`, account)
	b.Queue(`update credentials set failures = 0, locked_until = null where tenant_id = $1 and account_id = $2`, tx.Tenant(), account)
	return tx.SendBatch(ctx, b).Close()
}

// SetDisabled stops or allows an account; stopping ends its sessions at once.
func (c *Core) SetDisabled(ctx context.Context, tx *Tx, account int64, disabled bool, reason string) error {
	if err := c.visible(ctx, tx, account); err != nil {
		return err
	}
	if disabled && account == tx.scope.account {
		return fault.Conflict("不能停用自己正在使用的账号")
	}
	var at *time.Time
	summary := "启用账号"
	if disabled {
		now := c.Now()
		at, summary = &now, "停用账号"
	}
	b := &pgx.Batch{}
	b.Queue(`update accounts set disabled_at = $3, version = version + 1 where tenant_id = $1 and id = $2`, tx.Tenant(), account, at)
	b.Queue(`update credentials set disabled = $3, epoch = epoch + 1 where tenant_id = $1 and account_id = $2`, tx.Tenant(), account, disabled)
	tx.Audit(Line{Action: "account.disable", Object: "accounts", ID: account, Summary: summary, Reason: reason})
	return tx.SendBatch(ctx, b).Close()
}

// setPassword replaces a password, keeps the last five from coming back, and ends all other sessions.
func (c *Core) setPassword(ctx context.Context, cr credential, password string) (epoch int, err error) {
	if err := CheckPassword(password, cr.Username); err != nil {
		return 0, err
	}
	for _, old := range append([]string{cr.PasswordHash}, cr.PasswordHistory...) {
		if old != "" && c.matches(password, old) {
			return 0, fault.Invalid("新密码不能与最近5次用过的密码相同")
		}
	}
	hash, err := c.hash(password)
	if err != nil {
		return 0, err
	}
	err = c.pool.Raw().QueryRow(ctx, `update credentials set password_hash = @hash, must_change = false, code_hash = null,
		code_expires_at = null, password_changed_at = @now, epoch = epoch + 1,
		password_history = (array_remove(array_prepend(password_hash, password_history), ''))[1:5]
		where account_id = @account returning epoch`,
		pgx.StrictNamedArgs{"hash": hash, "now": c.Now(), "account": cr.AccountID}).Scan(&epoch)
	return epoch, pg.Sentences{}.Explain(err)
}

// redeem checks a 24-hour code. It answers the same for an unknown user and a wrong or old code.
func (c *Core) redeem(ctx context.Context, name, code, address string) (*credential, error) {
	refused := fault.Invalid("用户名或开通码不正确,或开通码已超过24小时。请联系上级管理员重新发放")
	cr, err := c.find(ctx, name)
	if err != nil {
		return nil, err
	}
	id := pseudoAccount(name)
	if cr != nil {
		id = cr.AccountID
	}
	if until, err := c.lockedUntil(ctx, id, cr, address); err != nil || !until.IsZero() {
		return nil, refused
	}
	ok := cr != nil && !cr.Disabled && cr.CodeExpiresAt != nil && cr.CodeExpiresAt.After(c.Now()) &&
		subtle.ConstantTimeCompare(cr.CodeHash, hashCode(code)) == 1
	if !ok {
		if err := c.countFailure(ctx, id, cr, name, address); err != nil {
			return nil, err
		}
		return nil, refused
	}
	return cr, nil
}

func (c *Core) phoneIndex(phone string) []byte { return loginPhone(c.keys, 0, phone) }

// loginPhone is the index of a number with which somebody logs in, in whatever district he is.
func loginPhone(keys *crypt.Keys, _ int64, phone string) []byte {
	if len(phone) != 11 || strings.Trim(phone, "0123456789") != "" {
		return nil
	}
	return keys.Index(0, "login.phone", phone)
}

// sealedColumns are those of this package whose values are encrypted.
var sealedColumns = []Sealed{
	{Table: "accounts", Column: Column{Name: "phone"}, Purpose: "account.phone", Indexes: []Index{
		{Column: Column{Name: "phone_index"}, Of: loginPhone},
		{Column: Column{Name: "phone_index"}, Table: "credentials", Key: []string{"account_id"}, Of: loginPhone},
	}},
	{Table: "credentials", Key: []string{"account_id"}, Column: Column{Name: "totp_secret"}, Purpose: "totp"},
}

// AccountPhone opens the sealed mobile number of an account, for a page whose act is audited.
func AccountPhone(s Scope, sealed []byte) string {
	if s.core == nil || len(sealed) == 0 {
		return ""
	}
	phone, err := s.core.keys.Decrypt(s.settings.Tenant, "account.phone", sealed)
	if err != nil {
		s.core.log.Error("open account phone", "err", err)
	}
	return phone
}
