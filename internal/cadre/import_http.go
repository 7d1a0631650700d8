package cadre

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"touyan/internal/access"
	"touyan/internal/job"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// Importer is the import of rosters: upload, header check, preview, confirmation or repair file.
type Importer struct {
	keys *crypt.Keys
	jobs *job.Runner
	core *access.Core
	// found is what the last upload was found to say.
	found handover
}

// NewImporter makes the importer and registers its background work.
func NewImporter(keys *crypt.Keys, jobs *job.Runner) *Importer {
	m := &Importer{keys: keys, jobs: jobs}
	jobs.Register("cadre.import", m.work)
	jobs.Every(job.Periodic{Name: "cadre.uploads", Every: time.Hour, Do: m.Sweep})
	return m
}

// Module declares the routes; the permission is the register's.
func (m *Importer) Module() access.Module {
	return access.Module{
		Name:  "cadre import",
		Tasks: waitingTasks,
		Bind:  func(core *access.Core) { m.core = core },
		Routes: []access.Route{
			{Method: http.MethodGet, Path: "/cadres/import", Need: PermImport, Do: m.show},
			{Method: http.MethodGet, Path: "/cadres/import/template", Need: PermImport, Do: m.rosterTemplate},
			{Method: http.MethodGet, Path: "/cadres/import/template/file", Need: PermImport, Do: m.bookTemplate},
			{Method: http.MethodPost, Path: "/cadres/import", Need: PermImport, Do: m.upload, Upload: true},
			{Method: http.MethodGet, Path: "/cadres/import/{id}", Need: PermImport, Do: m.preview},
			{Method: http.MethodPost, Path: "/cadres/import/{id}/mapping", Need: PermImport, Do: m.assign},
			{Method: http.MethodPost, Path: "/cadres/import/{id}/options", Need: PermImport, Do: m.choose},
			{Method: http.MethodPost, Path: "/cadres/import/{id}/confirm", Need: PermImport, Do: m.confirm},
			{Method: http.MethodPost, Path: "/cadres/import/{id}/changes", Need: PermImport, Do: m.changes},
			{Method: http.MethodPost, Path: "/cadres/import/{id}/repair", Need: PermImport, Do: m.repair},
			{Method: http.MethodPost, Path: "/cadres/import/{id}/drop", Need: PermImport, Do: m.drop},
		},
	}
}

var importCrumbs = []ui.Crumb{{Title: "花名册", Href: "/cadres"}, {Title: "批量导入", Href: "/cadres/import"}}

func (m *Importer) show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.form(w, r, s, "", http.StatusOK)
}

func (m *Importer) form(w http.ResponseWriter, r *http.Request, s access.Scope, problem string, status int) error {
	var waiting []waitingUpload
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		waiting, err = waitingUploads(r.Context(), tx, rosterUpload)
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "批量导入", Status: status, Crumbs: importCrumbs[:1]}, importForm(problem, s.GrantID(), waitingFiles(waiting)))
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
	c := checked{Batch: Batch{Content: file.Data}}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		// Reading the file now refuses what is no spreadsheet before anything is kept.
		if err := m.read(r.Context(), tx, &c); err != nil {
			return err
		}
		id, err = keepUpload(r.Context(), tx, m.keys, rosterUpload, file, c.count())
		return err
	})
	if err != nil {
		return refuse(err)
	}
	m.found.put(id, s.Grant(), c)
	return httpx.SeeOther(w, r, importPath(id))
}

func (m *Importer) preview(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var c checked
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if c.Batch, err = loadBatch(r.Context(), tx, m.keys, id); err != nil || c.Batch.State != "preview" {
			return err
		}
		if found, ok := m.found.take(id, s.Grant()); ok {
			c.Upload, c.plan = found.Upload, found.plan
			return nil
		}
		return m.read(r.Context(), tx, &c)
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
	var c checked
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if c, err = m.check(r.Context(), tx, id); err != nil || c.Upload == nil {
			return err
		}
		if c.Batch.State != "preview" {
			return settled(c.Batch.State)
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
		return m.again(r.Context(), tx, &c)
	})
	if err != nil {
		return err
	}
	m.found.put(id, s.Grant(), c)
	return httpx.SeeOther(w, r, importPath(id))
}

