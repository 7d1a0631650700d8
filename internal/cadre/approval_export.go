package cadre

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/job"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/lrmx"
	"touyan/web/ui"
)

// formName is the usual name of a form's file: the person's name and the last four of his number.
func formName(a approval) string { return a.Name + "_" + a.Number[max(0, len(a.Number)-4):] + ".lrmx" }

// exportApproval sends the form of one person.
func (m *Module) exportApproval(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	purpose, err := access.Asking{Act: "导出", What: p.Name + "的任免审批表"}.Purpose(r.PostForm.Get("purpose"))
	if err != nil {
		return err
	}
	var content []byte
	var a approval
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		list, err := m.Store.approvals(r.Context(), tx, []int64{p.ID}, s.Today())
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return fault.Conflict("%s的档案已作废,不能导出", p.Name)
		}
		a = list[0]
		if content, err = a.form().Bytes(); err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		tx.Audit(access.Line{Action: "export", Object: "persons", ID: p.ID, Person: p.ID, Summary: "导出" + p.Name + "的任免审批表", Reason: purpose,
			Detail: map[string]any{"rows": 1, "sha256": hex.EncodeToString(sum[:])}})
		return nil
	})
	if err != nil {
		return err
	}
	httpx.Attachment(w, formName(a), lrmx.ContentType)
	_, _ = w.Write(content) // the client may have gone
	return nil
}

// formsAsked is what the page before an export of many asks for.
type formsAsked struct {
	Query   string `form:"query"`
	Purpose string `form:"purpose"`
}

func (f formsAsked) filter() (out Filter) {
	httpx.DecodeAddress(f.Query, &out)
	return out
}

func (m *Module) askForms(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.formsPage(w, r, s, exportProps{Query: r.URL.RawQuery}, http.StatusOK)
}

func (m *Module) formsPage(w http.ResponseWriter, r *http.Request, s access.Scope, e exportProps, status int) error {
	p, err := m.found(r.Context(), s, &url.URL{Path: "/cadres", RawQuery: e.Query}, 1)
	if err != nil {
		return err
	}
	e.Grant, e.Total = s.GrantID(), p.Total
	for _, c := range p.chips() {
		e.Words = append(e.Words, c.Title)
	}
	return access.Page(w, r, s, access.View{Title: "导出任免审批表", Status: status, Crumbs: listCrumbs, AsOf: p.day()}, formsPage(e))
}

// exportForms sends the forms of exactly the persons that the filter shows, as they are made: neither the zip nor its
// forms are ever held in memory. Above a few hundred they are made in the background.
func (m *Module) exportForms(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f formsAsked
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	refuse := func(field string, err error) error {
		return m.formsPage(w, r, s, exportProps{Query: f.Query, Purpose: f.Purpose, Problems: []ui.Problem{{Field: field, Sentence: fault.Of(err).Sentence}}},
			http.StatusUnprocessableEntity)
	}
	purpose, err := access.Purpose(f.Purpose)
	if err != nil {
		return refuse("purpose", err)
	}
	f.Purpose = purpose
	var ids []int64
	var run int64
	words := m.inWords(r.Context(), s, f.Query)
	err = access.InScope(r.Context(), s, func(tx *access.Tx) (err error) {
		if ids, err = m.Store.ids(r.Context(), tx, f.filter(), f.filter().Day(s.Today())); err != nil {
			return err
		}
		if len(ids) == 0 {
			return fault.Invalid("当前条件下没有人员,没有导出")
		}
		if len(ids) > inBackground {
			run, err = m.jobs.Start(r.Context(), tx, "cadre.forms", "导出任免审批表", f)
			return err
		}
		tx.Audit(access.Line{Action: "export.begin", Object: "persons", Summary: "开始导出任免审批表", Reason: f.Purpose,
			Detail: map[string]any{"rows": len(ids), "filter": words}})
		return nil
	})
	if fault.Is(err, fault.KindInvalid) { // nobody meets the conditions any more
		return refuse("", err)
	}
	if err != nil {
		return err
	}
	if run != 0 {
		return httpx.SeeOther(w, r, "/jobs/"+strconv.FormatInt(run, 10))
	}
	httpx.Attachment(w, "任免审批表.zip", "application/zip")
	if err := m.sendForms(r.Context(), s, f, ids, w, nil); err != nil {
		panic(http.ErrAbortHandler) // a file that is cut off must not look like a whole one
	}
	return nil
}

