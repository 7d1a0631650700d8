package app

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"touyan/internal/access"
)

// policy lets a page load only what this program embeds: no inline script or style, no other host.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"

// secured sets the headers that every answer carries.
func secured(https bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "geolocation=(), camera=(), microphone=()")
		if https {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// logged writes one line per request with the route's pattern, never the path: a path can hold a link's secret. A panic
// becomes a 500 and a logged stack.
func logged(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		// One routing context for the whole request, so that the pattern is known out here too.
		rc := chi.NewRouteContext()
		r = r.WithContext(access.WithRouteContext(r.Context(), rc))
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() {
			if v := recover(); v != nil {
				if v == http.ErrAbortHandler {
					panic(v)
				}
				log.Error("panic", "method", r.Method, "route", rc.RoutePattern(), "panic", v, "stack", string(debug.Stack()))
				if ww.Status() == 0 {
					http.Error(ww, "系统出现错误,已记录,请稍后再试", http.StatusInternalServerError)
				}
			}
			pattern := rc.RoutePattern()
			if strings.HasPrefix(pattern, "/static/") || pattern == "/healthz" || pattern == "/readyz" {
				return
			}
			log.Info("request", "method", r.Method, "route", pattern, "status", ww.Status(), "bytes", ww.BytesWritten(),
				"ms", float64(time.Since(start).Microseconds())/1000)
		}()
		next.ServeHTTP(ww, r)
	})
}
