package assessment

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/month"
)

// Tasks lists what the actor has to do about the open months, and nothing that somebody else has to.
func (m *Module) Tasks(ctx context.Context, tx *access.Tx) ([]access.Task, error) {
	s := tx.Scope()
	if !s.Can(PermRead) {
		return nil, nil
	}
	periods, err := m.Store.Periods(ctx, tx, 12)
	if err != nil {
		return nil, err
	}
	var list []access.Task
	if last := month.Of(s.Now()).Prev(); s.Can(PermOpen) && len(periods) > 0 && periods[0].Month.Before(last) {
		list = append(list, access.Task{Title: "开启月份", Detail: last.Title() + "尚未开启", Href: "/assessment/open", Act: "去办理"})
	}
	for _, p := range periods {
		if p.State != MonthOpen {
			continue
		}
		lines, err := m.Store.Board(ctx, tx, p.Month)
		if err != nil {
			return nil, err
		}
		if s.Can(PermFile) || s.Can(PermConfirm) {
			more, err := m.districtTasks(ctx, tx, p, lines)
			if err != nil {
				return nil, err
			}
			list = append(list, more...)
			continue
		}
		for _, l := range lines {
			more, err := m.townshipTasks(ctx, tx, p, l)
			if err != nil {
				return nil, err
			}
			list = append(list, more...)
		}
	}
	return list, nil
}

// taskList collects tasks that share month and unit.
type taskList struct {
	detail string
	list   []access.Task
}

// add notes a task; without a number there is nothing to do.
func (t *taskList) add(title string, n, total int, href, act string, due time.Time) {
	if n > 0 || total > 0 {
		t.list = append(t.list, access.Task{Title: title, Detail: t.detail, Count: n, Total: total, Href: href, Act: act, Due: due})
	}
}

// townshipTasks are those of the clerk and the leader about their sheet.
func (m *Module) townshipTasks(ctx context.Context, tx *access.Tx, p Period, l BoardLine) ([]access.Task, error) {
	s, path, t := tx.Scope(), sheetPath(l.SheetID), taskList{detail: p.Month.Title() + " · " + l.TownshipName}
	_, closed := Next(l.State, ActEnter)
	if s.Can(PermEnter) && closed == nil {
		if l.State == SheetReturned {
			t.add("被退回的人员", l.Returned, 0, path, "去修改", p.FillDue)
		} else {
			t.add("月考评填报", l.Touched, l.Rows, path, "去办理", p.FillDue)
		}
		d, err := m.Store.desk(ctx, tx, l.SheetID, false)
		if err != nil {
			return nil, err
		}
		changes, _, err := m.pending(ctx, tx, d)
		if err != nil {
			return nil, err
		}
		t.add("名单变动待处理", len(undecided(changes)), 0, path+"/roster", "去处理", p.FillDue)
		proposals, err := m.Store.countProposals(ctx, tx, d.Sheet)
		if err != nil {
			return nil, err
		}
		t.add("拟扣分待确认", proposals, 0, path+"/check", "去确认", p.FillDue)
	}
	if s.Can(PermApprove) && l.State == SheetSubmitted {
		title := "月考评待审核"
		if l.ReturnRequested {
			title = "填报人申请退回,待处理"
		}
		t.add(title, l.Rows, 0, path+"/review", "去审核", p.ReviewDue)
	}
	if s.Can(PermNotice) && l.State == SheetPublished {
		n, err := m.Store.unposted(ctx, tx, l.SheetID)
		if err != nil {
			return nil, err
		}
		t.add("公示待登记张贴日期", n, 0, path+"/notice?state="+noticeUnposted, "去登记", time.Time{})
	}
	if s.Can(PermApprove) {
		t.add("异议待答复", l.Objections, 0, path+"/objections?state="+objectionOpen, "去答复", time.Time{})
	}
	return t.list, nil
}

// districtTasks are those of the officer, and of the leader who confirms publications.
func (m *Module) districtTasks(ctx context.Context, tx *access.Tx, p Period, lines []BoardLine) ([]access.Task, error) {
	s, path, t := tx.Scope(), "/assessment/"+p.Month.String(), taskList{detail: p.Month.Title()}
	count := map[SheetState]int{}
	late, objections, unconfirmed := 0, 0, 0
	set, err := m.Store.Settings(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		count[l.State]++
		if set.LeaderConfirms && l.State == SheetDistrictApproved && !l.Confirmed {
			unconfirmed++
		}
		objections += l.Objections
		if due, ok := (DueDates{p.FillDue, p.ReviewDue, p.FileDue}).Due(l.State); ok && l.State != SheetTownshipApproved && DaysLate(due, s.Now()) > 0 {
			late++
		}
	}
	if s.Can(PermConfirm) {
		t.add("公示待确认", unconfirmed, 0, path+"?state="+string(SheetDistrictApproved), "去确认", time.Time{})
	}
	if s.Can(PermFile) {
		t.add("月考评待备案审核", count[SheetTownshipApproved], 0, path+"?state="+string(SheetTownshipApproved), "去审核", p.FileDue)
		t.add("月考评待发布公示", count[SheetDistrictApproved]-unconfirmed, 0, path+"/publish", "去发布", time.Time{})
		t.add("乡镇(街道)逾期未报", late, 0, path, "去催办", time.Time{})
		t.add("异议待答复", objections, 0, path, "查看", time.Time{})
	}
	return t.list, nil
}

func (Store) unposted(ctx context.Context, tx *access.Tx, sheet int64) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(distinct o.village_id) from assessment_postings o
			join assessment_publications p on p.tenant_id = o.tenant_id and p.township_id = o.township_id and p.id = o.publication_id
		where o.tenant_id = @tenant and p.tenant_id = @tenant and p.sheet_id = @sheet and o.posted_on is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "sheet": sheet}).Scan(&n)
	return n, err
}
