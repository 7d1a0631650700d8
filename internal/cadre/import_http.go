package cadre

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"touyan/internal/access"
	"touyan/internal/job"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// PermImport lets a user bring a roster file into the register.
const PermImport access.Permission = "cadre.import"

// Importer is the import of rosters: upload, header check, preview, confirmation or repair file.
type Importer struct {
	keys *crypt.Keys
	jobs *job.Runner
}

// NewImporter makes the importer and registers its background work.
func NewImporter(keys *crypt.Keys, jobs *job.Runner) *Importer {
	m := &Importer{keys, jobs}
	jobs.Register("cadre.import", m.work)
	return m
}

// Module declares permission and routes.
func (m *Importer) Module() access.Module {
	return access.Module{
		Name:        "cadre import",
		Permissions: []access.Grantable{{Key: PermImport, Title: "批量导入花名册", Roles: []access.Role{access.DistrictOfficer, access.TownshipClerk}}},
		Routes: []access.Route{
			{Method: http.MethodGet, Path: "/cadres/import", Need: PermImport, Do: m.show},
			{Method: http.MethodGet, Path: "/cadres/import/template", Need: PermImport, Do: m.rosterTemplate},
			{Method: http.MethodGet, Path: "/cadres/import/template/file", Need: PermImport, Do: m.bookTemplate},
			{Method: http.MethodPost, Path: "/cadres/import", Need: PermImport, Do: m.upload, Upload: true},
			{Method: http.MethodGet, Path: "/cadres/import/{id}", Need: PermImport, Do: m.preview},
			{Method: http.MethodPost, Path: "/cadres/import/{id}/mapping", Need: PermImport, Do: m.assign},
			{Method: http.MethodPost, Path: "/cadres/import/{id}/confirm", Need: PermImport, Do: m.confirm},
			{Method: http.MethodPost, Path: "/cadres/import/{id}/repair", Need: PermImport, Do: m.repair},
		},
	}
}

var importCrumbs = []ui.Crumb{{Title: "花名册", Href: "/cadres"}, {Title: "批量导入", Href: "/cadres/import"}}

func (m *Importer) show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.form(w, r, s, "", http.StatusOK)
}

func (m *Importer) form(w http.ResponseWriter, r *http.Request, s access.Scope, problem string, status int) error {
	return access.Page(w, r, s, access.View{Title: "批量导入", Status: status, Crumbs: importCrumbs[:1]}, importForm(problem, s.GrantID()))
}

func (m *Importer) upload(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	refuse := func(err error) error {
		f := fault.Of(err)
		switch f.Kind {
		case fault.KindInvalid:
			return m.form(w, r, s, f.Sentence, http.StatusUnprocessableEntity)
		case fault.KindTooLarge:
			return m.form(w, r, s, f.Sentence, http.StatusRequestEntityTooLarge)
		}
		return err
	}
	file, err := httpx.File(r, "file")
	if err != nil {
		return refuse(err)
	}
	var id int64
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		// Reading the head of the file now refuses what is no spreadsheet before anything is kept.
		if _, err := readUpload(file.Data, nil, s.Today()); err != nil {
			return err
		}
		id, err = saveBatch(r.Context(), tx, m.keys, file.Name, file.Data, batchSummary{})
		return err
	})
	if err != nil {
		return refuse(err)
	}
	return httpx.SeeOther(w, r, "/cadres/import/"+strconv.FormatInt(id, 10))
}

// checked is a batch with everything that its preview shows.
type checked struct {
	Batch   Batch
	Upload  *upload
	Intents []intent
}

func (c checked) count() (s batchSummary) {
	s = c.Batch.Summary
	s.Add, s.Update, s.Same = 0, 0, 0
	bad := c.bad()
	for _, in := range c.Intents {
		switch {
		case bad[in.Row]:
		case in.Existing == nil:
			s.Add++
		case len(in.Changes) > 0 || len(in.New) > 0:
			s.Update++
		default:
			s.Same++
		}
	}
	s.Bad = c.Upload.Report.BadRows()
	return s
}

// bad are the rows with an error.
func (c checked) bad() map[int]bool {
	rows := map[int]bool{}
	for _, f := range c.Upload.Report.Findings {
		rows[f.Row] = true
	}
	return rows
}

// errors are the findings in the order in which the user goes through his file: row by row, from left to right.
func (c checked) errors() []xlsx.Finding {
	list := c.Upload.Report.Sorted()
	slices.SortStableFunc(list, func(a, b xlsx.Finding) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(len(a.Ref), len(b.Ref)), cmp.Compare(a.Ref, b.Ref))
	})
	return list
}

// check reads and compares a batch anew: the register may have changed since its upload.
func (m *Importer) check(ctx context.Context, tx *access.Tx, id int64) (checked, error) {
	var c checked
	var err error
	if c.Batch, err = loadBatch(ctx, tx, m.keys, id); err != nil {
		return c, err
	}
	if len(c.Batch.Content) == 0 {
		return c, nil
	}
	known, err := mappings(ctx, tx)
	if err != nil {
		return c, err
	}
	for title, key := range c.Batch.Summary.Mapping {
		known[title] = key
	}
	if c.Upload, err = readUpload(c.Batch.Content, known, tx.Scope().Today()); err != nil {
		return c, err
	}
	if c.Upload.Match.Err() != nil {
		return c, nil
	}
	c.Intents, err = resolve(ctx, tx, m.keys, c.Upload)
	return c, err
}

