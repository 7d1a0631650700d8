package cadre_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"touyan/internal/access"
	"touyan/internal/platform/idcard"
	"touyan/internal/testkit"
)

// editing is a workbook that a clerk has open.
type editing struct {
	t     *testing.T
	heads map[string][]string
	*excelize.File
}

func open(t *testing.T, file []byte) editing {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return editing{t, map[string][]string{}, f}
}

// set writes a value below a title, in the n-th row of data.
func (e editing) set(sheet, title string, n int, value any) {
	e.t.Helper()
	if e.heads[sheet] == nil {
		rows, err := e.GetRows(sheet)
		if err != nil {
			e.t.Fatal(err)
		}
		e.heads[sheet] = rows[2]
	}
	col := slices.Index(e.heads[sheet], title)
	if col < 0 {
		e.t.Fatalf("%s has no column %s: %v", sheet, title, e.heads[sheet])
	}
	at, err := excelize.CoordinatesToCellName(col+1, 4+n)
	if err != nil {
		e.t.Fatal(err)
	}
	if err := e.SetCellValue(sheet, at, value); err != nil {
		e.t.Fatal(err)
	}
}

// row writes several values of a row of data.
func (e editing) row(sheet string, n int, values map[string]any) {
	e.t.Helper()
	for title, v := range values {
		e.set(sheet, title, n, v)
	}
}

func (e editing) bytes() []byte {
	e.t.Helper()
	b, err := e.WriteToBuffer()
	if err != nil {
		e.t.Fatal(err)
	}
	return b.Bytes()
}

// foot takes the line below n rows of data away, which an edited row takes the place of.
func (e editing) foot(n int) {
	for _, sheet := range e.GetSheetList() {
		_ = e.RemoveRow(sheet, 4+n)
	}
}

// digest sums up everything that an import may write.
func (h *house) digest() string {
	h.T.Helper()
	var all []string
	for _, table := range []string{"persons", "appointments", "education_records", "resume_entries", "family_members", "awards", "sanctions", "yearly_grades", "representative_roles", "promotions"} {
		var s string
		if err := h.Owner.QueryRow(h.T.Context(), `select coalesce(md5(string_agg(x::text, '' order by x::text)), '') from `+table+` x`).Scan(&s); err != nil {
			h.T.Fatal(err)
		}
		all = append(all, s)
	}
	return strings.Join(all, " ")
}

