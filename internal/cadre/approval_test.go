package cadre_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/lrmx"
)

// photo is a small picture of two inches.
func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 70, 98)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// complete fills a person's file, as its pages would.
func (h *house) complete(path string) {
	h.T.Helper()
	id := key(path)
	h.Exec(`update persons set native_place = '甘肃武都', birth_place = '甘肃康县', work_start_date = '2003-09-01', health = '1', technical_post = '农艺师',
		specialty = '花椒种植 <栽培>' where id = $1`, id)
	for _, part := range []string{
		`insert into education_records (tenant_id, township_id, village_id, person_id, mode, level, degree, school) select %s, 'fulltime', '31', '', '陇南师专' from persons where id = $1`,
		`insert into resume_entries (tenant_id, township_id, village_id, person_id, from_on, to_on, body) select %s, '2003-09-01', '2010-03-01', '在外务工' from persons where id = $1`,
		`insert into resume_entries (tenant_id, township_id, village_id, person_id, from_on, body) select %s, '2010-03-01', E'村文书\n（其间：函授学习）' from persons where id = $1`,
		`insert into family_members (tenant_id, township_id, village_id, person_id, relation, name, birth_month, political, employer_post) select %s, '13', '阿依·古丽', '1986-03-01', '群众', '本村村民' from persons where id = $1`,
		`insert into awards (tenant_id, township_id, village_id, person_id, kind, title, level, issuer, doc_no, awarded_on) select %s, 'party_member', '优秀共产党员', 'district', '甲区委', '甲发〔2022〕5号', '2022-07-01' from persons where id = $1`,
		`insert into sanctions (tenant_id, township_id, village_id, person_id, kind, decided_on, reason) select %s, 'warning', '2018-05-01', '违规' from persons where id = $1`,
		`insert into sanctions (tenant_id, township_id, village_id, person_id, kind, decided_on, reason) select %s, 'talk', '2019-05-01', '谈话' from persons where id = $1`,
		`insert into yearly_grades (tenant_id, township_id, village_id, person_id, year, grade) select %s, y, case y when 2024 then 'competent' else 'excellent' end from persons, generate_series(2021, 2024) y where id = $1`,
	} {
		h.Exec(fmt.Sprintf(part, "tenant_id, township_id, village_id, id"), id)
	}
	h.Exec(`insert into photos (tenant_id, township_id, village_id, person_id, jpeg, digest, uploaded_at) select tenant_id, township_id, village_id, id, $2, '', now()
		from persons where id = $1`, id, photo(h.T.(*testing.T)))
}

func formIn(t *testing.T, data []byte) lrmx.Form {
	t.Helper()
	f, notes, err := lrmx.Read(bytes.NewReader(data))
	if err != nil || len(notes) > 0 {
		t.Fatalf("a form of ours: %v %v", notes, err)
	}
	return f
}

