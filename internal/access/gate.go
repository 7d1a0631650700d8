package access

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
)

// Mounted is one route that the server answers, for `touyan routes --json` and the authorization matrix.
type Mounted struct {
	Method     string     `json:"method"`
	Pattern    string     `json:"pattern"`
	Permission Permission `json:"permission"`
	Public     bool       `json:"public"`
}

// Mounted lists every route, in the order of mounting.
func (c *Core) Mounted() []Mounted { return c.routes }

// Gate is the only way to mount a route.
type Gate struct {
	core *Core
	mux  chi.Router
}

// Gate mounts the public routes given and every route of the modules on a new router and returns the whole handler:
// origin check, session, then the router.
func (c *Core) Gate(public ...PublicRoute) http.Handler {
	g := Gate{c, chi.NewRouter()}
	g.mux.NotFound(func(w http.ResponseWriter, r *http.Request) { c.failAs(w, r, fault.NotFound()) })
	g.mux.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) { c.failAs(w, r, fault.NotFound()) })
	for _, p := range append(c.publicRoutes(), public...) {
		g.public(p)
	}
	for _, m := range c.modules {
		for _, p := range m.Public {
			g.public(p)
		}
		for _, r := range m.Routes {
			g.private(r)
		}
	}
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.failAs(w, r, fault.Forbidden("请求来自其他网站,已拒绝"))
	}))
	c.repeatMux = g.mux
	return c.visited(c.sessions.LoadAndSave(c.bounded(origin.Handler(g.mux))))
}

func (g Gate) public(p PublicRoute) {
	g.core.routes = append(g.core.routes, Mounted{p.Method, p.Path, "", true})
	g.mux.Method(p.Method, p.Path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := p.Do(w, r); err != nil {
			g.core.failAs(w, r, err)
		}
	}))
}

func (g Gate) private(rt Route) {
	c := g.core
	c.routes = append(c.routes, Mounted{rt.Method, rt.Path, rt.Need, false})
	g.mux.Method(rt.Method, rt.Path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := c.admit(w, r, rt)
		if err == nil {
			err = rt.Do(w, r, s)
		}
		if err != nil {
			c.fail(w, r, s, err)
		}
	}))
}

// admit turns the session into a scope and holds it to the route's permission.
func (c *Core) admit(w http.ResponseWriter, r *http.Request, rt Route) (Scope, error) {
	id, ok := c.identity(r)
	if !ok {
		return Scope{}, fault.Unauthentic()
	}
	s := c.scopeOf(id, r)
	if id.Must != "" && !mayBefore(id.Must, rt) {
		return Scope{}, errStep(id.Must)
	}
	if !s.Can(rt.Need) {
		return s, fault.Forbidden("您当前的身份(%s)不能进行这项操作", s.role.Title())
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return s, nil
	}
	if s.readOnly && rt.Need != Own {
		return s, fault.Forbidden("当前身份只能查看,不能修改")
	}
	if err := httpx.ParseForm(w, r, rt.Upload); err != nil {
		return s, err
	}
	if drawn := r.PostForm.Get("_grant"); drawn != "" && drawn != strconv.FormatInt(s.grant, 10) {
		return s, fault.Conflict("这个页面是以另一个身份打开的,当前身份为%s(%s)。填写的内容保留在下面,请切换身份后再提交", s.role.Title(), s.unit)
	}
	return s, nil
}

func (c *Core) identity(r *http.Request) (identity, bool) {
	id, ok := c.sessions.Get(r.Context(), keyIdentity).(identity)
	return id, ok && id.Account != 0
}

// scopeOf makes the scope of a session. A grant that ended leaves only the own account's pages.
func (c *Core) scopeOf(id identity, r *http.Request) Scope {
	s := Scope{core: c, role: id.Role, account: id.Account, holder: id.Holder, person: id.Person, grant: id.Grant,
		name: id.Name, unit: id.Unit, district: id.District, address: c.address(r), readOnly: id.ReadOnly}
	s.settings.Tenant, s.settings.Township, s.settings.Village = id.Tenant, id.Township, id.Village
	s.settings.Level = id.Role.Level()
	if !id.Until.IsZero() && calendar(c.Today()).After(calendar(id.Until)) {
		s.only = Own
	}
	return s
}