func TestAWorkbookGoesOutIsEditedAndComesIn(t *testing.T) {
	t.Parallel()
	h := register(t)
	path, id := h.whole()
	clerk := h.As(access.TownshipClerk, "A")
	for _, open := range [][]string{{"id", "phone", "bank", "address", "family", "sanctions"}, {}} {
		file := clerk.Post("/cadres/export/file", book(clerk, "", open...)).Want(http.StatusOK).Body
		at, doc := previewOf(clerk, "档案.xlsx", file)
		if text := doc.Text(".stats"); !strings.Contains(text, "没有变化 1") || doc.Has(`[aria-label="错误"]`) || doc.Has(`[aria-label="需申请更正"]`) || strings.Contains(doc.Text("main"), "的变化") {
			t.Fatalf("what went out does not come in unchanged (%v): %s", open, doc.Text("main"))
		}
		before := h.digest()
		clerk.Post(at+"/confirm", nil).Want(http.StatusSeeOther)
		if h.digest() != before {
			t.Error("an unchanged workbook changed something")
		}
	}
	e := open(t, clerk.Post("/cadres/export/file", book(clerk, "", "id", "bank")).Want(http.StatusOK).Body)
	e.foot(1)
	e.row("人员", 0, map[string]any{"籍贯": "甘肃陇南", "最高学历": "大学本科毕业", "入党时间": "2017.07", "银行卡号": "6217000000000000016", "民族": "回族", "健康状况": "一般"})
	e.row("任职", 1, map[string]any{"姓名": "王㛃𬭎", "身份证号": id, "任职村(社区)": "马家沟2", "职务": "村委会委员", "任职时间": "2015年3月", "离任时间": "2018-02-28", "离任方式": "届满"})
	e.row("学历", 1, map[string]any{"姓名": "王㛃𬭎", "身份证号": id, "教育类别": "在职", "学历": "大专", "毕业院校系及专业": "省委党校", "毕业时间": "2012.07"})
	e.row("简历", 1, map[string]any{"姓名": "王 㛃𬭎", "身份证号": id, "起": "２００１．０９", "止": "2005.07", "类别": "学习", "在何单位任何职": "读书"})
	e.row("年度考核", 1, map[string]any{"姓名": "王㛃𬭎", "身份证号": id, "年度": 2023, "等次": "称职"})
	at, doc := previewOf(clerk, "档案.xlsx", e.bytes())
	if doc.Has(`[aria-label="错误"]`) {
		t.Fatalf("errors: %s", doc.Text(`[aria-label="错误"]`))
	}
	content := doc.Text(`[aria-label="将要写入的内容"]`)
	for _, want := range []string{"籍贯", "甘肃武都", "甘肃陇南", "回族", "一般"} {
		if !strings.Contains(content, want) {
			t.Errorf("the preview does not say %s: %s", want, content)
		}
	}
	var asked []string
	for _, a := range doc.All(`[aria-label="需申请更正"] a`) {
		asked = append(asked, a.Attr("href"))
	}
	slices.Sort(asked)
	if want := []string{path + "/changes/new?field=bank", path + "/changes/new?field=education", path + "/changes/new?field=party_join"}; !slices.Equal(asked, want) {
		t.Errorf("to be asked for: %v", asked)
	}
	if strings.Contains(doc.Text("main"), "621700") || strings.Contains(doc.Text("main"), id) {
		t.Error("the preview shows a whole number")
	}
	clerk.Post(at+"/confirm", nil).Want(http.StatusSeeOther)
	for sentence, sql := range map[string]string{
		"what is no key field was not written": `select count(*) from persons where id = $1 and native_place = '甘肃陇南' and ethnic = '03' and health = '3' and version > 1`,
		"a key field was written":              `select count(*) from persons where id = $1 and education = '31' and party_join_date = '2018-07-01'`,
		"the earlier post was not written":     `select count(*) from appointments where person_id = $1 and during = '[2015-03-01,2018-03-01)' and way_out = 'term_end' and position_code = 'vc_member'`,
		"the study was not written":            `select count(*) from resume_entries where person_id = $1 and from_on = '2001-09-01' and to_on = '2005-07-01' and kind = 'study'`,
		"the grade was not written":            `select count(*) from yearly_grades where person_id = $1 and year = 2023 and grade = 'competent'`,
		"the course was not written":           `select count(*) from education_records where person_id = $1 and mode = 'inservice' and level = '31' and finished_on = '2012-07-01'`,
	} {
		if h.Count(sql, key(path)) != 1 {
			t.Error(sentence)
		}
	}
	if n := h.Count(`select count(*) from education_records where person_id <> $1`, key(path)); n != 1 {
		t.Errorf("the look-alike of the sibling township has %d courses", n)
	}
	if h.Count(`select count(*) from audit_log where action = 'cadre.import' and detail->'sheets'->'学历学位'->>'added' = '1'`) != 1 {
		t.Error("the trail does not say what came")
	}
	// Sent again, all is known; held back, whoever differs in a key field is left out.
	_, doc = previewOf(clerk, "档案.xlsx", e.bytes())
	if text := doc.Text(".stats"); !strings.Contains(text, "没有变化 1") || strings.Contains(doc.Text("main"), "的变化") {
		t.Errorf("the same workbook again: %s", text)
	}
	e.set("人员", "籍贯", 0, "甘肃成县")
	at, _ = previewOf(clerk, "档案.xlsx", e.bytes())
	clerk.Post(at+"/options", url.Values{"hold": {"yes"}}).Want(http.StatusSeeOther)
	before := h.digest()
	clerk.Post(at+"/confirm", nil).Want(http.StatusSeeOther)
	if h.digest() != before {
		t.Error("who was to be left out was changed")
	}
	h.As(access.TownshipClerk, "B").Post(at+"/options", url.Values{"hold": {"yes"}}).Want(http.StatusNotFound)
	clerk.Post(at+"/options", nil).Want(http.StatusConflict)
}

