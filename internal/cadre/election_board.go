package cadre

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// boardLine is one township of a round: how far it is, and its teams before and after. Old teams are those that served
// before; new teams hold what is decided so far.
type boardLine struct {
	TownshipID int64
	Name       string
	Villages   int
	Begun      int // villages with a draft
	Applied    int
	Vacant     int // seats of heads without anybody after the round, of the villages that have begun
	OldPeople, OldWomen, OldYoung, OldCollege,
	NewPeople, NewWomen, NewYoung, NewCollege int
}

var boardStates = []Word{{"none", "未开始"}, {"draft", "填报中"}, {"applied", "已应用"}}

func (l boardLine) state() string {
	switch {
	case l.Villages > 0 && l.Applied == l.Villages:
		return "applied"
	case l.Begun > 0:
		return "draft"
	}
	return "none"
}

func share(part, whole int) string {
	if whole == 0 {
		return "—"
	}
	return fmt.Sprintf("%d/%d(%.1f%%)", part, whole, 100*float64(part)/float64(whole))
}

func (l *boardLine) add(o boardLine) {
	l.Villages, l.Begun, l.Applied, l.Vacant = l.Villages+o.Villages, l.Begun+o.Begun, l.Applied+o.Applied, l.Vacant+o.Vacant
	l.OldPeople, l.OldWomen, l.OldYoung, l.OldCollege = l.OldPeople+o.OldPeople, l.OldWomen+o.OldWomen, l.OldYoung+o.OldYoung, l.OldCollege+o.OldCollege
	l.NewPeople, l.NewWomen, l.NewYoung, l.NewCollege = l.NewPeople+o.NewPeople, l.NewWomen+o.NewWomen, l.NewYoung+o.NewYoung, l.NewCollege+o.NewCollege
}

// board counts the townships of a round. A person is counted once per township, however many posts he holds; an applied
// village keeps the people as they were on the day it was applied.
func (Store) board(ctx context.Context, tx *access.Tx, r Round) ([]boardLine, error) {
	rows, err := tx.Query(ctx, `with place as (select v.township_id, v.id, d.round_id is not null as begun, d.applied_at is not null as applied from villages v
			left join election_drafts d on d.tenant_id = v.tenant_id and d.round_id = @round and d.village_id = v.id
			where v.tenant_id = @tenant and v.valid_from <= @today and (v.valid_to is null or v.valid_to > @today)),
		line as (select r.township_id, r.village_id, coalesce(r.person_id::text, encode(r.id_index, 'hex')) as who, r.appointment_id is not null as old,
				case r.decision when 'stay' then r.from_position when 'leave' then '' else r.to_position end as post,
				coalesce(nullif(r.sex, ''), p.sex) as sex, coalesce(r.birth_date, p.birth_date) as birth, coalesce(nullif(r.education, ''), p.education) as education
			from election_rows r left join persons p on p.tenant_id = r.tenant_id and p.id = r.person_id
			where r.tenant_id = @tenant and r.round_id = @round),
		old as (select distinct a.township_id, a.person_id::text as who, p.sex, p.birth_date as birth, p.education from appointments a
				join persons p on p.tenant_id = a.tenant_id and p.id = a.person_id
				join place v on v.township_id = a.township_id and v.id = a.village_id and not v.applied
			where a.tenant_id = @tenant and upper_inf(a.during) and a.position_code = any(@posts)
			union select l.township_id, l.who, l.sex, l.birth, l.education from line l
				join place v on v.township_id = l.township_id and v.id = l.village_id and v.applied where l.old),
		new as (select distinct township_id, who, sex, birth, education from line where post <> ''),
		before as (select township_id, count(*) as people, count(*) filter (where sex = '2') as women, count(*) filter (where birth >= @young) as young,
			count(*) filter (where education ~ '^[123]') as college from old group by township_id),
		after as (select township_id, count(*) as people, count(*) filter (where sex = '2') as women, count(*) filter (where birth >= @young) as young,
			count(*) filter (where education ~ '^[123]') as college from new group by township_id),
		vacant as (select v.township_id, count(*) as seats from place v cross join unnest(@seats::text[]) seat
			where v.begun and not exists (select from line l where l.village_id = v.id and l.post = seat) group by v.township_id)
		select t.id as township_id, t.name, count(v.id)::int as villages, count(v.id) filter (where v.begun)::int as begun,
			count(v.id) filter (where v.applied)::int as applied, coalesce(max(vacant.seats), 0)::int as vacant,
			coalesce(max(b.people), 0)::int as old_people, coalesce(max(b.women), 0)::int as old_women, coalesce(max(b.young), 0)::int as old_young,
			coalesce(max(b.college), 0)::int as old_college, coalesce(max(a.people), 0)::int as new_people, coalesce(max(a.women), 0)::int as new_women,
			coalesce(max(a.young), 0)::int as new_young, coalesce(max(a.college), 0)::int as new_college
		from townships t join place v on v.township_id = t.id left join before b on b.township_id = t.id left join after a on a.township_id = t.id
			left join vacant on vacant.township_id = t.id
		where t.tenant_id = @tenant group by t.id, t.name, t.code order by t.code`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "round": r.ID,
		"today": tx.Scope().Today(), "posts": r.posts(), "seats": r.seats(), "young": youngSince(r.AsOf())})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[boardLine])
}

