//go:build linux

package pgserver_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/pgserver"
)

const helperFolder = "PGSERVER_TEST_FOLDER"

// TestMain is also the other process: with helperFolder set it runs a server there until it is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(helperFolder); dir != "" {
		if _, err := pgserver.Start(context.Background(), options(dir)); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("ready")
		select {}
	}
	code := m.Run()
	os.RemoveAll(prototypeFolder)
	os.Exit(code)
}

// options leaves fsync to the kernel: processes die in these tests, the machine does not.
func options(dir string) pgserver.Options {
	return pgserver.Options{Dir: dir, Settings: map[string]string{"fsync": "off"},
		Binaries: []string{"../../../var/" + pgserver.Fallback}}
}

// folder is one that the database's user can enter, which the testing package's own are not.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgserver-test-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "postgres")
}

// prepared is a folder with a cluster in it: initdb, tested by TestRolesAndDatabase, is the slow part.
func prepared(t *testing.T) string {
	t.Helper()
	from, err := prototype()
	if err != nil {
		t.Fatal(err)
	}
	dir := folder(t)
	if out, err := exec.Command("cp", "-a", from, dir).CombinedOutput(); err != nil {
		t.Fatalf("copy: %v: %s", err, out)
	}
	return dir
}

// moved puts a prepared folder below another name.
func moved(t *testing.T, dir, below string) string {
	t.Helper()
	to := filepath.Join(filepath.Dir(dir), below, "postgres")
	err := os.MkdirAll(filepath.Dir(to), 0o755)
	if err == nil {
		err = os.Rename(dir, to)
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}

var prototypeFolder string

var prototype = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "pgserver-test-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		return "", err
	}
	prototypeFolder = dir
	s, err := pgserver.Start(context.Background(), options(filepath.Join(dir, "postgres")))
	if err != nil {
		return "", err
	}
	s.Stop()
	return filepath.Join(dir, "postgres"), nil
})

func start(t *testing.T, dir string) *pgserver.Server {
	t.Helper()
	s, err := pgserver.Start(context.Background(), options(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// another starts a process that owns the folder's server, and returns it once the database is ready.
func another(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperFolder+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // the test may have done it
		_ = cmd.Wait()
	})
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the other process: %q", line)
	}
	return cmd
}

func query[T any](t *testing.T, url, sql string) T {
	t.Helper()
	v, err := try[T](url, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func try[T any](url, sql string) (v T, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return v, err
	}
	defer c.Close(ctx)
	return v, c.QueryRow(ctx, sql).Scan(&v)
}

// within asks until the answer comes, for at most the time that the product promises.
func within[T any](t *testing.T, promise time.Duration, url, sql string) T {
	t.Helper()
	begin := time.Now()
	for {
		v, err := try[T](url, sql)
		if err == nil {
			return v
		}
		if time.Since(begin) > promise {
			t.Fatalf("no answer after %v: %v", promise, err)
		}
	}
}

func postmasterOf(t *testing.T, dir string) int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.SplitN(string(b), "\n", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

const keepRows = `with made as (select 1) select count(*)::int from kept, made`

func plant(t *testing.T, s *pgserver.Server) {
	t.Helper()
	c, err := pgx.Connect(context.Background(), s.URL(pgserver.OwnerRole))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(context.Background(), `create table kept as select generate_series(1, 3)`); err != nil {
		t.Fatal(err)
	}
}

func TestRolesAndDatabase(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, dir)
	owner, app := s.URL(pgserver.OwnerRole), s.URL(pgserver.AppRole)
	for _, url := range []string{owner, app} {
		if query[bool](t, url, `select rolsuper or rolbypassrls or rolcreatedb or rolcreaterole from pg_roles where rolname = current_user`) {
			t.Errorf("%s has more than it needs", url)
		}
	}
	if got := query[string](t, app, `select encoding || ' ' || datcollate || ' ' || datctype from pg_database where datname = current_database()`); got != "6 C.UTF-8 C.UTF-8" {
		t.Errorf("database is %s", got)
	}
	if !query[bool](t, app, `select count(*) = 2 and bool_and(extowner = 'touyan_owner'::regrole) from pg_extension where extname in ('btree_gist', 'pg_trgm')`) {
		t.Error("the owner does not own both extensions, so could not restore a backup")
	}
	if !query[bool](t, owner, `select pg_has_role('touyan_app', 'usage')`) {
		t.Error("the owner cannot act as the application")
	}
	if _, err := try[int](app, `select 1 from (select set_config('role', 'touyan_owner', false)) x`); err == nil {
		t.Error("the application can become the owner")
	}
	if got := query[string](t, owner, `show listen_addresses`); got != "" {
		t.Errorf("listens on %s", got)
	}
	for _, private := range []string{dir, dir + ".socket"} {
		if info, err := os.Stat(private); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v %v, want only its user to enter", private, info.Mode(), err)
		}
	}
}

func TestKilledProgramKeepsRows(t *testing.T) {
	t.Parallel()
	dir := prepared(t)
	other := another(t, dir)
	guest, err := pgserver.Join(dir)
	if err != nil {
		t.Fatal(err)
	}
	plant(t, guest)
	before := postmasterOf(t, dir)
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	s := start(t, dir)
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("ready after %v", took)
	}
	if n := query[int](t, s.URL(pgserver.OwnerRole), keepRows); n != 3 {
		t.Errorf("%d rows of 3", n)
	}
	if now := postmasterOf(t, dir); now == before {
		t.Error("the old server was not replaced")
	}
}

