package cadre

import (
	"net/http"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

func (m *Module) attachmentRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: "/cadres/{id}/attachments", Need: PermRead, Do: m.listAttachments},
		{Method: http.MethodPost, Path: "/cadres/{id}/attachments", Need: PermWrite, Do: m.addAttachment, Upload: true},
		{Method: http.MethodPost, Path: "/cadres/{id}/attachments/{attachment}/open", Need: PermRead, Do: m.fetchAttachment},
		{Method: http.MethodPost, Path: "/cadres/{id}/attachments/{attachment}/reveal", Need: PermReveal, Do: m.revealAttachment},
		{Method: http.MethodPost, Path: "/cadres/{id}/attachments/{attachment}/remove", Need: PermWrite, Do: m.removeAttachment},
		{Method: http.MethodGet, Path: "/cadres/{id}/photo", Need: PermRead, Do: m.showPhoto},
		{Method: http.MethodPost, Path: "/cadres/{id}/photo", Need: PermWrite, Do: m.savePhoto, Upload: true},
		{Method: http.MethodPost, Path: "/cadres/{id}/photo/remove", Need: PermWrite, Do: m.removePhoto},
	}
}

// attachmentsProps is the page of a person's papers and photo.
type attachmentsProps struct {
	Person   Person
	Papers   []Attachment
	Photo    string // its digest
	Form     attachmentForm
	Cut      string
	Failed   int64 // the paper whose form was refused
	Reason   string
	Problems []ui.Problem
	Grant    string
	CanWrite bool
	CanOpen  bool
}

func (m *Module) listAttachments(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	return m.attachmentsPage(w, r, s, attachmentsProps{Person: p}, http.StatusOK)
}

func (m *Module) attachmentsPage(w http.ResponseWriter, r *http.Request, s access.Scope, p attachmentsProps, status int) error {
	p.Grant, p.CanWrite, p.CanOpen = s.GrantID(), s.Can(PermWrite) && p.Person.VoidedAt == nil, s.Can(PermReveal)
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		var err error
		if p.Papers, err = m.Store.Attachments(r.Context(), tx, p.Person.ID); err != nil {
			return err
		}
		p.Photo, err = m.Store.photoDigest(r.Context(), tx, p.Person.ID)
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "照片和附件", Status: status, Crumbs: personCrumbs(p.Person)}, attachmentsPage(p))
}

func personCrumbs(p Person) []ui.Crumb {
	return append(listCrumbs[:1:1], ui.Crumb{Title: p.Name, Href: personPath(p.ID)})
}

func (m *Module) addAttachment(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	var f attachmentForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	up, missing := httpx.File(r, "file")
	one, problems := f.check(up.Name, up.Data, missing)
	if len(problems) > 0 {
		return m.attachmentsPage(w, r, s, attachmentsProps{Person: p, Form: f, Problems: problems}, http.StatusUnprocessableEntity)
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		_, err := m.Store.attach(r.Context(), tx, p.ID, one)
		return err
	})
	if fault.Is(err, fault.KindConflict) {
		return m.attachmentsPage(w, r, s, attachmentsProps{Person: p, Form: f, Problems: []ui.Problem{{Field: "file", Sentence: fault.Of(err).Sentence}}}, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已保存附件:"+one.File.Name)
	return httpx.SeeOther(w, r, attachmentsPath(p.ID))
}

func (m *Module) attachmentOf(r *http.Request, s access.Scope) (p Person, a Attachment, err error) {
	if p, err = m.load(r, s); err != nil {
		return p, a, err
	}
	id, err := httpx.ID(r, "attachment")
	if err != nil {
		return p, a, err
	}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		a, err = m.Store.attachment(r.Context(), tx, p.ID, id)
		return err
	})
	return p, a, err
}

// fetchAttachment opens what whoever reads the file may open. It is a post, since the trail notes it.
func (m *Module) fetchAttachment(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	_, a, err := m.attachmentOf(r, s)
	if err != nil {
		return err
	}
	if a.Personal() {
		return fault.Forbidden("%s含有个人敏感信息,请在“照片和附件”页填写用途后打开", a.Title())
	}
	return m.sendAttachment(w, r, s, a, "")
}

// revealAttachment opens a paper that shows what lists mask, for a purpose.
func (m *Module) revealAttachment(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, a, err := m.attachmentOf(r, s)
	if err != nil {
		return err
	}
	purpose, err := access.Asking{Act: "打开", What: p.Name + "的" + a.Title(), Back: attachmentsPath(p.ID)}.Purpose(r.PostForm.Get("purpose"))
	if err != nil {
		return err
	}
	return m.sendAttachment(w, r, s, a, purpose)
}

// sendAttachment notes who opens a paper and sends it to be saved. It is never shown within the site: no browser runs it
// under the site's name, whatever it turns out to be.
func (m *Module) sendAttachment(w http.ResponseWriter, r *http.Request, s access.Scope, a Attachment, purpose string) error {
	var content []byte
	err := access.InScope(r.Context(), s, func(tx *access.Tx) (err error) {
		content, err = m.Store.openAttachment(r.Context(), tx, a, purpose)
		return err
	})
	if err != nil {
		return err
	}
	httpx.Attachment(w, a.FileName, a.MediaType)
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	h.Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content) // the client may have gone
	return nil
}

func (m *Module) removeAttachment(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, a, err := m.attachmentOf(r, s)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(r.PostForm.Get("reason"))
	refuse := func(status int, sentence string) error {
		return m.attachmentsPage(w, r, s, attachmentsProps{Person: p, Failed: a.ID, Reason: reason,
			Problems: []ui.Problem{{Field: suffixed("remove", a.ID), Sentence: sentence}}}, status)
	}
	if reason == "" {
		return refuse(http.StatusUnprocessableEntity, "请填写删除原因")
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error { return m.Store.removeAttachment(r.Context(), tx, a, reason) })
	if fault.Is(err, fault.KindConflict) {
		return refuse(http.StatusConflict, fault.Of(err).Sentence)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已删除附件:"+a.FileName)
	return httpx.SeeOther(w, r, attachmentsPath(p.ID))
}

func attachmentsPath(person int64) string { return personPath(person) + "/attachments" }

func attachmentPath(a Attachment) string {
	return attachmentsPath(a.PersonID) + "/" + strconv.FormatInt(a.ID, 10)
}
