package cadre_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
)

func TestAPromotionIsOneAct(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk, a1 := h.As(access.TownshipClerk, "A"), h.Units["A1"].Village
	path := h.serving("A1", "王建国", number(born(1985, 2, 14), 1, idcard.Male), "party_secretary", "2021-03-01")
	clerk.Post(path+"/posts", post(a1, "village_director", "2021-04-01")).Want(http.StatusSeeOther)
	twin := h.serving("A2", "王建国", number(born(1985, 2, 14), 2, idcard.Male), "party_secretary", "2021-03-01")
	up := url.Values{"kind": {"leading_group"}, "to_post": {"安河镇副镇长"}, "on": {"2026-11-23"}, "doc": {"区委干〔2026〕9号"}, "end_posts": {"1"}}
	change := func(name, value string) url.Values {
		f := url.Values{}
		for k, v := range up {
			f[k] = v
		}
		f.Set(name, value)
		return f
	}
	for field, f := range map[string]url.Values{"on": change("on", "2026-12-16"), "kind": change("kind", "king"), "to_post": change("to_post", " "),
		"last_day": change("last_day", "2026-13-01"), "village": {"kind": {"professional_secretary"}, "on": {"2026-11-16"}}} {
		doc := clerk.Post(path+"/promote", f).Want(http.StatusUnprocessableEntity).Doc()
		if doc.Text("#promote-"+field+"-error") == "" || doc.One("#f-promote-on").Attr("value") != f.Get("on") {
			t.Errorf("%s: %q", field, doc.Text(".field-error"))
		}
	}
	clerk.Post(path+"/promote", change("last_day", "2020-01-01")).Want(http.StatusUnprocessableEntity) // before the posts began
	h.As(access.TownshipClerk, "B").Post(path+"/promote", up).Want(http.StatusNotFound)
	if n := h.Count(`select count(*) from promotions`) + h.Count(`select count(*) from appointments where not upper_inf(during)`); n != 0 {
		t.Fatalf("%d rows from refused promotions", n)
	}
	clerk.Post(path+"/promote", up).Want(http.StatusSeeOther)
	clerk.Post(path+"/promote", up).Want(http.StatusConflict)
	if n := h.Count(`select count(*) from promotions where person_id = $1 and from_post = '村党组织书记、村委会主任' and to_post = '安河镇副镇长'`, key(path)); n != 1 {
		t.Errorf("%d promotions", n)
	}
	if n := h.Count(`select count(*) from appointments where person_id = $1 and way_out = 'promoted' and upper(during) = '2026-11-23'`, key(path)); n != 2 {
		t.Errorf("%d posts ended", n)
	}
	if n := h.Count(`select count(*) from appointments where person_id = $1 and upper_inf(during)`, key(twin)); n != 1 {
		t.Error("the namesake's post ended too")
	}
	doc := clerk.Get(path).Doc()
	if text := doc.Text("main"); !strings.Contains(text, "安河镇副镇长") || !strings.Contains(text, "重新任职") {
		t.Errorf("the page says %q", text)
	}
	// Who left comes back into the same post; the old term stays as it was.
	back := post(a1, "party_secretary", "2026-11-22")
	if text := clerk.Post(path+"/posts", back).Want(http.StatusConflict).Doc().Text("#from-error"); !strings.Contains(text, "任期重叠") {
		t.Errorf("a return before the end: %q", text)
	}
	back.Set("from", "2026-11-23")
	clerk.Post(path+"/posts", back).Want(http.StatusSeeOther)
	if n := h.Count(`select count(*) from appointments where person_id = $1 and position_code = 'party_secretary'`, key(path)); n != 2 {
		t.Errorf("%d terms as secretary", n)
	}
}

