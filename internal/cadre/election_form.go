package cadre

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/codelist"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// seatForm is what was typed about one post of the old team.
type seatForm struct{ Decision, To, Terms string }

// newForm is a newcomer as typed. Row is his line, if it was saved before: then the number need not be typed again.
type newForm struct {
	Row                                          int64
	Name, Number, Post, Terms, Education, Status string
}

func (n newForm) blank() bool {
	return n.Row == 0 && strings.TrimSpace(n.Name+n.Number+n.Post) == ""
}

// villageForm is a village as typed.
type villageForm struct {
	Version int
	Dates   map[string]string // by body
	Doc     string
	Vacancy string
	Seats   map[int64]seatForm
	New     []newForm
}

const maxNewcomers = 30

// readVillageForm reads the fields, whose names carry the keys of the posts.
func readVillageForm(v url.Values) villageForm {
	f := villageForm{Dates: map[string]string{}, Doc: strings.TrimSpace(v.Get("doc")), Vacancy: strings.TrimSpace(v.Get("vacancy")), Seats: map[int64]seatForm{}}
	f.Version, _ = strconv.Atoi(v.Get("version")) // anything else is no version that is stored
	for _, b := range Bodies {
		f.Dates[b.Code] = strings.TrimSpace(v.Get("on." + b.Code))
	}
	for name := range v {
		if rest, ok := strings.CutPrefix(name, "d."); ok {
			id, err := strconv.ParseInt(rest, 10, 64)
			if err != nil {
				id = -1 // no post has it
			}
			f.Seats[id] = seatForm{v.Get(name), v.Get("to." + rest), v.Get("terms." + rest)}
		}
	}
	for i := range maxNewcomers {
		at := func(field string) string { return strings.TrimSpace(v.Get("n." + strconv.Itoa(i) + "." + field)) }
		n := newForm{Name: TidyName(at("name")), Number: at("number"), Post: at("post"), Terms: at("terms"), Education: at("education"), Status: at("political")}
		n.Row, _ = strconv.ParseInt(at("row"), 10, 64)
		if !n.blank() {
			f.New = append(f.New, n)
		}
	}
	return f
}

// formOf gives a village as its form shows it at first: what was saved, or the round's own dates.
func formOf(r Round, b ballot) villageForm {
	f := villageForm{Dates: map[string]string{}, Seats: map[int64]seatForm{}}
	for _, body := range r.bodies() {
		f.Dates[body] = r.Of(body).Format(time.DateOnly)
		if b.Draft != nil {
			f.Dates[body] = dayText(b.Draft.Of(body))
		}
	}
	if b.Draft != nil {
		f.Version, f.Doc, f.Vacancy = b.Draft.Version, b.Draft.DocNo, b.Draft.VacancyNote
	}
	for _, c := range b.Rows {
		if c.AppointmentID != nil {
			f.Seats[*c.AppointmentID] = seatForm{c.Decision, c.ToPosition, c.Terms}
			continue
		}
		f.New = append(f.New, newForm{Row: c.ID, Name: c.PersonName, Post: c.ToPosition, Terms: c.Terms, Education: c.Education, Status: c.Political})
	}
	return f
}

// fill decides 连任 about every post that has no decision yet.
func (f *villageForm) fill() {
	for id, s := range f.Seats {
		if s.Decision == "" {
			s.Decision = Stay
			f.Seats[id] = s
		}
	}
}

// reading turns a typed village into a draft with its lines, and notes what cannot be read.
type reading struct {
	tx       *access.Tx
	store    Store
	round    Round
	ballot   ballot
	problems []ui.Problem
}

func (rd *reading) bad(field, format string, args ...any) {
	rd.problems = append(rd.problems, ui.Problem{Field: field, Sentence: fault.Of(fault.Invalid(format, args...)).Sentence})
}

// read checks every field by itself; whether the village fits together is asked of the whole township, by check.
func (rd *reading) read(ctx context.Context, f villageForm) (Draft, []Choice, error) {
	d := Draft{DocNo: f.Doc, VacancyNote: f.Vacancy, Version: f.Version}
	if len([]rune(f.Doc)) > 100 {
		rd.bad("doc", "文号最多100字")
	}
	if len([]rune(f.Vacancy)) > 200 {
		rd.bad("vacancy", "暂缺说明最多200字")
	}
	for _, body := range rd.round.bodies() {
		if f.Dates[body] == "" {
			continue
		}
		on, err := time.Parse(time.DateOnly, f.Dates[body])
		switch {
		case err != nil:
			rd.bad("on."+body, "日期应写成 2026-10-31 的形式,且是存在的日期")
		case month.Day(on).After(rd.tx.Scope().Today()):
			rd.bad("on."+body, "换届日期不能在今天之后,选举结果产生后再填写")
		default:
			d.set(body, &on)
		}
	}
	for id := range f.Seats {
		if _, ok := rd.ballot.seat(id); !ok {
			return d, nil, rd.unknown(ctx, id)
		}
	}
	var choices []Choice
	for _, c := range rd.ballot.Rows {
		if c.AppointmentID != nil {
			choices = append(choices, rd.seat(c, f.Seats[*c.AppointmentID]))
		}
	}
	for i, n := range f.New {
		c, err := rd.newcomer(ctx, "n."+strconv.Itoa(i)+".", n)
		if err != nil {
			return d, nil, err
		}
		if c != nil {
			choices = append(choices, *c)
		}
	}
	return d, choices, nil
}

