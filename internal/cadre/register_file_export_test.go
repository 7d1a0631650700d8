package cadre_test

import (
	"bytes"
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

// workbook is an opened file: sheet → rows.
func workbook(t *testing.T, file []byte) map[string][][]string {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][][]string{}
	for _, name := range book.GetSheetList() {
		if out[name], err = book.GetRows(name); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// cell is the value below a title in the n-th row of data.
func cell(t *testing.T, rows [][]string, title string, n int) string {
	t.Helper()
	col := slices.Index(rows[2], title)
	if col < 0 {
		t.Fatalf("no column %s among %v", title, rows[2])
	}
	if row := rows[3+n]; col < len(row) {
		return row[col]
	}
	return ""
}

// whole registers a person of A1 with everything that a file may hold, and a look-alike in B1.
func (h *house) whole() (path, id string) {
	h.T.Helper()
	officer := h.As(access.DistrictOfficer, "甲")
	id = number(born(1985, 2, 14), 1, idcard.Male)
	for unit, n := range map[string]string{"A1": id, "B1": number(born(1985, 2, 14), 3, idcard.Male)} {
		f := newcomer("王㛃𬭎", n, h.Units[unit].Village)
		for name, value := range map[string]string{"native_place": "甘肃武都", "work_start": "2005-09", "health": "1", "marital": "20", "phone2": "13893900009", "address": "马家沟村12号",
			"bank_name": "农村信用社", "bank_card": "6217000000000000008", "party_full": "2019-07", "local": "yes", "former_name": "王小二"} {
			f.Set(name, value)
		}
		f["origins"] = []string{"veteran", "returnee"}
		at := officer.Post("/cadres", f).Want(http.StatusSeeOther).Location()
		officer.Post(at+"/posts", post(h.Units[unit].Village, "party_secretary", "2021-01-15")).Want(http.StatusSeeOther)
		for section, form := range map[string]url.Values{
			"education":       {"mode": {"fulltime"}, "level": {"31"}, "school": {"甘肃农业大学"}, "finished_on": {"2005-07"}},
			"resume":          {"from_on": {"2005-09"}, "kind": {"work"}, "body": {"外出务工"}},
			"family":          {"relation": {"13"}, "name": {"赵妻子"}, "employer_post": {"务农"}},
			"awards":          {"kind": {"notice"}, "title": {"防汛先进"}, "level": {"township"}, "awarded_on": {"2023-08-01"}},
			"sanctions":       {"kind": {"talk"}, "decided_on": {"2022-05-01"}, "reason": {"秘密事由"}},
			"grades":          {"year": {"2024"}, "grade": {"excellent"}},
			"representatives": {"kind": {"npc_deputy"}, "level": {"district"}, "term_no": {"第十九届"}, "from_on": {"2021-11-01"}},
			"promotions":      {"kind": {"other"}, "from_post": {"文书"}, "to_post": {"书记"}, "promoted_on": {"2021-01-15"}},
		} {
			officer.Post(at+"/file/"+section, form).Want(http.StatusSeeOther)
		}
		if unit == "A1" {
			path = at
		}
	}
	return path, id
}

// book asks for an export of whole files with what is opened.
func book(c *testkit.Client, query string, open ...string) url.Values {
	form := url.Values(c.Get("/cadres/export/file?" + query).Want(http.StatusOK).Doc().One(`main form`).Fields())
	form["open"] = open
	form.Set("purpose", "换届核对")
	return form
}

func TestWholeFilesLeaveAsOneWorkbook(t *testing.T) {
	t.Parallel()
	h := register(t)
	_, id := h.whole()
	clerk := h.As(access.TownshipClerk, "A")
	closed := clerk.Post("/cadres/export/file", book(clerk, "")).Want(http.StatusOK).Body
	all := workbook(t, closed)
	for _, sheet := range []string{"人员", "任职", "学历", "简历", "奖惩", "年度考核", "两代表一委员", "提拔使用"} {
		rows := all[sheet]
		if len(rows) != 5 { // title, unit, header, one row, foot
			t.Fatalf("%s has %d rows: %v", sheet, len(rows), rows)
		}
		if cell(t, rows, "姓名", 0) != "王㛃𬭎" || cell(t, rows, "身份证末四位", 0) != id[14:] {
			t.Errorf("%s names %v", sheet, rows[3])
		}
		if last := rows[4][0]; !strings.Contains(last, "换届核对") || !strings.Contains(last, "2026-11-23") {
			t.Errorf("%s ends with %q", sheet, last)
		}
	}
	if all["家庭成员"] != nil {
		t.Error("the family left without being asked for")
	}
	for sheet, rows := range all {
		for _, row := range rows {
			if text := strings.Join(row, " "); strings.Contains(text, id) || strings.Contains(text, "1389390000") || strings.Contains(text, "621700") ||
				strings.Contains(text, "秘密事由") || strings.Contains(text, "马家沟村12号") {
				t.Errorf("%s holds what was not asked for: %s", sheet, text)
			}
		}
	}
	open := clerk.Post("/cadres/export/file", book(clerk, "", "id", "phone", "bank", "address", "family", "sanctions")).Want(http.StatusOK).Body
	all = workbook(t, open)
	for title, want := range map[string]string{"身份证号": id, "联系电话": "13893900001", "第二联系电话": "13893900009", "银行卡号": "6217000000000000008", "户籍地址": "马家沟村12号",
		"来源身份": "退伍军人、返乡创业青年", "本村户籍": "是", "转正时间": "2019-07", "曾用名": "王小二"} {
		if got := cell(t, all["人员"], title, 0); got != want {
			t.Errorf("%s is %q, want %q", title, got, want)
		}
	}
	if cell(t, all["家庭成员"], "成员姓名", 0) != "赵妻子" || cell(t, all["奖惩"], "奖惩", 1) != "处分处理" || cell(t, all["奖惩"], "事由", 1) != "秘密事由" {
		t.Errorf("family and sanctions: %v %v", all["家庭成员"], all["奖惩"])
	}
	if n := h.Count(`select count(*) from audit_log where action = 'export' and reason = '换届核对' and detail->>'sha256' <> '' and (detail->>'rows')::int = 1
		and (detail->'sheets'->>'任职')::int = 1`); n != 2 {
		t.Errorf("%d lines in the trail", n)
	}
	// Without a purpose nothing leaves; a filter that finds nobody gives empty sheets.
	form := book(clerk, "", "id")
	form.Set("purpose", " ")
	if doc := clerk.Post("/cadres/export/file", form).Want(http.StatusUnprocessableEntity).Doc(); !doc.Has(`input[name=open][value=id][checked]`) {
		t.Error("what was ticked is lost")
	}
	if none := workbook(t, clerk.Post("/cadres/export/file", book(clerk, "q=没有这个人")).Want(http.StatusOK).Body); len(none["人员"]) != 4 {
		t.Errorf("an export of nobody: %v", none["人员"])
	}
	h.As(access.TownshipFinance, "A").Post("/cadres/export/file", form).Want(http.StatusForbidden)
}

func TestThousandsOfFilesLeaveInTheBackground(t *testing.T) {
	t.Parallel()
	h := register(t)
	h.crowd(1200)
	clerk := h.As(access.TownshipClerk, "A")
	if err := h.jobs.Open(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	run := clerk.Post("/cadres/export/file", book(clerk, "")).Want(http.StatusSeeOther).Location()
	doc := h.work(clerk, run)
	all := workbook(t, clerk.Get(doc.One(`a[href$="/file"]`).Attr("href")).Want(http.StatusOK).Body)
	if n, posts := len(all["人员"]), len(all["任职"]); n != 1204 || posts != 1204 {
		t.Errorf("the file has %d people and %d posts", n, posts)
	}
	h.As(access.TownshipLeader, "A").Get(run + "/file").Want(http.StatusNotFound)
}

// crowd puts many people with a post into A1 by SQL.
func (h *house) crowd(n int) {
	h.T.Helper()
	u := h.Units["A1"]
	h.Exec(`insert into persons (tenant_id, township_id, village_id, name, sex, birth_date, ethnic, political, education, id_cipher, id_index, id_tail_index)
		select $1, $2, $3, '王同名', '1', date '1970-01-01' + n, '01', '01', '31', $4, ('\x' || lpad(to_hex(n), 8, '0'))::bytea, ''
		from generate_series(1, $5::int) n`, u.Tenant, u.Township, u.Village, h.Keys.Encrypt(u.Tenant, "cadre.id_number", number(born(1970, 1, 1), 1, idcard.Male)), n)
	h.Exec(`insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code, is_paid, during, way_in)
		select tenant_id, township_id, village_id, id, name, sex, 'vc_member', true, daterange('2021-01-01', null), 'election' from persons where name = '王同名'`)
}

func TestTheTemplateListsWhatMayBeWritten(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk := h.As(access.TownshipClerk, "A")
	file := clerk.Get("/cadres/import/template/file").Want(http.StatusOK).Body
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"人员", "任职", "学历", "简历", "家庭成员", "奖惩", "年度考核", "两代表一委员", "提拔使用"}; !slices.Equal(f.GetSheetList()[:9], want) {
		t.Errorf("the sheets are %v", f.GetSheetList())
	}
	rules, err := f.GetDataValidations("任职")
	if err != nil {
		t.Fatal(err)
	}
	lists, notes := "", ""
	for _, r := range rules {
		lists += " " + r.Formula1
		if r.Prompt != nil {
			notes += *r.Prompt
		}
	}
	if !strings.Contains(lists, "马家沟1") || strings.Contains(lists, "马家沟3") || !strings.Contains(notes, "到任的日期") {
		t.Errorf("lists %q, notes %q", lists, notes)
	}
	// Villages of a sibling township are not offered; the empty template is no error but says that it is empty.
	_, doc := previewOf(clerk, "模板.xlsx", file)
	if doc.Has(`form[action$="/confirm"]`) {
		t.Error("an empty template can be confirmed")
	}
	h.As(access.TownshipFinance, "A").Get("/cadres/import/template/file").Want(http.StatusForbidden)
}
