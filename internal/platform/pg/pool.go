// Package pg owns the connections to PostgreSQL: the pool, the scope settings of a transaction, migrations, and the
// one place where PostgreSQL's errors become sentences.
//
// The pool is private. Scoped is for package access alone, which an architecture test enforces; every other package
// reaches rows by access.InScope.
package pg

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// AppRole is the role that serves: no superuser, no BYPASSRLS, owner of nothing.
const AppRole = "touyan_app"

// Pool is a pool of connections that act as AppRole.
type Pool struct{ p *pgxpool.Pool }

// Greeting looks at every new connection before anything else uses it; what it refuses is closed.
type Greeting func(ctx context.Context, c *pgx.Conn) error

// Open connects. A privileged login steps down to AppRole once per connection; if it cannot, Open refuses.
func Open(ctx context.Context, url string, maxConns int32, greet ...Greeting) (*Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("parse database url: %w", err)
	}
	if maxConns > 0 {
		cfg.MaxConns = maxConns
	}
	cfg.MaxConnIdleTime = 5 * time.Minute
	// Citus forwards SET LOCAL to its workers only with this; plain PostgreSQL keeps it as an unused custom setting.
	cfg.ConnConfig.RuntimeParams["citus.propagate_set_commands"] = "local"
	cfg.ConnConfig.RuntimeParams["application_name"] = "touyan"
	cfg.ConnConfig.RuntimeParams["timezone"] = "Asia/Shanghai"
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		for _, g := range append([]Greeting{stepDown}, greet...) {
			if err := g(ctx, c); err != nil {
				return err
			}
		}
		return nil
	}
	p, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open pool: %w", err)
	}
	return &Pool{p}, nil
}

// stepDown makes sure that row level security binds this connection.
func stepDown(ctx context.Context, c *pgx.Conn) error {
	const free = `select rolsuper or rolbypassrls or exists (
		select from pg_class k where k.relrowsecurity and k.relowner = r.oid)
		from pg_roles r where rolname = current_user`
	var privileged bool
	if err := c.QueryRow(ctx, free).Scan(&privileged); err != nil {
		return fmt.Errorf("check role: %w", err)
	}
	if !privileged {
		return nil
	}
	if _, err := c.Exec(ctx, "set role "+AppRole); err != nil {
		return fmt.Errorf("the login is privileged and cannot step down to %s: %w", AppRole, err)
	}
	if err := c.QueryRow(ctx, free).Scan(&privileged); err != nil {
		return fmt.Errorf("check role: %w", err)
	}
	if privileged {
		return errors.New(AppRole + " bypasses row level security: refusing to serve")
	}
	return nil
}

// Close ends all connections.
func (p *Pool) Close() { p.p.Close() }

// Ping asks whether the database answers.
func (p *Pool) Ping(ctx context.Context) error { return p.p.Ping(ctx) }

// Raw gives the pool itself to the job runner and the session store, whose tables carry no scope. Nobody else.
func (p *Pool) Raw() *pgxpool.Pool { return p.p }

// Level says how deep a scope goes.
type Level string

// The levels of app.level. The empty level sees nothing.
const (
	Platform Level = "platform"
	District Level = "district"
	Township Level = "township"
	Village  Level = "village"
)

// Settings are the scope of one transaction; 0 where the level has no such unit.
type Settings struct {
	Tenant, Township, Village, Person int64
	Level                             Level
}

// begin opens a transaction and sets the scope in one round trip.
func (s Settings) begin(readOnly bool) string {
	if readOnly {
		return "begin read only; " + s.local()
	}
	return "begin; " + s.local()
}

// local sets the scope until the transaction ends. SET LOCAL takes no parameters and is what Citus forwards; only integers
// and a constant level are formatted.
func (s Settings) local() string {
	b := make([]byte, 0, 240)
	set := func(name string, v int64) {
		b = append(b, "set local app."...)
		b = append(b, name...)
		b = append(b, " = '"...)
		b = strconv.AppendInt(b, v, 10)
		b = append(b, "'; "...)
	}
	set("tenant_id", s.Tenant)
	set("township_id", s.Township)
	set("village_id", s.Village)
	set("person_id", s.Person)
	b = append(b, "set local app.level = '"...)
	switch s.Level {
	case Platform, District, Township, Village:
		b = append(b, s.Level...)
	}
	b = append(b, '\'')
	return string(b)
}

// Scoped runs fn in one transaction that sees only what the settings allow. For package access alone.
func (p *Pool) Scoped(ctx context.Context, s Settings, readOnly bool, fn func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, p.p, pgx.TxOptions{BeginQuery: s.begin(readOnly)}, fn)
}

// ScopedEach runs fn once under each of the settings, all in one transaction. For package access alone.
func (p *Pool) ScopedEach(ctx context.Context, list []Settings, fn func(i int, tx pgx.Tx) error) error {
	return p.Scoped(ctx, Settings{}, false, func(tx pgx.Tx) error {
		for i, s := range list {
			if _, err := tx.Exec(ctx, s.local()); err != nil {
				return err
			}
			if err := fn(i, tx); err != nil {
				return err
			}
		}
		return nil
	})
}
