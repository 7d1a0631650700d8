package app_test

import (
	"fmt"
	"net/http"
	"net/url"
)

// plantElections opens a round in each district; every village has decided something, so that each table holds a row of
// each place.
func (b *builder) plantElections() {
	for _, district := range []string{"甲", "乙"} {
		b.exec(`insert into election_rounds (tenant_id, name, term_no, party_on, committee_on, opened_by, opened_at)
			values ($1, '2026年换届', 12, '2026-11-02', '2026-11-10', '王建国', '2026-11-01')`, b.units[district].tenant)
	}
	b.exec(`insert into election_drafts (tenant_id, township_id, village_id, round_id, party_on, committee_on, doc_no, vacancy_note, saved_by, saved_holder, saved_at)
		select v.tenant_id, v.township_id, v.id, r.id, r.party_on, r.committee_on, '文号', '另行选举', '王建国', -1, '2026-11-02'
		from villages v join election_rounds r on r.tenant_id = v.tenant_id`)
	b.exec(`insert into election_rows (tenant_id, township_id, village_id, round_id, rank, appointment_id, person_id, person_name, from_position, decision, terms)
		select a.tenant_id, a.township_id, a.village_id, r.id, 0, a.id, a.person_id, a.person_name, a.position_code, 'leave', ''
		from appointments a join election_rounds r on r.tenant_id = a.tenant_id where a.position_code = 'party_secretary'`)
	for member, town := range map[string]string{"district_officer@甲": "A", "district_officer@乙": "C", "township_clerk@A": "A", "township_clerk@B": "B", "township_clerk@C": "C"} {
		sheet := uploads["term"]
		round := b.one(`select id from election_rounds where tenant_id = $1`, b.units[town].tenant)
		at := fmt.Sprintf("/elections/%d/townships/%d/upload", round, b.units[town].township)
		b.post(member, at, http.StatusSeeOther, url.Values{}, &sheet)
		wrong := uploads["badterm"]
		b.post(member, at, http.StatusSeeOther, url.Values{}, &wrong)
	}
}
