package pgserver

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const oldest = 15

// programs finds the folder with postgres and initdb: the newest, or the one that the data folder was made with.
func programs(data string, further []string) (string, error) {
	made := 0
	if b, err := os.ReadFile(filepath.Join(data, "PG_VERSION")); err == nil {
		if made, err = strconv.Atoi(strings.TrimSpace(string(b))); err != nil {
			return "", fmt.Errorf("%s/PG_VERSION cannot be read; the data was left untouched", data)
		}
	}
	// .ci/ensure-postgres.sh searches the same folders.
	patterns := append([]string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin",
		filepath.Join(filepath.Dir(data), Fallback), "/var/lib/touyan-postgres" + strings.TrimPrefix(Fallback, "npm")}, further...)
	if chosen := os.Getenv("PG_BIN"); chosen != "" {
		patterns = []string{chosen}
	}
	best, newest := "", 0
	var seen []int
	for _, p := range patterns {
		dirs, _ := filepath.Glob(p) // the patterns are well formed
		for _, d := range dirs {
			program, err := filepath.EvalSymlinks(filepath.Join(d, "postgres"))
			if err != nil {
				continue
			}
			dir := filepath.Dir(program)
			if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil || dir == best {
				continue
			}
			m := major(program)
			seen = append(seen, m)
			if m >= oldest && m > newest && (made == 0 || m == made) {
				best, newest = dir, m
			}
		}
	}
	switch {
	case best != "":
		return best, nil
	case made != 0:
		slices.Sort(seen)
		return "", fmt.Errorf("the data in %s was made by PostgreSQL %d, but only %v is installed here; the data was left untouched: "+
			"install PostgreSQL %d, or move the folder away", data, made, slices.Compact(seen), made)
	}
	return "", errors.New("PostgreSQL 15 or later was not found: run make database, or set DATABASE_URL")
}

// major asks a postgres for its version; 0 if it does not run here.
func major(program string) int {
	out, err := exec.Command(program, "--version").Output()
	if err != nil {
		return 0
	}
	for _, f := range strings.Fields(string(out)) {
		digits, _, _ := strings.Cut(f, ".")
		if n, err := strconv.Atoi(digits); err == nil {
			return n
		}
	}
	return 0
}
