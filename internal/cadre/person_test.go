package cadre_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"touyan/internal/access"
	"touyan/internal/platform/idcard"
)

func TestANewPersonIsCheckedAndNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk, village := h.As(access.TownshipClerk, "A"), h.Units["A1"].Village
	f := newcomer("王", "621202198502140018", village) // too short, wrong checksum
	f.Set("phone", "1389390")
	f.Set("party_join", "1999-01")
	f.Set("education", "nonsense")
	doc := clerk.Post("/cadres", f).Want(http.StatusUnprocessableEntity).Doc()
	for field, want := range map[string]string{"name": "2到25个字", "id_number": "校验位不符", "phone": "现为7位", "education": "请选择学历"} {
		if got := doc.Text("#" + field + "-error"); !strings.Contains(got, want) {
			t.Errorf("%s: %q", field, got)
		}
	}
	if got := doc.One("#f-phone").Attr("value"); got != "1389390" {
		t.Errorf("the phone comes back as %q", got)
	}
	// Another village of the scope's, or none at all: the same absent page.
	for _, v := range []int64{h.Units["B1"].Village, h.Units["C1"].Village, 987654} {
		clerk.Post("/cadres", newcomer("王建国", number(born(1985, 2, 14), 1, idcard.Male), v)).Want(http.StatusNotFound)
	}
	if n := h.Count(`select count(*) from persons`); n != 0 {
		t.Fatalf("%d persons were stored", n)
	}
	// 622621, the county's code until 2003, is as good as any; an unknown one is stored with a warning.
	a := clerk.Post("/cadres", newcomer("扎西·卓玛", "'"+number(born(1985, 2, 14), 1, idcard.Female), village)).Want(http.StatusSeeOther)
	if doc := clerk.Get(a.Location()).Doc(); strings.Contains(doc.Text(".flash, .notice"), "行政区划") || !strings.Contains(doc.Text(".facts"), "41岁(1985年2月生,截至2026-11-23)") {
		t.Errorf("622621: %q", doc.Text("main"))
	}
	a = clerk.Post("/cadres", newcomer("王 强", idcard.Make("999999", born(1985, 2, 14), 1, idcard.Male), village)).Want(http.StatusSeeOther)
	if text := clerk.Get(a.Location()).Doc().Text("body"); !strings.Contains(text, "不在历年行政区划代码中") || !strings.Contains(text, "王强") {
		t.Errorf("an unknown county: %q", text)
	}
}

func TestANumberIsRegisteredOncePerDistrict(t *testing.T) {
	t.Parallel()
	h := register(t)
	n := number(born(1980, 6, 6), 9, idcard.Male)
	h.person("B1", "张别处", n)
	clerk := h.As(access.TownshipClerk, "A")
	a := clerk.Post("/cadres", newcomer("张别处", n, h.Units["A1"].Village)).Want(http.StatusConflict)
	if got := a.Doc().Text("#id_number-error"); got != "该身份证号已登记,请发起调入申请" {
		t.Errorf("a number of a sibling township: %q", got)
	}
	if strings.Contains(string(a.Body), "柏川") || !a.Doc().Has(`a[href="/transfers/new"]`) {
		t.Error("the answer tells where the file is, or not what to do")
	}
	own := h.As(access.TownshipClerk, "B").Post("/cadres", newcomer("张某", n, h.Units["B1"].Village)).Want(http.StatusConflict)
	if got := own.Doc().Text("#id_number-error"); !strings.Contains(got, "张别处") {
		t.Errorf("a number of the own unit: %q", got)
	}
	h.person("C1", "张别处", n) // the other district knows nothing of it
	if got := h.Count(`select count(*) from persons`); got != 2 {
		t.Errorf("%d persons", got)
	}
}