// fail is the one error renderer: a fault's kind becomes a status and a page. Only defects of ours are logged as errors.
func (c *Core) fail(w http.ResponseWriter, r *http.Request, s Scope, err error) {
	var step stepError
	if errors.As(err, &step) {
		http.Redirect(w, r, step.path(), http.StatusSeeOther)
		return
	}
	var u *unanswered
	if errors.As(err, &u) {
		c.askPurpose(w, r, s, u)
		return
	}
	f := fault.Of(err)
	level, status := slog.LevelInfo, http.StatusInternalServerError
	switch f.Kind {
	case fault.KindNotFound:
		status = http.StatusNotFound
	case fault.KindInvalid:
		status = http.StatusUnprocessableEntity
	case fault.KindConflict:
		status = http.StatusConflict
	case fault.KindForbidden:
		status = http.StatusForbidden
	case fault.KindGone:
		status = http.StatusGone
	case fault.KindTooLarge:
		status = http.StatusRequestEntityTooLarge
	case fault.KindUnauthentic:
		c.askLogin(w, r)
		return
	case fault.KindUnavailable:
		status, level = http.StatusServiceUnavailable, slog.LevelWarn
		w.Header().Set("Retry-After", "5")
	case fault.KindInternal:
		level = slog.LevelError
	}
	if errors.Is(err, context.Canceled) {
		level = slog.LevelInfo
	}
	if level > slog.LevelInfo {
		c.log.Log(r.Context(), level, "request failed", "method", r.Method, "route", Pattern(r), "err", err)
	}
	c.renderFault(w, r, s, f, status)
}

// failAs renders a fault of a page that needs no permission, within the frame of whoever is logged in.
func (c *Core) failAs(w http.ResponseWriter, r *http.Request, err error) {
	var s Scope
	if id, ok := c.identity(r); ok {
		s = c.scopeOf(id, r)
	}
	c.fail(w, r, s, err)
}

// Pattern is the route's pattern: logs hold it instead of the path, which may carry a link's secret.
func Pattern(r *http.Request) string {
	if rc := chi.RouteContext(r.Context()); rc != nil && rc.RoutePattern() != "" {
		return rc.RoutePattern()
	}
	return "(unmatched)"
}

// bounded limits a body before anything reads it; ParseForm tightens the limit per route.
func (c *Core) bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil {
			r.Body = http.MaxBytesReader(w, r.Body, httpx.MaxUpload+1<<20)
		}
		next.ServeHTTP(w, r)
	})
}

// visited notes where the request comes from, for the list of own sessions.
func (c *Core) visited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agent := r.UserAgent()
		if len(agent) > 200 {
			agent = agent[:200]
		}
		v := visit{c.address(r), strings.ToValidUTF8(agent, "")}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
	})
}

func (c *Core) trust(proxy string) error {
	for _, p := range strings.FieldsFunc(proxy, func(r rune) bool { return r == ',' || r == ' ' }) {
		if !strings.Contains(p, "/") {
			if strings.Contains(p, ":") {
				p += "/128"
			} else {
				p += "/32"
			}
		}
		_, n, err := net.ParseCIDR(p)
		if err != nil {
			return fault.Because(fault.Invalid("TOUYAN_TRUSTED_PROXY 不是地址或网段"), err)
		}
		c.proxies = append(c.proxies, n)
	}
	return nil
}

// address is the client's address; X-Forwarded-For counts only from a trusted proxy, and only its last entry.
func (c *Core) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ip := net.ParseIP(host)
	for _, n := range c.proxies {
		if ip != nil && n.Contains(ip) {
			chain := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
			if last := net.ParseIP(strings.TrimSpace(chain[len(chain)-1])); last != nil {
				return last.String()
			}
		}
	}
	return host
}

// localPath accepts only a path of this site, so that a log-in never sends somebody elsewhere.
func localPath(p string) string {
	u, err := url.Parse(p)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") ||
		strings.ContainsAny(p, "\\\r\n") || strings.HasPrefix(u.Path, "/login") || strings.HasPrefix(u.Path, "/logout") {
		return "/"
	}
	return p
}

// WithRouteContext lets the caller of the handler read the route's pattern after the request was served.
func WithRouteContext(ctx context.Context, rc *chi.Context) context.Context {
	return context.WithValue(ctx, chi.RouteCtxKey, rc)
}
