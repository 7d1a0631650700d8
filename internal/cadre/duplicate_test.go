package cadre_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
)

// slip gives a valid number that differs from another one in one digit and the check digit.
func slip(t *testing.T, number string) string {
	t.Helper()
	digits := []byte(number[:17])
	digits[15] = '0' + (digits[15]-'0'+3)%10
	out := string(digits) + string(idcard.CheckDigit(string(digits)))
	if !idcard.Near(out, number) {
		t.Fatalf("%s is not near", out)
	}
	return out
}

func TestPossibleDuplicatesAreFound(t *testing.T) {
	t.Parallel()
	h := register(t)
	n := number(born(1985, 2, 14), 1, idcard.Male)
	a := h.serving("A1", "王建国", n, "clerk", "2021-01-01")
	b := h.serving("B1", "王建国", number(born(1985, 2, 20), 7, idcard.Male), "clerk", "2021-01-01") // the same name and month
	c := h.person("A2", "李卫东", slip(t, n))                                                        // a near number alone
	h.person("A2", "王建国", number(born(1985, 3, 5), 333, idcard.Male))                             // another month
	h.person("C1", "王建国", number(born(1985, 2, 21), 7, idcard.Male))                              // another district
	h.person("C1", "李卫东", slip(t, number(born(1985, 2, 21), 7, idcard.Male)))
	officer := h.As(access.DistrictOfficer, "甲")
	links := func(path string) (out []string) {
		for _, n := range officer.Get(path).Want(http.StatusOK).Doc().All(`td a[href^="/cadres/duplicates/"]`) {
			out = append(out, strings.TrimPrefix(n.Attr("href"), "/cadres/duplicates/"))
		}
		return out
	}
	pair := func(a, b string) string { return itoa(key(a)) + "/" + itoa(key(b)) }
	if got := links("/cadres/duplicates"); len(got) != 1 || got[0] != pair(a, b) {
		t.Errorf("the same name: %v", got)
	}
	if got := links("/cadres/duplicates?tab=number"); len(got) != 1 || got[0] != pair(a, c) {
		t.Errorf("near numbers: %v", got)
	}
	if got := links("/cadres/duplicates?q=李"); len(got) != 0 {
		t.Errorf("another name: %v", got)
	}
	compare := officer.Get("/cadres/duplicates/" + pair(a, c)).Want(http.StatusOK)
	if strings.Contains(string(compare.Body), n) || !strings.Contains(compare.Doc().Text("tbody"), "第16、18位不同") {
		t.Errorf("the comparison: %q", compare.Doc().Text("tbody"))
	}
	officer.Post("/cadres/duplicates/export", nil).Want(http.StatusOK)
	officer.Post("/cadres/duplicates/"+pair(a, c)+"/distinct", nil).Want(http.StatusSeeOther)
	officer.Post("/cadres/duplicates/"+pair(a, b)+"/distinct", nil).Want(http.StatusSeeOther)
	officer.Post("/cadres/duplicates/"+pair(a, b)+"/distinct", nil).Want(http.StatusSeeOther)
	if got := append(links("/cadres/duplicates"), links("/cadres/duplicates?tab=number")...); len(got) != 0 {
		t.Errorf("pairs found to be two people are still shown: %v", got)
	}
	officer.Get("/cadres/duplicates/" + itoa(key(a)) + "/" + itoa(key(a))).Want(http.StatusNotFound)
	h.As(access.DistrictOfficer, "乙").Get("/cadres/duplicates/" + pair(a, b)).Want(http.StatusNotFound)
	h.As(access.TownshipClerk, "A").Get("/cadres/duplicates").Want(http.StatusForbidden)
}

