package cadre_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
)

// People type whole numbers into a search and a purpose, and name scans after them: what is kept of it is masked.
func TestANumberThatSomebodyTypesIsKeptNowhere(t *testing.T) {
	t.Parallel()
	h := register(t)
	id, phone := number(born(1985, 2, 14), 1, idcard.Male), "13893900001"
	path := h.serving("A1", "王建国", id, "clerk", "2021-01-01")
	clerk := h.As(access.TownshipClerk, "A")
	form := url.Values(clerk.Get("/cadres/export?q=" + phone).Want(http.StatusOK).Doc().One(`main form`).Fields())
	form.Set("purpose", "核对"+phone+"是谁的")
	clerk.Post("/cadres/export", form).Want(http.StatusOK)
	if n := h.Count(`select count(*) from audit_log where action = 'export' and detail->>'filter' = '搜索:138****0001' and reason = '核对138****0001是谁的'`); n != 1 {
		t.Error("the trail does not hold the export, masked")
	}
	if doc := clerk.Post("/cadres/filters", url.Values{"name": {"他"}, "query": {"q=" + phone}}).Want(http.StatusUnprocessableEntity).Doc(); !strings.Contains(doc.Text(".field-error"), "不能存为常用筛选") {
		t.Errorf("a number was kept as a filter: %q", doc.Text("main"))
	}
	clerk.PostFile(path+"/attachments", url.Values{"kind": {"identity"}}, "file", "王建国"+id+".pdf", certificate("x")).Want(http.StatusSeeOther)
	if text := clerk.Get(path + "/attachments").Doc().Text("tbody"); !strings.Contains(text, "王建国"+id[:3]+"___________"+id[14:]+".pdf") {
		t.Errorf("the papers are %q", text)
	}
	if n := h.Count(`select (select count(*) from audit_log where summary || reason || detail::text ~ $1) + (select count(*) from attachments where file_name ~ $1)
		+ (select count(*) from saved_filters)`, id+"|"+phone); n != 0 {
		t.Errorf("%d rows hold a number", n)
	}
}
