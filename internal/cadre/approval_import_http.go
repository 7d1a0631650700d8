package cadre

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/job"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

func (m *Module) formsRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: "/cadres/forms/import", Need: PermImport, Do: m.showForms},
		{Method: http.MethodPost, Path: "/cadres/forms/import", Need: PermImport, Do: m.uploadForms, Upload: true},
		{Method: http.MethodGet, Path: "/cadres/forms/import/{id}", Need: PermImport, Do: m.previewForms},
		{Method: http.MethodPost, Path: "/cadres/forms/import/{id}/accept", Need: PermWrite, Do: m.acceptForm},
		{Method: http.MethodPost, Path: "/cadres/forms/import/{id}/confirm", Need: PermWrite, Do: m.confirmForms},
	}
}

var formsCrumbs = []ui.Crumb{{Title: "花名册", Href: "/cadres"}, {Title: "任免审批表导入、比对", Href: "/cadres/forms/import"}}

func formsPath(batch int64) string { return "/cadres/forms/import/" + strconv.FormatInt(batch, 10) }

func (m *Module) showForms(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.formsUpload(w, r, s, "", http.StatusOK)
}

func (m *Module) formsUpload(w http.ResponseWriter, r *http.Request, s access.Scope, problem string, status int) error {
	var waiting []waitingUpload
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		waiting, err = waitingUploads(r.Context(), tx, formsUpload)
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "任免审批表导入、比对", Status: status, Crumbs: formsCrumbs[:1]}, formsUploadPage(problem, s.GrantID(), waitingFiles(waiting)))
}

// uploadForms keeps a form, several, or a zip of them, after reading it once: what is none is refused before anything is kept.
func (m *Module) uploadForms(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	files, err := httpx.Files(r, "file")
	var file httpx.Upload
	var list []formFile
	if err == nil {
		file, err = packForms(files)
	}
	if err == nil {
		list, err = unpackForms(file.Name, file.Data)
	}
	switch f := fault.Of(err); {
	case err == nil:
	case f.Kind == fault.KindInvalid:
		return m.formsUpload(w, r, s, f.Sentence, http.StatusUnprocessableEntity)
	case f.Kind == fault.KindTooLarge:
		return m.formsUpload(w, r, s, f.Sentence, http.StatusRequestEntityTooLarge)
	default:
		return err
	}
	var id int64
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if _, err := m.Store.identifyForms(r.Context(), tx, list); err != nil {
			return err
		}
		_, _, _, bad := formsBatch{Files: list}.count()
		id, err = keepUpload(r.Context(), tx, m.Store.keys, formsUpload, file, batchSummary{Rows: len(list), Bad: bad, Checked: true})
		return err
	})
	if err != nil {
		return err
	}
	return httpx.SeeOther(w, r, formsPath(id))
}

// formsPreview is the page of an upload: who is new, what differs, what is wrong.
type formsPreview struct {
	formsBatch
	Grant    string
	CanWrite bool
	Typed    map[int]string // villages, by the number of the form
	Wrong    map[int]string
	Shown    []int // the forms of this page that differ
	Pager    ui.Pager
}

// formsInBackground is from how many forms an import runs as a job: photos that are no portraits are drawn anew.
const formsInBackground = 200

const differing = 30 // people with differences on one page

func (m *Module) previewForms(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var b formsBatch
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		b, err = m.Store.forms(r.Context(), tx, id)
		return err
	})
	if err != nil {
		return err
	}
	return m.preview(w, r, s, formsPreview{formsBatch: b}, http.StatusOK)
}

func (m *Module) preview(w http.ResponseWriter, r *http.Request, s access.Scope, p formsPreview, status int) error {
	p.Grant, p.CanWrite = s.GrantID(), s.Can(PermWrite)
	var differ []int
	for i, f := range p.Files {
		if f.Problem == "" && len(f.Differences) > 0 {
			differ = append(differ, i)
		}
	}
	var at struct {
		Page int `form:"page"`
	}
	httpx.DecodeQuery(r, &at)
	p.Pager = ui.PagerOf(&url.URL{Path: formsPath(p.ID), RawQuery: r.URL.RawQuery}, at.Page, len(differ), differing)
	from := min(p.Pager.Offset(), len(differ))
	p.Shown = differ[from:min(from+differing, len(differ))]
	return access.Page(w, r, s, access.View{Title: "任免审批表:" + p.FileName, Status: status, Crumbs: formsCrumbs}, formsPreviewPage(p))
}

