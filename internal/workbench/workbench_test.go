package workbench_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/crypt"
	"touyan/internal/testkit"
	"touyan/internal/workbench"
)

// day is so many days after the present moment of a World.
func day(n int) time.Time { return testkit.Now.AddDate(0, 0, n) }

// desk is a house whose first page has the tasks and steps given; a task of the unit's name shows whose scope it was asked in.
func desk(t *testing.T, tasks []access.Task, steps ...workbench.Step) *testkit.World {
	t.Helper()
	var list []workbench.StepSource
	for _, s := range steps {
		list = append(list, func(context.Context, *access.Tx) (workbench.Step, error) { return s, nil })
	}
	return testkit.NewWorld(t, func(*crypt.Keys) []access.Module {
		return []access.Module{workbench.New(list).Module(),
			{Name: "unit", Tasks: func(_ context.Context, tx *access.Tx) ([]access.Task, error) {
				return []access.Task{{Title: "单位", Detail: tx.Scope().Unit(), Href: "/unit", Act: "查看"}}, nil
			}},
			{Name: "others", Tasks: func(context.Context, *access.Tx) ([]access.Task, error) { return tasks, nil }},
			{Name: "silent"}}
	}).Serve()
}

func TestTasksStandInTheOrderInWhichTheyAreDue(t *testing.T) {
	t.Parallel()
	w := desk(t, []access.Task{
		{Title: "没有期限", Href: "/c", Act: "查看"},
		{Title: "后天到期", Count: 3, Href: "/b", Act: "去办理", Due: day(2)},
		{Title: "已经逾期", Count: 112, Total: 156, Href: "/a", Act: "去办理", Due: day(-4)},
		{Title: "下周到期", Href: "/d", Act: "去办理", Due: day(8)},
	})
	page := w.As(access.TownshipClerk, "A").Get("/").Want(http.StatusOK).Doc()
	var titles []string
	for _, li := range page.All("li.todo") {
		titles = append(titles, li.Doc().Text("strong"))
	}
	if got := strings.Join(titles, " "); got != "已经逾期 后天到期 下周到期 单位 没有期限" {
		t.Errorf("order: %s", got)
	}
	late := page.All("li.todo")[0]
	for _, want := range []string{"112/156", "11月19日截止", "逾期4天"} {
		if !strings.Contains(strings.ReplaceAll(late.Text(), " ", ""), want) {
			t.Errorf("the late task does not say %s: %s", want, late.Text())
		}
	}
	if soon := page.All("li.todo")[1].Text(); !strings.Contains(soon, "还有2天") {
		t.Errorf("the task due soon says %q", soon)
	}
	if page.All("li.todo")[2].Doc().Has(".tag") {
		t.Error("a task due next week is marked")
	}
	if href := late.Doc().One("a").Attr("href"); href != "/a" {
		t.Errorf("the way there is %s", href)
	}
}

func TestTasksAreAskedInTheScopeOfTheOwnUnit(t *testing.T) {
	t.Parallel()
	w := desk(t, nil)
	for role, unit := range map[access.Role]string{access.TownshipClerk: "A", access.TownshipLeader: "C", access.DistrictLeader: "甲"} {
		if got := w.As(role, unit).Get("/").Doc().Text("li.todo .hint"); got != w.Units[unit].Name {
			t.Errorf("%s at %s: %q", role, unit, got)
		}
	}
}

func TestOthersGoToTheirOwnFirstPage(t *testing.T) {
	t.Parallel()
	w := desk(t, nil)
	for role, c := range map[access.Role]struct{ unit, to string }{access.PlatformAdmin: {"", "/districts"},
		access.VillageSecretary: {"A1", "/village"}, access.VillageClerk: {"A1", "/village"}} {
		if a := w.As(role, c.unit).Get("/").Want(http.StatusSeeOther); a.Location() != c.to {
			t.Errorf("%s goes to %s", role, a.Location())
		}
	}
}

func TestTheStartListStandsUntilItIsDone(t *testing.T) {
	t.Parallel()
	first := workbench.Step{Title: "核对区划", Href: "/divisions", Done: true}
	w := desk(t, nil, first, workbench.Step{Title: "开设账号", Hint: "还没有账号", Href: "/accounts/bulk"},
		workbench.Step{Title: "启用方案", Who: "由区委组织部干部办理"})
	page := w.As(access.DistrictAdmin, "甲").Get("/").Doc()
	steps := page.All("li.step")
	if len(steps) != 3 {
		t.Fatalf("%d steps", len(steps))
	}
	if !strings.Contains(steps[0].Text(), "已完成") || steps[0].Doc().Has("a") {
		t.Errorf("the first step is not ticked: %s", steps[0].Text())
	}
	if steps[1].Doc().One("a").Attr("href") != "/accounts/bulk" {
		t.Error("the second step leads nowhere")
	}
	if steps[2].Doc().Has("a") || !strings.Contains(steps[2].Text(), "由区委组织部干部办理") {
		t.Errorf("the third step is somebody else's: %s", steps[2].Text())
	}
	if w.As(access.TownshipClerk, "A").Get("/").Doc().Has("li.step") {
		t.Error("a clerk sees the district's start list")
	}
	if desk(t, nil, first).As(access.DistrictAdmin, "甲").Get("/").Doc().Has("li.step") {
		t.Error("a finished start list stays")
	}
}
