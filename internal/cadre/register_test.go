package cadre_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/job"
	"touyan/internal/platform/idcard"
	"touyan/internal/testkit"
)

// results stands for the assessment: who is on a sheet, and whose months have become final.
type results struct{ has, final map[int64]bool }

func (r *results) HasResults(_ context.Context, _ *access.Tx, person int64) (bool, error) {
	return r.has[person], nil
}

func (r *results) FinalSince(_ context.Context, _ *access.Tx, person int64, _ time.Time) (bool, error) {
	return r.final[person], nil
}

// house is a World with the whole register.
type house struct {
	*testkit.World
	results  *results
	jobs     *job.Runner
	module   *cadre.Module
	importer *cadre.Importer
}

func register(t *testing.T, panels ...access.PersonPanel) *house {
	t.Helper()
	h := &house{results: &results{map[int64]bool{}, map[int64]bool{}}}
	h.World = testkit.NewWorldOn(t, func(w *testkit.World) []access.Module {
		h.jobs = job.New(w.Pool, w.Keys, slog.New(slog.DiscardHandler))
		h.module = cadre.New(w.Keys, h.jobs, h.results)
		h.importer = cadre.NewImporter(w.Keys, h.jobs)
		house := []access.Module{h.module.Module(), h.importer.Module(), h.jobs.Module()}
		for _, panel := range panels {
			house = append(house, access.Module{Name: "another", Person: panel})
		}
		return house
	})
	h.jobs.Bind(h.Core)
	h.Serve()
	return h
}

// work starts the background worker and waits for a run to end.
func (h *house) work(c *testkit.Client, run string) testkit.Doc {
	h.T.Helper()
	ctx := context.Background()
	if err := h.jobs.Open(ctx, true); err != nil {
		h.T.Fatal(err)
	}
	defer func() { _ = h.jobs.Close(ctx) }()
	deadline := time.Now().Add(30 * time.Second)
	for time.Now().Before(deadline) {
		if h.Count(`select count(*) from job_runs where finished_at is null`) == 0 {
			return c.Get(run).Want(http.StatusOK).Doc()
		}
		<-time.After(50 * time.Millisecond)
	}
	h.T.Fatal("the run did not end")
	return testkit.Doc{}
}

// newcomer is a person as a clerk types him.
func newcomer(name, number string, village int64) url.Values {
	return url.Values{"name": {name}, "id_number": {number}, "ethnic": {"01"}, "political": {"01"}, "education": {"31"},
		"party_join": {"2018-07"}, "phone": {"13893900001"}, "village": {itoa(village)}}
}

// person registers somebody by the district's officer, so that every unit can be filled, and gives the page's path.
func (h *house) person(unit, name, number string) string {
	h.T.Helper()
	district := "甲"
	if strings.HasPrefix(unit, "C") {
		district = "乙"
	}
	return h.As(access.DistrictOfficer, district).Post("/cadres", newcomer(name, number, h.Units[unit].Village)).Want(http.StatusSeeOther).Location()
}

func post(village int64, position, from string) url.Values {
	return url.Values{"village": {itoa(village)}, "position": {position}, "management": {"ordinary"}, "pay_scheme": {"village"},
		"from": {from}, "way_in": {"election"}}
}

// serving registers somebody with a post.
func (h *house) serving(unit, name, number, position, from string) string {
	h.T.Helper()
	path := h.person(unit, name, number)
	district := "甲"
	if strings.HasPrefix(unit, "C") {
		district = "乙"
	}
	h.As(access.DistrictOfficer, district).Post(path+"/posts", post(h.Units[unit].Village, position, from)).Want(http.StatusSeeOther)
	return path
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func key(path string) int64 {
	var n int64
	for _, r := range path[strings.LastIndexByte(path, '/')+1:] {
		n = n*10 + int64(r-'0')
	}
	return n
}

func names(d testkit.Doc) []string {
	var out []string
	for _, n := range d.All("tbody th[scope=row] a") {
		out = append(out, n.Text())
	}
	slices.Sort(out)
	return out
}

func born(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func number(birth time.Time, seq int, sex idcard.Sex) string {
	return idcard.Make("622621", birth, seq, sex)
}