// again reads a batch by its changed summary and keeps what that says.
func (m *Importer) again(ctx context.Context, tx *access.Tx, c *checked) error {
	if err := m.read(ctx, tx, c); err != nil {
		return err
	}
	return setBatch(ctx, tx, c.Batch.ID, "preview", c.count())
}

// choose keeps which sheets replace what is stored, and whether rows with key differences are left out.
func (m *Importer) choose(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var c checked
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if c.Batch, err = loadBatch(r.Context(), tx, m.keys, id); err != nil {
			return err
		}
		if c.Batch.State != "preview" {
			return settled(c.Batch.State)
		}
		c.Batch.Summary.Replace = nil
		for _, key := range r.PostForm["replace"] {
			if _, known := sectionOf(key); known {
				c.Batch.Summary.Replace = append(c.Batch.Summary.Replace, key)
			}
		}
		c.Batch.Summary.Hold = r.PostForm.Get("hold") == "yes"
		return m.again(r.Context(), tx, &c)
	})
	if err != nil {
		return err
	}
	m.found.put(id, s.Grant(), c)
	return httpx.SeeOther(w, r, importPath(id))
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
		b, err := lockBatch(r.Context(), tx, id, "preview")
		if err != nil {
			return err
		}
		// What was checked when it came in, and has many rows, is checked again by the run.
		if b.Summary.Checked && b.Summary.Bad == 0 && b.Summary.Rows > inBackground {
			if run, err = m.jobs.Start(r.Context(), tx, "cadre.import", "导入 "+b.FileName, importParams{id}); err != nil {
				return err
			}
			b.Summary.Run = run
			return setBatch(r.Context(), tx, id, "queued", b.Summary)
		}
		done, err = m.apply(r.Context(), tx, id, nil)
		return err
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

// apply checks a locked batch once more, refuses one that is not wholly right, and writes it.
func (m *Importer) apply(ctx context.Context, tx *access.Tx, id int64, progress func(done, total int) error) (applied, error) {
	c, err := m.check(ctx, tx, id)
	if err != nil {
		return applied{}, err
	}
	if c.Upload == nil || len(c.Upload.headers()) > 0 || !c.Upload.ok() {
		return applied{}, fault.Conflict("文件中仍有问题,没有导入任何一行。请返回查看,修改后重新上传")
	}
	summary := c.count()
	if summary.Hold {
		c.plan = c.hold()
	}
	if summary.Rows == 0 {
		return applied{}, fault.Conflict("文件中没有可以导入的行")
	}
	done, err := apply(ctx, tx, m.keys, c.plan, progress)
	if err != nil {
		return done, err
	}
	summary.Message = done.String()
	return done, setBatch(ctx, tx, id, "done", summary)
}

// String says what was done.
func (a applied) String() string {
	text := fmt.Sprintf("导入完成:新增%d人,修改%d人,新增任职%d条", a.Added, a.Updated, a.Posts)
	if a.Left > 0 {
		text += fmt.Sprintf(",登记离任%d条", a.Left)
	}
	if a.Entries+a.Removed > 0 {
		text += fmt.Sprintf(",新增档案条目%d条", a.Entries)
	}
	if a.Removed > 0 {
		text += fmt.Sprintf(",以表格为准删除%d条", a.Removed)
	}
	return text
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
		if _, err := lockBatch(ctx, tx, p.Batch, "queued"); err != nil {
			return err
		}
		var err error
		done, err = m.apply(ctx, tx, p.Batch, func(n, total int) error { return run.Progress(ctx, n, total) })
		return err
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
		if c.Upload == nil || c.Upload.ok() {
			return fault.Conflict("文件没有问题行")
		}
		fixed = c.Batch.Content
		for _, report := range c.Upload.reports() {
			if report.OK() {
				continue
			}
			if fixed, err = xlsx.RepairFile(fixed, report); err != nil {
				return xlsx.Fault(err)
			}
		}
		tx.Audit(access.Line{Action: "cadre.repair", Object: "import_batches", ID: id, Summary: "下载问题行", Reason: "更正后重新上传"})
		return nil
	})
	if err != nil {
		return err
	}
	httpx.Attachment(w, repaired+c.Batch.FileName, access.XLSX)
	_, err = w.Write(fixed)
	return err
}
