package cadre_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
)

func TestTheRegisterIsSearchedAndFiltered(t *testing.T) {
	t.Parallel()
	h := register(t)
	// 王秀梅 stands in two villages of A, in B and in the other district, all born on the same day.
	for i, unit := range []string{"A1", "A2", "B1", "C1"} {
		h.serving(unit, "王秀梅", number(born(1990, 11, 5), 2*i, idcard.Female), "womens_federation_chair", "2021-01-01")
	}
	boss := h.serving("A1", "单国强", number(born(1970, 12, 1), 11, idcard.Male), "party_secretary", "2021-01-01")
	h.As(access.DistrictOfficer, "甲").Post(boss+"/posts", post(h.Units["A1"].Village, "village_director", "2021-03-01")).Want(http.StatusSeeOther)
	h.person("A1", "李无职", number(born(1995, 1, 1), 15, idcard.Male))
	helper := h.person("A2", "赵驻村", number(born(1991, 11, 30), 21, idcard.Male))
	f := post(h.Units["A2"].Village, "first_secretary", "2025-06-01")
	f.Set("pay_scheme", "sending_unit")
	h.As(access.DistrictOfficer, "甲").Post(helper+"/posts", f).Want(http.StatusSeeOther)
	left := h.serving("A2", "孙离任", number(born(1962, 3, 9), 31, idcard.Male), "clerk", "2015-01-01")
	at := h.As(access.DistrictOfficer, "甲").Get(left).Doc()
	h.As(access.DistrictOfficer, "甲").Post(strings.TrimSuffix(at.One(`form[action$="/end"]`).Attr("action"), ""),
		url.Values{"last_day": {"2024-06-30"}, "way_out": {"retired"}}).Want(http.StatusSeeOther)
	unpaid := h.person("A1", "钱义务", number(born(1988, 5, 5), 41, idcard.Male))
	f = post(h.Units["A1"].Village, "vc_member", "2021-01-01")
	f.Set("pay_scheme", "none")
	h.As(access.DistrictOfficer, "甲").Post(unpaid+"/posts", f).Want(http.StatusSeeOther)

	clerk, officer := h.As(access.TownshipClerk, "A"), h.As(access.DistrictOfficer, "甲")
	a, b := itoa(h.Units["A"].Township), itoa(h.Units["B"].Township)
	for query, want := range map[string][]string{
		"":                                       {"单国强", "王秀梅", "王秀梅", "钱义务"},
		"q=wxm":                                  {"王秀梅", "王秀梅"},
		"q=WANGXIU":                              {"王秀梅", "王秀梅"},
		"q=shan":                                 {"单国强"},
		"q=秀梅":                                   {"王秀梅", "王秀梅"},
		"q=妇联":                                   {"王秀梅", "王秀梅"},
		"q=马家沟2":                                 {"王秀梅"},
		"q=" + tail(1970, 12, 11):                {"单国强"},
		"q=没有这个人":                                {},
		"q=%25":                                  {},
		"position=party_secretary&dual=yes":      {"单国强"},
		"sex=2":                                  {"王秀梅", "王秀梅"},
		"age_to=36":                              {"王秀梅", "王秀梅"},
		"age_to=35":                              {},
		"age_from=55":                            {"单国强"},
		"age_from=56":                            {},
		"education=college":                      {"单国强", "王秀梅", "王秀梅", "钱义务"},
		"education=below":                        {},
		"kind=paid":                              {"单国强", "王秀梅", "王秀梅"},
		"kind=unpaid":                            {"钱义务"},
		"kind=resident":                          {"赵驻村"},
		"state=left":                             {"孙离任", "李无职"},
		"state=all&position=clerk":               {"孙离任"},
		"as_of=2024-06-30&position=clerk":        {"孙离任"},
		"as_of=2024-07-01&position=clerk":        {},
		"village=" + itoa(h.Units["A2"].Village): {"王秀梅"},
		"village=" + itoa(h.Units["B1"].Village): {}, // of a sibling township
		"township=" + b:                          {},
		"age_from=x&sort=nonsense&page=999":      {"单国强", "王秀梅", "王秀梅", "钱义务"},
	} {
		if got := names(clerk.Get("/cadres?" + query).Want(http.StatusOK).Doc()); !slices.Equal(got, sorted(want)) {
			t.Errorf("the clerk of A asks %q: %v, want %v", query, got, want)
		}
	}
	for query, want := range map[string]int{"q=wxm": 3, "q=wxm&township=" + a: 2, "q=wxm&township=" + a + "&township=" + b: 3, "q=wxm&township=" + b: 1} {
		if got := names(officer.Get("/cadres?" + query).Doc()); len(got) != want {
			t.Errorf("the officer asks %q: %v, want %d", query, got, want)
		}
	}
	page := clerk.Get("/cadres?q=%E5%8D%95%E5%9B%BD%E5%BC%BA").Doc()
	if text := page.Text("tbody"); !strings.Contains(text, "一肩挑") || !strings.Contains(text, "622621********") || !strings.Contains(text, "138****0001") {
		t.Errorf("the row says %q", text)
	}
	if body := string(clerk.Get("/cadres?kind=paid").Body); strings.Contains(body, number(born(1970, 12, 1), 11, idcard.Male)) || strings.Contains(body, "13893900001") {
		t.Error("the list shows a whole number")
	}
	// The filter can be kept, and belongs to one account.
	clerk.Post("/cadres/filters", url.Values{"name": {"女同志"}, "query": {"sex=2&page=3"}}).Want(http.StatusSeeOther)
	if link := clerk.Get("/cadres").Doc().One(".todo a"); link.Text() != "女同志" || link.Attr("href") != "/cadres?sex=2" {
		t.Errorf("the kept filter is %q → %q", link.Text(), link.Attr("href"))
	}
	again := clerk.Post("/cadres/filters", url.Values{"name": {"女同志"}, "query": {"sex=2&age_to=40"}}).Want(http.StatusUnprocessableEntity).Doc()
	if again.One("input[name=name]").Attr("value") != "女同志" || !strings.Contains(again.Text(".field-error"), "同名") || len(again.All("a.chip")) != 2 {
		t.Error("a name that is taken loses the filter that was to be kept")
	}
	if h.As(access.TownshipLeader, "A").Get("/cadres").Doc().Has(".todo a") {
		t.Error("another account sees the filter")
	}
	// The print and the chips say the same conditions.
	if n := len(clerk.Get("/cadres/print?sex=2").Want(http.StatusOK).Doc().All(".paper tbody tr")); n != 2 {
		t.Errorf("the print has %d rows", n)
	}
	if chips := clerk.Get("/cadres?sex=2&age_to=40").Doc().Text(".chips"); !strings.Contains(chips, "女") || !strings.Contains(chips, "40岁及以下") {
		t.Errorf("the chips say %q", chips)
	}
}

