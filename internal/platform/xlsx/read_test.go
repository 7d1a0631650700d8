package xlsx_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"touyan/internal/platform/xlsx"
)

// wpsRoster is a roster as townships send it: title, unit, header of two lines, a village written once for its people,
// borders drawn far below, a sum and signatures.
func wpsRoster() *sheetMaker {
	m := &sheetMaker{merges: []string{"A1:I1", "A2:I2", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:E4", "F3:G3", "H3:H4", "I3:I4", "B5:B6"}}
	m.row(1, "安化镇村(社区)干部花名册")
	m.row(2, "填报单位:安化镇    填报时间:2026年10月")
	m.row(3, "序号", "村(社区)", "姓 名", "公民身份\n号码", "出生年月", "教育情况", "e", "联系电话", "年龄")
	m.row(4, "e", "e", "e", "e", "e", "全日制", "在职", "e", "e")
	m.row(5, "n:1", "马家沟村", "张三", "621202198502140019", "n3:1985.1", "大专", "", "n:13812345678", "n:41")
	m.row(6, "n:2", "e", "阿卜杜拉·买买提", "n:6.2120219850214003E+17", "n1:31092", "i:高中", "大专", "\u3000\uff11\uff13\uff18 ", "n:41")
	m.row(8, "n:3", "赵家坪村", "李四😀", "622621197001010016", "1970年1月", "", "", "e", "n:56")
	for n := 9; n < 300; n++ {
		m.row(n, "e", "e", "e", "e", "e", "e", "e", "e", "e")
	}
	m.row(300, "合 计", "", "n:3")
	m.row(301, "填表人:王五", "", "", "审核人:赵六")
	return m
}

func TestRosterOfWPS(t *testing.T) {
	t.Parallel()
	tab := table(t, wpsRoster().bytes(t))
	m := tab.Match
	if m.HeaderRow != 3 || m.HeaderLast != 4 || m.Err() != nil || len(m.Unknown) != 0 {
		t.Fatalf("header %d to %d, %v, unknown %v", m.HeaderRow, m.HeaderLast, m.Err(), m.Unknown)
	}
	got := rows(t, tab)
	if len(got) != 3 {
		t.Fatalf("%d rows", len(got))
	}
	var lines []string
	for _, r := range got {
		lines = append(lines, fmt.Sprintf("%d|%s|%s|%s|%s|%s|%s|%s", r.Number, r.Text("village"), r.Text("name"), r.Text("id"),
			r.Text("birth"), r.Text("fulltime"), r.Text("parttime"), r.Text("phone")))
	}
	want := []string{
		"5|马家沟村|张三|621202198502140019|1985.1|大专||13812345678",
		"6|马家沟村|阿卜杜拉·买买提|6.21202198502140E+17|1985-02|高中|大专|138",
		"8|赵家坪村|李四😀|622621197001010016|1970年1月|||",
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	lost := got[1].Cell("id")
	if !lost.Scientific || !lost.PrecisionLost || lost.Ref() != "D6" || lost.Letter() != "D" {
		t.Errorf("ID stored as a number: %+v at %s", lost, lost.Ref())
	}
	if c := got[0].Cell("id"); c.Scientific || c.PrecisionLost {
		t.Errorf("ID stored as text: %+v", c)
	}
	// 1985.1 in a cell that shows two decimals is October; the month's own format has no day
	if d, err := xlsx.ParseDate(got[0].Cell("birth")); err != nil || d.Month != 10 {
		t.Errorf("1985.10: %+v %v", d, err)
	}
	if d, err := xlsx.ParseDate(got[1].Cell("birth")); err != nil || d.Month != 2 || d.Precision != xlsx.ToMonth {
		t.Errorf("31092 shown as a month: %+v %v", d, err)
	}
	if s := tab.Skipped(); len(s) != 2 || s[0].Why != "合计行" || s[1].Why != "签字或说明行" || s[1].Row != 301 {
		t.Errorf("skipped %+v", s)
	}
}

func TestHeaderThatDoesNotFit(t *testing.T) {
	t.Parallel()
	m := &sheetMaker{}
	m.row(1, "姓名", "身分证号", "手机号", "联系电话", "爱好")
	m.row(2, "张三", "621202198502140019", "13812345678", "13912345678", "象棋")
	data := m.bytes(t)
	tab := table(t, data)
	want := "第1行表头有误:缺少必填列「身份证号」;是否写成了「身分证号」?;C列与D列都是「联系电话」,请只保留一列"
	if err := tab.Match.Err(); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if u := tab.Match.Unknown; len(u) != 2 || u[0].Like != "id" || u[1].Samples[0] != "象棋" || u[1].Letter != "E" {
		t.Errorf("unknown %+v", u)
	}
	b, err := xlsx.OpenBytes(data, xlsx.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	tab, err = b.Table(roster, map[string]string{"身分证号": "id", "联系电话": "", "爱好": "gone"})
	if err != nil || tab.Match.Err() != nil || len(tab.Match.Unknown) != 1 {
		t.Errorf("with what the user assigned: %v %v %+v", err, tab.Match.Err(), tab.Match.Unknown)
	}
	other := &sheetMaker{}
	other.row(1, "品名", "数量")
	b, err = xlsx.OpenBytes(other.bytes(t), xlsx.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Table(roster, nil); err == nil || err.Error() != "前10行没有找到表头;表头应有:姓名、身份证号" {
		t.Errorf("no header: %v", err)
	}
}

func TestSubHeaderWithoutKnownTitles(t *testing.T) {
	t.Parallel()
	m := &sheetMaker{}
	m.row(1, "姓名", "身份证号", "家庭情况", "e", "手机号")
	m.row(2, "e", "e", "人口", "收入", "e")
	m.row(3, "张三", "621202198502140019", "n:4", "n:5", "13812345678")
	m.row(4, "姓名", "身份证号", "家庭情况", "e", "手机号")
	tab := table(t, m.bytes(t))
	if got := rows(t, tab); len(got) != 1 || got[0].Number != 3 || tab.Match.Unknown[1].Title != "家庭情况/收入" {
		t.Errorf("%d rows, header to %d, unknown %+v", len(got), tab.Match.HeaderLast, tab.Match.Unknown)
	}
	if s := tab.Skipped(); len(s) != 1 || s[0].Why != "重复的表头" {
		t.Errorf("skipped %+v", s)
	}
}

func TestTrouble(t *testing.T) {
	t.Parallel()
	p := wpsRoster().parts()
	const cell = `<c r="F8" s="4"><f>A1</f></c><c r="G8" t="e"><v>#REF!</v></c><c r="H8" s="0"><v>6217001234567890</v></c>`
	p["xl/worksheets/sheet1.xml"] = strings.Replace(p["xl/worksheets/sheet1.xml"], `<c r="H8" s="4"/>`, cell, 1)
	r := rows(t, table(t, pack(t, p)))[2]
	if !r.Cell("fulltime").NoValue || r.Cell("parttime").Kind != xlsx.ErrorValue || !r.Cell("phone").PrecisionLost {
		t.Errorf("%+v %+v %+v", r.Cell("fulltime"), r.Cell("parttime"), r.Cell("phone"))
	}
	for _, key := range []string{"fulltime", "parttime", "phone"} {
		if r.Cell(key).Trouble() == "" {
			t.Errorf("%s is trusted", key)
		}
	}
	if s := r.Cell("id").Trouble(); s != "" {
		t.Error(s)
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()
	text := "花名册,,,\r\n\r\n姓名,身份证号,出生年月,备注\r\n张三,621202198502140019,1985.02,\"两\n行\"\r\n\r\n李四,6.22621E+17,1970-1-1,\r\n合计,2,,\r\n"
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"UTF-8": text, "mark": "\ufeff" + text, "GBK": gbk, "tabs": strings.ReplaceAll(text, ",", "\t")} {
		got := rows(t, table(t, []byte(data)))
		if len(got) != 2 || got[0].Number != 4 || got[1].Number != 6 || got[0].Text("name") != "张三" ||
			got[0].Text("id") != "621202198502140019" || !got[1].Cell("id").Scientific {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	month, day := xlsx.ToMonth, xlsx.ToDay
	for text, want := range map[string]xlsx.Date{
		"1985.02": {1985, 2, 0, month}, "1985.2": {1985, 2, 0, month}, "198502": {1985, 2, 0, month}, "1985年2月": {1985, 2, 0, month},
		"1985-02-14": {1985, 2, 14, day}, "1985/2/14": {1985, 2, 14, day}, "19850214": {1985, 2, 14, day},
		"1985年2月14日": {1985, 2, 14, day}, "1985.10": {1985, 10, 0, month}, "31092": {1985, 2, 14, day}, "1985年": {1985, 0, 0, xlsx.ToYear},
		"1985-02-14 00:00:00": {1985, 2, 14, day}, "2024-02-29": {2024, 2, 29, day},
	} {
		if d, err := xlsx.ParseDate(xlsx.Cell{Kind: xlsx.Text, Text: text}); err != nil || d != want {
			t.Errorf("%s: %+v %v", text, d, err)
		}
	}
	for _, text := range []string{"1985-02-31", "2023.02.29", "1985.13", "85.02", "至今", "", "1e309", "1785.02", "99999", "1985.00"} {
		if d, err := xlsx.ParseDate(xlsx.Cell{Kind: xlsx.Text, Text: text}); err == nil {
			t.Errorf("%s gave %+v", text, d)
		}
	}
	if _, err := xlsx.ParseDate(xlsx.Cell{Kind: xlsx.Number, Text: "1985.1"}); err == nil || !strings.Contains(err.Error(), "10月") {
		t.Errorf("a number 1985.1 has two meanings: %v", err)
	}
}

func TestNormalize(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"\u3000\uff16\uff12\uff11\uff38\u00a0": "621X", "阿卜杜拉·买买提": "阿卜杜拉·买买提", "李四😀": "李四😀", "👨‍👩‍👧": "👨‍👩‍👧",
		"\uff11\uff19\uff18\uff15\uff0e\uff10\uff12": "1985.02", "城关镇\uff08东\uff09": "城关镇\uff08东\uff09", "\ufeff张\u200b三": "张三", " a b ": "a b", "第一行\n第二行": "第一行\n第二行",
		"\u22122": "-2",
	} {
		if got := xlsx.Normalize(in); got != want {
			t.Errorf("%q gave %q", in, got)
		}
	}
}
