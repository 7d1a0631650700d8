package assessment_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/testkit"
)

// tailed gives everybody of the office an ID number whose last four tell him apart: A1/张伟 is 1001, and so on by row.
func (o *office) tailed() map[string]string {
	o.T.Helper()
	tails := map[string]string{}
	for who, id := range o.people {
		u := o.Units[strings.Split(who, "/")[0]]
		tail := fmt.Sprintf("%03dX", id)
		tails[who] = tail
		o.Exec(`update persons set id_tail_index = $1, id_index = $2 where id = $3`, cadre.TailIndex(o.Keys, u.Tenant, tail),
			cadre.IDIndex(o.Keys, u.Tenant, "62120219850214"+tail), id)
	}
	return tails
}

const pastHead = "区委组织部,,,,,,\n乡镇,村名,姓名,身份证后四位,得分,等次,金额\n"

func past(c *testkit.Client, at, content string) testkit.Answer {
	return c.PostFile("/assessment/import", url.Values{"month": {at}}, "file", "历史.csv", []byte(content))
}

func TestAPastMonthIsImportedAsAClosedResult(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tails := o.tailed()
	c := o.As(access.DistrictOfficer, "甲")
	c.Get("/assessment/import").Want(http.StatusOK)
	c.Get("/assessment/import/template").Want(http.StatusOK)
	file := pastHead + fmt.Sprintf("安河镇,马家沟1,张伟,%s,96.5,优秀,\"1,531.95\"\n安河,马家沟2村,张伟,%s,88,称职,\n柏川镇,马家沟1村,李娜,%s,59,不称职,0\n合计,,,,243.5,,\n",
		tails["A1/张伟"], strings.ToLower(tails["A2/张伟"]), tails["B1/李娜"])
	preview := past(c, "2026-05", file).Want(http.StatusSeeOther).Location()
	page := c.Get(preview).Want(http.StatusOK).Doc()
	if n := len(page.All("tbody tr")); n != 3 || o.Count(`select count(*) from assessment_months where month = '2026-05-01'`) != 0 {
		t.Fatalf("%d lines, or the preview has written: %s", n, page.Text("main"))
	}
	c.Post(preview, nil).Want(http.StatusSeeOther)
	c.Post(preview, nil).Want(http.StatusConflict) // pressed twice
	u := o.Units["甲"]
	for what, want := range map[string]int{
		`select count(*) from assessment_months where tenant_id = $1 and month = '2026-05-01' and source = 'imported' and state = 'closed'`:     1,
		`select count(*) from assessment_sheets where tenant_id = $1 and month = '2026-05-01' and state = 'locked'`:                             2,
		`select count(*) from assessment_rows where tenant_id = $1 and month = '2026-05-01' and state = 'frozen' and position_code <> ''`:       3,
		`select count(*) from assessment_results where tenant_id = $1 and month = '2026-05-01' and replaced_by is null`:                         3,
		`select count(*) from assessment_results where tenant_id = $1 and month = '2026-05-01' and amount_fen = 153195 and grade = 'excellent'`: 1,
		`select count(*) from assessment_results where tenant_id = $1 and month = '2026-05-01' and amount_fen is null and total = 88`:           1,
		`select count(*) from audit_log where tenant_id = $1 and action = 'assessment.import'`:                                                  1,
		`select count(*) from assessment_months where tenant_id <> $1 and month = '2026-05-01'`:                                                 0,
		`select count(*) from assessment_uploads where tenant_id = $1 and content <> ''`:                                                        0,
	} {
		if got := o.Count(what, u.Tenant); got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	if got := c.Get("/assessment/2026-05").Want(http.StatusOK).Doc().Text("main .tag"); !strings.Contains(got, "导入") {
		t.Errorf("the board does not mark the month: %s", got)
	}
	clerk := o.As(access.TownshipClerk, "A")
	sheet := int64(o.Count(`select id from assessment_sheets where month = '2026-05-01' and township_id = $1`, o.Units["A"].Township))
	if got := clerk.Get(fmt.Sprintf("/assessment/sheets/%d", sheet)).Want(http.StatusOK).Doc().Text("tbody"); !strings.Contains(got, "96.5 优秀") || strings.Contains(got, "李娜") {
		t.Errorf("the imported sheet shows %s", got)
	}
	if got := past(c, "2026-05", file).Want(http.StatusConflict).Doc().Text(".field-error"); !strings.Contains(got, "已经有考评结果") {
		t.Errorf("imported twice: %s", got)
	}
}

func TestEveryErrorOfAPastMonthIsNamedAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tails := o.tailed()
	c := o.As(access.DistrictOfficer, "甲")
	file := pastHead + fmt.Sprintf("安河镇,马家沟1村,张伟,%s,150,优秀,\n安河镇,马家沟9村,李娜,%s,90,很好,\n无名镇,马家沟1村,王芳,%s,x,称职,多\n安河镇,马家沟1村,张伟,%s,90,称职,\n安河镇,马家沟1村,刘备,0001,90,称职,\n安河镇,马家沟1村,李娜,12,90,称职,\n安河镇,马家沟1村,张伟,%s,90,,\n",
		tails["A1/张伟"], tails["A1/李娜"], tails["A1/王芳"], tails["C1/张伟"], tails["A1/张伟"])
	preview := past(c, "2026-05", file).Want(http.StatusSeeOther).Location()
	page := c.Get(preview).Want(http.StatusOK).Doc()
	text := page.Text("tbody")
	for _, want := range []string{"3 得分 E3", "4 村名 B4", "4 等次 F4", "没有找到这个乡镇", "5 得分 E5", "5 金额 G5", "6 姓名 C6 花名册中没有这个人", "7 姓名 C7", "8 身份证后四位 D8", "9 姓名 C9 与第3行是同一人"} {
		if !strings.Contains(text, want) {
			t.Errorf("the preview does not say %q: %s", want, text)
		}
	}
	if page.Has(`form[action="` + preview + `"]`) {
		t.Error("a file with errors can be confirmed")
	}
	c.Post(preview, nil).Want(http.StatusConflict)
	c.Post(preview+"/repair", nil).Want(http.StatusOK)
	for _, at := range []string{"2026-10", "2026-11", "2027-01"} {
		past(c, at, file).Want(http.StatusConflict)
	}
	for _, at := range []string{"", "2026", "上个月"} {
		past(c, at, file).Want(http.StatusUnprocessableEntity)
	}
	past(c, "2026-05", "乡镇,村名,姓名,得分\n安河镇,马家沟1村,张伟,90\n").Want(http.StatusUnprocessableEntity)
	if n := o.Count(`select count(*) from assessment_months where month = '2026-05-01'`); n != 0 {
		t.Error("the month was written")
	}
	other := o.As(access.DistrictOfficer, "乙")
	other.Get(preview).Want(http.StatusNotFound)
	other.Post(preview, nil).Want(http.StatusNotFound)
	o.As(access.TownshipClerk, "A").Get("/assessment/import").Want(http.StatusForbidden)
	past(o.As(access.TownshipClerk, "A"), "2026-05", file).Want(http.StatusForbidden)
}
