package cadre_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
)

// entries are a valid entry of every section, a change of it, and how bad input is answered, by field.
var entries = []struct {
	key   string
	valid url.Values
	other [2]string // a field and its changed value
	bad   map[string]url.Values
}{
	{"education", url.Values{"mode": {"inservice"}, "level": {"31"}, "school": {"甘肃开放大学行政管理"}, "finished_on": {"2012-07"}}, [2]string{"school", "兰州大学"},
		map[string]url.Values{"level": {"level": {"21"}}, "mode": {"mode": {"远程"}}, "finished_on": {"finished_on": {"2012-13"}}}},
	{"resume", url.Values{"from_on": {"1999-07"}, "kind": {"work"}, "body": {"武都区安河镇上湾村文书,兼任㛃𬭎·会计"}}, [2]string{"to_on", "2003-05"},
		map[string]url.Values{"body": {"body": {strings.Repeat("字", 501)}}, "from_on": {"from_on": {"2999-01"}}, "to_on": {"to_on": {"1990-01"}}}},
	{"family", url.Values{"relation": {"13"}, "name": {"李桂兰"}, "birth_month": {"1982-03"}, "political": {"群众"}, "employer_post": {"务农"}}, [2]string{"name", "古丽·买买提"},
		map[string]url.Values{"name": {"name": {"李😀"}}, "relation": {"relation": {"999"}}}},
	{"awards", url.Values{"kind": {"good_secretary"}, "title": {"担当作为好支书"}, "level": {"district"}, "awarded_on": {"2025-06-30"}}, [2]string{"doc_no", "武组发〔2025〕12号"},
		map[string]url.Values{"awarded_on": {"awarded_on": {"2025-02-31"}}, "title": {"title": {"　 "}}}},
	{"sanctions", url.Values{"kind": {"warning"}, "decided_on": {"2020-05-01"}, "ends_on": {"2021-05-01"}, "reason": {"私自占用集体资金"}}, [2]string{"authority", "安河镇纪委"},
		map[string]url.Values{"ends_on": {"ends_on": {"2019-05-01"}}, "kind": {"kind": {""}}}},
	{"grades", url.Values{"year": {"2024"}, "grade": {"excellent"}}, [2]string{"grade", "competent"},
		map[string]url.Values{"year": {"year": {"２０２４年"}}, "grade": {"grade": {"最好"}}}},
	{"representatives", url.Values{"kind": {"npc_deputy"}, "level": {"township"}, "term_no": {"第十九届"}, "from_on": {"2021-12-01"}}, [2]string{"level", "district"},
		map[string]url.Values{"level": {"kind": {"cppcc_member"}, "level": {"township"}}, "to_on": {"to_on": {"2020-01-01"}}}},
	{"promotions", url.Values{"kind": {"leading_group"}, "from_post": {"村党组织书记"}, "to_post": {"镇党委委员"}, "promoted_on": {"2025-05-20"}}, [2]string{"note", "换届"},
		map[string]url.Values{"promoted_on": {"promoted_on": {"明天"}}, "to_post": {"to_post": {""}}}},
}

func with(form url.Values, changes url.Values) url.Values {
	out := url.Values{}
	for k, v := range form {
		out[k] = v
	}
	for k, v := range changes {
		out[k] = v
	}
	return out
}

