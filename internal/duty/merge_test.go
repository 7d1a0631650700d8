package duty_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
)

// numbered gives a file a number that can be opened, as the comparison of two files needs.
func (o *office) numbered(who string, seq int) {
	o.T.Helper()
	u := o.Units[who[:2]]
	number := idcard.Make("622621", time.Date(1985, 2, 14, 0, 0, 0, 0, time.UTC), seq, idcard.Male)
	o.Exec(`update persons set id_cipher = $2 where id = $1`, o.people[who], o.Keys.Encrypt(u.Tenant, "cadre.id_number", number))
}

func TestWhatIsStillToComeGoesWithTheFileThatIsKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hire("A2", "张伟二", "vc_member") // a second file of 张伟 of the first village, who serves in the second one, too
	kept, other := "A1/张伟", "A2/张伟二"
	o.numbered(kept, 1)
	o.numbered(other, 2)
	o.As(access.TownshipClerk, "A").Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	o.Exec(`update duty_assignments set person_id = $1, person_name = '张伟二' where roster_id = $2 and on_day = '2026-12-01'`, o.people[other], o.roster("A2", "2026-12"))
	o.Tick(9 * 24 * time.Hour) // 2 December: the 1st is over
	u := o.Units["A2"]
	o.Exec(`insert into duty_leaves (tenant_id, township_id, village_id, person_id, person_name, kind, during, recorded_by, recorded_at)
		values ($1, $2, $3, $4, '张伟二', 'personal', '[2027-02-01,2027-02-03)', '王', now()), ($1, $2, $3, $4, '张伟二', 'sick', '[2026-11-01,2026-11-03)', '王', now())`,
		u.Tenant, u.Township, u.Village, o.people[other])
	o.Exec(`insert into duty_wishes (tenant_id, township_id, village_id, person_id, on_day, recorded_by, recorded_at) values ($1, $2, $3, $4, '2027-02-09', '王', now())`,
		u.Tenant, u.Township, u.Village, o.people[other])
	own, gone := o.days(kept, "A1", "2027-01"), o.days(other, "A2", "2027-01")
	var moved, clash []int
	for _, d := range gone {
		if slices.Contains(own, d) {
			clash = append(clash, d)
		} else {
			moved = append(moved, d)
		}
	}
	if len(moved) == 0 || len(clash) == 0 {
		t.Fatalf("the two files stand on %v and %v", own, gone)
	}

	officer := o.As(access.DistrictOfficer, "甲")
	path := "/cadres/duplicates/" + o.id(kept) + "/" + o.id(other)
	form := url.Values(officer.Get(path).Want(http.StatusOK).Doc().One(`form[action$="/merge"]`).Fields())
	for name := range form {
		if strings.HasPrefix(name, "field[") {
			form.Set(name, "first")
		}
	}
	form.Set("keep", "first")
	form.Set("reason", "同一人建了两份档案")
	officer.Post(path+"/merge", form).Want(http.StatusSeeOther)
	if got := o.days(kept, "A2", "2027-01"); !slices.Equal(got, moved) {
		t.Errorf("the kept file stands in the second village on %v, want %v", got, moved)
	}
	if got := o.days(kept, "A1", "2027-01"); !slices.Equal(got, own) || len(o.days(other, "A2", "2027-01")) != 0 {
		t.Errorf("days in the first village: %v, of the other file: %v", got, o.days(other, "A2", "2027-01"))
	}
	empty := 0 // he cannot stand in two villages: one of the two is empty, and says so
	for _, d := range clash {
		empty |= 1 << (d - 1)
	}
	if n := o.Count(`select empty_days from duty_rosters where id = $1`, o.roster("A2", "2027-01")); n != empty {
		t.Errorf("the second village has the empty days %b, want %b", n, empty)
	}
	if n := o.Count(`select count(*) from duty_leaves where person_id = $1 and during && '[2027-02-01,2027-02-03)'`, o.people[kept]); n != 1 {
		t.Error("the leave to come did not go along")
	}
	if n := o.Count(`select count(*) from duty_wishes where person_id = $1 and on_day = '2027-02-09'`, o.people[kept]); n != 1 || o.Count(`select count(*) from duty_wishes`) != 1 {
		t.Error("the wish to come did not go along")
	}
	if o.stands("A2", "2026-12", 1) != o.people[other] || o.Count(`select count(*) from duty_leaves where person_id = $1`, o.people[other]) != 1 {
		t.Error("what is over was rewritten")
	}
	if n := o.Count(`select count(*) from duty_assignments where person_id = any($1)`, []int64{o.people["B1/张伟"], o.people["C1/张伟"]}); n != o.Count(
		`select count(*) from duty_assignments where person_name = '张伟' and village_id = any($1)`, []int64{o.Units["B1"].Village, o.Units["C1"].Village}) {
		t.Error("somebody of the same name elsewhere was touched")
	}

	if n := o.Count(`select count(*) from audit_log where action = 'duty.hand_over' and person_id = $1`, o.people[kept]); n != 1 {
		t.Errorf("%d lines of the trail", n)
	}

	// Two files again: the days in the second village go back.
	undo := officer.Get("/cadres/duplicates?tab=merged").Doc().One(`form[action$="/undo"]`).Attr("action")
	officer.Post(undo, url.Values{"reason": {"核实为两个人"}}).Want(http.StatusSeeOther)
	if got := o.days(other, "A2", "2027-01"); !slices.Equal(got, moved) || len(o.days(kept, "A2", "2027-01")) != 0 {
		t.Errorf("after it was taken back the other file stands on %v, want %v", got, moved)
	}
	if got := o.days(kept, "A1", "2027-01"); fmt.Sprint(got) != fmt.Sprint(own) {
		t.Errorf("after it was taken back the kept file stands on %v, want %v", got, own)
	}
}
