package access

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
)

const totpPeriod = 30

// checkTOTP accepts the code of this period or a neighbour, each only once (RFC 6238 §5.2).
func (c *Core) checkTOTP(ctx context.Context, cr credential, code string) error {
	refused := fault.Invalid("动态口令不正确或已用过,请等待下一个口令")
	secret, err := c.keys.Decrypt(cr.TenantID, "totp", cr.TotpSecret)
	if err != nil {
		return err
	}
	step, ok := matchTOTP(secret, code, c.Now())
	if !ok || step <= cr.TotpLastStep {
		return refused
	}
	tag, err := c.pool.Raw().Exec(ctx, `update credentials set totp_last_step = $2 where account_id = $1 and totp_last_step < $2`,
		cr.AccountID, step)
	if err != nil {
		return pg.Sentences{}.Explain(err)
	}
	if tag.RowsAffected() == 0 {
		return refused
	}
	return nil
}

func matchTOTP(secret, code string, now time.Time) (step int64, ok bool) {
	opts := totp.ValidateOpts{Period: totpPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}
	for _, d := range []int64{0, -1, 1} {
		at := now.Add(time.Duration(d*totpPeriod) * time.Second)
		if valid, err := totp.ValidateCustom(code, secret, at, opts); err == nil && valid {
			return at.Unix() / totpPeriod, true
		}
	}
	return 0, false
}

func (c *Core) showTOTP(w http.ResponseWriter, r *http.Request) error {
	id, ok := c.identity(r)
	if !ok || id.Must != mustTOTP {
		return httpx.SeeOther(w, r, "/login")
	}
	return c.renderTOTP(w, r, http.StatusOK, totpStep{Next: "/"})
}

func (c *Core) doTOTP(w http.ResponseWriter, r *http.Request) error {
	id, ok := c.identity(r)
	if !ok || id.Must != mustTOTP {
		return httpx.SeeOther(w, r, "/login")
	}
	if err := httpx.ParseForm(w, r, false); err != nil {
		return err
	}
	cr, err := c.credential(r.Context(), id.Account)
	if err != nil {
		return err
	}
	f := r.PostForm
	step := totpStep{Next: localPath(f.Get("next")), Stay: f.Get("stay") != "", Kept: keptOf(f)}
	until, err := c.lockedUntil(r.Context(), cr.AccountID, &cr, c.address(r))
	if err != nil {
		return err
	}
	if !until.IsZero() {
		step.Sentence = "连续输错次数过多,请稍后再试"
		return c.renderTOTP(w, r, http.StatusUnprocessableEntity, step)
	}
	if err := c.checkTOTP(r.Context(), cr, f.Get("code")); err != nil {
		if !fault.Is(err, fault.KindInvalid) {
			return err
		}
		if err := c.countFailure(r.Context(), cr.AccountID, &cr, cr.Username, c.address(r)); err != nil {
			return err
		}
		step.Sentence = fault.Of(err).Sentence
		return c.renderTOTP(w, r, http.StatusUnprocessableEntity, step)
	}
	grants, err := c.grantsOf(r.Context(), id.Tenant, id.Account)
	if err != nil {
		return err
	}
	for _, g := range grants {
		if g.ID == id.Grant {
			next, err := c.become(r.Context(), cr, grants, g)
			if err != nil {
				return err
			}
			if err := c.start(r, next, step.Stay); err != nil {
				return err
			}
			return c.arrive(w, r, next, step.Next, step.Kept)
		}
	}
	return httpx.SeeOther(w, r, "/login")
}

func totpAddress(issuer, account, secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {issuer}, "period": {"30"}, "digits": {"6"}, "algorithm": {"SHA1"}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+account) + "?" + q.Encode()
}
