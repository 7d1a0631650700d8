package cadre

import (
	"context"
	"net/http"
	"strconv"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

func (m *Module) changeRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: "/changes", Need: PermChange, Do: m.listChanges},
		{Method: http.MethodGet, Path: "/changes/print", Need: PermChange, Do: m.printChanges},
		{Method: http.MethodPost, Path: "/changes/export", Need: PermChange, Do: m.exportChanges},
		{Method: http.MethodGet, Path: "/changes/{id}", Need: PermChange, Do: m.showChange},
		{Method: http.MethodPost, Path: "/changes/{id}/reveal", Need: PermChange, Do: m.revealChange},
		{Method: http.MethodPost, Path: "/changes/{id}/evidence", Need: PermChange, Do: m.openEvidence},
		{Method: http.MethodPost, Path: "/changes/{id}/check", Need: PermCheck, Do: m.checkChange},
		{Method: http.MethodPost, Path: "/changes/{id}/return", Need: PermCheck, Do: m.returnChange},
		{Method: http.MethodPost, Path: "/changes/{id}/approve", Need: PermDecide, Do: m.approveChange},
		{Method: http.MethodPost, Path: "/changes/{id}/reject", Need: PermDecide, Do: m.rejectChange},
		{Method: http.MethodPost, Path: "/changes/{id}/cancel", Need: PermWrite, Do: m.cancelChange},
		{Method: http.MethodGet, Path: "/cadres/{id}/changes/new", Need: PermWrite, Do: m.newChange},
		{Method: http.MethodPost, Path: "/cadres/{id}/changes", Need: PermWrite, Do: m.createChange, Upload: true},
	}
}

func changePath(id int64) string { return "/changes/" + strconv.FormatInt(id, 10) }

// changeProps is the page of one request.
type changeProps struct {
	scope    access.Scope
	Change   Change
	Paper    Attachment
	Problems []ui.Problem
	Conflict []fault.Difference // the value that the file has now
	Answer   string             // as typed
	Old, New string             // masked, or whole after a reveal
	Revealed bool
	Barred   string   // why the actor may not take the step that is due
	Others   []string // who could
	Stale    string   // why nobody may, beyond rejecting it
	Grant    string
}

// due tells whether the actor's part is the one that acts next.
func (p changeProps) due() bool {
	return p.Change.State == "submitted" && p.scope.Can(PermCheck) || p.Change.State == "township_checked" && p.scope.Can(PermDecide)
}

// mayCancel tells whether the actor may take the request back: who made it, or a clerk of the township that keeps the file.
func (p changeProps) mayCancel() bool { return p.Change.mayCancel(p.scope) }

func (c Change) mayCancel(s access.Scope) bool {
	return c.Open() && s.Can(PermWrite) && (c.RequestedHolder == s.Holder() || s.Township() == c.TownshipID)
}

func (m *Module) showChange(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.changePage(w, r, s, changeProps{}, http.StatusOK)
}

// changePage draws the request of the address; p carries what the caller knows already.
func (m *Module) changePage(w http.ResponseWriter, r *http.Request, s access.Scope, p changeProps, status int) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p.scope, p.Grant = s, s.GrantID()
	err = access.Read(r.Context(), s, func(tx *access.Tx) error { return m.fillChange(r.Context(), tx, id, &p) })
	if err != nil {
		return err
	}
	title := p.Change.PersonName + "的" + p.Change.Title() + "更正申请"
	return access.Page(w, r, s, access.View{Title: title, Status: status, Crumbs: []ui.Crumb{{Title: "更正申请", Href: "/changes"}}}, changePage(p))
}

func (m *Module) fillChange(ctx context.Context, tx *access.Tx, id int64, p *changeProps) error {
	var err error
	if p.Change, err = m.Store.change(ctx, tx, id); err != nil {
		return err
	}
	if p.Paper, err = m.Store.attachment(ctx, tx, p.Change.PersonID, p.Change.AttachmentID); err != nil {
		return err
	}
	p.Old, p.New = p.Change.OldText, p.Change.NewText
	if p.Revealed {
		then, err := m.Store.unseal(tx.Tenant(), p.Change.OldSealed)
		if err != nil {
			return err
		}
		next, err := m.Store.unseal(tx.Tenant(), p.Change.NewSealed)
		if err != nil {
			return err
		}
		p.Old, p.New = then.whole(p.Change.Field), next.whole(p.Change.Field)
	}
	if !p.due() {
		return nil
	}
	if p.Barred = p.Change.barred(p.scope); p.Barred != "" {
		p.Others, err = m.Store.colleagues(ctx, tx, p.Change)
		return err
	}
	err = m.Store.holds(ctx, tx, p.Change)
	if fault.Is(err, fault.KindConflict) {
		f := fault.Of(err)
		p.Stale, p.Conflict = f.Sentence, f.Differences
		return nil
	}
	return err
}

// revealChange shows both values in full to whoever has to do with the request, for a purpose.
func (m *Module) revealChange(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		c, err := m.Store.change(r.Context(), tx, id)
		if err != nil {
			return err
		}
		purpose, err := access.Asking{Act: "查看", What: c.PersonName + "更正申请的完整信息"}.Purpose(r.PostForm.Get("purpose"))
		if err != nil {
			return err
		}
		tx.Audit(access.Line{Action: "cadre.change.reveal", Object: "change_requests", ID: id, Person: c.PersonID,
			Summary: "查看" + c.PersonName + "更正申请中完整的" + c.Title(), Reason: purpose})
		return nil
	})
	if err != nil {
		return err
	}
	return m.changePage(w, r, s, changeProps{Revealed: true}, http.StatusOK)
}

// openEvidence opens the paper of a request to whoever has to do with it. A personal one asks for a purpose.
func (m *Module) openEvidence(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var a Attachment
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		c, err := m.Store.change(r.Context(), tx, id)
		if err != nil {
			return err
		}
		a, err = m.Store.attachment(r.Context(), tx, c.PersonID, c.AttachmentID)
		return err
	})
	if err != nil {
		return err
	}
	purpose := ""
	if a.Personal() {
		if purpose, err = (access.Asking{Act: "打开", What: "更正申请的依据:" + a.Title()}).Purpose(r.PostForm.Get("purpose")); err != nil {
			return err
		}
	}
	return m.sendAttachment(w, r, s, a, purpose)
}
