package app_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"touyan/internal/access"
	"touyan/internal/assessment"
	"touyan/internal/cadre"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/month"
)

// monthsOf are the months of both districts, each in a state of its own. The kinds sheet_<kind>, row_<kind> and
// publication_<kind> name their rows, month_<kind> the month itself.
var monthsOf = []struct{ month, state, kind string }{{"2026-02", "locked", "locked"}, {"2026-03", "published", "over"},
	{"2025-11", "submitted", "asked"}, {"2025-12", "district_approved", "unconfirmed"}, {"2026-05", "published", "published"},
	{"2026-06", "district_approved", "filed"}, {"2026-07", "township_approved", "approved"}, {"2026-08", "submitted", "submitted"},
	{"2026-09", "draft", "returned"}, {"2026-10", "draft", "draft"}}

// elsewhere is a month that 乙县 alone has opened.
const elsewhere = "2026-01"

// plantMonths opens the months by the module's own act, and moves their sheets on.
func (b *builder) plantMonths() {
	for _, place := range []string{"甲", "乙"} {
		tenant := b.units[place].tenant
		b.within(tenant, func(ctx context.Context, tx *access.Tx) error {
			id, err := assessment.Store{}.CreateScheme(ctx, tx, "月考评方案", month.New(2025, 1), assessment.DefaultScheme(), nil)
			if err != nil {
				return err
			}
			if err := (assessment.Store{}).EnableScheme(ctx, tx, id, 1); err != nil {
				return err
			}
			if _, err = (assessment.Store{}).CreateScheme(ctx, tx, "新方案", month.Of(today).Next(), assessment.DefaultScheme(), &id); err != nil {
				return err
			}
			next, err := assessment.Store{}.CreateScheme(ctx, tx, "明年方案", month.New(2027, 6), assessment.DefaultScheme(), &id)
			if err != nil {
				return err
			}
			return assessment.Store{}.EnableScheme(ctx, tx, next, 1)
		})
		list := monthsOf
		if place == "乙" {
			list = append(list[:len(list):len(list)], struct{ month, state, kind string }{elsewhere, "draft", ""})
		}
		for _, m := range list {
			at, err := month.Parse(m.month)
			if err != nil {
				b.t.Fatal(err)
			}
			b.within(tenant, func(ctx context.Context, tx *access.Tx) error {
				_, err := assessment.New(cadre.PositionTitle).Open(ctx, tx, at)
				return err
			})
			b.exec(`update assessment_sheets set state = $3, submitted_by = '王建国', submitted_holder = case when $3 = 'draft' then 0 else -1 end,
				approved_holder = case when $3 in ('draft', 'submitted') then 0 else -2 end,
				filed_holder = case when $3 in ('draft', 'submitted', 'township_approved') then 0 else -3 end, submitted_at = now(), approved_at = now(),
				confirmed_by = case when $3 in ('district_approved', 'published', 'locked') then '李部长' else '' end,
				confirmed_at = case when $3 in ('district_approved', 'published', 'locked') then now() end where tenant_id = $1 and month = $2`, tenant, at.First(), m.state)
			if m.state != "draft" {
				b.exec(`update assessment_rows set state = 'frozen', grade = 'competent' where tenant_id = $1 and month = $2`, tenant, at.First())
			}
		}
		b.exec(`update assessment_sheets set review_opened_at = now(), return_requested = '漏填一人' where tenant_id = $1 and month = '2025-11-01'`, tenant)
		b.exec(`update assessment_sheets set confirmed_by = '', confirmed_at = null where tenant_id = $1 and month = '2025-12-01'`, tenant)
		b.exec(`insert into assessment_settings (tenant_id, minutes_required, leader_confirms, objection_office, objection_phone)
			values ($1, false, true, '组织部', '0939-8212345') on conflict (tenant_id) do update set leader_confirms = true`, tenant)
	}
	b.exec(`insert into assessment_cells (tenant_id, township_id, village_id, row_id, dimension, value, changed_by, changed_name, changed_at)
		select tenant_id, township_id, village_id, id, 'integrity', 13, 0, '王建国', now() from assessment_rows where month = '2026-10-01'`)
	b.exec(`insert into assessment_entries (tenant_id, township_id, village_id, row_id, dimension, points, clause, created_by, created_name, created_at)
		select tenant_id, township_id, village_id, id, 'integrity', -2, '第一条', 0, '王建国', now() from assessment_rows where month = '2026-10-01'`)
	b.exec(`update assessment_rows set state = 'returned', return_reason = '请核实' where month = '2026-09-01' and position_code = 'clerk'`)
	b.exec(`insert into assessment_proposals (tenant_id, township_id, village_id, month, person_id, origin, dimension, points, reason)
		select tenant_id, township_id, village_id, month, person_id, 'test', 'integrity', -1, '点名未到' from assessment_rows where month = '2026-10-01'`)
}

