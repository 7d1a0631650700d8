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

// own is the line's number where the village has one of its own, not the township's.
func (l phoneLine) own(township string) string {
	if l.Typed == township {
		return ""
	}
	return l.Typed
}

type phonesProps struct {
	Lines    []phoneLine
	Township string // its number, which villages without one of their own show
	Typed    string // the township's number as typed
	Scope    access.Scope
	Problems []ui.Problem
}

func (m *Module) fillPhones(ctx context.Context, tx *access.Tx, lock bool, p *phonesProps) (err error) {
	if p.Lines, err = m.Store.phones(ctx, tx, lock); err != nil {
		return err
	}
	p.Township, err = m.Store.townshipPhone(ctx, tx)
	p.Typed = p.Township
	return err
}

// townshipPhone is the number of the township of the scope, empty where it has none.
func (Store) townshipPhone(ctx context.Context, tx *access.Tx) (phone string, err error) {
	err = tx.QueryRow(ctx, `select coalesce((select phone from duty_phones where tenant_id = @tenant and township_id = @township), '')`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": tx.Scope().Township()}).Scan(&phone)
	return phone, err
}

// setTownshipPhone keeps the township's number; the villages that show it are written like those that change their own.
func (Store) setTownshipPhone(ctx context.Context, tx *access.Tx, before, phone string) error {
	s := tx.Scope()
	_, err := tx.Exec(ctx, `insert into duty_phones (tenant_id, township_id, phone, set_by, set_at) values (@tenant, @township, @phone, @by, @now)
		on conflict (tenant_id, township_id) do update set phone = excluded.phone, set_by = excluded.set_by, set_at = excluded.set_at`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": s.Township(), "phone": phone, "by": s.Name(), "now": s.Now()})
	tx.Audit(access.Line{Action: "duty.phone", Object: "duty_phones", ID: s.Township(), Summary: "修改" + s.Unit() + "值班电话", Detail: map[string]any{
		"before": before, "after": phone}})
	return err
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
	err := access.Read(r.Context(), s, func(tx *access.Tx) error { return m.fillPhones(r.Context(), tx, false, &p) })
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
		if err := m.fillPhones(r.Context(), tx, true, &p); err != nil {
			return err
		}
		if changed, stale, err = p.take(r.PostForm, s.Level() == pg.Township); err != nil || len(p.Problems) > 0 {
			return err
		}
		if p.Typed != p.Township {
			if err := m.Store.setTownshipPhone(r.Context(), tx, p.Township, p.Typed); err != nil {
				return err
			}
		}
		if len(changed) == 0 {
			return nil
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
	said := "已保存"
	if n := len(changed); n > 0 {
		said = fmt.Sprintf("已保存,%d个村(社区)的值班电话有变化;已张贴的值班表请重新打印", n)
	}
	access.Flash(r, s, "success", said)
	return httpx.SeeOther(w, r, phonesPath)
}

// take reads the form: what changed, and whether somebody else changed one of them meanwhile.
func (p *phonesProps) take(form url.Values, township bool) (changed []phoneLine, stale bool, err error) {
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
	if township && form.Has("same") {
		p.Typed = strings.TrimSpace(form.Get("same"))
	}
	switch {
	case p.Typed == p.Township:
	case p.Typed != "" && !phoneForm.MatchString(p.Typed):
		bad("same", sentence)
	case form.Has("w.same") && form.Get("w.same") != p.Township:
		stale = true
		bad("same", fmt.Sprintf("刚被其他人改为“%s”,您填写的没有保存", p.Township))
	}
	for i := range p.Lines {
		l := &p.Lines[i]
		if l.Typed = l.own(p.Township); form.Has(l.field()) {
			l.Typed = strings.TrimSpace(form.Get(l.field()))
		}
		if l.Typed == "" {
			l.Typed = p.Typed
		}
		switch {
		case l.Typed == l.Phone:
		case l.Typed != "" && l.Typed != p.Typed && !phoneForm.MatchString(l.Typed):
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