// unknown answers for a post that is not among the old team's: it ended since the page was drawn, or is not the village's.
func (rd *reading) unknown(ctx context.Context, id int64) error {
	ended, err := rd.store.servedIn(ctx, rd.tx, rd.ballot.Village.ID, id)
	if err == nil && ended {
		return fault.Conflict("%s班子成员的任职刚有变动,请重新打开本页填写", rd.ballot.Village.Name)
	}
	if err == nil {
		err = fault.NotFound()
	}
	return err
}

func (rd *reading) seat(c Choice, f seatForm) Choice {
	field := strconv.FormatInt(*c.AppointmentID, 10)
	c.Decision, c.ToPosition, c.Terms = f.Decision, "", ""
	switch f.Decision {
	case "", Leave:
	case Stay:
		c.Terms = "keep"
	case Shift:
		c.ToPosition, c.Terms = f.To, f.Terms
		if !rd.elects(f.To) {
			rd.bad("to."+field, "请选择%s转任的职务", c.PersonName)
		} else if f.To == c.FromPosition {
			rd.bad("to."+field, "%s的职务没有变化,请选择连任", c.PersonName)
		}
		if c.Terms == "" {
			c.Terms = "keep"
		}
		if !has(electionTerms, c.Terms) {
			rd.bad("terms."+field, "请选择管理和报酬")
		}
	default:
		rd.bad("d."+field, "请选择%s的处理方式", c.PersonName)
		c.Decision = ""
	}
	return c
}

func (rd *reading) elects(post string) bool {
	return bodyOf(post) != "" && rd.round.Of(bodyOf(post)) != nil
}

// newcomer reads somebody who was not in the post: a person of the register by name or number, or a new one.
func (rd *reading) newcomer(ctx context.Context, field string, n newForm) (*Choice, error) {
	c := Choice{Decision: Enter, PersonName: n.Name, ToPosition: n.Post, Terms: n.Terms}
	if n.Row != 0 {
		was, ok := rd.saved(n.Row)
		if !ok {
			return nil, fault.NotFound()
		}
		if n.Name == "" && n.Number == "" {
			return nil, nil // taken out
		}
		if n.Name == was.PersonName && n.Number == "" {
			c = was
			c.ToPosition, c.Terms = n.Post, n.Terms
			if c.PersonID == nil {
				c.Education, c.Political = n.Education, n.Status
			}
		}
	}
	if !rd.elects(n.Post) {
		rd.bad(field+"post", "请选择%s的职务", orElse(n.Name, "新任人员"))
	}
	if n.Terms == "keep" || n.Terms == "" || !has(electionTerms, n.Terms) {
		rd.bad(field+"terms", "请选择%s的管理和报酬", orElse(n.Name, "新任人员"))
		c.Terms = ""
	}
	if c.PersonID == nil && c.IDIndex == nil {
		if err := rd.find(ctx, field, n, &c); err != nil {
			return nil, err
		}
	}
	if c.PersonID == nil && c.IDIndex != nil {
		if !codelist.Education().Has(c.Education) {
			rd.bad(field+"education", "请选择%s的学历", n.Name)
		}
		if !codelist.Political().Has(c.Political) {
			rd.bad(field+"political", "请选择%s的政治面貌", n.Name)
		}
	}
	return &c, nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func (rd *reading) saved(row int64) (Choice, bool) {
	for _, c := range rd.ballot.Rows {
		if c.ID == row && c.AppointmentID == nil {
			return c, true
		}
	}
	return Choice{}, false
}

// find looks a newcomer up: by the ID number where one was typed, by the name otherwise.
func (rd *reading) find(ctx context.Context, field string, n newForm, c *Choice) error {
	if n.Number == "" {
		return rd.byName(ctx, field, n, c)
	}
	card, err := idcard.Parse(n.Number, rd.tx.Scope().Today())
	if err != nil {
		rd.bad(field+"number", "%s", fault.Of(err).Sentence)
		return nil
	}
	keys, tenant := rd.store.keys, rd.tx.Tenant()
	index := keys.Index(tenant, "cadre.id_number", card.Number)
	found, elsewhere, err := rd.store.numbered(ctx, rd.tx, index)
	switch {
	case err != nil:
		return err
	case elsewhere:
		rd.bad(field+"number", "该身份证号已登记,请发起调入申请")
	case found != nil && n.Name != "" && n.Name != found.Name:
		rd.bad(field+"name", "姓名与该身份证号登记的不一致,请核对")
	case found != nil:
		c.PersonID, c.PersonName, c.Sex = &found.ID, found.Name, found.Sex
	default:
		if err := CheckName(n.Name); err != nil {
			rd.bad(field+"name", "%s", fault.Of(err).Sentence)
		}
		c.IDCipher, c.IDIndex = keys.Encrypt(tenant, "cadre.id_number", card.Number), index
		c.Sex, c.BirthDate, c.Education, c.Political = string(card.Sex), &card.Birth, n.Education, n.Status
	}
	return nil
}

func (rd *reading) byName(ctx context.Context, field string, n newForm, c *Choice) error {
	if n.Name == "" {
		rd.bad(field+"name", "请填写姓名")
		return nil
	}
	list, err := rd.store.named(ctx, rd.tx, rd.ballot.Village.TownshipID, n.Name)
	if err != nil {
		return err
	}
	switch len(list) {
	case 0:
		rd.bad(field+"number", "花名册中没有%s,请填写身份证号", n.Name)
	case 1:
		c.PersonID, c.Sex = &list[0].ID, list[0].Sex
	default:
		rd.bad(field+"number", "本乡镇(街道)有%d名%s,请填写身份证号", len(list), n.Name)
	}
	return nil
}
