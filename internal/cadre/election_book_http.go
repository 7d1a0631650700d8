package cadre

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

func (m *Module) electionBookRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodPost, Path: "/elections/{round}/townships/{township}/workbook", Need: PermElectionFill, Do: m.electionBook},
		{Method: http.MethodGet, Path: "/elections/{round}/townships/{township}/upload", Need: PermElectionFill, Do: m.askElectionBook},
		{Method: http.MethodPost, Path: "/elections/{round}/townships/{township}/upload", Need: PermElectionFill, Do: m.takeElectionBook, Upload: true},
		{Method: http.MethodGet, Path: "/elections/uploads/{id}", Need: PermElectionFill, Do: m.previewElectionBook},
		{Method: http.MethodPost, Path: "/elections/uploads/{id}/confirm", Need: PermElectionFill, Do: m.confirmElectionBook},
		{Method: http.MethodPost, Path: "/elections/uploads/{id}/repair", Need: PermElectionFill, Do: m.repairElectionBook},
	}
}

// electionBook gives the township's sheet with the old team filled in; it holds no ID number.
func (m *Module) electionBook(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.townOf(r, s)
	if err != nil {
		return err
	}
	layout := xlsx.Layout{Sheet: "换届任免", Title: p.Round.Name + "任免表", Columns: bookSchema().Columns, Frozen: 3, Empty: 60,
		Lines: []string{"填报单位:" + p.Township.Name, "原班子每个职务选一种去向;新任人员在下面的空行填写村、姓名、去向(新任)和职务。行码请勿改动。"}}
	return access.Export{Name: p.Township.Name + "换届任免表", Object: "election_rows", Purpose: "换届任免填报", Layout: layout, Rows: func(x *xlsx.Writer) error {
		for _, row := range bookRows(p.Round, p.Ballots) {
			if err := x.Row(row...); err != nil {
				return err
			}
		}
		return nil
	}}.Send(w, r, s)
}

func (m *Module) askElectionBook(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.townOf(r, s)
	if err != nil {
		return err
	}
	return m.electionBookForm(w, r, s, p, "", http.StatusOK)
}

func (m *Module) electionBookForm(w http.ResponseWriter, r *http.Request, s access.Scope, p townProps, problem string, status int) error {
	var waiting []waitingUpload
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		waiting, err = waitingUploads(r.Context(), tx, electionUpload)
		return err
	})
	if err != nil {
		return err
	}
	waiting = slices.DeleteFunc(waiting, func(u waitingUpload) bool { return u.Round != p.Round.ID || u.Township != p.Township.ID })
	return access.Page(w, r, s, access.View{Title: "上传换届任免表", Status: status, Crumbs: p.crumbs(ui.Crumb{Title: p.Township.Name, Href: p.path()})}, electionBookForm(p, problem, waitingFiles(waiting)))
}

// takeElectionBook keeps an upload until it is confirmed, and refuses what is no such sheet.
func (m *Module) takeElectionBook(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.townOf(r, s)
	if err != nil {
		return err
	}
	file, err := httpx.File(r, "file")
	var id int64
	if err == nil {
		err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
			read, err := m.Store.readBook(r.Context(), tx, p.Round, p.Ballots, file.Data)
			if err != nil {
				return err
			}
			of := bookOf{Round: p.Round.ID, Township: p.Township.ID, Rows: read.Lines, Bad: read.Report.BadRows(), Checked: read.Match.Err() == nil}
			id, err = keepUpload(r.Context(), tx, m.Store.keys, electionUpload, file, of)
			return err
		})
	}
	switch f := fault.Of(err); {
	case err == nil:
		return httpx.SeeOther(w, r, bookPath(id))
	case f.Kind == fault.KindInvalid:
		return m.electionBookForm(w, r, s, p, f.Sentence, http.StatusUnprocessableEntity)
	case f.Kind == fault.KindTooLarge:
		return m.electionBookForm(w, r, s, p, f.Sentence, http.StatusRequestEntityTooLarge)
	}
	return err
}

func bookPath(id int64) string { return "/elections/uploads/" + strconv.FormatInt(id, 10) }

// bookOf says which township an upload is about, and what was found in it.
type bookOf struct {
	Round, Township int64
	Rows, Bad       int
	Checked         bool // its header is right
}

// keptBook is an upload of the actor's own.
type keptBook struct {
	ID       int64
	FileName string
	Content  []byte
	Summary  bookOf
	State    string
}

// keptBook reads an upload of the actor's own and holds it.
func (s Store) keptBook(ctx context.Context, tx *access.Tx, id int64) (b keptBook, err error) {
	rows, err := tx.Query(ctx, `select id, file_name, content, summary, state from import_batches where tenant_id = @tenant and id = @id and created_by = @by
		and kind = 'election'`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "by": tx.Scope().Account()})
	if err != nil {
		return b, err
	}
	if b, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[keptBook]); err != nil {
		return b, err
	}
	plain, err := s.keys.Decrypt(tx.Tenant(), "cadre.import", b.Content)
	b.Content = []byte(plain)
	return b, err
}

