package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/platform/pgserver"
)

// record runs something and gives the statements that the program sent meanwhile, with their values written in: the
// database's own log, so that the comparison is with what really runs.
func (in *instance) record(ctx context.Context, do func() error) ([]string, error) {
	path := filepath.Join(in.dir, "postgres", "log", "bench.csv")
	before, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if err := in.logging(ctx, "0"); err != nil {
		return nil, err
	}
	if err := do(); err != nil {
		return nil, err
	}
	if err := in.logging(ctx, "-1"); err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	lines := csv.NewReader(bytes.NewReader(raw[before.Size():]))
	lines.FieldsPerRecord = -1
	all, err := lines.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the database's log: %w", err)
	}
	// Connections one after the other, so that what the job queue does meanwhile stands in no transaction of ours.
	slices.SortStableFunc(all, func(a, b []string) int { return strings.Compare(a[min(3, len(a)-1)], b[min(3, len(b)-1)]) })
	var out []string
	for _, l := range all {
		if len(l) < 23 || l[22] != "touyan" { // application_name
			continue
		}
		if sql := statement(l[13], l[14]); sql != "" {
			out = append(out, sql)
		}
	}
	return out, nil
}

// logging switches the log of statements, and waits until every backend knows.
func (in *instance) logging(ctx context.Context, duration string) error {
	if _, err := in.super.Exec(ctx, `alter system set log_min_duration_statement = `+duration); err != nil {
		return err
	}
	if _, err := in.super.Exec(ctx, `select pg_reload_conf()`); err != nil {
		return err
	}
	time.Sleep(time.Second) // a signal to each backend, and the collector's buffer
	return nil
}

var (
	executed  = regexp.MustCompile(`(?s)^duration: [\d.]+ ms  (?:execute [^:]*|statement): (.*)$`)
	numbered  = regexp.MustCompile(`\$(\d+)`)
	parameter = regexp.MustCompile(`\$(\d+) = (NULL|'(?:[^']|'')*')`)
)

// statement gives the executed SQL of a log line with its parameters as literals.
func statement(message, detail string) string {
	m := executed.FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	values := map[string]string{}
	for _, p := range parameter.FindAllStringSubmatch(detail, -1) {
		values[p[1]] = p[2]
	}
	return numbered.ReplaceAllStringFunc(m[1], func(n string) string {
		if v, ok := values[n[1:]]; ok {
			if strings.ContainsAny(v, `\:`) { // pgbench takes what follows a colon for a variable
				return "E" + strings.NewReplacer(`\`, `\\`, ":", `\x3a`).Replace(v)
			}
			return v
		}
		return n
	})
}

// transactions keeps the scoped transactions, from begin to commit, for which keep says yes.
func transactions(statements []string, keep func(tx []string) bool) (out []string) {
	var tx []string
	for _, s := range statements {
		switch {
		case strings.HasPrefix(s, "begin"):
			tx = []string{s}
		case tx != nil:
			tx = append(tx, s)
			if s == "commit" {
				if keep(tx) {
					out = append(out, tx...)
				}
				tx = nil
			}
		}
	}
	return out
}

var remark = regexp.MustCompile(`(?m)\s--\s.*$`) // what remains is one line

var setting = regexp.MustCompile(`set local (app\.\w+) = '(\w*)'`)

// script writes statements for pgbench. Simple: settings come with BEGIN in one message, as the program sends them.
// Prepared: every statement is prepared once, and the settings are one statement.
func script(statements []string, prepared bool) string {
	var b strings.Builder
	for _, s := range statements {
		s = strings.Join(strings.Fields(remark.ReplaceAllString(s, " ")), " ")
		switch {
		case strings.HasPrefix(s, "begin") && prepared:
			b.WriteString("begin;\nselect ")
			for i, m := range setting.FindAllStringSubmatch(s, -1) {
				if i > 0 {
					b.WriteString(", ")
				}
				fmt.Fprintf(&b, "set_config('%s', '%s', true)", m[1], m[2])
			}
			b.WriteString(";\n")
		case strings.HasPrefix(s, "begin"):
			b.WriteString(strings.ReplaceAll(s, ";", `\;`) + ";\n")
		default:
			b.WriteString(s + ";\n")
		}
	}
	return b.String()
}

var tps = regexp.MustCompile(`tps = ([\d.]+)`)

// pgbench gives how many transactions a second the bare statements reach, in the faster of its two ways.
func (in *instance) pgbench(ctx context.Context, statements []string, clients int) (float64, error) {
	best := 0.0
	for _, mode := range []string{"simple", "prepared"} {
		path := filepath.Join(in.dir, "bench-"+mode+".sql")
		if err := os.WriteFile(path, []byte(script(statements, mode == "prepared")), 0o600); err != nil {
			return 0, err
		}
		program, err := findPgbench()
		if err != nil {
			return 0, err
		}
		cmd := exec.CommandContext(ctx, program, "-n", "-M", mode, "-c", strconv.Itoa(clients), "-j", "2", "-T", "2", "-f", path, in.pg.URL(pgserver.AppRole))
		out, err := cmd.CombinedOutput()
		m := tps.FindSubmatch(out)
		if err != nil || m == nil {
			return 0, fmt.Errorf("pgbench: %w: %.1500s", err, out)
		}
		rate, err := strconv.ParseFloat(string(m[1]), 64)
		if err != nil {
			return 0, err
		}
		best = max(best, rate)
	}
	return best, nil
}

func findPgbench() (string, error) {
	if p, err := exec.LookPath("pgbench"); err == nil {
		return p, nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench") // the pattern is well formed
	if len(found) == 0 {
		return "", fmt.Errorf("pgbench is missing: apt-get install -y postgresql-contrib postgresql")
	}
	return slices.Max(found), nil
}
