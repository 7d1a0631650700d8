package cadre

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"

	"touyan/internal/platform/codelist"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/lrmx"
	"touyan/internal/platform/portrait"
)

// formDifference is one matter on which a form and the register differ. It can be accepted, or must be asked for as a
// change of a key field, or is dealt with on another page of the file.
type formDifference struct {
	Element string // names it in the address: JiGuan, JiaTingChengYuan/13李桂兰
	Title   string
	Theirs  string // the register
	Yours   string // the form
	Private bool   // stays out of the trail
	Key     string // the field of a change request, which is the only way
	Page    string // below the person's page, where it can be dealt with otherwise
	accept  func(c *fileChange)
}

// filePages say where, below a person's page, the file keeps what an element of the form shows.
var filePages = map[string]string{"MinZu": "/edit", "JiGuan": "/edit", "ChuShengDi": "/edit", "RuDangShiJian": "/edit", "CanJiaGongZuoShiJian": "/edit",
	"JianKangZhuangKuang": "/edit", "ZhuanYeJiShuZhiWu": "/edit", "ShuXiZhuanYeYouHeZhuanChang": "/edit", "QuanRiZhiJiaoYu_XueLi": "/file/education",
	"ZaiZhiJiaoYu_XueLi": "/file/education", "XianRenZhiWu": "#appoint", "JianLi": "/file/resume", "JiangChengQingKuang": "/file/awards",
	"NianDuKaoHeJieGuo": "/file/grades", "JiaTingChengYuan": "/file/family", "ZhaoPian": "/attachments"}

// Acceptable reports whether the form's value can be taken over here.
func (d formDifference) Acceptable() bool { return d.accept != nil }

// compare lists what a form says otherwise than the register. What the form leaves empty is no difference: forms are
// often filled in by half.
func (a approval) compare(f lrmx.Form) []formDifference {
	now := a.form()
	c := comparison{a: a, now: now, file: f}
	c.plain()
	c.party()
	c.schooling("QuanRiZhiJiaoYu_", "fulltime", now.QuanRiZhi, f.QuanRiZhi)
	c.schooling("ZaiZhiJiaoYu_", "inservice", now.ZaiZhi, f.ZaiZhi)
	c.lists()
	c.family()
	c.words()
	c.photo()
	c.extra()
	return c.list
}

type comparison struct {
	a         approval
	now, file lrmx.Form
	list      []formDifference
}

// differ notes an element whose text differs; set makes the difference one that can be accepted. Without it the
// difference leads to the page of the file. The caller may change what is returned.
func (c *comparison) differ(element string, set func(c *fileChange)) *formDifference {
	old, new := c.now.Text(element), c.file.Text(element)
	if new == "" || old == new {
		return &formDifference{}
	}
	d := formDifference{Element: element, Title: lrmx.Title(element), Theirs: old, Yours: new, accept: set}
	if set == nil {
		d.Page = filePages[element]
	}
	c.list = append(c.list, d)
	return &c.list[len(c.list)-1]
}

func (c *comparison) plain() {
	c.differ("ChuShengNianYue", nil).Key = "birth"
	if code, err := codelist.Ethnic().Parse(c.file.MinZu); err == nil {
		c.differ("MinZu", func(f *fileChange) { f.columns.Ethnic = &code })
	} else {
		c.differ("MinZu", nil)
	}
	for _, e := range []struct {
		element string
		at      func(c *approvalColumns) **string
	}{
		{"JiGuan", func(c *approvalColumns) **string { return &c.NativePlace }}, {"ChuShengDi", func(c *approvalColumns) **string { return &c.BirthPlace }},
		{"ZhuanYeJiShuZhiWu", func(c *approvalColumns) **string { return &c.TechnicalPost }},
		{"ShuXiZhuanYeYouHeZhuanChang", func(c *approvalColumns) **string { return &c.Specialty }},
	} {
		text := c.file.Text(e.element)
		if len([]rune(text)) > maxText["text"] {
			c.differ(e.element, nil)
			continue
		}
		c.differ(e.element, func(f *fileChange) { *e.at(&f.columns) = &text })
	}
	if code, known := codeOf(HealthWords, c.file.JianKangZhuangKuang); known {
		c.differ("JianKangZhuangKuang", func(f *fileChange) { f.columns.Health = &code })
	} else {
		c.differ("JianKangZhuangKuang", nil)
	}
	if t, ok := lrmx.MonthOf(c.file.CanJiaGongZuoShiJian); ok {
		c.differ("CanJiaGongZuoShiJian", func(f *fileChange) { f.columns.WorkStart = &t })
	} else {
		c.differ("CanJiaGongZuoShiJian", nil)
	}
}

