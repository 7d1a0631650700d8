// Package testkit gives tests a real PostgreSQL, a browser, an HTTP client and queries on HTML. It is imported by tests
// and by the builders of modules (cadretest, …) alone.
package testkit

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/pgserver"
)

// Database is one test's own database, with the whole schema and nothing in it.
type Database struct {
	Name     string
	AppURL   string // as touyan_app, the role that serves
	OwnerURL string // as the owner, past all policies
}

var count atomic.Int64

// DB gives the test a database of its own, dropped at its end.
func DB(t testing.TB) Database {
	t.Helper()
	return Clone(t, template)
}

// EmptyDB gives the test a database without any schema.
func EmptyDB(t testing.TB) Database {
	t.Helper()
	return Clone(t, "template0")
}

// Clone gives the test a copy of another database of this test binary, to which nobody may be connected meanwhile. It is
// how tests share what takes long to load.
func Clone(t testing.TB, from string) Database {
	t.Helper()
	d := create(t, "t", from)
	t.Cleanup(func() { admin(t, `drop database if exists `+d.Name+` with (force)`) })
	return d
}

// Prepared makes a database that outlives the test that asked for it first, for Clone.
func Prepared(t testing.TB) Database {
	t.Helper()
	return create(t, "p", template)
}

func create(t testing.TB, prefix, from string) Database {
	t.Helper()
	name := fmt.Sprintf("%s%d", prefix, count.Add(1))
	// file_copy takes a third of the time of the default, which writes a log of every page.
	s := admin(t, `create database `+name+` owner touyan_owner template `+from+` strategy file_copy`)
	return Database{Name: name, AppURL: s.DatabaseURL(pgserver.AppRole, name), OwnerURL: s.DatabaseURL(pgserver.OwnerRole, name)}
}

// admin runs one statement as superuser.
func admin(t testing.TB, sql string) *pgserver.Server {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	ctx := context.Background()
	c, err := pgx.Connect(ctx, s.DatabaseURL("postgres", "postgres"))
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return s
}

// Owner connects past all policies, to build fixtures and to look at what is stored.
func (d Database) Owner(t testing.TB) *pgx.Conn {
	t.Helper()
	return connect(t, d.OwnerURL)
}

// Keeper connects as superuser, who alone can put rows back past triggers and foreign keys.
func (d Database) Keeper(t testing.TB) *pgx.Conn {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	return connect(t, s.DatabaseURL("postgres", d.Name))
}

// App connects as the role that serves, with no scope set.
func (d Database) App(t testing.TB) *pgx.Conn {
	t.Helper()
	return connect(t, d.AppURL)
}

func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) }) // the server may be gone by then
	return c
}