// blank is the template with its sheets empty.
func blank(t *testing.T, c *testkit.Client) editing {
	t.Helper()
	return open(t, c.Get("/cadres/import/template/file").Want(http.StatusOK).Body)
}

func TestNewPeopleComeWithTheirWholeFiles(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk := h.As(access.TownshipClerk, "A")
	e := blank(t, clerk)
	id := number(born(1988, 8, 8), 8, idcard.Female)
	who := map[string]any{"姓名": "扎西·卓玛", "身份证号": id}
	with := func(more map[string]any) map[string]any {
		for k, v := range who {
			more[k] = v
		}
		return more
	}
	e.row("人员", 0, with(map[string]any{"村(社区)": "马家沟1村", "曾用名": "卓玛拉姆", "民族": "藏族", "政治面貌": "党员", "入党时间": "2010.07", "转正时间": "2011.07", "最高学历": "大专",
		"来源身份": "大中专毕业生、村医村教", "婚姻状况": "已婚", "联系电话": "138-9390-0003", "开户行": "信用社", "银行卡号": "6217 0000 0000 0000 008", "户籍地址": "马家沟村1号", "本村户籍": "是"}))
	e.row("任职", 0, with(map[string]any{"任职村(社区)": "马家沟1", "职务": "村党支部书记、村委会主任", "管理类型": "专业化管理", "任职时间": "2021-01-15", "届次": "第12届", "合同到期": "2026-12-31"}))
	e.row("学历", 0, with(map[string]any{"教育类别": "全日制教育", "学历": "大专", "毕业时间": "2009-07"}))
	e.row("简历", 0, with(map[string]any{"起": "2009.08", "止": "至今", "在何单位任何职": "马家沟村工作"}))
	e.row("家庭成员", 0, with(map[string]any{"称谓": "丈夫", "成员姓名": "扎西顿珠", "政治面貌": "群众"}))
	e.row("奖惩", 0, with(map[string]any{"奖惩": "表彰奖励", "类别": "优秀共产党员", "名称": "优秀共产党员", "级别": "区级", "授予单位或决定机关": "区委", "日期": "2023.07.01"}))
	e.row("奖惩", 1, with(map[string]any{"奖惩": "处分", "类别": "谈话提醒", "日期": "2020-05-01", "事由": "值班缺岗"}))
	e.row("年度考核", 0, with(map[string]any{"年度": "2024年度", "等次": "优秀"}))
	e.row("两代表一委员", 0, with(map[string]any{"身份": "人大代表", "级别": "乡镇", "届次": "第十九届", "起": "2021-11-01"}))
	e.row("提拔使用", 0, with(map[string]any{"去向": "其他", "原任职务": "文书", "新任职务": "书记", "日期": "2021-01-15"}))
	at, doc := previewOf(clerk, "档案.xlsx", e.bytes())
	if doc.Has(`[aria-label="错误"]`) || !strings.Contains(doc.Text(".stats"), "新增人员 1") {
		t.Fatalf("the preview: %s", doc.Text("main"))
	}
	clerk.Post(at+"/confirm", nil).Want(http.StatusSeeOther)
	clerk.Post(at+"/confirm", nil).Want(http.StatusConflict)
	for _, sql := range []string{
		`select count(*) from persons where name = '扎西·卓玛' and former_name = '卓玛拉姆' and party_full_date = '2011-07-01' and origins = '{graduate,village_doctor_teacher}'
			and marital = '20' and is_local and bank_cipher is not null and bank_index is not null and address_cipher is not null and village_id = ` + itoa(h.Units["A1"].Village),
		`select count(*) / 2 from appointments where person_name = '扎西·卓玛' and pay_scheme = 'institution' and term_no = 12 and contract_ends_on = '2026-12-31' and sex = '2'`,
		`select count(*) from education_records where level = '31' and finished_on = '2009-07-01'`, `select count(*) from resume_entries where to_on is null and kind = 'work'`,
		`select count(*) from family_members where relation = '12' and name = '扎西顿珠' and rank = 1`, `select count(*) from awards where level = 'district' and awarded_on = '2023-07-01'`,
		`select count(*) from sanctions where kind = 'talk' and township_id = ` + itoa(h.Units["A"].Township), `select count(*) from yearly_grades where year = 2024`,
		`select count(*) from representative_roles where level = 'township'`, `select count(*) from promotions`,
	} {
		if n := h.Count(sql); n != 1 {
			t.Errorf("%d of %s", n, sql)
		}
	}
	for _, q := range []string{"zhuomalamu", "zmlm", "zxzm"} {
		if got := names(clerk.Get("/cadres?q=" + q).Doc()); len(got) != 1 {
			t.Errorf("%s finds %v", q, got)
		}
	}
}