// party is 入党时间, a key field: where the register has one, only a request with evidence changes it.
func (c *comparison) party() {
	joined, political := readJoined(c.file.RuDangShiJian)
	d := c.differ("RuDangShiJian", nil)
	switch {
	case c.a.PartyJoin != nil:
		d.Key = "party_join"
	case joined != nil && political == codelist.PartyMember && !joined.Before(c.a.BirthDate.AddDate(18, 0, -31)):
		if c.a.Political == codelist.Probationer { // who joined too; the form does not tell whether the year is over
			political = codelist.Probationer
		}
		d.accept = func(f *fileChange) { f.columns.PartyJoin, f.columns.Political = joined, &political }
	}
}

// schooling compares a block of education. A block that the register lacks is one difference; the level of one that it
// has is a key field.
func (c *comparison) schooling(prefix, mode string, old, new lrmx.JiaoYu) {
	record, read := c.a.highest(mode), readSchooling(mode, new)
	if record == nil {
		text := strings.Join(strings.Fields(new.XueLi+" "+new.XueWei+" "+new.XueLiYuanXiao+" "+new.XueWeiYuanXiao), " ")
		was := strings.Join(strings.Fields(old.XueLi+" "+old.XueWei+" "+old.XueLiYuanXiao+" "+old.XueWeiYuanXiao), " ")
		if text == "" || text == was {
			return
		}
		d := formDifference{Element: prefix + "XueLi", Title: wordOf(educationModes, mode), Theirs: was, Yours: text}
		switch {
		case read == nil:
			d.Page = filePages[d.Element]
		case codelist.LevelOf(read.Level) > codelist.LevelOf(c.a.Person.Education):
			d.Key = "education"
		default:
			d.accept = func(f *fileChange) { f.addSchooling(*read) }
		}
		c.list = append(c.list, d)
		return
	}
	c.differ(prefix+"XueLi", nil).Key = "education"
	for _, e := range []struct {
		element string
		to      schooling
	}{{"XueWei", schooling{Degree: new.XueWei}}, {"XueLi_BiYeYuanXiaoXi", schooling{School: new.XueLiYuanXiao}},
		{"XueWei_BiYeYuanXiaoXi", schooling{DegreeSchool: new.XueWeiYuanXiao}}} {
		c.differ(prefix+e.element, func(f *fileChange) { f.changeSchooling(record.ID, e.to) })
	}
}

// lists are the texts that the register keeps as entries.
func (c *comparison) lists() {
	c.differ("XianRenZhiWu", nil)
	if stages, ok := readResume(c.file.JianLi); ok {
		c.differ("JianLi", func(f *fileChange) {
			f.resumed = true
			for _, s := range stages {
				f.addStage(s)
			}
		})
	} else {
		c.differ("JianLi", nil)
	}
	c.honours()
	c.grades()
}

// honours adds awards that the register lacks. A sanction is registered from its own paper.
func (c *comparison) honours() {
	awards, sanctions, ok := readHonours(c.file.JiangChengQingKuang)
	more := missing(c.now.JiangChengQingKuang, c.file.JiangChengQingKuang)
	switch {
	case len(more) == 0:
	case !ok || len(sanctions) > 0:
		c.differ("JiangChengQingKuang", nil)
	default:
		c.differ("JiangChengQingKuang", func(f *fileChange) {
			for _, h := range awards {
				if more[h.line()] {
					f.addHonour(h)
				}
			}
		})
	}
}

func (c *comparison) grades() {
	grades, ok := readGrades(c.file.NianDuKaoHeJieGuo)
	if !ok {
		c.differ("NianDuKaoHeJieGuo", nil)
		return
	}
	known := map[int]string{}
	for _, g := range c.a.Grades {
		known[g.Year] = g.Grade
	}
	var fresh []yearGrade
	clash := false
	for _, g := range grades {
		if was, ok := known[g.Year]; !ok {
			fresh = append(fresh, g)
		} else if was != g.Grade {
			clash = true
		}
	}
	switch {
	case clash: // a grade that is registered has its own paper
		c.differ("NianDuKaoHeJieGuo", nil)
	case len(fresh) > 0:
		c.differ("NianDuKaoHeJieGuo", func(f *fileChange) {
			for _, g := range fresh {
				f.addGrade(g)
			}
		})
	}
}

// missing are the lines of a text that another does not have.
func missing(has, text string) map[string]bool {
	more := map[string]bool{}
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" && !strings.Contains("\n"+has+"\n", "\n"+line+"\n") {
			more[line] = true
		}
	}
	return more
}

