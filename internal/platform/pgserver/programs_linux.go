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

// Version is the major version that a new folder would be made with.
func Version(further []string) (int, error) {
	best, _ := newest(0, places(further))
	if best.folder == "" {
		return 0, errMissing
	}
	return best.major, nil
}

var errMissing = errors.New("PostgreSQL 15 or later was not found: run make database, or set DATABASE_URL")

// programs finds the folder with postgres and initdb: the newest, or the one that the data folder was made with.
func programs(data string, further []string) (string, error) {
	made := 0
	if b, err := os.ReadFile(filepath.Join(data, "PG_VERSION")); err == nil {
		if made, err = strconv.Atoi(strings.TrimSpace(string(b))); err != nil {
			return "", fmt.Errorf("%s/PG_VERSION cannot be read; the data was left untouched", data)
		}
	}
	best, seen := newest(made, places(append(further, filepath.Join(filepath.Dir(data), Fallback))))
	switch {
	case best.folder != "":
		return best.folder, nil
	case made != 0:
		return "", fmt.Errorf("the data in %s was made by PostgreSQL %d, but only %v is installed here; the data was left untouched: "+
			"install PostgreSQL %d, or move the folder away", data, made, seen, made)
	}
	return "", errMissing
}

// places are where PostgreSQL may stand; .ci/ensure-postgres.sh searches the same.
func places(further []string) []string {
	if chosen := os.Getenv("PG_BIN"); chosen != "" {
		return []string{chosen}
	}
	return append([]string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin",
		"/var/lib/touyan-postgres" + strings.TrimPrefix(Fallback, "npm")}, further...)
}

type installed struct {
	folder string
	major  int
}

// newest gives the newest version, or the very one wanted, and all majors that it saw.
func newest(wanted int, patterns []string) (best installed, seen []int) {
	for _, p := range patterns {
		dirs, _ := filepath.Glob(p) // the patterns are well formed
		for _, d := range dirs {
			program, err := filepath.EvalSymlinks(filepath.Join(d, "postgres"))
			if err != nil {
				continue
			}
			dir := filepath.Dir(program)
			if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil || dir == best.folder {
				continue
			}
			m := major(program)
			seen = append(seen, m)
			if m >= oldest && m > best.major && (wanted == 0 || m == wanted) {
				best = installed{dir, m}
			}
		}
	}
	slices.Sort(seen)
	return best, slices.Compact(seen)
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