func TestKilledPostmasterIsStartedAgain(t *testing.T) {
	t.Parallel()
	dir := prepared(t)
	s := start(t, dir)
	plant(t, s)
	busy, err := pgx.Connect(context.Background(), s.URL(pgserver.OwnerRole))
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close(context.Background())
	for range 2 {
		if err := syscall.Kill(postmasterOf(t, dir), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if _, err := busy.Exec(context.Background(), `select pg_sleep(60)`); err == nil {
			t.Error("a backend without its server went on")
		}
		if n := within[int](t, 5*time.Second, s.URL(pgserver.OwnerRole), keepRows); n != 3 {
			t.Errorf("%d rows of 3", n)
		}
	}
}

func TestGuestSharesAndTakesOver(t *testing.T) {
	t.Parallel()
	dir := prepared(t)
	other := another(t, dir)
	running := postmasterOf(t, dir)
	s := start(t, dir)
	plant(t, s)
	if postmasterOf(t, dir) != running {
		t.Error("the guest started a server of its own")
	}
	if err := other.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait() // it ends by the signal
	for postmasterNow := running; postmasterNow == running; {
		within[int](t, 5*time.Second, s.URL(pgserver.OwnerRole), keepRows)
		postmasterNow = query[int](t, s.DatabaseURL("postgres", "postgres"), `select split_part(pg_read_file('postmaster.pid'), E'\n', 1)::int`)
	}
	if n := query[int](t, s.URL(pgserver.OwnerRole), keepRows); n != 3 {
		t.Errorf("%d rows of 3", n)
	}
}

func TestFoldersAreApart(t *testing.T) {
	t.Parallel()
	one, two := start(t, prepared(t)), start(t, moved(t, prepared(t), "另一处 a+b&c"))
	plant(t, one)
	if _, err := try[int](two.URL(pgserver.OwnerRole), keepRows); err == nil {
		t.Error("a table of one folder is in the other")
	}
}

func TestLongPath(t *testing.T) {
	t.Parallel()
	dir := moved(t, prepared(t), strings.Repeat("deep/", 25))
	s := start(t, dir)
	joined, err := pgserver.Join(dir)
	if err != nil {
		t.Fatal(err)
	}
	if joined.URL("x") != s.URL("x") {
		t.Errorf("joined %s, runs at %s", joined.URL("x"), s.URL("x"))
	}
}

func TestFolderThatTheServerCannotEnter(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "postgres") // its parent is for us alone
	s := start(t, dir)
	at := query[string](t, s.DatabaseURL("postgres", "postgres"), `show data_directory`)
	if os.Getuid() != 0 {
		if at != dir {
			t.Errorf("data is in %s, asked for %s", at, dir)
		}
		return
	}
	if !strings.HasPrefix(at, "/var/lib/touyan-") {
		t.Fatalf("data is in %s", at)
	}
	t.Cleanup(func() { s.Stop(); os.RemoveAll(filepath.Dir(at)) })
	joined, err := pgserver.Join(dir)
	if err != nil || joined.URL("x") != s.URL("x") {
		t.Errorf("asked for by the same name, it is not found: %v", err)
	}
}

func TestJoinStartsNothing(t *testing.T) {
	t.Parallel()
	dir := prepared(t)
	if _, err := pgserver.Join(dir); !errors.Is(err, pgserver.ErrNotRunning) {
		t.Errorf("joined nothing: %v", err)
	}
	s := start(t, dir)
	joined, err := pgserver.Join(dir)
	if err != nil {
		t.Fatal(err)
	}
	joined.Stop() // not its server
	query[int](t, s.URL(pgserver.AppRole), `select 1`)
	s.Stop()
	if _, err := pgserver.Join(dir); !errors.Is(err, pgserver.ErrNotRunning) {
		t.Errorf("joined a stopped server: %v", err)
	}
}

func TestStalePidFile(t *testing.T) {
	t.Parallel()
	dir := prepared(t)
	s := start(t, dir)
	plant(t, s)
	s.Stop()
	stale := filepath.Join(dir, "postmaster.pid")
	if err := os.WriteFile(stale, fmt.Appendf(nil, "%d\n%s\n", os.Getpid(), dir), 0o644); err != nil {
		t.Fatal(err)
	}
	if n := query[int](t, start(t, dir).URL(pgserver.OwnerRole), keepRows); n != 3 {
		t.Errorf("%d rows of 3", n)
	}
}

func TestOtherMajorVersionIsRefused(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"PG_VERSION": "99\n", "kept": "rows"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := pgserver.Start(context.Background(), options(dir))
	if err == nil || !strings.Contains(err.Error(), "PostgreSQL 99") || !strings.Contains(err.Error(), "untouched") {
		t.Errorf("refused with %v", err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "kept")); err != nil || string(b) != "rows" {
		t.Errorf("data: %q, %v", b, err)
	}
}

func TestForeignSocketFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := os.Mkdir(dir+".socket", 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir+".socket", 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := pgserver.Start(context.Background(), options(dir)); err == nil || !strings.Contains(err.Error(), "private folder") {
		t.Errorf("a folder that everybody can write was accepted: %v", err)
	}
}
