package cadre

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"touyan/internal/access"
	"touyan/internal/job"
	"touyan/internal/platform/codelist"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// exportColumn is a column that an export may hold.
type exportColumn struct {
	xlsx.Column
	value func(s Store, tenant int64, p Person, on time.Time) (any, error)
}

func text(f func(p Person) string) func(Store, int64, Person, time.Time) (any, error) {
	return func(_ Store, _ int64, p Person, _ time.Time) (any, error) { return f(p), nil }
}

// exportColumns are the choices, in the order of the file. The titles are those that the import reads.
var exportColumns = []exportColumn{
	{xlsx.Column{Key: "township", Title: "乡镇(街道)"}, text(func(p Person) string { return p.TownshipName })},
	{xlsx.Column{Key: "village", Title: "村(社区)"}, text(func(p Person) string { return p.VillageName })},
	{xlsx.Column{Key: "name", Title: "姓名"}, text(func(p Person) string { return p.Name })},
	{xlsx.Column{Key: "former", Title: "曾用名"}, text(func(p Person) string { return p.FormerName })},
	{xlsx.Column{Key: "sex", Title: "性别"}, text(func(p Person) string { return sexName(p.Sex) })},
	{xlsx.Column{Key: "id", Title: "身份证号", Text: true, Width: 22}, func(s Store, tenant int64, p Person, _ time.Time) (any, error) { return s.IDNumber(tenant, p) }},
	{xlsx.Column{Key: "birth", Title: "出生日期"}, text(func(p Person) string { return p.BirthDate.Format("2006-01-02") })},
	{xlsx.Column{Key: "age", Title: "年龄"}, func(_ Store, _ int64, p Person, on time.Time) (any, error) { return p.Age(on), nil }},
	{xlsx.Column{Key: "ethnic", Title: "民族"}, text(func(p Person) string { return codeName("ethnic", p.Ethnic) })},
	{xlsx.Column{Key: "political", Title: "政治面貌"}, text(func(p Person) string { return codeName("political", p.Political) })},
	{xlsx.Column{Key: "joined", Title: "入党时间"}, text(func(p Person) string { return monthText(p.PartyJoin) })},
	{xlsx.Column{Key: "education", Title: "最高学历"}, text(func(p Person) string { return codeName("education", p.Education) })},
	{xlsx.Column{Key: "position", Title: "职务", Width: 26}, text(Person.Title)},
	{xlsx.Column{Key: "since", Title: "任职时间"}, text(func(p Person) string { return dayText(p.Since) })},
	{xlsx.Column{Key: "way", Title: "任职方式"}, text(func(p Person) string {
		if p.WayIn == nil {
			return ""
		}
		return wordOf(WaysIn, *p.WayIn)
	})},
	{xlsx.Column{Key: "management", Title: "管理类型"}, text(Person.Management)},
	{xlsx.Column{Key: "paid", Title: "是否领取报酬"}, text(func(p Person) string {
		if p.Paid {
			return "是"
		}
		return "否"
	})},
	{xlsx.Column{Key: "phone", Title: "联系电话", Text: true, Width: 14}, func(s Store, tenant int64, p Person, _ time.Time) (any, error) {
		return s.keys.Decrypt(tenant, "cadre.phone", p.PhoneCipher)
	}},
}

func sexName(code string) string {
	if code == "1" {
		return "男"
	}
	return "女"
}

// exportForm is what the page before an export asks for.
type exportForm struct {
	Query   string   `form:"query"`
	Columns []string `form:"column"`
	Purpose string   `form:"purpose"`
}

// columns are those chosen, in the order of the file.
func (f exportForm) columns() []exportColumn {
	return slices.DeleteFunc(slices.Clone(exportColumns), func(c exportColumn) bool { return !slices.Contains(f.Columns, c.Key) })
}

// filter reads the conditions as the page reads them: what cannot be read filters nothing.
func (f exportForm) filter() (out Filter) {
	httpx.DecodeQuery(&http.Request{URL: &url.URL{RawQuery: f.Query}}, &out)
	return out
}