func TestEveryErrorOfEverySheetIsNamedAndNothingWritten(t *testing.T) {
	t.Parallel()
	h := register(t)
	_, id := h.whole()
	clerk := h.As(access.TownshipClerk, "A")
	twin := number(born(1990, 1, 1), 1, idcard.Male)
	h.person("A2", "王㛃𬭎", twin)
	h.Exec(`update persons set id_tail_index = (select id_tail_index from persons where id_index = $1) where id_index = $2`,
		h.Keys.Index(h.Units["A"].Tenant, "cadre.id_number", id), h.Keys.Index(h.Units["A"].Tenant, "cadre.id_number", twin))
	sibling := number(born(1985, 2, 14), 3, idcard.Male)
	e := blank(t, clerk)
	for _, sheet := range []string{"学历", "简历", "奖惩"} {
		if err := e.SetCellValue(sheet, "Z3", "身份证末四位"); err != nil {
			t.Fatal(err)
		}
	}
	w := map[string]any{"姓名": "王㛃𬭎", "身份证号": id}
	with := func(more map[string]any) map[string]any {
		for k, v := range w {
			if _, set := more[k]; !set {
				more[k] = v
			}
		}
		return more
	}
	e.row("人员", 0, with(map[string]any{"健康状况": "很好", "转正时间": "2010-01", "参加工作时间": "2001-02-31", "第二联系电话": "123", "银行卡号": 6.217e18}))
	e.row("人员", 1, map[string]any{"姓名": "新来的", "身份证号": number(born(1999, 9, 9), 9, idcard.Male), "出生日期": "1999.08"})
	e.row("任职", 0, with(map[string]any{"任职村(社区)": "马家沟1", "职务": "书记", "任职时间": "2020-01-01"}))
	e.row("任职", 1, with(map[string]any{"任职村(社区)": "马家沟9", "职务": "村长", "任职时间": "2020-13-01"}))
	e.row("任职", 2, with(map[string]any{"任职村(社区)": "马家沟1", "职务": "书记", "任职时间": "2021-01-15", "离任时间": "2024-01", "离任方式": "辞职"}))
	e.row("任职", 3, with(map[string]any{"任职村(社区)": "马家沟2", "职务": "文书", "任职时间": "2015-01-01", "离任时间": "2014-01-01"}))
	e.row("学历", 0, with(map[string]any{"教育类别": "全日制", "学历": "大学本科毕业"}))
	e.row("学历", 1, with(map[string]any{"教育类别": "自学", "学历": "博士后", "毕业时间": "2029-07"}))
	e.row("学历", 2, map[string]any{"姓名": "王㛃𬭎", "身份证末四位": id[14:], "教育类别": "全日制", "学历": "高中"})
	e.row("简历", 0, with(map[string]any{"起": "2010.01", "止": "2009.01", "在何单位任何职": "倒着写"}))
	e.row("简历", 1, map[string]any{"姓名": "没有人", "身份证末四位": "1234", "起": "2010.01", "在何单位任何职": "某处"})
	e.row("简历", 2, map[string]any{"姓名": "王㛃𬭎", "身份证号": sibling, "起": "2010.01", "在何单位任何职": "某处"})
	e.row("简历", 3, map[string]any{"姓名": "王㛃𬭎", "起": "2010.01", "在何单位任何职": "某处"})
	e.row("年度考核", 0, with(map[string]any{"年度": 2024, "等次": "称职"}))
	e.row("年度考核", 1, with(map[string]any{"年度": "明年", "等次": "良好"}))
	e.row("两代表一委员", 0, with(map[string]any{"身份": "政协委员", "级别": "乡镇", "起": "2021-11-01"}))
	e.row("奖惩", 0, with(map[string]any{"奖惩": "表彰奖励", "类别": "谈话提醒", "日期": "2020-05-01"}))
	file := e.bytes()
	at, doc := previewOf(clerk, "档案.xlsx", file)
	found := map[string]string{}
	for _, tr := range doc.All(`[aria-label="错误"] tbody tr`) {
		var c []string
		for _, td := range tr.Doc().All("td") {
			c = append(c, td.Text())
		}
		found[c[0]+c[1]] += c[2] + ":" + c[4] + ";"
	}
	for at, want := range map[string][]string{
		"人员4": {"健康状况", "转正时间早于入党时间", "没有31日", "手机号码应为11位", "银行卡号"}, "人员5": {"出生日期与身份证号不一致", "请填写村(社区)"},
		"任职4": {"自2021-01-15)重叠"}, "任职5": {"没有找到这个村", "不认识的职务", "没有13月"}, "任职6": {"离任时间请写到日"}, "任职7": {"请填写离任方式"},
		"学历4": {"高于档案登记的最高学历"}, "学历5": {"教育类别无法识别", "学历无法识别", "不能晚于今天"}, "学历6": {"姓名和末四位相同"},
		"简历4": {"结束时间早于开始时间"}, "简历5": {"没有这个姓名和末四位"}, "简历6": {"请发起调入申请"}, "简历7": {"请填写身份证号"},
		"年度考核4": {"已登记为优秀"}, "年度考核5": {"年份", "等次无法识别"}, "两代表一委员4": {"不设政协"}, "奖惩4": {"类别", "请填写名称", "请填写级别"},
	} {
		for _, w := range want {
			if !strings.Contains(found[at], w) {
				t.Errorf("%s says %q, not %s", at, found[at], w)
			}
		}
	}
	before := h.digest()
	clerk.Post(at+"/confirm", nil).Want(http.StatusConflict)
	if h.digest() != before {
		t.Error("a refused workbook changed something")
	}
	fixed := workbook(t, clerk.Post(at+"/repair", nil).Want(http.StatusOK).Body)
	for _, sheet := range []string{"人员", "任职", "学历", "简历", "年度考核", "两代表一委员", "奖惩"} {
		if !slices.Contains(fixed[sheet][2], "问题") {
			t.Errorf("%s of the repair file is not marked: %v", sheet, fixed[sheet][2])
		}
	}
	if slices.Contains(fixed["提拔使用"][2], "问题") {
		t.Error("a sheet without errors is marked")
	}
	// One person on two rows of 人员, by his number and by its last four.
	twice := blank(t, clerk)
	if err := twice.SetCellValue("人员", "Z3", "身份证末四位"); err != nil {
		t.Fatal(err)
	}
	other := number(born(1992, 2, 2), 2, idcard.Male)
	h.person("A2", "李两行", other)
	twice.row("人员", 0, map[string]any{"姓名": "李两行", "身份证号": other})
	twice.row("人员", 1, map[string]any{"姓名": "李两行", "身份证末四位": other[14:]})
	if _, doc := previewOf(clerk, "档案.xlsx", twice.bytes()); !strings.Contains(doc.Text(`[aria-label="错误"]`), "与第4行是同一人") {
		t.Errorf("one person twice: %s", doc.Text("main"))
	}
	// A sheet without a header that can be read is named.
	for i := range 40 {
		_ = e.RemoveRow("简历", 40-i)
	}
	if err := e.SetCellValue("简历", "A1", "随便写的"); err != nil {
		t.Fatal(err)
	}
	if doc := clerk.PostFile("/cadres/import", nil, "file", "档案.xlsx", e.bytes()).Want(http.StatusUnprocessableEntity).Doc(); !strings.Contains(doc.Text(".field-error"), "「简历」") {
		t.Errorf("a sheet without header: %s", doc.Text("main"))
	}
}

