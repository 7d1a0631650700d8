package codelist

import (
	"regexp"
	"strings"
	"sync"
)

// Education is GB/T 4658-2006. The first digit is the level, the second how it ended (1 毕业, 2 结业, 3 肄业).
var Education = sync.OnceValue(func() *List {
	return build("学历", []string{"GB_T_4658_education"}, nil, map[string]string{
		"研究生": "10", "博士": "11", "博士研究生": "11", "硕士": "14", "硕士研究生": "14", "研究生班": "17",
		"本科": "21", "大学本科": "21", "大学": "21", "学士": "21", "本科生": "21", "普通班": "28", "大普": "28",
		"专科": "31", "大专": "31", "大学专科": "31", "高职": "31", "高职高专": "31", "高等职业教育": "31", "专科生": "31",
		"中专": "41", "中等专科": "41", "中师": "41", "中专中技": "41", "职高": "44", "职业高中": "44", "职中": "44", "中职": "40",
		"技校": "47", "中技": "47", "技工学校": "47",
		"高中": "61", "普通高中": "61", "普高": "61", "初中": "71", "初级中学": "71", "小学": "81",
		"文盲": "90", "半文盲": "90", "不识字": "90", "无": "90", "其它": "90",
	}, stripEducation)
})

var studyForms = strings.NewReplacer("全日制", "", "在职", "", "函授", "", "自学考试", "", "自考", "", "成人教育", "", "成人", "",
	"成教", "", "网络教育", "", "远程教育", "", "国家开放大学", "", "广播电视大学", "", "电大", "", "中央党校", "", "省委党校", "", "党校", "",
	"业余", "", "普通高校", "", "(", "", ")", "")

// stripEducation removes how and where somebody studied, which the code does not tell: 省委党校大专学历 is 大专.
func stripEducation(s string) string {
	s = studyForms.Replace(s)
	for _, tail := range []string{"学历", "文化程度", "程度", "文化", "毕业生", "毕业"} {
		s = strings.TrimSuffix(s, tail)
	}
	return s
}

// Level is a step of education as statistics group it.
type Level int

// The levels, each above the one before.
const (
	LevelOther        Level = iota
	LevelPrimary            // 小学
	LevelJunior             // 初中
	LevelSenior             // 高中, 中专, 职高, 技校
	LevelCollege            // 大专
	LevelBachelor           // 本科
	LevelPostgraduate       // 研究生
)

// Levels lists them from the highest, as tables do.
func Levels() []Level {
	return []Level{LevelPostgraduate, LevelBachelor, LevelCollege, LevelSenior, LevelJunior, LevelPrimary, LevelOther}
}

// Name is the heading of the level in statistics.
func (l Level) Name() string {
	return [...]string{"其他", "小学", "初中", "高中(中专)", "大专", "本科", "研究生"}[l]
}

// LevelOf groups an education code; unknown codes are LevelOther.
func LevelOf(code string) Level {
	if !Education().Has(code) {
		return LevelOther
	}
	switch code[0] {
	case '1':
		return LevelPostgraduate
	case '2':
		return LevelBachelor
	case '3':
		return LevelCollege
	case '4', '6':
		return LevelSenior
	case '7':
		return LevelJunior
	case '8':
		return LevelPrimary
	}
	return LevelOther
}

// Rank orders education codes, higher is more: by level, then graduates before those who left early.
func Rank(code string) int {
	if !Education().Has(code) {
		return -1
	}
	return int(LevelOf(code))*10 + 9 - int(code[1]-'0')
}

// AtLeastCollege is 大专及以上: a code below 40, however it ended.
func AtLeastCollege(code string) bool { return LevelOf(code) >= LevelCollege }

// AtLeastCollegeGraduate is the strict reading of 大专及以上, which counts graduates only.
func AtLeastCollegeGraduate(code string) bool {
	switch code {
	case "11", "14", "17", "21", "28", "31":
		return true
	}
	return false
}

// ZB64 is the education code of documents of appointment (任免审批表), empty where it has none.
func ZB64(code string) string {
	if !Education().Has(code) {
		return ""
	}
	switch {
	case code == "28":
		return "33"
	case code == "17" || code == "18" || code == "19":
		return "12"
	case code == "47" || code == "48" || code == "49":
		return "36"
	}
	return map[byte]string{'1': "11", '2': "21", '3': "31", '4': "35", '6': "37", '7': "38", '8': "39"}[code[0]]
}

// ZB64Name is the word of documents of appointment for an education code: 大学, 大专; a course that was left early keeps
// how it ended. It is empty where the code is unknown, and 其他 has none.
func ZB64Name(code string) string {
	name := source()["ZB64_education_lrmx"][ZB64(code)]
	if name == "" || code == "28" {
		return name
	}
	switch code[1] { // the codes stand in threes: 毕业, 结业, 肄业
	case '2', '5', '8':
		return name + "结业"
	case '3', '6', '9':
		return name + "肄业"
	}
	return name
}

var partySchool = regexp.MustCompile(`^.{0,12}委党校`)

// FromZB64 reads the word of a document of appointment. 研究生 does not tell a doctor from a master: the degree does.
func FromZB64(word, degree string) (string, error) {
	s := normalise(word)
	for tail, ending := range map[string]int{"结业": 1, "肄业": 2} {
		if head, cut := strings.CutSuffix(s, tail); cut {
			code, err := FromZB64(head, degree)
			if err != nil {
				return "", err
			}
			if left := code[:1] + string(code[1]+byte(ending)); Education().Has(left) {
				return left, nil
			}
			return code, nil
		}
	}
	s = strings.TrimPrefix(partySchool.ReplaceAllString(s, ""), "中央党校")
	switch s {
	case "研究生":
		if strings.Contains(degree, "博士") {
			return "11", nil
		}
		return "14", nil
	case "大学普通班":
		return "28", nil
	}
	return Education().Parse(s)
}