func TestASecretaryBecomesAProfessionalOne(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk, a1 := h.As(access.TownshipClerk, "A"), h.Units["A1"].Village
	path := h.serving("A1", "王建国", number(born(1985, 2, 14), 1, idcard.Male), "party_secretary", "2021-03-01")
	unpaid := post(a1, "militia_commander", "2021-04-01")
	unpaid.Set("pay_scheme", "none")
	clerk.Post(path+"/posts", unpaid).Want(http.StatusSeeOther)
	f := url.Values{"kind": {"professional_secretary"}, "on": {"2026-11-01"}, "doc": {"区组发〔2026〕3号"}, "village": {itoa(a1)}, "contract_end": {"2026-10-31"}}
	if text := clerk.Post(path+"/promote", f).Want(http.StatusUnprocessableEntity).Doc().Text("#promote-contract_end-error"); text == "" {
		t.Error("a contract that ends before it begins was taken")
	}
	f.Set("contract_end", "2029-10-31")
	foreign := url.Values{"kind": f["kind"], "on": f["on"], "village": {itoa(h.Units["B1"].Village)}}
	clerk.Post(path+"/promote", foreign).Want(http.StatusNotFound)
	clerk.Post(path+"/promote", f).Want(http.StatusSeeOther)
	for what, sql := range map[string]string{
		"the old post ended the day before": `select count(*) = 1 from appointments where position_code = 'party_secretary' and upper(during) = '2026-11-01' and management_type = 'ordinary' and note = '离任原因:转为专业化管理'`,
		"the new one is professional": `select count(*) = 1 from appointments where position_code = 'party_secretary' and during = daterange('2026-11-01', null)
			and management_type = 'professional' and pay_scheme = 'institution' and way_in = 'recruited' and contract_ends_on = '2029-10-31'`,
		"an unpaid post goes on":        `select count(*) = 1 from appointments where position_code = 'militia_commander' and upper_inf(during)`,
		"there is one promotion":        `select count(*) = 1 from promotions where kind = 'professional_secretary' and to_post = '专业化管理村党组织书记'`,
		"nothing came of the bad forms": `select count(*) = 3 from appointments`,
	} {
		if h.Count(`select (`+sql+`)::int`) != 1 {
			t.Errorf("not so: %s", what)
		}
	}
	if text := clerk.Get(path).Doc().Text("main"); !strings.Contains(text, "合同至2029-10-31") {
		t.Errorf("the page does not show the contract: %q", text)
	}
}

func TestALeaveKeepsItsReasonAndAPostItsTerm(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk, a1 := h.As(access.TownshipClerk, "A"), h.Units["A1"].Village
	path := h.person("A1", "王建国", number(born(1985, 2, 14), 1, idcard.Male))
	f := post(a1, "party_secretary", "2021-03-01")
	for name, bad := range map[string]string{"term_no": "第十届", "service_years": "0", "contract_end": "2021-02-28"} {
		f.Set(name, bad)
		if doc := clerk.Post(path+"/posts", f).Want(http.StatusUnprocessableEntity).Doc(); doc.Text("#"+name+"-error") == "" || doc.One("#f-"+name).Attr("value") != bad {
			t.Errorf("%s %q was taken", name, bad)
		}
		f.Del(name)
	}
	f.Set("term_no", "11")
	f.Set("service_years", "5")
	f.Set("contract_end", "2026-02-28")
	f.Set("note", "连片")
	clerk.Post(path+"/posts", f).Want(http.StatusSeeOther)
	end := clerk.Get(path).Doc().One(`form[action$="/end"]`).Attr("action")
	clerk.Post(end, url.Values{"last_day": {"2026-10-31"}, "way_out": {"resigned"}, "reason": {"身体原因"}}).Want(http.StatusSeeOther)
	if n := h.Count(`select count(*) from appointments where term_no = 11 and service_years = 5 and contract_ends_on = '2026-02-28' and note = '连片;离任原因:身体原因'`); n != 1 {
		t.Error("the reason or the term is lost")
	}
	// The correction shows all of it and keeps it.
	edit := clerk.Get(path).Doc().One(`td a[href*="/posts/"]`).Attr("href")
	g := url.Values(clerk.Get(edit).Doc().One(`main form`).Fields())
	g.Set("reason", "更正文号")
	g.Set("doc", "安党发〔2021〕1号")
	clerk.Post(edit, g).Want(http.StatusSeeOther)
	if n := h.Count(`select count(*) from appointments where term_no = 11 and service_years = 5 and contract_ends_on = '2026-02-28' and doc_no <> ''`); n != 1 {
		t.Error("a correction lost the term")
	}
}