func TestTwoWhoEditOnePersonSeeBothValues(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.serving("A1", "王建国", number(born(1980, 1, 1), 1, idcard.Male), "clerk", "2021-01-01")
	clerk, officer := h.As(access.TownshipClerk, "A"), h.As(access.DistrictOfficer, "甲")
	first := url.Values(clerk.Get(path + "/edit").Doc().One(`main form`).Fields())
	second := url.Values(officer.Get(path + "/edit").Doc().One(`main form`).Fields())
	first.Set("ethnic", "03")
	first.Set("native_place", "甘肃武都")
	clerk.Post(path, first).Want(http.StatusSeeOther)
	second.Set("ethnic", "04")
	second.Set("name", "王建国国")
	doc := officer.Post(path, second).Want(http.StatusConflict).Doc()
	if text := doc.Text(".notice"); !strings.Contains(text, "回族") || !strings.Contains(text, "藏族") || !strings.Contains(text, "甘肃武都") {
		t.Errorf("the conflict says %q", text)
	}
	if n := h.Count(`select count(*) from persons where ethnic = '03' and native_place = '甘肃武都' and name = '王建国'`); n != 1 {
		t.Error("the second save went through")
	}
	// Having seen both, the second may insist; posts that go on carry the new name, and the sibling village is untouched.
	officer.Post(path, url.Values(doc.One(`main form`).Fields())).Want(http.StatusSeeOther)
	if n := h.Count(`select count(*) from persons p join appointments a on a.person_id = p.id where ethnic = '04' and person_name = '王建国国'`); n != 1 {
		t.Error("the insisted save was lost")
	}
	first.Del("_grant")
	h.As(access.TownshipClerk, "B").Post(path, first).Want(http.StatusNotFound)
}

func TestAFormThatIsSentTwiceIsOneSave(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.serving("A1", "王建国", number(born(1980, 1, 1), 1, idcard.Male), "clerk", "2021-01-01")
	clerk, officer := h.As(access.TownshipClerk, "A"), h.As(access.DistrictOfficer, "甲")
	form := url.Values(clerk.Get(path + "/edit").Doc().One(`main form`).Fields())
	other := url.Values(officer.Get(path + "/edit").Doc().One(`main form`).Fields())
	form.Set("specialty", "油橄榄")
	form.Set("address", "安河镇上湾村一社7号")
	clerk.Post(path, form).Want(http.StatusSeeOther)
	clerk.Post(path, form).Want(http.StatusSeeOther)
	if n := h.Count(`select count(*) from audit_log where action = 'cadre.update' and person_id = $1`, key(path)); n != 1 {
		t.Errorf("%d saves in the trail", n)
	}
	// Another address is another save: it is refused and says so, though neither is shown.
	other.Set("specialty", "油橄榄")
	other.Set("address", "安河镇上湾村二社9号")
	doc := officer.Post(path, other).Want(http.StatusConflict).Doc()
	if text := doc.Text(".notice"); !strings.Contains(text, "户籍地址") || strings.Contains(text, "一社7号") {
		t.Errorf("the conflict says %q", text)
	}
}

func TestWholeNumbersAreShownForAReasonThatTheTrailKeeps(t *testing.T) {
	t.Parallel()
	h := register(t)
	n := number(born(1980, 1, 1), 1, idcard.Male)
	path := h.person("A1", "王建国", n)
	leader := h.As(access.TownshipLeader, "A")
	if strings.Contains(string(leader.Get(path).Body), n) {
		t.Fatal("the page shows the number unasked")
	}
	leader.Post(path+"/reveal", url.Values{"purpose": {" "}}).Want(http.StatusUnprocessableEntity)
	if got := h.Count(`select count(*) from audit_log where action = 'cadre.reveal'`); got != 0 {
		t.Errorf("%d lines of a refused reveal", got)
	}
	a := leader.Post(path+"/reveal", url.Values{"purpose": {"核对工资卡"}}).Want(http.StatusOK)
	if !strings.Contains(string(a.Body), n) || !strings.Contains(string(a.Body), "13893900001") {
		t.Error("the whole numbers are not shown")
	}
	if got := h.Count(`select count(*) from audit_log where action = 'cadre.reveal' and person_id = $1 and reason = '核对工资卡'`, key(path)); got != 1 {
		t.Errorf("%d lines in the trail", got)
	}
	h.As(access.TownshipFinance, "A").Post(path+"/reveal", url.Values{"purpose": {"x"}}).Want(http.StatusForbidden)
	h.As(access.TownshipLeader, "B").Post(path+"/reveal", url.Values{"purpose": {"x"}}).Want(http.StatusNotFound)
}

