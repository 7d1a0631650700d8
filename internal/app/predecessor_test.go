package app_test

import (
	"net/http"
	"strings"
	"testing"

	"touyan/internal/testkit"
)

// The demonstration's merged village: the successor's secretary reads it under 切换身份, and writes nothing there.
func TestTheMergedVillageOfTheDemonstrationIsReadByItsSuccessor(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	c := h.client("majie-fanjiashan")
	var old *testkit.Node
	for _, li := range c.Get("/switch").Want(http.StatusOK).Doc().All("li.todo") {
		if strings.Contains(li.Text(), "老坪村") {
			old = &li
		}
	}
	if old == nil {
		t.Fatal("the merged village stands nowhere to choose")
	}
	fields := old.Doc().One("form").Fields()
	c.Post("/switch", fields).Want(http.StatusSeeOther)
	page := c.Get("/village").Want(http.StatusOK).Doc()
	if !strings.Contains(page.Text("body"), "老坪村") {
		t.Errorf("the page of the merged village: %s", page.Text("body"))
	}
	c.Post("/village/objections/new", map[string][]string{"_grant": fields["grant"], "text": {"异议"}}).Want(http.StatusForbidden)
	c.Post("/switch", map[string][]string{"_grant": fields["grant"], "grant": fields["_grant"]}).Want(http.StatusSeeOther)
	if page := c.Get("/village").Want(http.StatusOK).Doc(); strings.Contains(page.Text("body"), "老坪村") || !strings.Contains(page.Text("body"), "樊家山村") {
		t.Error("back under the own identity the page is another village's")
	}
}
