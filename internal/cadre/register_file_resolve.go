package cadre

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"touyan/internal/org"
	"touyan/internal/platform/codelist"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/xlsx"
)

// subject is whose an entry is: somebody of the register, or a new person of the same file.
type subject struct {
	known *known
	fresh *intent
}

func (s subject) id() int64 {
	if s.known != nil {
		return s.known.ID
	}
	return s.fresh.id
}

// registered is the key of somebody of the register, 0 of a new person.
func (s subject) registered() int64 {
	if s.known != nil {
		return s.known.ID
	}
	return 0
}

// name and sex stand on a post for ever.
func (s subject) name() string {
	if s.known != nil {
		return s.known.Name
	}
	return s.fresh.Name
}

func (s subject) sex() string {
	if s.known != nil {
		return s.known.Sex
	}
	return string(s.fresh.ID.Sex)
}

// key is the same for all rows of one person.
func (s subject) key() string {
	if s.known != nil {
		return string(s.known.IDIndex)
	}
	return string(s.fresh.Index)
}

// plannedPost is a post that 任职 adds or ends.
type plannedPost struct {
	postLine
	sheet   *entrySheet
	Row     int
	Subject subject
	Village org.Village
	Code    string
	ends    int64 // the registered post that this only ends
}

// partPlan is what a sheet does to one section.
type partPlan struct {
	Sheet   string
	Section section
	Replace bool // the rows of the file take the place of the stored ones, of everybody whom the sheet names
	Same    int
	Add     []plannedEntry
	Gone    []plannedEntry // stored and not in the file: only where it replaces
	rewrite []rewriting    // of people whose entries are replaced
}

// plannedEntry is an entry that comes or goes; Row is 0 for a stored one.
type plannedEntry struct {
	Row     int
	Subject subject
	Texts   []string
}

// rewriting is everything that a person has in a section after a replacement.
type rewriting struct {
	subject subject
	entries [][]string
}

// entries compares the sheets of posts and entries.
func (r *resolving) entries(ctx context.Context, p *plan, replace []string) error {
	for _, e := range r.u.Entries {
		subjects := make([]subject, len(e.Lines))
		for i, l := range e.Lines {
			var err error
			if subjects[i], err = r.whose(l); err != nil {
				key := "who_id"
				if l.Number == "" {
					key = "who_tail"
				}
				e.Report.Cell(e.rows[l.Row], key, "%s", fault.Of(err).Sentence)
			}
		}
		if e.posts() {
			r.posts(p, e, subjects)
			continue
		}
		for _, key := range e.book.Sections {
			part, err := r.part(ctx, e, key, subjects, slices.Contains(replace, key))
			if err != nil {
				return err
			}
			p.Parts = append(p.Parts, part)
		}
	}
	return nil
}

// right leaves out the rows with findings: what is wrong with them is said, not what they would do.
func right[T any](list []T, r *xlsx.Report, row func(T) int) []T {
	bad := r.Bad()
	return slices.DeleteFunc(list, func(x T) bool { return bad[row(x)] })
}

// whose finds the person of a row. One who was not named at all has been said already.
func (r *resolving) whose(l entryLine) (subject, error) {
	var k *known
	var fresh []*intent
	switch {
	case l.Number != "":
		index := r.number(l.Number)
		k, fresh = r.found.byNumber[string(index)], r.people[string(index)]
	case l.Tail != "":
		k, _ = r.found.byTail(l.Who, r.tail(l.Tail)) // none or several: then a new person of the file may be meant
		for _, in := range r.people[l.Who+l.Tail] {
			if in.Existing == nil {
				fresh = append(fresh, in)
			}
		}
		if k == nil && len(fresh) == 0 || k != nil && len(fresh) > 0 || len(fresh) > 1 {
			_, err := r.found.byTail(l.Who, r.tail(l.Tail))
			if err == nil || len(fresh) > 1 {
				err = fault.Invalid("有多人姓名和末四位相同,请填写身份证号")
			}
			return subject{}, err
		}
	default:
		return subject{}, nil
	}
	switch {
	case k != nil && !k.InScope:
		return subject{}, fault.Invalid("该身份证号已登记,请发起调入申请")
	case k != nil && k.Name != l.Who:
		return subject{}, fault.Invalid("该身份证号在花名册中登记的姓名不同,请核对")
	case k != nil:
		return subject{known: k}, nil
	case len(fresh) == 0:
		return subject{}, fault.Invalid("没有找到这名人员:既不在花名册中,也不在“人员”表中")
	case fresh[0].Name != l.Who:
		return subject{}, fault.Invalid("该身份证号在第%d行是另一个姓名,请核对", fresh[0].Row)
	}
	return subject{fresh: fresh[0]}, nil
}

