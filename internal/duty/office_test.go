package duty_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/duty"
	"touyan/internal/job"
	"touyan/internal/platform/month"
	"touyan/internal/testkit"
)

// office is a world of four villages with three people of the same names each, whose rosters for December hang on the wall.
// The world's today is 2026-11-23.
type office struct {
	*testkit.World
	module *duty.Module
	people map[string]int64 // "A1/张伟"
}

// noResults stands for the assessment, which has closed no month.
type noResults struct{}

func (noResults) HasResults(context.Context, *access.Tx, int64) (bool, error) { return false, nil }

func (noResults) FinalSince(context.Context, *access.Tx, int64, time.Time) (bool, error) {
	return false, nil
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{people: map[string]int64{}}
	o.World = testkit.NewWorldOn(t, func(w *testkit.World) []access.Module {
		jobs := job.New(w.Pool, w.Keys, slog.New(slog.DiscardHandler))
		o.module = duty.New("http://localhost", []string{"party_secretary", "clerk", "vc_member"}, func(code string, _ bool) string {
			return map[string]string{"party_secretary": "书记", "clerk": "文书", "vc_member": "委员"}[code]
		})
		o.module.With(jobs, nil)
		return []access.Module{jobs.Module(), cadre.New(w.Keys, jobs, noResults{}).Module(), o.module.Module()}
	})
	o.Serve()
	for _, v := range []string{"A1", "A2", "B1", "C1"} {
		o.hire(v, "张伟", "party_secretary")
		o.hire(v, "李娜", "clerk")
		o.hire(v, "王芳", "vc_member")
	}
	for _, at := range []string{"A", "B", "C"} {
		c := o.As(access.TownshipClerk, at)
		c.Post("/duty/2026-12/draft", url.Values{}).Want(http.StatusSeeOther)
		c.Post("/duty/2026-12/publish", url.Values{}).Want(http.StatusSeeOther)
	}
	return o
}

func (o *office) hire(village, name, position string) {
	o.T.Helper()
	u := o.Units[village]
	id := int64(o.Count(`insert into persons (tenant_id, township_id, village_id, name, sex, birth_date, ethnic, political, education, id_cipher,
			id_index, id_tail_index) values ($1, $2, $3, $4, '1', '1985-02-14', '01', '01', '70', '', $5, '') returning id`,
		u.Tenant, u.Township, u.Village, name, []byte(village+name)))
	o.people[village+"/"+name] = id
	o.Exec(`insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code, is_paid, during, way_in)
		values ($1, $2, $3, $4, $5, '1', $6, true, daterange('2024-01-01', null), 'election')`, u.Tenant, u.Township, u.Village, id, name, position)
}

// id is somebody's key as forms carry it.
func (o *office) id(who string) string { return strconv.FormatInt(o.people[who], 10) }

// roster is the key of a village's roster of a month.
func (o *office) roster(village, at string) int64 {
	o.T.Helper()
	return int64(o.Count(`select id from duty_rosters where village_id = $1 and month = $2`, o.Units[village].Village, month.MustParse(at).First()))
}

func (o *office) rosterPath(village, at string) string {
	return fmt.Sprintf("/duty/rosters/%d", o.roster(village, at))
}

// days are the days of a month on which somebody stands in a village, the earliest first.
func (o *office) days(who, village, at string) (days []int) {
	o.T.Helper()
	for day := 1; day <= month.MustParse(at).Days(); day++ {
		if o.stands(village, at, day) == o.people[who] {
			days = append(days, day)
		}
	}
	return days
}

// stands is who stands on a day, 0 where nobody with a file does.
func (o *office) stands(village, at string, day int) int64 {
	o.T.Helper()
	return int64(o.Count(`select coalesce((select person_id from duty_assignments where roster_id = $1 and on_day = $2), 0)`,
		o.roster(village, at), month.MustParse(at).Date(day)))
}

// print changes with every row that these acts may write, to see that a refused one wrote nothing.
func (o *office) print() string {
	o.T.Helper()
	var f string
	if err := o.Owner.QueryRow(o.T.Context(), `select concat_ws(' ', (select sum(hashtextextended(x::text, 0)) from duty_assignments x),
		(select sum(hashtextextended(x::text, 0)) from duty_rosters x), (select sum(hashtextextended(x::text, 0)) from duty_leaves x),
		(select sum(hashtextextended(x::text, 0)) from duty_wishes x), (select sum(hashtextextended(x::text, 0)) from duty_swaps x),
		(select sum(hashtextextended(x::text, 0)) from duty_versions x), (select sum(hashtextextended(x::text, 0)) from links x))`).Scan(&f); err != nil {
		o.T.Fatal(err)
	}
	return f
}

// unchanged fails if anything was written since was.
func (o *office) unchanged(was, what string) {
	o.T.Helper()
	if now := o.print(); now != was {
		o.T.Errorf("%s was refused and has written: %s, was %s", what, now, was)
	}
}

// covered fails unless every day of a published roster is filled.
func (o *office) covered(village, at string) {
	o.T.Helper()
	if n := o.Count(`select count(*) from duty_rosters r where r.id = $1 and (r.empty_days <> 0 or r.filled <> r.places
		or r.places <> (select count(*) from duty_assignments a where a.roster_id = r.id))`, o.roster(village, at)); n != 0 {
		o.T.Errorf("the roster of %s for %s has an empty day", village, at)
	}
}

func iso(at string, day int) string { return month.MustParse(at).Date(day).Format(time.DateOnly) }

// fields are what a browser sends of the form that posts to a path, as the page was drawn.
func fields(d testkit.Doc, action string) url.Values {
	return url.Values(d.One(`form[action="` + action + `"]`).Fields())
}
