package cadre_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"touyan/internal/access"
	"touyan/internal/platform/idcard"
)

func wish(name, number string, village int64) url.Values {
	return url.Values{"id_number": {number}, "name": {name}, "village": {itoa(village)}, "effective_on": {"2026-11-16"}, "reason": {"工作调动"}}
}

func TestAPersonIsTakenOverAndTheHistoryStays(t *testing.T) {
	t.Parallel()
	var seen []int64 // villages whose posts the panel of another module could read
	h := register(t, func(ctx context.Context, tx *access.Tx, person int64) (access.Panel, error) {
		var n int64
		err := tx.QueryRow(ctx, `select count(*) from appointments where tenant_id = $1 and person_id = $2`, tx.Tenant(), person).Scan(&n)
		seen = append(seen, n)
		return access.Panel{Title: "月考评", Body: templ.Raw("x")}, err
	})
	n := number(born(1985, 2, 14), 1, idcard.Male)
	path := h.serving("B1", "王建国", n, "clerk", "2021-01-01")
	twin := h.serving("A1", "王建国", number(born(1985, 2, 14), 2, idcard.Male), "clerk", "2021-01-01")
	asking, releasing := h.As(access.TownshipClerk, "A"), h.As(access.TownshipClerk, "B")
	a1 := h.Units["A1"].Village

	// What does not fit is refused beside the field, in words that do not say who keeps the file.
	for sentence, f := range map[string]url.Values{
		"没有登记":   wish("王建国", number(born(1985, 2, 15), 1, idcard.Male), a1),
		"不一致":    wish("王建军", n, a1),
		"已在本乡镇":  wish("王建国", number(born(1985, 2, 14), 2, idcard.Male), a1),
		"校验位不符":  wish("王建国", "621202198502140018", a1),
		"请填写调入理": {"id_number": {n}, "name": {"王建国"}, "village": {itoa(a1)}, "effective_on": {"2026-11-16"}},
	} {
		a := asking.Post("/transfers", f).Want(http.StatusUnprocessableEntity)
		if text := a.Doc().Text(".field-error"); !strings.Contains(text, sentence) || strings.Contains(string(a.Body), "柏川") {
			t.Errorf("want %q: %q", sentence, text)
		}
	}
	asking.Post("/transfers", wish("王建国", n, h.Units["B1"].Village)).Want(http.StatusNotFound)
	if got := h.Count(`select count(*) from transfer_requests`); got != 0 {
		t.Fatalf("%d requests from bad forms", got)
	}
	asking.Post("/transfers", wish("王建国", n, a1)).Want(http.StatusSeeOther)
	if text := asking.Post("/transfers", wish("王建国", n, a1)).Want(http.StatusUnprocessableEntity).Doc().Text(".field-error"); !strings.Contains(text, "待办的调入申请") {
		t.Errorf("the same request again: %q", text)
	}
	page := asking.Get("/transfers").Doc()
	if text := page.Text("main"); strings.Contains(text, "柏川") || !strings.Contains(text, "待确认") {
		t.Errorf("the asking unit reads %q", text)
	}
	if page.Has(`form[action$="/confirm"]`) || !page.Has(`form[action$="/cancel"]`) {
		t.Error("the asking unit may answer itself, or not take it back")
	}
	if text := releasing.Get("/transfers").Doc().Text("main"); !strings.Contains(text, "马家沟1村") || !strings.Contains(text, "村文书") {
		t.Errorf("the releasing unit reads %q", text)
	}
	form := releasing.Get("/transfers").Doc().One(`form[action$="/confirm"]`)
	confirm, values := form.Attr("action"), url.Values(form.Fields())
	asking.Post(confirm, nil).Want(http.StatusNotFound)
	h.As(access.TownshipClerk, "C").Post(confirm, nil).Want(http.StatusNotFound)
	releasing.Post(strings.TrimSuffix(confirm, "confirm")+"cancel", nil).Want(http.StatusNotFound)
	releasing.Post(strings.TrimSuffix(confirm, "confirm")+"reject", nil).Want(http.StatusUnprocessableEntity)
	if got := h.Count(`select count(*) from transfer_requests where state = 'submitted'`); got != 1 {
		t.Fatal("a refused answer was stored")
	}
	asking.Get(path).Want(http.StatusNotFound)
	releasing.Post(confirm, values).Want(http.StatusSeeOther)
	releasing.Post(confirm, values).Want(http.StatusConflict)

	// The file has moved; the post stays where it was, ended on the day before.
	if got := h.Count(`select count(*) from persons where id = $1 and village_id = $2`, key(path), a1); got != 1 {
		t.Error("the file did not move")
	}
	if got := h.Count(`select count(*) from appointments where person_id = $1 and village_id = $2 and upper(during) = '2026-11-16' and way_out = 'transferred'`,
		key(path), h.Units["B1"].Village); got != 1 {
		t.Error("the post did not end where it was")
	}
	if got := h.Count(`select count(*) from appointments where person_id = $1 and upper_inf(during)`, key(twin)); got != 1 {
		t.Error("the namesake lost the post")
	}
	releasing.Get(path).Want(http.StatusNotFound)
	doc := asking.Get(path).Want(http.StatusOK).Doc()
	if strings.Contains(doc.Text("main"), "柏川镇") {
		t.Error("the history is shown unasked")
	}
	seen = nil
	doc = asking.Post(doc.One(`form[action$="/history"]`).Attr("action"), nil).Want(http.StatusOK).Doc()
	if text := doc.Text("main"); !strings.Contains(text, "柏川镇马家沟1村") || !strings.Contains(text, "调离") {
		t.Errorf("the history says %q", text)
	}
	if len(seen) != 1 || seen[0] != 1 {
		t.Errorf("panels see %v posts of the other unit", seen)
	}
	if got := h.Count(`select count(*) from audit_log where action = 'person.history' and person_id = $1`, key(path)); got != 1 {
		t.Error("the trail does not know who read the history")
	}
	if text := asking.Get("/transfers?state=confirmed").Doc().Text("tbody"); !strings.Contains(text, "柏川镇") || !strings.Contains(text, "已调入") {
		t.Errorf("the list of what is done says %q", text)
	}
	asking.Post("/transfers/export", nil).Want(http.StatusOK)
}