func (m *Importer) preview(w http.ResponseWriter, r *http.Request, s access.Scope) error {
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
	return access.Page(w, r, s, access.View{Title: "导入预览:" + c.Batch.FileName, Crumbs: importCrumbs}, previewPage(previewProps{checked: c, Grant: s.GrantID()}))
}

// assign remembers which column of the file means what.
func (m *Importer) assign(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		c, err := m.check(r.Context(), tx, id)
		if err != nil || c.Upload == nil {
			return err
		}
		mapping := map[string]string{}
		for i, u := range c.Upload.Match.Unknown {
			key := r.PostForm.Get(fmt.Sprintf("column.%d", i))
			if _, ok := roster.Column(key); !ok {
				key = "" // 不导入
			}
			mapping[u.Title] = key
		}
		for title, key := range c.Batch.Summary.Mapping {
			if _, again := mapping[title]; !again {
				mapping[title] = key
			}
		}
		c.Batch.Summary.Mapping = mapping
		if err := remember(r.Context(), tx, mapping); err != nil {
			return err
		}
		return setBatch(r.Context(), tx, id, "preview", c.Batch.Summary)
	})
	if err != nil {
		return err
	}
	return httpx.SeeOther(w, r, "/cadres/import/"+strconv.FormatInt(id, 10))
}

const inBackground = 500 // rows from which an import runs as a job

func (m *Importer) confirm(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var done applied
	var run int64
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		c, err := m.ready(r.Context(), tx, id, "preview")
		if err != nil {
			return err
		}
		summary := c.count()
		if len(c.Intents) > inBackground {
			run, err = m.jobs.Start(r.Context(), tx, "cadre.import", "导入 "+c.Batch.FileName, importParams{id})
			if err != nil {
				return err
			}
			summary.Run = run
			return setBatch(r.Context(), tx, id, "queued", summary)
		}
		if done, err = apply(r.Context(), tx, m.keys, c.Intents, nil); err != nil {
			return err
		}
		summary.Message = done.String()
		return setBatch(r.Context(), tx, id, "done", summary)
	})
	if err != nil {
		return err
	}
	if run != 0 {
		return httpx.SeeOther(w, r, "/jobs/"+strconv.FormatInt(run, 10))
	}
	access.Flash(r, s, "success", done.String())
	return httpx.SeeOther(w, r, "/cadres")
}

// String says what was done.
func (a applied) String() string {
	return fmt.Sprintf("导入完成:新增%d人,修改%d人,新增任职%d条", a.Added, a.Updated, a.Posts)
}

// ready locks a batch and refuses one that is not wholly right, or was confirmed before.
func (m *Importer) ready(ctx context.Context, tx *access.Tx, id int64, state string) (checked, error) {
	var now string
	err := tx.QueryRow(ctx, `select state from import_batches where tenant_id = $1 and id = $2 and created_by = $3 for update`,
		tx.Tenant(), id, tx.Scope().Account()).Scan(&now)
	if err != nil {
		return checked{}, err
	}
	if now != state {
		return checked{}, fault.Conflict("这个文件已经确认导入,没有重复导入")
	}
	c, err := m.check(ctx, tx, id)
	if err != nil {
		return c, err
	}
	if c.Upload == nil || c.Upload.Match.Err() != nil || !c.Upload.Report.OK() {
		return c, fault.Conflict("文件中仍有问题,没有导入任何一行。请返回查看,修改后重新上传")
	}
	return c, nil
}

type importParams struct {
	Batch int64 `json:"batch"`
}

// work is a confirmed import in the background: one transaction, so that a killed process leaves nothing half done.
func (m *Importer) work(ctx context.Context, run *job.Run) error {
	var p importParams
	if err := run.Decode(&p); err != nil {
		return err
	}
	var done applied
	err := access.InScope(ctx, run.Scope, func(tx *access.Tx) error {
		c, err := m.ready(ctx, tx, p.Batch, "queued")
		if err != nil {
			return err
		}
		done, err = apply(ctx, tx, m.keys, c.Intents, func(n int) error { return run.Progress(ctx, n, len(c.Intents)) })
		if err != nil {
			return err
		}
		summary := c.count()
		summary.Message = done.String()
		return setBatch(ctx, tx, p.Batch, "done", summary)
	})
	if fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindInvalid) {
		// The register changed between the confirmation and the work: the preview says how, and can be confirmed again.
		back := access.InScope(ctx, run.Scope, func(tx *access.Tx) error {
			_, err := tx.Exec(ctx, `update import_batches set state = 'preview' where tenant_id = $1 and id = $2 and state = 'queued'`, tx.Tenant(), p.Batch)
			return err
		})
		if back != nil {
			return back
		}
	}
	if err != nil {
		return err
	}
	run.Say(done.String(), "/cadres")
	return nil
}

// repair gives the user's own file back with every problem marked.
func (m *Importer) repair(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var fixed []byte
	var c checked
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if c, err = m.check(r.Context(), tx, id); err != nil {
			return err
		}
		if c.Upload == nil || c.Upload.Report.OK() {
			return fault.Conflict("文件没有问题行")
		}
		if fixed, err = xlsx.RepairFile(c.Batch.Content, c.Upload.Report); err != nil {
			return xlsx.Fault(err)
		}
		tx.Audit(access.Line{Action: "cadre.repair", Object: "import_batches", ID: id, Summary: "下载问题行", Reason: "更正后重新上传"})
		return nil
	})
	if err != nil {
		return err
	}
	httpx.Attachment(w, "问题行-"+c.Batch.FileName, access.XLSX)
	_, err = w.Write(fixed)
	return err
}