func TestTheFormSaysWhatTheFileSays(t *testing.T) {
	t.Parallel()
	h := register(t)
	n := number(born(1985, 2, 14), 7, idcard.Male)
	path := h.serving("A1", "王㛃", n, "village_director", "2021-01-01")
	h.As(access.DistrictOfficer, "甲").Post(path+"/posts", post(h.Units["A1"].Village, "party_secretary", "2021-03-01")).Want(http.StatusSeeOther)
	h.complete(path)
	clerk := h.As(access.TownshipClerk, "A")
	// What the file lacks is named, each with the way to where it is entered.
	bare := h.serving("A1", "钱㛃", number(born(1986, 2, 14), 7, idcard.Male), "vc_member", "2021-01-01")
	for _, page := range []string{"/edit", "/file/resume", "/file/family", "/file/grades", "/attachments"} {
		if href := bare + page; !clerk.Get(bare + "/form").Doc().Has(`main li a[href="` + href + `"]`) {
			t.Errorf("nothing leads to %s", href)
		} else {
			clerk.Get(href).Want(http.StatusOK)
		}
	}
	// What only the form says is typed on its page.
	fields := url.Values(clerk.Get(path + "/form").Want(http.StatusOK).Doc().One(`form[action$="/form"]`).Fields())
	fields.Set("next_post", "安河镇副镇长·𬭎㛃")
	fields.Set("filled_on", "2026-11-02")
	clerk.Post(path+"/form", fields).Want(http.StatusSeeOther)
	answer := clerk.Post(path+"/form/export", url.Values{"purpose": {"任免呈报"}}).Want(http.StatusOK)
	f := formIn(t, answer.Body)
	for element, want := range map[string]string{
		"XingMing": "王㛃", "XingBie": "男", "ChuShengNianYue": "198502", "MinZu": "汉族", "JiGuan": "甘肃武都", "ChuShengDi": "甘肃康县",
		"RuDangShiJian": "201807", "CanJiaGongZuoShiJian": "200309", "JianKangZhuangKuang": "健康", "ZhuanYeJiShuZhiWu": "农艺师",
		"ShuXiZhuanYeYouHeZhuanChang": "花椒种植 <栽培>", "QuanRiZhiJiaoYu_XueLi": "大专", "QuanRiZhiJiaoYu_XueLi_BiYeYuanXiaoXi": "陇南师专",
		"ZaiZhiJiaoYu_XueLi": "", "XianRenZhiWu": "安河镇马家沟1村党支部书记、村委会主任", "NiRenZhiWu": "安河镇副镇长·𬭎㛃",
		"JianLi":              "2003.09--2010.03  在外务工\n2010.03--         村文书\n                  （其间：函授学习）",
		"JiangChengQingKuang": "2018年5月1日受党内警告处分(;;违规)\n2022年7月1日获区(县)级表彰“优秀共产党员”(甲区委;甲发〔2022〕5号)",
		"NianDuKaoHeJieGuo":   "2021、2022、2023年度考核均为优秀;2024年度考核为称职", "TianBiaoShiJian": "20261102", "ShenFenZheng": n, "Version": "3.2.1.6",
	} {
		if got := f.Text(element); got != want {
			t.Errorf("%s: %q, want %q", element, got, want)
		}
	}
	if len(f.JiaTingChengYuan) != 1 || f.JiaTingChengYuan[0].XingMing != "阿依·古丽" || f.JiaTingChengYuan[0].ChengWei != "妻子" || !lrmx.IsJPEG(f.ZhaoPian) {
		t.Errorf("family and photo: %+v", f.JiaTingChengYuan)
	}
	if name := answer.Header.Get("Content-Disposition"); !strings.Contains(name, url.PathEscape("王㛃_"+n[14:]+".lrmx")) {
		t.Errorf("the file is called %s", name)
	}
	sum := sha256.Sum256(answer.Body)
	if lines := h.Count(`select count(*) from audit_log where action = 'export' and person_id = $1 and reason = '任免呈报' and detail->>'sha256' = $2`, key(path), hex.EncodeToString(sum[:])); lines != 1 {
		t.Errorf("%d lines in the trail", lines)
	}
	if leaked := h.Count(`select count(*) from audit_log where detail::text || summary like '%' || $1 || '%'`, n); leaked != 0 {
		t.Error("the trail holds the number")
	}
}

func TestAFormLeavesForAPurposeAndWithinTheScope(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.serving("A1", "张三", number(born(1985, 2, 14), 7, idcard.Male), "clerk", "2021-01-01")
	purpose := url.Values{"purpose": {"核对"}}
	for _, act := range []string{"/form/export", "/form/print"} {
		if doc := h.As(access.TownshipClerk, "A").Post(path+act, url.Values{"purpose": {" "}}).Want(http.StatusUnprocessableEntity).Doc(); doc.Text("#purpose-error") == "" {
			t.Errorf("%s without a purpose: %s", act, doc.Text("main"))
		}
		h.As(access.TownshipFinance, "A").Post(path+act, purpose).Want(http.StatusForbidden)
		h.As(access.DistrictLeader, "甲").Post(path+act, purpose).Want(http.StatusForbidden)
		h.As(access.TownshipClerk, "B").Post(path+act, purpose).Want(http.StatusNotFound)
		h.As(access.DistrictOfficer, "乙").Post(path+act, purpose).Want(http.StatusNotFound)
	}
	h.As(access.TownshipClerk, "B").Get(path + "/form").Want(http.StatusNotFound)
	h.As(access.TownshipClerk, "B").Post(path+"/form", url.Values{"next_post": {"x"}}).Want(http.StatusNotFound)
	h.As(access.TownshipLeader, "A").Post(path+"/form", url.Values{"next_post": {"x"}}).Want(http.StatusForbidden)
	if n := h.Count(`select count(*) from audit_log where action in ('export', 'cadre.form.print')`) + h.Count(`select count(*) from appointment_forms`); n != 0 {
		t.Errorf("%d refused acts left a trace", n)
	}
	// The leader of the township may look, export and print, and has nothing to fill in.
	leader := h.As(access.TownshipLeader, "A")
	if doc := leader.Get(path + "/form").Want(http.StatusOK).Doc(); doc.Has(`[name="next_post"]`) || !doc.Has(`[name="purpose"]`) {
		t.Error("the leader's page")
	}
	leader.Post(path+"/form/export", purpose).Want(http.StatusOK)
}

