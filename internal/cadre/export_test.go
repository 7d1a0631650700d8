package cadre_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"touyan/internal/access"
	"touyan/internal/platform/idcard"
	"touyan/internal/testkit"
)

// fill registers people of many kinds in the village A1 and, as look-alikes, in B1.
func (h *house) fill() {
	h.T.Helper()
	for i := range 12 {
		sex := []idcard.Sex{idcard.Male, idcard.Female}[i%2]
		n := number(born(1965+i, 3, 1+i), i, sex)
		h.serving("A1", "王建"+string(rune('一'+i)), n, []string{"party_committee_member", "clerk", "womens_federation_chair", "grid_worker"}[i%4], fmt.Sprintf("2021-%02d-15", 1+i))
		h.serving("B1", "王建"+string(rune('一'+i)), number(born(1965+i, 3, 1+i), 100+i, sex), "clerk", "2021-01-01")
	}
	x := idcard.Make("110105", born(1949, 12, 31), 1, idcard.Female) // whatever its check digit, it stays text
	h.serving("A1", "扎西·卓玛", x, "vc_member", "2021-01-01")
}

func everything(c *testkit.Client, query string) url.Values {
	form := url.Values(c.Get("/cadres/export?" + query).Want(http.StatusOK).Doc().One(`main form`).Fields())
	form.Set("purpose", "年报核对")
	return form
}

func sheetOf(t *testing.T, file []byte) [][]string {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestTheExportHoldsWhatTheFilterShows(t *testing.T) {
	t.Parallel()
	h := register(t)
	h.fill()
	clerk := h.As(access.TownshipClerk, "A")
	form := everything(clerk, "position=clerk&sort=name")
	rows := sheetOf(t, clerk.Post("/cadres/export", form).Want(http.StatusOK).Body)
	head := slices.Index(rows[2], "身份证号")
	if head < 0 || !strings.Contains(rows[0][0], "花名册") || !strings.Contains(rows[1][0], "2026-11-23") {
		t.Fatalf("the head of the export: %v", rows[:3])
	}
	shown := names(clerk.Get("/cadres?position=clerk&sort=name").Doc())
	var exported []string
	for _, r := range rows[3 : 3+len(shown)] {
		exported = append(exported, r[slices.Index(rows[2], "姓名")])
		if len(r[head]) != 18 {
			t.Errorf("an ID number left as %q", r[head])
		}
	}
	slices.Sort(exported)
	if !slices.Equal(exported, shown) || len(shown) != 3 {
		t.Errorf("exported %v, shown %v", exported, shown)
	}
	if last := rows[len(rows)-1][0]; !strings.Contains(last, "年报核对") {
		t.Errorf("the foot says %q", last)
	}
	// Fewer columns, none, no purpose.
	form["column"] = []string{"phone", "name", "id_cipher"}
	if rows := sheetOf(t, clerk.Post("/cadres/export", form).Want(http.StatusOK).Body); !slices.Equal(rows[2], []string{"序号", "姓名", "联系电话"}) {
		t.Errorf("the columns are %v", rows[2])
	}
	lines := h.Count(`select count(*) from audit_log where action = 'export' and reason = '年报核对'`)
	form["column"] = nil
	form.Set("purpose", " ")
	doc := clerk.Post("/cadres/export", form).Want(http.StatusUnprocessableEntity).Doc()
	if doc.Text("#column-error") == "" || doc.Text("#purpose-error") == "" {
		t.Errorf("an export of nothing for nothing: %q", doc.Text("main"))
	}
	if after := h.Count(`select count(*) from audit_log where action = 'export'`); lines != 2 || after != 2 {
		t.Errorf("%d, then %d lines in the trail", lines, after)
	}
	h.As(access.TownshipFinance, "A").Post("/cadres/export", form).Want(http.StatusForbidden)
}

// What goes out comes in again in another district, cell for cell: numbers as text, posts with their days.
func TestAnExportComesInAgainUnchanged(t *testing.T) {
	t.Parallel()
	h := register(t)
	h.fill()
	from, to := h.As(access.TownshipClerk, "A"), h.As(access.TownshipClerk, "C")
	form := everything(from, "")
	file := from.Post("/cadres/export", form).Want(http.StatusOK).Body
	at, doc := previewOf(to, "花名册.xlsx", file)
	if text := doc.Text(".stats"); !strings.Contains(text, "新增人员 13") || !strings.Contains(text, "有误的行 0") {
		t.Fatalf("the preview says %q: %s", text, doc.Text(`[aria-label="错误"]`))
	}
	to.Post(at+"/confirm", nil).Want(http.StatusSeeOther)
	h.Exec(`update townships set name = '安河镇' where id = $1`, h.Units["C"].Township)
	again := to.Post("/cadres/export", everything(to, "")).Want(http.StatusOK).Body
	a, b := sheetOf(t, file), sheetOf(t, again)
	if len(a) != len(b) {
		t.Fatalf("%d rows went out, %d came back", len(a), len(b))
	}
	for i := 2; i < 2+14; i++ {
		if !slices.Equal(a[i], b[i]) {
			t.Errorf("row %d:\n%v\n%v", i+1, a[i], b[i])
		}
	}
}

func TestALargeExportRunsInTheBackground(t *testing.T) {
	t.Parallel()
	h := register(t)
	u := h.Units["A1"]
	h.Exec(`insert into persons (tenant_id, township_id, village_id, name, sex, birth_date, ethnic, political, education, id_cipher, id_index, id_tail_index)
		select $1, $2, $3, '王同名', '1', date '1970-01-01' + n, '01', '01', '31', $4, ('\x' || lpad(to_hex(n), 8, '0'))::bytea, ''
		from generate_series(1, 1200) n`, u.Tenant, u.Township, u.Village, h.Keys.Encrypt(u.Tenant, "cadre.id_number", number(born(1970, 1, 1), 1, idcard.Male)))
	h.Exec(`insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code, is_paid, during, way_in)
		select tenant_id, township_id, village_id, id, name, sex, 'vc_member', true, daterange('2021-01-01', null), 'election' from persons`)
	clerk := h.As(access.TownshipClerk, "A")
	form := everything(clerk, "")
	if err := h.jobs.Open(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	run := clerk.Post("/cadres/export", form).Want(http.StatusSeeOther).Location()
	doc := h.work(clerk, run)
	file := clerk.Get(doc.One(`a[href$="/file"]`).Attr("href")).Want(http.StatusOK).Body
	if n := len(sheetOf(t, file)); n < 1203 {
		t.Errorf("the file has %d rows", n)
	}
	if a := h.As(access.TownshipLeader, "A").Get(run + "/file"); a.Status != http.StatusNotFound {
		t.Errorf("another account fetches the file: %d", a.Status)
	}
}
