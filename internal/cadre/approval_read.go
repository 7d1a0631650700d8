package cadre

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/platform/codelist"
	"touyan/internal/platform/lrmx"
)

// From the words of a form back to the register. A text that cannot be read as a whole is not read at all: half a list of
// awards would pass for the whole.

var (
	honourLine   = regexp.MustCompile(`^(\d{4}年\d{1,2}月\d{1,2}日)获(.+)级表彰“(.+)”(?:\((.*)\))?$`)
	sanctionLine = regexp.MustCompile(`^(\d{4}年\d{1,2}月\d{1,2}日)受(.+)处分(?:\((.*)\))?$`)
	gradesPart   = regexp.MustCompile(`^((?:\d{4}、)*\d{4})年度?(?:考核|考评)?(?:结果)?均?为?(优秀|称职|基本称职|不称职|不定等次)(?:等次)?$`)
)

// readHonours reads 奖惩情况 as the register writes it.
func readHonours(text string) (awards []honour, sanctions []sanction, ok bool) {
	for line := range strings.SplitSeq(text, "\n") {
		if found := honourLine.FindStringSubmatch(line); found != nil {
			on, err := time.Parse("2006年1月2日", found[1])
			level, known := codeOf(levels, found[2])
			if err != nil || !known {
				return nil, nil, false
			}
			parts := threeOf(found[4])
			kind, known := codeOf(AwardKinds, found[3])
			if !known {
				kind = "other"
			}
			awards = append(awards, honour{Kind: kind, Title: found[3], Level: level, Issuer: parts[0], DocNo: parts[1], Reason: parts[2], AwardedOn: on})
			continue
		}
		found := sanctionLine.FindStringSubmatch(line)
		if found == nil {
			return nil, nil, false
		}
		on, err := time.Parse("2006年1月2日", found[1])
		kind, known := codeOf(sanctionKinds, found[2])
		if err != nil || !known {
			return nil, nil, false
		}
		parts := threeOf(found[3])
		sanctions = append(sanctions, sanction{Kind: kind, Authority: parts[0], DocNo: parts[1], Reason: parts[2], DecidedOn: on})
	}
	back := approval{Awards: awards, Sanctions: sanctions}
	return awards, sanctions, back.honours() == text
}

func threeOf(text string) [3]string {
	parts := append(strings.SplitN(text, ";", 3), "", "", "")
	return [3]string(parts[:3])
}

func codeOf(list []Word, title string) (string, bool) {
	for _, w := range list {
		if w.Title == title {
			return w.Code, true
		}
	}
	return "", false
}

// readGrades reads 年度考核结果: 2021、2022年度考核均为优秀;2023年度考核为称职.
func readGrades(text string) (list []yearGrade, ok bool) {
	seen := map[int]bool{}
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(";；,，。\n", r) }) {
		found := gradesPart.FindStringSubmatch(strings.Join(strings.Fields(part), ""))
		if found == nil {
			return nil, false
		}
		grade, _ := codeOf(YearlyGrades, found[2])
		for year := range strings.SplitSeq(found[1], "、") {
			y, _ := strconv.Atoi(year) // digits by the pattern
			if seen[y] || y < 1950 || y > 2100 {
				return nil, false
			}
			seen[y] = true
			list = append(list, yearGrade{Year: y, Grade: grade})
		}
	}
	slices.SortFunc(list, func(a, b yearGrade) int { return cmp.Compare(a.Year, b.Year) })
	return list, len(list) > 0
}

// readSchooling reads a block of education; nil where the form says none or the level is not known.
func readSchooling(mode string, j lrmx.JiaoYu) *schooling {
	level, err := codelist.FromZB64(j.XueLi, j.XueWei)
	if err != nil {
		return nil
	}
	return &schooling{Mode: mode, Level: level, Degree: j.XueWei, School: j.XueLiYuanXiao, DegreeSchool: j.XueWeiYuanXiao}
}

// readResume reads 简历; false where the form has none, or text that belongs to no period.
func readResume(text string) (list []stage, ok bool) {
	r, notes := lrmx.ParseResume(text)
	if r.Lead != "" || len(notes) > 0 {
		return nil, false
	}
	for _, p := range r.Periods {
		s := stage{FromOn: utcDay(p.From.First()), Kind: "work", Body: p.Text}
		if !p.To.IsZero() {
			to := utcDay(p.To.First())
			s.ToOn = &to
		}
		if p.Text == "" || s.ToOn != nil && s.ToOn.Before(s.FromOn) {
			return nil, false
		}
		if study.MatchString(p.Text) {
			s.Kind = "study"
		}
		list = append(list, s)
	}
	return list, len(list) > 0
}

var study = regexp.MustCompile(`(学习|就读|上学|读书|学生)$`)

