package main

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/xuri/excelize/v2"
	"touyan/internal/platform/idcard"
)

var exported = []string{"township", "village", "name", "sex", "id", "birth", "age", "ethnic", "political", "joined", "education", "position", "phone"}

// sheets: the register out as a workbook and in again, beside excelize alone with the same cells.
func (b *bench) sheets() error {
	officer, err := b.login("wd-officer")
	if err != nil {
		return err
	}
	var last int64
	if err := b.db.QueryRow(b.ctx, `select max(id) from persons`).Scan(&last); err != nil {
		return err
	}
	if err := b.export(officer, "export of the register"); err != nil {
		return err
	}
	for _, n := range []int{2383, 10_000} {
		if err := b.imports(officer, n, last); err != nil {
			return err
		}
	}
	// 10,000 more are in the register now: the same export again, and how much memory it took.
	small, err := b.exportPeak(officer, "q="+url.QueryEscape("新"))
	if err != nil {
		return err
	}
	large, err := b.exportPeak(officer, "")
	if err != nil {
		return err
	}
	b.add(figure{name: "memory of exporting 13,000, of exporting a quarter", ours: fmt.Sprintf("%.0f MB", large), bare: fmt.Sprintf("%.0f MB", small),
		value: large / small, target: 1.5, unitWord: " ×"})
	return b.forget(last)
}

// fetch runs an export, in the background if it is large, and gives the file.
func (b *bench) fetch(v *visitor, query string) ([]byte, error) {
	status, location, body, err := v.post("/cadres/export", url.Values{"purpose": {"测算"}, "query": {query}, "column": exported})
	if err != nil || status == http.StatusOK {
		return body, err
	}
	if status != http.StatusSeeOther {
		return nil, fmt.Errorf("export: %d %.300s", status, body)
	}
	if err := b.finish(location); err != nil {
		return nil, err
	}
	status, _, body, err = v.get(location + "/file")
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("file of the export: %d", status)
	}
	return body, err
}

// finish waits for a run.
func (b *bench) finish(location string) error {
	id, err := strconv.ParseInt(location[strings.LastIndex(location, "/")+1:], 10, 64)
	if err != nil {
		return err
	}
	for begin := time.Now(); time.Since(begin) < 3*time.Minute; time.Sleep(2 * time.Millisecond) {
		var state, message string
		if err := b.db.QueryRow(b.ctx, `select state, message from job_runs where id = $1 order by tenant_id limit 1`, id).Scan(&state, &message); err != nil {
			return err
		}
		if state == "failed" {
			return fmt.Errorf("run %d failed: %s", id, message)
		}
		if state == "done" {
			return nil
		}
	}
	return fmt.Errorf("run %d does not end", id)
}

func (b *bench) export(v *visitor, name string) error {
	file, err := b.fetch(v, "")
	if err != nil {
		return err
	}
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		return err
	}
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		return err
	}
	ours, err := seconds(func() error { _, err := b.fetch(v, ""); return err })
	if err != nil {
		return err
	}
	bare, err := seconds(func() error { _, err := written(rows); return err })
	if err != nil {
		return err
	}
	b.add(figure{name: fmt.Sprintf("%s, %d rows, of excelize alone", name, len(rows)), ours: inMS(ours), bare: inMS(bare), value: ours / bare, target: 3, unitWord: " ×"})
	return nil
}

// written makes a workbook of text cells with excelize alone.
func written(rows [][]string) ([]byte, error) {
	return writtenSheets([]string{"Sheet1"}, map[string][][]string{"Sheet1": rows})
}

// streamed writes text cells to one sheet.
func streamed(f *excelize.File, sheet string, rows [][]string) error {
	w, err := f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	for i, r := range rows {
		cells := make([]any, len(r))
		for j, c := range r {
			cells[j] = c
		}
		if err := w.SetRow("A"+strconv.Itoa(i+1), cells); err != nil {
			return err
		}
	}
	return w.Flush()
}

// place is a village with its township.
type place struct{ Township, Village string }

