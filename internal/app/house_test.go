package app_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/app"
	"touyan/internal/demo"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
	"touyan/internal/testkit"
)

// today is the day on which the tests of the whole house take place.
var today = time.Date(2026, time.November, 23, 10, 0, 0, 0, month.Zone)

// demoHouse is the program on a copy of the demonstration districts.
type demoHouse struct {
	*app.App
	t        testing.TB
	DB       testkit.Database
	URL      string
	accounts map[string]demo.Account
	now      atomic.Pointer[time.Time]
	held     *pgx.Conn
	looking  sync.Mutex // of visitors who go side by side and share the connection
}

// owner is the one connection as the owner that a test's goroutine looks things up with.
func (h *demoHouse) owner() *pgx.Conn {
	h.t.Helper()
	if h.held == nil {
		h.held = h.DB.Owner(h.t)
	}
	return h.held
}

// setClock moves the house's clock.
func (h *demoHouse) setClock(now time.Time) { h.now.Store(&now) }

// loaded is the database that all demoHouses are copies of, and the keys it was loaded with.
var loaded struct {
	sync.Mutex
	db   testkit.Database
	keys *crypt.Keys
}

func config(clock func() time.Time) app.Config {
	return app.Config{Addr: "127.0.0.1:0", URL: "http://localhost", Clock: clock, Log: slog.New(slog.DiscardHandler)}
}

func open(t testing.TB, db testkit.Database, keys *crypt.Keys, clock func() time.Time) *app.App {
	t.Helper()
	pool, err := pg.Open(context.Background(), db.AppURL, 12)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(config(clock), pool, keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Jobs.Open(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	return a
}

// demoCopy gives the test a copy of the demonstration districts, which are loaded at the first call.
func demoCopy(t testing.TB) testkit.Database {
	t.Helper()
	loaded.Lock()
	defer loaded.Unlock()
	if loaded.keys == nil {
		keys, err := crypt.Generate(crypt.AES)
		if err != nil {
			t.Fatal(err)
		}
		db := testkit.Prepared(t)
		a := open(t, db, keys, func() time.Time { return today })
		if _, err := a.Demo().Load(context.Background(), demo.Spec{Anchor: month.Of(today)}); err != nil {
			t.Fatalf("load the demonstration: %v", err)
		}
		a.Close(context.Background())
		if err := pg.Analyze(context.Background(), db.OwnerURL); err != nil { // as `touyan demo` does: a copy has the plans of the product
			t.Fatal(err)
		}
		loaded.db, loaded.keys = db, keys
	}
	return testkit.Clone(t, loaded.db.Name)
}

// newDemoHouse gives the test the demonstration districts for itself.
func newDemoHouse(t testing.TB) *demoHouse {
	t.Helper()
	db := demoCopy(t)
	h := &demoHouse{t: t, DB: db, accounts: map[string]demo.Account{}}
	h.setClock(today)
	a := open(t, db, loaded.keys, func() time.Time { return *h.now.Load() })
	srv := httptest.NewServer(a.Handler)
	t.Cleanup(func() {
		srv.Close()
		a.Close(context.Background())
	})
	h.App, h.URL = a, srv.URL
	list, err := a.Demo().Accounts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range list {
		h.accounts[one.Username] = one
	}
	return h
}

// browser gives a tab in which the account is logged in.
func (h *demoHouse) browser(username string) *testkit.Browser {
	h.t.Helper()
	b := testkit.NewBrowser(h.t, h.URL)
	b.Login(username, h.accounts[username].Password)
	return b
}

// client gives a cookie client in which the account is logged in.
func (h *demoHouse) client(username string) *testkit.Client {
	h.t.Helper()
	c := testkit.ClientAt(h.t, h.URL)
	c.Login(username, h.accounts[username].Password)
	return c
}
