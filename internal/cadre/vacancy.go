package cadre

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// Vacancy is a post of which every village needs one and that nobody holds. It is computed from the posts of that day and
// stored nowhere.
type Vacancy struct {
	TownshipID int64
	Township   string
	VillageID  int64
	Village    string
	Community  bool
	Position   string
	SinceOn    *time.Time // the first day without; nil where nobody ever held it
	LastPerson string
	LastWay    string
	Days       *int // today included
	Total      int
}

// Title names the post.
func (v Vacancy) Title() string { return PositionTitle(v.Position, v.Community) }

// days says for how long.
func (v Vacancy) days() string {
	if v.Days == nil {
		return "没有任职记录"
	}
	return strconv.Itoa(*v.Days)
}

// vacancyFilter narrows the list.
type vacancyFilter struct {
	Township int64  `form:"township"`
	Position string `form:"position"`
	Page     int    `form:"page"`
}

var vacancyPosts = []Word{{"party_secretary", "村党组织书记"}, {"village_director", "村委会主任"}, {"supervision_director", "村务监督委员会主任"}}

func (f vacancyFilter) posts() (list []string) {
	for _, w := range vacancyPosts {
		if f.Position == "" || f.Position == w.Code {
			list = append(list, w.Code)
		}
	}
	return list
}

// vacancies lists the posts without anybody on a day, the secretaries' first and the longest vacant before others; limit 0
// lists all.
func (Store) vacancies(ctx context.Context, tx *access.Tx, f vacancyFilter, on time.Time, limit, offset int) ([]Vacancy, error) {
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "on": on, "posts": f.posts(), "township": f.Township, "offset": offset, "limit": &limit}
	if limit == 0 {
		args["limit"] = nil
	}
	rows, err := tx.Query(ctx, `select t.id as township_id, t.name as township, v.id as village_id, v.name as village, v.kind = 'community' as community,
			seat.position, last.until as since_on, @on::date - last.until + 1 as days, coalesce(last.person_name, '') as last_person, coalesce(last.way_out, '') as last_way,
			count(*) over ()::int as total
		from villages v join townships t on t.tenant_id = v.tenant_id and t.id = v.township_id
			cross join unnest(@posts::text[]) with ordinality seat(position, rank)
			left join lateral (select upper(a.during) as until, a.person_name, a.way_out from appointments a where a.tenant_id = v.tenant_id
				and a.township_id = v.township_id and a.village_id = v.id and a.position_code = seat.position and upper(a.during) <= @on::date
				order by upper(a.during) desc limit 1) last on true
		where v.tenant_id = @tenant and v.valid_from <= @on and (v.valid_to is null or v.valid_to > @on) and (@township = 0 or v.township_id = @township)
			and not exists (select from appointments a where a.tenant_id = v.tenant_id and a.township_id = v.township_id and a.village_id = v.id
				and a.position_code = seat.position and a.during @> @on::date)
		order by seat.rank, last.until nulls first, t.code, v.code limit @limit::int offset @offset`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Vacancy])
}

type vacanciesProps struct {
	URL       *url.URL
	Filter    vacancyFilter
	Townships []org.Township
	List      []Vacancy
	Pager     ui.Pager
	Grant     string
	District  bool
}

func (p vacanciesProps) townships() []ui.Option {
	out := []ui.Option{{Title: "全部"}}
	for _, t := range p.Townships {
		out = append(out, ui.Option{Value: strconv.FormatInt(t.ID, 10), Title: t.Name, Selected: t.ID == p.Filter.Township})
	}
	return out
}

func (p vacanciesProps) chips() (out []ui.Chip) {
	for _, t := range p.Townships {
		if p.District && t.ID == p.Filter.Township {
			out = append(out, ui.ChipOf(p.URL, "township", strconv.FormatInt(t.ID, 10), t.Name))
		}
	}
	if has(vacancyPosts, p.Filter.Position) && p.Filter.Position != "" {
		out = append(out, ui.ChipOf(p.URL, "position", p.Filter.Position, wordOf(vacancyPosts, p.Filter.Position)))
	}
	return out
}

func (m *Module) listVacancies(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := vacanciesProps{URL: r.URL, Grant: s.GrantID(), District: s.Level() == pg.District}
	httpx.DecodeQuery(r, &p.Filter)
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		if p.Townships, err = (org.Store{}).Townships(r.Context(), tx, s.Today()); err != nil {
			return err
		}
		page := max(p.Filter.Page, 1)
		if p.List, err = m.Store.vacancies(r.Context(), tx, p.Filter, s.Today(), PageSize, (page-1)*PageSize); err != nil {
			return err
		}
		if len(p.List) == 0 && page > 1 { // beyond the end: the first page
			page = 1
			p.List, err = m.Store.vacancies(r.Context(), tx, p.Filter, s.Today(), PageSize, 0)
		}
		total := 0
		if len(p.List) > 0 {
			total = p.List[0].Total
		}
		p.Pager = ui.PagerOf(r.URL, page, total, PageSize)
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "职务空缺", Crumbs: electionCrumbs, AsOf: s.Today().Format(time.DateOnly), Print: true}, vacanciesPage(p))
}

// exportVacancies writes the list as it is filtered.
func (m *Module) exportVacancies(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := vacanciesProps{URL: &url.URL{Path: "/elections/vacancies"}, District: s.Level() == pg.District}
	if err := httpx.Decode(r, &p.Filter); err != nil {
		return err
	}
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		if p.Townships, err = (org.Store{}).Townships(r.Context(), tx, s.Today()); err != nil {
			return err
		}
		p.List, err = m.Store.vacancies(r.Context(), tx, p.Filter, s.Today(), 0, 0)
		return err
	})
	if err != nil {
		return err
	}
	layout := xlsx.Layout{Title: "职务空缺", Lines: []string{"填报单位:" + s.Unit() + "  统计截至:" + s.Today().Format(time.DateOnly)}, Frozen: 2}
	for _, title := range []string{"乡镇(街道)", "村(社区)", "空缺职务", "空缺自", "空缺天数", "上一任", "离任方式"} {
		layout.Columns = append(layout.Columns, xlsx.Column{Key: title, Title: title})
	}
	return access.Export{Name: "职务空缺", Object: "appointments", Purpose: "职务空缺统计", Filter: ui.InWords(p.chips()), Layout: layout, Rows: func(x *xlsx.Writer) error {
		for _, v := range p.List {
			if err := x.Row(v.Township, v.Village, v.Title(), dayText(v.SinceOn), v.days(), v.LastPerson, wordOf(WaysOut, v.LastWay)); err != nil {
				return err
			}
		}
		return nil
	}}.Send(w, r, s)
}
