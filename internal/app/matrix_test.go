package app_test

import (
	"flag"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"touyan/internal/access"
	"touyan/internal/app"
)

// route narrows the matrix while a line is being written: go test ./internal/app -run AuthorizationMatrix -args -route /cadres
var route = flag.String("route", "", "only the routes whose path holds this")

// Every route × every role × {own, sibling village, sibling township, other district, missing} keys, in path and form.
// What must come back stands in testdata/matrix.txt, which people review; nothing of it is derived from the program.
func TestAuthorizationMatrix(t *testing.T) {
	t.Parallel()
	lines := readMatrix(t)
	queue := make(chan line, len(lines))
	for _, l := range lines {
		if strings.Contains(l.path, *route) {
			queue <- l
		}
	}
	close(queue)
	var wait sync.WaitGroup
	for range 2 {
		s := newStage(t, "", nil)
		wait.Go(func() {
			for l := range queue {
				for _, w := range s.try(t, l) {
					t.Error(w)
				}
			}
		})
	}
	wait.Wait()
}

// The file and the program name the same routes.
func TestMatrixIsComplete(t *testing.T) {
	t.Parallel()
	mounted, err := app.Routes(config(nil))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, l := range readMatrix(t) {
		key := fmt.Sprintf("%s %s %t", l.method, l.pattern(), l.public != 0)
		listed[key] = true
		if !slices.ContainsFunc(mounted, func(m access.Mounted) bool {
			return key == fmt.Sprintf("%s %s %t", m.Method, m.Pattern, m.Public)
		}) {
			t.Errorf("%s is not mounted so: remove the line, or mend its path (public: %t)", l, l.public != 0)
		}
	}
	for _, m := range mounted {
		if !listed[fmt.Sprintf("%s %s %t", m.Method, m.Pattern, m.Public)] {
			t.Errorf("%s %s (permission %q, public %t) stands in no line of internal/app/testdata/matrix.txt.\n"+
				"Write down there, from product.md and not from the program, who may do it and what each role is answered; name the kind\n"+
				"of every key ({id=person}) and, for a POST, a form that its own role gets stored. Kinds come from plantKeys in matrix_world_test.go.",
				m.Method, m.Pattern, m.Permission, m.Public)
		}
	}
}

// A POST from a page of another site, and one drawn under another grant, reach no handler.
func TestMatrixForgedPosts(t *testing.T) {
	t.Parallel()
	s := newStage(t, "", nil)
	for _, l := range readMatrix(t) {
		member := slices.IndexFunc(l.denied, func(d bool) bool { return !d })
		if l.method != http.MethodPost || member < 0 {
			continue
		}
		_, own := s.shots(t, l, member)
		path, form := l.fill(own[0].keys)
		form.Set("_grant", missing("grant"))
		if a := request(s.app.Handler, s.cookies[memberKey(member)], l.method, path, form, l.file); a.Code != http.StatusConflict {
			t.Errorf("%s under another grant: %d, want 409", l, a.Code)
		}
		form.Del("_grant")
		if a := requestFrom(s.app.Handler, "https://evil.example", s.cookies[memberKey(member)], path, form); a.Code != http.StatusForbidden {
			t.Errorf("%s from another site: %d, want 403", l, a.Code)
		}
	}
	if changed := s.changed(t); len(changed) > 0 {
		t.Errorf("forged posts have changed %v", changed)
	}
}

// A Gate line that asks for less than it should turns the matrix red: with every Need weakened to what any user may do,
// each line that refuses a role must notice.
func TestMatrixSeesEveryWeakenedGate(t *testing.T) {
	t.Parallel()
	s := newStage(t, "", func(modules []access.Module) []access.Module {
		for _, m := range modules {
			for i := range m.Routes {
				m.Routes[i].Need = access.Own
			}
		}
		return modules
	})
	for _, l := range readMatrix(t) {
		if !slices.Contains(l.denied, true) {
			continue // everybody may
		}
		if !slices.ContainsFunc(s.deniedShots(t, l), func(x *shot) bool { return !s.fire(x) }) {
			t.Errorf("%s: a weaker permission would go unnoticed", l)
		}
	}
}

func (s *stage) deniedShots(t testing.TB, l line) (list []*shot) {
	for member, denied := range l.denied {
		if denied {
			refused, _ := s.shots(t, l, member)
			list = append(list, refused...)
		}
	}
	return list
}

// Without the policy of a table, the lines about its keys turn red. The tables here are those that nothing else guards: a
// file, say, is read together with its village, whose policy hides it too. testdata/tables.txt holds every table to its
// policies, one by one.
func TestMatrixSeesEveryDroppedPolicy(t *testing.T) {
	t.Parallel()
	for table, kinds := range map[string][]string{
		"accounts":          {"villager", "secretary"},
		"assessment_sheets": {"sheet_draft"}, "job_runs": {"run"},
	} {
		s := newStage(t, "alter table "+table+" disable row level security", nil)
		red := 0
		for _, l := range readMatrix(t) {
			if !slices.ContainsFunc(l.variables(), func(v variable) bool { return slices.Contains(kinds, v.kind) }) {
				continue
			}
			for member := range l.denied {
				if l.denied[member] {
					continue
				}
				refused, _ := s.shots(t, l, member)
				for _, x := range refused {
					if !s.fire(x) {
						red++
					}
				}
			}
		}
		if red == 0 {
			t.Errorf("the matrix stays green without the policies of %s", table)
		}
	}
}