// posts compares 任职: what is registered stays, or ends where it went on and the row says when; what overlaps it is refused,
// the rest is added.
func (r *resolving) posts(p *plan, e *entrySheet, subjects []subject) {
	held := map[string][]heldPost{} // of this file, by person, village and post
	var same []int
	for i, l := range e.Lines {
		row, who := e.rows[l.Row], subjects[i]
		bad := func(key, format string, args ...any) { e.Report.Cell(row, key, format, args...) }
		var village org.Village
		if l.Post.Unit != "" {
			var err error
			if village, err = r.places.find(l.Post.Township, l.Post.Unit); err != nil && r.places.past(who.known, l.Post) {
				same = append(same, l.Row)
				continue
			} else if err != nil {
				bad("unit", "%s", fault.Of(err).Sentence)
			}
		}
		if who == (subject{}) || village.ID == 0 || l.Post.Since.IsZero() {
			continue
		}
		if who.known != nil && who.known.Died && l.Post.Until == nil {
			bad("who", "该同志已登记去世,请核对")
			continue
		}
		before := len(p.Posts) + len(p.Leaves)
		for _, code := range l.Post.Codes {
			key := fmt.Sprint(who.key(), village.ID, code)
			this := heldPost{VillageID: village.ID, Code: code, Since: l.Post.Since}
			if l.Post.Until != nil {
				end := l.Post.Until.AddDate(0, 0, 1)
				this.Until = &end
			}
			stored, ends, problem := registeredPost(who.known, this)
			switch {
			case problem != "":
				bad("since", "%s", problem)
			case ends != 0 && !l.Post.exact:
				bad("until", "离任时间请写到日,如:2026-10-31")
			}
			if slices.ContainsFunc(held[key], this.overlaps) {
				bad("since", "与本表中该同志同一职务的另一行重叠,请核对任职时间")
			}
			held[key] = append(held[key], this)
			post := plannedPost{*l.Post, e, l.Row, who, village, code, ends}
			switch {
			case stored || problem != "":
			case ends != 0:
				p.Leaves = append(p.Leaves, post)
			default:
				p.Posts = append(p.Posts, post)
				r.claim(fileClaim{claim{Position: code, Person: who.registered(), FromOn: this.Since, ToOn: this.Until}, e.Report, row, who.key(), who.name(), village})
			}
		}
		if len(p.Posts)+len(p.Leaves) == before {
			same = append(same, l.Row)
		}
	}
	p.SamePosts = len(right(same, e.Report, func(row int) int { return row }))
}

// past tells whether a row says posts that are registered in a unit that is no more: a merged village is found by no name, and
// what an export said of it comes back as it went out.
func (p places) past(k *known, line *postLine) bool {
	return k != nil && len(line.Codes) > 0 && !slices.ContainsFunc(line.Codes, func(code string) bool {
		return !slices.ContainsFunc(k.Posts, func(h heldPost) bool {
			return h.Code == code && !p.exist[h.VillageID] && h.Since.Equal(line.Since) &&
				h.Until != nil && line.Until != nil && h.Until.Equal(line.Until.AddDate(0, 0, 1))
		})
	})
}

func (h heldPost) overlaps(other heldPost) bool {
	return (h.Until == nil || other.Since.Before(*h.Until)) && (other.Until == nil || h.Since.Before(*other.Until))
}

// registeredPost tells whether a post of the file is registered already, which registered one it ends, or why it cannot be added.
func registeredPost(k *known, this heldPost) (stored bool, ends int64, problem string) {
	if k == nil {
		return false, 0, ""
	}
	for _, h := range k.Posts {
		if h.Code != this.Code || h.VillageID != this.VillageID || !h.overlaps(this) {
			continue
		}
		switch {
		case !h.Since.Equal(this.Since):
			return false, 0, "与该同志已登记的同一职务(自" + h.Since.Format(time.DateOnly) + ")重叠,请核对任职时间"
		case h.Until == nil && this.Until != nil:
			return false, h.ID, ""
		case h.Until != nil && (this.Until == nil || !this.Until.Equal(*h.Until)):
			return false, 0, "该职务登记至" + h.Until.AddDate(0, 0, -1).Format(time.DateOnly) + ",与表中不同;更正请在干部信息中办理"
		}
		return true, 0, ""
	}
	return false, 0, ""
}