// export writes exactly the persons that the filter shows, with the columns chosen, to any number of rows: in the
// background above a few hundred.
func (m *Module) export(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f exportForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	var problems []ui.Problem
	if len(f.columns()) == 0 {
		problems = append(problems, ui.Problem{Field: "column", Sentence: "请至少选择一列"})
	}
	if _, err := access.Purpose(f.Purpose); err != nil {
		problems = append(problems, ui.Problem{Field: "purpose", Sentence: fault.Of(err).Sentence})
	}
	if len(problems) > 0 {
		chosen := append([]string{}, f.Columns...)
		return m.exportForm(w, r, s, exportProps{Query: f.Query, Chosen: chosen, Purpose: f.Purpose, Problems: problems}, http.StatusUnprocessableEntity)
	}
	var run int64
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		many, err := m.Store.moreThan(r.Context(), tx, f.filter(), f.filter().Day(s.Today()), inBackground)
		if err != nil || !many {
			return err
		}
		run, err = m.jobs.Start(r.Context(), tx, "cadre.export", "导出花名册", f)
		return err
	})
	if err != nil {
		return err
	}
	if run != 0 {
		return httpx.SeeOther(w, r, "/jobs/"+strconv.FormatInt(run, 10))
	}
	return m.exportOf(r.Context(), s, f, nil).Send(w, r, s)
}

// workExport makes the workbook in the background, for its starter alone to fetch.
func (m *Module) workExport(ctx context.Context, run *job.Run) error {
	var f exportForm
	if err := run.Decode(&f); err != nil {
		return err
	}
	total := 0
	file := m.exportOf(ctx, run.Scope, f, func(done int) error {
		if total == 0 { // counted once, and only for those who wait
			err := access.Read(ctx, run.Scope, func(tx *access.Tx) (err error) {
				total, err = m.Store.Count(ctx, tx, f.filter(), f.filter().Day(run.Scope.Today()))
				return err
			})
			if err != nil {
				return err
			}
		}
		return run.Progress(ctx, done, max(done, total))
	})
	content, err := file.File(ctx, run.Scope)
	if err != nil {
		return err
	}
	run.Leave(job.File{Name: file.Name + ".xlsx", ContentType: access.XLSX, Content: content})
	run.Say("花名册已生成,请下载。文件保留7天", "")
	return nil
}

// exportOf is the workbook of a filter on its way out. progress may be nil.
func (m *Module) exportOf(ctx context.Context, s access.Scope, f exportForm, progress func(done int) error) access.Export {
	on := f.filter().Day(s.Today())
	layout := xlsx.Layout{Title: "村(社区)干部花名册", Frozen: 3, Lines: []string{"填报单位:" + s.Unit() + "  统计截至:" + on.Format("2006-01-02")}}
	layout.Columns = append(layout.Columns, xlsx.Column{Key: "no", Title: "序号"})
	for _, c := range f.columns() {
		layout.Columns = append(layout.Columns, c.Column)
	}
	held := access.PeopleOf()
	return access.Export{Name: "村(社区)干部花名册", Object: "persons", Purpose: f.Purpose, Filter: m.inWords(ctx, s, f.Query), Layout: layout, People: held,
		Rows: func(x *xlsx.Writer) error { return m.rows(ctx, s, f, on, x, held, progress) }}
}

// inWords says the conditions of a list for the trail as its page shows them, without the names of units where these cannot be read.
func (m *Module) inWords(ctx context.Context, s access.Scope, query string) string {
	p := m.asked(s, &url.URL{Path: "/cadres", RawQuery: query})
	if len(p.Filter.Townships) > 0 || p.Filter.Village != 0 { // which have names
		_ = access.Read(ctx, s, func(tx *access.Tx) error { return p.units(ctx, tx) }) // the export itself then fails too
	}
	return ui.InWords(p.chips())
}

// progressStep is how many rows are written between two reports, a tenth of a second's.
const progressStep = 5000

func (m *Module) rows(ctx context.Context, s access.Scope, f exportForm, on time.Time, x *xlsx.Writer, held *access.People, progress func(done int) error) error {
	chosen := f.columns()
	return access.Read(ctx, s, func(tx *access.Tx) error {
		n := 0
		return m.Store.Each(ctx, tx, f.filter(), on, func(p Person) error {
			n++
			values := make([]any, 0, len(chosen)+1)
			values = append(values, strconv.Itoa(n))
			for _, c := range chosen {
				v, err := c.value(m.Store, s.Tenant(), p, on)
				if err != nil {
					return err
				}
				values = append(values, v)
			}
			held.Add(p.ID)
			if err := x.Row(values...); err != nil || progress == nil || n%progressStep != 0 {
				return err
			}
			return progress(n)
		})
	})
}

func dayText(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

// educationName is the level in lists; the person's page says the full name of the code.
func educationName(code string) string {
	if code == "" {
		return ""
	}
	return codelist.LevelOf(code).Name()
}
