package access

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
)

// publicRoutes are the doors of the house, which must open before anybody is known.
func (c *Core) publicRoutes() []PublicRoute {
	return []PublicRoute{
		{http.MethodGet, "/login", "the log-in page", c.showLogin},
		{http.MethodPost, "/login", "logging in", c.doLogin},
		{http.MethodGet, "/login/code", "exchanging a 24-hour code for a password", c.showCode},
		{http.MethodPost, "/login/code", "exchanging a 24-hour code for a password", c.doCode},
		{http.MethodGet, "/login/totp", "the second factor, after the password", c.showTOTP},
		{http.MethodPost, "/login/totp", "the second factor, after the password", c.doTOTP},
		{http.MethodPost, "/logout", "logging out, also with a session that has ended", c.doLogout},
	}
}

// stepError sends a session to the step that comes before anything else.
type stepError string

func errStep(step string) error { return stepError(step) }

func (e stepError) Error() string { return "session must first do: " + string(e) }

func (e stepError) path() string {
	switch string(e) {
	case mustTOTP:
		return "/login/totp"
	case mustEnrol:
		return "/account/totp"
	}
	return "/account/password"
}

// mayBefore lets only the page of the step itself through.
func mayBefore(step string, rt Route) bool {
	return step != mustTOTP && rt.Need == Own && strings.HasPrefix(rt.Path, stepError(step).path())
}

// askLogin answers a request without a session: a GET goes to the log-in page, a POST gets it at once with its fields.
func (c *Core) askLogin(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		target := "/login"
		if p := localPath(r.URL.RequestURI()); p != "/" {
			target += "?next=" + url.QueryEscape(p)
		}
		if r.Header.Get("HX-Request") == "true" {
			w.Header().Set("HX-Redirect", target)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		http.Redirect(w, r, target, http.StatusSeeOther)
		return
	}
	k := kept{Path: localPath(r.URL.Path)}
	if httpx.ParseForm(w, r, false) == nil {
		k.Fields = r.PostForm
	}
	if r.Header.Get("HX-Request") == "true" {
		// The page keeps what was typed; the script shows this sentence and offers the log-in page in a new tab.
		w.Header().Set("HX-Reswap", "none")
	}
	c.renderLogin(w, r, http.StatusUnauthorized, loginProps{Kept: k, Sentence: "登录已超时,请重新登录。刚才填写的内容已保留,登录后自动提交"})
}

func (c *Core) showLogin(w http.ResponseWriter, r *http.Request) error {
	if id, ok := c.identity(r); ok && id.Must == "" {
		http.Redirect(w, r, localPath(r.URL.Query().Get("next")), http.StatusSeeOther)
		return nil
	}
	c.renderLogin(w, r, http.StatusOK, loginProps{Next: localPath(r.URL.Query().Get("next"))})
	return nil
}

func (c *Core) doLogin(w http.ResponseWriter, r *http.Request) error {
	if err := httpx.ParseForm(w, r, false); err != nil {
		return err
	}
	f := r.PostForm
	p := loginProps{Username: strings.TrimSpace(f.Get("username")), Next: localPath(f.Get("next")), Stay: f.Get("stay") != "", Kept: keptOf(f)}
	address := c.address(r)
	cr, err := c.authenticate(r.Context(), p.Username, f.Get("password"), address)
	if errors.Is(err, errLogin) || fault.Is(err, fault.KindInvalid) {
		p.Sentence = fault.Of(err).Sentence
		c.renderLogin(w, r, http.StatusUnprocessableEntity, p)
		return nil
	}
	if err != nil {
		return err
	}
	grants, err := c.grantsOf(r.Context(), cr.TenantID, cr.AccountID)
	if err != nil {
		return err
	}
	if len(grants) == 0 {
		p.Sentence = "这个账号目前没有有效的授权,请联系上级管理员"
		c.renderLogin(w, r, http.StatusUnprocessableEntity, p)
		return nil
	}
	id, err := c.become(r.Context(), *cr, grants, p.Kept.under(grants))
	if err != nil {
		return err
	}
	if cr.TotpConfirmed {
		id.Must = mustTOTP
	}
	if err := c.start(r, id, p.Stay); err != nil {
		return err
	}
	if id.Must == mustTOTP {
		if err := c.auditAs(r, id, "login.password", "密码正确,等待动态口令"); err != nil {
			return err
		}
		return c.renderTOTP(w, r, http.StatusOK, totpStep{Next: p.Next, Stay: p.Stay, Kept: p.Kept})
	}
	return c.arrive(w, r, id, p.Next, p.Kept)
}

