package access

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/pg"
)

// Scope says who acts, where, and what he may do there. Only this package makes one: from a session, from a link, or
// for a job. The zero Scope sees nothing.
type Scope struct {
	core     *Core
	settings pg.Settings
	role     Role
	account  int64
	holder   int64
	person   int64 // the person that the account belongs to, whom it can never score
	grant    int64
	name     string
	unit     string
	district string
	address  string
	readOnly bool
	only     Permission // a link's or a job's single permission
}

// Tenant is the district's key.
func (s Scope) Tenant() int64 { return s.settings.Tenant }

// Township is the township's key, 0 above the township level.
func (s Scope) Township() int64 { return s.settings.Township }

// Village is the village's key, 0 above the village level.
func (s Scope) Village() int64 { return s.settings.Village }

// Level is how deep the scope goes.
func (s Scope) Level() pg.Level { return s.settings.Level }

// Role is the role acted under.
func (s Scope) Role() Role { return s.role }

// Account is the account that acts, 0 for a job or a link.
func (s Scope) Account() int64 { return s.account }

// Holder is the natural person behind the account: maker and checker must differ in it.
func (s Scope) Holder() int64 { return s.holder }

// Person is the personnel file linked to the account, 0 where there is none.
func (s Scope) Person() int64 { return s.person }

// Grant is the (role, unit) grant acted under.
func (s Scope) Grant() int64 { return s.grant }

// Name is the actor's name.
func (s Scope) Name() string { return s.name }

// Unit is the name of the unit acted for, such as 安化镇.
func (s Scope) Unit() string { return s.unit }

// District is the name of the district.
func (s Scope) District() string { return s.district }

// ReadOnly reports whether the scope may change anything at all.
func (s Scope) ReadOnly() bool { return s.readOnly }

// Now is the present moment in China.
func (s Scope) Now() time.Time { return s.core.Now() }

// Today is the present day in China.
func (s Scope) Today() time.Time { return s.core.Today() }

// Can reports whether the scope has the permission.
func (s Scope) Can(p Permission) bool {
	if s.core == nil {
		return false
	}
	if s.only != "" {
		return s.only == p
	}
	return p == Own && s.account != 0 || s.core.can[s.role][p]
}

// Tx is a transaction that sees only what its scope allows, and collects the lines of the audit trail.
type Tx struct {
	pgx.Tx
	scope Scope
	lines []Line
}

// Scope is the scope that the transaction obeys.
func (tx *Tx) Scope() Scope { return tx.scope }

// Tenant is the district's key, which every statement names.
func (tx *Tx) Tenant() int64 { return tx.scope.settings.Tenant }

// InScope runs fn in one transaction that sees and changes only rows within the scope, then tells the modules that listen
// to what happened, then writes the audit lines, then commits. An error of fn rolls back everything. The lines of a read-only scope follow in a transaction of
// their own; without them the caller gets an error and shows nothing.
func InScope(ctx context.Context, s Scope, fn func(tx *Tx) error) error {
	if s.core == nil {
		return fault.Forbidden("没有可用的管理范围")
	}
	tx := &Tx{scope: s}
	err := s.core.pool.Scoped(ctx, s.settings, s.readOnly, func(t pgx.Tx) error {
		tx.Tx = t
		if err := fn(tx); err != nil || s.readOnly {
			return err
		}
		if err := tx.tell(ctx); err != nil {
			return err
		}
		return tx.writeAudit(ctx)
	})
	if err == nil && s.readOnly && len(tx.lines) > 0 {
		// A scope that may change nothing still leaves its lines: who looked, and at what.
		err = s.core.pool.Scoped(ctx, s.settings, false, func(t pgx.Tx) error {
			tx.Tx = t
			return tx.writeAudit(ctx)
		})
	}
	return s.core.sentences.Explain(err)
}

// InEach runs fn once in each scope, all in one transaction: what it does happens in all of them or in none. For changing
// the keys of a whole database; no module listens to it.
func (c *Core) InEach(ctx context.Context, scopes []Scope, fn func(tx *Tx) error) error {
	list := make([]pg.Settings, len(scopes))
	for i, s := range scopes {
		list[i] = s.settings
	}
	return c.sentences.Explain(c.pool.ScopedEach(ctx, list, func(i int, t pgx.Tx) error {
		tx := &Tx{Tx: t, scope: scopes[i]}
		if err := fn(tx); err != nil {
			return err
		}
		return tx.writeAudit(ctx)
	}))
}

// Read is InScope for pages that change nothing.
func Read(ctx context.Context, s Scope, fn func(tx *Tx) error) error {
	s.readOnly = true
	return InScope(ctx, s, fn)
}

// System gives a scope over one district to work that no user started by hand: jobs, commands, and the few acts that
// must look beyond the actor's scope. Each use is listed with its reason in a test.
func (c *Core) System(reason string, tenant int64) Scope {
	return Scope{core: c, settings: pg.Settings{Tenant: tenant, Level: pg.District}, role: DistrictOfficer, name: "系统:" + reason}
}

// EachDistrict does the same work in every district, each in a transaction of its own, and stops at the first that fails.
// It uses System and is listed with it.
func (c *Core) EachDistrict(ctx context.Context, reason string, do func(tx *Tx) error) error {
	tenants, err := c.Tenants(ctx)
	if err != nil {
		return err
	}
	for _, t := range tenants {
		if err := InScope(ctx, c.System(reason, t), do); err != nil {
			return err
		}
	}
	return nil
}

// Widen gives the same actor the view of the whole district for one named act, such as finding which township keeps the
// file of an ID number. The answer must never show what the actor may not see. Listed in the same test as System.
func (s Scope) Widen(_ string) Scope {
	s.settings = pg.Settings{Tenant: s.settings.Tenant, Level: pg.District}
	return s
}

// Platform gives the platform's scope, optionally within one district for the accounts of its administrators.
func (c *Core) platformIn(s Scope, tenant int64) Scope {
	s.settings = pg.Settings{Tenant: tenant, Level: pg.Platform}
	return s
}

// WithinDistrict moves a platform administrator's scope to one district, where row level security leaves him only the
// accounts of district administrators.
func (s Scope) WithinDistrict(tenant int64) (Scope, error) {
	if s.settings.Level != pg.Platform {
		return Scope{}, fault.NotFound()
	}
	return s.core.platformIn(s, tenant), nil
}

// ForPerson opens, read-only, a person's earlier rows in other units of the district, if the person's file is in scope.
func ForPerson(ctx context.Context, s Scope, person int64) (Scope, error) {
	err := InScope(ctx, s, func(tx *Tx) error {
		var one int
		if err := tx.QueryRow(ctx, `select 1 from persons where tenant_id = $1 and id = $2`, tx.Tenant(), person).Scan(&one); err != nil {
			return err
		}
		tx.Audit(Line{Action: "person.history", Object: "persons", ID: person, Person: person, Summary: "查看该同志在本区其他单位的历史记录"})
		return nil
	})
	if err != nil {
		return Scope{}, err
	}
	s.settings.Person = person
	s.readOnly = true
	return s, nil
}
