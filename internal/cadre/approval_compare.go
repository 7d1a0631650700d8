package cadre

import (
	"bytes"
	"reflect"
	"strconv"
	"strings"

	"touyan/internal/platform/codelist"
	"touyan/internal/platform/lrmx"
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
	accept  func(w *approvalWriter) error
}

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
	c.rest()
	return c.list
}

type comparison struct {
	a         approval
	now, file lrmx.Form
	list      []formDifference
}

// differ notes an element whose text differs; set makes the difference one that can be accepted.
func (c *comparison) differ(element string, set func(w *approvalWriter) error) *formDifference {
	old, new := c.now.Text(element), c.file.Text(element)
	if new == "" || old == new {
		return &formDifference{}
	}
	c.list = append(c.list, formDifference{Element: element, Title: lrmx.Title(element), Theirs: old, Yours: new, accept: set})
	return &c.list[len(c.list)-1]
}

func (c *comparison) plain() {
	if d := c.differ("ChuShengNianYue", nil); d.Element != "" {
		d.Key = "birth"
	}
	if code, err := codelist.Ethnic().Parse(c.file.MinZu); err == nil {
		c.differ("MinZu", patchOf(approvalPatch{Ethnic: &code}))
	}
	for _, e := range []struct {
		element string
		at      func(p *approvalPatch) **string
	}{
		{"JiGuan", func(p *approvalPatch) **string { return &p.NativePlace }}, {"ChuShengDi", func(p *approvalPatch) **string { return &p.BirthPlace }},
		{"ZhuanYeJiShuZhiWu", func(p *approvalPatch) **string { return &p.TechnicalPost }},
		{"ShuXiZhuanYeYouHeZhuanChang", func(p *approvalPatch) **string { return &p.Specialty }},
	} {
		text := c.file.Text(e.element)
		var p approvalPatch
		*e.at(&p) = &text
		if len([]rune(text)) > maxText["text"] {
			c.differ(e.element, nil).Page = "/edit"
		} else {
			c.differ(e.element, patchOf(p))
		}
	}
	if code, known := codeOf(HealthWords, c.file.JianKangZhuangKuang); known {
		c.differ("JianKangZhuangKuang", patchOf(approvalPatch{Health: &code}))
	} else {
		c.differ("JianKangZhuangKuang", nil).Page = "/edit"
	}
	if t, ok := lrmx.MonthOf(c.file.CanJiaGongZuoShiJian); ok {
		c.differ("CanJiaGongZuoShiJian", patchOf(approvalPatch{WorkStart: &t}))
	} else {
		c.differ("CanJiaGongZuoShiJian", nil).Page = "/edit"
	}
}

// party is 入党时间, a key field: where the register has one, only a request with evidence changes it.
func (c *comparison) party() {
	joined, political := readJoined(c.file.RuDangShiJian)
	d := c.differ("RuDangShiJian", nil)
	switch {
	case d.Element == "":
	case c.a.PartyJoin != nil:
		d.Key = "party_join"
	case joined == nil || political != codelist.PartyMember || joined.Before(c.a.BirthDate.AddDate(18, 0, -31)):
		d.Page = "/edit"
	default:
		d.accept = patchOf(approvalPatch{PartyJoin: joined, Political: &political})
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
			d.Page = "/file/education"
		case codelist.LevelOf(read.Level) > codelist.LevelOf(c.a.Person.Education):
			d.Key = "education"
		default:
			d.accept = func(w *approvalWriter) error { return w.addSchooling(*read) }
		}
		c.list = append(c.list, d)
		return
	}
	if d := c.differ(prefix+"XueLi", nil); d.Element != "" {
		d.Key = "education"
	}
	c.differ(prefix+"XueWei", func(w *approvalWriter) error { return w.setSchooling(*record, schooling{Degree: new.XueWei}) })
	c.differ(prefix+"XueLi_BiYeYuanXiaoXi", func(w *approvalWriter) error {
		return w.setSchooling(*record, schooling{School: new.XueLiYuanXiao})
	})
	c.differ(prefix+"XueWei_BiYeYuanXiaoXi", func(w *approvalWriter) error {
		return w.setSchooling(*record, schooling{DegreeSchool: new.XueWeiYuanXiao})
	})
}

// lists are the texts that the register keeps as entries.
func (c *comparison) lists() {
	c.differ("XianRenZhiWu", nil).Page = "#appoint"
	stages, ok := readResume(c.file.JianLi)
	if ok {
		c.differ("JianLi", func(w *approvalWriter) error { return w.setResume(stages) })
	} else {
		c.differ("JianLi", nil).Page = "/file/resume"
	}
	awards, sanctions, ok := readHonours(c.file.JiangChengQingKuang)
	if more := missing(c.now.JiangChengQingKuang, c.file.JiangChengQingKuang); ok && len(sanctions) == 0 && len(more) > 0 {
		fresh := awards[:0:0]
		for _, h := range awards {
			if more[h.line()] {
				fresh = append(fresh, h)
			}
		}
		c.differ("JiangChengQingKuang", func(w *approvalWriter) error { return w.addHonours(fresh) })
	} else if len(more) > 0 {
		c.differ("JiangChengQingKuang", nil).Page = "/file/awards"
	}
	c.grades()
}

