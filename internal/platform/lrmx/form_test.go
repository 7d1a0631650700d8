package lrmx_test

import (
	"bytes"
	"encoding/base64"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"touyan/internal/platform/lrmx"
)

var update = flag.Bool("update", false, "write the golden file anew")

// jpeg is the shortest thing that begins and ends as a picture does.
var jpeg = []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\xff\xd9")

// sample is a form with a value everywhere.
func sample() lrmx.Form {
	return lrmx.Form{
		XingMing: "㛃𬭎", XingBie: "男", ChuShengNianYue: "198502", MinZu: "汉族", JiGuan: "甘肃武都", ChuShengDi: "甘肃武都",
		RuDangShiJian: "200607", CanJiaGongZuoShiJian: "200309", JianKangZhuangKuang: "健康", ZhuanYeJiShuZhiWu: "农艺师",
		ShuXiZhuanYeYouHeZhuanChang: "花椒种植 <栽培> & 管护",
		QuanRiZhi:                   lrmx.JiaoYu{XueLi: "高中", XueLiYuanXiao: "武都一中"},
		ZaiZhi:                      lrmx.JiaoYu{XueLi: "大专", XueWei: "无", XueLiYuanXiao: "陇南师专农学系\n作物栽培专业", XueWeiYuanXiao: "无"},
		XianRenZhiWu:                "安化镇司林山村党支部书记、村委会主任", NiRenZhiWu: "安化镇农业农村综合服务中心副主任", NiMianZhiWu: "安化镇司林山村党支部书记",
		JianLi: "2003.09--2010.03  在外务工\n2010.03--2021.01  司林山村文书\n                  （其间：2012.09--2015.07  陇南师专函授学习）\n" +
			"2021.01--         司林山村党支部书记、村委会主任",
		JiangChengQingKuang: "2022年获区级\"优秀共产党员\"", NianDuKaoHeJieGuo: "2023、2024、2025年度考核均为优秀", RenMianLiYou: "工作需要",
		JiaTingChengYuan: []lrmx.Family{
			{ChengWei: "妻子", XingMing: "阿依·古丽", ChuShengRiQi: "198603", ZhengZhiMianMao: "群众", GongZuoDanWeiJiZhiWu: "司林山村村民"},
			{ChengWei: "父亲", XingMing: "㛃大山", ChuShengRiQi: "195801", ZhengZhiMianMao: "群众", GongZuoDanWeiJiZhiWu: "已去世",
				Extra: []lrmx.Extra{{After: "XingMing", XML: `<BeiZhu/>`}}},
		},
		ChengBaoDanWei: "中共武都区安化镇委员会", JiSuanNianLingShiJian: "20261031", TianBiaoShiJian: "20261102", TianBiaoRen: "李核对",
		ShenFenZheng: "621202198502140019", ZhaoPian: jpeg, Version: "3.2.1.6",
		GaiGeQianNianLingJieXian: "改革前任职年龄界限为60岁", DaoLingNianYue: "204802",
		Attributes: `xmlns:t="urn:tool"`,
		Extra: []lrmx.Extra{
			{XML: `<t:First kind="1"/>`}, {After: "XingMing", XML: "<PinYin>\r\n  <a b='c'>x&amp;y</a>\r\n</PinYin>"}, {After: "JiaTingChengYuan/1", XML: "<Trenner/>"},
			{After: "JiaTingChengYuan", XML: "<t:XingMing><![CDATA[<不>]]></t:XingMing>"}, {After: "DaoLingNianYue", XML: "<Last></Last>"},
		},
	}
}

func write(t *testing.T, f lrmx.Form) []byte {
	t.Helper()
	b, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(t *testing.T, data []byte) (lrmx.Form, []lrmx.Note) {
	t.Helper()
	f, notes, err := lrmx.Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return f, notes
}

func same(t *testing.T, got, want lrmx.Form) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return
	}
	a, b := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range a.NumField() {
		if x, y := a.Field(i).Interface(), b.Field(i).Interface(); !reflect.DeepEqual(x, y) {
			t.Errorf("%s:\n got %q\nwant %q", a.Type().Field(i).Name, x, y)
		}
	}
}

