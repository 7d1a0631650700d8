package access

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/pg"
)

// Session is one of the account's log-ins.
type Session struct {
	ID        string // names the session on the page; its token cannot be told from it
	LastSeen  time.Time
	CreatedAt time.Time
	Address   string
	Agent     string
	Here      bool // the one that asks
}

// OwnSessions lists the running sessions of the actor's account, the present one first.
func OwnSessions(r *http.Request, s Scope) ([]Session, error) {
	here := base64.RawURLEncoding.EncodeToString(hashToken(s.core.sessions.Token(r.Context())))
	rows, err := s.core.pool.Raw().Query(r.Context(), `select left(encode(sha256(s.token::bytea), 'hex'), 32) as id, s.last_seen, s.created_at,
			s.address, s.agent, s.token = @here as here
		from sessions s join credentials c on c.account_id = s.account_id and c.epoch = s.epoch
		where s.account_id = @account and s.expiry > @now and s.last_seen > @now::timestamptz - make_interval(secs => s.idle_seconds)
		order by here desc, s.last_seen desc limit 50`, pgx.StrictNamedArgs{"here": here, "account": s.account, "now": s.Now()})
	if err != nil {
		return nil, pg.Sentences{}.Explain(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Session])
	return list, pg.Sentences{}.Explain(err)
}

// EndOwnSession ends one session of the actor's account, such as that of a phone that was lost.
func EndOwnSession(ctx context.Context, s Scope, id string) error {
	tag, err := s.core.pool.Raw().Exec(ctx, `delete from sessions where account_id = $1 and left(encode(sha256(token::bytea), 'hex'), 32) = $2`,
		s.account, id)
	if err != nil {
		return pg.Sentences{}.Explain(err)
	}
	if tag.RowsAffected() == 0 {
		return fault.NotFound()
	}
	return s.core.auditVisit(ctx, s.Tenant(), s.account, s.name, s.address, "session.end", "退出一处登录", nil)
}

// EndOwnSessions ends every session of the actor's account but this one.
func EndOwnSessions(r *http.Request, s Scope) error {
	var epoch int
	err := s.core.pool.Raw().QueryRow(r.Context(), `update credentials set epoch = epoch + 1 where account_id = $1 returning epoch`,
		s.account).Scan(&epoch)
	if err != nil {
		return pg.Sentences{}.Explain(err)
	}
	if err := s.core.auditVisit(r.Context(), s.Tenant(), s.account, s.name, s.address, "session.end", "退出其他全部登录", nil); err != nil {
		return err
	}
	return s.core.keep(r)
}

// keep carries the present session over a change of the account, under the same grant: its epoch has moved, and a step
// that came before anything else may be done or may now be asked for.
func (c *Core) keep(r *http.Request) error {
	id, ok := c.identity(r)
	if !ok {
		return fault.Unauthentic()
	}
	cr, err := c.credential(r.Context(), id.Account)
	if err != nil {
		return err
	}
	grants, err := c.grantsOf(r.Context(), id.Tenant, id.Account)
	if err != nil {
		return err
	}
	for _, g := range grants {
		if g.ID != id.Grant {
			continue
		}
		next, err := c.become(r.Context(), cr, grants, g)
		if err != nil {
			return err
		}
		if id.Stays {
			next.Stays, next.Idle = true, id.Idle
		}
		return c.renew(r, next)
	}
	return fault.Unauthentic()
}
