package pinyin_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"touyan/internal/platform/pinyin"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, first, initials string
		also                  []string
		not                   []string
	}{
		{"王晓明", "wangxiaoming", "wxm", nil, []string{"yuxiaoming"}},
		{"单田芳", "shantianfang", "stf", []string{"dantianfang"}, nil},
		{"曾国华", "zengguohua", "zgh", []string{"cengguohua"}, nil},
		{"仇和", "qiuhe", "qh", []string{"chouhe"}, nil},
		{"查良镛", "zhaliangyong", "zly", []string{"chaliangyong"}, nil},
		{"解晓东", "xiexiaodong", "xxd", []string{"jiexiaodong"}, nil},
		{"任重", "renchong", "rc", []string{"renzhong"}, []string{"linchong"}},
		{"盖叫天", "gaijiaotian", "gjt", []string{"gejiaotian"}, nil},
		{"李长乐", "lichangle", "lcl", []string{"lizhangle", "lichangyue", "lizhangyue"}, nil},
		{"吕红", "lvhong", "lh", []string{"luhong"}, nil},
		{"欧阳修", "ouyangxiu", "oyx", nil, nil},
		{"尉迟恭", "yuchigong", "ycg", nil, []string{"weichigong"}},
		{"万俟雪", "moqixue", "mqx", nil, nil},
		{"单于", "shanyu", "sy", nil, nil}, // two characters: 单 is the surname
		{"扎西·才让", "zhaxicairang", "zxcr", []string{"zaxicairang"}, nil},
		{"尕藏", "gazang", "gz", []string{"gacang"}, nil},
		{"张𠮷明", "zhangming", "zm", nil, nil},
		{"买买提Ａ", "maimaitia", "mmta", nil, nil},
		{"覃 勇", "qinyong", "qy", []string{"tanyong"}, nil},
		{"𠮷", "", "", nil, nil},
		{"", "", "", nil, nil},
	} {
		full, initials := pinyin.Keys(c.name)
		if first(full) != c.first || first(initials) != c.initials {
			t.Errorf("%s: %v %v", c.name, full, initials)
		}
		for _, s := range c.also {
			if !slices.Contains(full, s) {
				t.Errorf("%s: %v lacks %s", c.name, full, s)
			}
		}
		for _, s := range c.not {
			if slices.Contains(full, s) {
				t.Errorf("%s: %v has %s", c.name, full, s)
			}
		}
	}
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func TestSort(t *testing.T) {
	t.Parallel()
	names := []string{"曾国华", "先锋", "西安", "单田芳", "安心"}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(pinyin.Sort(a), pinyin.Sort(b)) })
	if got := strings.Join(names, " "); got != "安心 单田芳 西安 先锋 曾国华" {
		t.Errorf("order %s", got)
	}
}

func TestProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.SampledFrom([]rune("单乐长重行召藏柏吕女·王")), 0, 25, -1)).Draw(t, "name")
		full, initials := pinyin.Keys(name)
		if len(full) > pinyin.MaxKeys || len(initials) > pinyin.MaxKeys || (len(full) == 0) != (len(initials) == 0) {
			t.Fatalf("%d and %d keys", len(full), len(initials))
		}
		for _, s := range append(full, initials...) {
			for _, c := range []byte(s) {
				if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
					t.Fatalf("%q is not plain", s)
				}
			}
		}
		if len(full) > 0 && strings.ReplaceAll(pinyin.Sort(name), " ", "") != full[0] {
			t.Fatalf("sorting %q differs from %q", pinyin.Sort(name), full[0])
		}
	})
}
