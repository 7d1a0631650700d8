package account

import (
	"net/http"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/qrcode"
	"touyan/web/ui"
)

// slip is a 账号通知单: what the holder needs, shown once.
type slip struct {
	Username, Name, Unit, Code string
	Role                       access.Role
}

type slipProps struct {
	Slips   []slip
	URL     string
	QR      qrcode.Code
	Back    string
	Until   string
	Contact string
}

// slipsPerSheet is how many slips fit on an A4 sheet; the server cuts, since old browsers break a grid anywhere.
const slipsPerSheet = 8

// sheets cuts the slips into pages of paper.
func (p slipProps) sheets() [][]slip {
	var out [][]slip
	for rest := p.Slips; len(rest) > 0; {
		n := min(slipsPerSheet, len(rest))
		out = append(out, rest[:n])
		rest = rest[n:]
	}
	return out
}

// slips answers a post with the codes. They are shown this once: nothing keeps them in the clear. A single code stands
// on a page, to be read over the phone; many stand on paper, one slip per village.
func (m *Module) slips(w http.ResponseWriter, r *http.Request, s access.Scope, title string, list []slip, back string) error {
	w.Header().Set("Cache-Control", "no-store")
	p := slipProps{Slips: list, URL: m.url + "/login/code", Back: back, Until: s.Now().Add(24 * time.Hour).Format("2006-01-02 15:04"), Contact: s.Name()}
	code, err := qrcode.Encode(p.URL)
	if err != nil {
		return err
	}
	p.QR = code
	if len(list) == 1 {
		return access.Page(w, r, s, access.View{Title: title, Crumbs: listCrumbs, Print: true}, slipPage(p))
	}
	return httpx.HTML(w, r, http.StatusOK, ui.PrintPage(ui.Print{Title: title, Back: back}, slipSheets(p)))
}