func TestTheFileIsWrittenAsTheEditorWritesIt(t *testing.T) {
	t.Parallel()
	got := write(t, sample())
	file := filepath.Join("testdata", "form.lrmx")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the form differs from %s:\n%s", file, got)
	}
	if bare := bytes.ReplaceAll(got, []byte("\r\n"), nil); !bytes.HasPrefix(got, []byte("\xef\xbb\xbf<?xml")) || bytes.ContainsAny(bare, "\r\n") {
		t.Error("without the mark, or with lines that do not end by CR LF")
	}
	f, notes := read(t, got)
	same(t, f, sample())
	if len(notes) > 0 {
		t.Errorf("a clean form has notes: %v", notes)
	}
}

// An empty form has every element that readers of any year know, and no other.
func TestAnEmptyFormHasEveryElement(t *testing.T) {
	t.Parallel()
	b := write(t, lrmx.Form{})
	for _, name := range append(lrmx.Texts(), "JiaTingChengYuan", "ZhaoPian") {
		newer := name == "GaiGeQianRenZhiNianLingJieXian" || name == "DaoLingNianYue"
		if bytes.Contains(b, []byte("<"+name)) == newer {
			t.Errorf("%s: written %t", name, newer)
		}
	}
	f, _ := read(t, b)
	same(t, f, lrmx.Form{Version: lrmx.DefaultVersion})
}

// field wraps one element into an otherwise empty form.
func field(name, inner string) string {
	return `<Person><` + name + `>` + inner + `</` + name + `><Version>2.0</Version></Person>`
}

func TestReadingIsTolerant(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ element, written, want, note string }{
		{"XingMing", " 张 三\n", "张三", ""},
		{"XingMing", "欧　阳\u200b锋", "欧阳锋", ""},
		{"XingMing", "阿依古丽·买买提", "阿依古丽·买买提", ""},
		{"XingMing", "John  Smith", "John Smith", ""},
		{"XingMing", "<b>张三</b>", "张三", "下级元素"},
		{"XingMing", "张\x0b三&#xB;", "张三", ""},
		{"XingBie", "1", "男", ""},
		{"XingBie", "女性", "女", ""},
		{"MinZu", "藏", "藏族", ""},
		{"MinZu", "外星族", "外星族", "56个民族"},
		{"ChuShengNianYue", "1985.02", "198502", ""},
		{"ChuShengNianYue", "19850214", "198502", ""},
		{"ChuShengNianYue", "1985.02.14", "198502", ""},
		{"ChuShengNianYue", "1985.2", "198502", ""},
		{"ChuShengNianYue", "1985年2月", "198502", ""},
		{"ChuShengNianYue", "１９８５０２", "198502", ""},
		{"ChuShengNianYue", "1985", "1985", "只有年份"},
		{"ChuShengNianYue", "198513", "198513", "月份不在"},
		{"ChuShengNianYue", "不详", "不详", "无法识别"},
		{"CanJiaGongZuoShiJian", "18990101", "18990101", "年份不在"},
		{"RuDangShiJian", "2006.07", "200607", ""},
		{"RuDangShiJian", "民盟;2006.07", "民盟；200607", ""},
		{"RuDangShiJian", "2010.01；民建", "201001；民建", ""},
		{"RuDangShiJian", "九三学社", "九三学社", ""},
		{"JiSuanNianLingShiJian", "2026.10.31", "20261031", ""},
		{"JiSuanNianLingShiJian", "2026.10", "202610", ""},
		{"JiSuanNianLingShiJian", "20260231", "20260231", "真实"},
		{"ShenFenZheng", " 62120219850214001x ", "62120219850214001X", ""},
		{"JianLi", "200309—201003 务工&lt;br&gt;2010.03至2021.01司林山村文书<br/>(其间：函授)&#13;&#10;2021.01～至今　书记",
			"2003.09--2010.03  务工\n2010.03--2021.01  司林山村文书\n                  (其间：函授)\n2021.01--         书记", ""},
		{"JianLi", "2003.09--2010.03 务工<br>2010.03-- 文书", "2003.09--2010.03  务工\n2010.03--         文书", ""},
		{"JianLi", "2003.13--2010.03  务工", "2003.13--2010.03  务工", "2003.13不存在"},
		{"XianRenZhiWu", "甲\r\n乙 \r丙", "甲\n乙\n丙", ""},
		{"Version", "9.9", "9.9", "版本号"},
		{"Version", "3.2.1.16", "3.2.1.16", "第一处"},
		{"ChengBaoDanWei", `<![CDATA[<安化镇>]]>`, "<安化镇>", ""},
	} {
		file := field(c.element, c.written)
		f, notes := read(t, []byte(file))
		if got := f.Text(c.element); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.element, c.written, got, c.want)
		}
		said := ""
		for _, n := range notes {
			if n.Element == c.element {
				said += n.Sentence
			}
		}
		if !strings.Contains(said, c.note) || c.note == "" && said != "" {
			t.Errorf("%s %q: noted %q, want %q", c.element, c.written, said, c.note)
		}
		again, _ := read(t, write(t, f))
		same(t, again, f)
	}
}

