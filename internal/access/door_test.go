package access_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/testkit"
)

// person puts a personnel file into a village and a post into each of the villages named.
func person(w *testkit.World, file string, posts ...string) int64 {
	w.T.Helper()
	id := int64(0)
	u := w.Units[file]
	index := []byte(file + strconv.Itoa(w.Count(`select count(*) from persons`)))
	err := w.Owner.QueryRow(context.Background(), `insert into persons (tenant_id, township_id, village_id, name, sex, birth_date, ethnic,
		political, education, id_cipher, id_index, id_tail_index) values ($1, $2, $3, '马永红', '1', '1980-05-01', '01', '01', '20', '\x00', $4, '\x00')
		returning id`, u.Tenant, u.Township, u.Village, index).Scan(&id)
	if err != nil {
		w.T.Fatal(err)
	}
	for _, p := range posts {
		v := w.Units[p]
		w.Exec(`insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code, is_paid, during, way_in)
			values ($1, $2, $3, $4, '马永红', '1', 'vc_member', true, '[2020-01-01,)', 'elected')`, v.Tenant, v.Township, v.Village, id)
	}
	return id
}

func posts(t *testing.T, s access.Scope, person int64) (n int) {
	t.Helper()
	err := access.Read(context.Background(), s, func(tx *access.Tx) error {
		return tx.QueryRow(context.Background(), `select count(*) from appointments where tenant_id = $1 and person_id = $2`, tx.Tenant(), person).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The unit where a person now serves reads his earlier posts elsewhere; nobody else does, and it changes nothing.
func TestAPersonsEarlierPostsOpenWithHisFile(t *testing.T) {
	t.Parallel()
	w := world(t)
	ctx := context.Background()
	here, other := person(w, "A1", "A1", "B1"), person(w, "B1", "A2", "B1")
	clerk := w.Scope(access.TownshipClerk, "A")
	if n := posts(t, clerk, here); n != 1 {
		t.Fatalf("without the door the clerk sees %d posts, want the one in his township", n)
	}
	open, err := access.ForPerson(ctx, clerk, here)
	if err != nil {
		t.Fatal(err)
	}
	if n := posts(t, open, here); n != 2 {
		t.Errorf("through the door: %d posts, want 2", n)
	}
	if n := posts(t, open, other); n != 1 {
		t.Errorf("the door opens another person too: %d posts", n)
	}
	if w.Count(`select count(*) from audit_log where action = 'person.history' and person_id = $1`, here) != 1 {
		t.Error("the look leaves no line")
	}
	if err := access.InScope(ctx, open, func(tx *access.Tx) error {
		_, err := tx.Exec(ctx, `update appointments set way_in = 'changed' where tenant_id = $1 and person_id = $2`, tx.Tenant(), here)
		return err
	}); err == nil {
		t.Error("the door lets somebody write")
	}
	for _, s := range []access.Scope{clerk, w.Scope(access.TownshipClerk, "C")} {
		if _, err := access.ForPerson(ctx, s, other); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a file out of scope opens: %v", err)
		}
	}
	if w.Count(`select count(*) from appointments where way_in = 'changed'`) != 0 {
		t.Error("a post was changed")
	}
}

// merge closes one village in favour of another, some months ago.
func merge(w *testkit.World, old, into string) {
	w.T.Helper()
	o, n := w.Units[old], w.Units[into]
	w.Exec(`insert into unit_successions (tenant_id, old_township_id, old_village_id, new_township_id, new_village_id, kind, effective_on, document)
		values ($1, $2, $3, $4, $5, 'merged', '2026-06-01', '武政发〔2026〕12号')`, o.Tenant, o.Township, o.Village, n.Township, n.Village)
	w.Exec(`update villages set valid_to = '2026-06-01' where tenant_id = $1 and id = $2`, o.Tenant, o.Village)
}

func TestASuccessorReadsTheUnitThatItTookOver(t *testing.T) {
	t.Parallel()
	w := world(t)
	merge(w, "B1", "A2")
	merge(w, "A2", "A1") // and this one later went on
	who := person(w, "B1", "B1")
	m := w.Member(access.VillageSecretary, "A1")
	c := w.As(access.VillageSecretary, "A1")
	page := c.Get("/switch").Want(http.StatusOK).Doc()
	var old url.Values
	taken := 0
	for _, li := range page.All("li.todo") {
		if !strings.Contains(li.Text(), "原单位(只读)") {
			continue
		}
		taken++
		if strings.Contains(li.Text(), w.Units["B"].Name) {
			old = li.Doc().One("form").Fields()
		}
	}
	if taken != 2 || old == nil {
		t.Fatalf("%d villages that were taken over stand to choose, want both: %s", taken, page.Text("main"))
	}
	c.Post("/switch", old).Want(http.StatusSeeOther)
	if w.Count(`select count(*) from audit_log where action = 'switch' and account_id = $1`, m.Account) != 1 {
		t.Error("taking the read-only grant leaves no line")
	}
	drawn := old.Get("grant")
	c.Get("/").Want(http.StatusOK)
	a := c.Post("/echo", url.Values{"note": {"改一改"}, "_grant": {drawn}}).Want(http.StatusForbidden)
	if !strings.Contains(a.Doc().Text("main"), "只能查看") {
		t.Errorf("the refusal says %q", a.Doc().Text("main"))
	}
	id, _ := strconv.ParseInt(drawn, 10, 64)
	s, err := w.Core.Resume(context.Background(), m.Tenant, m.Account, id)
	if err != nil {
		t.Fatal(err)
	}
	if !s.ReadOnly() || s.Village() != w.Units["B1"].Village || posts(t, s, who) != 1 {
		t.Errorf("read-only %v at village %d, sees %d posts", s.ReadOnly(), s.Village(), posts(t, s, who))
	}
	if n := posts(t, w.Scope(access.VillageSecretary, "A1"), who); n != 0 {
		t.Errorf("without switching the successor sees %d posts of the old unit", n)
	}
	// A village that took over nothing has nothing to switch to.
	if n := len(w.As(access.VillageSecretary, "C1").Get("/switch").Doc().All("li.todo")); n != 1 {
		t.Errorf("the look-alike in the other district has %d identities, want its own", n)
	}
}

func TestOneNaturalPersonIsOneHolder(t *testing.T) {
	t.Parallel()
	w := world(t)
	holder := func(m testkit.Member) int {
		return w.Count(`select case when holder_id = 0 then id else holder_id end from accounts where id = $1`, m.Account)
	}
	first := w.NewMember("first", access.NewAccount{Username: "at-township-b", Name: "李建国", Role: access.TownshipLeader, Phone: "13909390003"}, "B")
	twin := w.NewMember("twin", access.NewAccount{Username: "elsewhere", Name: "李建国", Role: access.TownshipLeader, Phone: "13909390003"}, "C")
	// The clerk of A does not see the account at B, and yet the two are found to be one man.
	var second access.Created
	err := access.InScope(context.Background(), w.Scope(access.TownshipClerk, "A"), func(tx *access.Tx) error {
		var err error
		second, err = w.Core.CreateAccount(context.Background(), tx, access.NewAccount{Username: "at-village-a1", Name: "李建国", Phone: "13909390003",
			Role: access.VillageSecretary, Township: w.Units["A"].Township, Village: w.Units["A1"].Village})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if holder(first) != holder(testkit.Member{Account: second.ID}) {
		t.Error("two accounts with one mobile number have two holders")
	}
	if holder(twin) == holder(first) {
		t.Error("holders cross districts")
	}
	// Another number later does not make two people of one.
	err = access.InScope(context.Background(), w.Scope(access.TownshipClerk, "A"), func(tx *access.Tx) error {
		return w.Core.SaveHolding(context.Background(), tx, second.ID, access.Holding{Name: "李建国", Phone: "13909390004", Version: 1})
	})
	if err != nil || holder(first) != holder(testkit.Member{Account: second.ID}) {
		t.Errorf("a new number parts the holder (%v)", err)
	}
}