// family compares member by member: by relation and name, then by name.
func (c *comparison) family() {
	said := func(m lrmx.Family) string {
		return strings.Join(strings.Fields(m.ChengWei+" "+TidyName(m.XingMing)+" "+lrmx.Dotted(m.ChuShengRiQi)+" "+m.ZhengZhiMianMao+" "+m.GongZuoDanWeiJiZhiWu), " ")
	}
	matched := map[int]bool{}
	find := func(r relative, byName bool) int {
		for i, o := range c.a.Family {
			if !matched[i] && o.Name == r.Name && (byName || o.Relation == r.Relation) {
				return i
			}
		}
		return -1
	}
	for n, m := range c.file.JiaTingChengYuan {
		r := readRelative(m)
		i := find(r, false)
		if i < 0 {
			i = find(r, true)
		}
		d := formDifference{Element: "JiaTingChengYuan/" + strconv.Itoa(n), Title: "家庭成员", Yours: said(m), Private: true}
		switch {
		case i >= 0:
			matched[i] = true
			was := c.a.Family[i]
			if d.Theirs = said(c.now.JiaTingChengYuan[i]); d.Theirs == d.Yours {
				continue
			}
			r.ID = was.ID
			d.accept = func(f *fileChange) { f.family = append(f.family, r); f.keepBirth(m) }
		case !r.readable():
			d.Page = filePages["JiaTingChengYuan"]
		default:
			d.accept = func(f *fileChange) { f.addRelative(r); f.keepBirth(m) }
		}
		c.list = append(c.list, d)
	}
	for i := range c.a.Family {
		if len(c.file.JiaTingChengYuan) > 0 && !matched[i] {
			c.list = append(c.list, formDifference{Element: "JiaTingChengYuan/-" + strconv.Itoa(i), Title: "家庭成员", Theirs: said(c.now.JiaTingChengYuan[i]),
				Private: true, Page: filePages["JiaTingChengYuan"]})
		}
	}
}

// words are what only forms say.
func (c *comparison) words() {
	new := wordsOf(c.file)
	for _, e := range []struct {
		element string
		to      func(w *approvalWords)
	}{
		{"NiRenZhiWu", func(w *approvalWords) { w.NextPost = new.NextPost }}, {"NiMianZhiWu", func(w *approvalWords) { w.EndPost = new.EndPost }},
		{"RenMianLiYou", func(w *approvalWords) { w.Reason = new.Reason }}, {"ChengBaoDanWei", func(w *approvalWords) { w.ReportingUnit = new.ReportingUnit }},
		{"JiSuanNianLingShiJian", func(w *approvalWords) { w.AgeOn = new.AgeOn }}, {"TianBiaoShiJian", func(w *approvalWords) { w.FilledOn = new.FilledOn }},
		{"TianBiaoRen", func(w *approvalWords) { w.FilledBy = new.FilledBy }},
		{"GaiGeQianRenZhiNianLingJieXian", func(w *approvalWords) { w.ReformLimit = new.ReformLimit }},
		{"DaoLingNianYue", func(w *approvalWords) { w.DueMonth = new.DueMonth }},
	} {
		c.differ(e.element, func(f *fileChange) { f.reword(e.to) })
	}
}

// photo differs where the form brings one that the register has neither as it is nor drawn anew.
func (c *comparison) photo() {
	p := c.file.ZhaoPian
	if len(p) == 0 || bytes.Equal(p, c.a.Photo) || len(c.a.Photo) > 0 && hashOf(p) == c.a.Words.Extra.Photo {
		return
	}
	d := formDifference{Element: "ZhaoPian", Title: "照片", Theirs: "没有照片", Yours: "文件中的照片"}
	if len(c.a.Photo) > 0 {
		d.Theirs = "已有照片"
	}
	if err := portrait.Check(p); err != nil {
		d.Yours += "(" + fault.Of(err).Sentence + ")"
		d.Page = filePages["ZhaoPian"]
	} else {
		d.accept = func(f *fileChange) { f.picture = p }
	}
	c.list = append(c.list, d)
}

// extra is what other tools wrote. A version or an attribute by itself is nothing that anybody could decide about; they
// come along with the elements.
func (c *comparison) extra() {
	was, is := c.a.Words.Extra, foreignOf(c.file)
	if is.count() == 0 || slices.Equal(was.Elements, is.Elements) && maps.EqualFunc(was.Relatives, is.Relatives, slices.Equal[[]lrmx.Extra]) {
		return
	}
	items := func(k kept) string { return strconv.Itoa(k.count()) + "项" }
	c.list = append(c.list, formDifference{Element: "Extra", Title: "其他软件写入的内容", Theirs: items(was), Yours: items(is), accept: func(f *fileChange) {
		f.reword(func(w *approvalWords) {
			w.Extra.Version, w.Extra.Attributes, w.Extra.Elements, w.Extra.Relatives = is.Version, is.Attributes, is.Elements, is.Relatives
		})
	}})
}

// count is how many elements other tools wrote.
func (k kept) count() int {
	n := len(k.Elements)
	for _, list := range k.Relatives {
		n += len(list)
	}
	return n
}