// uploadProps is the preview of an upload.
type uploadProps struct {
	Kept     keptBook
	Round    Round
	Township org.Township
	Book     *book // nil once it was confirmed
	Grant    string
	District bool
}

// changes lists what an upload changes in a village.
func (v *bookVillage) changes(r Round) []fault.Difference {
	return formOf(r, v.ballot).against(v.form, v.ballot)
}

func (m *Module) bookFor(ctx context.Context, tx *access.Tx, id int64, lock bool) (p uploadProps, err error) {
	if p.Kept, err = m.Store.keptBook(ctx, tx, id); err != nil {
		return p, err
	}
	if p.Round, err = m.Store.round(ctx, tx, p.Kept.Summary.Round); err != nil {
		return p, err
	}
	if p.Township, err = (org.Store{}).Township(ctx, tx, p.Kept.Summary.Township); err != nil || p.Kept.State != "preview" {
		return p, err
	}
	ballots, err := m.Store.ballots(ctx, tx, p.Round, p.Township.ID, 0, lock)
	if err != nil {
		return p, err
	}
	p.Book, err = m.Store.readBook(ctx, tx, p.Round, ballots, p.Kept.Content)
	return p, err
}

func (m *Module) previewElectionBook(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var p uploadProps
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		p, err = m.bookFor(r.Context(), tx, id, false)
		return err
	})
	if err != nil {
		return err
	}
	p.Grant = s.GrantID()
	town := townProps{Round: p.Round, Township: p.Township, District: s.Can(PermElectionOpen)}
	return access.Page(w, r, s, access.View{Title: "上传预览:" + p.Kept.FileName, Crumbs: town.crumbs(ui.Crumb{Title: p.Township.Name, Href: town.path()})}, uploadPreview(p, town.path()))
}

// confirmElectionBook stores the villages of an upload, all or none, over exactly the versions that the preview showed.
func (m *Module) confirmElectionBook(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var p uploadProps
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if p, err = m.bookFor(r.Context(), tx, id, true); err != nil {
			return err
		}
		if p.Book == nil {
			return settled(p.Kept.State)
		}
		if p.Book.Match.Err() != nil || !p.Book.Report.OK() {
			return fault.Conflict("文件中仍有问题,没有保存任何一个村。请返回查看,修改后重新上传")
		}
		for field := range r.PostForm { // a village that is not in the file, or not in the scope
			if strings.HasPrefix(field, "v.") && !slices.ContainsFunc(p.Book.Villages, func(v *bookVillage) bool { return field == fieldKey("v", v.ballot.Village.ID) }) {
				return fault.NotFound()
			}
		}
		for _, v := range p.Book.Villages {
			if r.PostForm.Get(fieldKey("v", v.ballot.Village.ID)) != strconv.Itoa(v.form.Version) {
				return fault.Conflict("%s刚被他人保存,请返回重新核对预览", v.ballot.Village.Name)
			}
			if stale, err := m.Store.saveDraft(r.Context(), tx, p.Round, v.ballot, v.draft, v.choices); err != nil || stale {
				return orConflict(err, v.ballot.Village.Name)
			}
		}
		_, err := tx.Exec(r.Context(), `update import_batches set state = 'done', content = ''::bytea, finished_at = @now where tenant_id = @tenant and id = @id`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "now": s.Now()})
		return err
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已保存"+strconv.Itoa(len(p.Book.Villages))+"个村(社区)的换届任免草稿")
	return httpx.SeeOther(w, r, roundTownPath(p.Round.ID, p.Township.ID))
}

func orConflict(err error, village string) error {
	if err != nil {
		return err
	}
	return fault.Conflict("%s刚被他人保存,请返回重新核对预览", village)
}

// repairElectionBook gives the user's own file back with every problem marked.
func (m *Module) repairElectionBook(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var p uploadProps
	var fixed []byte
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if p, err = m.bookFor(r.Context(), tx, id, false); err != nil {
			return err
		}
		if p.Book == nil || p.Book.Match.Err() != nil || p.Book.Report.OK() {
			return fault.Conflict("文件没有问题行")
		}
		if fixed, err = xlsx.RepairFile(p.Kept.Content, p.Book.Report); err != nil {
			return xlsx.Fault(err)
		}
		tx.Audit(access.Line{Action: "cadre.repair", Object: "import_batches", ID: id, Summary: "下载换届任免表的问题行", Reason: "更正后重新上传"})
		return nil
	})
	if err != nil {
		return err
	}
	httpx.Attachment(w, repaired+s.Now().Format(time.DateOnly)+".xlsx", access.XLSX)
	_, err = w.Write(fixed)
	return err
}
