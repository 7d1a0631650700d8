package app_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tier orders the packages; imports run from a higher tier to a lower one. Peers of tier 40 never import each other;
// within the platform a leaf may use another.
var tiers = map[string]int{
	"migrations": -1, "internal/platform": 0, "web": 5, "web/ui": 6, "web/ui/gallery": 7,
	"internal/access": 10,
	"internal/org":    20, "internal/job": 20, "internal/testkit": 21,
	"internal/cadre": 30, "internal/account": 30,
	"internal/assessment": 40,
	"internal/duty":       40,
	"internal/workbench":  50, "internal/report": 50, "internal/pay": 50, "internal/demo": 50,
	"internal/app": 90, "internal/bench": 91, "cmd/touyan": 100,
}

type pkg struct {
	ImportPath string
	Dir        string
	Imports    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Imports", "touyan/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p pkg
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

// roomOf gives the module that a package belongs to: its tests' builders (cadretest) and sub-packages belong to it.
func roomOf(path string) string {
	path = strings.TrimPrefix(path, "touyan/")
	if strings.HasPrefix(path, "internal/platform/") {
		return "internal/platform"
	}
	parts := strings.Split(path, "/")
	if parts[0] == "internal" && len(parts) > 2 {
		return strings.Join(parts[:2], "/")
	}
	return path
}

func TestImportsRunDown(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		from := roomOf(p.ImportPath)
		tier, ok := tiers[from]
		if !ok {
			t.Errorf("%s has no tier: add it to the list in this test", p.ImportPath)
			continue
		}
		builders := strings.HasSuffix(p.ImportPath, "test")
		for _, i := range p.Imports {
			if !strings.HasPrefix(i, "touyan/") {
				continue
			}
			to := roomOf(i)
			if to == from {
				continue
			}
			if strings.HasSuffix(i, "test") || to == "internal/testkit" && !builders {
				t.Errorf("%s imports %s, which is for tests", p.ImportPath, i)
			}
			if to == "internal/testkit" && builders {
				continue
			}
			if tiers[to] >= tier {
				t.Errorf("%s (tier %d) imports %s (tier %d): arrows run down only", p.ImportPath, tier, i, tiers[to])
			}
		}
	}
}

// sources yields the hand-written Go files of the product.
func sources(t *testing.T) map[string]string {
	t.Helper()
	root := repository(t)
	files := map[string]string{}
	for _, dir := range []string{"internal", "cmd", "web"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
				strings.HasSuffix(path, "_templ.go") {
				return err
			}
			b, err := os.ReadFile(path)
			rel, _ := filepath.Rel(root, path)
			files[rel] = string(b)
			return err
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	return files
}

func repository(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
	}
	t.Fatal("no go.mod above the test")
	return ""
}

// privileged lists who may use what opens the scope, with the reason. A use elsewhere fails.
var privileged = map[string]map[string]string{
	`\.Scoped(Each)?\(`: {
		"internal/access/scope.go": "InScope is the one door",
		"internal/platform/pg/":    "its definition",
	},
	`\.InEach\(`: {
		"internal/access/":   "its definition",
		"internal/app/rekey": "the indexes of all districts change together with the note of their key",
	},
	`\.Raw\(\)`: {
		"internal/access/":      "sessions and credentials carry no scope",
		"internal/job/":         "the queue's tables carry no scope",
		"internal/platform/pg/": "its definition",
	},
	`\.(System|EachDistrict)\(`: {
		"internal/access/":           "log-in, before a scope exists; its definition",
		"internal/app/":              "commands that an operator runs on the machine",
		"internal/job/":              "runs that the house itself started; ending a run whose starter has left; removing old files",
		"internal/org/":              "the platform administrator imports divisions into a district",
		"internal/demo/":             "loading the demonstration district",
		"internal/bench/":            "measuring the publication of synthetic districts",
		"internal/testkit/":          "making the accounts of a test's world, before anybody can log in",
		"internal/cadre/import":      "uploads that nobody confirmed are removed after a week",
		"internal/duty/vacate":       "days of people who left become empty at night, whatever way their departure took",
		"internal/assessment/jobs":   "locking sheets whose period is over, at night",
		"internal/assessment/upload": "uploads that nobody confirmed are removed after a week",
		"internal/duty/jobs":         "drafting the next month from the 25th on, in every district",
	},
	`\.Widen\(`: {
		"internal/access/":   "its definition",
		"internal/duty/feed": "a person's calendar holds his own days in every village where he stands, and nobody else's",
		"internal/cadre/":    "finding which unit keeps the file of an ID number; moving a file that its unit released; a death ends posts everywhere; names of units in a history",
	},
	`\.Wide\(`: {
		"internal/access/":     "its definition",
		"internal/assessment/": "名单变动: a person's posts in the whole district, of which only the own township's are shown",
		"internal/cadre/":      "whether an ID number is registered elsewhere, and which unit must release the person; whether a member of a new team serves elsewhere; nothing else of the file is shown",
	},
	`\.FromConsent\(`: {
		"internal/access/":      "its definition",
		"internal/duty/consent": "a colleague agrees to a swap of days by his link, which changes one roster once",
	},
	`pgxpool\.`: {
		"internal/platform/pg/": "the pool",
		"internal/access/":      "the session store",
		"internal/testkit/":     "a database per test",
		"internal/bench/":       "measuring against bare statements",
	},
}

