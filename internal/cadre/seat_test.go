package cadre_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
)

// A village has one head of a body at a time, whichever way a second one would come: appointed, corrected, made
// professional, or risen from the dead.
func TestASeatIsHeldByOnePersonAtATime(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk, a1 := h.As(access.TownshipClerk, "A"), h.Units["A1"].Village
	old := h.serving("A1", "王建国", number(born(1975, 2, 14), 1, idcard.Male), "party_secretary", "2021-03-01")
	h.serving("A2", "王建国", number(born(1975, 2, 14), 2, idcard.Male), "party_secretary", "2021-03-01")
	next := h.serving("A1", "李秀英", number(born(1980, 2, 14), 3, idcard.Female), "vc_member", "2021-03-01")
	secretaries := func() int {
		return h.Count(`select count(*) from appointments where village_id = $1 and position_code = 'party_secretary'`, a1)
	}
	refused := func(path string, f url.Values, field string) {
		t.Helper()
		text := clerk.Post(path, f).Want(http.StatusConflict).Doc().Text("#" + field + "-error")
		if !strings.Contains(text, "党组织书记在这段时间是王建国(2021-03-01 ") || !strings.Contains(text, "请先登记其离任") {
			t.Errorf("%s: %q", path, text)
		}
	}
	refused(next+"/posts", post(a1, "party_secretary", "2026-11-02"), "from")
	refused(next+"/promote", url.Values{"kind": {"professional_secretary"}, "on": {"2026-11-02"}, "village": {itoa(a1)}}, "promote-on")
	edit := clerk.Get(next).Doc().One(`td a[href*="/posts/"]`).Attr("href")
	f := url.Values(clerk.Get(edit).Doc().One(`main form`).Fields())
	f.Set("position", "party_secretary")
	f.Set("reason", "职务录错")
	refused(edit, f, "from")
	if n := secretaries() + h.Count(`select count(*) from promotions`); n != 1 {
		t.Fatalf("%d secretaries and promotions", n)
	}
	// Another seat of the village is free, and so is this one from the day after the old term.
	clerk.Post(next+"/posts", post(a1, "village_director", "2026-11-02")).Want(http.StatusSeeOther)
	clerk.Post(old+"/death", url.Values{"last_day": {"2026-11-01"}}).Want(http.StatusSeeOther)
	refused(next+"/posts", post(a1, "party_secretary", "2026-11-01"), "from")
	clerk.Post(next+"/posts", post(a1, "party_secretary", "2026-11-02")).Want(http.StatusSeeOther)
	// The death was a mistake: the seat is taken by now.
	if text := clerk.Post(old+"/death/undo", url.Values{"reason": {"登记错人"}}).Want(http.StatusConflict).Doc().Text("main"); !strings.Contains(text, "是李秀英(2026-11-02 至今)") {
		t.Errorf("the undone death: %q", text)
	}
	if n := h.Count(`select count(*) from persons where id = $1 and died_on is not null`, key(old)); n != 1 || secretaries() != 2 {
		t.Error("a refused act was stored")
	}
}

// What stood there before the table kept seats apart stays mendable where it does not move, and shelters no third.
func TestTwoHeadsOfBeforeStayUntilTheyAreMended(t *testing.T) {
	t.Parallel()
	h := register(t)
	officer, u := h.As(access.DistrictOfficer, "甲"), h.Units["A1"]
	h.serving("A1", "王建国", number(born(1975, 2, 14), 1, idcard.Male), "party_secretary", "2021-03-01")
	second := h.person("A1", "李秀英", number(born(1980, 2, 14), 3, idcard.Female))
	third := h.person("A1", "赵海", number(born(1985, 2, 14), 5, idcard.Male))
	migrate := func(way string) {
		t.Helper()
		sql, err := os.ReadFile("../../migrations/20261126080000_cadre_seat." + way + ".sql")
		if err != nil {
			t.Fatal(err)
		}
		h.Exec(string(sql))
	}
	seat := func(path string) (string, []any) {
		return `insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code, is_paid, during, way_in)
			select tenant_id, $2, $3, id, name, sex, 'party_secretary', true, daterange('2022-03-01', null), 'election' from persons where id = $1`, []any{key(path), u.Township, u.Village}
	}
	migrate("down")
	sql, args := seat(second)
	h.Exec(sql, args...)
	migrate("up")
	edit := officer.Get(second).Doc().One(`td a[href*="/posts/"]`).Attr("href")
	f := url.Values(officer.Get(edit).Doc().One(`main form`).Fields())
	f.Set("doc", "安党发〔2021〕1号")
	f.Set("reason", "补文号")
	officer.Post(edit, f).Want(http.StatusSeeOther)
	officer.Post(third+"/posts", post(u.Village, "party_secretary", "2026-11-02")).Want(http.StatusConflict)
	sql, args = seat(third)
	if _, err := h.Owner.Exec(t.Context(), sql, args...); err == nil || !strings.Contains(err.Error(), "appointments_seat_excl") {
		t.Errorf("a third head: %v", err)
	}
}

func TestManyWhoPromoteAtOncePromoteOnce(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.serving("A1", "王建国", number(born(1985, 2, 14), 1, idcard.Male), "clerk", "2021-03-01")
	clerk := h.As(access.TownshipClerk, "A")
	up := url.Values{"kind": {"other"}, "to_post": {"安河镇便民服务中心"}, "on": {"2026-11-02"}}
	answers := make(chan int, 8)
	for range cap(answers) {
		go func() { answers <- clerk.Post(path+"/promote", up).Status }()
	}
	count := map[int]int{}
	for range cap(answers) {
		count[<-answers]++
	}
	if n := h.Count(`select count(*) from promotions`); n != 1 || count[http.StatusSeeOther] != 1 || count[http.StatusConflict] != cap(answers)-1 {
		t.Errorf("%d promotions, answers %v", n, count)
	}
}