func TestTwoFilesBecomeOneAndTwoAgain(t *testing.T) {
	t.Parallel()
	h := register(t)
	n, wrong := number(born(1985, 2, 14), 1, idcard.Male), number(born(1985, 2, 24), 1, idcard.Male)
	a := h.serving("A1", "王建国", wrong, "clerk", "2021-01-01")
	b := h.serving("B1", "王建国", n, "vc_member", "2015-01-01")
	officer := h.As(access.DistrictOfficer, "甲")
	officer.Post(b+"/posts", post(h.Units["A1"].Village, "clerk", "2022-01-01")).Want(http.StatusSeeOther) // both files have it
	h.Exec(`update accounts set person_id = $1 where id = $2`, key(b), h.Member(access.TownshipLeader, "B").Account)
	for i, file := range []string{a, b} { // entries of both files; of one year both have a grade
		h.Exec(`insert into yearly_grades (tenant_id, township_id, village_id, person_id, year, grade)
			select tenant_id, township_id, village_id, id, 2023 + n, 'competent' from persons, unnest($2::int[]) n where id = $1`, key(file), []int{0, i + 1})
		h.Exec(`insert into awards (tenant_id, township_id, village_id, person_id, kind, title, level, awarded_on)
			select tenant_id, township_id, village_id, id, 'cadre', '先进', 'district', '2024-01-01' from persons where id = $1`, key(file))
	}
	h.Exec(`update persons set native_place = '甘肃武都' where id = $1`, key(b))
	before := dump(h)
	path := "/cadres/duplicates/" + itoa(key(a)) + "/" + itoa(key(b))
	form := url.Values(officer.Get(path).Doc().One(`form[action$="/merge"]`).Fields())
	form.Set("keep", "first")
	for name := range form {
		if strings.HasPrefix(name, "field[") {
			form.Set(name, "first")
		}
	}
	if doc := officer.Post(path+"/merge", form).Want(http.StatusUnprocessableEntity).Doc(); doc.Text("#reason-error") == "" {
		t.Error("a merge without a reason")
	}
	form.Set("reason", "身份证号录错")
	form.Set("field[id]", "second") // the right number stands in the file that goes
	form.Set("field[unit]", "nonsense")
	officer.Post(path+"/merge", form).Want(http.StatusUnprocessableEntity)
	form.Set("field[unit]", "second")
	stale := url.Values{}
	for k, v := range form {
		stale[k] = v
	}
	stale.Set("versions", "1-9")
	officer.Post(path+"/merge", stale).Want(http.StatusConflict)
	if dump(h) != before {
		t.Fatal("a refused merge has changed something")
	}
	officer.Post(path+"/merge", form).Want(http.StatusSeeOther)
	officer.Post(path+"/merge", form).Want(http.StatusNotFound) // one of them is gone
	if got := h.Count(`select count(*) from appointments where person_id = $1`, key(a)); got != 2 {
		t.Errorf("%d posts in the one file", got)
	}
	if got := h.Count(`select count(*) from persons where id = $1 and birth_date = '1985-02-14' and village_id = $2`, key(a), h.Units["B1"].Village); got != 1 {
		t.Error("number and unit were not taken from the other file")
	}
	if got := h.Count(`select count(*) from yearly_grades g join persons p on p.id = g.person_id and p.village_id = g.village_id where p.id = $1`, key(a)); got != 3 {
		t.Errorf("%d years of grades in the one file", got)
	}
	if got := h.Count(`select count(*) from awards a, persons p where p.id = $1 and a.person_id = p.id and p.native_place = '甘肃武都'`, key(a)); got != 2 {
		t.Errorf("%d awards in the one file, with the other's native place", got)
	}
	if got := h.Count(`select count(*) from accounts where person_id = $1`, key(a)); got != 1 {
		t.Error("the account was left behind")
	}
	if got := officer.Get(b).Want(http.StatusSeeOther).Location(); got != a {
		t.Errorf("the old address leads to %s", got)
	}
	// A month that became final stands in the way of taking it back.
	undo := officer.Get("/cadres/duplicates?tab=merged").Doc().One(`form[action$="/undo"]`).Attr("action")
	h.Exec(`insert into person_merges (tenant_id, kept_person_id, merged_person_id, reason, merged_by, merged_at, undone_at, moved, before)
		select tenant_id, kept_person_id, merged_person_id, '第' || n || '次', merged_by, merged_at + n * interval '1 minute', merged_at + n * interval '2 minute', moved, before
		from person_merges, generate_series(1, 60) n`)
	if first := officer.Get("/cadres/duplicates?tab=merged").Want(http.StatusOK).Doc(); first.Has(`form[action$="/undo"]`) || !strings.Contains(first.Text("nav.pager"), "共 61 条") {
		t.Error("the merges are not cut into pages, the newest first")
	}
	if officer.Get("/cadres/duplicates?tab=merged&page=2").Want(http.StatusOK).Doc().One(`form[action$="/undo"]`).Attr("action") != undo {
		t.Error("an old merge can no longer be taken back")
	}
	if none := officer.Get("/cadres/duplicates?tab=merged&q=" + url.QueryEscape("查无此人")).Doc(); none.One(".empty a").Attr("href") != "/cadres/duplicates?tab=merged" {
		t.Error("nothing found offers no way back")
	}
	officer.Post("/cadres/duplicates/export", url.Values{"tab": {"merged"}}).Want(http.StatusOK)
	if h.Count(`select count(*) from audit_log where action = 'export' and object = 'person_merges' and (detail->>'rows')::int = 61`) != 1 {
		t.Error("the export of the merges does not hold them all")
	}
	h.Exec(`delete from person_merges where reason like '第%次'`)
	reason := url.Values{"reason": {"核对有误"}}
	h.results.final[key(a)] = true
	officer.Post(undo, reason).Want(http.StatusConflict)
	h.results.final[key(a)] = false
	officer.Post(undo, nil).Want(http.StatusUnprocessableEntity)
	h.As(access.DistrictOfficer, "乙").Post(undo, reason).Want(http.StatusNotFound)
	officer.Post(undo, reason).Want(http.StatusSeeOther)
	officer.Post(undo, reason).Want(http.StatusConflict)
	if after := dump(h); after != before {
		t.Errorf("before the merge:\n%s\nafter taking it back:\n%s", before, after)
	}
}

// dump is everything that a merge may touch, without versions and times.
func dump(h *house) string {
	h.T.Helper()
	var out string
	err := h.Owner.QueryRow(h.T.Context(), `select string_agg(x, E'\n' order by x) from (
		select 'person ' || (to_jsonb(p) - 'version' - 'updated_at')::text as x from persons p
		union all select 'post ' || (to_jsonb(a) - 'version')::text from appointments a
		union all select 'grade ' || to_jsonb(g)::text from yearly_grades g
		union all select 'award ' || to_jsonb(w)::text from awards w
		union all select 'account ' || id || ' ' || person_id from accounts where person_id is not null) y`).Scan(&out)
	if err != nil {
		h.T.Fatal(err)
	}
	return out
}