func tail(year int, month int, seq int) string {
	n := number(born(year, 12, 1), seq, idcard.Male)
	return n[14:]
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

func TestAnEmptyRegisterSaysWhatToDo(t *testing.T) {
	t.Parallel()
	h := register(t)
	doc := h.As(access.TownshipClerk, "A").Get("/cadres").Want(http.StatusOK).Doc()
	if !doc.Has(`.empty a[href="/cadres/import"]`) {
		t.Errorf("the empty register: %q", doc.Text("main"))
	}
	if doc := h.As(access.TownshipLeader, "A").Get("/cadres?sex=1").Doc(); !strings.Contains(doc.Text(".empty"), "没有符合条件") || doc.Has(`a[href="/cadres/import"]`) {
		t.Errorf("a filter that finds nothing: %q", doc.Text("main"))
	}
	if doc := h.As(access.TownshipClerk, "A").Get("/cadres?township=" + itoa(h.Units["B1"].Township)).Doc(); !strings.Contains(doc.Text(".empty"), "没有符合条件") {
		t.Errorf("a sibling township: %q", doc.Text("main"))
	}
	for _, path := range []string{"/cadres/export", "/cadres/print", "/transfers"} {
		h.As(access.TownshipClerk, "A").Get(path).Want(http.StatusOK)
	}
}

func TestThreeThousandPeopleComeInPagesOfFifty(t *testing.T) {
	t.Parallel()
	h := register(t)
	u := h.Units["A1"]
	h.Exec(`insert into persons (tenant_id, township_id, village_id, name, sex, birth_date, ethnic, political, education, id_cipher, id_index, id_tail_index)
		select $1, $2, $3, '王同名' || chr(19968 + n % 3000), '1', date '1970-01-01' + n, '01', '01', '31', '', ('\x' || lpad(to_hex(n), 8, '0'))::bytea, ''
		from generate_series(1, 3000) n`, u.Tenant, u.Township, u.Village)
	h.Exec(`insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code, is_paid, during, way_in)
		select tenant_id, township_id, village_id, id, name, sex, 'vc_member', true, daterange('2021-01-01', null), 'election' from persons`)
	clerk := h.As(access.TownshipClerk, "A")
	seen := map[string]bool{}
	for page := 1; page <= 60; page += 59 {
		doc := clerk.Get("/cadres?page=" + itoa(int64(page))).Want(http.StatusOK).Doc()
		if n := len(names(doc)); n != 50 {
			t.Errorf("page %d has %d rows", page, n)
		}
		for _, link := range doc.All("tbody th a") {
			seen[link.Attr("href")] = true
		}
		if text := doc.Text(".pager"); !strings.Contains(text, "共 3000 条") {
			t.Errorf("the pager says %q", text)
		}
	}
	if len(seen) != 100 {
		t.Errorf("two pages show %d people", len(seen))
	}
	if a := clerk.Get("/cadres/print"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a print of 3000: %d", a.Status)
	}
}
