package app_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"touyan/internal/platform/idcard"
)

// A number that is corrected changes the file and the posts that go on, and nothing that a month of the assessment or of
// duty has copied, open or locked.
func TestACorrectedNumberTouchesNoMonth(t *testing.T) {
	t.Parallel()
	s := newStage(t, "", nil)
	ctx := context.Background()
	person, err := strconv.ParseInt(s.ids["person"]["A1"], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	tenant := s.units["甲"].tenant
	var sealed []byte
	if err := s.owner.QueryRow(ctx, `select id_cipher from persons where tenant_id = $1 and id = $2`, tenant, person).Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	old, err := s.keys.Decrypt(tenant, "cadre.id_number", sealed)
	if err != nil {
		t.Fatal(err)
	}
	seal := func(number string) []byte { return s.keys.Encrypt(tenant, "cadre.change", `{"text":"`+number+`"}`) }
	var id int64
	if err := s.owner.QueryRow(ctx, `insert into change_requests (tenant_id, township_id, village_id, asked_township_id, person_id, person_name, field, old_sealed,
			new_sealed, new_text, attachment_id, reason, requested_by, requested_holder, requested_at, state, checked_by, checked_holder, checked_at)
		select tenant_id, township_id, village_id, township_id, person_id, '王建国', 'id_number', $3, $4, '新值', min(id), '抄错', '王建国', -1, now(),
			'township_checked', '李秀英', -2, now()
		from attachments where tenant_id = $1 and person_id = $2 group by tenant_id, township_id, village_id, person_id returning id`, tenant, person, seal(old),
		seal(idcard.Make("621202", time.Date(1966, 7, 8, 0, 0, 0, 0, time.UTC), 8, idcard.Female))).Scan(&id); err != nil {
		t.Fatal(err)
	}
	s.clean = s.fingerprint(t)
	a := request(s.app.Handler, s.cookies["district_officer@甲"], http.MethodPost, "/changes/"+strconv.FormatInt(id, 10)+"/approve", nil, nil)
	if a.Code != http.StatusSeeOther {
		t.Fatalf("%d%s", a.Code, brief(a.Body.String()))
	}
	changed := s.changed(t)
	slices.Sort(changed)
	if want := []string{"public.appointments", "public.audit_log", "public.audit_steps", "public.change_requests", "public.persons"}; !slices.Equal(changed, want) {
		t.Errorf("the approval has changed %v, want %v", changed, want)
	}
}