func TestASheetReplacesOnlyWhereThatIsTicked(t *testing.T) {
	t.Parallel()
	h := register(t)
	path, id := h.whole()
	other := h.person("A2", "李旁人", number(born(1991, 1, 1), 1, idcard.Male))
	clerk := h.As(access.TownshipClerk, "A")
	clerk.Post(other+"/file/resume", url.Values{"from_on": {"2011-01"}, "kind": {"work"}, "body": {"不在表中"}}).Want(http.StatusSeeOther)
	e := blank(t, clerk)
	e.row("简历", 0, map[string]any{"姓名": "王㛃𬭎", "身份证号": id, "起": "2006.01", "在何单位任何职": "重新写的"})
	e.row("年度考核", 0, map[string]any{"姓名": "王㛃𬭎", "身份证号": id, "年度": 2024, "等次": "称职"})
	at, doc := previewOf(clerk, "档案.xlsx", e.bytes())
	if !strings.Contains(doc.Text(`[aria-label="错误"]`), "以表格为准") || doc.Has(`input[name=replace][checked]`) || strings.Contains(doc.Text("main"), "外出务工") {
		t.Fatalf("before the tick: %s", doc.Text("main"))
	}
	clerk.Post(at+"/options", url.Values{"replace": {"resume", "grades", "nonsense"}}).Want(http.StatusSeeOther)
	doc = clerk.Get(at).Want(http.StatusOK).Doc()
	if doc.Has(`[aria-label="错误"]`) || !strings.Contains(doc.Text(`[aria-label="简历的变化"]`), "外出务工") || !strings.Contains(doc.Text(`[aria-label="年度考核的变化"]`), "优秀") {
		t.Fatalf("after the tick: %s", doc.Text("main"))
	}
	clerk.Post(at+"/confirm", nil).Want(http.StatusSeeOther)
	for sentence, sql := range map[string]string{
		"the résumé was not replaced":       `select count(*) from resume_entries where person_id = ` + itoa(key(path)) + ` and body = '重新写的'`,
		"somebody else lost his résumé":     `select count(*) from resume_entries where body = '不在表中'`,
		"the look-alike lost his résumé":    `select count(*) from resume_entries where body = '外出务工'`,
		"the grade was not replaced":        `select count(*) from yearly_grades where person_id = ` + itoa(key(path)) + ` and grade = 'competent'`,
		"a section without a tick suffered": `select count(*) from awards where person_id = ` + itoa(key(path)),
	} {
		if n := h.Count(sql); n != 1 {
			t.Errorf("%s (%d)", sentence, n)
		}
	}
}