func (c *comparison) grades() {
	grades, ok := readGrades(c.file.NianDuKaoHeJieGuo)
	if !ok {
		c.differ("NianDuKaoHeJieGuo", nil).Page = "/file/grades"
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
		c.differ("NianDuKaoHeJieGuo", nil).Page = "/file/grades"
	case len(fresh) > 0:
		c.differ("NianDuKaoHeJieGuo", func(w *approvalWriter) error { return w.addGrades(fresh) })
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
		return strings.Join(strings.Fields(m.ChengWei+" "+m.XingMing+" "+lrmx.Dotted(m.ChuShengRiQi)+" "+m.ZhengZhiMianMao+" "+m.GongZuoDanWeiJiZhiWu), " ")
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
			d.accept = func(w *approvalWriter) error { return w.setRelative(was.ID, r) }
		case CheckName(r.Name) != nil || r.Relation == "":
			d.Page = "/file/family"
		default:
			d.accept = func(w *approvalWriter) error { return w.addRelative(r) }
		}
		c.list = append(c.list, d)
	}
	for i := range c.a.Family {
		if len(c.file.JiaTingChengYuan) > 0 && !matched[i] {
			c.list = append(c.list, formDifference{Element: "JiaTingChengYuan/-" + strconv.Itoa(i), Title: "家庭成员", Theirs: said(c.now.JiaTingChengYuan[i]),
				Private: true, Page: "/file/family"})
		}
	}
}

// rest is the photo and what only forms say.
func (c *comparison) rest() {
	set := func(to func(*approvalWords)) func(w *approvalWriter) error {
		return func(w *approvalWriter) error { return w.setWords(to) }
	}
	new := wordsOf(c.file)
	c.differ("NiRenZhiWu", set(func(w *approvalWords) { w.NextPost = new.NextPost }))
	c.differ("NiMianZhiWu", set(func(w *approvalWords) { w.EndPost = new.EndPost }))
	c.differ("RenMianLiYou", set(func(w *approvalWords) { w.Reason = new.Reason }))
	c.differ("ChengBaoDanWei", set(func(w *approvalWords) { w.ReportingUnit = new.ReportingUnit }))
	c.differ("JiSuanNianLingShiJian", set(func(w *approvalWords) { w.AgeOn = new.AgeOn }))
	c.differ("TianBiaoShiJian", set(func(w *approvalWords) { w.FilledOn = new.FilledOn }))
	c.differ("TianBiaoRen", set(func(w *approvalWords) { w.FilledBy = new.FilledBy }))
	c.differ("GaiGeQianRenZhiNianLingJieXian", set(func(w *approvalWords) { w.ReformLimit = new.ReformLimit }))
	c.differ("DaoLingNianYue", set(func(w *approvalWords) { w.DueMonth = new.DueMonth }))
	if p := c.file.ZhaoPian; len(p) > 0 && !bytes.Equal(p, c.a.Photo) && (len(c.a.Photo) == 0 || hashOf(p) != c.a.Words.Extra.Photo) {
		d := formDifference{Element: "ZhaoPian", Title: "照片", Theirs: "没有照片", Yours: "文件中的照片", accept: func(w *approvalWriter) error { return w.setPhoto(p) }}
		if len(c.a.Photo) > 0 {
			d.Theirs = "已有照片"
		}
		c.list = append(c.list, d)
	}
	was, is := c.a.Words.Extra, keptOf(fileOf(c.file), c.file)
	was.Texts, is.Texts, was.Photo = nil, nil, ""
	if !is.empty() && !reflect.DeepEqual(was.normal(), is.normal()) {
		c.list = append(c.list, formDifference{Element: "Extra", Title: "其他软件写入的内容", Theirs: was.count(), Yours: is.count(),
			accept: set(func(w *approvalWords) {
				is.Texts, is.Photo = w.Extra.Texts, w.Extra.Photo
				w.Extra = is
			})})
	}
}

func (k kept) normal() kept {
	if len(k.Family) == 0 {
		k.Family = nil
	}
	if len(k.Elements) == 0 {
		k.Elements = nil
	}
	return k
}

func (k kept) count() string {
	n := len(k.Elements)
	for _, r := range k.Family {
		n += len(r.Extra)
	}
	return strconv.Itoa(n) + "项"
}
