package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/app"
	"touyan/internal/demo"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pgserver"
)

// instance is the demonstration on a PostgreSQL of its own, with the built program in front of it.
type instance struct {
	dir      string
	pg       *pgserver.Server
	db       *pgx.Conn // as the owner
	super    *pgx.Conn
	app      *app.App // in this process, for what has no page
	accounts map[string]demo.Account
	addr     string
	server   *exec.Cmd
	said     bytes.Buffer
	profiles string
}

const binary = "bin/touyan"

func newInstance(ctx context.Context, profiles string) (in *instance, err error) {
	in = &instance{profiles: profiles, accounts: map[string]demo.Account{}}
	defer func() {
		if err != nil {
			in.close()
		}
	}()
	if in.dir, err = os.MkdirTemp("", "touyan-bench-"); err != nil {
		return in, err
	}
	if err = os.Chmod(in.dir, 0o755); err != nil { // the database's user enters it
		return in, err
	}
	in.pg, err = pgserver.Start(ctx, pgserver.Options{Dir: filepath.Join(in.dir, "postgres"), Binaries: []string{"var/" + pgserver.Fallback},
		Settings: map[string]string{"logging_collector": "on", "log_destination": "csvlog", "log_directory": "log", "log_filename": "bench.log",
			"shared_buffers": "256MB"}})
	if err != nil {
		return in, err
	}
	cfg := app.Config{Addr: "127.0.0.1:0", URL: "http://localhost", Data: in.dir, Log: slog.New(slog.DiscardHandler)}
	fmt.Fprintln(os.Stderr, "loading the demonstration…")
	if in.app, err = app.Open(ctx, cfg, &app.Database{AppURL: in.pg.URL(pgserver.AppRole), OwnerURL: in.pg.URL(pgserver.OwnerRole)}); err != nil {
		return in, err
	}
	if err = in.app.Jobs.Open(ctx, profiles != ""); err != nil { // whoever serves also works
		return in, err
	}
	if _, err = in.app.Demo().Load(ctx, demo.Spec{Anchor: month.Of(in.app.Core.Now())}); err != nil {
		return in, err
	}
	list, err := in.app.Demo().Accounts(ctx)
	if err != nil {
		return in, err
	}
	for _, a := range list {
		in.accounts[a.Username] = a
	}
	if in.db, err = pgx.Connect(ctx, in.pg.URL(pgserver.OwnerRole)); err != nil {
		return in, err
	}
	if in.super, err = pgx.Connect(ctx, in.pg.DatabaseURL("postgres", pgserver.Database)); err != nil {
		return in, err
	}
	if _, err = in.super.Exec(ctx, "vacuum analyze"); err != nil {
		return in, err
	}
	return in, in.serve()
}

// environment of the program and of what it is compared with.
func (in *instance) environment(addr string) []string {
	return append(os.Environ(), "TOUYAN_ADDR="+addr, "TOUYAN_DEMO=0", "TOUYAN_URL=", "TOUYAN_DATA="+in.dir, "DATABASE_URL="+in.pg.URL(pgserver.AppRole),
		"TOUYAN_MIGRATE_URL="+in.pg.URL(pgserver.OwnerRole), "TOUYAN_SECRET_FILE="+filepath.Join(in.dir, "secret.json"))
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// serve starts the built program.
func (in *instance) serve() (err error) {
	if in.addr, err = freeAddress(); err != nil {
		return err
	}
	if in.profiles != "" { // in this process, where the profiler is
		go func() { _ = http.ListenAndServe(in.addr, in.app.Handler) }() //nolint:gosec // until the process ends
		return waitReady(in.addr, 20*time.Second)
	}
	in.server = exec.Command(binary, "serve")
	in.server.Env = in.environment(in.addr)
	in.server.Stdout, in.server.Stderr = nil, &in.said
	if err := in.server.Start(); err != nil {
		return fmt.Errorf("%w (make build first)", err)
	}
	return waitReady(in.addr, 20*time.Second)
}

func waitReady(addr string, most time.Duration) error {
	for begin := time.Now(); ; {
		res, err := http.Get("http://" + addr + "/readyz") //nolint:gosec // our own address
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		if time.Since(begin) > most {
			return fmt.Errorf("%s is not ready: %w", addr, err)
		}
		time.Sleep(200 * time.Microsecond)
	}
}

func (in *instance) close() {
	if in.server != nil && in.server.Process != nil {
		_ = in.server.Process.Signal(os.Interrupt)
		_ = in.server.Wait()
	}
	ctx := context.Background()
	if in.app != nil {
		in.app.Close(ctx)
	}
	for _, c := range []*pgx.Conn{in.db, in.super} {
		if c != nil {
			_ = c.Close(ctx)
		}
	}
	if in.pg != nil {
		in.pg.Stop()
	}
	_ = os.RemoveAll(in.dir)
}

// visitor is somebody who is logged in.
type visitor struct {
	base string
	http *http.Client
}

func (in *instance) login(username string) (*visitor, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	v := &visitor{"http://" + in.addr, &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	status, _, body, err := v.post("/login", url.Values{"username": {username}, "password": {in.accounts[username].Password}})
	if err == nil && status != http.StatusSeeOther {
		err = fmt.Errorf("log-in of %s: %d %s", username, status, body)
	}
	return v, err
}

func (v *visitor) do(r *http.Request, err error) (status int, location string, body []byte, _ error) {
	if err != nil {
		return 0, "", nil, err
	}
	res, err := v.http.Do(r)
	if err != nil {
		return 0, "", nil, err
	}
	defer res.Body.Close()
	body, err = io.ReadAll(res.Body)
	return res.StatusCode, res.Header.Get("Location"), body, err
}

func (v *visitor) get(path string) (int, string, []byte, error) {
	r, err := http.NewRequest(http.MethodGet, v.base+path, nil)
	if err == nil {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	return v.do(r, err)
}

func (v *visitor) post(path string, form url.Values) (int, string, []byte, error) {
	r, err := http.NewRequest(http.MethodPost, v.base+path, strings.NewReader(form.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return v.do(r, err)
}

var tag = regexp.MustCompile(`<[^>]*>?`)

// want makes an error of an unexpected status.
func want(expected int) func(status int, location string, body []byte, err error) error {
	return func(status int, _ string, body []byte, err error) error {
		if err == nil && status != expected {
			if plain, err := unzip(body); err == nil {
				body = []byte(plain)
			}
			_, main, _ := bytes.Cut(body, []byte("<main"))
			words := bytes.Fields(tag.ReplaceAll(main, []byte(" ")))
			err = fmt.Errorf("%d, want %d: %s", status, expected, bytes.Join(words[:min(len(words), 60)], []byte(" ")))
		}
		return err
	}
}
