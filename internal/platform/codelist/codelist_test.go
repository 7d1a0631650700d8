package codelist_test

import (
	"slices"
	"strings"
	"testing"

	"touyan/internal/platform/codelist"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		list *codelist.List
		code string
		text []string
	}{
		{codelist.Sex(), "1", []string{"男", " 男 ", "1", "男性", "１"}},
		{codelist.Sex(), "2", []string{"女", "2"}},
		{codelist.Ethnic(), "01", []string{"汉", "汉族", "01", "1", "汉 族"}},
		{codelist.Ethnic(), "04", []string{"藏", "藏族"}},
		{codelist.Ethnic(), "26", []string{"东乡族", "东乡"}},
		{codelist.Political(), "01", []string{"党员", "中共党员", "中国共产党党员", "共产党员", "01"}},
		{codelist.Political(), "02", []string{"预备党员", "中共预备党员", "中国共产党预备党员"}},
		{codelist.Political(), "03", []string{"团员", "共青团员", "中国共产主义青年团团员"}},
		{codelist.Political(), "13", []string{"群众", "13", "普通群众"}},
		{codelist.Education(), "31", []string{"大专", "专科", "大学专科", "大学专科毕业", "大专学历", "省委党校大专", "大专（函授）", "31", "全日制大专", "高职"}},
		{codelist.Education(), "21", []string{"本科", "大学本科", "大学", "在职本科", "大学本科毕业", "大学毕业"}},
		{codelist.Education(), "61", []string{"高中", "高中毕业", "普通高中", "高中文化"}},
		{codelist.Education(), "71", []string{"初中", "初中毕业", "初中文化程度"}},
		{codelist.Education(), "41", []string{"中专", "中专毕业"}},
		{codelist.Education(), "63", []string{"普通高中肄业"}},
		{codelist.Education(), "81", []string{"小学"}},
		{codelist.Education(), "14", []string{"硕士", "硕士研究生", "硕士研究生毕业"}},
	} {
		for _, text := range c.text {
			if got, err := c.list.Parse(text); err != nil || got != c.code {
				t.Errorf("%s %q = %q, %v; want %s", c.list.Title(), text, got, err, c.code)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, list := range []*codelist.List{codelist.Sex(), codelist.Ethnic(), codelist.Political(), codelist.Education()} {
		for _, text := range []string{"", "  ", "火星", "00x", "毕业", "族"} {
			if got, err := list.Parse(text); err == nil || !strings.Contains(err.Error(), list.Title()) {
				t.Errorf("%s %q = %q, %v", list.Title(), text, got, err)
			}
		}
	}
}

func TestNamesReadBack(t *testing.T) {
	t.Parallel()
	for list, size := range map[*codelist.List]int{codelist.Sex(): 2, codelist.Ethnic(): 58, codelist.Political(): 13, codelist.Education(): 40} {
		options := list.Options()
		if len(options) != size || !slices.IsSortedFunc(options, func(a, b codelist.Option) int { return strings.Compare(a.Code, b.Code) }) {
			t.Errorf("%s: %d options, or out of order", list.Title(), len(options))
		}
		for _, o := range options {
			if got, err := list.Parse(o.Name); err != nil || got != o.Code || list.Name(o.Code) != o.Name {
				t.Errorf("%s %s reads back as %s, %v", list.Title(), o.Name, got, err)
			}
		}
	}
	if codelist.Political().Name("01") != "中共党员" || codelist.Ethnic().Name("xx") != "" || codelist.Sex().Has("3") {
		t.Error("names")
	}
}

func TestEducation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code            string
		level           codelist.Level
		college, strict bool
		zb64            string
	}{
		{"11", codelist.LevelPostgraduate, true, true, "11"}, {"17", codelist.LevelPostgraduate, true, true, "12"},
		{"21", codelist.LevelBachelor, true, true, "21"}, {"23", codelist.LevelBachelor, true, false, "21"},
		{"28", codelist.LevelBachelor, true, true, "33"}, {"31", codelist.LevelCollege, true, true, "31"},
		{"33", codelist.LevelCollege, true, false, "31"}, {"41", codelist.LevelSenior, false, false, "35"},
		{"47", codelist.LevelSenior, false, false, "36"}, {"61", codelist.LevelSenior, false, false, "37"},
		{"71", codelist.LevelJunior, false, false, "38"}, {"81", codelist.LevelPrimary, false, false, "39"},
		{"90", codelist.LevelOther, false, false, ""}, {"", codelist.LevelOther, false, false, ""}, {"3x", codelist.LevelOther, false, false, ""},
	} {
		if codelist.LevelOf(c.code) != c.level || codelist.AtLeastCollege(c.code) != c.college ||
			codelist.AtLeastCollegeGraduate(c.code) != c.strict || codelist.ZB64(c.code) != c.zb64 {
			t.Errorf("%s: level %s, ZB64 %s", c.code, codelist.LevelOf(c.code).Name(), codelist.ZB64(c.code))
		}
	}
	order := []string{"", "90", "81", "73", "71", "61", "33", "31", "21", "11"}
	if !slices.IsSortedFunc(order, func(a, b string) int { return codelist.Rank(a) - codelist.Rank(b) }) {
		t.Error("ranks are out of order")
	}
	for i, l := range codelist.Levels() {
		if l.Name() == "" || i > 0 && l >= codelist.Levels()[i-1] {
			t.Errorf("level %d", l)
		}
	}
}
