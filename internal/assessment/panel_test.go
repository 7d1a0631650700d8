package assessment_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"touyan/internal/access"
)

// tasks gives what the first page would list for somebody.
func (o *office) tasks(role access.Role, unit string) []string {
	o.T.Helper()
	var list []string
	reader := o.As(role, unit)
	err := access.Read(o.T.Context(), o.Scope(role, unit), func(tx *access.Tx) error {
		tasks, err := o.module.Tasks(o.T.Context(), tx)
		for _, k := range tasks {
			list = append(list, fmt.Sprintf("%s %d/%d", k.Title, k.Count, k.Total))
			if k.Act == "" || !strings.HasPrefix(k.Href, "/assessment") || k.Detail == "" {
				o.T.Errorf("%s: %+v", role, k)
			}
			reader.Get(k.Href).Want(http.StatusOK)
		}
		return err
	})
	if err != nil {
		o.T.Fatal(err)
	}
	return list
}

func TestTasksPerRole(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk, head, officer := access.TownshipClerk, access.TownshipLeader, access.DistrictOfficer
	want := func(when string, role access.Role, unit string, list ...string) {
		t.Helper()
		if got := o.tasks(role, unit); !slices.Equal(got, list) {
			t.Errorf("%s, %s at %s: %q, want %q", when, role, unit, got, list)
		}
	}
	o.save(o.As(clerk, "A"), "A1/张伟", "learning", "8", "10").Want(200)
	o.dismiss("A1", "李娜", "2026-10-01")
	o.dismiss("B1", "李娜", "2026-10-01")
	want("while filling in", clerk, "A", "月考评填报 1/6", "名单变动待处理 1/0")
	want("while filling in", clerk, "B", "月考评填报 0/3", "名单变动待处理 1/0")
	want("while filling in", head, "A")
	want("after the deadline", officer, "甲", "乡镇(街道)逾期未报 2/0")
	want("of another district", officer, "乙", "乡镇(街道)逾期未报 1/0")

	o.Exec(`update assessment_sheets set state = 'submitted' where id = $1`, o.sheet("A"))
	want("submitted", clerk, "A")
	want("submitted", head, "A", "月考评待审核 6/0")
	want("submitted", head, "B")
	o.Exec(`update assessment_sheets set return_requested = '漏填一人' where id = $1`, o.sheet("A"))
	want("asked back", head, "A", "填报人申请退回,待处理 6/0")

	o.Exec(`update assessment_sheets set state = 'draft' where id = $1`, o.sheet("A"))
	o.Exec(`update assessment_rows set state = 'returned' where id = $1`, o.row("A2/李娜"))
	want("returned", clerk, "A", "被退回的人员 1/0", "名单变动待处理 1/0")

	o.Exec(`update assessment_rows set state = 'frozen' where sheet_id = $1`, o.sheet("A"))
	o.Exec(`update assessment_sheets set state = 'township_approved' where id = $1`, o.sheet("A"))
	want("approved", officer, "甲", "月考评待备案审核 1/0", "乡镇(街道)逾期未报 1/0")
	o.Exec(`update assessment_sheets set state = 'district_approved' where id = $1`, o.sheet("A"))
	want("filed", officer, "甲", "月考评待发布公示 1/0", "乡镇(街道)逾期未报 1/0")
	o.Exec(`insert into assessment_settings (tenant_id, leader_confirms) values ($1, true)`, o.Units["甲"].Tenant)
	want("to be confirmed", officer, "甲", "乡镇(街道)逾期未报 1/0")
	want("to be confirmed", access.DistrictLeader, "甲", "公示待确认 1/0")
	want("without a part in it", access.DistrictFinance, "甲")

	o.Exec(`update assessment_sheets set state = 'published', published_at = now() where id = $1`, o.sheet("A"))
	o.Exec(`with p as (insert into assessment_publications (tenant_id, township_id, sheet_id, month, number, kind, office, phone, published_by, published_at)
			select tenant_id, township_id, id, month, 1, 'first', '组织部', '0939-8212345', '某人', now() from assessment_sheets where id = $1 returning *)
		insert into assessment_postings (tenant_id, township_id, village_id, publication_id)
		select p.tenant_id, p.township_id, v.id, p.id from p join villages v on v.tenant_id = p.tenant_id and v.township_id = p.township_id`, o.sheet("A"))
	o.Exec(`insert into assessment_objections (tenant_id, township_id, village_id, sheet_id, row_id, source, content, filed_by, filed_holder, filed_at)
		select tenant_id, township_id, village_id, sheet_id, id, 'self', '对扣分有异议', '某人', 0, now() from assessment_rows where id = $1`, o.row("A1/张伟"))
	want("published", clerk, "A", "公示待登记张贴日期 2/0")
	want("published", head, "A", "异议待答复 1/0")
	want("published", officer, "甲", "乡镇(街道)逾期未报 1/0", "异议待答复 1/0")
}
