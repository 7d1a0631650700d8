package cadre_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/lrmx"
	"touyan/internal/testkit"
)

// waiting are the rows of the list of waiting files on a page, each as its text.
func waiting(c *testkit.Client, page string) (rows []string) {
	for _, row := range c.Get(page).Want(http.StatusOK).Doc().All("#waiting tbody tr") {
		rows = append(rows, row.Text())
	}
	return rows
}

// asked are the tasks of the importer on the first page of a role.
func (h *house) asked(s access.Scope) (list []access.Task) {
	h.T.Helper()
	err := access.Read(context.Background(), s, func(tx *access.Tx) (err error) {
		list, err = h.importer.Module().Tasks(context.Background(), tx)
		return err
	})
	if err != nil {
		h.T.Fatal(err)
	}
	return list
}

func TestAnUploadIsLeftAndFoundAgain(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk := h.As(access.TownshipClerk, "A")
	colleague := h.NewMember("second", access.NewAccount{Username: "second-clerk", Name: "同事", Role: access.TownshipClerk}, "A")
	second := h.Guest()
	second.Login(colleague.Username, colleague.Password)
	if list := waiting(clerk, "/cadres/import"); len(list) != 0 || len(h.asked(h.Scope(access.TownshipClerk, "A"))) != 0 {
		t.Fatalf("something waits before anything was sent: %v", list)
	}
	good := sheet(t, header, row(1, nil), row(2, nil))
	left, _ := previewOf(clerk, "花名册.xlsx", good)
	previewOf(clerk, "有误.xlsx", sheet(t, header, row(3, map[int]any{3: "621202198502140018"}), row(4, nil)))
	wrong := append([]any{}, header...)
	wrong[3] = "号码列"
	previewOf(clerk, "表头.xlsx", sheet(t, wrong, row(5, nil)))
	// The look-alike of a sibling township, and of the district above it.
	others := []*testkit.Client{second, h.As(access.TownshipClerk, "B"), h.As(access.DistrictOfficer, "甲"), h.As(access.TownshipClerk, "C")}
	for i, c := range others[1:] {
		previewOf(c, "花名册.xlsx", sheet(t, header, row(6+i, nil)))
	}
	list := waiting(clerk, "/cadres/import")
	if len(list) != 3 {
		t.Fatalf("the page lists %q", list)
	}
	for i, want := range [][]string{{"表头.xlsx", "—", "表头待核对"}, {"有误.xlsx", "2", "1"}, {"花名册.xlsx", "2026-", "2", "0", "继续", "放弃"}} {
		for _, word := range want {
			if !strings.Contains(list[i], word) {
				t.Errorf("row %d says %q, not %s", i+1, list[i], word)
			}
		}
	}
	if tasks := h.asked(h.Scope(access.TownshipClerk, "A")); len(tasks) != 1 || tasks[0].Count != 3 || tasks[0].Href != "/cadres/import" {
		t.Errorf("the first page lists %+v", tasks)
	}
	for i, c := range others {
		if list := waiting(c, "/cadres/import"); len(list) != min(i, 1) {
			t.Errorf("account %d sees %q", i, list)
		}
		c.Get(left).Want(http.StatusNotFound)
		c.Post(left+"/drop", nil).Want(http.StatusNotFound)
		c.Post(left+"/confirm", nil).Want(http.StatusNotFound)
	}
	if n := h.Count(`select count(*) from import_batches where state = 'preview' and length(content) > 0`); n != 6 {
		t.Errorf("%d uploads wait after others asked to drop one", n)
	}
	clerk.Get(left).Want(http.StatusOK)
	clerk.Post(left+"/confirm", nil).Want(http.StatusSeeOther)
	if list := waiting(clerk, "/cadres/import"); len(list) != 2 {
		t.Errorf("after the confirmation: %q", list)
	}
	clerk.Post(left+"/drop", nil).Want(http.StatusConflict)
	if n := h.Count(`select count(*) from persons`); n != 2 {
		t.Errorf("%d people", n)
	}
}

