package lrmx_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"touyan/internal/platform/lrmx"
	"touyan/internal/platform/month"
)

// pieces are what generated text is made of: rare characters, marks of XML, blanks, what looks like a date or a break.
var pieces = []string{"㛃", "𬭎", "·", "王", "镇", "村党支部书记", "、", "<", ">", "&", "&amp;", "]]>", "\"", "'", " ", "　", "a", "B", "2021", "1994.09",
	"--", "（其间：", "）", "\t", "\n", "é", "\u200b", "𠮷", "&#xB;", "%", "至今", "；"}

type maker struct{ *rand.Rand }

func (m maker) text() string {
	var b strings.Builder
	for range m.IntN(12) {
		b.WriteString(pieces[m.IntN(len(pieces))])
	}
	return b.String()
}

func (m maker) pick(words ...string) string { return words[m.IntN(len(words))] }

func (m maker) month() string {
	return m.pick("", fmt.Sprintf("%04d%02d", 1950+m.IntN(76), 1+m.IntN(12)), fmt.Sprintf("%d", 1950+m.IntN(76)))
}

func (m maker) resume() string {
	var r lrmx.Resume
	at := month.New(1990+m.IntN(20), 7)
	for range m.IntN(8) {
		p := lrmx.Period{From: at, To: at.Add(m.IntN(60)), Text: m.text()}
		if m.IntN(6) == 0 {
			p.To = month.Month{}
		}
		r.Periods, at = append(r.Periods, p), at.Add(m.IntN(60))
	}
	return r.String()
}

func (m maker) extra(places []string) (list []lrmx.Extra) {
	for range m.IntN(3) {
		name := m.pick("X", "t:XingMing", "ns.Ver", "新元素")
		inner := m.pick("", "text", "<In a=\"1\"/>", "<![CDATA[<"+m.pick("㛃", "br")+">]]>", "a\r\nb\tc", "&lt;&#20013;")
		list = append(list, lrmx.Extra{After: places[m.IntN(len(places))], XML: "<" + name + m.pick("", ` k='v"'`, ` xml:lang="zh"`) + ">" + inner + "</" + name + ">"})
	}
	return list
}

func (m maker) form() lrmx.Form {
	f := lrmx.Form{XingMing: m.pick("王㛃", "𬭎", "阿依·古丽", "张三", "Anna Maria"), XingBie: m.pick("男", "女"), MinZu: m.pick("汉族", "藏族", "回族"),
		RuDangShiJian: m.pick(m.month(), "民盟；"+m.month(), "九三学社"), JianLi: m.resume(), ShenFenZheng: m.pick("", "621202198502140019", "62262119720305102X"),
		JiSuanNianLingShiJian: m.pick("", "20261031", "202610"), TianBiaoShiJian: m.pick("", "20261102"), Version: m.pick("3.2.1.6", "2.0", "7"),
		ChuShengNianYue: m.month(), CanJiaGongZuoShiJian: m.month(), DaoLingNianYue: m.month(), GaiGeQianNianLingJieXian: m.pick("", "已到龄人员"),
		Attributes: m.pick("", `xmlns:t="urn:x"`)}
	for _, at := range []*string{&f.JiGuan, &f.ChuShengDi, &f.JianKangZhuangKuang, &f.ZhuanYeJiShuZhiWu, &f.ShuXiZhuanYeYouHeZhuanChang, &f.QuanRiZhi.XueLi,
		&f.QuanRiZhi.XueWei, &f.QuanRiZhi.XueLiYuanXiao, &f.QuanRiZhi.XueWeiYuanXiao, &f.ZaiZhi.XueLi, &f.ZaiZhi.XueWei, &f.ZaiZhi.XueLiYuanXiao,
		&f.ZaiZhi.XueWeiYuanXiao, &f.XianRenZhiWu, &f.NiRenZhiWu, &f.NiMianZhiWu, &f.JiangChengQingKuang, &f.NianDuKaoHeJieGuo, &f.RenMianLiYou,
		&f.ChengBaoDanWei, &f.TianBiaoRen} {
		*at = m.text()
	}
	if m.IntN(2) == 0 {
		f.ZhaoPian = append([]byte("\xff\xd8\xff"), []byte(m.text())...)
	}
	for range m.IntN(5) {
		f.JiaTingChengYuan = append(f.JiaTingChengYuan, lrmx.Family{ChengWei: m.pick("妻子", "长子"), XingMing: "王𬭎", ChuShengRiQi: m.month(),
			ZhengZhiMianMao: m.pick("群众", "中共党员"), GongZuoDanWeiJiZhiWu: m.text(), Extra: m.extra([]string{"", "ChengWei", "GongZuoDanWeiJiZhiWu", "?"})})
	}
	f.Extra = m.extra([]string{"", "XingMing", "JianLi", "JiaTingChengYuan", "JiaTingChengYuan/0", "JiaTingChengYuan/2", "Version", "DaoLingNianYue", "?"})
	return f
}

// Whatever can be written comes back as it was written.
func TestAThousandFormsComeBackUnchanged(t *testing.T) {
	t.Parallel()
	m := maker{rand.New(rand.NewPCG(20261126, 4))}
	for i := range 1000 {
		f, _ := m.form().Tidy()
		again, _ := f.Tidy()
		same(t, again, f)
		var b bytes.Buffer
		if _, err := lrmx.Write(&b, f); err != nil {
			t.Fatalf("form %d: %v", i, err)
		}
		if !utf8.Valid(b.Bytes()) {
			t.Fatalf("form %d is not UTF-8", i)
		}
		got, _ := read(t, b.Bytes())
		same(t, got, f)
		if t.Failed() {
			t.Fatalf("form %d:\n%s", i, b.String())
		}
	}
}

// FuzzRead: whatever the file, reading ends with a form or a sentence, and the form comes back from what is written of it.
func FuzzRead(f *testing.F) {
	whole, err := sample().Bytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	m := maker{rand.New(rand.NewPCG(1, 2))}
	for range 20 {
		if b, err := m.form().Bytes(); err == nil {
			f.Add(b)
		}
	}
	for _, seed := range []string{field("JianLi", "2003.09--2010.03 务工<br>2010.03-- 至今至今 1994.09"), field("ZhaoPian", "/9j/4A=="), "\xff\xfe<\x00P\x00",
		`<!DOCTYPE a><Person/>`, `<Person a='1'/>`, field("JiaTingChengYuan", "<Item><X/></Item><Y/>"), "<?xml version='1.0' encoding='gbk'?><Person>\xb0\xa2</Person>",
		field("XingMing", "&#0;&#x110000;&#xB;")} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		form, _, err := lrmx.Read(bytes.NewReader(data))
		if err != nil {
			refused(t, err)
			return
		}
		got, _ := read(t, write(t, form))
		same(t, got, form)
	})
}
