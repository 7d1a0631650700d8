package app_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
)

// What a spot check finds reaches the month's assessment through the socket between the two modules, and goes back when
// the check was recorded wrongly.
func TestAnAbsenceReachesTheMonthSheet(t *testing.T) {
	t.Parallel()
	s := newStage(t, "", nil)
	const clerk = "township_clerk@A"
	village := s.ids["village"]["A1"]
	spot := url.Values{"day": {"2026-11-02"}, "time": {"15:00"}, "way": {"visit"}, "checker": {"赵督查"}, "result": {"absent"}}
	if _, err := s.owner.Exec(context.Background(), `insert into duty_assignments (tenant_id, township_id, village_id, roster_id, on_day, person_id, person_name, title, reason)
		select tenant_id, township_id, village_id, roster_id, '2026-11-02', person_id, person_name, title, reason from duty_assignments where on_day = '2026-11-01' on conflict do nothing`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if a := request(s.app.Handler, s.cookies[clerk], http.MethodPost, "/duty/checks/villages/"+village, spot, nil); a.Code != http.StatusSeeOther {
			t.Fatalf("recording: %d%s", a.Code, brief(a.Body.String()))
		}
	}
	found := func(state string) (n int) {
		t.Helper()
		if err := s.owner.QueryRow(context.Background(), `select count(*) from assessment_proposals p join duty_checks c on c.tenant_id = p.tenant_id
			and c.proposal = p.origin and c.person_id = p.person_id and c.village_id = p.village_id
			where p.month = '2026-11-01' and p.item = 'duty_absence' and p.points = -2 and p.state = $1`, state).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := found("open"); n != 1 {
		t.Fatalf("%d deductions are proposed", n)
	}
	var check string
	if err := s.owner.QueryRow(context.Background(), `select id::text from duty_checks where proposal <> ''`).Scan(&check); err != nil {
		t.Fatal(err)
	}
	if a := request(s.app.Handler, s.cookies[clerk], http.MethodPost, "/duty/checks/"+check+"/void", url.Values{"reason": {"查的是别的村"}}, nil); a.Code != http.StatusSeeOther {
		t.Fatalf("striking out: %d%s", a.Code, brief(a.Body.String()))
	}
	if found("open") != 0 || found("refused") != 1 {
		t.Error("the proposal was not taken back")
	}
}
