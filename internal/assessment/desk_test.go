package assessment_test

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"testing"

	"touyan/internal/access"
	"touyan/internal/assessment"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/month"
	"touyan/internal/testkit"
)

// office is a world with an open month: in every village a secretary, a deputy and a clerk of the same names.
type office struct {
	*testkit.World
	module  *assessment.Module
	files   *assessment.Files
	month   month.Month
	people  map[string]int64 // "A1/张伟"
	persons int
}

var villagers = []struct{ name, position string }{{"张伟", "party_secretary"}, {"李娜", "vc_deputy_director"}, {"王芳", "clerk"}}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := &office{month: month.MustParse("2026-10"), people: map[string]int64{}}
	o.World = testkit.NewWorld(t, func(keys *crypt.Keys) []access.Module {
		o.module = assessment.New(func(code string, _ bool) string { return code })
		o.files = assessment.NewFiles(o.module, keys)
		return []access.Module{o.module.Module(), o.files.Module()}
	})
	o.Serve()
	for _, v := range []string{"A1", "A2", "B1", "C1"} {
		for _, p := range villagers {
			o.hire(v, p.name, p.position, "2024-01-01")
		}
	}
	for _, district := range []string{"甲", "乙"} {
		err := access.InScope(t.Context(), o.Scope(access.DistrictOfficer, district), func(tx *access.Tx) error {
			id, err := o.module.Store.CreateScheme(t.Context(), tx, "月考评方案", o.month.Add(-3), assessment.DefaultScheme(), nil)
			if err != nil {
				return err
			}
			if err := o.module.Store.EnableScheme(t.Context(), tx, id, 1); err != nil {
				return err
			}
			_, err = o.module.Open(t.Context(), tx, o.month)
			return err
		})
		if err != nil {
			t.Fatalf("open the month of %s: %v", district, err)
		}
	}
	return o
}

// hire registers a person and a paid post from a day on.
func (o *office) hire(village, name, position, from string) int64 {
	o.T.Helper()
	u := o.Units[village]
	o.persons++
	var id int64
	err := o.Owner.QueryRow(context.Background(), `insert into persons (tenant_id, township_id, village_id, name, sex, birth_date, ethnic,
		political, education, id_cipher, id_index, id_tail_index) values ($1, $2, $3, $4, '1', '1985-02-14', '01', '01', '70', '', $5, '')
		returning id`, u.Tenant, u.Township, u.Village, name, []byte(strconv.Itoa(o.persons))).Scan(&id)
	if err != nil {
		o.T.Fatalf("register %s: %v", name, err)
	}
	o.people[village+"/"+name] = id
	o.appoint(village, name, id, position, from)
	return id
}

func (o *office) appoint(village, name string, person int64, position, from string) {
	u := o.Units[village]
	o.Exec(`insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code, is_paid, during, way_in)
		values ($1, $2, $3, $4, $5, '1', $6, true, daterange($7::date, null), '选举')`, u.Tenant, u.Township, u.Village, person, name, position, from)
}

// dismiss ends every post of a person.
func (o *office) dismiss(village, name, on string) {
	o.Exec(`update appointments set during = daterange(lower(during), $1::date), way_out = '离任' where person_id = $2 and upper_inf(during)`,
		on, o.people[village+"/"+name])
}

// sheet gives the key of a township's sheet.
func (o *office) sheet(township string) int64 {
	o.T.Helper()
	var id int64
	u := o.Units[township]
	if err := o.Owner.QueryRow(context.Background(), `select id from assessment_sheets where tenant_id = $1 and township_id = $2 and month = $3`,
		u.Tenant, u.Township, o.month.First()).Scan(&id); err != nil {
		o.T.Fatalf("sheet of %s: %v", township, err)
	}
	return id
}

func (o *office) sheetPath(township string) string {
	return "/assessment/sheets/" + strconv.FormatInt(o.sheet(township), 10)
}

// row gives the key of a cadre's row, such as "A1/张伟".
func (o *office) row(who string) int64 {
	o.T.Helper()
	var id int64
	if err := o.Owner.QueryRow(context.Background(), `select id from assessment_rows where person_id = $1 and month = $2 and removed_at is null`,
		o.people[who], o.month.First()).Scan(&id); err != nil {
		o.T.Fatalf("row of %s: %v", who, err)
	}
	return id
}

// cell reads what is stored of a cell, "" if nobody touched it.
func (o *office) cell(who, dimension string) string {
	o.T.Helper()
	var v *string
	err := o.Owner.QueryRow(context.Background(), `select (select trim_scale(value)::text from assessment_cells where row_id = $1 and dimension = $2)`,
		o.row(who), dimension).Scan(&v)
	if err != nil {
		o.T.Fatal(err)
	}
	if v == nil {
		return ""
	}
	return *v
}

func (o *office) total(who string) string {
	o.T.Helper()
	var v string
	if err := o.Owner.QueryRow(context.Background(), `select trim_scale(total)::text from assessment_rows where id = $1`, o.row(who)).Scan(&v); err != nil {
		o.T.Fatal(err)
	}
	return v
}

// secondClerk is another person at the same township's desk.
func (o *office) secondClerk(township string) *testkit.Client {
	o.T.Helper()
	m := o.NewMember("second", access.NewAccount{Username: "second-clerk", Name: "王干事", Role: access.TownshipClerk}, township)
	c := o.Guest()
	c.Login(m.Username, m.Password)
	return c
}

// save sends one cell as the script does.
func (o *office) save(c *testkit.Client, who, dimension, text, was string) testkit.Answer {
	o.T.Helper()
	return c.Post(fmt.Sprintf("/assessment/rows/%d/cells", o.row(who)), url.Values{"dimension": {dimension}, "text": {text}, "was": {was}})
}
