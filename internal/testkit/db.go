// Package testkit gives tests a real PostgreSQL, a browser, an HTTP client and queries on HTML. It is imported by tests
// and by the builders of modules (cadretest, …) alone.
package testkit

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/pgserver"
)

// Database is one test's own database, with the whole schema and nothing in it.
type Database struct {
	Name     string
	AppURL   string // as touyan_app, the role that serves
	OwnerURL string // as the owner, past all policies
}

const template = "tmpl"

// server is the private PostgreSQL of this test binary. It ends with the process, even a killed one.
var server = sync.OnceValues(func() (*pgserver.Server, error) {
	base := "/dev/shm"
	var st syscall.Statfs_t
	if syscall.Statfs(base, &st) != nil || st.Bavail*uint64(st.Bsize) < 1<<30 {
		base = os.TempDir() // a container's 64 MB would not do
	}
	sweep(base)
	dir := filepath.Join(base, fmt.Sprintf("touyan-test-%d", os.Getpid()))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	ctx := context.Background()
	s, err := pgserver.Start(ctx, pgserver.Options{Dir: filepath.Join(dir, "pg"), Settings: map[string]string{
		"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off", "wal_level": "minimal",
		"max_wal_senders": "0", "shared_buffers": "64MB"}})
	if err != nil {
		return nil, err
	}
	c, err := pgx.Connect(ctx, s.DatabaseURL("postgres", "postgres"))
	if err != nil {
		return nil, err
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, `create database `+template+` owner touyan_owner`); err != nil {
		return nil, err
	}
	if err := pg.Migrate(ctx, s.DatabaseURL(pgserver.OwnerRole, template)); err != nil {
		return nil, err
	}
	return s, nil
})

// sweep removes what dead test runs left.
func sweep(base string) {
	left, _ := filepath.Glob(filepath.Join(base, "touyan-test-*"))
	for _, dir := range left {
		pid, err := strconv.Atoi(filepath.Base(dir)[len("touyan-test-"):])
		if err == nil && syscall.Kill(pid, 0) != nil {
			_ = os.RemoveAll(dir) // somebody else may be sweeping too
		}
	}
}

var count atomic.Int64

// DB gives the test a database of its own, dropped at its end.
func DB(t testing.TB) Database {
	t.Helper()
	return clone(t, template)
}

// EmptyDB gives the test a database without any schema.
func EmptyDB(t testing.TB) Database {
	t.Helper()
	return clone(t, "template0")
}

// Clone gives the test a copy of another database of this test binary, to which nobody may be connected meanwhile. It is
// how tests share what takes long to load.
func Clone(t testing.TB, from string) Database {
	t.Helper()
	return clone(t, from)
}

// Prepared makes a database that outlives the test that asked for it first, for Clone.
func Prepared(t testing.TB) Database {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("p%d", count.Add(1))
	c := connect(t, s.DatabaseURL("postgres", "postgres"))
	if _, err := c.Exec(context.Background(), `create database `+name+` owner touyan_owner template `+template+` strategy file_copy`); err != nil {
		t.Fatalf("prepare: %v", err)
	}
	return Database{Name: name, AppURL: s.DatabaseURL(pgserver.AppRole, name), OwnerURL: s.DatabaseURL(pgserver.OwnerRole, name)}
}

func clone(t testing.TB, from string) Database {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("t%d", count.Add(1))
	admin := func(sql string) {
		t.Helper()
		ctx := context.Background()
		c, err := pgx.Connect(ctx, s.DatabaseURL("postgres", "postgres"))
		if err != nil {
			t.Fatalf("connect: %v", err)
		}
		defer c.Close(ctx)
		if _, err := c.Exec(ctx, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	admin(`create database ` + name + ` owner touyan_owner template ` + from + ` strategy file_copy`)
	t.Cleanup(func() { admin(`drop database if exists ` + name + ` with (force)`) })
	return Database{Name: name, AppURL: s.DatabaseURL(pgserver.AppRole, name), OwnerURL: s.DatabaseURL(pgserver.OwnerRole, name)}
}

// Owner connects past all policies, to build fixtures and to look at what is stored.
func (d Database) Owner(t testing.TB) *pgx.Conn {
	t.Helper()
	return connect(t, d.OwnerURL)
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