func TestOnlyAFileWithoutResultsAndPostsIsVoided(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk := h.As(access.TownshipClerk, "A")
	n := number(born(1980, 1, 1), 1, idcard.Male)
	scored := h.person("A1", "王考评", number(born(1981, 1, 1), 1, idcard.Male))
	h.results.has[key(scored)] = true
	serving := h.serving("A1", "王在任", number(born(1982, 1, 1), 1, idcard.Male), "clerk", "2021-01-01")
	mistake := h.person("A1", "王误录", n)
	reason := url.Values{"reason": {"重复录入"}}
	clerk.Post(scored+"/void", reason).Want(http.StatusConflict)
	clerk.Post(serving+"/void", reason).Want(http.StatusConflict)
	clerk.Post(mistake+"/void", nil).Want(http.StatusUnprocessableEntity)
	h.As(access.TownshipClerk, "B").Post(mistake+"/void", reason).Want(http.StatusNotFound)
	if got := h.Count(`select count(*) from persons where voided_at is not null`); got != 0 {
		t.Fatalf("%d were voided", got)
	}
	clerk.Post(mistake+"/void", reason).Want(http.StatusSeeOther)
	clerk.Post(mistake+"/void", reason).Want(http.StatusConflict)
	h.person("A2", "王重录", n) // the number is free again
	if got := names(clerk.Get("/cadres?state=all").Doc()); strings.Contains(strings.Join(got, " "), "王误录") {
		t.Error("a voided file is listed")
	}
}

