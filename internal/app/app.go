// Package app is the composition root: it builds the pool, the modules and the router, and is the only place that knows
// all of them. Adding a module is one line in build.
//
// Its tests hold the architecture (who may import whom), the schema catalogue, the authorization matrix, and the flows
// that cross modules.
package app

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5/middleware"
	"touyan/internal/access"
	"touyan/internal/demo"
	"touyan/internal/job"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/pg"
	"touyan/web"
)

// App is the running program.
type App struct {
	Core    *access.Core
	Pool    *pg.Pool
	Jobs    *job.Runner
	Handler http.Handler
	*house
}

// New builds the program on an open pool. It starts nothing.
func New(cfg Config, pool *pg.Pool, keys *crypt.Keys) (*App, error) {
	return assemble(cfg, pool, keys, func(modules []access.Module) []access.Module { return modules })
}

// assemble lets a test put defects into the modules, to see that it finds them.
func assemble(cfg Config, pool *pg.Pool, keys *crypt.Keys, change func([]access.Module) []access.Module) (*App, error) {
	jobs := job.New(pool, keys, cfg.Log)
	h := build(cfg, keys, jobs)
	h.modules = change(h.modules)
	core, err := access.New(access.Config{Pool: pool, Keys: keys, Clock: cfg.Clock, Log: cfg.Log, URL: cfg.URL,
		TrustedProxy: cfg.TrustedProxy, DemoHint: cfg.Loopback()}, h.modules...)
	if err != nil {
		return nil, err
	}
	jobs.Bind(core)
	h.bind(core)
	jobs.Every(job.Periodic{Name: "sessions", Every: jobInterval, Do: core.SweepSessions})
	jobs.Every(job.Periodic{Name: "runs", Every: jobInterval, Do: jobs.Sweep})
	a := &App{Core: core, Pool: pool, Jobs: jobs, house: h}
	a.Handler = wrap(cfg, core.Gate(a.publicRoutes()...))
	return a, nil
}

// wrap puts around the router what every answer gets.
func wrap(cfg Config, h http.Handler) http.Handler {
	h = middleware.Compress(3, "text/html", "text/css", "text/javascript", "application/json", "image/svg+xml")(h)
	mux := http.NewServeMux()
	mux.Handle("/static/", web.Handler())
	mux.Handle("/", h)
	return logged(cfg.Log, secured(len(cfg.URL) > 8 && cfg.URL[:8] == "https://", mux))
}

// Open brings the schema up to date, opens the pool and builds the program.
func Open(ctx context.Context, cfg Config, db *Database) (*App, error) {
	pool, _, keys, err := keyed(ctx, cfg, db, access.Share, 0)
	if err != nil {
		return nil, err
	}
	a, err := New(cfg, pool, keys)
	if err != nil {
		pool.Close()
	}
	return a, err
}

// Close ends background work and connections.
func (a *App) Close(ctx context.Context) {
	_ = a.Jobs.Close(ctx) // running work is tried again by the next process
	a.Pool.Close()
}

// Demo is the loader of the demonstration districts.
func (a *App) Demo() *demo.Loader { return a.demo }