func utcDay(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// readRelative reads a member of the family; an unknown relation keeps its word.
func readRelative(m lrmx.Family) relative {
	r := relative{Relation: m.ChengWei, Name: TidyName(m.XingMing), Political: m.ZhengZhiMianMao, EmployerPost: m.GongZuoDanWeiJiZhiWu}
	if code, err := codelist.Relation().Parse(m.ChengWei); err == nil {
		r.Relation = code
	}
	if t, ok := lrmx.MonthOf(m.ChuShengRiQi); ok {
		r.BirthMonth = &t
	}
	return r
}

// readable reports whether the register can keep a member. Forms name people in more ways than the register's own page asks
// for, such as 王某(继父).
func (r relative) readable() bool {
	n := len([]rune(r.Name))
	return n >= 1 && n <= 25 && r.Relation != ""
}

// readJoined reads 入党时间: the month and, where a democratic party is named, its code.
func readJoined(text string) (joined *time.Time, political string) {
	for part := range strings.SplitSeq(text, "；") {
		if t, ok := lrmx.MonthOf(part); ok {
			joined = &t
		} else if code, err := codelist.Political().Parse(part); err == nil && code >= "04" && code <= "11" {
			political = code
		}
	}
	if political == "" && joined != nil {
		political = codelist.PartyMember
	}
	return joined, political
}

// fileOf reads a form as the file of a new person. What has no place in the register is kept as the form said it.
func fileOf(f lrmx.Form) approval {
	a := approval{Number: f.ShenFenZheng, Photo: f.ZhaoPian}
	a.Name, a.Ethnic = TidyName(f.XingMing), codelist.Han
	if code, err := codelist.Ethnic().Parse(f.MinZu); err == nil {
		a.Ethnic = code
	} else if f.MinZu != "" {
		a.Ethnic = codelist.OtherEthnic
	}
	a.PartyJoin, a.Political = readJoined(f.RuDangShiJian)
	a.Details = Details{NativePlace: f.JiGuan, BirthPlace: f.ChuShengDi, TechnicalPost: f.ZhuanYeJiShuZhiWu, Specialty: f.ShuXiZhuanYeYouHeZhuanChang, Origins: []string{}}
	if t, ok := lrmx.MonthOf(f.CanJiaGongZuoShiJian); ok {
		a.Details.WorkStart = &t
	}
	a.Details.Health, _ = codeOf(HealthWords, f.JianKangZhuangKuang)
	for i, mode := range educationModes {
		if s := readSchooling(mode.Code, [...]lrmx.JiaoYu{f.QuanRiZhi, f.ZaiZhi}[i]); s != nil {
			a.Education = append(a.Education, *s)
			if codelist.Rank(s.Level) > codelist.Rank(a.Person.Education) {
				a.Person.Education = s.Level
			}
		}
	}
	a.Resume, _ = readResume(f.JianLi)
	if awards, sanctions, ok := readHonours(f.JiangChengQingKuang); ok {
		a.Awards, a.Sanctions = awards, sanctions
	}
	a.Grades, _ = readGrades(f.NianDuKaoHeJieGuo)
	for _, m := range f.JiaTingChengYuan {
		if r := readRelative(m); r.readable() {
			a.Family = append(a.Family, r)
		}
	}
	a.Words = wordsOf(f)
	a.Words.Extra = keptOf(a, f)
	return a
}

func wordsOf(f lrmx.Form) approvalWords {
	return approvalWords{NextPost: f.NiRenZhiWu, EndPost: f.NiMianZhiWu, Reason: f.RenMianLiYou, ReportingUnit: f.ChengBaoDanWei, FilledBy: f.TianBiaoRen,
		FilledOn: f.TianBiaoShiJian, AgeOn: f.JiSuanNianLingShiJian, ReformLimit: f.GaiGeQianNianLingJieXian, DueMonth: f.DaoLingNianYue}
}

// foreignOf is what other tools wrote into a form.
func foreignOf(f lrmx.Form) kept {
	k := kept{Attributes: f.Attributes, Elements: f.Extra}
	if f.Version != lrmx.DefaultVersion {
		k.Version = f.Version
	}
	for _, m := range f.JiaTingChengYuan {
		if len(m.Extra) > 0 {
			if k.Relatives == nil {
				k.Relatives = map[string][]lrmx.Extra{}
			}
			k.Relatives[keyOf(m)] = m.Extra
		}
	}
	return k
}

// keptOf is what the form says and the file, shown as a form again, would not.
func keptOf(a approval, f lrmx.Form) kept {
	k := foreignOf(f)
	k.Texts, k.Births = map[string]string{}, map[string]string{}
	a.Words.Extra = kept{}
	again := a.form()
	for _, element := range keepable {
		if text := f.Text(element); text != "" && text != again.Text(element) {
			k.Texts[element] = text
		}
	}
	for _, m := range f.JiaTingChengYuan {
		if birth := unmonthly(m.ChuShengRiQi); birth != "" {
			k.Births[keyOf(m)] = birth
		}
	}
	return k
}

// keyOf names a member of the family among what is kept.
func keyOf(m lrmx.Family) string {
	return relationWord(readRelative(m).Relation) + TidyName(m.XingMing)
}

// unmonthly is a birth that the register, which holds months, cannot: 1958, or 不详.
func unmonthly(text string) string {
	if _, ok := lrmx.MonthOf(text); ok {
		return ""
	}
	return text
}

// keepable are the elements whose text is kept where the register cannot hold it.
var keepable = []string{"MinZu", "RuDangShiJian", "CanJiaGongZuoShiJian", "JianKangZhuangKuang", "QuanRiZhiJiaoYu_XueLi", "QuanRiZhiJiaoYu_XueWei",
	"QuanRiZhiJiaoYu_XueLi_BiYeYuanXiaoXi", "QuanRiZhiJiaoYu_XueWei_BiYeYuanXiaoXi", "ZaiZhiJiaoYu_XueLi", "ZaiZhiJiaoYu_XueWei",
	"ZaiZhiJiaoYu_XueLi_BiYeYuanXiaoXi", "ZaiZhiJiaoYu_XueWei_BiYeYuanXiaoXi", "XianRenZhiWu", "JianLi", "JiangChengQingKuang", "NianDuKaoHeJieGuo"}