func TestPostsFollowEachOtherAndDeathEndsThemAll(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk, officer := h.As(access.TownshipClerk, "A"), h.As(access.DistrictOfficer, "甲")
	a1, b1 := h.Units["A1"].Village, h.Units["B1"].Village
	path := h.serving("A1", "王建国", number(born(1980, 1, 1), 1, idcard.Male), "clerk", "2021-01-01")
	twin := h.serving("B1", "王建国", number(born(1980, 1, 1), 2, idcard.Male), "clerk", "2021-01-01")
	// The same post twice at once is refused with a sentence; another one beside it is not.
	if text := clerk.Post(path+"/posts", post(a1, "clerk", "2023-01-01")).Want(http.StatusConflict).Doc().Text("#from-error"); !strings.Contains(text, "任期重叠") {
		t.Errorf("an overlap: %q", text)
	}
	clerk.Post(path+"/posts", post(a1, "vc_member", "2022-01-01")).Want(http.StatusSeeOther)
	officer.Post(path+"/posts", post(b1, "grid_worker", "2022-06-01")).Want(http.StatusSeeOther)
	clerk.Post(path+"/posts", post(b1, "vc_member", "2022-01-01")).Want(http.StatusNotFound)
	bad := post(a1, "first_secretary", "2022-13-01")
	bad.Set("way_in", "")
	doc := clerk.Post(path+"/posts", bad).Want(http.StatusUnprocessableEntity).Doc()
	if doc.Text("#from-error") == "" || doc.Text("#way_in-error") == "" || doc.Text("#pay_scheme-error") == "" || doc.One("#f-from").Attr("value") != "2022-13-01" {
		t.Errorf("a bad post: %q", doc.Text("main .notice"))
	}
	end := clerk.Get(path).Doc().One(`form[action$="/end"]`).Attr("action")
	leave := func(day, way string) url.Values { return url.Values{"last_day": {day}, "way_out": {way}} }
	for _, f := range []url.Values{leave("2020-12-31", "resigned"), leave("2026-12-01", "resigned"), leave("2024-02-30", "resigned"), leave("2024-02-01", "")} {
		doc := clerk.Post(end, f).Want(http.StatusUnprocessableEntity).Doc()
		if doc.Text(".field-error") == "" || doc.One(`form[action="`+end+`"] [name=last_day]`).Attr("value") != f.Get("last_day") {
			t.Errorf("a bad end %v: %q", f, doc.Text(".notice"))
		}
	}
	clerk.Post(twin+"/posts/"+end[strings.LastIndex(end, "posts/")+6:strings.LastIndex(end, "/")]+"/end", leave("2024-01-31", "resigned")).Want(http.StatusNotFound)
	if n := h.Count(`select count(*) from appointments where not upper_inf(during)`); n != 0 {
		t.Fatalf("%d posts were ended", n)
	}
	clerk.Post(end, leave("2024-01-31", "resigned")).Want(http.StatusSeeOther)
	clerk.Post(end, leave("2024-01-31", "resigned")).Want(http.StatusConflict)
	// The death ends what goes on in the whole district, and nothing of the namesake.
	clerk.Post(path+"/death", url.Values{"last_day": {"2022-05-01"}}).Want(http.StatusUnprocessableEntity) // before a post began
	clerk.Post(path+"/death", url.Values{"last_day": {"2026-11-01"}}).Want(http.StatusSeeOther)
	clerk.Post(path+"/death", url.Values{"last_day": {"2026-11-01"}}).Want(http.StatusConflict)
	if n := h.Count(`select count(*) from appointments where person_id = $1 and way_out = 'deceased' and upper(during) = '2026-11-02'`, key(path)); n != 2 {
		t.Errorf("%d posts ended by the death", n)
	}
	if n := h.Count(`select count(*) from appointments where person_id = $1 and upper_inf(during)`, key(twin)); n != 1 {
		t.Error("the namesake's post ended too")
	}
	clerk.Post(path+"/posts", post(a1, "clerk", "2026-11-10")).Want(http.StatusConflict)
	if got := names(clerk.Get("/cadres").Doc()); len(got) != 0 {
		t.Errorf("the register still lists %v", got)
	}
	// His posts last to the end of the day; no list of that day names him any more, and that of the day before does.
	for day, want := range map[string]int{"2026-10-31": 1, "2026-11-01": 0} {
		if got := names(clerk.Get("/cadres?as_of=" + day).Doc()); len(got) != want {
			t.Errorf("on %s the register lists %v", day, got)
		}
	}
	clerk.Post(path+"/death/undo", url.Values{"reason": {"登记错人"}}).Want(http.StatusSeeOther)
	if n := h.Count(`select count(*) from appointments where person_id = $1 and upper_inf(during)`, key(path)); n != 2 {
		t.Errorf("%d posts go on again", n)
	}
}

func TestWhoHasDiedAgesNoFurther(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.serving("A1", "孙明清", number(born(1962, 3, 9), 31, idcard.Male), "clerk", "2015-01-01")
	clerk := h.As(access.TownshipClerk, "A")
	clerk.Post(path+"/death", url.Values{"last_day": {"2020-02-28"}}).Want(http.StatusSeeOther)
	if text := clerk.Get(path).Doc().Text(".facts"); !strings.Contains(text, "1962年3月生,去世时57岁") || strings.Contains(text, "64岁") {
		t.Errorf("the page says %q", text)
	}
	if text := clerk.Get("/cadres?state=left").Doc().Text("tbody td.num"); text != "57" {
		t.Errorf("the list says %q", text)
	}
	// A list of a day of his life says how old he was then.
	if text := clerk.Get("/cadres?as_of=2019-04-01").Doc().Text("tbody td.num"); text != "57" {
		t.Errorf("the list of 2019 says %q", text)
	}
	// A search among those who serve leads on to those who do not.
	doc := clerk.Get("/cadres?q=smq").Doc()
	if got := names(clerk.Get(doc.One(`main .empty a[href*="state=all"]`).Attr("href")).Doc()); len(got) != 1 || got[0] != "孙明清" {
		t.Errorf("the link of an empty search finds %v", got)
	}
}