func TestAnUploadIsGivenUpInOneTabAndConfirmedInAnother(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk := h.As(access.TownshipClerk, "A")
	for page, file := range map[string][]byte{"/cadres/import": sheet(t, header, row(1, nil)),
		"/cadres/forms/import": []byte(fileOf(t, lrmx.Form{XingMing: "赵㛃", ShenFenZheng: id(1, idcard.Male), XianRenZhiWu: "马家沟1村文书"}))} {
		name := "上报.lrmx"
		at := clerk.PostFile(page, nil, "file", name, file).Want(http.StatusSeeOther).Location()
		if list := waiting(clerk, page); len(list) != 1 || !strings.Contains(list[0], name) || !strings.Contains(list[0], "1") {
			t.Fatalf("%s lists %q", page, list)
		}
		if tasks := h.asked(h.Scope(access.TownshipClerk, "A")); len(tasks) != 1 || tasks[0].Href != at || tasks[0].Detail != name {
			t.Errorf("%s: the first page lists %+v", page, tasks)
		}
		drop := clerk.Get(page).Doc().One(`#waiting form`).Attr("action")
		for range 2 { // pressed twice
			if a := clerk.Post(drop, nil).Want(http.StatusSeeOther); a.Location() != page {
				t.Errorf("giving up leads to %s", a.Location())
			}
		}
		if a := clerk.Post(at+"/confirm", nil).Want(http.StatusConflict); !strings.Contains(a.Doc().Text("main"), "已放弃") {
			t.Errorf("the confirmation says %q", a.Doc().Text("main"))
		}
		doc := clerk.Get(at).Want(http.StatusOK).Doc()
		if !strings.Contains(doc.Text("main"), "已放弃") || doc.Has(`form[action$="/confirm"]`) || len(waiting(clerk, page)) != 0 {
			t.Errorf("the preview that was given up: %s", doc.Text("main"))
		}
	}
	if n := h.Count(`select count(*) from persons`) + h.Count(`select count(*) from import_batches where length(content) > 0`); n != 0 {
		t.Errorf("%d people or contents are there", n)
	}
	if n := h.Count(`select count(*) from audit_log where action = 'cadre.import.drop'`); n != 2 {
		t.Errorf("%d lines in the trail", n)
	}
}

func TestACorrectedFileTakesThePlaceOfTheWrongOne(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk, neighbour := h.As(access.TownshipClerk, "A"), h.As(access.TownshipClerk, "B")
	wrong := sheet(t, header, row(1, map[int]any{3: "621202198502140018"}))
	first, _ := previewOf(clerk, "花名册.xlsx", wrong)
	previewOf(neighbour, "花名册.xlsx", wrong)
	previewOf(clerk, "另一个.xlsx", wrong)
	previewOf(clerk, "问题行-花名册.xlsx", wrong)
	for range 2 { // a file that is right stays beside another of its name
		previewOf(clerk, "花名册.xlsx", sheet(t, header, row(2, nil)))
	}
	if list := waiting(clerk, "/cadres/import"); len(list) != 3 || !strings.Contains(list[2], "另一个") {
		t.Errorf("the page lists %q", list)
	}
	if text := clerk.Get(first).Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "改好的同名文件代替") {
		t.Errorf("the replaced file: %q", text)
	}
	if list := waiting(neighbour, "/cadres/import"); len(list) != 1 {
		t.Errorf("the neighbour's list: %q", list)
	}
}

func TestUploadsThatNobodyComesBackForAreRemoved(t *testing.T) {
	t.Parallel()
	h := register(t)
	for _, unit := range []string{"A", "C"} {
		c := h.As(access.TownshipClerk, unit)
		previewOf(c, "旧.xlsx", sheet(t, header, row(1, nil)))
		h.Exec(`update import_batches set created_at = created_at - interval '7 days 1 minute' where file_name = '旧.xlsx'`)
		previewOf(c, "新.xlsx", sheet(t, header, row(1, nil)))
	}
	h.Exec(`update import_batches set created_at = created_at - interval '6 days 23 hours' where file_name = '新.xlsx'`)
	if err := h.importer.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	if old, young := h.Count(`select count(*) from import_batches where file_name = '旧.xlsx'`), h.Count(`select count(*) from import_batches where file_name = '新.xlsx'`); old != 0 || young != 2 {
		t.Errorf("%d old and %d young uploads are left", old, young)
	}
}

// The preview behind an upload shows what the upload found; one that comes later shows the register as it is then.
func TestAPreviewIsMadeAnewWhenItIsOpenedAgain(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk := h.As(access.TownshipClerk, "A")
	at, doc := previewOf(clerk, "花名册.xlsx", sheet(t, header, row(1, nil), row(2, nil)))
	if text := doc.Text(".stats"); !strings.Contains(text, "新增人员 2") {
		t.Fatalf("the preview says %q", text)
	}
	other, _ := previewOf(clerk, "一人.xlsx", sheet(t, header, row(1, nil)))
	clerk.Post(other+"/confirm", nil).Want(http.StatusSeeOther)
	if text := clerk.Get(at).Doc().Text(".stats"); !strings.Contains(text, "新增人员 1") || !strings.Contains(text, "没有变化 1") {
		t.Errorf("opened again it says %q", text)
	}
}

func TestALongFileWithAWrongHeaderIsToldSoAtOnce(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk := h.As(access.TownshipClerk, "A")
	wrong := append([]any{}, header...)
	wrong[3] = "身分证号"
	rows := make([][]any, 600)
	for i := range rows {
		rows[i] = row(i, nil)
	}
	at, doc := previewOf(clerk, "六百人.xlsx", sheet(t, wrong, rows...))
	if text := doc.Text("main"); !strings.Contains(text, "缺少必填列「身份证号」") || doc.Has(`form[action$="/confirm"]`) {
		t.Errorf("the preview says %q", text)
	}
	clerk.Post(at+"/confirm", nil).Want(http.StatusConflict)
	if n := h.Count(`select count(*) from job_runs`); n != 0 {
		t.Error(fmt.Sprint(n, " runs were started"))
	}
}