// acceptForm takes over one difference, or all of one form. What the page showed must still stand in the register.
func (m *Module) acceptForm(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var typed struct {
		File    int    `form:"file"`
		Element string `form:"element"`
		Was     string `form:"was"`
		Page    int    `form:"page"`
	}
	if err := httpx.Decode(r, &typed); err != nil {
		return err
	}
	taken, name := 0, ""
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		b, err := m.Store.lockForms(r.Context(), tx, id, "preview")
		if err != nil {
			return err
		}
		if typed.File < 0 || typed.File >= len(b.Files) || b.Files[typed.File].Person == 0 || b.Files[typed.File].Problem != "" {
			return fault.NotFound()
		}
		f := b.Files[typed.File]
		if name = f.PersonName; typed.Was != f.shown(typed.Element) && f.shown(typed.Element) != "" {
			return fault.Conflict("%s的登记内容刚被他人修改,请刷新后核对再采用", name)
		}
		taken, err = m.Store.accept(r.Context(), tx, f, typed.Element)
		return err
	})
	if err != nil {
		return err
	}
	if taken > 0 {
		access.Flash(r, s, "success", "已采用"+name+"的"+strconv.Itoa(taken)+"处")
	}
	back := formsPath(id)
	if typed.Page > 1 {
		back += "?page=" + strconv.Itoa(typed.Page)
	}
	return httpx.SeeOther(w, r, back+"#form-"+strconv.Itoa(typed.File))
}

// shown is a digest of what the page shows of the register for a matter, or for all; empty if nothing differs any more.
func (f formFile) shown(element string) string {
	var b strings.Builder
	for _, d := range f.Differences {
		if d.Acceptable() && (element == "*" || element == d.Element) {
			b.WriteString(d.Element + "\x00" + d.Theirs + "\x00" + d.Yours + "\x00")
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return hashOf([]byte(b.String()))[:16]
}

// confirmForms takes over everything at once: new people and all differences that can be taken over.
func (m *Module) confirmForms(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	typed := map[int]string{}
	for field, values := range r.PostForm {
		if n, ok := strings.CutPrefix(field, "village-"); ok {
			if i, err := strconv.Atoi(n); err == nil && len(values) > 0 {
				typed[i] = values[0]
			}
		}
	}
	var b formsBatch
	var wrong map[int]string
	var message string
	var run int64
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if b, err = m.Store.lockForms(r.Context(), tx, id, "preview"); err != nil {
			return err
		}
		var villages map[int]org.Village
		if villages, wrong, err = b.place(typed); err != nil || len(wrong) > 0 {
			return err
		}
		if len(b.Files) > formsInBackground {
			if run, err = m.jobs.Start(r.Context(), tx, "cadre.forms.import", "导入 "+b.FileName, formsParams{id, typed}); err != nil {
				return err
			}
			return setBatch(r.Context(), tx, id, "queued", batchSummary{Run: run})
		}
		if message, err = m.Store.importForms(r.Context(), tx, b, villages, nil); err != nil {
			return err
		}
		return setBatch(r.Context(), tx, id, "done", batchSummary{Message: message})
	})
	switch {
	case err != nil:
		return err
	case len(wrong) > 0:
		return m.preview(w, r, s, formsPreview{formsBatch: b, Typed: typed, Wrong: wrong}, http.StatusUnprocessableEntity)
	case run != 0:
		return httpx.SeeOther(w, r, "/jobs/"+strconv.FormatInt(run, 10))
	}
	return httpx.SeeOther(w, r, formsPath(id)) // which says what was done
}

type formsParams struct {
	Batch    int64          `json:"batch"`
	Villages map[int]string `json:"villages"`
}

// workFormsImport is a confirmed import in the background, in one transaction.
func (m *Module) workFormsImport(ctx context.Context, run *job.Run) error {
	var p formsParams
	if err := run.Decode(&p); err != nil {
		return err
	}
	message := ""
	err := access.InScope(ctx, run.Scope, func(tx *access.Tx) error {
		b, err := m.Store.lockForms(ctx, tx, p.Batch, "queued")
		if err != nil {
			return err
		}
		villages, wrong, err := b.place(p.Villages)
		if err != nil || len(wrong) > 0 {
			return fault.Conflict("花名册在确认之后有变化,没有导入任何一份。请返回预览核对后再确认")
		}
		message, err = m.Store.importForms(ctx, tx, b, villages, func(done int) error { return run.Progress(ctx, done, len(b.Files)) })
		if err != nil {
			return err
		}
		return setBatch(ctx, tx, p.Batch, "done", batchSummary{Message: message})
	})
	if fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindInvalid) {
		// The register changed between the confirmation and the work: the preview says how, and can be confirmed again.
		back := access.InScope(ctx, run.Scope, func(tx *access.Tx) error {
			_, err := tx.Exec(ctx, `update import_batches set state = 'preview' where tenant_id = @tenant and id = @id and state = 'queued'`,
				pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": p.Batch})
			return err
		})
		if back != nil {
			return back
		}
	}
	if err != nil {
		return err
	}
	run.Say(message, "/cadres")
	return nil
}
