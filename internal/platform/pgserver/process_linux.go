package pgserver

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// initialise makes a cluster beside its place and moves it there whole, so that a killed initdb leaves no half cluster.
func initialise(ctx context.Context, bin, dir string, who account, hasty bool, log *slog.Logger) error {
	half := dir + ".init"
	if err := evict(ctx, half, log); err != nil {
		return err
	}
	if err := os.RemoveAll(half); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	if err := os.Mkdir(half, 0o700); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	if err := who.own(half); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	args := []string{"-D", half, "-U", superuser, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"}
	if hasty {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), args...)
	cmd.Dir = "/" // the server's user may not be able to enter ours
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who.credential, Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread() // the death signal is tied to the thread that forks
	out, err := cmd.CombinedOutput()
	runtime.UnlockOSThread()
	if err != nil {
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
	done chan struct{} // closed when it has ended
	log  string
}

// start runs a postmaster that ends with this process, even one that is killed.
func start(bin, dir, socket string, who account, settings map[string]string) (*process, error) {
	args := []string{"-D", dir}
	set := func(k, v string) { args = append(args, "-c", k+"="+v) }
	set("listen_addresses", "")
	set("unix_socket_directories", `"`+strings.ReplaceAll(socket, `"`, `""`)+`"`)
	set("port", port)
	set("timezone", "Asia/Shanghai")
	set("log_timezone", "Asia/Shanghai")
	set("max_connections", "120")
	for k, v := range settings {
		set(k, v)
	}
	out, err := openLog(dir + ".log")
	if err != nil {
		return nil, err
	}
	defer out.Close()
	p := &process{cmd: exec.Command(filepath.Join(bin, "postgres"), args...), done: make(chan struct{}), log: out.Name()}
	p.cmd.Dir = "/"
	p.cmd.Stdout, p.cmd.Stderr = out, out
	// A group of its own keeps Ctrl-C from ending the database before the program has drained.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who.credential, Setpgid: true, Pdeathsig: syscall.SIGINT}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // the death signal is tied to the thread that forked: keep it
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // how it ended stands in its log
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	return p, nil
}

// openLog continues the server's log, keeping one older file.
func openLog(path string) (*os.File, error) {
	const enough = 8 << 20
	if info, err := os.Stat(path); err == nil && info.Size() > enough {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, fmt.Errorf("database log: %w", err)
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("database log: %w", err)
	}
	return f, nil
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

// lastWords are the last lines of the server's log.
func (p *process) lastWords() string {
	f, err := os.Open(p.log)
	if err != nil {
		return "no log"
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > 2000 {
		if _, err := f.Seek(-2000, io.SeekEnd); err != nil {
			return "no log"
		}
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return "no log"
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], "; ")
}
