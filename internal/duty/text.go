package duty

import (
	"fmt"
	"net/http"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

type textProps struct {
	Roster int64
	Wall   wall
}

// text is the month as a message: heading, phone, then a line per day. Signs that only a formatted page understands are
// left out, since it ends in a chat.
func (w wall) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s值班安排(%s)\n", w.Village, w.Month.Title(), w.Edition())
	if w.Phone != "" {
		fmt.Fprintf(&b, "值班电话:%s\n", w.Phone)
	}
	for n := 1; n <= w.Month.Days(); n++ {
		d := w.day(n)
		var names []string
		for _, a := range d.Posts {
			name := a.Name
			if a.StandIn {
				name += "(代班)"
			}
			if a.Shift != "" {
				name = w.Shifts.Title(a.Shift) + name
			}
			names = append(names, name)
		}
		if d.Empty {
			names = append(names, "空岗")
		}
		word := ""
		if d.Word != "" {
			word = "(" + d.Word + ")"
		}
		fmt.Fprintf(&b, "%d日 %s%s %s\n", n, weekday(w.Month.Date(n)), word, strings.Join(names, "、"))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// showText shows the month as text to copy (复制本月值班安排).
func (m *Module) showText(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := textProps{Roster: id}
	var roster Roster
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if roster, err = m.hung(r.Context(), tx, id); err != nil {
			return err
		}
		list, _, err := m.Store.walls(r.Context(), tx, roster.Month, []Roster{roster})
		if err == nil {
			p.Wall = list[0]
		}
		return err
	})
	if err != nil {
		return err
	}
	v := access.View{Title: "复制本月值班安排", Crumbs: []ui.Crumb{{Title: roster.VillageName + roster.Month.Title() + "值班安排", Href: rosterPath(id)}},
		Scripts: []string{"js/copy.js"}}
	return access.Page(w, r, s, v, textPage(p))
}
