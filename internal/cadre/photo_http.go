package cadre

import (
	"net/http"
	"strconv"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/portrait"
	"touyan/web/ui"
)

// showPhoto answers a file's photo. The browser keeps it for itself and asks each time whether it may still show it.
func (m *Module) showPhoto(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var jpeg []byte
	var tag string
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if tag, err = m.Store.photoDigest(r.Context(), tx, id); err != nil || tag == "" {
			return err
		}
		if tag = `"` + tag + `"`; r.Header.Get("If-None-Match") == tag {
			return nil
		}
		jpeg, err = m.Store.Photo(r.Context(), tx, id)
		return err
	})
	if err != nil {
		return err
	}
	if tag == "" {
		return fault.NotFound()
	}
	h := w.Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", tag)
	if jpeg == nil {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", "image/jpeg")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	h.Set("Content-Length", strconv.Itoa(len(jpeg)))
	_, _ = w.Write(jpeg) // the client may have gone
	return nil
}

func (m *Module) savePhoto(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	cut := r.PostForm.Get("cut")
	up, err := httpx.File(r, "photo")
	var jpeg []byte
	if err == nil {
		jpeg, err = portrait.Make(up.Data, portrait.Cut(cut))
	}
	if fault.Is(err, fault.KindInvalid) || fault.Is(err, fault.KindTooLarge) {
		return m.attachmentsPage(w, r, s, attachmentsProps{Person: p, Cut: cut,
			Problems: []ui.Problem{{Field: "photo", Sentence: fault.Of(err).Sentence}}}, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	if err := access.InScope(r.Context(), s, func(tx *access.Tx) error { return m.Store.setPhotos(r.Context(), tx, []newPhoto{{p.ID, p.Name, jpeg}}) }); err != nil {
		return err
	}
	access.Flash(r, s, "success", "已更换照片")
	return httpx.SeeOther(w, r, attachmentsPath(p.ID))
}

func (m *Module) removePhoto(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	if err := access.InScope(r.Context(), s, func(tx *access.Tx) error { return m.Store.removePhoto(r.Context(), tx, p) }); err != nil {
		return err
	}
	access.Flash(r, s, "success", "已删除照片")
	return httpx.SeeOther(w, r, attachmentsPath(p.ID))
}