// plantResults publishes two months: one is hanging, with an objection in every village, one is final.
func (b *builder) plantResults() {
	b.exec(`insert into assessment_publications (tenant_id, township_id, sheet_id, month, number, kind, office, phone, published_by, published_at)
		select tenant_id, township_id, id, month, 1, 'first', '组织部', '0939-8212345', '王建国', date '2026-04-10' from assessment_sheets where state in ('published', 'locked')`)
	b.exec(`insert into assessment_postings (tenant_id, township_id, village_id, publication_id, posted_on, ends_on, posted_by)
		select distinct p.tenant_id, p.township_id, r.village_id, p.id, case when p.month < '2026-05-01' then date '2026-04-11' end,
			case when p.month < '2026-05-01' then date '2026-04-17' end, '王建国'
		from assessment_publications p join assessment_rows r on r.tenant_id = p.tenant_id and r.sheet_id = p.sheet_id`)
	b.exec(`insert into assessment_results (tenant_id, township_id, village_id, publication_id, row_id, month, person_id, person_name, village_name,
			position_title, total, normalised, grade, quota_capped, veto, no_grade, deductions, base_fen, amount_fen, rule)
		select r.tenant_id, r.township_id, r.village_id, p.id, r.id, r.month, r.person_id, r.person_name, r.village_name, r.position_title,
			r.total, r.normalised, 'competent', false, '', '', '[]', 100000, 90000, 'x' from assessment_rows r
		join assessment_publications p on p.tenant_id = r.tenant_id and p.sheet_id = r.sheet_id`)
	b.exec(`insert into assessment_objections (tenant_id, township_id, village_id, sheet_id, row_id, source, content, filed_by, filed_holder, filed_at)
		select tenant_id, township_id, village_id, sheet_id, id, 'village', '对扣分有异议', '陈桂兰', -3, now() from assessment_rows
		where month = '2026-05-01' and position_code = 'clerk'`)
	b.exec(`insert into assessment_acts (tenant_id, township_id, sheet_id, act, round, actor, account_id, holder_id, at)
		select tenant_id, township_id, id, 'submit', 1, '王建国', 0, -1, now() from assessment_sheets where state <> 'draft'`)
	b.exec(`insert into assessment_differences (tenant_id, township_id, village_id, month, person_id, person_name, origin, reason, paid_fen, due_fen)
		select tenant_id, township_id, village_id, month, person_id, person_name, 'test', '追溯离任', 90000, 45000 from assessment_rows where month = '2026-02-01'`)
	b.exec(`insert into assessment_roster_decisions (tenant_id, township_id, sheet_id, person_id, kind, fingerprint, decision, decided_by)
		select tenant_id, township_id, sheet_id, person_id, 'left', 'x', 'kept', '王建国' from assessment_rows where month = '2026-09-01'`)
}