func TestTwoWhoFillInOneFormSeeBothValues(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.serving("A1", "张三", number(born(1985, 2, 14), 7, idcard.Male), "clerk", "2021-01-01")
	clerk, officer := h.As(access.TownshipClerk, "A"), h.As(access.DistrictOfficer, "甲")
	fields := url.Values(clerk.Get(path + "/form").Doc().One(`form[action$="/form"]`).Fields())
	fields.Set("next_post", "副镇长")
	clerk.Post(path+"/form", fields).Want(http.StatusSeeOther)
	clerk.Post(path+"/form", fields).Want(http.StatusSeeOther) // the second click
	fields.Set("next_post", "镇长")
	fields.Del("_grant")
	doc := officer.Post(path+"/form", fields).Want(http.StatusConflict).Doc()
	if text := doc.Text("main"); !strings.Contains(text, "副镇长") || doc.One(`[name="next_post"]`).Attr("value") != "镇长" {
		t.Errorf("the conflict says %s", text)
	}
	bad := url.Values{"next_post": {strings.Repeat("长", 201)}, "filled_on": {"2026-13-45"}, "version": {"1"}}
	doc = clerk.Post(path+"/form", bad).Want(http.StatusUnprocessableEntity).Doc()
	if doc.Text("#next_post-error") == "" || doc.Text("#filled_on-error") == "" {
		t.Errorf("bad input: %s", doc.Text("main"))
	}
	if n := h.Count(`select count(*) from appointment_forms where next_post = '副镇长' and version = 1`); n != 1 {
		t.Error("a refused form changed something")
	}
}

// zipOf unpacks an export: name → form.
func zipOf(t *testing.T, data []byte) map[string]lrmx.Form {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]lrmx.Form{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		form, _, err := lrmx.Read(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = form
	}
	return out
}

func TestTheZipHoldsWhatTheFilterShows(t *testing.T) {
	t.Parallel()
	h := register(t)
	h.fill()
	clerk := h.As(access.TownshipClerk, "A")
	form := url.Values(clerk.Get("/cadres/forms/export?position=clerk").Want(http.StatusOK).Doc().One("main form").Fields())
	clerk.Post("/cadres/forms/export", form).Want(http.StatusUnprocessableEntity)
	form.Set("purpose", "换届考察")
	answer := clerk.Post("/cadres/forms/export", form).Want(http.StatusOK)
	forms := zipOf(t, answer.Body)
	if len(forms) != 3 {
		t.Errorf("the zip holds %d forms", len(forms))
	}
	for name, f := range forms {
		if name != f.XingMing+"_"+f.ShenFenZheng[14:]+".lrmx" || !strings.Contains(f.XianRenZhiWu, "文书") {
			t.Errorf("%s is the form of %s, %s", name, f.XingMing, f.XianRenZhiWu)
		}
	}
	sum := sha256.Sum256(answer.Body)
	if lines := h.Count(`select count(*) from audit_log where action = 'export' and reason = '换届考察' and detail->>'rows' = '3' and detail->>'filter' = '村文书'
		and detail->>'sha256' = $1`, hex.EncodeToString(sum[:])); lines != 1 {
		t.Error("the trail does not know the file")
	}
	h.As(access.TownshipFinance, "A").Post("/cadres/forms/export", form).Want(http.StatusForbidden)
	h.As(access.DistrictLeader, "甲").Get("/cadres/forms/export").Want(http.StatusForbidden)
	form.Set("query", "q=没有这个人")
	clerk.Post("/cadres/forms/export", form).Want(http.StatusUnprocessableEntity)
	form.Set("query", "")
	if n := len(zipOf(t, clerk.Post("/cadres/forms/export", form).Want(http.StatusOK).Body)); n != 13 {
		t.Errorf("the township's zip holds %d forms", n)
	}
}

