package assessment_test

import (
	"context"
	"testing"

	"touyan/internal/access"
	"touyan/internal/assessment"
	"touyan/internal/platform/fault"
)

// settle names the office that takes objections in both districts, without which nothing is published.
func (o *office) settle() {
	for _, district := range []string{"甲", "乙"} {
		err := access.InScope(context.Background(), o.Scope(access.DistrictOfficer, district), func(tx *access.Tx) error {
			return o.module.Store.SaveSettings(context.Background(), tx, assessment.Settings{MinutesRequired: true,
				ObjectionOffice: "区委组织部干部监督室", ObjectionPhone: "0939-8200001"})
		})
		if err != nil {
			o.T.Fatal(err)
		}
	}
}

// approve brings a township's sheet to where the district has approved it; everybody is 称职 unless graded before.
func (o *office) approve(township string) {
	id := o.sheet(township)
	o.Exec(`update assessment_rows set state = 'frozen', grade = case when grade = '' then 'competent' else grade end
		where sheet_id = $1 and no_grade = '' and removed_at is null`, id)
	o.Exec(`update assessment_sheets set state = 'district_approved', approved_holder = 1, filed_holder = 2, version = version + 1 where id = $1`, id)
}

func (o *office) publish(townships ...string) (assessment.Published, error) {
	var ids []int64
	for _, t := range townships {
		ids = append(ids, o.sheet(t))
	}
	var done assessment.Published
	err := access.InScope(context.Background(), o.Scope(access.DistrictOfficer, "甲"), func(tx *access.Tx) error {
		var err error
		done, err = o.module.Store.Publish(context.Background(), tx, o.month, ids)
		return err
	})
	return done, err
}

func (o *office) mustPublish(townships ...string) assessment.Published {
	o.T.Helper()
	done, err := o.publish(townships...)
	if err != nil {
		o.T.Fatalf("publish %v: %v", townships, err)
	}
	return done
}

// pay reads the amount of a person's result in force, -1 where there is no line.
func (o *office) pay(who string) int64 {
	o.T.Helper()
	var fen *int64
	if err := o.Owner.QueryRow(context.Background(), `select amount_fen from assessment_results where person_id = $1 and month = $2
		and replaced_by is null`, o.people[who], o.month.First()).Scan(&fen); err != nil {
		o.T.Fatalf("pay of %s: %v", who, err)
	}
	if fen == nil {
		return -1
	}
	return *fen
}

func TestAnySetIsPublishedAndTheLateFollow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settle()
	o.approve("A")
	o.approve("C")
	if _, err := o.publish("A", "B"); !fault.Is(err, fault.KindConflict) {
		t.Fatalf("a sheet that is not approved refuses the set: %v", err)
	}
	if n := o.Count(`select count(*) from assessment_publications`); n != 0 {
		t.Fatal("something was published nevertheless")
	}
	done := o.mustPublish("A")
	if len(done.Sheets) != 1 || done.Results != 6 || done.Notices != 2 || done.Sheets[0].Number != 1 {
		t.Errorf("published %+v", done)
	}
	if n := o.Count(`select count(*) from assessment_postings where posted_on is null`); n != 2 {
		t.Errorf("%d notices to post", n)
	}
	if got := o.pay("A1/张伟"); got != 65655 {
		t.Errorf("full marks pay the base, not %d", got)
	}
	o.approve("B")
	again := o.mustPublish("A", "B") // the officer ticks both: one is late, one was published before
	if again.Already != 1 || again.Results != 3 || len(again.Sheets) != 1 {
		t.Errorf("the late sheet: %+v", again)
	}
	if n := o.Count(`select count(*) from assessment_results where tenant_id = $1`, o.Units["乙"].Tenant); n != 0 {
		t.Error("another district was published")
	}
	if n := o.Count(`select count(*) from assessment_sheets where state = 'published' and published_at is not null`); n != 2 {
		t.Errorf("%d sheets 公示中", n)
	}
	if n := o.Count(`select count(*) from audit_log where action = 'assessment.publish' and (detail ->> 'results')::int > 0`); n != 2 {
		t.Errorf("%d lines in the trail", n)
	}
	if _, err := o.publish("A", "C"); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a sheet of another district is absent: %v", err)
	}
}

func TestNothingIsPublishedWithoutTheOfficeForObjections(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.approve("A")
	if _, err := o.publish("A"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("published without an office: %v", err)
	}
	if n := o.Count(`select count(*) from assessment_publications`) + o.Count(`select count(*) from assessment_results`); n != 0 {
		t.Error("something was written")
	}
}

func TestACorrectionPublishesItsChangedRowsAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settle()
	o.save(o.As(access.TownshipClerk, "A"), "A1/李娜", "party_building", "16", "20").Want(200)
	o.approve("A")
	o.approve("B")
	o.mustPublish("A", "B")
	before := o.pay("A2/李娜")

	o.Exec(`insert into assessment_acts (tenant_id, township_id, sheet_id, act, round, reason, actor, account_id, holder_id, at)
		select tenant_id, township_id, id, 'correct', 2, '会议记录补报,核减扣分', '周干事', 1, 1, now() from assessment_sheets where id = $1`, o.sheet("A"))
	o.Exec(`update assessment_entries set points = -1 where row_id = $1`, o.row("A1/李娜"))
	o.Exec(`update assessment_rows set base = 99, total = 99, normalised = 99 where id = $1`, o.row("A1/李娜"))
	o.approve("A")
	done := o.mustPublish("A")
	if done.Results != 1 || done.Notices != 1 || done.Sheets[0].Number != 2 || done.Sheets[0].Kind != assessment.PublicationCorrection {
		t.Fatalf("correction %+v", done)
	}
	if n := o.Count(`select count(*) from assessment_results r join assessment_publications p on p.id = r.replaced_by
		where r.row_id = $1 and r.total = 96 and p.number = 2 and p.reason = '会议记录补报,核减扣分'`, o.row("A1/李娜")); n != 1 {
		t.Error("the first version names the one that took its place")
	}
	if n := o.Count(`select count(*) from assessment_results where row_id = $1 and replaced_by is null and total = 99
		and deductions -> 0 ->> 'points' = '-1'`, o.row("A1/李娜")); n != 1 {
		t.Error("the second version is in force")
	}
	if n := o.Count(`select count(*) from assessment_results where replaced_by is null`); n != 9 {
		t.Errorf("%d results in force, want one per row", n)
	}
	if o.pay("A2/李娜") != before {
		t.Error("somebody else's pay moved")
	}

	o.approve("A")
	same := o.mustPublish("A")
	if same.Unchanged != 1 || same.Results != 0 || o.Count(`select count(*) from assessment_publications where sheet_id = $1`, o.sheet("A")) != 2 {
		t.Errorf("a correction of nothing makes no notice: %+v", same)
	}
	if n := o.Count(`select count(*) from assessment_sheets where id = $1 and state = 'published'`, o.sheet("A")); n != 1 {
		t.Error("the sheet goes back to 公示中")
	}
}

func TestInstitutionPayGetsNoLineAndSaysSo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settle()
	o.Exec(`update assessment_rows set pay_scheme = 'institution' where id = $1`, o.row("A1/张伟"))
	o.Exec(`update assessment_rows set veto = 'grade_incompetent', grade = 'incompetent' where id = $1`, o.row("A1/李娜"))
	o.Exec(`update assessment_rows set no_grade = '当月在岗10天,不足15天', days = 10 where id = $1`, o.row("A1/王芳"))
	o.approve("A")
	o.mustPublish("A")
	if got := o.pay("A1/张伟"); got != -1 {
		t.Errorf("institution pay has a line: %d", got)
	}
	if n := o.Count(`select count(*) from assessment_results where row_id = $1 and rule like '%事业单位%'`, o.row("A1/张伟")); n != 1 {
		t.Error("the line does not say why")
	}
	if got := o.pay("A1/李娜"); got != 0 {
		t.Errorf("a veto pays %d", got)
	}
	if got := o.pay("A1/王芳"); got != 16943 { // 525.24 × 10 ÷ 31
		t.Errorf("ten days pay %d", got)
	}
}

func TestAnUngradedRowIsNotPublished(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settle()
	o.approve("A")
	o.Exec(`update assessment_rows set grade = '' where id = $1`, o.row("A1/李娜"))
	if _, err := o.publish("A"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("published without a grade: %v", err)
	}
	o.Exec(`update assessment_settings set leader_confirms = true`)
	o.approve("A")
	if _, err := o.publish("A"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("published without the leader: %v", err)
	}
	if n := o.Count(`select count(*) from assessment_results`); n != 0 {
		t.Error("something was written")
	}
	o.Exec(`update assessment_sheets set confirmed_at = now(), confirmed_by = '部长' where id = $1`, o.sheet("A"))
	o.mustPublish("A")
}
