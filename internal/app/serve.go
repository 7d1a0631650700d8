package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"touyan/internal/platform/pg"
	"touyan/web"
)

const (
	jobInterval  = time.Hour
	drainTimeout = 12 * time.Second // SIGTERM: a started request ends, and the process within fifteen seconds
)

// Serve runs the program until ctx ends: private PostgreSQL if none is given, schema, demonstration district if wanted
// and the database is empty, then HTTP.
func Serve(ctx context.Context, cfg Config, out io.Writer) error {
	if err := web.Check(); err != nil {
		return err
	}
	db, err := OpenDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	listener, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", cfg.Addr, err)
	}
	a, err := Open(ctx, cfg, db)
	if err != nil {
		listener.Close()
		return err
	}
	if err := a.prepareDemo(ctx, cfg, db, out); err != nil {
		listener.Close()
		return err
	}
	if err := a.Jobs.Open(ctx, true); err != nil {
		listener.Close()
		return err
	}
	srv := &http.Server{Handler: a.Handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute,
		WriteTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(listener) }()
	fmt.Fprintf(out, "头雁已启动:http://%s\n", listener.Addr())
	a.printAccounts(ctx, cfg, out)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	err = srv.Shutdown(stop)
	a.Close(stop)
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("some requests did not finish in time")
	}
	return err
}

// migrateIfNeeded asks with the application's role first: an instance that is up to date starts without the migrator.
func migrateIfNeeded(ctx context.Context, db *Database) error {
	if pool, err := pg.Open(ctx, db.AppURL, 1); err == nil {
		s, err := pool.MigrationStatus(ctx)
		pool.Close()
		if err == nil && s.Current() {
			return nil
		}
	}
	return pg.Migrate(ctx, db.OwnerURL)
}
