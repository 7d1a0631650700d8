package cadre

import (
	"net/http"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
)

// wouldDo is one thing that an upload would do, as the list of all of them says it.
type wouldDo struct {
	Sheet string
	Row   int // 0 for what is stored and goes
	Name  string
	Does  string // 新增, 修改, 删除, 需申请更正, 没有变化
	Label string
	Old   string
	New   string
}

// everything lists what an upload would do row by row: the page shows the first of each kind, this all of them. Rows of
// entries that say what is registered are left to their number on the page.
func (c checked) everything() []wouldDo {
	sheet, bad := c.Upload.Match.Sheet, c.Upload.Report.Bad()
	var out []wouldDo
	for _, in := range c.Intents {
		if bad[in.Row] {
			continue
		}
		before := len(out)
		add := func(does, label, old, new string) {
			out = append(out, wouldDo{sheet, in.Row, in.Name, does, label, old, new})
		}
		for _, q := range in.Requests {
			add("需申请更正", q.Label, q.Old, q.New)
		}
		if !c.Batch.Summary.Hold || len(in.Requests) == 0 {
			if in.Existing == nil {
				add("新增", "人员", "", in.Village.Name)
			}
			for _, x := range in.Changes {
				add("修改", x.Label, x.Old, x.New)
			}
			if len(in.New) > 0 {
				add("新增", "任职", "", in.posts())
			}
		}
		if len(out) == before {
			add("没有变化", "", "", "")
		}
	}
	for _, x := range c.Leaves {
		out = append(out, wouldDo{postSheet, x.Row, x.Subject.name(), "修改", "离任", "至今", x.summary()})
	}
	for _, x := range c.Posts {
		out = append(out, wouldDo{postSheet, x.Row, x.Subject.name(), "新增", "任职", "", x.summary()})
	}
	for _, p := range c.Parts {
		for _, x := range p.Gone {
			out = append(out, wouldDo{p.Sheet, 0, x.Subject.name(), "删除", p.Section.Title, x.summary(p.Section), ""})
		}
		for _, x := range p.Add {
			out = append(out, wouldDo{p.Sheet, x.Row, x.Subject.name(), "新增", p.Section.Title, "", x.summary(p.Section)})
		}
	}
	return out
}

// changes hands out the list of everything that an upload would do, to be gone through before it is confirmed.
func (m *Importer) changes(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var c checked
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		c, err = m.check(r.Context(), tx, id)
		return err
	})
	if err != nil {
		return err
	}
	if c.Batch.State != "preview" || c.Upload == nil || len(c.Upload.headers()) > 0 {
		return fault.Conflict("这个文件已经确认导入,或表头还没有核对,没有可以下载的变化清单")
	}
	held := access.PeopleOf()
	for _, in := range c.Intents {
		if in.Existing != nil {
			held.Add(in.Existing.ID)
		}
	}
	return access.Export{Name: "导入变化清单", Object: "import_batches", Purpose: "导入前核对", Filter: c.Batch.FileName, People: held,
		Layout: xlsx.Layout{Sheet: "变化", Title: "导入变化清单:" + c.Batch.FileName, Lines: []string{"填报单位:" + s.Unit()}, Frozen: 3, Columns: []xlsx.Column{
			{Title: "工作表", Width: 14}, {Title: "Excel行", Width: 9}, {Title: "姓名", Width: 12}, {Title: "处理", Width: 12}, {Title: "项目", Width: 16},
			{Title: "登记值", Width: 40}, {Title: "表中值", Width: 40}}},
		Rows: func(w *xlsx.Writer) error {
			for _, x := range c.everything() {
				row := any(x.Row)
				if x.Row == 0 {
					row = ""
				}
				if err := w.Row(x.Sheet, row, x.Name, x.Does, x.Label, x.Old, x.New); err != nil {
					return err
				}
			}
			return nil
		}}.Send(w, r, s)
}
