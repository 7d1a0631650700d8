package testkit_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/testkit"
)

func scan[T any](t *testing.T, c *pgx.Conn, sql string) (v T) {
	t.Helper()
	if err := c.QueryRow(context.Background(), sql).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func TestDatabasesAreApart(t *testing.T) {
	t.Parallel()
	var group sync.WaitGroup
	for i := range 6 {
		group.Go(func() {
			d := testkit.DB(t)
			owner := d.Owner(t)
			_, err := owner.Exec(context.Background(), `insert into tenants (code, name) values ($1, '甲区')`, fmt.Sprintf("62%04d", i))
			if err != nil {
				t.Error(err)
				return
			}
			var n int
			if err := owner.QueryRow(context.Background(), `select count(*) from tenants`).Scan(&n); err != nil || n != 1 {
				t.Errorf("%s sees %d districts of its one: %v", d.Name, n, err)
			}
		})
	}
	group.Wait()
}

func TestRolesOfADatabase(t *testing.T) {
	t.Parallel()
	d := testkit.DB(t)
	if got := scan[string](t, d.App(t), `select current_user::text`); got != "touyan_app" {
		t.Errorf("App is %s", got)
	}
	if got := scan[string](t, d.Owner(t), `select current_user::text || ' ' || current_database()`); got != "touyan_owner "+d.Name {
		t.Errorf("Owner is %s", got)
	}
	if n := scan[int](t, testkit.EmptyDB(t).Owner(t), `select count(*) from pg_tables where schemaname = 'public'`); n != 0 {
		t.Errorf("the empty database has %d tables", n)
	}
}

func TestCloneCarriesRows(t *testing.T) {
	t.Parallel()
	p := testkit.Prepared(t)
	c, err := pgx.Connect(context.Background(), p.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(context.Background(), `insert into tenants (code, name) values ('621202', '甲区')`); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	one, two := testkit.Clone(t, p.Name).Owner(t), testkit.Clone(t, p.Name).Owner(t)
	if _, err := one.Exec(context.Background(), `update tenants set name = '乙区'`); err != nil {
		t.Fatal(err)
	}
	if got := scan[string](t, two, `select name from tenants`); got != "甲区" {
		t.Errorf("the second clone says %s", got)
	}
}

// printFolder makes the test below, run in a process of its own, say where its server is and wait to be killed.
const printFolder = "TESTKIT_PRINT_FOLDER"

func TestNothingStaysOfAKilledRun(t *testing.T) {
	t.Parallel()
	if os.Getenv(printFolder) != "" {
		d := testkit.DB(t)
		fmt.Println("socket", strings.TrimSuffix(strings.Split(d.OwnerURL, "host=")[1], "&port=5432"))
		select {}
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestNothingStaysOfAKilledRun$")
	cmd.Env = append(os.Environ(), printFolder+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var socket string
	if _, err := fmt.Fscanf(out, "socket %s\n", &socket); err != nil {
		t.Errorf("the other run: %v", err)
	}
	_ = cmd.Process.Kill() // it waits for nothing else
	_ = cmd.Wait()
	for begin := time.Now(); ; {
		_, err := os.Stat(filepath.Dir(socket))
		if os.IsNotExist(err) {
			return
		}
		if time.Since(begin) > 10*time.Second {
			t.Fatalf("%s is still there: %v", filepath.Dir(socket), err)
		}
		<-time.After(10 * time.Millisecond) // between two looks
	}
}
