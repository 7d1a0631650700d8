package assessment_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/testkit"
)

// waiting are the rows of the list of waiting files on a page, each as its text.
func waiting(c *testkit.Client, page string) (rows []string) {
	for _, row := range c.Get(page).Want(http.StatusOK).Doc().All("#waiting tbody tr") {
		rows = append(rows, row.Text())
	}
	return rows
}

// asked are the addresses of what the first page of a role says to wait for its confirmation.
func (o *office) asked(role access.Role, unit string) (list []string) {
	o.T.Helper()
	err := access.Read(o.T.Context(), o.Scope(role, unit), func(tx *access.Tx) error {
		tasks, err := o.files.Tasks(o.T.Context(), tx)
		for _, k := range tasks {
			list = append(list, k.Href)
		}
		return err
	})
	if err != nil {
		o.T.Fatal(err)
	}
	return list
}

func TestASheetThatWasUploadedIsFoundAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk, page := o.As(access.TownshipClerk, "A"), o.sheetPath("A")+"/excel"
	member := o.NewMember("second", access.NewAccount{Username: "second-clerk", Name: "同事", Role: access.TownshipClerk}, "A")
	colleague := o.Guest()
	colleague.Login(member.Username, member.Password)
	neighbour := o.As(access.TownshipClerk, "B")
	o.upload(neighbour, "B", o.download(t, neighbour, "B").bytes())
	b := o.download(t, clerk, "A")
	first := o.upload(clerk, "A", b.set("马家沟1村/张伟", colParty, 18.5).bytes())
	second := o.upload(clerk, "A", b.set("马家沟2村/王芳", colLearning, "很好").bytes())
	list := waiting(clerk, page)
	if len(list) != 1 || !strings.Contains(list[0], "考评表.xlsx") || !strings.Contains(list[0], "6") || !strings.Contains(list[0], "1") {
		t.Fatalf("the page lists %q", list)
	}
	if tasks := o.asked(access.TownshipClerk, "A"); len(tasks) != 1 || tasks[0] != second {
		t.Errorf("the first page leads to %v", tasks)
	}
	// In a tab that still shows the first file: it was replaced, which is said, and nothing is written.
	if a := clerk.Post(first, act("save")).Want(http.StatusConflict); !strings.Contains(a.Doc().Text("main"), "由后来上传的文件代替") {
		t.Errorf("the replaced file: %q", a.Doc().Text("main"))
	}
	for _, c := range []*testkit.Client{colleague, neighbour} {
		c.Get(second).Want(http.StatusNotFound)
		c.Post(second+"/drop", nil).Want(http.StatusNotFound)
	}
	if list := waiting(colleague, page); len(list) != 0 {
		t.Errorf("the colleague sees %q", list)
	}
	if n := o.Count(`select count(*) from assessment_uploads where state = 'preview' and content <> ''`); n != 2 {
		t.Errorf("%d uploads wait", n)
	}
	for range 2 { // pressed twice
		clerk.Post(second+"/drop", nil).Want(http.StatusSeeOther)
	}
	clerk.Post(second, act("save")).Want(http.StatusConflict)
	if list := waiting(clerk, page); len(list) != 0 || len(o.asked(access.TownshipClerk, "A")) != 0 || o.Count(`select count(*) from assessment_cells`) != 0 {
		t.Errorf("after it was given up: %q", list)
	}
	if n := o.Count(`select count(*) from audit_log where action = 'assessment.upload.drop'`); n != 1 {
		t.Errorf("%d lines in the trail", n)
	}
	// A sheet that was handed in takes no entries: what waits for it is not asked for any more.
	third := o.upload(clerk, "A", o.download(t, clerk, "A").set("马家沟1村/张伟", colParty, 18.5).bytes())
	o.Exec(`update assessment_sheets set state = 'submitted' where township_id = $1`, o.Units["A"].Township)
	if tasks := o.asked(access.TownshipClerk, "A"); len(tasks) != 0 {
		t.Errorf("a closed sheet leads to %v", tasks)
	}
	clerk.Post(third+"/drop", nil).Want(http.StatusSeeOther)
}

func TestAPastMonthThatWasUploadedIsFoundAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tails := o.tailed()
	officer := o.As(access.DistrictOfficer, "甲")
	file := pastHead + fmt.Sprintf("安河镇,马家沟1,张伟,%s,96.5,优秀,\n", tails["A1/张伟"])
	may := past(officer, "2026-05", file).Want(http.StatusSeeOther).Location()
	april := past(officer, "2026-04", file+"安河镇,马家沟1,没有人,1234,90,称职,\n").Want(http.StatusSeeOther).Location()
	list := waiting(officer, "/assessment/import")
	if len(list) != 2 || !strings.Contains(list[0], "2026年4月") || !strings.Contains(list[1], "2026年5月") {
		t.Fatalf("the page lists %q", list)
	}
	if tasks := o.asked(access.DistrictOfficer, "甲"); len(tasks) != 2 || tasks[1] != may {
		t.Errorf("the first page leads to %v", tasks)
	}
	if n := len(o.asked(access.DistrictOfficer, "乙")) + len(o.asked(access.TownshipClerk, "A")); n != 0 {
		t.Errorf("%d are shown to others", n)
	}
	o.As(access.DistrictOfficer, "乙").Post(april+"/drop", nil).Want(http.StatusNotFound)
	officer.Post(april+"/drop", nil).Want(http.StatusSeeOther)
	officer.Post(may, nil).Want(http.StatusSeeOther)
	officer.Post(may+"/drop", nil).Want(http.StatusConflict)
	if list := waiting(officer, "/assessment/import"); len(list) != 0 {
		t.Errorf("what is done still waits: %q", list)
	}
}

func TestUploadsThatNobodyComesBackForAreRemoved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk, neighbour := o.As(access.TownshipClerk, "A"), o.As(access.TownshipClerk, "B")
	o.upload(clerk, "A", o.download(t, clerk, "A").bytes())
	o.Exec(`update assessment_uploads set created_at = created_at - interval '7 days 1 minute'`)
	o.upload(neighbour, "B", o.download(t, neighbour, "B").bytes())
	o.Exec(`update assessment_uploads set created_at = created_at - interval '6 days' where township_id = $1`, o.Units["B"].Township)
	if err := o.module.SweepUploads(o.T.Context()); err != nil {
		t.Fatal(err)
	}
	if n := o.Count(`select count(*) from assessment_uploads where township_id = $1`, o.Units["B"].Township); n != 1 || o.Count(`select count(*) from assessment_uploads`) != 1 {
		t.Errorf("%d young uploads are left", n)
	}
}
