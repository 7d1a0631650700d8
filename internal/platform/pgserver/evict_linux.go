package pgserver

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// evict ends what an earlier owner left in a data folder. A postmaster gets three seconds for a clean end; processes
// without one are of no use and end at once, which loses nothing that was committed.
func evict(ctx context.Context, dir string, log *slog.Logger) error {
	const step = 25 * time.Millisecond
	for waited := time.Duration(0); ; waited += step {
		left := occupants(dir)
		if len(left) == 0 {
			break
		}
		switch master := postmaster(dir); {
		case waited == 0 && slices.Contains(left, master):
			log.Info("ending a database that an earlier process left", "folder", dir)
			signal([]int{master}, syscall.SIGINT)
		case waited == 0 || waited == 3*time.Second:
			signal(left, syscall.SIGQUIT)
		case waited == 8*time.Second:
			signal(left, syscall.SIGKILL)
		case waited > 15*time.Second:
			return fmt.Errorf("processes %v work in %s and do not end", left, dir)
		}
		if err := pause(ctx, step); err != nil {
			return err
		}
	}
	// Nobody lives here, so the file is stale. Its number may belong to another process by now, which postgres would
	// take for a running server.
	if err := os.Remove(filepath.Join(dir, "postmaster.pid")); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("remove stale postmaster.pid: %w", err)
	}
	return nil
}

func signal(pids []int, sig syscall.Signal) {
	for _, pid := range pids {
		_ = syscall.Kill(pid, sig) // it may have ended already
	}
}

// postmaster is the process that postmaster.pid names; 0 without one.
func postmaster(dir string) int {
	b, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return 0
	}
	return pid
}

// occupants are the processes of a cluster, each of which works in its data folder. Whoever else looks around there,
// such as an operator's shell, is left alone.
func occupants(dir string) []int {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd") // the pattern is well formed
	var pids []int
	for _, l := range links {
		at, err := os.Readlink(l)
		if err != nil || at != dir {
			continue
		}
		if name, err := os.ReadFile(filepath.Join(filepath.Dir(l), "comm")); err != nil || strings.TrimSpace(string(name)) != "postgres" {
			continue
		}
		if pid, err := strconv.Atoi(strings.Split(l, "/")[2]); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
