package app_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"touyan/internal/platform/pgserver"
)

// With the database away, every page says so with 503 and when to come back: never 404, 401 or an empty list. Two
// seconds after its return everybody goes on with the session that he had.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	options := pgserver.Options{Dir: filepath.Join(in.dir, "postgres"), Binaries: []string{"../../var/" + pgserver.Fallback}}
	s, err := pgserver.Start(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	in.env = []string{"DATABASE_URL=" + s.URL(pgserver.AppRole), "TOUYAN_MIGRATE_URL=" + s.URL(pgserver.OwnerRole),
		"TOUYAN_SECRET_FILE=" + filepath.Join(in.dir, "secret.json")}
	in.start()
	in.ready()
	const clerk = "township_clerk@A"
	row := in.world.ids["row_draft"]["A1"]
	cell := url.Values{"dimension": {"learning"}, "text": {"9"}, "mode": {"score"}, "was": {"10"}}
	if a := in.do(clerk, http.MethodGet, "/cadres", nil, nil); a.status != http.StatusOK {
		t.Fatalf("before: %d", a.status)
	}
	s.Stop()
	for _, x := range []struct {
		member, method, path string
		form                 url.Values
	}{{clerk, http.MethodGet, "/cadres", nil}, {clerk, http.MethodGet, "/", nil}, {clerk, http.MethodGet, "/cadres/" + in.world.ids["person"]["A1"], nil},
		{clerk, http.MethodPost, "/assessment/rows/" + row + "/cells", cell}, {"", http.MethodPost, "/login", url.Values{"username": {"user-1"}, "password": {matrixPassword}}},
		{clerk, http.MethodGet, "/no-such-page", nil}, {clerk, http.MethodPost, "/logout", url.Values{}}} {
		for range 3 { // also when every pooled connection is known to be dead
			begin := time.Now()
			a := in.do(x.member, x.method, x.path, x.form, nil)
			if took := time.Since(begin); took > 2*time.Second {
				t.Errorf("%s %s with the database away: answered only after %v", x.method, x.path, took)
			}
			if a.status != http.StatusServiceUnavailable || a.retry == "" {
				t.Errorf("%s %s with the database away: %d, Retry-After %q, want 503%s", x.method, x.path, a.status, a.retry, brief(a.body))
			}
			if strings.Contains(a.body, "SQLSTATE") || strings.Contains(a.body, "postgres") || strings.Contains(a.body, in.dir) {
				t.Errorf("%s %s tells about the database: %s", x.method, x.path, a.body)
			}
		}
	}
	if a := in.do("", http.MethodGet, "/healthz", nil, nil); a.status != http.StatusOK {
		t.Errorf("the process itself lives: %d", a.status)
	}
	if a := in.do("", http.MethodGet, "/readyz", nil, nil); a.status != http.StatusServiceUnavailable {
		t.Errorf("ready without a database: %d", a.status)
	}
	if s, err = pgserver.Start(context.Background(), options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	begin := time.Now()
	for member := range in.world.cookies {
		for {
			a := in.do(member, http.MethodGet, "/account", nil, nil)
			if a.status == http.StatusOK {
				break
			}
			if time.Since(begin) > 2*time.Second || a.status != http.StatusServiceUnavailable {
				t.Fatalf("%s after the return: %d %s", member, a.status, a.location)
			}
		}
	}
	if a := in.do(clerk, http.MethodPost, "/assessment/rows/"+row+"/cells", cell, nil); a.status != http.StatusOK {
		t.Errorf("the save after the return: %d", a.status)
	}
}

// SIGTERM: whatever was begun is answered in full, and the program leaves within fifteen seconds, with its database.
func TestTerminatedServerFinishesItsRequests(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	in.start()
	in.ready()
	row := in.world.ids["row_draft"]["A1"]
	body := url.Values{"dimension": {"learning"}, "text": {"9"}, "mode": {"score"}, "was": {"10"}}.Encode()
	var started []net.Conn
	for range 10 { // half a form is on its way
		c, err := net.Dial("tcp", in.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "POST /assessment/rows/%s/cells HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
			row, in.addr, in.world.cookies["township_clerk@A"], len(body), body[:len(body)/2])
		started = append(started, c)
	}
	last, err := net.Dial("tcp", in.addr) // a connection of its own has been answered: those before it have been accepted
	if err != nil {
		t.Fatal(err)
	}
	defer last.Close()
	fmt.Fprintf(last, "GET /readyz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", in.addr)
	if res, err := http.ReadResponse(bufio.NewReader(last), nil); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("not ready: %v", err)
	}
	if err := in.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	for { // the door closes
		c, err := net.Dial("tcp", in.addr)
		if err != nil {
			break
		}
		c.Close()
		if time.Since(begin) > 10*time.Second {
			t.Fatal("new connections are still taken")
		}
		time.Sleep(5 * time.Millisecond)
	}
	for i, c := range started {
		fmt.Fprint(c, body[len(body)/2:])
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Errorf("request %d was broken: %v", i, err)
			continue
		}
		text, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Errorf("request %d: %d %s %v", i, res.StatusCode, text, err)
		}
	}
	if err := <-in.ended; err != nil {
		t.Errorf("the program left with %v\n%s", err, in.log)
	}
	if took := time.Since(begin); took > 15*time.Second {
		t.Errorf("left only after %v", took)
	}
	in.cmd = nil
	if _, err := os.Stat(filepath.Join(in.dir, "postgres", "postmaster.pid")); err == nil {
		t.Error("the database was left behind")
	}
}
