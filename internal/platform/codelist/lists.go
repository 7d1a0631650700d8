package codelist

import (
	"strings"
	"sync"
)

// The codes that rules ask for by name.
const (
	Male        = "1"
	Female      = "2"
	Han         = "01"
	OtherEthnic = "97" // none of the fifty-six
	PartyMember = "01" // 中国共产党党员
	Probationer = "02" // 中国共产党预备党员
	YouthLeague = "03"
	Masses      = "13" // 群众
)

// Sex is GB/T 2261.1; unknown and unstated are understood but not offered.
var Sex = sync.OnceValue(func() *List {
	return build("性别", []string{"GB_T_2261_1_sex"}, []string{"0", "9"},
		map[string]string{"男性": "1", "女性": "2", "m": "1", "f": "2"}, nil)
})

// Ethnic is GB/T 3304. 族 may be left out.
var Ethnic = sync.OnceValue(func() *List {
	words := map[string]string{"其他民族": "97", "外国血统": "98", "原东乡族": "26", "土家": "15"}
	for code, name := range source()["GB_T_3304_ethnic"] {
		words[strings.TrimSuffix(name, "族")] = code
	}
	return build("民族", []string{"GB_T_3304_ethnic"}, nil, words, nil)
})

// Political is GB/T 4762, shown in the short form of everyday tables (中共党员).
var Political = sync.OnceValue(func() *List {
	return build("政治面貌", []string{"GB_T_4762_short_lrmx", "GB_T_4762_political"}, nil, map[string]string{
		"党员": "01", "共产党员": "01", "中国共产党员": "01", "中共正式党员": "01", "正式党员": "01", "中共": "01",
		"中共预备党员": "02", "预备": "02",
		"团员": "03", "共青团": "03", "中国共青团员": "03", "九三学社": "10", "无党派人士": "12",
		"普通群众": "13", "普通公民": "13", "公民": "13", "群": "13",
	}, nil)
})

// Relation is GB/T 4761 as far as the form of appointment uses it: how a member of the family is called by the person.
var Relation = sync.OnceValue(func() *List {
	return build("称谓", []string{"GB_T_4761_family_relation_lrmx"}, nil, map[string]string{"父": "10", "母": "11", "夫": "12", "妻": "13", "子": "14", "女": "15", "爷爷": "48", "奶奶": "49"}, nil)
})

// IsPartyMember counts members on probation too, as membership figures do.
func IsPartyMember(code string) bool { return code == PartyMember || code == Probationer }