// workForms makes the zip in the background, for its starter alone to fetch.
func (m *Module) workForms(ctx context.Context, run *job.Run) error {
	var f formsAsked
	if err := run.Decode(&f); err != nil {
		return err
	}
	if !run.Scope.Can(PermForm) { // it may have been taken away since
		return fault.Forbidden("您当前的身份不能导出任免审批表")
	}
	var ids []int64
	err := access.Read(ctx, run.Scope, func(tx *access.Tx) (err error) {
		ids, err = m.Store.ids(ctx, tx, f.filter(), f.filter().Day(run.Scope.Today()))
		return err
	})
	if err != nil {
		return err
	}
	err = run.Stream(ctx, "任免审批表.zip", "application/zip", func(w io.Writer) error {
		return m.sendForms(ctx, run.Scope, f, ids, w, func(done int) error { return run.Progress(ctx, done, len(ids)) })
	})
	if err != nil {
		return err
	}
	run.Say(fmt.Sprintf("%d人的任免审批表已生成,请下载。文件保留7天", len(ids)), "")
	return nil
}

// sendForms writes the zip and notes what went out, with the hash of all that was written.
func (m *Module) sendForms(ctx context.Context, s access.Scope, f formsAsked, ids []int64, w io.Writer, progress func(done int) error) error {
	sum := sha256.New()
	rows, err := m.Store.writeForms(ctx, s, ids, io.MultiWriter(w, sum), progress)
	line := access.Line{Action: "export", Object: "persons", Summary: "导出任免审批表", Reason: f.Purpose,
		Detail: map[string]any{"rows": rows, "filter": m.inWords(context.WithoutCancel(ctx), s, f.Query), "sha256": hex.EncodeToString(sum.Sum(nil)), "persons": access.PeopleOf(ids...)}}
	if err != nil {
		line.Summary += "(中断)"
	}
	noted := access.InScope(context.WithoutCancel(ctx), s, func(tx *access.Tx) error {
		tx.Audit(line)
		return nil
	})
	if err != nil {
		return err
	}
	return noted
}

// formsChunk is how many files are read at once.
const formsChunk = 50

// writeForms writes a zip of forms, a chunk of files after the other, each in a transaction of its own, so that a slow
// client holds no connection.
func (s Store) writeForms(ctx context.Context, scope access.Scope, ids []int64, w io.Writer, progress func(done int) error) (rows int, err error) {
	z, names := zip.NewWriter(w), map[string]int{}
	for from := 0; from < len(ids); from += formsChunk {
		var chunk []approval
		part := ids[from:min(from+formsChunk, len(ids))]
		err := access.Read(ctx, scope, func(tx *access.Tx) (err error) {
			chunk, err = s.approvals(ctx, tx, part, scope.Today())
			return err
		})
		if err != nil {
			return rows, err
		}
		for _, a := range chunk {
			if err := writeForm(z, names, a, scope.Now()); err != nil {
				return rows, err
			}
			rows++
		}
		if progress != nil {
			if err := progress(from + len(part)); err != nil {
				return rows, err
			}
		}
	}
	return rows, z.Close()
}

// writeForm adds one form; a second person of the same name and ending gets a number.
func writeForm(z *zip.Writer, names map[string]int, a approval, at time.Time) error {
	name := formName(a)
	if names[name]++; names[name] > 1 {
		name = strings.TrimSuffix(name, ".lrmx") + "_" + strconv.Itoa(names[name]) + ".lrmx"
	}
	f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at})
	if err != nil {
		return err
	}
	_, err = lrmx.Write(f, a.form())
	return err
}

// ids lists the persons that a filter shows, in its order.
func (s Store) ids(ctx context.Context, tx *access.Tx, f Filter, on time.Time) ([]int64, error) {
	rows, err := tx.Query(ctx, `select id`+listFrom+`) p`+f.order(), s.args(tx, f, on))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
