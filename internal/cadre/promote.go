package cadre

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// promoteForm is a promotion (提拔使用) as typed.
type promoteForm struct {
	Kind     string `form:"kind"`
	ToPost   string `form:"to_post"`
	On       string `form:"on"`
	Doc      string `form:"doc"`
	Note     string `form:"note"`
	EndPosts string `form:"end_posts"`
	LastDay  string `form:"last_day"`
	Village  int64  `form:"village"`      // of a professionally managed secretary
	Contract string `form:"contract_end"` // of such a one
}

// promotion is one, checked.
type promotion struct {
	Kind, ToPost, Doc, Note string
	On                      time.Time
	LastDay                 *time.Time // the village posts end on it; nil: they go on
	Village                 int64
	Contract                *time.Time
}

// professional tells whether the person stays in a village, now under professional management.
func (p promotion) professional() bool { return p.Kind == "professional_secretary" }

func (f promoteForm) check(today time.Time) (promotion, []ui.Problem) {
	p := promotion{Kind: f.Kind, ToPost: strings.TrimSpace(f.ToPost), Doc: strings.TrimSpace(f.Doc), Note: strings.TrimSpace(f.Note), Village: f.Village}
	var problems []ui.Problem
	bad := func(refused bool, field, sentence string) {
		if refused {
			problems = append(problems, ui.Problem{Field: "promote-" + field, Sentence: sentence})
		}
	}
	bad(f.Kind == "" || !has(PromotionKinds, f.Kind), "kind", "请选择去向")
	var err error
	p.On, err = time.Parse(time.DateOnly, f.On)
	bad(err != nil, "on", "日期应写成 2026-10-31 的形式,且是存在的日期")
	bad(err == nil && month.Day(p.On).After(today), "on", "日期不能在今天之后")
	bad(err == nil && p.On.Year() < 1949, "on", "日期早于1949年,请核对")
	bad(len([]rune(p.ToPost)) > 100 || len([]rune(p.Doc)) > 100 || len([]rune(p.Note)) > 100, "to_post", "职务、文号、备注各最多100字")
	if !p.professional() {
		bad(p.ToPost == "", "to_post", "请填写新任职务")
		if f.EndPosts != "" {
			last := p.On.AddDate(0, 0, -1)
			if f.LastDay != "" {
				last, err = time.Parse(time.DateOnly, f.LastDay)
				bad(err != nil, "last_day", "日期应写成 2026-10-31 的形式,且是存在的日期")
				bad(err == nil && month.Day(last).After(today), "last_day", "最后任职日期不能在今天之后")
			}
			p.LastDay = &last
		}
		return p, problems
	}
	bad(f.Village == 0, "village", "请选择任专业化管理书记的村(社区)")
	if f.Contract != "" {
		ends, err := time.Parse(time.DateOnly, f.Contract)
		bad(err != nil, "contract_end", "日期应写成 2026-10-31 的形式,且是存在的日期")
		bad(err == nil && !ends.After(p.On), "contract_end", "合同到期日不能早于任职日期")
		p.Contract = &ends
	}
	return p, problems
}

// Promote writes a promotion and what follows for the posts in one transaction: they end, or go on under professional
// management. posts are those of the person that go on within the scope.
func (st Store) Promote(ctx context.Context, tx *access.Tx, p Person, posts []Appointment, pr promotion) error {
	// The file stays locked, so that a second click finds the first one's promotion.
	if _, _, err := st.lockFile(ctx, tx, p.ID); err != nil {
		return err
	}
	if p.DiedOn != nil || p.VoidedAt != nil {
		return fault.Conflict("%s%s,不能登记提拔", p.Name, p.State())
	}
	var id int64
	from := orElse(p.Title(), "村(社区)干部")
	err := tx.QueryRow(ctx, `insert into promotions (tenant_id, township_id, village_id, person_id, kind, from_post, to_post, promoted_on, doc_no, note)
		select p.tenant_id, p.township_id, p.village_id, p.id, @kind::text, @from::text, @to::text, @on::date, @doc::text, @note::text from persons p
		where p.tenant_id = @tenant and p.id = @person and not exists (select from promotions x where x.tenant_id = p.tenant_id and x.person_id = p.id
			and x.kind = @kind and x.promoted_on = @on::date) returning id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "kind": pr.Kind,
		"from": from, "to": orElse(pr.ToPost, "专业化管理村党组织书记"), "on": pr.On, "doc": pr.Doc, "note": pr.Note}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Conflict("%s当天的这一项提拔已经登记,没有重复登记", p.Name)
	}
	if err != nil {
		return err
	}
	tx.Audit(access.Line{Action: "cadre.promote", Object: "promotions", ID: id, Person: p.ID, Summary: p.Name + "提拔使用:" + wordOf(PromotionKinds, pr.Kind),
		Detail: map[string]any{"from": from, "to": pr.ToPost, "on": pr.On.Format(time.DateOnly), "document": pr.Doc}})
	if pr.professional() {
		return st.professionalise(ctx, tx, p, posts, pr)
	}
	if pr.LastDay == nil {
		return nil
	}
	for _, a := range posts {
		if err := st.Leave(ctx, tx, p, a.ID, *pr.LastDay, "promoted", pr.Doc, ""); err != nil {
			return err
		}
	}
	return nil
}

// professionalise ends the paid posts in the village and begins them anew under professional management, since one person is
// paid from one source. Who was no secretary there becomes it.
func (st Store) professionalise(ctx context.Context, tx *access.Tx, p Person, posts []Appointment, pr promotion) error {
	begin := []string{"party_secretary"}
	for _, a := range posts {
		if a.VillageID != pr.Village || !a.IsPaid && a.PositionCode != "party_secretary" || resident[a.PositionCode] {
			continue
		}
		if err := st.Leave(ctx, tx, p, a.ID, pr.On.AddDate(0, 0, -1), "promoted", pr.Doc, "转为专业化管理"); err != nil {
			return err
		}
		if !slices.Contains(begin, a.PositionCode) {
			begin = append(begin, a.PositionCode)
		}
	}
	for _, code := range begin {
		a := Appointment{VillageID: pr.Village, PositionCode: code, ManagementType: "professional", PayScheme: "institution", IsPaid: true, FromOn: pr.On,
			WayIn: "recruited", DocNo: pr.Doc, ContractEndsOn: pr.Contract}
		if err := st.Appoint(ctx, tx, p, a); err != nil {
			return err
		}
	}
	return nil
}
