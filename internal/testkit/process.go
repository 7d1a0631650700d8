package testkit

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Program builds bin/touyan as a user would, once for all tests of a package, and gives its path.
func Program(t testing.TB) string {
	t.Helper()
	file, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

var program = sync.OnceValues(func() (string, error) {
	dir, err := runFolder() // it goes when the run has ended
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "touyan")
	if out, err := exec.Command("go", "build", "-o", file, "touyan/cmd/touyan").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w: %s", err, out)
	}
	return file, nil
})

// Process is a program under test that runs beside it.
type Process struct {
	t    testing.TB
	cmd  *exec.Cmd
	done chan error
	said chan struct{}
}

// Watch starts a program and waits until a line of its output holds word. The process ends with the test at the latest.
func Watch(t testing.TB, cmd *exec.Cmd, word string) *Process {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &Process{t, cmd, make(chan error, 1), make(chan struct{})}
	go func() {
		heard := false
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if !heard && strings.Contains(lines.Text(), word) {
				heard = true
				close(p.said)
			}
		}
		p.done <- cmd.Wait()
	}()
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	select {
	case <-p.said:
	case err := <-p.done:
		t.Fatalf("%s ended before it said %q: %v", cmd.Path, word, err)
	case <-time.After(2 * time.Minute):
		t.Fatalf("%s did not say %q in two minutes", cmd.Path, word)
	}
	return p
}

// Stop asks the program to end and waits for it.
func (p *Process) Stop() {
	p.t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-p.done:
		if err != nil {
			p.t.Errorf("%s: %v", p.cmd.Path, err)
		}
	case <-time.After(20 * time.Second):
		p.t.Errorf("%s does not end", p.cmd.Path)
	}
}
