package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"touyan/internal/platform/idcard"
)

// privates are the personal data of two invented people, in every form in which a file or a line could hold them.
type privates map[string]string

// in lists which of them some bytes hold, as text or as a dump writes bytes.
func (s privates) in(content []byte) (found []string) {
	for what, secret := range s {
		if bytes.Contains(content, []byte(secret)) || bytes.Contains(content, []byte(hex.EncodeToString([]byte(secret)))) {
			found = append(found, what)
		}
	}
	return found
}

// unpacked is a file and, of a workbook or another archive, all its parts.
func unpacked(content []byte) []byte {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return content
	}
	all := bytes.Clone(content)
	for _, f := range z.File {
		if r, err := f.Open(); err == nil {
			part, _ := io.ReadAll(r) // a part that cannot be read holds nothing
			all = append(all, part...)
			_ = r.Close()
		}
	}
	return all
}

// snapshot is a photo as a camera makes it, with the place in it.
func snapshot(t *testing.T, place string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 350, 490)), nil); err != nil {
		t.Fatal(err)
	}
	note := append([]byte("Exif\x00\x00"), place...)
	segment := []byte{0xff, 0xe1, 0, byte(len(note) + 2)}
	return slices.Concat(b.Bytes()[:2], segment, note, b.Bytes()[2:])
}

// crowd copies a file so often that an export of all runs in the background. Only the copies' numbers cannot be looked up.
func (in *instance) crowd(person string, n int) {
	in.t.Helper()
	in.connect()
	var columns string
	err := in.db.QueryRow(context.Background(), `select string_agg(quote_ident(attname), ', ') from pg_attribute where attrelid = 'persons'::regclass
		and attnum > 0 and not attisdropped and attname not in ('id', 'id_index')`).Scan(&columns)
	if err == nil {
		_, err = in.db.Exec(context.Background(), `insert into persons (`+columns+`, id_index) select `+columns+`, decode(md5(n::text), 'hex')
			from persons, generate_series(1, $2) n where id = $1`, strings.TrimPrefix(person, "/cadres/"), n)
	}
	if err != nil {
		in.t.Fatal(err)
	}
}

// fetched waits for the file that a run leaves.
func (in *instance) fetched(member, run string) answer {
	in.t.Helper()
	for range 1000 {
		if a := in.do(member, http.MethodGet, run+"/file", nil, nil); a.status == http.StatusOK {
			return a
		}
		time.Sleep(20 * time.Millisecond)
	}
	in.t.Fatalf("%s leaves no file: %s", run, brief(in.do(member, http.MethodGet, run, nil, nil).body))
	return answer{}
}

// backup is what `touyan backup` keeps, as text.
func (in *instance) backup() []byte {
	in.t.Helper()
	file := filepath.Join(in.dir, "backup")
	cmd := exec.Command(program(in.t), "backup", file)
	cmd.Env = append(os.Environ(), "TOUYAN_DATA="+in.dir, "TOUYAN_DEMO=0", "DATABASE_URL=", "TOUYAN_SECRET_FILE=")
	if out, err := cmd.CombinedOutput(); err != nil {
		in.t.Fatalf("backup: %v %s", err, out)
	}
	restore := "pg_restore"
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_restore"); len(found) > 0 {
		restore = found[len(found)-1]
	}
	text, err := exec.Command(restore, "--file=-", file).Output()
	if err != nil {
		in.t.Fatalf("read the backup: %v", err)
	}
	return text
}

// hiddenWas is the value that a request was drawn with.
var hiddenWas = regexp.MustCompile(`name="was" value="([^"]*)"`)