// plantPersonal makes what belongs to one account: filters, runs with a file, uploads.
func (b *builder) plantPersonal() {
	b.exec(`insert into saved_filters (tenant_id, township_id, village_id, account_id, page, name, query)
		select tenant_id, township_id, village_id, id, 'cadres', '常用', 'q=1' from accounts where tenant_id <> 0`)
	b.exec(`insert into job_runs (tenant_id, township_id, village_id, kind, title, params, state, account_id, grant_id, started_by, created_at, finished_at)
		select tenant_id, township_id, village_id, 'x', '导入', '{}', state, id, 0, name, now(), now() from accounts, unnest(array['done', 'failed']) state
		where tenant_id <> 0`)
	for _, tenant := range []int64{b.units["甲"].tenant, b.units["乙"].tenant} {
		sealed := b.keys.Encrypt(tenant, "job.file", "x")
		b.exec(`insert into job_files (tenant_id, township_id, village_id, run_id, account_id, name, content_type, content, created_at)
			select tenant_id, township_id, village_id, id, account_id, '结果.txt', 'text/plain', $2, now() from job_runs where tenant_id = $1`, tenant, sealed)
		b.exec(`insert into job_file_parts (tenant_id, township_id, village_id, run_id, part, content, created_at)
			select tenant_id, township_id, village_id, id, 0, $2, now() from job_runs where tenant_id = $1`, tenant, sealed)
	}
	for _, m := range []string{"district_officer@甲", "district_officer@乙", "township_clerk@A", "township_clerk@B", "township_clerk@C"} {
		roster := uploads["roster"]
		b.post(m, "/cadres/import", http.StatusSeeOther, url.Values{}, &roster)
	}
	b.plantForms()
	for _, township := range []string{"A", "B", "C"} {
		b.plantScores(township)
	}
	b.plantPast("甲", "A1")
	b.plantPast("乙", "C1")
	for _, tenant := range []string{"甲", "乙"} {
		b.exec(`insert into transfer_requests (tenant_id, township_id, village_id, person_id, person_name, releasing_township_id, releasing_village_id,
				effective_on, reason, requested_by, requested_holder)
			select p.tenant_id, v.township_id, v.id, p.id, p.name, p.township_id, p.village_id, date '2026-12-01', '工作需要', '王建国', -1
			from persons p join lateral (select * from villages v where v.tenant_id = p.tenant_id and v.id <> p.village_id order by v.township_id = p.township_id, v.id limit 1) v on true
			where p.tenant_id = $1 and p.name = '张志强'`, b.units[tenant].tenant)
		b.exec(`insert into holiday_years (tenant_id, year, days, loaded_by) values ($1, 2029, '[]', '王建国')`, b.units[tenant].tenant)
		b.exec(`insert into role_settings (tenant_id, role, idle_minutes) values ($1, 'auditor', 15)`, b.units[tenant].tenant)
		b.exec(`insert into unit_successions (tenant_id, old_township_id, old_village_id, new_township_id, new_village_id, kind, effective_on, document)
			select tenant_id, township_id, -1, township_id, id, 'merged', date '2020-01-01', '民发〔2020〕1号' from villages where tenant_id = $1 order by id limit 1`, b.units[tenant].tenant)
		b.exec(`insert into import_mappings (tenant_id, township_id, kind, header, column_key) select tenant_id, id, 'cadre', '芳名', 'name' from townships
			where tenant_id = $1`, b.units[tenant].tenant)
		b.exec(`insert into person_merges (tenant_id, kept_person_id, merged_person_id, before, moved, reason, merged_by)
			select k.tenant_id, k.id, o.id, to_jsonb(k), '{"taken":[],"appointments":[],"removed":[],"accounts":[]}', '同一人', '王建国'
			from persons k join persons o on o.tenant_id = k.tenant_id and o.name = '陈桂兰' where k.tenant_id = $1 and k.name = '王建国'
			order by k.id, o.id limit 1`, b.units[tenant].tenant)
		b.exec(`insert into person_distinctions (tenant_id, first_person_id, second_person_id, decided_by)
			select tenant_id, min(id), max(id), '王建国' from persons where tenant_id = $1 group by tenant_id`, b.units[tenant].tenant)
	}
}

// plantScores uploads workbooks to the sheets of a township: a good one, and one in which somebody has moved a name.
func (b *builder) plantScores(township string) {
	b.t.Helper()
	u := b.units[township]
	for at, name := range map[string]string{"2026-10-01": "", "2026-09-01": "无此人"} {
		var sheet, row int64
		var person string
		if err := b.owner.QueryRow(context.Background(), `select sheet_id, id, person_name from assessment_rows where tenant_id = $1 and township_id = $2
			and month = $3::date order by id limit 1`, u.tenant, u.township, at).Scan(&sheet, &row, &person); err != nil {
			b.t.Fatal(err)
		}
		b.post("township_clerk@"+township, fmt.Sprintf("/assessment/sheets/%d/excel", sheet), http.StatusSeeOther, url.Values{},
			&upload{"file", "考评表.csv", []byte(scoresHead + fmt.Sprintf("%d,%s,19,20,20,15,10,15,0\n", row, cmp.Or(name, person)))})
	}
}

// plantPast uploads results of months before the first one: good ones, and ones of nobody.
func (b *builder) plantPast(district, village string) {
	b.t.Helper()
	u := b.units[village]
	id := idcard.Make("621202", time.Date(1975, 5, 1+int(u.village), 0, 0, 0, 0, time.UTC), 0, idcard.Male)
	for at, name := range map[string]string{"2024-11": "王建国", "2024-12": "无此人"} {
		b.post("district_officer@"+district, "/assessment/import", http.StatusSeeOther, url.Values{"month": {at}},
			&upload{"file", "历史.csv", []byte(pastHead + "安河镇,马家沟1村," + name + "," + id + ",90,称职\n")})
	}
}

const pastHead = "乡镇,村,姓名,身份证号,得分,等次\n"

const scoresHead = "行码,姓名,党建引领,乡村振兴,基层治理,坐班值班与作风,学习培训,廉洁与公开,加分\n"
