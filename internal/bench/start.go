package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// memory reads a line of /proc of the program, in MB.
func (in *instance) memory(line string) (float64, error) {
	pid := os.Getpid()
	if in.server != nil {
		pid = in.server.Process.Pid
	}
	return memoryOf(pid, line)
}

func memoryOf(pid int, line string) (float64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for _, text := range strings.Split(string(raw), "\n") {
		if name, value, ok := strings.Cut(text, ":"); ok && name == line {
			kb, err := strconv.ParseFloat(strings.Fields(value)[0], 64)
			return kb / 1024, err
		}
	}
	return 0, fmt.Errorf("no %s of process %d", line, pid)
}

// start: from exec to the first ready answer, on a database that is there already.
func (b *bench) start() error {
	empty := filepath.Join(b.dir, "empty")
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", empty, "./internal/bench/empty").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w: %s", err, out)
	}
	idle := 0.0
	launch := func(program string, rest bool, args ...string) func() (float64, error) {
		return func() (float64, error) {
			addr, err := freeAddress()
			if err != nil {
				return 0, err
			}
			cmd := exec.Command(program, args...)
			cmd.Env = b.environment(addr)
			begin := time.Now()
			if err := cmd.Start(); err != nil {
				return 0, err
			}
			defer func() {
				_ = cmd.Process.Signal(syscall.SIGTERM)
				_ = cmd.Wait() // ended by us
			}()
			err = waitReady(addr, 20*time.Second)
			took := time.Since(begin).Seconds()
			if err == nil && rest {
				time.Sleep(2 * time.Second)
				idle, err = memoryOf(cmd.Process.Pid, "VmRSS")
			}
			return took, err
		}
	}
	ours, err := median(launch(binary, false, "serve"))
	if err != nil {
		return err
	}
	bare, err := median(launch(empty, false))
	if err != nil {
		return err
	}
	b.add(figure{name: "start on an existing instance, of an empty Go server", ours: inMS(ours), bare: inMS(bare), value: ours / bare, target: 10, unitWord: " ×"})
	if _, err := launch(binary, true, "serve")(); err != nil {
		return err
	}
	b.add(figure{name: "memory, idle", value: idle, target: 60, unitWord: " MB"})
	return nil
}

var asset = regexp.MustCompile(`(?:href|src)="(/static/[^"]+)"|(?:from|import)\s*"(\./[^"]+)"`)

// weight: the program's memory under load, its size on disk, and what the first page of a desktop brings along.
func (b *bench) weight() error {
	officer, err := b.login("wd-officer")
	if err != nil {
		return err
	}
	if _, _, err := hammer(officer, "/cadres", 3*time.Second); err != nil {
		return err
	}
	loaded, err := b.memory("VmRSS")
	if err != nil {
		return err
	}
	b.add(figure{name: "memory, under load", value: loaded, target: 120, unitWord: " MB"})
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	b.add(figure{name: "binary", value: float64(info.Size()) / (1 << 20), target: 45, unitWord: " MB"})
	total, seen := 0, map[string]bool{}
	queue := []string{"/"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		status, _, body, err := officer.get(path)
		if err != nil || status != http.StatusOK {
			return fmt.Errorf("%s: %d %w", path, status, err)
		}
		total += len(body)
		text, err := unzip(body)
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".css") || strings.HasSuffix(path, ".svg") {
			continue
		}
		for _, m := range asset.FindAllStringSubmatch(text, -1) {
			if m[1] != "" {
				queue = append(queue, m[1])
			} else {
				queue = append(queue, filepath.Join(filepath.Dir(path), m[2]))
			}
		}
	}
	b.add(figure{name: fmt.Sprintf("first desktop page, %d resources", len(seen)), value: float64(total) / 1024, target: 60, unitWord: " KB"})
	return nil
}

func unzip(body []byte) (string, error) {
	if len(body) < 2 || body[0] != 0x1f || body[1] != 0x8b {
		return string(body), nil
	}
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	plain, err := io.ReadAll(r)
	return string(plain), err
}

// profiled writes a CPU profile of a section. The program then runs in this process, clients and all.
func (in *instance) profiled(name string, run func() error) error {
	if in.profiles == "" {
		return run()
	}
	if err := os.MkdirAll(in.profiles, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(in.profiles, name+".pprof"))
	if err != nil {
		return err
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return run()
}
