package testkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/pgserver"
)

// template is the database that every test's own is a copy of.
const template = "tmpl"

// settings make a server whose data nobody will miss.
var settings = map[string]string{"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off",
	"wal_level": "minimal", "max_wal_senders": "0", "shared_buffers": "64MB"}

// server is the private PostgreSQL of this test binary: a copy of a cluster that earlier runs have migrated already. It
// ends with the process, even a killed one.
var server = sync.OnceValues(func() (*pgserver.Server, error) {
	dir, err := runFolder()
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "pg")
	if err := copyCluster(filepath.Dir(dir), data); err != nil {
		return nil, err
	}
	return serve(data)
})

func binaries() []string {
	root, err := repository()
	if err != nil {
		return nil // the usual places will do
	}
	return []string{filepath.Join(root, "var", pgserver.Fallback)}
}

// serve starts a server with an up-to-date template. A copied cluster has one already; only the job library's own
// migrations, which are not in its name, may be newer.
func serve(data string) (*pgserver.Server, error) {
	ctx := context.Background()
	s, err := pgserver.Start(ctx, pgserver.Options{Dir: data, Settings: settings, Binaries: binaries()})
	if err != nil {
		return nil, err
	}
	if err := migrateTemplate(ctx, s); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func migrateTemplate(ctx context.Context, s *pgserver.Server) error {
	c, err := pgx.Connect(ctx, s.DatabaseURL("postgres", "postgres"))
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	var exists bool
	if err := c.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, template).Scan(&exists); err != nil {
		return err
	}
	if !exists {
		if _, err := c.Exec(ctx, `create database `+template+` owner touyan_owner`); err != nil {
			return err
		}
	}
	return pg.Migrate(ctx, s.DatabaseURL(pgserver.OwnerRole, template))
}

// base is a folder in memory, or the temporary one where that is small: a container's usual 64 MB would not do.
func base() string {
	const shm = "/dev/shm"
	var st syscall.Statfs_t
	if syscall.Statfs(shm, &st) != nil || st.Bavail*uint64(st.Bsize) < 1<<30 {
		return os.TempDir()
	}
	return shm
}

// copyCluster copies the cluster of the present migrations, which whoever needs it first makes.
//
// Its name tells the user too, since another one's could not be read, and who may write it could change what we run.
func copyCluster(base, to string) error {
	major, err := pgserver.Version(binaries())
	if err != nil {
		return err
	}
	dir := filepath.Join(base, fmt.Sprintf("touyan-cluster-%d-%d-%s", os.Getuid(), major, pg.MigrationsHash()))
	if err := ownFolder(dir); err != nil {
		return err
	}
	lock, err := flock(dir+".lock", syscall.LOCK_SH)
	if err != nil {
		return err
	}
	defer lock.Close()
	from := filepath.Join(dir, "pg")
	if _, err := os.Stat(from); errors.Is(err, os.ErrNotExist) {
		// Makers come one after the other; the next one finds it made.
		if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
			return fmt.Errorf("lock cluster: %w", err)
		}
		if _, err := os.Stat(from); errors.Is(err, os.ErrNotExist) {
			if err := makeCluster(dir, from); err != nil {
				return fmt.Errorf("make cluster: %w", err)
			}
		}
	}
	now := time.Now()
	if err := os.Chtimes(dir, now, now); err != nil {
		return fmt.Errorf("mark cluster as used: %w", err)
	}
	if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil { // -a: the data is the server's user's
		return fmt.Errorf("copy cluster: %w: %s", err, out)
	}
	return nil
}

// makeCluster prepares a cluster beside its place and moves it there whole.
func makeCluster(dir, to string) error {
	work, err := os.MkdirTemp(dir, "make-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := os.Chmod(work, 0o755); err != nil { // the server's user enters it
		return err
	}
	s, err := serve(filepath.Join(work, "pg"))
	if err != nil {
		return err
	}
	s.Stop()
	return os.Rename(filepath.Join(work, "pg"), to)
}

// runFolder makes the folder of this run, after removing those of runs that have ended and clusters of migrations that
// nobody has used for a day.
var runFolder = sync.OnceValues(func() (string, error) {
	base := base()
	sweeping, err := flock(filepath.Join(base, fmt.Sprintf("touyan-sweep-%d.lock", os.Getuid())), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer sweeping.Close()
	runs, _ := filepath.Glob(filepath.Join(base, fmt.Sprintf("touyan-run-%d-*", os.Getuid()))) // the patterns are well formed
	for _, dir := range runs {
		sweep(dir, filepath.Join(dir, "lock"))
	}
	clusters, _ := filepath.Glob(filepath.Join(base, fmt.Sprintf("touyan-cluster-%d-*[0-9a-f]", os.Getuid()))) // not their locks
	for _, dir := range clusters {
		if used, err := os.Stat(dir); err == nil && time.Since(used.ModTime()) > 24*time.Hour {
			sweep(dir, dir+".lock")
		}
	}
	dir := filepath.Join(base, fmt.Sprintf("touyan-run-%d-%d", os.Getuid(), os.Getpid()))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	lock, err := flock(filepath.Join(dir, "lock"), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	held = append(held, lock)
	return dir, clearUp(dir)
})

// held are files that stay open until the process ends; a file that nothing refers to would be closed by the collector.
var held []*os.File

// sweep removes a folder unless a living process has its lock. What cannot be removed now will be the next time.
func sweep(dir, lock string) {
	f, err := flock(lock, syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		return
	}
	defer f.Close()
	_ = os.RemoveAll(dir)
}

// clearUp removes the folder right after this process has ended, however it ends, so that nothing stays in memory. The
// shell's input closes with our end of the pipe; the server, too, needs a moment to go.
func clearUp(dir string) error {
	ours, theirs, err := os.Pipe()
	if err != nil {
		return err
	}
	defer ours.Close()
	held = append(held, theirs)
	cmd := exec.Command("/bin/sh", "-c", `read -r _; for i in 1 2 3 4 5 6 7 8 9 10; do
		rm -rf "$0" 2>/dev/null; [ -e "$0" ] || exit 0; sleep 0.3; done`, dir)
	cmd.Stdin = ours
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is not for it
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // it outlives us
	return nil
}

// ownFolder makes a folder, or checks that the one which is there is ours: the base is writable by all.
func ownFolder(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	var st syscall.Stat_t
	if err := syscall.Lstat(dir, &st); err != nil {
		return err
	}
	if int(st.Uid) != os.Getuid() || st.Mode&syscall.S_IFMT != syscall.S_IFDIR {
		return fmt.Errorf("%s belongs to somebody else", dir)
	}
	return nil
}

func flock(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return f, nil
}

// repository is the folder with go.mod above this file.
func repository() (string, error) {
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		return "", errors.New("no source position")
	}
	root := filepath.Dir(filepath.Dir(filepath.Dir(file)))
	_, err := os.Stat(filepath.Join(root, "go.mod"))
	return root, err
}