// places are the villages of the demonstration.
func (b *bench) places() ([]place, error) {
	rows, err := b.db.Query(b.ctx, `select t.name as township, v.name as village from villages v join townships t on t.tenant_id = v.tenant_id and t.id = v.township_id
		where t.tenant_id = (select id from tenants where code = '621202') and v.valid_to is null order by v.id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[place])
}

// roster makes n new people for the villages of the district.
func (b *bench) roster(n int) ([]byte, error) {
	places, err := b.places()
	if err != nil {
		return nil, err
	}
	list := [][]string{{"乡镇(街道)", "村(社区)", "姓名", "身份证号", "民族", "最高学历", "政治面貌", "职务", "任职时间", "联系电话"}}
	for i := range n {
		birth := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i%9000)
		p := places[i%len(places)]
		list = append(list, []string{p.Township, p.Village, "新" + string([]rune("春夏秋冬梅兰竹菊")[i%8]) + string([]rune("东南西北山水林田")[i/8%8]),
			idcard.Make("622621", birth, 400+i/9000, idcard.Female), "汉族", "大专", "中共党员", "村委会委员", "2024-01", fmt.Sprintf("139%08d", i)})
	}
	return written(list)
}

// send uploads and confirms a roster, and waits until it is in the register.
func (b *bench) send(v *visitor, file []byte) error {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "花名册.xlsx")
	if err != nil {
		return err
	}
	_, _ = part.Write(file) // into memory
	_ = w.Close()
	r, err := http.NewRequest(http.MethodPost, v.base+"/cadres/import", &body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	status, location, page, err := v.do(r, nil)
	if err := want(http.StatusSeeOther)(status, location, page, err); err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	status, run, page, err := v.post(location+"/confirm", url.Values{})
	if err := want(http.StatusSeeOther)(status, run, page, err); err != nil {
		return fmt.Errorf("confirm: %w; %w", err, want(0)(v.get(location))) // the preview says why
	}
	if !strings.HasPrefix(run, "/jobs/") {
		return nil
	}
	return b.finish(run)
}

// forget removes whoever came after a key.
func (b *bench) forget(last int64) error {
	if _, err := b.db.Exec(b.ctx, `delete from appointments where person_id > $1`, last); err != nil {
		return err
	}
	_, err := b.db.Exec(b.ctx, `delete from persons where id > $1`, last)
	return err
}

// imports n people, with every check of the preview, beside excelize reading and one insert per table.
func (b *bench) imports(v *visitor, n int, last int64) error {
	file, err := b.roster(n)
	if err != nil {
		return err
	}
	forget := func() error { return b.forget(last) }
	ours, err := secondsAfter(forget, func() error { return b.send(v, file) })
	if err != nil {
		return err
	}
	var inserts []string
	for _, table := range []string{"persons", "appointments"} {
		key := map[string]string{"persons": "id", "appointments": "person_id"}[table]
		var columns string
		if err := b.db.QueryRow(b.ctx, `select string_agg(column_name, ', ') from information_schema.columns where table_name = $1 and table_schema = 'public'`, table).Scan(&columns); err != nil {
			return err
		}
		var values string
		if err := b.db.QueryRow(b.ctx, `select string_agg(format('(`+strings.TrimSuffix(strings.Repeat("%L, ", strings.Count(columns, ",")+1), ", ")+`)', `+columns+`), ', ') from `+table+
			` where `+key+` > $1`, last).Scan(&values); err != nil {
			return err
		}
		inserts = append(inserts, "insert into "+table+" ("+columns+") overriding system value values "+values)
	}
	bare, err := secondsAfter(forget, func() error {
		book, err := excelize.OpenReader(bytes.NewReader(file))
		if err != nil {
			return err
		}
		if _, err := book.GetRows("Sheet1"); err != nil {
			return err
		}
		return replay(b.ctx, b.db, append(append([]string{"begin"}, inserts...), "commit"))
	})
	if err != nil {
		return err
	}
	b.add(figure{name: fmt.Sprintf("import of %d people, of reading and inserting", n), ours: inMS(ours), bare: inMS(bare), value: ours / bare, target: 5, unitWord: " ×"})
	return nil
}

// exportPeak gives the most memory, in MB, that the program held during an export.
func (b *bench) exportPeak(v *visitor, query string) (float64, error) {
	if b.server != nil {
		if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", b.server.Process.Pid), []byte("5"), 0); err != nil {
			return 0, err
		}
	}
	if _, err := b.fetch(v, query); err != nil {
		return 0, err
	}
	return b.memory("VmHWM")
}
