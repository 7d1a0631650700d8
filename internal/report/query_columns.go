package report

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/platform/xlsx"
)

// rosterColumn is a column that the 花名册 of a question may have.
type rosterColumn struct {
	xlsx.Column
	usual  bool // shown where nothing was chosen
	number bool
	value  func(f *Fact) string
	sealed func(s cadre.Store, tenant int64, p cadre.Person) (masked string, open func() (string, error))
}

// rosterColumns in the order of page and file. The name always stands first.
var rosterColumns = []rosterColumn{
	{Column: xlsx.Column{Key: "township", Title: "乡镇(街道)"}, usual: true, value: func(f *Fact) string { return f.TownshipName }},
	{Column: xlsx.Column{Key: "village", Title: "村(社区)", Width: 12}, usual: true, value: func(f *Fact) string { return f.VillageName }},
	{Column: xlsx.Column{Key: "post", Title: "职务", Width: 26}, usual: true, value: (*Fact).Title},
	{Column: xlsx.Column{Key: "sex", Title: "性别", Width: 5}, usual: true, value: (*Fact).sexWord},
	{Column: xlsx.Column{Key: "ethnic", Title: "民族", Width: 8}, value: (*Fact).ethnicWord},
	{Column: xlsx.Column{Key: "birth", Title: "出生年月", Width: 9}, usual: true, value: (*Fact).birthMonth},
	{Column: xlsx.Column{Key: "age", Title: "年龄", Width: 5}, number: true, usual: true, value: func(f *Fact) string { return count(f.Age) }},
	{Column: xlsx.Column{Key: "education", Title: "最高学历", Width: 11}, usual: true, value: (*Fact).educationWord},
	{Column: xlsx.Column{Key: "political", Title: "政治面貌", Width: 9}, usual: true, value: (*Fact).politicalWord},
	{Column: xlsx.Column{Key: "joined", Title: "入党时间", Width: 9}, value: (*Fact).joined},
	{Column: xlsx.Column{Key: "party_years", Title: "党龄", Width: 5}, number: true, value: func(f *Fact) string { return count(f.PartyYears) }},
	{Column: xlsx.Column{Key: "since", Title: "任职时间", Width: 11}, value: func(f *Fact) string { return f.Since.Format(time.DateOnly) }},
	{Column: xlsx.Column{Key: "post_years", Title: "任现职年限"}, number: true, value: func(f *Fact) string { return count(f.PostYears) }},
	{Column: xlsx.Column{Key: "management", Title: "管理类型", Width: 11}, value: func(f *Fact) string { return wordOf(cadre.Managements, f.Management()) }},
	{Column: xlsx.Column{Key: "origin", Title: "来源", Width: 20}, value: (*Fact).originWords},
	{Column: xlsx.Column{Key: "id", Title: "身份证号", Text: true, Width: 22}, sealed: func(s cadre.Store, tenant int64, p cadre.Person) (string, func() (string, error)) {
		return s.MaskedID(tenant, p), func() (string, error) { return s.IDNumber(tenant, p) }
	}},
	{Column: xlsx.Column{Key: "phone", Title: "联系电话", Text: true, Width: 14}, sealed: func(s cadre.Store, tenant int64, p cadre.Person) (string, func() (string, error)) {
		return s.MaskedPhone(tenant, p), func() (string, error) { return s.Phone(tenant, p) }
	}},
}

// typed is a value of the column as a cell of a workbook.
func (c rosterColumn) typed(text string) any {
	if n, err := strconv.Atoi(text); c.number && err == nil {
		return n
	}
	return text
}

// count is a number of years; unknown is blank.
func count(n int) string {
	if n < 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// columns are those chosen, or the usual ones.
func (q question) columns() []rosterColumn {
	chosen := slices.DeleteFunc(slices.Clone(rosterColumns), func(c rosterColumn) bool { return !slices.Contains(q.Columns, c.Key) })
	if len(chosen) > 0 {
		return chosen
	}
	return slices.DeleteFunc(slices.Clone(rosterColumns), func(c rosterColumn) bool { return !c.usual })
}

func (p queryProps) shows(key string) bool {
	return slices.ContainsFunc(p.Question.columns(), func(c rosterColumn) bool { return c.Key == key })
}

// cell is a value as the page shows it: sealed ones masked.
func (p queryProps) cell(c rosterColumn, f *Fact) string {
	if c.sealed == nil {
		return c.value(f)
	}
	one, ok := p.Sealed[f.PersonID]
	if !ok {
		return ""
	}
	masked, _ := c.sealed(p.store, p.scope.Tenant(), one)
	return masked
}

// sealed reads the sealed values of the people listed whose files are in scope.
func (Store) sealed(ctx context.Context, tx *access.Tx, facts []Fact) (map[int64]cadre.Person, error) {
	ids := make([]int64, len(facts))
	for i, f := range facts {
		ids[i] = f.PersonID
	}
	rows, err := tx.Query(ctx, `select id, id_cipher, phone_cipher from persons where tenant_id = @tenant and id = any(@ids)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "ids": ids})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p cadre.Person, err error) {
		return p, row.Scan(&p.ID, &p.IDCipher, &p.PhoneCipher)
	})
	out := make(map[int64]cadre.Person, len(list))
	for _, p := range list {
		out[p.ID] = p
	}
	return out, err
}
