package testkit

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
)

// Now is the present moment of every World: a Monday in office hours.
var Now = time.Date(2026, time.November, 23, 10, 0, 0, 0, month.Zone)

// World is a running house on a database of its own, with two districts that look alike: 甲区 has the townships A and B
// with the villages A1, A2 and B1, 乙区 the township C with the village C1. Villages of the same number bear the same
// name, so that a query which forgets its scope shows up.
type World struct {
	T       testing.TB
	DB      Database
	Pool    *pg.Pool
	Keys    *crypt.Keys
	Core    *access.Core
	Handler http.Handler
	Owner   *pgx.Conn
	Units   map[string]Unit // "甲", "A", "A1", "A2", "B", "B1", "乙", "C", "C1"
	client  *Client
	made    map[string]Member
	clock   time.Time
}

// Unit is a unit of a World by its keys; 0 where it has no such level.
type Unit struct {
	Tenant, Township, Village int64
	Name                      string
}

// Member is an account of a World.
type Member struct {
	Username, Password string
	Tenant             int64
	Account, Grant     int64
}

// Build makes the modules of a World on its keys.
type Build func(keys *crypt.Keys) []access.Module

// NewWorld starts a house with the given modules.
func NewWorld(t testing.TB, build Build) *World {
	t.Helper()
	return NewWorldOn(t, func(w *World) []access.Module { return build(w.Keys) })
}

// NewWorldOn is NewWorld for modules that need more than keys, such as the pool for a job runner. The Core is not made
// yet when build is called.
func NewWorldOn(t testing.TB, build func(w *World) []access.Module) *World {
	t.Helper()
	w := &World{T: t, DB: DB(t), Units: map[string]Unit{}, made: map[string]Member{}, clock: Now}
	var err error
	if w.Keys, err = crypt.Generate(crypt.AES); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if w.Pool, err = pg.Open(ctx, w.DB.AppURL, 24); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Pool.Close)
	w.Owner = w.DB.Owner(t)
	w.plant()
	w.Core, err = access.New(access.Config{Pool: w.Pool, Keys: w.Keys, Clock: func() time.Time { return w.clock },
		Log: slog.New(slog.DiscardHandler), URL: "http://localhost"}, build(w)...)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Serve mounts the modules; call it once, after whatever needs the Core was bound.
func (w *World) Serve(public ...access.PublicRoute) *World {
	w.Handler = w.Core.Gate(public...)
	w.client = NewClient(w.T, w.Handler)
	return w
}

// Tick moves the clock.
func (w *World) Tick(d time.Duration) { w.clock = w.clock.Add(d) }

func (w *World) plant() {
	w.T.Helper()
	scan := func(sql string, args ...any) (id int64) {
		w.T.Helper()
		if err := w.Owner.QueryRow(context.Background(), sql, args...).Scan(&id); err != nil {
			w.T.Fatalf("plant: %v", err)
		}
		return id
	}
	for _, d := range []struct {
		key, code, name string
		towns           []string
	}{{"甲", "621202", "甲区", []string{"A:101:安河镇:A1,A2", "B:102:柏川镇:B1"}}, {"乙", "620122", "乙县", []string{"C:101:安河镇:C1"}}} {
		tenant := scan(`insert into tenants (code, name) values ($1, $2) returning id`, d.code, d.name)
		w.Units[d.key] = Unit{Tenant: tenant, Name: d.name}
		for _, town := range d.towns {
			part := strings.Split(town, ":")
			township := scan(`insert into townships (tenant_id, code, name, official_name, kind) values ($1, $2, $3, $3, 'town') returning id`,
				tenant, d.code+part[1], part[2])
			w.Units[part[0]] = Unit{Tenant: tenant, Township: township, Name: part[2]}
			for i, v := range strings.Split(part[3], ",") {
				name := fmt.Sprintf("马家沟%d村", i+1)
				village := scan(`insert into villages (tenant_id, township_id, code, name, official_name, kind)
					values ($1, $2, $3, $4, $4, 'village') returning id`, tenant, township, fmt.Sprintf("%s%s%d", d.code, part[1], 200+i), name)
				w.Units[v] = Unit{Tenant: tenant, Township: township, Village: village, Name: name}
			}
		}
	}
}

// Member gives the account of a role at a unit, making it at its first use. The platform's unit is "".
func (w *World) Member(role access.Role, unit string) Member {
	w.T.Helper()
	key := string(role) + "@" + unit
	if m, ok := w.made[key]; ok {
		return m
	}
	return w.NewMember(key, access.NewAccount{Username: fmt.Sprintf("user-%d", len(w.made)+1), Name: role.Title() + unit, Role: role}, unit)
}

// NewMember makes a further account, such as a second clerk of the same township.
func (w *World) NewMember(key string, n access.NewAccount, unit string) Member {
	w.T.Helper()
	u := w.Units[unit]
	n.Township, n.Village, n.Password = u.Township, u.Village, "Probe-word-2026"
	ctx := context.Background()
	s := w.Core.System("test", u.Tenant)
	if unit == "" {
		s = w.Core.Platform("test")
	}
	var made access.Created
	err := access.InScope(ctx, s, func(tx *access.Tx) error {
		var err error
		made, err = w.Core.CreateAccount(ctx, tx, n)
		return err
	})
	if err != nil {
		w.T.Fatalf("create %s: %v", key, err)
	}
	m := Member{n.Username, n.Password, u.Tenant, made.ID, made.GrantID}
	w.made[key] = m
	return m
}

// Scope gives the scope of a role at a unit, as its session would have it.
func (w *World) Scope(role access.Role, unit string) access.Scope {
	w.T.Helper()
	m := w.Member(role, unit)
	s, err := w.Core.Resume(context.Background(), m.Tenant, m.Account, m.Grant)
	if err != nil {
		w.T.Fatalf("scope of %s at %s: %v", role, unit, err)
	}
	return s
}

// As gives a browser in which the role at the unit is logged in.
func (w *World) As(role access.Role, unit string) *Client {
	w.T.Helper()
	m := w.Member(role, unit)
	c := w.client.Another()
	c.Login(m.Username, m.Password)
	return c
}

// Guest gives a browser in which nobody is logged in.
func (w *World) Guest() *Client { return w.client.Another() }

// Count counts rows past all policies, to show that a refused act changed nothing.
func (w *World) Count(sql string, args ...any) int {
	w.T.Helper()
	var n int
	if err := w.Owner.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		w.T.Fatalf("%s: %v", sql, err)
	}
	return n
}

// Exec changes rows past all policies, to build fixtures.
func (w *World) Exec(sql string, args ...any) {
	w.T.Helper()
	if _, err := w.Owner.Exec(context.Background(), sql, args...); err != nil {
		w.T.Fatalf("%s: %v", sql, err)
	}
}
