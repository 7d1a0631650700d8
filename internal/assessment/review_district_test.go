package assessment_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/testkit"
)

func TestTheDistrictFilesAndItsLeaderConfirms(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, township := range []string{"A", "B"} {
		o.submitted(township)
		o.As(access.TownshipLeader, township).Post(o.sheetPath(township)+"/approve", o.approval(township, township+"1/张伟")).Want(http.StatusSeeOther)
	}
	officer := o.As(access.DistrictOfficer, "甲")
	board := officer.Get("/assessment/2026-10").Want(http.StatusOK).Doc()
	if n := len(board.All(`input[name="sheet"][form="pick-form"]`)); n != 2 {
		t.Fatalf("%d sheets to tick", n)
	}
	officer.Post("/assessment/2026-10/file", nil).Want(http.StatusUnprocessableEntity)
	before := o.ledgerOf()
	officer.Post("/assessment/2026-10/file", url.Values{"sheet": {o.pick("A"), o.pick("C")}}).Want(http.StatusNotFound)
	if o.ledgerOf() != before {
		t.Error("beside a foreign sheet nothing is filed")
	}
	// whoever approved for the township, under whatever account, does not file
	leader := o.Member(access.TownshipLeader, "B")
	o.Exec(`update accounts set holder_id = $1 where id = $2`, leader.Account, o.Member(access.DistrictOfficer, "甲").Account)
	same := o.As(access.DistrictOfficer, "甲")
	same.Post(o.sheetPath("B")+"/file", o.form("B")).Want(http.StatusForbidden)
	picks := url.Values{"sheet": {o.pick("A"), o.pick("B")}}
	same.Post("/assessment/2026-10/file", picks).Want(http.StatusSeeOther)
	if o.state("A") != "district_approved" || o.state("B") != "township_approved" {
		t.Errorf("A is %s, B is %s", o.state("A"), o.state("B"))
	}
	if said := same.Get("/assessment/2026-10").Doc().Text(".notice-warn"); !strings.Contains(said, "不能再代表区委组织部审核") {
		t.Errorf("the refused township is named: %s", said)
	}
	o.Exec(`update accounts set holder_id = 0 where id = $1`, o.Member(access.DistrictOfficer, "甲").Account)
	officer = o.As(access.DistrictOfficer, "甲")
	officer.Post(o.sheetPath("B")+"/file", o.form("B")).Want(http.StatusSeeOther)

	head := o.As(access.DistrictLeader, "甲")
	head.Post(o.sheetPath("A")+"/confirm", o.form("A")).Want(http.StatusConflict) // the district does not ask for it
	o.settle()
	o.Exec(`update assessment_settings set leader_confirms = true`)
	head.Post("/assessment/2026-10/confirm", url.Values{"sheet": {o.pick("A")}}).Want(http.StatusSeeOther)
	head.Post(o.sheetPath("A")+"/confirm", o.form("A")).Want(http.StatusConflict) // twice
	if n := o.Count(`select count(*) from assessment_sheets where confirmed_at is not null`); n != 1 {
		t.Errorf("%d confirmed", n)
	}
	// a return takes the approvals back, of its sheet alone
	officer.Post(o.sheetPath("A")+"/file/return", o.form("A", "row", o.key("A1/李娜"), "reason", "依据不足")).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from assessment_sheets where id = $1 and state = 'draft' and approved_at is null and approved_holder = 0
		and filed_at is null and filed_holder = 0 and confirmed_at is null and review_opened_at is null`, o.sheet("A")); n != 1 {
		t.Error("an approval outlives the return")
	}
	if o.state("B") != "district_approved" || o.graded("A1/张伟") != "优秀" {
		t.Error("the other township moved, or the old grade is gone")
	}
}

// pick is a sheet as the board sends it.
func (o *office) pick(township string) string {
	o.T.Helper()
	return fmt.Sprintf("%d:%d", o.sheet(township), o.Count(`select version from assessment_sheets where id = $1`, o.sheet(township)))
}

func TestACorrectionMovesNobodyElseByItself(t *testing.T) {
	t.Parallel()
	for decided, want := range map[string]string{"keep": "称职,名额已满", "move": "优秀"} {
		t.Run(decided, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.settle()
			clerk := o.As(access.TownshipClerk, "A")
			for i, who := range []string{"A1/李娜", "A1/王芳", "A2/张伟", "A2/李娜", "A2/王芳"} {
				o.deduct(clerk, who, strconv.Itoa(i+1), "少开组织生活会")
			}
			o.submit(clerk, "A", nil).Want(http.StatusSeeOther)
			leader := o.As(access.TownshipLeader, "A")
			leader.Post(o.sheetPath("A")+"/approve", o.approval("A")).Want(http.StatusSeeOther) // no tie: nothing to mark
			o.As(access.DistrictOfficer, "甲").Post(o.sheetPath("A")+"/file", o.form("A")).Want(http.StatusSeeOther)
			o.mustPublish("A")
			o.Tick(time.Minute)

			// an objection about 张伟, who alone was 优秀, is upheld: he loses five points
			o.Exec(`update assessment_sheets set state = 'draft', round = 2 where id = $1`, o.sheet("A"))
			o.Exec(`update assessment_rows set state = 'returned', return_reason = '异议成立' , returned_total = total where id = $1`, o.row("A1/张伟"))
			o.Exec(`insert into assessment_acts (tenant_id, township_id, sheet_id, row_id, act, round, reason, actor, account_id, holder_id, at)
				select tenant_id, township_id, sheet_id, id, 'correct', 2, '异议成立', '某人', 1, 1, $2::timestamptz from assessment_rows where id = $1`,
				o.row("A1/张伟"), testkit.Now.Add(time.Minute))
			o.deduct(clerk, "A1/张伟", "5", "集体决策未公开")
			o.submit(clerk, "A", nil).Want(http.StatusSeeOther)

			page := leader.Get(o.reviewPath("A")).Want(http.StatusOK).Doc()
			if others := page.One(`[aria-label="会因优秀名额而变动的其他人员"]`).Text(); !strings.Contains(others, "李娜") || strings.Contains(others, "张伟") {
				t.Errorf("whom the correction would move: %s", others)
			}
			before := o.ledgerOf()
			if refused := leader.Post(o.sheetPath("A")+"/approve", o.approval("A")).Want(http.StatusUnprocessableEntity).Doc(); !refused.Has(`[data-problems] a[href="#f-decision"]`) {
				t.Error("the committee's decision is not asked for")
			}
			if o.ledgerOf() != before {
				t.Error("somebody moved by himself")
			}
			form := o.approval("A")
			form.Set("decision", decided)
			leader.Post(o.sheetPath("A")+"/approve", form).Want(http.StatusSeeOther)
			if got := o.graded("A1/李娜"); got != want {
				t.Errorf("李娜 is %s, want %s", got, want)
			}
			if got := o.graded("A1/张伟"); !strings.HasPrefix(got, "称职") {
				t.Errorf("the corrected row is %s", got)
			}
		})
	}
}
