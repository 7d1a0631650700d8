// Package pgserver runs a private PostgreSQL for `make run` and for tests: on a Unix socket only, in a folder of its own,
// started and stopped with the program.
//
// The folder's lock is held by the process that owns the server; a second process on the same folder is its guest. Data
// is never deleted: a folder of another major version is refused.
package pgserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// The roles and the database that a private server is made with.
const (
	OwnerRole = "touyan_owner"
	AppRole   = "touyan_app"
	Database  = "touyan"
	port      = "5432"
)

// Options say where a server lives and how it is tuned.
type Options struct {
	Dir      string // data folder; its parent is made
	Log      *slog.Logger
	Settings map[string]string // further settings of postgres, such as fsync=off for tests
}

// Server is a running private PostgreSQL.
type Server struct {
	dir     string // the data folder
	socket  string // the socket's folder
	log     *slog.Logger
	lock    *os.File // nil for a guest
	process *process
	opts    Options
	stopped chan struct{}
}

// ErrNotRunning is returned by Join where no server runs.
var ErrNotRunning = errors.New("没有正在运行的数据库:请先启动 make run,或设置 DATABASE_URL")

// Start starts the server of a folder, making it first if need be, or joins the one that another process runs there.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	owner, err := account()
	if err != nil {
		return nil, err
	}
	if o.Dir, err = owner.place(o.Dir, o.Log); err != nil {
		return nil, err
	}
	s := &Server{dir: o.Dir, socket: socketDir(o.Dir), log: o.Log, opts: o, stopped: make(chan struct{})}
	deadline := time.Now().Add(30 * time.Second)
	for {
		lock, err := tryLock(o.Dir + ".lock")
		if err != nil {
			return nil, err
		}
		if lock != nil {
			s.lock = lock
			break
		}
		if s.answers(ctx) == nil {
			return s, nil // a guest
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("another process holds %s.lock but its database does not answer", o.Dir)
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return nil, err
		}
	}
	if err := s.launch(ctx, owner); err != nil {
		s.Stop()
		return nil, err
	}
	if err := s.bootstrap(ctx); err != nil {
		s.Stop()
		return nil, err
	}
	go s.watch(owner)
	return s, nil
}

// Join finds the server that runs on a folder, without starting one.
func Join(dir string) (*Server, error) {
	owner, err := account()
	if err != nil {
		return nil, err
	}
	if dir, err = owner.place(dir, slog.New(slog.DiscardHandler)); err != nil {
		return nil, err
	}
	s := &Server{dir: dir, socket: socketDir(dir)}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if s.answers(ctx) != nil {
		return nil, ErrNotRunning
	}
	return s, nil
}

// URL is the address of the database as a role, which psql accepts too.
func (s *Server) URL(role string) string { return s.DatabaseURL(role, Database) }

// DatabaseURL is the address of another database of the server.
func (s *Server) DatabaseURL(role, database string) string {
	return "postgres://" + role + "@/" + database + "?host=" + strings.ReplaceAll(s.socket, " ", "%20") + "&port=" + port
}

// Stop ends the server if this process owns it: connections are closed, nothing committed is lost.
func (s *Server) Stop() {
	if s.lock == nil {
		return
	}
	close(s.stopped)
	if s.process != nil {
		s.process.stop()
	}
	s.lock.Close()
	s.lock = nil
}

func (s *Server) answers(ctx context.Context) error {
	c, err := pgx.Connect(ctx, s.DatabaseURL("postgres", "postgres"))
	if err != nil {
		return err
	}
	return c.Close(ctx)
}

// launch makes the cluster if there is none and starts it.
func (s *Server) launch(ctx context.Context, owner user) error {
	bin, err := binaries(s.dir)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.dir, "PG_VERSION")); errors.Is(err, os.ErrNotExist) {
		if err := initialise(ctx, bin, s.dir, owner); err != nil {
			return err
		}
	}
	evict(s.dir, s.log)
	if err := os.MkdirAll(s.socket, 0o700); err != nil {
		return fmt.Errorf("socket folder: %w", err)
	}
	if err := owner.own(s.socket); err != nil {
		return err
	}
	if s.process, err = start(bin, s.dir, s.socket, owner, s.opts.Settings); err != nil {
		return err
	}
	deadline := time.Now().Add(60 * time.Second)
	for s.answers(ctx) != nil {
		select {
		case <-s.process.done:
			return fmt.Errorf("postgres ended at its start: %s", s.process.lastWords())
		default:
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("postgres does not answer: %s", s.process.lastWords())
		}
		if err := pause(ctx, 15*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// watch starts a server that died again.
func (s *Server) watch(owner user) {
	for {
		select {
		case <-s.stopped:
			return
		case <-s.process.done:
		}
		select {
		case <-s.stopped:
			return
		default:
		}
		s.log.Warn("postgres ended; starting it again")
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		err := s.launch(ctx, owner)
		cancel()
		if err != nil {
			s.log.Error("postgres does not start", "err", err)
			if pause(context.Background(), 2*time.Second) != nil {
				return
			}
		}
	}
}

// bootstrap makes roles, database and extension, each only if missing.
func (s *Server) bootstrap(ctx context.Context) error {
	c, err := pgx.Connect(ctx, s.DatabaseURL("postgres", "postgres"))
	if err != nil {
		return fmt.Errorf("bootstrap: %w", err)
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, `do $$ begin
		if not exists (select from pg_roles where rolname = 'touyan_owner') then create role touyan_owner login; end if;
		if not exists (select from pg_roles where rolname = 'touyan_app') then
			create role touyan_app login nosuperuser nobypassrls;
		end if;
		grant touyan_app to touyan_owner;
	end $$`)
	if err != nil {
		return fmt.Errorf("bootstrap roles: %w", err)
	}
	var exists bool
	if err := c.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, Database).Scan(&exists); err != nil {
		return fmt.Errorf("bootstrap: %w", err)
	}
	if exists {
		return nil
	}
	if _, err := c.Exec(ctx, `create database touyan owner touyan_owner template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`); err != nil {
		return fmt.Errorf("bootstrap database: %w", err)
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// tryLock takes the lock of a folder, or returns nil if another process has it.
func tryLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, nil
	}
	return f, nil
}

// socketDir is where the socket stands: in the data folder, or in a short folder where the path would not fit sun_path.
func socketDir(dir string) string {
	if len(dir) <= 85 {
		return dir + ".socket"
	}
	return filepath.Join(os.TempDir(), "touyan-"+short(dir))
}
