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

func TestPeopleAreFoundByWhatAClerkRemembers(t *testing.T) {
	t.Parallel()
	h := register(t)
	path, id := h.whole() // 王㛃𬭎, formerly 王小二, and a look-alike in B1
	h.serving("A2", "赵大海", number(born(1970, 5, 5), 1, idcard.Male), "clerk", "2015-01-01")
	h.Exec(`update persons set phone_cipher = null, phone_index = null, party_join_date = null, education = '' where name = '赵大海'`)
	gone := h.serving("A2", "孙离任", number(born(1962, 3, 9), 31, idcard.Male), "clerk", "2015-01-01")
	h.As(access.DistrictOfficer, "甲").Post(h.As(access.DistrictOfficer, "甲").Get(gone).Doc().One(`form[action$="/end"]`).Attr("action"),
		url.Values{"last_day": {"2024-06-30"}, "way_out": {"retired"}}).Want(http.StatusSeeOther)
	h.Exec(`insert into photos (tenant_id, township_id, village_id, person_id, jpeg, digest, uploaded_at)
		select tenant_id, township_id, village_id, id, 'x', '', now() from persons where id = $1`, key(path))
	clerk := h.As(access.TownshipClerk, "A")
	for query, want := range map[string][]string{
		"q=王小二":                               {"王㛃𬭎"}, // the former name
		"q=小二":                                {"王㛃𬭎"},
		"q=wangxiaoer":                        {"王㛃𬭎"},
		"q=WXE":                               {"王㛃𬭎"},
		"q=13893900001":                       {"王㛃𬭎"},
		"q=138-9390-0001":                     {"王㛃𬭎"},
		"q=1389390000":                        {}, // a phone is found as a whole
		"q=" + id[14:]:                        {"王㛃𬭎"},
		"q=㛃":                                 {"王㛃𬭎"},
		"q=文书":                                {"赵大海"},
		"q=沟2":                                {"赵大海"},
		"q=王+㛃　𬭎":                             {"王㛃𬭎"}, // as rosters pad names
		"q=wang+xiao+er":                      {"王㛃𬭎"},
		"q=ｗｘｅ":                               {"王㛃𬭎"},
		"q=" + id:                             {"王㛃𬭎"},
		"q=" + strings.ToLower(id) + "+":      {"王㛃𬭎"},
		"q=" + id[:17]:                        {},
		"q=" + url.QueryEscape(wide(id[14:])): {"王㛃𬭎"},
		"q=安河镇马家沟2村":                          {"赵大海"}, // the unit as papers write it
		"q=安河镇":                               {"王㛃𬭎", "赵大海"},
		"q=柏川镇马家沟2村":                          {},
		"origin=veteran":                      {"王㛃𬭎"},
		"origin=graduate":                     {},
		"party_from=8":                        {"王㛃𬭎"}, // July 2018 to November 2026
		"party_from=9":                        {},
		"party_to=8":                          {"王㛃𬭎"},
		"party_to=7":                          {},
		"education=senior_up":                 {"王㛃𬭎"},
		"education=bachelor_up":               {},
		"photo=yes":                           {"王㛃𬭎"},
		"photo=no":                            {"赵大海"},
		"missing=any":                         {"赵大海"},
		"missing=education":                   {"赵大海"},
		"missing=party":                       {"赵大海"},
		"missing=phone":                       {"赵大海"},
		"missing=bank":                        {"赵大海"},
		"seat=npc_deputy":                     {"王㛃𬭎"},
		"seat=party_delegate":                 {},
		"left_from=2024-06-30":                {"孙离任"},
		"left_from=2024-07-01":                {},
		"left_to=2024-06-29":                  {},
		"left_to=2024-06-30":                  {"孙离任"},
		"left_from=x&left_to=soon":            {"王㛃𬭎", "赵大海"},
		"q=wxe&origin=veteran&photo=yes&seat=npc_deputy&party_from=5&education=college": {"王㛃𬭎"},
		"q=wxe&origin=veteran&photo=no": {},
	} {
		if got := names(clerk.Get("/cadres?" + query).Want(http.StatusOK).Doc()); !slices.Equal(got, sorted(want)) {
			t.Errorf("%q finds %v, want %v", query, got, want)
		}
	}
	// The former name goes with its spellings, and a saved filter keeps the new conditions.
	officer := h.As(access.DistrictOfficer, "甲")
	form := url.Values(officer.Get(path + "/edit").Doc().One("main form").Fields())
	form.Set("former_name", "王大山")
	form["origins"] = []string{"veteran"}
	officer.Post(path, form).Want(http.StatusSeeOther)
	if got := names(clerk.Get("/cadres?q=wxe").Doc()); len(got) != 0 {
		t.Errorf("the spelling of a name that is no more finds %v", got)
	}
	if got := names(clerk.Get("/cadres?q=wds").Doc()); len(got) != 1 {
		t.Errorf("the new former name finds %v", got)
	}
	clerk.Post("/cadres/filters", url.Values{"name": {"退伍"}, "query": {"origin=veteran&photo=yes&party_from=5&missing=&left_from="}}).Want(http.StatusSeeOther)
	doc := clerk.Get(clerk.Get("/cadres").Doc().One(".todo a").Attr("href")).Doc()
	if got := names(doc); !slices.Equal(got, []string{"王㛃𬭎"}) || len(doc.All("a.chip")) != 3 || !strings.Contains(doc.Text("main"), "党龄5年及以上") {
		t.Errorf("the saved filter finds %v under %q", got, doc.Text(".chips"))
	}
}

// wide writes digits as an input method does.
func wide(text string) string {
	return strings.Map(func(r rune) rune { return r - '0' + '０' }, text)
}

func TestThreeThousandPeopleArePagedAndNobodyIsToo(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk := h.As(access.TownshipClerk, "A")
	if doc := clerk.Get("/cadres?page=40").Want(http.StatusOK).Doc(); len(names(doc)) != 0 || !strings.Contains(doc.Text("main"), "花名册还是空的") {
		t.Errorf("an empty register says %s", doc.Text("main"))
	}
	h.crowd(3000)
	seen := map[string]bool{}
	for _, page := range []string{"1", "40", "60"} {
		doc := clerk.Get("/cadres?q=同名&page=" + page).Want(http.StatusOK).Doc()
		for _, a := range doc.All("tbody th[scope=row] a") {
			if seen[a.Attr("href")] {
				t.Errorf("%s stands on two pages", a.Attr("href"))
			}
			seen[a.Attr("href")] = true
		}
		if !strings.Contains(doc.Text("main"), "3000") {
			t.Errorf("page %s does not say how many there are", page)
		}
	}
	if len(seen) != 150 {
		t.Errorf("three pages show %d people", len(seen))
	}
	if got := names(h.As(access.TownshipClerk, "B").Get("/cadres?q=同名").Doc()); len(got) != 0 {
		t.Errorf("a sibling township finds %d", len(got))
	}
	if got := names(h.As(access.DistrictOfficer, "乙").Get("/cadres?q=同名").Doc()); len(got) != 0 {
		t.Errorf("the other district finds %d", len(got))
	}
}