func TestManyFormsAreMadeInTheBackground(t *testing.T) {
	t.Parallel()
	h := register(t)
	u := h.Units["A1"]
	h.Exec(`insert into persons (tenant_id, township_id, village_id, name, sex, birth_date, ethnic, political, education, id_cipher, id_index, id_tail_index)
		select $1, $2, $3, '王同名', '1', date '1970-01-01' + n, '01', '01', '31', $4, ('\x' || lpad(to_hex(n), 8, '0'))::bytea, ''
		from generate_series(1, 620) n`, u.Tenant, u.Township, u.Village, h.Keys.Encrypt(u.Tenant, "cadre.id_number", number(born(1970, 1, 1), 1, idcard.Male)))
	h.Exec(`insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code, is_paid, during, way_in)
		select tenant_id, township_id, village_id, id, name, sex, 'vc_member', true, daterange('2021-01-01', null), 'election' from persons`)
	clerk := h.As(access.TownshipClerk, "A")
	if err := h.jobs.Open(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	run := clerk.Post("/cadres/forms/export", url.Values{"purpose": {"换届考察"}}).Want(http.StatusSeeOther).Location()
	doc := h.work(clerk, run)
	file := doc.One(`a[href$="/file"]`).Attr("href")
	answer := clerk.Get(file).Want(http.StatusOK)
	if forms := zipOf(t, answer.Body); len(forms) != 620 {
		t.Errorf("the file holds %d forms", len(forms)) // of one name and number: each has a file of its own
	}
	sum := sha256.Sum256(answer.Body)
	if lines := h.Count(`select count(*) from audit_log where action = 'export' and detail->>'rows' = '620' and detail->>'sha256' = $1`, hex.EncodeToString(sum[:])); lines != 1 {
		t.Error("the trail does not know the file")
	}
	for _, other := range []string{"A", "B"} {
		if a := h.As(access.TownshipLeader, other).Get(file); a.Status != http.StatusNotFound {
			t.Errorf("another account fetches the file: %d", a.Status)
		}
	}
}

func TestThePaperHasTwoSheetsAndLosesNothing(t *testing.T) {
	t.Parallel()
	h := register(t)
	n := number(born(1985, 2, 14), 7, idcard.Male)
	path := h.serving("A1", "王㛃", n, "party_secretary", "2021-01-01")
	h.complete(path)
	clerk := h.As(access.TownshipClerk, "A")
	answer := clerk.Post(path+"/form/print", url.Values{"purpose": {"任免呈报"}}).Want(http.StatusOK)
	doc := answer.Doc()
	text := doc.Text("main")
	for _, want := range []string{"干部任免审批表", "王 㛃", "1985.02", "(41岁)", "2003.09--2010.03", "阿依·古丽", "40", "优秀共产党员", "用途:任免呈报", "受党内警告处分"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the paper", want)
		}
	}
	if len(doc.All("section.sheet")) != 2 || !doc.Has(`.approval-photo img[src^="data:image/jpeg"]`) || strings.Contains(string(answer.Body), n) {
		t.Error("two sheets, a photo, and no number")
	}
	if answer.Header.Get("Cache-Control") != "no-store" || h.Count(`select count(*) from audit_log where action = 'cadre.form.print' and person_id = $1`, key(path)) != 1 {
		t.Error("a print is a reveal: kept by the trail, not by the browser")
	}
	// Nobody has an age who has died.
	h.Exec(`update family_members set employer_post = '已去世' where person_id = $1`, key(path))
	doc = clerk.Post(path+"/form/print", url.Values{"purpose": {"任免呈报"}}).Want(http.StatusOK).Doc()
	for _, row := range doc.All("tr") {
		if text := row.Text(); strings.Contains(text, "阿依·古丽") && text != "妻子 阿依·古丽 群众 已去世" {
			t.Errorf("the row says %q", text)
		}
	}
	// Even the longest file is printed to its last word.
	h.Exec(`insert into resume_entries (tenant_id, township_id, village_id, person_id, from_on, to_on, body)
		select tenant_id, township_id, village_id, id, date '1950-01-01' + n * 31, date '1950-01-01' + n * 31, '第' || n || '段' || repeat('经历', 60) from persons, generate_series(1, 120) n where id = $1`, key(path))
	h.Exec(`insert into family_members (tenant_id, township_id, village_id, person_id, relation, name, employer_post)
		select tenant_id, township_id, village_id, id, '16', '王哥' || n, '' from persons, generate_series(1, 20) n where id = $1`, key(path))
	doc = clerk.Post(path+"/form/print", url.Values{"purpose": {"任免呈报"}}).Want(http.StatusOK).Doc()
	if text = doc.Text("main"); len(doc.All("section.sheet")) != 3 {
		t.Errorf("%d sheets", len(doc.All("section.sheet")))
	}
	for i := 1; i <= 120; i++ {
		if !strings.Contains(text, fmt.Sprintf("第%d段", i)) {
			t.Errorf("period %d is lost", i)
		}
	}
}
