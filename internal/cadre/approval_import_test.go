package cadre_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/lrmx"
	"touyan/internal/platform/month"
	"touyan/internal/testkit"
)

// pack makes a zip of files by name, in their order.
func pack(t *testing.T, files ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f[0])
		if err == nil {
			_, err = w.Write([]byte(f[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func fileOf(t *testing.T, f lrmx.Form) string {
	t.Helper()
	b, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// portraitOf is a photo of the register's own size.
func portraitOf(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 413, 579)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func uploadForms(c *testkit.Client, name string, file []byte) (string, testkit.Doc) {
	at := c.PostFile("/cadres/forms/import", nil, "file", name, file).Want(http.StatusSeeOther).Location()
	return at, c.Get(at).Want(http.StatusOK).Doc()
}

// fields of the form that confirms an import, as the page fills them in.
func confirmation(doc testkit.Doc) url.Values {
	return url.Values(doc.One(`form[action$="/confirm"]`).Fields())
}

func exported(t *testing.T, c *testkit.Client, path string) lrmx.Form {
	t.Helper()
	return formIn(t, c.Post(path+"/form/export", url.Values{"purpose": {"核对"}}).Want(http.StatusOK).Body)
}

// someone is a generated person's form: rare characters, marks of XML, elements of other tools.
func someone(r *rand.Rand, i int, photo []byte) lrmx.Form {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	birth := born(1960+r.IntN(40), 1, 1+r.IntN(28)).AddDate(0, r.IntN(12), 0)
	sex := []idcard.Sex{idcard.Male, idcard.Female}[r.IntN(2)]
	rare := []string{"㛃", "𬭎", "𠮷", "龘"}
	f := lrmx.Form{XingMing: pick("王", "李", "张") + rare[r.IntN(4)] + pick("", "明", "𬭎"), XingBie: sex.Name(), ChuShengNianYue: birth.Format("200601"),
		MinZu: pick("汉族", "藏族", "回族", "穿青人"), JiGuan: pick("", "甘肃武都"), ChuShengDi: pick("", "甘肃康县 <老城>"), RuDangShiJian: pick("", "202001", "民盟", "民建；201905", "待查"),
		CanJiaGongZuoShiJian: pick("", "201809", "2018"), JianKangZhuangKuang: pick("", "健康", "一般", "良好"), ZhuanYeJiShuZhiWu: pick("", "农艺师"),
		ShuXiZhuanYeYouHeZhuanChang: pick("", "花椒 & 核桃"), QuanRiZhi: lrmx.JiaoYu{XueLi: pick("", "大专", "高中", "研究生", "自学"), XueLiYuanXiao: pick("", "陇南师专")},
		ZaiZhi: lrmx.JiaoYu{XueLi: pick("", "大学", "省委党校大学")}, XianRenZhiWu: "安河镇马家沟1村文书", NiRenZhiWu: pick("", "副镇长"), RenMianLiYou: pick("", "工作需要"),
		JiangChengQingKuang: pick("", "2022年7月1日获区(县)级表彰“优秀共产党员”(甲区委)", "曾获\"先进\"", "2020年3月2日受党内警告处分(甲区纪委;甲纪〔2020〕1号;违规)\n2022年7月1日获市级表彰“抗洪模范”"),
		NianDuKaoHeJieGuo:   pick("", "2021、2022、2023年度考核均为优秀", "2021年度考核为优秀;2022、2023年度考核均为称职", "历年考核均为优秀"),
		ChengBaoDanWei:      pick("", "中共甲区安河镇委员会"), JiSuanNianLingShiJian: pick("", "20261031"), TianBiaoShiJian: pick("", "20261102", "202611"), TianBiaoRen: pick("", "李核对"),
		ShenFenZheng: idcard.Make([]string{"622621", "621202"}[i/500], birth, i%500, sex), Version: pick("3.2.1.6", "2.0", "3.2.1.16"), GaiGeQianNianLingJieXian: pick("", "已到龄人员"), DaoLingNianYue: pick("", "203901"),
		Attributes: pick("", `xmlns:t="urn:tool"`)}
	if f.QuanRiZhi.XueLi == "" {
		f.QuanRiZhi.XueLiYuanXiao = ""
	}
	at := month.New(2005, 7)
	var resume lrmx.Resume
	for n := range r.IntN(4) {
		resume.Periods = append(resume.Periods, lrmx.Period{From: at, To: at.Add(20), Text: pick("务工", "村文书\n（其间：函授学习）", "𬭎村<党支部>书记") + itoa(int64(n))})
		at = at.Add(20)
	}
	f.JianLi = pick(resume.String(), resume.String(), "某某,自幼务农")
	for range r.IntN(3) {
		f.JiaTingChengYuan = append(f.JiaTingChengYuan, lrmx.Family{ChengWei: pick("妻子", "长子", "继女婿"), XingMing: pick("阿依", "李㛃", "王") + pick("·古丽", "花", "某(继父)"),
			ChuShengRiQi: pick("", "198603", "1958"), ZhengZhiMianMao: pick("", "群众"), GongZuoDanWeiJiZhiWu: pick("", "已去世", "务农"),
			Extra: [][]lrmx.Extra{nil, {{After: "XingMing", XML: "<BeiZhu>㛃</BeiZhu>"}}}[r.IntN(2)]})
	}
	if len(f.JiaTingChengYuan) == 2 && f.JiaTingChengYuan[0].ChengWei+f.JiaTingChengYuan[0].XingMing == f.JiaTingChengYuan[1].ChengWei+f.JiaTingChengYuan[1].XingMing {
		f.JiaTingChengYuan = f.JiaTingChengYuan[:1]
	}
	if r.IntN(3) == 0 {
		f.ZhaoPian = photo
	}
	if r.IntN(2) == 0 {
		f.Extra = []lrmx.Extra{{After: "JianLi", XML: `<New kind="㛃"><a>1</a></New>`}, {After: "JiaTingChengYuan/0", XML: "<Odd/>"}}
	}
	f, _ = f.Tidy()
	return f
}

// Person → .lrmx → person → .lrmx: what a form said is what the person's form says. A thousand come in and go out in the
// background, as a whole district's would.
func TestAThousandPeopleComeBackUnchanged(t *testing.T) {
	t.Parallel()
	const people = 1000
	h := register(t)
	r, photo := rand.New(rand.NewPCG(4, 2026)), portraitOf(t)
	var files [][2]string
	want := map[string]lrmx.Form{}
	for i := range people {
		f := someone(r, i, photo)
		files = append(files, [2]string{fmt.Sprintf("甲/%d.lrmx", i), fileOf(t, f)})
		want[f.ShenFenZheng] = f
	}
	packed := pack(t, files...)
	clerk := h.As(access.TownshipClerk, "A")
	if err := h.jobs.Open(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	at, doc := uploadForms(clerk, "全镇.zip", packed)
	if s := doc.Text(".stats"); !strings.Contains(s, "新人 1000") || !strings.Contains(s, "有误 0") {
		t.Fatalf("the preview says %s: %s", s, doc.Text(`[aria-label="有误的文件"]`))
	}
	run := clerk.Post(at+"/confirm", confirmation(doc)).Want(http.StatusSeeOther).Location()
	if page := clerk.Get(at).Want(http.StatusOK).Doc(); !page.Has(`a[href="` + run + `"]`) {
		t.Error("the preview does not lead to its run")
	}
	if doc := h.work(clerk, run); !strings.Contains(doc.Text("main"), "新增1000人") {
		t.Fatalf("the run says %s", doc.Text("main"))
	}
	run = clerk.Post("/cadres/forms/export", url.Values{"query": {"state=all"}, "purpose": {"核对"}}).Want(http.StatusSeeOther).Location()
	out := zipOf(t, clerk.Get(h.work(clerk, run).One(`a[href$="/file"]`).Attr("href")).Want(http.StatusOK).Body)
	if len(out) != people {
		t.Fatalf("%d people came back", len(out))
	}
	for _, got := range out {
		sameForm(t, got, want[got.ShenFenZheng])
	}
	// The same zip once more differs in nothing.
	if _, doc = uploadForms(clerk, "全镇.zip", packed); !strings.Contains(doc.Text(".stats"), "一致 1000") {
		t.Errorf("a second upload: %s", doc.Text(".stats"))
	}
}

// sameForm names what differs between two forms.
func sameForm(t *testing.T, got, want lrmx.Form) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return
	}
	a, b := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range a.NumField() {
		x, y := a.Field(i).Interface(), b.Field(i).Interface()
		switch name := a.Type().Field(i).Name; {
		case reflect.DeepEqual(x, y):
		case name == "ZhaoPian":
			t.Errorf("%s: another photo", got.XingMing)
		default:
			t.Errorf("%s %s:\n got %q\nwant %q", got.XingMing, name, x, y)
		}
	}
}

func TestDifferencesAreAcceptedOneByOne(t *testing.T) {
	t.Parallel()
	h := register(t)
	n := number(born(1985, 2, 14), 7, idcard.Male)
	path := h.serving("A1", "王㛃", n, "village_director", "2021-01-01")
	h.complete(path)
	twin := h.serving("B1", "王㛃", number(born(1985, 2, 14), 9, idcard.Male), "village_director", "2021-01-01")
	clerk := h.As(access.TownshipClerk, "A")
	f := exported(t, clerk, path)
	if _, doc := uploadForms(clerk, "王㛃.lrmx", []byte(fileOf(t, f))); !strings.Contains(doc.Text(".stats"), "一致 1") {
		t.Fatalf("an export differs from its register: %s", doc.Text("main"))
	}
	f.JiGuan, f.RuDangShiJian, f.QuanRiZhi.XueLi, f.NianDuKaoHeJieGuo, f.XianRenZhiWu = "甘肃礼县", "201001", "大学", f.NianDuKaoHeJieGuo+";2025年度考核为优秀", "镇长"
	f.JiaTingChengYuan = append(f.JiaTingChengYuan, lrmx.Family{ChengWei: "长子", XingMing: "王𬭎", ChuShengRiQi: "201003"})
	f.JiaTingChengYuan[0].GongZuoDanWeiJiZhiWu = "务农"
	f.Extra = []lrmx.Extra{{After: "XingMing", XML: "<New/>"}}
	at, doc := uploadForms(clerk, "王㛃.lrmx", []byte(fileOf(t, f)))
	rows := map[string]testkit.Node{}
	for _, row := range doc.All(`[aria-label="王㛃的不同之处"] tbody tr`) {
		rows[row.Doc().One("th").Text()+row.Doc().All("td")[1].Text()] = row
	}
	if len(rows) != 8 {
		t.Fatalf("%d differences: %s", len(rows), doc.Text("main"))
	}
	// Key fields lead to a request, posts to their own panel; none of them has a button.
	for key, field := range map[string]string{"入党时间2010.01": "party_join", "全日制学历大学": "education"} {
		row := rows[key].Doc()
		if row.Has("button") || row.One("a").Attr("href") != path+"/changes/new?field="+field {
			t.Errorf("%s can be accepted", key)
		}
	}
	if row := rows["现任职务镇长"].Doc(); row.Has("button") || row.One("a").Attr("href") != path+"#appoint" {
		t.Error("a post can be accepted")
	}
	native := url.Values(rows["籍贯甘肃礼县"].Doc().One("form").Fields())
	// Somebody else may not, nor may the key field be posted by hand.
	native.Del("_grant")
	h.As(access.TownshipClerk, "B").Post(at+"/accept", native).Want(http.StatusNotFound)
	h.As(access.TownshipLeader, "A").Post(at+"/accept", native).Want(http.StatusForbidden)
	clerk.Post(at+"/accept", url.Values{"file": {"0"}, "element": {"RuDangShiJian"}}).Want(http.StatusSeeOther)
	clerk.Post(at+"/accept", url.Values{"file": {"7"}, "element": {"JiGuan"}}).Want(http.StatusNotFound)
	if got := exported(t, clerk, path); got.RuDangShiJian != "201807" || got.JiGuan != "甘肃武都" {
		t.Errorf("a refused act changed %s %s", got.RuDangShiJian, got.JiGuan)
	}
	// What the page showed must still stand.
	h.Exec(`update persons set native_place = '甘肃西和' where id = $1`, key(path))
	clerk.Post(at+"/accept", native).Want(http.StatusConflict)
	h.Exec(`update persons set native_place = '甘肃武都' where id = $1`, key(path))
	clerk.Post(at+"/accept", native).Want(http.StatusSeeOther)
	clerk.Post(at+"/accept", native).Want(http.StatusSeeOther) // the second click
	got := exported(t, clerk, path)
	if got.JiGuan != "甘肃礼县" || len(got.JiaTingChengYuan) != 1 {
		t.Errorf("one was accepted: %s, family %v", got.JiGuan, got.JiaTingChengYuan)
	}
	if lines := h.Count(`select count(*) from audit_log where action = 'cadre.forms.accept' and person_id = $1 and detail->'JiGuan'->>'after' = '甘肃礼县'`, key(path)); lines != 1 {
		t.Errorf("%d lines in the trail", lines)
	}
	// All the rest of the form at once; the trail does not repeat the family.
	all := url.Values(clerk.Get(at).Doc().One(`form[action$="/accept"]:has(input[value="*"])`).Fields())
	clerk.Post(at+"/accept", all).Want(http.StatusSeeOther)
	got = exported(t, clerk, path)
	if len(got.JiaTingChengYuan) != 2 || got.JiaTingChengYuan[0].GongZuoDanWeiJiZhiWu != "务农" || !strings.Contains(got.NianDuKaoHeJieGuo, "2025") ||
		!reflect.DeepEqual(got.Extra, f.Extra) || got.RuDangShiJian != "201807" || got.QuanRiZhi.XueLi != "大专" {
		t.Errorf("all was accepted: %+v", got)
	}
	if leaked := h.Count(`select count(*) from audit_log where detail::text like '%王𬭎%' or detail::text like '%' || $1 || '%'`, n); leaked != 0 {
		t.Error("the trail holds the family or the number")
	}
	if left := len(clerk.Get(at).Doc().All(`[aria-label="王㛃的不同之处"] tbody tr`)); left != 3 {
		t.Errorf("%d differences are left, want those that need a request or a post", left)
	}
	if other := exported(t, h.As(access.TownshipClerk, "B"), twin); other.JiGuan != "" {
		t.Error("the look-alike in the other township has changed")
	}
}

func TestFormsThatCannotComeInAreNamed(t *testing.T) {
	t.Parallel()
	h := register(t)
	mine := number(born(1985, 2, 14), 7, idcard.Male)
	elsewhere := number(born(1986, 2, 14), 7, idcard.Male)
	foreign := number(born(1987, 2, 14), 7, idcard.Male)
	h.serving("A1", "张三", mine, "clerk", "2021-01-01")
	h.serving("B1", "李四", elsewhere, "clerk", "2021-01-01")
	h.serving("C1", "周六", foreign, "clerk", "2021-01-01")
	form := func(name, id string) string {
		return fileOf(t, lrmx.Form{XingMing: name, ShenFenZheng: id, XianRenZhiWu: "安河镇马家沟1村文书", Version: "2.0"})
	}
	twice := number(born(1990, 2, 14), 7, idcard.Male)
	clerk := h.As(access.TownshipClerk, "A")
	before := h.Count(`select count(*) from persons`)
	at, doc := uploadForms(clerk, "一批.zip", pack(t,
		[2]string{"cut.lrmx", form("王五", number(born(1991, 2, 14), 7, idcard.Male))[:300]},
		[2]string{"dtd.lrmx", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Person><XingMing>&x;</XingMing></Person>`},
		[2]string{"读我.txt", "x"}, [2]string{"__MACOSX/._a", "x"}, [2]string{"图/", ""},
		[2]string{"a.lrmx", form("赵一", twice)}, [2]string{"b.lrmx", form("赵一", twice)},
		[2]string{"else.lrmx", form("李四", elsewhere)}, [2]string{"other-name.lrmx", form("张三丰", mine)},
		[2]string{"bad-id.lrmx", form("钱七", "621202198502140018")}, [2]string{"no-name.lrmx", form("", number(born(1992, 2, 14), 7, idcard.Male))},
		[2]string{"photo.lrmx", "<Person><ZhaoPian>" + strings.Repeat("QUFB", 2<<20) + "</ZhaoPian></Person>"},
		[2]string{"new.lrmx", form("周六", foreign)})) // registered in another district: new here
	said := map[string]string{}
	for _, row := range doc.All(`[aria-label="有误的文件"] tbody tr`) {
		said[row.Doc().One("th").Text()] = row.Doc().All("td")[1].Text()
	}
	for file, want := range map[string]string{"cut.lrmx": "不完整", "dtd.lrmx": "DTD", "读我.txt": "不是.lrmx", "a.lrmx": "与b.lrmx的身份证号相同", "b.lrmx": "与a.lrmx的身份证号相同",
		"else.lrmx": "该身份证号已登记,请发起调入申请", "other-name.lrmx": "姓名不同", "bad-id.lrmx": "校验位不符", "no-name.lrmx": "请填写姓名", "photo.lrmx": "照片超过5 MB"} {
		if !strings.Contains(said[file], want) {
			t.Errorf("%s: %q, want %q", file, said[file], want)
		}
		delete(said, file)
	}
	if len(said) > 0 {
		t.Errorf("named too: %v", said)
	}
	if doc.Has(`form[action$="/confirm"]`) {
		t.Error("a batch with errors can be confirmed")
	}
	clerk.Post(at+"/confirm", nil).Want(http.StatusConflict)
	if text := doc.Text("main"); strings.Contains(text, elsewhere) || strings.Contains(text, mine) || strings.Contains(text, "柏川") {
		t.Error("the preview shows a number, or where the person is")
	}
	for name, c := range map[string]struct {
		file   []byte
		status int
		want   string
	}{
		"climbs":     {pack(t, [2]string{"../../etc/a.lrmx", form("王五", twice)}), http.StatusUnprocessableEntity, "不安全的路径"},
		"backslash":  {pack(t, [2]string{`..\a.lrmx`, form("王五", twice)}), http.StatusUnprocessableEntity, "不安全的路径"},
		"drive":      {pack(t, [2]string{`C:\a.lrmx`, form("王五", twice)}), http.StatusUnprocessableEntity, "不安全的路径"},
		"root":       {pack(t, [2]string{`/a.lrmx`, form("王五", twice)}), http.StatusUnprocessableEntity, "不安全的路径"},
		"broken zip": {pack(t, [2]string{"a.lrmx", form("王五", twice)})[:200], http.StatusUnprocessableEntity, "压缩包已损坏"},
		"no form":    {pack(t, [2]string{"图/", ""}), http.StatusUnprocessableEntity, "没有.lrmx文件"},
		"text":       {[]byte("姓名"), http.StatusUnprocessableEntity, "不是XML"},
		"large": {pack(t, [2]string{"a.lrmx", strings.Repeat(" ", 7<<20)}, [2]string{"b.lrmx", strings.Repeat(" ", 7<<20)}, [2]string{"c.lrmx", strings.Repeat(" ", 125<<20)}),
			http.StatusUnprocessableEntity, ""},
		"many": {many(t, 3001), http.StatusRequestEntityTooLarge, "一次最多3000个"},
	} {
		a := clerk.PostFile("/cadres/forms/import", nil, "file", "a.zip", c.file)
		if name == "large" { // each is refused by itself, after 8 MB
			continue
		}
		if a.Status != c.status || !strings.Contains(a.Doc().Text("#file-error"), c.want) {
			t.Errorf("%s: %d %s", name, a.Status, a.Doc().Text("main"))
		}
	}
	if after := h.Count(`select count(*) from persons`); after != before {
		t.Errorf("%d people before, %d after", before, after)
	}
}

func many(t *testing.T, n int) []byte {
	files := make([][2]string, n)
	for i := range files {
		files[i] = [2]string{fmt.Sprintf("%d.lrmx", i), ""}
	}
	return pack(t, files...)
}

func TestNewPeopleNeedAVillageAndComeInOnce(t *testing.T) {
	t.Parallel()
	h := register(t)
	form := func(name string, seq int, post string) [2]string {
		return [2]string{name + ".lrmx", fileOf(t, lrmx.Form{XingMing: name, ShenFenZheng: number(born(1990, 2, 14), seq, idcard.Male), XianRenZhiWu: post})}
	}
	officer := h.As(access.DistrictOfficer, "甲")
	// 马家沟1村 stands in both townships: the first form names one of them, the others do not.
	at, doc := uploadForms(officer, "新人.zip", pack(t, form("赵㛃", 1, "柏川镇马家沟1村文书"), form("钱二", 2, "马家沟1村文书"), form("孙三", 3, "")))
	typed := confirmation(doc)
	if typed.Get("village-0") != "柏川镇马家沟1村" || typed.Get("village-1") != "" || typed.Get("village-2") != "" {
		t.Errorf("the villages are %v", typed)
	}
	typed.Set("village-1", "柏川镇没有的村")
	doc = officer.Post(at+"/confirm", typed).Want(http.StatusUnprocessableEntity).Doc()
	if doc.Text("#village-1-error") == "" || doc.Text("#village-2-error") == "" || doc.One(`[name="village-1"]`).Attr("value") != "柏川镇没有的村" {
		t.Errorf("villages that are not there: %s", doc.Text("main"))
	}
	if n := h.Count(`select count(*) from persons`); n != 0 {
		t.Fatalf("%d people came in", n)
	}
	typed.Set("village-1", "安河镇马家沟2村")
	typed.Set("village-2", "安河镇马家沟1村")
	officer.Post(at+"/confirm", typed).Want(http.StatusSeeOther)
	officer.Post(at+"/confirm", typed).Want(http.StatusConflict)
	for name, unit := range map[string]string{"赵㛃": "B1", "钱二": "A2", "孙三": "A1"} {
		if n := h.Count(`select count(*) from persons where name = $1 and village_id = $2`, name, h.Units[unit].Village); n != 1 {
			t.Errorf("%s is %d times in %s", name, n, unit)
		}
	}
	if n := h.Count(`select count(*) from import_batches where length(content) > 0`); n != 0 {
		t.Error("the upload is kept after it was used")
	}
	if n := h.Count(`select count(*) from audit_log where action = 'cadre.forms.import'`); n != 1 {
		t.Errorf("%d lines in the trail", n)
	}
	// An upload belongs to who made it.
	at, _ = uploadForms(officer, "新人.zip", pack(t, form("李四", 4, "")))
	h.As(access.TownshipClerk, "A").Get(at).Want(http.StatusNotFound)
	h.As(access.DistrictOfficer, "乙").Get(at).Want(http.StatusNotFound)
	h.As(access.DistrictLeader, "甲").Get("/cadres/forms/import").Want(http.StatusForbidden)
}

// A folder of files need not be packed first.
func TestAFolderOfFormsIsComparedAtOnce(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.serving("A1", "王㛃", number(born(1985, 2, 14), 7, idcard.Male), "clerk", "2021-01-01")
	clerk := h.As(access.TownshipClerk, "A")
	known := exported(t, clerk, path)
	known.JiGuan = "甘肃礼县"
	fresh := lrmx.Form{XingMing: "张𬭎", ShenFenZheng: number(born(1990, 2, 14), 3, idcard.Male), XianRenZhiWu: "安河镇马家沟1村文书"}
	at := clerk.PostFiles("/cadres/forms/import", nil, "file", [2]string{"王㛃.lrmx", fileOf(t, known)}, [2]string{"张𬭎.lrmx", fileOf(t, fresh)},
		[2]string{"说明.txt", "x"}).Want(http.StatusSeeOther).Location()
	doc := clerk.Get(at).Want(http.StatusOK).Doc()
	if s := doc.Text(".stats"); s != "新人 1 有不同 1 一致 0 有误 1" {
		t.Errorf("the folder holds %s", s)
	}
	if !strings.Contains(doc.Text("h1"), "3份文件") || !strings.Contains(doc.Text(`[aria-label="有误的文件"]`), "说明.txt") {
		t.Errorf("the preview: %s", doc.Text("main"))
	}
	clerk.PostFiles("/cadres/forms/import", nil, "file", [2]string{"a.lrmx", fileOf(t, known)}, [2]string{"b.lrmx", ""}).Want(http.StatusUnprocessableEntity)
	if a := clerk.PostFiles("/cadres/forms/import", nil, "file", slices.Repeat([][2]string{{"a.lrmx", "x"}}, 1001)...); a.Status != http.StatusRequestEntityTooLarge ||
		!strings.Contains(a.Doc().Text("main"), "打成压缩包") {
		t.Errorf("more files than a post may hold: %d %s", a.Status, a.Doc().Text("main"))
	}
}

// All of one form at once, where several of its differences fall on one row or on one photo.
func TestManyDifferencesOfOneRowAreOneChange(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.serving("A1", "王㛃", number(born(1985, 2, 14), 7, idcard.Male), "clerk", "2021-01-01")
	h.complete(path)
	clerk := h.As(access.TownshipClerk, "A")
	f := exported(t, clerk, path)
	f.QuanRiZhi.XueWei, f.QuanRiZhi.XueLiYuanXiao, f.QuanRiZhi.XueWeiYuanXiao = "农学学士", "甘肃农业大学", "甘肃农业大学农学院"
	f.JiGuan, f.ChuShengDi, f.ZhuanYeJiShuZhiWu, f.NiRenZhiWu, f.TianBiaoRen = "甘肃礼县", "甘肃礼县", "高级农艺师", "副镇长", "李核对"
	f.JianLi = "2003.09--2010.03  在外务工\n2010.03--         村文书"
	f.ZhaoPian = portraitOf(t)
	h.Exec(`update persons set political = '02', party_join_date = null where id = $1`, key(path)) // a probationer, whose month of joining the form knows
	at, doc := uploadForms(clerk, "王㛃.lrmx", []byte(fileOf(t, f)))
	clerk.Post(at+"/confirm", confirmation(doc)).Want(http.StatusSeeOther)
	if done := clerk.Get(at).Doc().Text(".notice"); !strings.Contains(done, "更新1人(11处)") || strings.Contains(done, "新增") {
		t.Errorf("the page says %s", done)
	}
	sameForm(t, exported(t, clerk, path), f)
	if n := h.Count(`select version from persons where id = $1`, key(path)); n != 2 {
		t.Errorf("the file has version %d: four columns are one change", n)
	}
	if n := h.Count(`select count(*) from persons where id = $1 and political = '02' and party_join_date is not null`, key(path)); n != 1 {
		t.Error("a form made a full member of a probationer")
	}
	// Dots of another kind and the version of another editor are no differences, nor are births without a month once accepted.
	f.JiaTingChengYuan[0].XingMing, f.Version, f.Attributes = "阿依•古丽", "2.0", `xmlns:t="urn:tool"`
	f.JiaTingChengYuan = append(f.JiaTingChengYuan, lrmx.Family{ChengWei: "母亲", XingMing: "李桂兰", ChuShengRiQi: "1958"})
	at, doc = uploadForms(clerk, "王㛃.lrmx", []byte(fileOf(t, f)))
	if rows := doc.All(`[aria-label="王㛃的不同之处"] tbody tr`); len(rows) != 1 {
		t.Errorf("%d differences: %s", len(rows), doc.Text("main"))
	}
	clerk.Post(at+"/confirm", confirmation(doc)).Want(http.StatusSeeOther)
	export := clerk.Post(path+"/form/export", url.Values{"purpose": {"核对"}}).Want(http.StatusOK).Body
	if got, _, err := lrmx.Read(bytes.NewReader(export)); err != nil || len(got.JiaTingChengYuan) != 2 || got.JiaTingChengYuan[1].ChuShengRiQi != "1958" {
		t.Errorf("the family is %v, %v", got.JiaTingChengYuan, err)
	}
	if _, doc = uploadForms(clerk, "王㛃.lrmx", []byte(fileOf(t, f))); !strings.Contains(doc.Text(".stats"), "一致 1") {
		t.Errorf("accepted and still different: %s", doc.Text("main"))
	}
	// Somebody who changes the file between the preview and the act is not overruled.
	f.JiGuan = "甘肃西和"
	at, doc = uploadForms(clerk, "王㛃.lrmx", []byte(fileOf(t, f)))
	accept := url.Values(doc.One(`form[action$="/accept"]`).Fields())
	h.Exec(`update persons set native_place = '甘肃康县', version = version + 1 where id = $1`, key(path))
	clerk.Post(at+"/accept", accept).Want(http.StatusConflict)
}

func TestPhotosThatCannotBeUsedKeepNobodyOut(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.serving("A1", "王㛃", number(born(1985, 2, 14), 7, idcard.Male), "clerk", "2021-01-01")
	clerk := h.As(access.TownshipClerk, "A")
	form := func(name string, seq int, photo []byte) [2]string {
		return [2]string{name + ".lrmx", fileOf(t, lrmx.Form{XingMing: name, ShenFenZheng: number(born(1990, 2, 14), seq, idcard.Male), XianRenZhiWu: "安河镇马家沟1村文书",
			JiangChengQingKuang: "曾获先进", JiaTingChengYuan: []lrmx.Family{{ChengWei: "妻子", GongZuoDanWeiJiZhiWu: "务农"}}, ZhaoPian: photo})}
	}
	whole := portraitOf(t)
	known := exported(t, clerk, path)
	known.ZhaoPian = photo(t) // too small
	at, doc := uploadForms(clerk, "一批.zip", pack(t, form("张一", 1, whole[:len(whole)/2]), form("李二", 3, photo(t)), [2]string{"王㛃.lrmx", fileOf(t, known)}))
	notes := doc.Text(`[aria-label="提醒"]`)
	for _, want := range []string{"照片太小", "奖惩情况:不能逐条识别", "家庭主要成员及重要社会关系:1人没有称谓或姓名"} {
		if !strings.Contains(notes, want) {
			t.Errorf("%q is not among the reminders: %s", want, notes)
		}
	}
	if row := doc.One(`[aria-label="王㛃的不同之处"] tbody`); !strings.Contains(row.Text(), "照片太小") || row.Doc().Has("button") || row.Doc().One("a").Attr("href") != path+"/attachments" {
		t.Errorf("a photo that is too small: %s", row.Text())
	}
	clerk.Post(at+"/confirm", confirmation(doc)).Want(http.StatusSeeOther)
	if done := clerk.Get(at).Doc().Text(".notice"); !strings.Contains(done, "新增2人,2张照片不能使用,没有采用") {
		t.Errorf("the page says %s", done)
	}
	if n := h.Count(`select count(*) from photos`); n != 0 {
		t.Errorf("%d photos were kept", n)
	}
}
