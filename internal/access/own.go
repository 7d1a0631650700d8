package access

import (
	"context"
	"net/http"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
)

// ownModule is what every user may do with his own account: nothing else may be done without a module's permission.
func (c *Core) ownModule() Module {
	return Module{
		Name:        "access",
		Permissions: []Grantable{{Own, "自己的账号", Roles()}},
		Sealed:      sealedColumns,
		Sentences: pg.Sentences{
			"credentials_username_key":     "这个用户名已被使用,请换一个",
			"credentials_username_check":   "用户名应为3到40位小写字母、数字、点、横线或下划线,并以字母或数字开头",
			"accounts_name_check":          "请填写姓名(不超过50字)",
			"grants_dates_check":           "截止日期不能早于开始日期",
			"role_settings_idle_check":     "闲置退出时间应为5分钟到30天",
			"role_settings_stay_check":     "保持登录天数应为0到90天",
			"role_settings_password_check": "密码有效天数应为0(不限)到3650天",
		},
		Routes: []Route{
			{Method: http.MethodGet, Path: "/switch", Need: Own, Do: c.showSwitch},
			{Method: http.MethodPost, Path: "/switch", Need: Own, Do: c.doSwitch},
		},
	}
}

func (c *Core) showSwitch(w http.ResponseWriter, r *http.Request, s Scope) error {
	grants, err := c.grantsOf(r.Context(), s.Tenant(), s.account)
	if err != nil {
		return err
	}
	return c.Page(w, r, s, View{Title: "切换身份"}, switchPage(grants, s.grant, s.GrantID()))
}

func (c *Core) doSwitch(w http.ResponseWriter, r *http.Request, s Scope) error {
	grants, err := c.grantsOf(r.Context(), s.Tenant(), s.account)
	if err != nil {
		return err
	}
	cr, err := c.credential(r.Context(), s.account)
	if err != nil {
		return err
	}
	var form struct {
		Grant int64 `form:"grant"`
	}
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	for _, g := range grants {
		if g.ID != form.Grant {
			continue
		}
		id, err := c.become(r.Context(), cr, grants, g)
		if err != nil {
			return err
		}
		if now, ok := c.identity(r); ok && now.Stays {
			id.Stays, id.Idle = true, now.Idle
		}
		c.sessions.Put(r.Context(), keyIdentity, id)
		err = InScope(r.Context(), c.scopeOf(id, r), func(tx *Tx) error {
			tx.Audit(Line{Action: "switch", Object: "grants", ID: g.ID, Summary: "切换身份为" + g.Role.Title() + "(" + g.Unit() + ")"})
			return nil
		})
		if err != nil {
			return err
		}
		Flash(r, s, "info", "当前身份:"+g.Role.Title()+"("+g.Unit()+")")
		return httpx.SeeOther(w, r, "/")
	}
	return fault.NotFound()
}

// ChangeOwnPassword replaces the actor's password after checking the old one, and ends all other sessions.
func ChangeOwnPassword(r *http.Request, s Scope, old, password string) error {
	c := s.core
	cr, err := c.credential(r.Context(), s.account)
	if err != nil {
		return err
	}
	if until, err := c.lockedUntil(r.Context(), cr.AccountID, &cr, s.address); err != nil || !until.IsZero() {
		return fault.Invalid("连续输错次数过多,请稍后再试")
	}
	if !c.matches(old, cr.PasswordHash) {
		if err := c.countFailure(r.Context(), cr.AccountID, &cr, cr.Username, s.address); err != nil {
			return err
		}
		return fault.Invalid("原密码不正确")
	}
	if _, err := c.setPassword(r.Context(), cr, password); err != nil {
		return err
	}
	if err := c.auditVisit(r.Context(), s.Tenant(), s.account, s.name, s.address, "password.change", "修改密码", nil); err != nil {
		return err
	}
	return c.keep(r)
}

// OwnTOTP tells whether the actor's second factor is confirmed.
func OwnTOTP(ctx context.Context, s Scope) (bool, error) {
	cr, err := s.core.credential(ctx, s.account)
	return cr.TotpConfirmed, err
}

// TOTPUse is what the district says about the second factor of the actor's roles, the strictest of them: off, optional
// or required.
func TOTPUse(ctx context.Context, s Scope) (use string, err error) {
	grants, err := s.core.grantsOf(ctx, s.Tenant(), s.account)
	if err != nil {
		return "", err
	}
	weight := map[string]int{"off": 1, "optional": 2, "required": 3}
	err = Read(ctx, s, func(tx *Tx) error {
		for _, g := range grants {
			set, err := roleSetting(ctx, tx, g.Role)
			if err != nil {
				return err
			}
			if weight[set.TOTP] > weight[use] {
				use = set.TOTP
			}
		}
		return nil
	})
	return use, err
}

// BeginTOTP makes (or shows again) the secret that awaits its first code, as an otpauth address for a QR code and as text.
func BeginTOTP(r *http.Request, s Scope) (address, secret string, err error) {
	c := s.core
	use, err := TOTPUse(r.Context(), s)
	if err != nil {
		return "", "", err
	}
	if use == "off" {
		return "", "", fault.Conflict("本区没有开放您的身份使用动态口令")
	}
	issuer := "头雁 " + s.district
	secret = c.sessions.GetString(r.Context(), keySecret)
	if secret == "" {
		key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: s.name, Period: totpPeriod, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return "", "", err
		}
		secret = key.Secret()
		c.sessions.Put(r.Context(), keySecret, secret)
	}
	return totpAddress(issuer, s.name, secret), secret, nil
}

// ConfirmTOTP switches the second factor on once a code of the new secret was typed.
func ConfirmTOTP(r *http.Request, s Scope, code string) error {
	c := s.core
	secret := c.sessions.GetString(r.Context(), keySecret)
	step, ok := matchTOTP(secret, code, c.Now())
	if secret == "" || !ok {
		return fault.Invalid("动态口令不正确,请检查手机时间后重试")
	}
	sealed := c.keys.Encrypt(s.Tenant(), "totp", secret)
	_, err := c.pool.Raw().Exec(r.Context(), `update credentials set totp_secret = $2, totp_confirmed = true, totp_last_step = $3
		where account_id = $1`, s.account, sealed, step)
	if err != nil {
		return pg.Sentences{}.Explain(err)
	}
	c.sessions.Remove(r.Context(), keySecret)
	if err := c.auditVisit(r.Context(), s.Tenant(), s.account, s.name, s.address, "totp.on", "启用动态口令", nil); err != nil {
		return err
	}
	return c.keep(r)
}

// EndTOTP switches the second factor off, unless the role requires it.
func EndTOTP(r *http.Request, s Scope, code string) error {
	c := s.core
	use, err := TOTPUse(r.Context(), s)
	if err != nil {
		return err
	}
	if use == "required" {
		return fault.Invalid("本区要求您的身份使用动态口令,不能停用")
	}
	cr, err := c.credential(r.Context(), s.account)
	if err != nil {
		return err
	}
	if err := c.checkTOTP(r.Context(), cr, code); err != nil {
		return err
	}
	_, err = c.pool.Raw().Exec(r.Context(), `update credentials set totp_secret = null, totp_confirmed = false where account_id = $1`, s.account)
	if err != nil {
		return pg.Sentences{}.Explain(err)
	}
	return c.auditVisit(r.Context(), s.Tenant(), s.account, s.name, s.address, "totp.off", "停用动态口令", nil)
}