func TestAFileWithAllItsSectionsAsksForNoMore(t *testing.T) {
	t.Parallel()
	h := register(t)
	path, _ := h.whole()
	clerk := h.As(access.TownshipClerk, "A")
	if text := clerk.Get(path).Doc().Text("main"); strings.Contains(text, "尚未登记的内容") {
		t.Error("a complete file has an empty panel")
	}
	other := h.person("A1", "李新来", number(born(1990, 6, 6), 33, idcard.Male))
	if n := len(clerk.Get(other).Doc().All(`a[href^="` + other + `/file/"]`)); n != 8 {
		t.Errorf("an empty file offers %d sections", n)
	}
}

func TestAPostEnteredWronglyIsMended(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk := h.As(access.TownshipClerk, "A")
	path := h.serving("A1", "王建国", number(born(1980, 1, 1), 1, idcard.Male), "clerk", "2021-01-01")
	edit := clerk.Get(path).Doc().One(`td a[href*="/posts/"]`).Attr("href")
	f := url.Values(clerk.Get(edit).Want(http.StatusOK).Doc().One(`main form`).Fields())
	f.Set("from", "2021-02-01")
	f.Set("last_day", "2021-01-31")
	if doc := clerk.Post(edit, f).Want(http.StatusUnprocessableEntity).Doc(); !strings.Contains(doc.Text("#last_day-error"), "不能早于任职日期") || doc.Text("#reason-error") == "" {
		t.Errorf("an end before the beginning: %q", doc.Text("main .notice"))
	}
	f.Set("last_day", "2025-01-31")
	f.Set("way_out", "term_end")
	f.Set("reason", "文件日期录错")
	f.Del("_grant")
	h.As(access.TownshipClerk, "B").Post(edit, f).Want(http.StatusNotFound)
	foreign := url.Values{}
	for k, v := range f {
		foreign[k] = v
	}
	foreign.Set("village", itoa(h.Units["B1"].Village))
	clerk.Post(edit, foreign).Want(http.StatusNotFound)
	clerk.Post(edit, f).Want(http.StatusSeeOther)
	if doc := clerk.Post(edit, f).Want(http.StatusConflict).Doc(); !strings.Contains(doc.Text("#from-error"), "刚被他人修改") {
		t.Errorf("a stale correction: %q", doc.Text(".field-error"))
	}
	if n := h.Count(`select count(*) from appointments where during = daterange('2021-02-01', '2025-02-01') and way_out = 'term_end'`); n != 1 {
		t.Error("the correction was not stored once")
	}
	clerk.Post(edit+"/remove", nil).Want(http.StatusUnprocessableEntity)
	h.As(access.TownshipClerk, "B").Post(edit+"/remove", url.Values{"reason": {"x"}}).Want(http.StatusNotFound)
	clerk.Post(edit+"/remove", url.Values{"reason": {"误录"}}).Want(http.StatusSeeOther)
	if n := h.Count(`select count(*) from appointments`) + 10*h.Count(`select count(*) from audit_log where action = 'cadre.remove' and detail->'before'->>'position' = 'clerk'`); n != 10 {
		t.Error("the post is still there, or the trail does not say what it was")
	}
}

func TestPanelsOfOtherModulesStandOnThePage(t *testing.T) {
	t.Parallel()
	h := register(t, func(_ context.Context, tx *access.Tx, person int64) (access.Panel, error) {
		return access.Panel{Title: "月考评", Body: templ.Raw("<p>成绩" + itoa(person) + "</p>")}, nil
	})
	path := h.person("A1", "王建国", number(born(1980, 1, 1), 1, idcard.Male))
	if text := h.As(access.TownshipLeader, "A").Get(path).Doc().Text(".panel"); !strings.Contains(text, "月考评") || !strings.Contains(text, "成绩"+itoa(key(path))) {
		t.Errorf("the page says %q", text)
	}
}
