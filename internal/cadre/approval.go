package cadre

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/platform/codelist"
	"touyan/internal/platform/lrmx"
	"touyan/internal/platform/month"
)

// approval is a file as the 任免审批表 needs it: the register's facts and what only the form says.
type approval struct {
	Person
	Number    string // in clear: the form shows it in its file, never on a page
	Details   Details
	Held      []heldTitle
	Education []schooling
	Resume    []stage
	Family    []relative
	Awards    []honour
	Sanctions []sanction
	Grades    []yearGrade
	Words     approvalWords
	Photo     []byte
}

// heldTitle is a post that is held today.
type heldTitle struct {
	PersonID       int64
	Unit, Position string
	Community      bool
}

type schooling struct {
	PersonID, ID                                     int64
	Mode, Level, Degree, School, Major, DegreeSchool string
	FinishedOn                                       *time.Time
}

type stage struct {
	PersonID int64
	FromOn   time.Time
	ToOn     *time.Time
	Kind     string
	Body     string
}

type relative struct {
	PersonID, ID                            int64
	Relation, Name, Political, EmployerPost string
	BirthMonth                              *time.Time
}

type honour struct {
	PersonID                                  int64
	Kind, Title, Level, Issuer, DocNo, Reason string
	AwardedOn                                 time.Time
}

type sanction struct {
	PersonID                       int64
	Kind, Authority, DocNo, Reason string
	DecidedOn                      time.Time
}

type yearGrade struct {
	PersonID int64
	Year     int
	Grade    string
}

// approvalWords are what a form says beyond the file (appointment_forms).
type approvalWords struct {
	PersonID      int64
	NextPost      string
	EndPost       string
	Reason        string
	ReportingUnit string
	FilledBy      string
	FilledOn      string
	AgeOn         string
	ReformLimit   string
	DueMonth      string
	Extra         kept
	Version       int
}

// kept is what an imported form held that the register has no place for, so that nothing is lost on the way out again:
// elements of other tools, and texts where the register knows nothing of the matter.
type kept struct {
	Version    string                  `json:"version,omitempty"`
	Photo      string                  `json:"photo,omitempty"` // digest of a photo that was drawn anew, to know it again
	Attributes string                  `json:"attributes,omitempty"`
	Elements   []lrmx.Extra            `json:"elements,omitempty"`
	Relatives  map[string][]lrmx.Extra `json:"relatives,omitempty"` // elements within a member of the family, by keyOf
	Births     map[string]string       `json:"births,omitempty"`    // of members, as written where it is no month, by keyOf
	Texts      map[string]string       `json:"texts,omitempty"`     // by element
}

// text is what the register says of an element, or what an imported form said if the register says nothing or less.
func (k kept) text(element, register string) string {
	if was := k.Texts[element]; register == "" || strings.Contains(was, register) {
		return cmp.Or(was, register)
	}
	return register
}

// form is the mapping from the file to the form, element by element. What leads back stands in approval_read.go.
func (a approval) form() lrmx.Form {
	w, k := a.Words, a.Words.Extra
	f := lrmx.Form{
		XingMing: a.Name, XingBie: sexName(a.Sex), ChuShengNianYue: a.BirthDate.Format("200601"), MinZu: a.ethnic(),
		JiGuan: a.Details.NativePlace, ChuShengDi: a.Details.BirthPlace, RuDangShiJian: k.text("RuDangShiJian", a.joined()),
		CanJiaGongZuoShiJian:        k.text("CanJiaGongZuoShiJian", compact(a.Details.WorkStart)),
		JianKangZhuangKuang:         k.text("JianKangZhuangKuang", wordOf(HealthWords, a.Details.Health)),
		ZhuanYeJiShuZhiWu:           a.Details.TechnicalPost,
		ShuXiZhuanYeYouHeZhuanChang: a.Details.Specialty,
		QuanRiZhi:                   a.schooled("fulltime"), ZaiZhi: a.schooled("inservice"),
		XianRenZhiWu: k.text("XianRenZhiWu", a.heldTitles()), NiRenZhiWu: w.NextPost, NiMianZhiWu: w.EndPost,
		JianLi: k.text("JianLi", a.resume().String()), JiangChengQingKuang: k.text("JiangChengQingKuang", a.honours()),
		NianDuKaoHeJieGuo: k.text("NianDuKaoHeJieGuo", gradesText(a.Grades)), RenMianLiYou: w.Reason, ChengBaoDanWei: w.ReportingUnit,
		JiSuanNianLingShiJian: w.AgeOn, TianBiaoShiJian: w.FilledOn, TianBiaoRen: w.FilledBy, ShenFenZheng: a.Number, ZhaoPian: a.Photo,
		Version: cmp.Or(k.Version, lrmx.DefaultVersion), GaiGeQianNianLingJieXian: w.ReformLimit, DaoLingNianYue: w.DueMonth,
		Attributes: k.Attributes, Extra: k.Elements,
	}
	for element, at := range map[string]*lrmx.JiaoYu{"QuanRiZhiJiaoYu_": &f.QuanRiZhi, "ZaiZhiJiaoYu_": &f.ZaiZhi} {
		at.XueLi, at.XueWei = k.text(element+"XueLi", at.XueLi), k.text(element+"XueWei", at.XueWei)
		at.XueLiYuanXiao = k.text(element+"XueLi_BiYeYuanXiaoXi", at.XueLiYuanXiao)
		at.XueWeiYuanXiao = k.text(element+"XueWei_BiYeYuanXiaoXi", at.XueWeiYuanXiao)
	}
	for _, r := range a.Family {
		m := lrmx.Family{ChengWei: relationWord(r.Relation), XingMing: r.Name, ChuShengRiQi: compact(r.BirthMonth), ZhengZhiMianMao: r.Political,
			GongZuoDanWeiJiZhiWu: r.EmployerPost}
		m.Extra = k.Relatives[keyOf(m)]
		m.ChuShengRiQi = cmp.Or(m.ChuShengRiQi, k.Births[keyOf(m)])
		f.JiaTingChengYuan = append(f.JiaTingChengYuan, m)
	}
	f, _ = f.Tidy() // what the register holds was checked when it was entered
	return f
}