func TestThreeThousandFilesComeInTheBackground(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk := h.As(access.TownshipClerk, "A")
	f := excelize.NewFile()
	write := func(sheet string, rows [][]any) {
		t.Helper()
		if _, err := f.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		w, err := f.NewStreamWriter(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			if err := w.SetRow(fmt.Sprintf("A%d", i+1), r); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	people, resume := [][]any{{"村(社区)", "姓名", "身份证号", "最高学历", "政治面貌", "籍贯"}}, [][]any{{"姓名", "身份证号", "起", "在何单位任何职"}}
	for i := range 3000 {
		id := number(born(1970, 1, 1).AddDate(0, 0, i), 1, idcard.Male)
		people = append(people, []any{"马家沟1", "王大军", id, "大专", "群众", "甘肃武都"})
		resume = append(resume, []any{"王大军", id, "2001.01", "务农"}, []any{"王大军", id, "2010.01", "村干部"})
	}
	write("人员", people)
	write("简历", resume)
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.jobs.Open(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	at, doc := previewOf(clerk, "全部.xlsx", b.Bytes())
	if !strings.Contains(doc.Text(".stats"), "新增人员 3000") {
		t.Fatalf("the preview: %s", doc.Text(".stats"))
	}
	run := clerk.Post(at+"/confirm", nil).Want(http.StatusSeeOther).Location()
	if !strings.Contains(clerk.Get(at).Want(http.StatusOK).Doc().Text("main"), "正在后台导入") {
		t.Error("the preview of what is being imported does not say so")
	}
	if text := h.work(clerk, run).Text("main"); !strings.Contains(text, "新增3000人") {
		t.Errorf("the run says %s", text)
	}
	if p, r := h.Count(`select count(*) from persons`), h.Count(`select count(*) from resume_entries`); p != 3000 || r != 6000 {
		t.Errorf("%d people, %d lines of résumés", p, r)
	}
	if text := clerk.Get(at).Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "导入完成") {
		t.Errorf("afterwards the preview says %s", text)
	}
}