// Every section of a file: an entry is added, seen on the person's page, changed, refused when stale or wrong, and removed,
// while another person's of a sibling village and of another district stays as it is.
func TestEverySectionOfAFileIsMaintained(t *testing.T) {
	t.Parallel()
	h := register(t)
	mine := h.serving("A1", "王建国", number(born(1980, 1, 1), 1, idcard.Male), "clerk", "2021-01-01")
	sibling := h.serving("A2", "王建国", number(born(1980, 1, 2), 1, idcard.Male), "clerk", "2021-01-01")
	elsewhere := h.serving("B1", "王建国", number(born(1980, 1, 3), 1, idcard.Male), "clerk", "2021-01-01")
	foreign := h.serving("C1", "王建国", number(born(1980, 1, 1), 1, idcard.Male), "clerk", "2021-01-01")
	clerk := h.As(access.TownshipClerk, "A")
	for _, e := range entries {
		at := "/file/" + e.key
		for _, path := range []string{elsewhere, foreign} {
			clerk.Get(path + at).Want(http.StatusNotFound)
			clerk.Post(path+at, e.valid).Want(http.StatusNotFound)
		}
		h.As(access.TownshipLeader, "A").Post(mine+at, e.valid).Want(http.StatusForbidden)
		clerk.Post(mine+at, e.valid).Want(http.StatusSeeOther)
		clerk.Post(mine+at, e.valid).Want(http.StatusSeeOther) // sent twice
		clerk.Post(sibling+at, e.valid).Want(http.StatusSeeOther)
		if n := len(clerk.Get(mine + at).Doc().All(`td a[href*="` + at + `/"]`)); n != 1 {
			t.Errorf("%s: a form sent twice left %d entries", e.key, n)
		}
		page := clerk.Get(mine + at).Want(http.StatusOK).Doc()
		edit := page.One(`td a[href*="` + at + `/"]`).Attr("href")
		edit = edit[:strings.Index(edit, "#")]
		for field, change := range e.bad {
			doc := clerk.Post(mine+at, with(e.valid, change)).Want(http.StatusUnprocessableEntity).Doc()
			if !doc.Has("#" + field + "-error") {
				t.Errorf("%s %v: no message beside %s", e.key, change, field)
			}
		}
		form := url.Values(clerk.Get(edit).Want(http.StatusOK).Doc().One(`form[action="` + edit + `"]`).Fields())
		for name := range e.valid {
			if form.Get(name) != e.valid.Get(name) {
				t.Errorf("%s: %s comes back as %q, not %q", e.key, name, form.Get(name), e.valid.Get(name))
			}
		}
		changed := with(form, url.Values{e.other[0]: {e.other[1]}})
		clerk.Post(edit, changed).Want(http.StatusSeeOther)
		clerk.Post(edit, changed).Want(http.StatusSeeOther) // sent twice
		stale := clerk.Post(edit, form).Want(http.StatusConflict).Doc()
		if got := stale.One(`form[action="` + edit + `"]`).Fields()[e.other[0]]; got[0] != form.Get(e.other[0]) {
			t.Errorf("%s: the stale form lost what was typed: %v", e.key, got)
		}
		changed.Del("_grant")
		h.As(access.TownshipClerk, "B").Post(edit, changed).Want(http.StatusNotFound)
		clerk.Post(strings.Replace(edit, mine, sibling, 1), changed).Want(http.StatusNotFound) // an entry of another file
		clerk.Post(edit+"/remove", nil).Want(http.StatusSeeOther)
		clerk.Post(edit+"/remove", nil).Want(http.StatusNotFound)
		if clerk.Get(mine + at).Doc().Has(`td a[href*="` + at + `/"]`) {
			t.Errorf("%s: the entry is still shown", e.key)
		}
		if !clerk.Get(sibling + at).Doc().Has(`td a[href*="` + at + `/"]`) {
			t.Errorf("%s: the sibling's entry went too", e.key)
		}
	}
	if got := h.Count(`select count(*) from audit_log where action like 'cadre.entry.%' and person_id = $1`, key(mine)); got != 3*len(entries) {
		t.Errorf("%d lines in the trail", got)
	}
	if got := h.Count(`select count(*) from audit_log where detail::text like '%李桂兰%' or detail::text like '%集体资金%'`); got != 0 {
		t.Error("the trail holds what a private entry says")
	}
}

func TestPrivateSectionsShowAfterARevealAlone(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.serving("A1", "王建国", number(born(1980, 1, 1), 1, idcard.Male), "clerk", "2021-01-01")
	clerk, leader := h.As(access.TownshipClerk, "A"), h.As(access.TownshipLeader, "A")
	for _, e := range entries {
		clerk.Post(path+"/file/"+e.key, e.valid).Want(http.StatusSeeOther)
	}
	form := url.Values(clerk.Get(path + "/edit").Doc().One(`main form`).Fields())
	form.Set("address", "武都区安河镇上湾村一社7号")
	form.Set("bank_name", "甘肃农信")
	form.Set("bank_card", "6230523110000000001")
	form.Set("phone2", "13900001111")
	clerk.Post(path, form).Want(http.StatusSeeOther)
	secrets := []string{"李桂兰", "集体资金", "一社7号", "6230523110000000001", "13900001111"}
	body := string(leader.Get(path).Want(http.StatusOK).Body)
	for _, s := range secrets {
		if strings.Contains(body, s) {
			t.Errorf("%s is shown unasked", s)
		}
	}
	for _, s := range []string{"甘肃开放大学行政管理", "担当作为好支书", "2024 年度考核优秀", "家庭主要成员"} {
		if !strings.Contains(leader.Get(path).Doc().Text("main"), s) {
			t.Errorf("%s is not shown", s)
		}
	}
	open := string(leader.Post(path+"/reveal", url.Values{"purpose": {"任前审查"}}).Want(http.StatusOK).Body)
	for _, s := range secrets {
		if !strings.Contains(open, s) {
			t.Errorf("%s is not shown after a reveal", s)
		}
	}
	// A stored card does not change by the form.
	form = url.Values(clerk.Get(path + "/edit").Doc().One(`main form`).Fields())
	form.Set("bank_card", "6230523110000000002")
	if doc := clerk.Post(path, form).Want(http.StatusUnprocessableEntity).Doc(); !doc.Has(`a[href="` + path + `/changes/new?field=bank"]`) {
		t.Error("no way to a request is offered")
	}
	if h.Count(`select count(*) from persons where strpos(encode(bank_cipher, 'escape'), '6230523110000000001') > 0`) != 0 {
		t.Error("the card stands open in the table")
	}
}

// A transfer takes every entry of the file along; deferred keys would refuse one that is left behind.
func TestEntriesFollowTheirFile(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.serving("A1", "王建国", number(born(1980, 1, 1), 1, idcard.Male), "clerk", "2021-01-01")
	clerk := h.As(access.TownshipClerk, "A")
	for _, e := range entries {
		clerk.Post(path+"/file/"+e.key, e.valid).Want(http.StatusSeeOther)
	}
	clerk.Post(path+"/village", url.Values{"village": {itoa(h.Units["A2"].Village)}}).Want(http.StatusSeeOther)
	for _, table := range []string{"education_records", "resume_entries", "family_members", "awards", "sanctions", "yearly_grades", "representative_roles", "promotions"} {
		if h.Count(`select count(*) from `+table+` x where village_id = $1`, h.Units["A2"].Village) != 1 {
			t.Errorf("%s stayed behind", table)
		}
	}
}