func TestARequestComesBackWithItsReasonAndNobodyAnswersHimself(t *testing.T) {
	t.Parallel()
	h := register(t)
	n := number(born(1985, 2, 14), 1, idcard.Male)
	path := h.serving("B1", "王建国", n, "clerk", "2021-01-01")
	asking, releasing, officer := h.As(access.TownshipClerk, "A"), h.As(access.TownshipClerk, "B"), h.As(access.DistrictOfficer, "甲")
	asking.Post("/transfers", wish("王建国", n, h.Units["A1"].Village)).Want(http.StatusSeeOther)
	reject := releasing.Get("/transfers").Doc().One(`form[action$="/reject"]`).Attr("action")
	releasing.Post(reject, url.Values{"answer": {"任期未满"}}).Want(http.StatusSeeOther)
	if text := asking.Get("/transfers").Doc().Text("tbody"); !strings.Contains(text, "任期未满") {
		t.Errorf("the asking unit reads %q", text)
	}
	tasks := func(role access.Role, unit string) (out string) {
		err := access.Read(context.Background(), h.Scope(role, unit), func(tx *access.Tx) error {
			list, err := h.module.Tasks(context.Background(), tx)
			for _, one := range list {
				out += one.Title + itoa(int64(one.Count)) + " "
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := tasks(access.TownshipClerk, "A"); got != "调入申请被退回1 " {
		t.Errorf("the asking clerk has to do: %q", got)
	}
	// The officer asks for a township and cannot answer his own request; the releasing unit can.
	officer.Post("/transfers", wish("王建国", n, h.Units["A1"].Village)).Want(http.StatusSeeOther)
	if got := tasks(access.DistrictOfficer, "甲") + "|" + tasks(access.TownshipClerk, "B") + "|" + tasks(access.TownshipClerk, "C"); got != "|调出待确认1 |" {
		t.Errorf("there is to do: %q", got)
	}
	confirm := releasing.Get("/transfers").Doc().One(`form[action$="/confirm"]`).Attr("action")
	officer.Post(confirm, nil).Want(http.StatusConflict)
	if got := h.Count(`select count(*) from persons where id = $1 and village_id = $2`, key(path), h.Units["B1"].Village); got != 1 {
		t.Fatal("the officer has answered himself")
	}
	officer.Post(strings.TrimSuffix(confirm, "confirm")+"cancel", nil).Want(http.StatusSeeOther)
	officer.Post(strings.TrimSuffix(confirm, "confirm")+"cancel", nil).Want(http.StatusConflict)
	releasing.Post(confirm, nil).Want(http.StatusConflict)
}

func TestAFileMovesWithinItsTownshipWithoutAsking(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.person("A1", "王建国", number(born(1985, 2, 14), 1, idcard.Male))
	clerk, officer := h.As(access.TownshipClerk, "A"), h.As(access.DistrictOfficer, "甲")
	to := func(unit string) url.Values { return url.Values{"village": {itoa(h.Units[unit].Village)}} }
	clerk.Post(path+"/village", to("B1")).Want(http.StatusNotFound)
	officer.Post(path+"/village", to("B1")).Want(http.StatusConflict)
	officer.Post(path+"/village", to("C1")).Want(http.StatusNotFound)
	clerk.Post(path+"/village", to("A2")).Want(http.StatusSeeOther)
	if got := h.Count(`select count(*) from persons where village_id = $1`, h.Units["A2"].Village); got != 1 {
		t.Error("the file did not move")
	}
}
