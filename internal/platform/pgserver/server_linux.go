package pgserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a running private PostgreSQL, owned by this process or by another one.
type Server struct {
	opts   Options
	dir    string // the data folder
	socket string // the socket's folder
	who    account
	log    *slog.Logger

	// Only Start, then keep, then Stop touch these, one after the other.
	lock    *os.File // nil for a guest
	process *process

	end  context.CancelFunc
	kept chan struct{}
}

// Start starts the server of a folder, making it first if need be, or joins the one that another process runs there.
// The database then answers until Stop: a server that dies is started again.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	dir, who, err := settle(o.Dir, o.Log)
	if err != nil {
		return nil, err
	}
	s := &Server{opts: o, dir: dir, socket: socketFolder(dir), who: who, log: o.Log, kept: make(chan struct{})}
	if err := s.enter(ctx); err != nil {
		s.leave()
		return nil, err
	}
	life, end := context.WithCancel(context.Background())
	s.end = end
	go s.keep(life)
	return s, nil
}

// Join finds the server that runs on a folder, without starting one.
func Join(dir string) (*Server, error) {
	log := slog.New(slog.DiscardHandler)
	dir, who, err := settle(dir, log)
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, socket: socketFolder(dir), who: who, log: log}
	if s.ping(context.Background()) != nil {
		return nil, ErrNotRunning
	}
	return s, nil
}

// URL is the address of the database as a role, which psql accepts too.
func (s *Server) URL(role string) string { return s.DatabaseURL(role, Database) }

// DatabaseURL is the address of another database of the server.
func (s *Server) DatabaseURL(role, database string) string { return address(role, database, s.socket) }

// Stop ends the server if this process owns it: connections are closed, nothing committed is lost.
func (s *Server) Stop() {
	if s.end == nil {
		return
	}
	s.end()
	<-s.kept
	s.leave()
}

func (s *Server) leave() {
	if s.process != nil {
		s.process.stop()
		s.process = nil
	}
	if s.lock != nil {
		_ = os.Remove(s.socket) // stays if a server that was killed left its socket there
		s.lock.Close()
		s.lock = nil
	}
}

// enter makes this process the owner of the folder's server, or its guest.
func (s *Server) enter(ctx context.Context) error {
	for deadline := time.Now().Add(60 * time.Second); ; {
		lock, err := tryLock(s.dir + ".lock")
		if err != nil {
			return err
		}
		if lock != nil {
			s.lock = lock
			if err := s.launch(ctx); err != nil {
				return err
			}
			return s.bootstrap(ctx)
		}
		if s.ping(ctx) == nil {
			return nil // bootstrapped by its owner, or about to be: see ping
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("another process holds %s.lock, but its database does not answer", s.dir)
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

// keep sees to it that the database answers as long as this process wants it: an owner starts a server that died again,
// a guest takes over from an owner that left.
func (s *Server) keep(life context.Context) {
	defer close(s.kept)
	for {
		if s.lock == nil {
			// A lock that cannot be opened now may be had later.
			if s.lock, _ = tryLock(s.dir + ".lock"); s.lock == nil {
				if pause(life, 200*time.Millisecond) != nil {
					return
				}
				continue
			}
			s.log.Info("the process that ran the database has left; running it here", "folder", s.dir)
		} else {
			select {
			case <-life.Done():
				return
			case <-s.process.done:
			}
			if life.Err() != nil {
				return
			}
			s.log.Warn("the database ended; starting it again", "last_words", s.process.lastWords())
		}
		for err := s.launch(life); err != nil; err = s.launch(life) {
			if life.Err() != nil {
				return
			}
			s.log.Error("the database does not start", "err", err)
			if pause(life, time.Second) != nil {
				return
			}
		}
	}
}

// launch makes the cluster if there is none, starts it, and waits until it answers, through a long recovery if it must:
// ending one half-way would only make the next start begin it anew.
func (s *Server) launch(ctx context.Context) error {
	bin, err := programs(s.dir, s.opts.Binaries)
	if err != nil {
		return err
	}
	if err := s.who.guard(s.socket); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.dir, "PG_VERSION")); errors.Is(err, os.ErrNotExist) {
		if err := initialise(ctx, bin, s.dir, s.who, s.opts.Settings["fsync"] == "off", s.log); err != nil {
			return err
		}
	}
	if err := evict(ctx, s.dir, s.log); err != nil {
		return err
	}
	p, err := start(bin, s.dir, s.socket, s.who, s.opts.Settings)
	if err != nil {
		return err
	}
	s.process = p
	for warn := time.Now().Add(10 * time.Second); s.answer(ctx, "postgres") != nil; {
		select {
		case <-p.done:
			return fmt.Errorf("postgres ended at its start: %s", p.lastWords())
		default:
		}
		if time.Now().After(warn) {
			s.log.Warn("the database is not ready yet", "last_words", p.lastWords())
			warn = time.Now().Add(10 * time.Second)
		}
		if err := pause(ctx, 15*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// answer connects once and leaves.
func (s *Server) answer(ctx context.Context, database string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, s.DatabaseURL(superuser, database))
	if err != nil {
		return err
	}
	return c.Close(ctx)
}

// ping asks a server that another process runs. Its socket must stand in a folder that only the server's user can
// write: somebody else's would not be our database. It answers once its own database has been made.
func (s *Server) ping(ctx context.Context) error {
	if err := s.who.guards(s.socket); err != nil {
		return err
	}
	return s.answer(ctx, Database)
}

// tryLock takes the lock of a folder, or returns nil if another process has it.
func tryLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrPermission) {
		return nil, fmt.Errorf("the data folder belongs to another user: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, nil
	}
	return nil, fmt.Errorf("lock the data folder: %w", err)
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