// ID numbers, phones, cards and addresses stand in clear nowhere but in answers that asked for them: not in lists and
// exports, not in the log, not in temporary files, not in the database's own files.
func TestPersonalDataStandsInClearNowhere(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	temp := filepath.Join(in.dir, "tmp")
	if err := os.Mkdir(temp, 0o777); err != nil {
		t.Fatal(err)
	}
	in.env = []string{"TMPDIR=" + temp}
	in.start()
	in.ready()
	const clerk = "township_clerk@A"
	typed := idcard.Make("622621", time.Date(1979, 11, 23, 0, 0, 0, 0, time.UTC), 421, idcard.Male)
	imported := idcard.Make("622621", time.Date(1983, 9, 27, 0, 0, 0, 0, time.UTC), 318, idcard.Female)
	hidden := privates{"typed ID": typed, "imported ID": imported, "phone": "13987651234", "imported phone": "13987654321",
		"second phone": "13612349876", "asked ID": idcard.Make("622621", time.Date(1979, 11, 23, 0, 0, 0, 0, time.UTC), 87, idcard.Male),
		"card": "6230523119876543218", "address": "上湾村九社七十三号", "evidence": "影印件上的公民身份号码", "place of the photo": "GPS 33.4N 104.9E",
		"workbook": "[Content_Types].xml"}
	const wife = "赵雪莲·央金"

	village := fmt.Sprint(in.world.units["A1"].village)
	made := in.do(clerk, http.MethodPost, "/cadres", url.Values{"village": {village}, "name": {"卓玛·次仁"}, "id_number": {typed}, "ethnic": {"04"},
		"political": {"13"}, "education": {"31"}, "phone": {hidden["phone"]}}, nil)
	if made.status != http.StatusSeeOther {
		t.Fatalf("create: %d %.300s", made.status, made.body)
	}
	person := made.location
	if a := in.do(clerk, http.MethodPost, person, url.Values{"version": {"1"}, "name": {"卓玛·次仁"}, "ethnic": {"04"}, "political": {"13"},
		"phone2": {hidden["second phone"]}, "address": {hidden["address"]}, "bank_name": {"农信社"}, "bank_card": {hidden["card"]}}, nil); a.status != http.StatusSeeOther {
		t.Fatalf("edit: %d %.300s", a.status, a.body)
	}
	roster := "序号,村名,姓名,公民身份号码,性别,学历,政治面貌,现任职务,任职时间,联系电话\n1,马家沟1村,赵春梅," + imported +
		",女,大专,中共党员,村文书,2024-01," + hidden["imported phone"] + "\n2,马家沟1村,有误," + imported[:17] + "Z,女,大专,群众,村文书,2024-01,\n"
	upload1 := in.do(clerk, http.MethodPost, "/cadres/import", url.Values{}, &upload{"file", "花名册.csv", []byte(roster)})
	good := strings.SplitAfter(roster, "\n")
	upload2 := in.do(clerk, http.MethodPost, "/cadres/import", url.Values{}, &upload{"file", "花名册.csv", []byte(good[0] + good[1])})
	if upload1.status != http.StatusSeeOther || upload2.status != http.StatusSeeOther {
		t.Fatalf("import: %d %d %.300s", upload1.status, upload2.status, upload2.body)
	}

	form := in.do(clerk, http.MethodGet, person+"/changes/new?field=id_number", nil, nil)
	was := hiddenWas.FindStringSubmatch(form.body)
	if was == nil {
		t.Fatalf("the form of a request: %d %.300s", form.status, form.body)
	}
	request := in.do(clerk, http.MethodPost, person+"/changes", url.Values{"field": {"id_number"}, "was": {was[1]}, "number": {hidden["asked ID"]}, "reason": {"抄错"}},
		&upload{"file", "身份证" + hidden["asked ID"] + ".pdf", []byte("%PDF-1.4\n" + hidden["asked ID"] + hidden["evidence"] + "\n%%EOF\n")})
	if request.status != http.StatusSeeOther {
		t.Fatalf("request: %d %.300s", request.status, request.body)
	}

	for path, a := range map[string]answer{
		"photo":  in.do(clerk, http.MethodPost, person+"/photo", url.Values{}, &upload{"photo", "照片.jpg", snapshot(t, hidden["place of the photo"])}),
		"family": in.do(clerk, http.MethodPost, person+"/file/family", url.Values{"relation": {"13"}, "name": {wife}, "employer_post": {"务农"}}, nil),
		"papers": in.do(clerk, http.MethodPost, person+"/attachments", url.Values{"kind": {"bank"}}, &upload{"file", "卡.pdf", []byte("%PDF-1.4\n" + hidden["card"] + "\n%%EOF\n")}),
	} {
		if a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", path, a.status, brief(a.body))
		}
	}
	about := "/audit/people?person=" + strings.TrimPrefix(person, "/cadres/")

	// What shows or exports people without being asked for these.
	answers := map[string]answer{
		"list": in.do(clerk, http.MethodGet, "/cadres?q=卓玛", nil, nil), "file": in.do(clerk, http.MethodGet, person, nil, nil),
		"edit": in.do(clerk, http.MethodGet, person+"/edit", nil, nil), "print": in.do(clerk, http.MethodGet, "/cadres/print", nil, nil),
		"preview with errors": in.do(clerk, http.MethodGet, upload1.location, nil, nil), "preview": in.do(clerk, http.MethodGet, upload2.location, nil, nil),
		"search by the number": in.do(clerk, http.MethodGet, "/cadres?q="+typed[14:], nil, nil),
		"export":               in.do(clerk, http.MethodPost, "/cadres/export", url.Values{"purpose": {"核对"}, "column": {"name", "village", "posts"}}, nil),
		"request":              in.do(clerk, http.MethodGet, request.location, nil, nil), "requests": in.do(clerk, http.MethodGet, "/changes", nil, nil),
		"papers": in.do(clerk, http.MethodGet, person+"/attachments", nil, nil),
		"whole files": in.do(clerk, http.MethodPost, "/cadres/export/file", url.Values{"purpose": {"核对"}, "column": {"name"},
			"sheet": {"people", "posts", "education", "resume", "grades"}}, nil),
		"search by the phone": in.do(clerk, http.MethodPost, "/cadres/export", url.Values{"purpose": {hidden["phone"] + "是谁"}, "query": {"q=" + hidden["phone"]}, "column": {"name"}}, nil),
		"trail":               in.do("auditor@甲", http.MethodGet, about, nil, nil), "the whole trail": in.do("auditor@甲", http.MethodGet, "/audit", nil, nil),
		"refused": in.do(clerk, http.MethodPost, "/cadres", url.Values{"village": {village}, "name": {"某某"}, "id_number": {typed}, "ethnic": {"04"},
			"political": {"13"}, "education": {"31"}}, nil),
	}
	asked := maps.Clone(hidden)
	asked["family"] = wife
	delete(asked, "workbook") // is what was asked for
	for name, a := range answers {
		if a.status != http.StatusOK && (name != "refused" || a.status != http.StatusConflict) {
			t.Errorf("%s: %d %.200s", name, a.status, a.body)
		}
		found := asked.in(unpacked([]byte(a.body)))
		if name == "refused" { // a refused form gives back what was typed
			found = privates{"phone": hidden["phone"]}.in([]byte(a.body))
		}
		if len(found) > 0 {
			t.Errorf("%s shows %v", name, found)
		}
	}
	if a := in.do(clerk, http.MethodPost, upload2.location+"/confirm", nil, nil); a.status != http.StatusSeeOther {
		t.Fatalf("confirm: %d %.300s", a.status, a.body)
	}
	// The search finds what it looks for, or the test would prove nothing.
	open := in.do(clerk, http.MethodPost, person+"/reveal", url.Values{"purpose": {"核对"}}, nil)
	if got := len(hidden.in([]byte(open.body))); got != 5 {
		t.Errorf("a reveal shows %d of five values", got)
	}

	// What was asked for leaves, also by the background, and lies sealed until it is fetched.
	in.crowd(person, 501)
	run := in.do(clerk, http.MethodPost, "/cadres/export/file", url.Values{"query": {"state=all"}, "purpose": {"核对"}, "column": {"name", "phone"}, "sheet": {"people"},
		"open": {"id", "phone", "bank", "address"}}, nil)
	if found := hidden.in(unpacked([]byte(in.fetched(clerk, run.location).body))); !slices.Contains(found, "typed ID") {
		t.Errorf("the file of the run holds %v", found)
	}
	dump := in.backup()
	if found := hidden.in(dump); len(found) > 0 {
		t.Errorf("the backup holds %v", found)
	}
	for _, table := range []string{"attachments", "change_requests", "import_batches", "job_files", "audit_log", "jobs.river_job", "photos"} {
		if !bytes.Contains(dump, []byte("COPY "+table+" ")) && !bytes.Contains(dump, []byte("COPY public."+table+" ")) {
			t.Errorf("the backup was not searched: it has no %s", table)
		}
	}

	in.end() // the database writes everything down
	if found := hidden.in(in.log.Bytes()); len(found) > 0 {
		t.Errorf("the log holds %v", found)
	}
	names := 0
	err := filepath.WalkDir(in.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if found := hidden.in(unpacked(content)); len(found) > 0 {
			t.Errorf("%s holds %v", strings.TrimPrefix(path, in.dir), found)
		}
		if bytes.Contains(content, []byte("卓玛·次仁")) {
			names++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if names == 0 {
		t.Error("not even the name was found: the files were not searched")
	}
}