func TestPrivilegesStayWhereTheyAreListed(t *testing.T) {
	t.Parallel()
	for pattern, allowed := range privileged {
		re := regexp.MustCompile(pattern)
		for path, source := range sources(t) {
			if !re.MatchString(source) {
				continue
			}
			ok := false
			for prefix := range allowed {
				ok = ok || strings.HasPrefix(path, prefix)
			}
			if !ok {
				t.Errorf("%s uses %s: name the reason in this test, or go through access.InScope", path, pattern)
			}
		}
	}
}

// owners says which module writes which tables, by the prefix of the migration that makes them.
var owners = map[string][]string{
	"internal/org":        {"tenants", "townships", "villages", "unit_successions", "holiday_years"},
	"internal/access":     {"accounts", "grants", "credentials", "login_failures", "sessions", "links", "role_settings", "audit_steps", "audit_log", "key_state"},
	"internal/job":        {"job_runs", "job_files", "job_file_parts"},
	"internal/cadre":      {"persons", "appointments", "transfer_requests", "person_merges", "person_distinctions", "import_mappings", "import_batches", "saved_filters", "attachments", "photos", "change_requests", "appointment_forms", "election_"},
	"internal/assessment": {"assessment_"},
	"internal/duty":       {"duty_"},
	"internal/report":     {"report_"},
}

var writes = regexp.MustCompile(`(?i)\b(?:insert into|update|delete from)\s+([a-z_]+)`)

// ownerOf gives the module that writes a table, empty for what is none of ours.
func ownerOf(table string) string {
	for module, tables := range owners {
		if slices.ContainsFunc(tables, func(p string) bool { return p == table || strings.HasSuffix(p, "_") && strings.HasPrefix(table, p) }) {
			return module
		}
	}
	return ""
}

func TestEachTableIsWrittenByItsOwner(t *testing.T) {
	t.Parallel()
	found := 0
	for path, source := range sources(t) {
		room := roomOf("touyan/" + filepath.ToSlash(filepath.Dir(path)))
		if room == "internal/demo" || room == "internal/testkit" || room == "internal/bench" {
			continue // they fill empty databases
		}
		for _, m := range writes.FindAllStringSubmatch(source, -1) {
			o := ownerOf(m[1])
			if o == "" {
				continue // words of a comment or sentence
			}
			found++
			if o != room {
				t.Errorf("%s writes %s, which belongs to %s", path, m[1], o)
			}
		}
	}
	if found < 20 {
		t.Fatalf("only %d writing statements found: the pattern no longer fits the code", found)
	}
}

// SQL is constant text: nothing is formatted into it but names from lists.
func TestSQLIsConstant(t *testing.T) {
	t.Parallel()
	formatted := regexp.MustCompile("(?is)fmt\\.Sprintf\\(\\s*[`\"]\\s*(select|insert|update|delete|with)\\b")
	for path, source := range sources(t) {
		if m := formatted.FindString(source); m != "" {
			t.Errorf("%s formats a statement (%s …): use named arguments", path, strings.TrimSpace(m))
		}
		if strings.Contains(source, "rows.Next()") && !strings.HasPrefix(path, "internal/bench/") { // its rows are a workbook's
			t.Errorf("%s walks rows by hand: use pgx.CollectRows", path)
		}
	}
}

func TestFilesStayReadable(t *testing.T) {
	t.Parallel()
	for path, source := range sources(t) {
		if n := strings.Count(source, "\n"); n > 500 {
			t.Errorf("%s has %d lines: split it by sub-feature", path, n)
		}
	}
	for _, p := range packages(t) {
		if strings.HasSuffix(p.ImportPath, "/util") || strings.HasSuffix(p.ImportPath, "/common") ||
			strings.HasSuffix(p.ImportPath, "/models") || strings.HasSuffix(p.ImportPath, "/helpers") {
			t.Errorf("%s: a package is named by what it owns", p.ImportPath)
		}
	}
}
