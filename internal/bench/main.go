// Command bench measures the product on the demonstration district and prints ratios: each figure stands beside what the
// same machine does, in the same run, with the bare minimum (pgbench with the same statements, excelize with the same
// cells, an empty Go server). `make bench` runs it; docs/performance.md keeps what it printed.
//
// It starts its own PostgreSQL with fsync on, in a temporary folder, loads the demonstration, and runs bin/touyan on it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// runs is how often each figure is measured; the median counts.
const runs = 5

// figure is one line of the table.
type figure struct {
	name     string
	ours     string
	bare     string
	value    float64
	target   float64
	atLeast  bool // the value must not fall below the target; otherwise it must not exceed it
	unitWord string
}

func (f figure) ok() bool {
	if f.atLeast {
		return f.value >= f.target
	}
	return f.value <= f.target
}

// bench is one run of the benchmark.
type bench struct {
	ctx context.Context
	*instance
	figures []figure
}

func (b *bench) add(f figure) {
	b.figures = append(b.figures, f)
	fmt.Println(f.row())
}

func (f figure) row() string {
	verdict, sign := "reached", "≤"
	if f.atLeast {
		sign = "≥"
	}
	if !f.ok() {
		verdict = "MISSED"
	}
	return fmt.Sprintf("| %-52s | %16s | %16s | %9s | %9s | %s |", f.name, f.ours, f.bare, number(f.value)+f.unitWord, sign+" "+number(f.target)+f.unitWord, verdict)
}

func number(v float64) string {
	if v >= 20 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

const head = `| figure                                               |              ours |              bare |     value |    target | |
|---|---:|---:|---:|---:|---|`

var sections = []struct {
	name string
	run  func(b *bench) error
}{
	{"register", (*bench).register}, {"save", (*bench).save}, {"publish", (*bench).publish}, {"growth", (*bench).growth},
	{"sheets", (*bench).sheets}, {"lrmx", (*bench).lrmx}, {"files", (*bench).files}, {"search", (*bench).search}, {"drafts", (*bench).drafts}, {"coverage", (*bench).coverage}, {"village", (*bench).village},
	{"structure", (*bench).structure}, {"start", (*bench).start}, {"weight", (*bench).weight}, {"province", (*bench).province},
}

func main() {
	only := flag.String("only", "", "sections to measure, by comma; empty for all")
	profile := flag.String("profile", "", "folder for CPU profiles of the server, one per section")
	flag.IntVar(&years, "years", years, "years of rosters in the province")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := measure(ctx, *only, *profile); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(ctx context.Context, only, profile string) error {
	in, err := newInstance(ctx, profile)
	if err != nil {
		return err
	}
	defer in.close()
	b := &bench{ctx: ctx, instance: in}
	fmt.Printf("load average before: %s\n\n%s\n", loadAverage(), head)
	for _, s := range sections {
		if only != "" && !slices.Contains(strings.Split(only, ","), s.name) {
			continue
		}
		if err := in.profiled(s.name, func() error { return s.run(b) }); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	fmt.Printf("\nload average after: %s\n", loadAverage())
	missed := 0
	for _, f := range b.figures {
		if !f.ok() {
			missed++
		}
	}
	if missed > 0 {
		fmt.Printf("%d of %d targets missed\n", missed, len(b.figures))
	}
	return nil
}

// loadAverage tells how busy the machine is: on a busy one the figures say less.
func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}

// median measures runs times.
func median(once func() (float64, error)) (float64, error) {
	var list []float64
	for range runs {
		v, err := once()
		if err != nil {
			return 0, err
		}
		list = append(list, v)
	}
	slices.Sort(list)
	return list[len(list)/2], nil
}

// seconds is the median of the time that something takes.
func seconds(once func() error) (float64, error) {
	return secondsAfter(func() error { return nil }, once)
}

// secondsAfter is seconds of what needs the table as it was before each time; putting it back does not count.
func secondsAfter(restore, once func() error) (float64, error) {
	return median(func() (float64, error) {
		if err := restore(); err != nil {
			return 0, err
		}
		begin := time.Now()
		err := once()
		return time.Since(begin).Seconds(), err
	})
}

func inMS(s float64) string { return fmt.Sprintf("%.1f ms", s*1000) }