// Unknown elements, rows and files of other editors.
func TestWhatOtherToolsWriteIsKept(t *testing.T) {
	t.Parallel()
	f, notes := read(t, []byte(`<Person a="1">文字<New x="y"><In/>&lt;</New><JiaTingChengYuan><Item><ChengWei/><XingMing> </XingMing></Item>`+
		`<Odd/><Item><ChengWei>儿子</ChengWei><ChengWei>女儿</ChengWei><Later/></Item></JiaTingChengYuan>`+
		`<XingMing lang="zh">张三</XingMing><XingMing>李四</XingMing><ZhaoPian>%%</ZhaoPian><DaoLingNianYue/><Tail/></Person> <x/>`))
	want := lrmx.Form{XingMing: "张三", Version: lrmx.DefaultVersion, Attributes: `a="1"`,
		JiaTingChengYuan: []lrmx.Family{{ChengWei: "儿子", Extra: []lrmx.Extra{{After: "ChengWei", XML: "<Later/>"}}}},
		Extra:            []lrmx.Extra{{XML: `<New x="y"><In/>&lt;</New>`}, {After: "JiaTingChengYuan/0", XML: "<Odd/>"}, {After: "Version", XML: "<Tail/>"}}}
	same(t, f, want)
	all := ""
	for _, n := range notes {
		all += n.String() + "\n"
	}
	for _, said := range []string{"多余的文字", "重复出现,只读取第一处", "姓名:元素带有属性", "照片:照片数据无法解码", "没有版本号", "结尾标记之后"} {
		if !strings.Contains(all, said) {
			t.Errorf("%q is not among the notes:\n%s", said, all)
		}
	}
	again, _ := read(t, write(t, f))
	same(t, again, want)
}

func TestPhotosInEveryForm(t *testing.T) {
	t.Parallel()
	plain := base64.StdEncoding.EncodeToString(jpeg)
	for _, text := range []string{plain, strings.TrimRight(plain, "="), "data:image/jpeg;base64," + plain, "\n " + plain[:8] + "\r\n" + plain[8:] + "\n"} {
		if f, notes := read(t, []byte(field("ZhaoPian", text))); !bytes.Equal(f.ZhaoPian, jpeg) || len(notes) > 0 {
			t.Errorf("%q: %x %v", text, f.ZhaoPian, notes)
		}
	}
	if _, notes := read(t, []byte(field("ZhaoPian", base64.StdEncoding.EncodeToString([]byte("\x89PNG....."))))); len(notes) != 1 || !strings.Contains(notes[0].Sentence, "JPEG") {
		t.Errorf("another picture: %v", notes)
	}
}
