package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"touyan/internal/platform/pg"
)

// identity is what a session remembers: the account and the grant that it acts under. It is trusted as long as the
// account's epoch stands, which moves when the account is disabled, demoted or its password changed.
type identity struct {
	Account  int64     `json:"a"`
	Holder   int64     `json:"h"`
	Person   int64     `json:"p,omitempty"`
	Tenant   int64     `json:"t"`
	Grant    int64     `json:"g"`
	Role     Role      `json:"r"`
	Township int64     `json:"tw,omitempty"`
	Village  int64     `json:"v,omitempty"`
	Name     string    `json:"n"`
	Unit     string    `json:"u"`
	District string    `json:"d"`
	Until    time.Time `json:"e,omitzero"`
	ReadOnly bool      `json:"ro,omitempty"`
	Several  bool      `json:"s,omitempty"`
	Demo     bool      `json:"dm,omitempty"`
	Contact  string    `json:"c,omitempty"` // of a village account: whom to call
	Must     string    `json:"m,omitempty"` // a step that comes before anything else: mustTOTP, mustPassword, mustEnrol
	Epoch    int       `json:"ep"`
	Idle     int       `json:"i"`
	Stays    bool      `json:"st,omitempty"` // 本机保持登录: the session outlives the browser
	stayDays int       // how long the role may stay, until the session starts
}

const (
	mustTOTP     = "totp"
	mustPassword = "password"
	mustEnrol    = "enrol"
)

// flash is a message for the next page.
type flash struct {
	Kind string `json:"k"`
	Text string `json:"t"`
}

const (
	keyIdentity = "identity"
	keyFlash    = "flash"
	keySecret   = "secret" // a TOTP secret that awaits its first code
	keyKept     = "kept"   // a sealed post that awaits a new password or the second factor's first code
)

type payload struct {
	Deadline time.Time `json:"x"`
	Identity identity  `json:"i"`
	Flash    []flash   `json:"f,omitempty"`
	Secret   string    `json:"s,omitempty"`
	Kept     []byte    `json:"k,omitempty"`
}

// codec stores a session as JSON: decoding is needed on every request and gob compiles its types each time.
type codec struct{}

func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	p := payload{Deadline: deadline}
	p.Identity, _ = values[keyIdentity].(identity)
	p.Flash, _ = values[keyFlash].([]flash)
	p.Secret, _ = values[keySecret].(string)
	p.Kept, _ = values[keyKept].([]byte)
	return json.Marshal(p)
}

func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	var p payload
	if err := json.Unmarshal(b, &p); err != nil {
		return time.Time{}, nil, err
	}
	values := map[string]any{keyIdentity: p.Identity}
	if len(p.Flash) > 0 {
		values[keyFlash] = p.Flash
	}
	if p.Secret != "" {
		values[keySecret] = p.Secret
	}
	if len(p.Kept) > 0 {
		values[keyKept] = p.Kept
	}
	return p.Deadline, values, nil
}

// store keeps sessions in PostgreSQL with their account, so that all sessions of an account can be listed and ended.
type store struct {
	p     *pgxpool.Pool
	clock func() time.Time
}

// FindCtx finds a session that is neither expired nor idle for too long, and whose account has not moved on.
func (st store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	now := st.clock()
	var data []byte
	var touch bool
	err := st.p.QueryRow(ctx, `select s.data, s.last_seen < $2::timestamptz - interval '60 seconds'
		from sessions s join credentials c on c.account_id = s.account_id and c.epoch = s.epoch and not c.disabled
		where s.token = $1 and s.expiry > $2 and s.last_seen > $2::timestamptz - make_interval(secs => s.idle_seconds)`,
		token, now).Scan(&data, &touch)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, pg.Sentences{}.Explain(err)
	}
	if touch {
		_, err = st.p.Exec(ctx, `update sessions set last_seen = $2 where token = $1`, token, now)
	}
	return data, true, pg.Sentences{}.Explain(err)
}

// CommitCtx writes a session.
func (st store) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	var p payload
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("decode session: %w", err)
	}
	where, _ := ctx.Value(visitKey{}).(visit)
	_, err := st.p.Exec(ctx, `insert into sessions (token, data, expiry, account_id, epoch, idle_seconds, last_seen, address, agent)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict (token) do update set data = excluded.data, expiry = excluded.expiry, account_id = excluded.account_id,
			epoch = excluded.epoch, idle_seconds = excluded.idle_seconds, last_seen = excluded.last_seen`,
		token, data, expiry, p.Identity.Account, p.Identity.Epoch, p.Identity.Idle, st.clock(), where.address, where.agent)
	return pg.Sentences{}.Explain(err)
}

// DeleteCtx ends a session.
func (st store) DeleteCtx(ctx context.Context, token string) error {
	_, err := st.p.Exec(ctx, `delete from sessions where token = $1`, token)
	return pg.Sentences{}.Explain(err)
}

// Find, Commit and Delete satisfy scs.Store; scs calls the forms with a context.
func (st store) Find(token string) ([]byte, bool, error) {
	return st.FindCtx(context.Background(), token)
}

// Commit writes a session without a request's context.
func (st store) Commit(token string, b []byte, expiry time.Time) error {
	return st.CommitCtx(context.Background(), token, b, expiry)
}

// Delete ends a session without a request's context.
func (st store) Delete(token string) error { return st.DeleteCtx(context.Background(), token) }

// workday is how long a session lives at most, unless the role's idle time or 本机保持登录 says longer.
const workday = 12 * time.Hour

type visitKey struct{}

// visit is where a request comes from, for the list of own sessions.
type visit struct{ address, agent string }

func (c *Core) newSessions() *scs.SessionManager {
	m := scs.New()
	m.Store = store{c.pool.Raw(), c.clock}
	m.Codec = codec{}
	m.HashTokenInStore = true
	m.Lifetime = workday
	m.Cookie.Name = "touyan_session"
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Secure = c.secure
	m.Cookie.Persist = false
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) { c.fail(w, r, Scope{}, err) }
	return m
}

// SweepSessions removes sessions that ended, and old log-in failures. A periodic job calls it.
func (c *Core) SweepSessions(ctx context.Context) error {
	_, err := c.pool.Raw().Exec(ctx, `delete from sessions where expiry < $1`, c.Now())
	if err == nil {
		_, err = c.pool.Raw().Exec(ctx, `delete from login_failures where updated_at < $1`, c.Now().Add(-24*time.Hour))
	}
	return pg.Sentences{}.Explain(err)
}