// boardFilter narrows the board.
type boardFilter struct {
	Text  string `form:"q"`
	State string `form:"state"`
}

// boardProps is the district's page of a round.
type boardProps struct {
	Round   Round
	URL     *url.URL
	Filter  boardFilter
	All     []boardLine
	Lines   []boardLine
	Total   boardLine // of the lines shown
	Grant   string
	CanOpen bool
}

func (p *boardProps) choose() {
	for _, l := range p.All {
		if strings.Contains(l.Name, p.Filter.Text) && (p.Filter.State == "" || l.state() == p.Filter.State) {
			p.Lines = append(p.Lines, l)
			p.Total.add(l)
		}
	}
}

// started tells whether some township is applied, after which the round stays as it is.
func (p boardProps) started() bool {
	return slices.ContainsFunc(p.All, func(l boardLine) bool { return l.Applied > 0 })
}

// stats counts the townships in each state; each figure leads to its list.
func (p boardProps) stats() (list []ui.StatItem) {
	for _, w := range boardStates {
		n := 0
		for _, l := range p.All {
			if l.state() == w.Code {
				n++
			}
		}
		list = append(list, ui.StatItem{Label: w.Title, Value: strconv.Itoa(n), Unit: "个乡镇(街道)", Href: roundPath(p.Round.ID) + "?state=" + w.Code})
	}
	return list
}

func (p boardProps) chips() (out []ui.Chip) {
	if p.Filter.Text != "" {
		out = append(out, ui.ChipOf(p.URL, "q", p.Filter.Text, "搜索:"+p.Filter.Text))
	}
	if has(boardStates, p.Filter.State) && p.Filter.State != "" {
		out = append(out, ui.ChipOf(p.URL, "state", p.Filter.State, wordOf(boardStates, p.Filter.State)))
	}
	return out
}

// caliber says what the figures count.
func (r Round) caliber() string {
	on := r.AsOf()
	return "统计口径:本轮换届各班子的在任人员,每人在一个乡镇(街道)只计一次;年龄截至" + on.Format(time.DateOnly) + ",35岁以下指" + youngSince(on).Format("2006年1月") +
		"及以后出生;新班子按已填写的村(社区)计;空缺指书记、主任、监委会主任中无人的职务。"
}

// electionBoard is the district's view of a round; a township is led to its own page.
func (m *Module) electionBoard(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	round, err := m.roundOf(r, s)
	if err != nil {
		return err
	}
	if s.Level() != pg.District {
		return httpx.SeeOther(w, r, roundTownPath(round.ID, s.Township()))
	}
	p := boardProps{Round: round, URL: r.URL, Grant: s.GrantID(), CanOpen: s.Can(PermElectionOpen)}
	httpx.DecodeQuery(r, &p.Filter)
	err = access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		p.All, err = m.Store.board(r.Context(), tx, round)
		return err
	})
	if err != nil {
		return err
	}
	p.choose()
	return access.Page(w, r, s, access.View{Title: round.Name, Crumbs: electionCrumbs, AsOf: s.Today().Format(time.DateOnly), Print: true}, boardPage(p))
}

// exportBoard writes the board as it is filtered.
func (m *Module) exportBoard(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	round, err := m.roundOf(r, s)
	if err != nil {
		return err
	}
	p := boardProps{Round: round, URL: &url.URL{Path: roundPath(round.ID)}}
	if err := httpx.Decode(r, &p.Filter); err != nil {
		return err
	}
	err = access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		p.All, err = m.Store.board(r.Context(), tx, round)
		return err
	})
	if err != nil {
		return err
	}
	p.choose()
	layout := xlsx.Layout{Title: round.Name + "进度", Lines: []string{"填报单位:" + s.Unit() + "  统计截至:" + s.Today().Format(time.DateOnly), round.caliber()}, Frozen: 1}
	for _, title := range []string{"乡镇(街道)", "状态", "村(社区)数", "已填写", "已应用", "空缺", "原班子人数", "原妇女", "原35岁以下", "原大专及以上", "新班子人数", "新妇女",
		"新35岁以下", "新大专及以上"} {
		layout.Columns = append(layout.Columns, xlsx.Column{Key: title, Title: title})
	}
	return access.Export{Name: round.Name + "进度", Object: "election_drafts", Purpose: "换届进度", Filter: ui.InWords(p.chips()), Layout: layout, Rows: func(x *xlsx.Writer) error {
		for _, l := range p.Lines {
			if err := x.Row(l.Name, wordOf(boardStates, l.state()), l.Villages, l.Begun, l.Applied, l.Vacant, l.OldPeople, l.OldWomen, l.OldYoung, l.OldCollege,
				l.NewPeople, l.NewWomen, l.NewYoung, l.NewCollege); err != nil {
				return err
			}
		}
		return nil
	}}.Send(w, r, s)
}
