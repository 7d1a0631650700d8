package cadre

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-playground/form/v4"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/xlsx"
)

// exportColumn is a column that an export may hold.
type exportColumn struct {
	xlsx.Column
	value func(s Store, tenant int64, p Person, scope access.Scope) (any, error)
}

func text(f func(p Person) string) func(Store, int64, Person, access.Scope) (any, error) {
	return func(_ Store, _ int64, p Person, _ access.Scope) (any, error) { return f(p), nil }
}

// exportColumns are the choices, in the order of the file. The titles are those that the import reads.
var exportColumns = []exportColumn{
	{xlsx.Column{Key: "township", Title: "乡镇(街道)"}, text(func(p Person) string { return p.TownshipName })},
	{xlsx.Column{Key: "village", Title: "村(社区)"}, text(func(p Person) string { return p.VillageName })},
	{xlsx.Column{Key: "name", Title: "姓名"}, text(func(p Person) string { return p.Name })},
	{xlsx.Column{Key: "sex", Title: "性别"}, text(func(p Person) string { return sexName(p.Sex) })},
	{xlsx.Column{Key: "id", Title: "身份证号", Text: true, Width: 22}, func(s Store, tenant int64, p Person, _ access.Scope) (any, error) { return s.IDNumber(tenant, p) }},
	{xlsx.Column{Key: "birth", Title: "出生日期"}, text(func(p Person) string { return p.BirthDate.Format("2006-01-02") })},
	{xlsx.Column{Key: "age", Title: "年龄"}, func(_ Store, _ int64, p Person, s access.Scope) (any, error) { return Age(p.BirthDate, s.Today()), nil }},
	{xlsx.Column{Key: "ethnic", Title: "民族"}, text(func(p Person) string { return codeName("ethnic", p.Ethnic) })},
	{xlsx.Column{Key: "political", Title: "政治面貌"}, text(func(p Person) string { return codeName("political", p.Political) })},
	{xlsx.Column{Key: "joined", Title: "入党时间"}, text(func(p Person) string { return monthText(p.PartyJoin) })},
	{xlsx.Column{Key: "education", Title: "最高学历"}, text(func(p Person) string { return codeName("education", p.Education) })},
	{xlsx.Column{Key: "position", Title: "职务", Width: 26}, text(Person.Title)},
	{xlsx.Column{Key: "phone", Title: "联系电话", Text: true, Width: 14}, func(s Store, tenant int64, p Person, _ access.Scope) (any, error) {
		return s.keys.Decrypt(tenant, "cadre.phone", p.PhoneCipher)
	}},
}

func sexName(code string) string {
	if code == "1" {
		return "男"
	}
	return "女"
}

// export writes exactly the persons that the filter shows, with the columns chosen, to any number of rows.
func (m *Module) export(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	query, err := url.ParseQuery(r.PostForm.Get("query"))
	if err != nil {
		return fault.Invalid("筛选条件无法识别")
	}
	var f Filter
	_ = form.NewDecoder().Decode(&f, query) // a condition that cannot be read filters nothing, as on the page
	file, err := m.Export(r.Context(), s, f, query.Encode(), r.PostForm["column"], r.PostForm.Get("purpose"))
	if err != nil {
		return err
	}
	return file.Send(w, r, s)
}

// Export makes the workbook of a filter. columns empty means all.
func (m *Module) Export(ctx context.Context, s access.Scope, f Filter, filter string, columns []string, purpose string) (access.Export, error) {
	chosen := exportColumns
	if len(columns) > 0 {
		chosen = slices.DeleteFunc(slices.Clone(exportColumns), func(c exportColumn) bool { return !slices.Contains(columns, c.Key) })
	}
	if len(chosen) == 0 {
		return access.Export{}, fault.Invalid("请至少选择一列")
	}
	if strings.TrimSpace(purpose) == "" {
		return access.Export{}, fault.Invalid("请填写导出用途")
	}
	layout := xlsx.Layout{Title: "村(社区)干部花名册", Frozen: 3, Lines: []string{"填报单位:" + s.Unit() + "  统计截至:" + s.Today().Format("2006-01-02")}}
	layout.Columns = append(layout.Columns, xlsx.Column{Key: "no", Title: "序号"})
	for _, c := range chosen {
		layout.Columns = append(layout.Columns, c.Column)
	}
	return access.Export{Name: "村(社区)干部花名册", Object: "persons", Purpose: purpose, Filter: filter, Layout: layout,
		Rows: func(x *xlsx.Writer) error { return m.rows(ctx, s, f, chosen, x) }}, nil
}

// rows reads in pages, so that memory does not grow with the register.
func (m *Module) rows(ctx context.Context, s access.Scope, f Filter, chosen []exportColumn, x *xlsx.Writer) error {
	return access.Read(ctx, s, func(tx *access.Tx) error {
		for offset := 0; ; offset += 2000 {
			people, err := m.Store.List(ctx, tx, f, s.Today(), 2000, offset)
			if err != nil {
				return err
			}
			for i, p := range people {
				values := make([]any, 0, len(chosen)+1)
				values = append(values, strconv.Itoa(offset+i+1))
				for _, c := range chosen {
					v, err := c.value(m.Store, s.Tenant(), p, s)
					if err != nil {
						return err
					}
					values = append(values, v)
				}
				if err := x.Row(values...); err != nil {
					return err
				}
			}
			if len(people) < 2000 {
				return nil
			}
		}
	})
}
