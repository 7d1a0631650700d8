package assessment_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"touyan/internal/access"
)

// The way of a correction, as the people live it: published, posted, objected to, upheld, changed, approved twice again,
// published as the second version, posted anew where rows changed, final.
func TestAnUpheldObjectionBecomesACorrectedNotice(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settle()
	path := o.sheetPath("A")
	through := func(round int) { // from the clerk's desk to the wall
		o.T.Helper()
		o.submit(o.As(access.TownshipClerk, "A"), "A", nil).Want(http.StatusSeeOther)
		o.As(access.TownshipLeader, "A").Post(path+"/approve", o.approval("A", "A2/李娜")).Want(http.StatusSeeOther)
		o.As(access.DistrictOfficer, "甲").Post(path+"/file", o.form("A")).Want(http.StatusSeeOther)
		o.As(access.DistrictOfficer, "甲").Post("/assessment/2026-10/publish", o.sheets("A")).Want(http.StatusSeeOther)
		if n := o.Count(`select max(number) from assessment_publications where sheet_id = $1`, o.sheet("A")); n != round || o.state("A") != "published" {
			o.T.Fatalf("version %d in state %s, want version %d", n, o.state("A"), round)
		}
	}
	o.deduct(o.As(access.TownshipClerk, "A"), "A1/王芳", "2", "少开一次组织生活会")
	through(1)
	all := o.postings("A", 1, "2026-11-23")
	all.Set("all", "1")
	o.As(access.TownshipClerk, "A").Post(o.noticePath("A"), all).Want(http.StatusSeeOther)

	objection := o.objected("A1/王芳")
	if got := text(o.As(access.TownshipLeader, "A").Get(objection).Doc(), "main"); !strings.Contains(got, "-2分") || !strings.Contains(got, "少开一次组织生活会") {
		t.Errorf("who answers sees what it is about: %s", got)
	}
	o.As(access.TownshipLeader, "A").Post(objection, decision("upheld", "会议记录已补报,核减扣分")).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from assessment_rows where state = 'returned' and return_reason = '会议记录已补报,核减扣分' and id = $1`, o.row("A1/王芳")); n != 1 ||
		o.Count(`select count(*) from assessment_rows where sheet_id = $1 and state = 'frozen'`, o.sheet("A")) != 5 {
		t.Fatal("the row alone goes back to the clerk, with the reason")
	}
	village := text(o.As(access.VillageSecretary, "A1").Get("/village").Doc(), "main")
	if !strings.Contains(village, "正在更正") || !strings.Contains(village, "调整") || !strings.Contains(village, "98") {
		t.Errorf("until the correction the village reads the published result and the answer: %s", village)
	}
	// the other village's notice goes on hanging, and its right to object with it
	o.As(access.VillageSecretary, "A2").Post("/village/objections/new", o.objection("A2/张伟", "未评为优秀的理由不明")).Want(http.StatusSeeOther)
	other := fmt.Sprintf("/assessment/objections/%d", o.Count(`select max(id) from assessment_objections`))
	refused := o.As(access.TownshipLeader, "A").Post(other, decision("upheld", "一并调整")).Want(http.StatusConflict).Doc()
	if !strings.Contains(refused.Text("[data-problems]"), "不能更正") || o.Count(`select count(*) from assessment_objections where state = 'open'`) != 1 {
		t.Errorf("a second correction waits for the first: %s", refused.Text("main"))
	}
	o.As(access.TownshipLeader, "A").Post(other, decision("rejected", "优秀名额1个,党委会研究决定")).Want(http.StatusSeeOther)

	clerk := o.As(access.TownshipClerk, "A")
	entry := o.Count(`select id from assessment_entries where row_id = $1`, o.row("A1/王芳"))
	clerk.Post(fmt.Sprintf("/assessment/rows/%d/entries/%d/remove", o.row("A1/王芳"), entry), url.Values{"was": {""}}).Want(http.StatusSeeOther)
	o.save(clerk, "A1/李娜", "party_building", "19", "20").Want(http.StatusUnprocessableEntity)
	o.Tick(26 * time.Hour)
	through(2)

	a1, a2 := strconv.FormatInt(o.Units["A1"].Village, 10), o.Units["A2"].Village
	sheet := text(o.As(access.TownshipClerk, "A").Get(o.noticePath("A")+"/print?village="+a1).Want(http.StatusOK).Doc(), ".sheet")
	for _, words := range []string{"更正公示", "(第2版)", "本公示更正2026年11月23日张贴的2026年10月考评结果公示(第1版)", "更正原因:会议记录已补报,核减扣分", "98.00", "100.00"} {
		if !strings.Contains(sheet, words) {
			t.Errorf("the second version does not say %q: %s", words, sheet)
		}
	}
	if strings.Contains(sheet, "张伟") || strings.Contains(sheet, "李娜") {
		t.Error("whose result did not change stands on no second notice")
	}
	if o.Count(`select count(*) from assessment_postings where posted_on is null and village_id = $1`, o.Units["A1"].Village) != 1 ||
		o.posted(`village_id = $1 and ends_on = '2026-11-30'`, a2) != 1 || o.Count(`select count(*) from assessment_postings where village_id = $1`, a2) != 1 {
		t.Error("the period starts anew in the village of the changed row alone")
	}
	if n := o.Count(`select count(*) from assessment_results where replaced_by is null and grade = 'excellent' and row_id = $1`, o.row("A2/李娜")); n != 1 {
		t.Error("nobody else's grade moves by itself")
	}
	o.As(access.TownshipClerk, "A").Post(o.noticePath("A"), o.postings("A", 2, "2026-11-24", "A1")).Want(http.StatusSeeOther)
	village = text(o.As(access.VillageSecretary, "A1").Get("/village").Doc(), "main")
	if strings.Contains(village, "正在更正") || strings.Contains(village, "98") || !strings.Contains(village, "更正公示(第2版)(1人)公示期:2026-11-24至2026-12-01") {
		t.Errorf("the village reads the corrected result: %s", village)
	}
	first := o.As(access.VillageSecretary, "A1").Get(fmt.Sprintf("/village/notice?publication=%d", o.publication("A", 1))).Want(http.StatusOK).Doc()
	if !strings.Contains(first.Text(".sheet"), "98.00") {
		t.Error("the first version stays as it was printed")
	}

	o.Tick(7 * 24 * time.Hour) // 2026-12-01: the first notice is over, the second has its last day
	if done := o.lock(o.month); len(done.Townships) != 0 {
		t.Error("locked while the second notice hangs")
	}
	o.Tick(24 * time.Hour)
	if done := o.lock(o.month); len(done.Townships) != 1 || o.state("A") != "locked" {
		t.Errorf("both periods are over and nothing is open: %+v", done)
	}
	if got := text(o.As(access.VillageSecretary, "A1").Get("/village").Doc(), "main"); !strings.Contains(got, "最终结果") || strings.Contains(got, "提出异议") {
		t.Errorf("final: %s", got)
	}
}