// ethnic is 民族, in the words of the form where it is none of the fifty-six.
func (a approval) ethnic() string {
	if a.Ethnic == codelist.OtherEthnic {
		return cmp.Or(a.Words.Extra.Texts["MinZu"], codeName("ethnic", a.Ethnic))
	}
	return codeName("ethnic", a.Ethnic)
}

func compact(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format("200601")
}

func relationWord(code string) string { return cmp.Or(codelist.Relation().Name(code), code) }

// joined is 入党时间; members of the democratic parties are named by their party.
func (a approval) joined() string {
	party := ""
	if a.Political >= "04" && a.Political <= "11" {
		party = codeName("political", a.Political)
	}
	if party != "" && a.PartyJoin != nil {
		return party + "；" + compact(a.PartyJoin)
	}
	return cmp.Or(party, compact(a.PartyJoin))
}

// educationWord is the word of the form for a level.
func educationWord(code string) string {
	return cmp.Or(codelist.ZB64Name(code), codeName("education", code))
}

// schooled is the highest education of a kind. A file that knows only the highest one shows it as full-time.
func (a approval) schooled(mode string) (j lrmx.JiaoYu) {
	best := a.highest(mode)
	if best == nil {
		if mode == "fulltime" && len(a.Education) == 0 {
			j.XueLi = educationWord(a.Person.Education)
		}
		return j
	}
	school := best.School
	if best.Major != "" && !strings.Contains(school, best.Major) {
		school += best.Major
	}
	return lrmx.JiaoYu{XueLi: educationWord(best.Level), XueWei: best.Degree, XueLiYuanXiao: school, XueWeiYuanXiao: best.DegreeSchool}
}

func (a approval) highest(mode string) *schooling {
	var best *schooling
	for i := range a.Education {
		if e := &a.Education[i]; e.Mode == mode && (best == nil || codelist.Rank(e.Level) > codelist.Rank(best.Level)) {
			best = e
		}
	}
	return best
}

// heldTitles is 现任职务: 安化镇司林山村党支部书记、村委会主任.
func (a approval) heldTitles() string {
	var out strings.Builder
	unit := ""
	for _, h := range a.Held {
		title := PositionTitle(h.Position, h.Community)
		if h.Position == "party_secretary" {
			title = "党支部书记"
		}
		if h.Unit == unit {
			out.WriteString("、" + title)
			continue
		}
		if out.Len() > 0 {
			out.WriteString(",")
		}
		out.WriteString(h.Unit + title)
		unit = h.Unit
	}
	return out.String()
}

func (a approval) resume() (r lrmx.Resume) {
	for _, s := range a.Resume {
		p := lrmx.Period{From: month.Of(s.FromOn), Text: s.Body}
		if s.ToOn != nil {
			p.To = month.Of(*s.ToOn)
		}
		r.Periods = append(r.Periods, p)
	}
	return r
}

// honours is 奖惩情况: awards and sanctions in the order of their days, one a line.
func (a approval) honours() string {
	type line struct {
		on   time.Time
		text string
	}
	var lines []line
	for _, h := range a.Awards {
		lines = append(lines, line{h.AwardedOn, h.line()})
	}
	for _, s := range a.Sanctions {
		if formal(s.Kind) {
			lines = append(lines, line{s.DecidedOn, s.line()})
		}
	}
	slices.SortStableFunc(lines, func(x, y line) int { return x.on.Compare(y.on) })
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.text
	}
	return strings.Join(texts, "\n")
}

// formal reports whether a sanction is a punishment; a talk, criticism or admonition is none and stays off the form.
func formal(kind string) bool {
	return kind != "talk" && kind != "criticism" && kind != "admonition" && kind != "other"
}

func (h honour) line() string {
	return h.AwardedOn.Format("2006年1月2日") + "获" + wordOf(levels, h.Level) + "级表彰“" + h.Title + "”" + bracketed(h.Issuer, h.DocNo, h.Reason)
}

func (s sanction) line() string {
	return s.DecidedOn.Format("2006年1月2日") + "受" + wordOf(sanctionKinds, s.Kind) + "处分" + bracketed(s.Authority, s.DocNo, s.Reason)
}

// bracketed are up to three facts in brackets; an empty one in front of another leaves its place.
func bracketed(parts ...string) string {
	text := strings.TrimRight(strings.Join(parts, ";"), ";")
	if text == "" {
		return ""
	}
	return "(" + text + ")"
}

// gradesText is 年度考核结果: 2021、2022、2023年度考核均为优秀.
func gradesText(list []yearGrade) string {
	var parts []string
	for i := 0; i < len(list); {
		j := i
		var years []string
		for ; j < len(list) && list[j].Grade == list[i].Grade; j++ {
			years = append(years, strconv.Itoa(list[j].Year))
		}
		all := ""
		if len(years) > 1 {
			all = "均"
		}
		parts = append(parts, strings.Join(years, "、")+"年度考核"+all+"为"+wordOf(YearlyGrades, list[i].Grade))
		i = j
	}
	return strings.Join(parts, ";")
}
