package duty

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

const phonesPath = "/duty/phones"

func (m *Module) phoneRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: phonesPath, Need: PermPhone, Do: m.showPhones},
		{Method: http.MethodPost, Path: phonesPath, Need: PermPhone, Do: m.savePhones},
	}
}

// phoneForm is a number that can be dialled, with an extension.
var phoneForm = regexp.MustCompile(`^[0-9][0-9 \-—()()转、/]{2,29}$`)

// phoneLine is the duty phone of a village, entered for display: the file's number of a person is never taken.
type phoneLine struct {
	VillageID   int64
	VillageName string
	Phone       string
	Typed       string
}

func (l phoneLine) field() string { return fmt.Sprintf("p.%d", l.VillageID) }

// drawn is the field with what the page was drawn with.
func (l phoneLine) drawn() string { return fmt.Sprintf("w.%d", l.VillageID) }

type phonesProps struct {
	Lines    []phoneLine
	Same     string // one number for all villages without one
	Scope    access.Scope
	Problems []ui.Problem
}

// phones lists the phones on the rosters from this month on, the latest one of each village, in the order of the tree.
func (Store) phones(ctx context.Context, tx *access.Tx, lock bool) ([]phoneLine, error) {
	if lock {
		if _, err := tx.Exec(ctx, `select id from duty_rosters where tenant_id = @tenant and month >= @now order by id for update`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "now": month.Of(tx.Scope().Now())}); err != nil {
			return nil, err
		}
	}
	rows, err := tx.Query(ctx, `select village_id, village_name, phone, phone as typed from (
			select distinct on (r.village_id) r.village_id, r.village_name, r.phone, v.code
			from duty_rosters r join villages v on v.tenant_id = r.tenant_id and v.township_id = r.township_id and v.id = r.village_id
			where r.tenant_id = @tenant and r.month >= @now order by r.village_id, r.month desc
		) x order by code`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "now": month.Of(tx.Scope().Now())})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[phoneLine])
}

func (Store) setPhones(ctx context.Context, tx *access.Tx, list []phoneLine) error {
	var villages []int64
	var phones []string
	detail := map[string]any{}
	for _, l := range list {
		villages, phones = append(villages, l.VillageID), append(phones, l.Typed)
		detail[l.VillageName] = l.Phone + " → " + l.Typed
	}
	_, err := tx.Exec(ctx, `update duty_rosters r set phone = u.phone from unnest(@villages::bigint[], @phones::text[]) as u (village, phone)
		where r.tenant_id = @tenant and r.village_id = u.village and r.month >= @now`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"villages": villages, "phones": phones, "now": month.Of(tx.Scope().Now())})
	tx.Audit(access.Line{Action: "duty.phone", Object: "duty_rosters", Summary: fmt.Sprintf("修改值班电话:%d个村(社区)", len(list)), Detail: detail})
	return err
}

func (m *Module) showPhones(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := phonesProps{}
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		p.Lines, err = m.Store.phones(r.Context(), tx, false)
		return err
	})
	if err != nil {
		return err
	}
	return m.drawPhones(w, r, s, p, http.StatusOK)
}

func (m *Module) drawPhones(w http.ResponseWriter, r *http.Request, s access.Scope, p phonesProps, status int) error {
	p.Scope = s
	v := access.View{Title: "值班电话", Status: status, Crumbs: []ui.Crumb{{Title: "值班安排", Href: "/duty"}}}
	if s.Level() == pg.Village {
		v.Crumbs = []ui.Crumb{{Title: "本村首页", Href: "/village"}}
	}
	return access.Page(w, r, s, v, phonesPage(p))
}

func (m *Module) savePhones(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	if err := httpx.ParseForm(w, r, false); err != nil {
		return err
	}
	p, changed, stale := phonesProps{}, []phoneLine(nil), false
	err := access.InScope(r.Context(), s, func(tx *access.Tx) (err error) {
		if p.Lines, err = m.Store.phones(r.Context(), tx, true); err != nil {
			return err
		}
		if changed, stale, err = p.take(r.PostForm); err != nil || len(p.Problems) > 0 || len(changed) == 0 {
			return err
		}
		return m.Store.setPhones(r.Context(), tx, changed)
	})
	switch {
	case err != nil:
		return err
	case stale:
		return m.drawPhones(w, r, s, p, http.StatusConflict)
	case len(p.Problems) > 0:
		return m.drawPhones(w, r, s, p, http.StatusUnprocessableEntity)
	}
	access.Flash(r, s, "success", fmt.Sprintf("已保存,%d个村(社区)的值班电话有变化;已张贴的值班表请重新打印", len(changed)))
	return httpx.SeeOther(w, r, phonesPath)
}

// take reads the form: what changed, and whether somebody else changed one of them meanwhile.
func (p *phonesProps) take(form url.Values) (changed []phoneLine, stale bool, err error) {
	for name := range form {
		if rest, ok := strings.CutPrefix(name, "p."); ok {
			id, err := strconv.ParseInt(rest, 10, 64)
			if err != nil || !slices.ContainsFunc(p.Lines, func(l phoneLine) bool { return l.VillageID == id }) {
				return nil, false, fault.NotFound()
			}
		}
	}
	bad := func(field, sentence string) {
		p.Problems = append(p.Problems, ui.Problem{Field: field, Sentence: sentence})
	}
	const sentence = "值班电话应为3到30位的数字,可带区号和分机"
	p.Same = strings.TrimSpace(form.Get("same"))
	if p.Same != "" && !phoneForm.MatchString(p.Same) {
		bad("same", sentence)
	}
	for i := range p.Lines {
		l := &p.Lines[i]
		if form.Has(l.field()) {
			l.Typed = strings.TrimSpace(form.Get(l.field()))
		}
		if l.Typed == "" {
			l.Typed = p.Same
		}
		switch {
		case l.Typed == l.Phone:
		case l.Typed != "" && l.Typed != p.Same && !phoneForm.MatchString(l.Typed):
			bad(l.field(), l.VillageName+":"+sentence)
		case form.Has(l.drawn()) && form.Get(l.drawn()) != l.Phone:
			stale = true
			bad(l.field(), fmt.Sprintf("%s:刚被其他人改为“%s”,您填写的没有保存", l.VillageName, l.Phone))
		default:
			changed = append(changed, *l)
		}
	}
	return changed, stale, nil
}
