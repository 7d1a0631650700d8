package duty_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"sync"
	"testing"

	"touyan/internal/access"
	"touyan/internal/duty"
	"touyan/internal/job"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
	"touyan/internal/testkit"
)

// monthSheet stands for the month's assessment: it remembers what is proposed to it.
type monthSheet struct {
	sync.Mutex
	refuse    string // says this instead of taking anything
	resident  map[int64]bool
	open      map[string]string
	confirmed map[string]bool
}

func (s *monthSheet) ProposeDeduction(_ context.Context, _ *access.Tx, at month.Month, village, person int64, origin, item, reason string) (bool, error) {
	s.Lock()
	defer s.Unlock()
	if s.resident[person] {
		return false, fault.Conflict("该同志的职务不参加考评")
	}
	if s.refuse != "" {
		return false, fault.Conflict("%s", s.refuse)
	}
	_, known := s.open[origin]
	s.open[origin] = fmt.Sprintf("%s %d %d %s", at, village, person, item)
	return !known, nil
}

func (s *monthSheet) WithdrawDeduction(_ context.Context, _ *access.Tx, origin, reason string) (bool, error) {
	if !s.confirmed[origin] {
		delete(s.open, origin)
	}
	return s.confirmed[origin], nil
}

func (s *monthSheet) Deductions(_ context.Context, _ *access.Tx, origins []string) (map[string]string, error) {
	words := map[string]string{}
	for _, o := range origins {
		if words[o] = "待确认"; s.confirmed[o] {
			words[o] = "已确认扣分"
		}
	}
	return words, nil
}

// patrol is a world in which every village has a published roster for November: 张伟 stands on odd days, 李娜 on even ones,
// and nobody on the 30th.
type patrol struct {
	*testkit.World
	module  *duty.Module
	jobs    *job.Runner
	sheet   *monthSheet
	people  map[string]int64
	persons int
}

func newPatrol(t *testing.T) *patrol {
	t.Helper()
	p := &patrol{people: map[string]int64{}, sheet: &monthSheet{open: map[string]string{}, confirmed: map[string]bool{}, resident: map[int64]bool{}}}
	p.World = testkit.NewWorldOn(t, func(w *testkit.World) []access.Module {
		p.jobs = job.New(w.Pool, w.Keys, slog.New(slog.DiscardHandler))
		p.module = duty.New("http://localhost", []string{"party_secretary", "clerk", "first_secretary"}, func(code string, _ bool) string { return code })
		p.module.With(p.jobs, p.sheet)
		return []access.Module{p.jobs.Module(), p.module.Module()}
	})
	p.jobs.Bind(p.Core)
	p.module.Bind(p.Core)
	p.Serve()
	for _, v := range []string{"A1", "A2", "B1", "C1"} {
		p.hire(v, "张伟", "party_secretary")
		p.hire(v, "李娜", "first_secretary")
		p.sheet.resident[p.people[v+"/李娜"]] = true
		p.post(v, "2026-11", 1)
	}
	return p
}

func (p *patrol) hire(village, name, position string) {
	p.T.Helper()
	u := p.Units[village]
	p.persons++
	id := int64(p.Count(`insert into persons (tenant_id, township_id, village_id, name, sex, birth_date, ethnic, political, education, id_cipher,
			id_index, id_tail_index) values ($1, $2, $3, $4, '1', '1985-02-14', '01', '01', '70', '', $5, '') returning id`,
		u.Tenant, u.Township, u.Village, name, []byte(strconv.Itoa(p.persons))))
	p.people[village+"/"+name] = id
	p.Exec(`insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code, is_paid, during, way_in)
		values ($1, $2, $3, $4, $5, '1', $6, true, daterange('2024-01-01', null), '选举')`, u.Tenant, u.Township, u.Village, id, name, position)
}

// post hangs a roster on the wall of a village.
func (p *patrol) post(village, at string, number int) int64 {
	p.T.Helper()
	u, m := p.Units[village], month.MustParse(at)
	id := int64(p.Count(`insert into duty_rosters (tenant_id, township_id, village_id, month, township_name, village_name, places, filled, empty_days, number,
			published_at, drafted_by, drafted_at) values ($1, $2, $3, $4, (select name from townships where id = $2), $5, $6, $6 - 1, 1 << 29, $7, now(), '王', now()) returning id`,
		u.Tenant, u.Township, u.Village, m.First(), u.Name, m.Days(), number))
	for day := 1; day <= m.Days(); day++ {
		name := []string{"李娜", "张伟"}[day%2]
		if day != 30 {
			p.Exec(`insert into duty_assignments (tenant_id, township_id, village_id, roster_id, on_day, person_id, person_name, title, reason)
				values ($1, $2, $3, $4, $5, $6, $7, '村文书', '最少')`, u.Tenant, u.Township, u.Village, id, m.Date(day), p.people[village+"/"+name], name)
		}
	}
	return id
}

func (p *patrol) checkOf(village string) string {
	return fmt.Sprintf("/duty/checks/villages/%d", p.Units[village].Village)
}

// spot is the form of a check; the world's today is 2026-11-23.
func spot(day, clock, result string, more ...string) url.Values {
	f := url.Values{"day": {day}, "time": {clock}, "way": {"visit"}, "checker": {"赵督查"}, "result": {result}}
	for i := 0; i+1 < len(more); i += 2 {
		f.Set(more[i], more[i+1])
	}
	return f
}

// rows is everything that a check may change, to see that a refused one changed nothing.
func (p *patrol) rows() int {
	return p.Count(`select (select count(*) * 1000 from duty_checks) + (select count(*) from duty_checks where voided_at is not null)
		+ (select count(*) from duty_rosters where absent_days <> 0 or checked_days <> 0)`) + 100000*len(p.sheet.open)
}
