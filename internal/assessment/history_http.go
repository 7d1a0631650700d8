package assessment

import (
	"net/http"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
)

func (m *Module) historyRoutes() []access.Route {
	return []access.Route{{Method: http.MethodGet, Path: "/assessment/sheets/{id}/history", Need: PermRead, Do: m.showHistory}}
}

// showHistory lists every act on a sheet with who, when and why.
func (m *Module) showHistory(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var sheet Sheet
	var events []Event
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if sheet, err = m.Store.Sheet(r.Context(), tx, id, false); err != nil {
			return err
		}
		events, err = m.Store.Events(r.Context(), tx, id, eventLimit)
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "办理记录", Crumbs: sheetCrumbs(sheet, true)}, historyPage(sheet, events))
}
