package app

import (
	"net/http"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

// publicRoutes are the pages that answer without a session, besides those of the log-in (package access). Each says why.
func (a *App) publicRoutes() []access.PublicRoute {
	return []access.PublicRoute{
		{Method: http.MethodGet, Path: "/healthz", Why: "the process lives", Do: func(w http.ResponseWriter, _ *http.Request) error {
			return plain(w, "ok\n")
		}},
		{Method: http.MethodGet, Path: "/readyz", Why: "database and schema are there", Do: a.readyz},
	}
}

func (a *App) readyz(w http.ResponseWriter, r *http.Request) error {
	s, err := a.Pool.MigrationStatus(r.Context())
	if err != nil {
		return fault.Unavailable(err)
	}
	if !s.Current() {
		return fault.Unavailable(ready(r.Context(), a.Pool))
	}
	return plain(w, "ready\n")
}

func plain(w http.ResponseWriter, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, err := w.Write([]byte(text))
	return err
}