// part compares the rows of one section.
func (r *resolving) part(ctx context.Context, e *entrySheet, key string, subjects []subject, replace bool) (*partPlan, error) {
	s, _ := sectionOf(key)
	p := &partPlan{Sheet: e.Name, Section: s, Replace: replace}
	var ids []int64
	for i, l := range e.Lines {
		if k := subjects[i].known; k != nil && l.Section == key {
			ids = append(ids, k.ID)
		}
	}
	stored := map[int64][][]string{}
	if len(ids) > 0 {
		var err error
		if stored, err = partsOf(ctx, r.tx, key, ids); err != nil {
			return nil, err
		}
	}
	var order []string
	ofFile := map[string][]plannedEntry{}
	for i, l := range e.Lines {
		if l.Section != key || subjects[i] == (subject{}) {
			continue
		}
		who := subjects[i]
		if of := who.key(); ofFile[of] == nil {
			order = append(order, of)
		}
		r.checkEntry(e, s, l, who, stored, ofFile[who.key()], replace)
		entry := plannedEntry{l.Row, who, l.Texts}
		twice := slices.ContainsFunc(ofFile[who.key()], func(x plannedEntry) bool { return slices.Equal(x.Texts, l.Texts) })
		known := false
		if who.known != nil {
			for _, old := range stored[who.known.ID] {
				if !known && sameEntry(old, l) {
					known, entry.Texts = true, old // a column that the sheet lacks keeps its value
				}
			}
		}
		switch {
		case twice || known && !replace:
			p.Same++
		case known:
			p.Same++
			ofFile[who.key()] = append(ofFile[who.key()], entry)
		default:
			p.Add = append(p.Add, entry)
			ofFile[who.key()] = append(ofFile[who.key()], entry)
		}
	}
	if replace {
		p.replace(order, ofFile, stored)
	}
	p.Add = right(p.Add, e.Report, func(x plannedEntry) int { return x.Row })
	return p, nil
}

// sameEntry compares a stored entry with a row as far as its sheet has columns.
func sameEntry(stored []string, l entryLine) bool {
	for i := range stored {
		if l.Has[i] && stored[i] != l.Texts[i] {
			return false
		}
	}
	return true
}

// replace finds what is stored and not in the file, of everybody whom the sheet names, and what each has afterwards.
func (p *partPlan) replace(order []string, ofFile map[string][]plannedEntry, stored map[int64][][]string) {
	for _, key := range order {
		who := ofFile[key][0].Subject
		if who.known == nil {
			continue
		}
		var texts [][]string
		for _, x := range ofFile[key] {
			texts = append(texts, x.Texts)
		}
		gone := len(p.Gone)
		for _, old := range stored[who.known.ID] {
			if !slices.ContainsFunc(texts, func(t []string) bool { return slices.Equal(t, old) }) {
				p.Gone = append(p.Gone, plannedEntry{0, who, old})
			}
		}
		if len(p.Gone) > gone {
			p.rewrite = append(p.rewrite, rewriting{who, texts})
		}
	}
}

// checkEntry applies the rules that need the file: no education above the highest one, one grade a year.
func (r *resolving) checkEntry(e *entrySheet, s section, l entryLine, who subject, stored map[int64][][]string, before []plannedEntry, replace bool) {
	bad := func(field, format string, args ...any) {
		for _, c := range e.book.Columns {
			if e.book.field(s.Key, c.Key) == field {
				e.Report.Cell(e.rows[l.Row], c.Key, format, args...)
			}
		}
	}
	switch s.Key {
	case "education":
		highest := ""
		if who.known != nil {
			highest = who.known.Education
		}
		for _, in := range r.people[who.key()] {
			if highest == "" {
				highest = in.Education
			}
		}
		if level := l.Texts[1]; codelist.LevelOf(level) > codelist.LevelOf(highest) {
			bad("level", "高于档案登记的最高学历(%s),请先附毕业证书申请更正学历", cmp.Or(codeName("education", highest), "未登记"))
		}
	case "grades":
		for _, x := range before {
			if x.Texts[0] == l.Texts[0] && !slices.Equal(x.Texts, l.Texts) {
				bad("year", "与第%d行是同一人同一年度", x.Row)
			}
		}
		if who.known == nil || replace {
			return
		}
		for _, old := range stored[who.known.ID] {
			if old[0] == l.Texts[0] && !sameEntry(old, l) {
				bad("year", "该年度的考核等次已登记为%s,请在档案中修改,或勾选“以表格为准”", wordOf(YearlyGrades, old[1]))
			}
		}
	}
}