// arrive sends somebody who has logged in where he was going: to a step that comes first, back into his kept post, or to
// the page that he had asked for.
func (c *Core) arrive(w http.ResponseWriter, r *http.Request, id identity, next string, k kept) error {
	if err := c.auditAs(r, id, "login", "登录成功"); err != nil {
		return err
	}
	switch {
	case id.Must != "":
		if err := c.lay(r, id, k); err != nil {
			return err
		}
		return httpx.SeeOther(w, r, stepError(id.Must).path())
	case len(k.Fields) > 0:
		return c.repeat(w, r, id, k)
	}
	return httpx.SeeOther(w, r, next)
}

// auditAs leaves a line about the session itself, under the identity that it has or gets.
func (c *Core) auditAs(r *http.Request, id identity, action, summary string) error {
	return InScope(r.Context(), c.scopeOf(id, r), func(tx *Tx) error {
		tx.Audit(Line{Action: action, Object: "accounts", ID: id.Account, Summary: summary})
		return nil
	})
}

// start begins a session after a log-in.
func (c *Core) start(r *http.Request, id identity, stay bool) error {
	id.Stays = stay && id.stayDays > 0
	if id.Stays {
		id.Idle = id.stayDays * 24 * 3600
	}
	return c.renew(r, id)
}

// renew gives the session a new token, the identity, and its time to live, which the library resets with the token.
func (c *Core) renew(r *http.Request, id identity) error {
	if err := c.sessions.RenewToken(r.Context()); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	c.sessions.SetDeadline(r.Context(), c.clock().Add(max(workday, time.Duration(id.Idle)*time.Second)))
	c.sessions.RememberMe(r.Context(), id.Stays)
	c.sessions.Put(r.Context(), keyIdentity, id)
	return nil
}

func (c *Core) doLogout(w http.ResponseWriter, r *http.Request) error {
	if id, ok := c.identity(r); ok {
		if err := c.auditAs(r, id, "logout", "退出登录"); err != nil {
			return err
		}
	}
	if err := c.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	return httpx.SeeOther(w, r, "/login")
}

func (c *Core) showCode(w http.ResponseWriter, r *http.Request) error {
	return c.renderCode(w, r, http.StatusOK, codeProps{})
}

func (c *Core) doCode(w http.ResponseWriter, r *http.Request) error {
	if err := httpx.ParseForm(w, r, false); err != nil {
		return err
	}
	f := r.PostForm
	p := codeProps{Username: strings.TrimSpace(f.Get("username"))}
	refuse := func(err error) error {
		if !fault.Is(err, fault.KindInvalid) {
			return err
		}
		p.Sentence = fault.Of(err).Sentence
		return c.renderCode(w, r, http.StatusUnprocessableEntity, p)
	}
	if f.Get("password") != f.Get("again") {
		return refuse(fault.Invalid("两次输入的新密码不一致"))
	}
	if err := CheckPassword(f.Get("password"), p.Username); err != nil {
		return refuse(err)
	}
	cr, err := c.redeem(r.Context(), p.Username, f.Get("code"), c.address(r))
	if err != nil {
		return refuse(err)
	}
	if _, err := c.setPassword(r.Context(), *cr, f.Get("password")); err != nil {
		return refuse(err)
	}
	if err := c.auditVisit(r.Context(), cr.TenantID, cr.AccountID, "", c.address(r), "password.code", "凭开通码设置密码", nil); err != nil {
		return err
	}
	c.renderLogin(w, r, http.StatusOK, loginProps{Username: cr.Username, Done: "密码已设置,请用新密码登录"})
	return nil
}
