package assessment_test

import (
	"fmt"
	"regexp"
	"testing"

	"touyan/internal/access"
)

// The server cuts the sheets, so each must fit its paper: also a full one of cadres with long posts and no grade.
func TestFullSheetsOfANoticeFitTheirPaper(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settle()
	for i := range 26 { // with the three of every village: 29, which is three sheets
		o.hire("A1", fmt.Sprintf("欧阳村%02d", i), "vc_member", "2024-01-01")
	}
	o.Exec(`insert into assessment_rows (tenant_id, township_id, village_id, sheet_id, month, person_id, person_name, sex, village_name, position_code,
			position_title, pay_position, pay_scheme, days, base, total, normalised, no_grade)
		select p.tenant_id, p.township_id, p.village_id, $1, $2, p.id, p.name, p.sex, '马家沟1村', 'vc_member', '村党组织副书记、村务监督委员会主任',
			'member', '', 31, 100, 100, 100, case when p.id % 7 = 0 then '当月在岗10天,不足15天' else '' end
		from persons p where p.name like '欧阳村%'`, o.sheet("A"), o.month.First())
	o.approve("A")
	o.mustPublish("A")
	b := o.browser(t)
	m := o.Member(access.TownshipClerk, "A")
	b.Login(m.Username, m.Password)
	b.Go(o.noticePath("A") + "/print")
	sheets := b.Count(".sheet")
	pages := len(regexp.MustCompile(`/Type\s*/Page[^s]`).FindAll(b.PDF(), -1))
	if sheets != 4 || pages != sheets { // three of the one village, one of the other
		t.Errorf("%d sheets come out as %d pages", sheets, pages)
	}
}
