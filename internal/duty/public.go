package duty

import (
	"net/http"

	"touyan/internal/access"
)

// publicRoutes are the pages that open by the secret in a link alone. The secret makes the scope (see access.Core.FromConsent
// and FromStanding): one roster, one swap or one person's own days, and nothing else.
func (m *Module) publicRoutes() []access.PublicRoute {
	return []access.PublicRoute{
		{Method: http.MethodGet, Path: "/duty/consent/{token}", Why: "a colleague without an account reads which swap he is asked for", Do: m.AskConsent},
		{Method: http.MethodPost, Path: "/duty/consent/{token}", Why: "and agrees to it, once, by the secret in the link", Do: m.GiveConsent},
		{Method: http.MethodGet, Path: "/duty/feed/{token}", Why: "a phone's calendar cannot log in; the secret in the link opens one person's own duty days", Do: m.Calendar},
		{Method: http.MethodGet, Path: "/duty/wall/{token}", Why: "villagers read the roster that hangs on their wall, by the secret in its code", Do: m.Posted},
	}
}
