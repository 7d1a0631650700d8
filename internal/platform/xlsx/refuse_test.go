package xlsx_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"
	"unicode/utf16"

	"touyan/internal/platform/xlsx"
)

// ole imitates a compound file: its magic and the directory names of its streams.
func ole(streams ...string) []byte {
	out := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 1016)...)
	for _, s := range streams {
		for _, u := range utf16.Encode([]rune(s)) {
			out = binary.LittleEndian.AppendUint16(out, u)
		}
		out = append(out, make([]byte, 64)...)
	}
	return out
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	good := wpsRoster()
	without := func(name string) []byte {
		p := good.parts()
		delete(p, name)
		return pack(t, p)
	}
	whole := good.bytes(t)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"xls":      {ole("Workbook"), `请在WPS中"另存为".xlsx`},
		"et":       {ole("ETExtData", "Book"), `请在WPS中"另存为".xlsx`},
		"password": {ole("EncryptionInfo", "EncryptedPackage"), "打开密码"},
		"doc":      {ole("WordDocument"), "Word文档"},
		"docx":     {pack(t, map[string]string{"[Content_Types].xml": "", "word/document.xml": ""}), "Word文档"},
		"zip":      {pack(t, map[string]string{"花名册.txt": "姓名"}), "压缩包"},
		"ods":      {pack(t, map[string]string{"content.xml": "", "mimetype": ""}), "另存为"},
		"pdf":      {[]byte("%PDF-1.7 ..."), "PDF"},
		"png":      {[]byte("\x89PNG\r\n\x1a\n\x00"), "图片"},
		"html":     {[]byte("<html><body><table><tr><td>姓名"), "网页格式"},
		"xml":      {[]byte("<?xml version='1.0'?><Workbook>"), "XML"},
		"binary":   {[]byte("\x00\x01\x02\x03\x04\xff\xfe"), "无法识别"},
		"empty":    {nil, "空的"},
		"cut off":  {whole[:len(whole)/2], "损坏"},
		"no sheet": {without("xl/worksheets/sheet1.xml"), "损坏"},
	} {
		b, err := xlsx.OpenBytes(c.data, xlsx.Limits{})
		if err == nil {
			_, err = b.Table(roster, nil)
		}
		p := xlsx.ProblemOf(err)
		if p == nil || !strings.Contains(p.Sentence, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDamagedWithin(t *testing.T) {
	t.Parallel()
	for name, cut := range map[string]string{"in a row": `<c r="B8"`, "before the end": `</sheetData>`} {
		p := wpsRoster().parts()
		p["xl/worksheets/sheet1.xml"], _, _ = strings.Cut(p["xl/worksheets/sheet1.xml"], cut)
		b, err := xlsx.OpenBytes(pack(t, p), xlsx.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		tab, err := b.Table(roster, nil)
		if err == nil {
			for _, e := range tab.Rows() {
				err = e
			}
		}
		if xlsx.ProblemOf(err) == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestZipBombs(t *testing.T) {
	t.Parallel()
	swollen := wpsRoster().parts()
	swollen["xl/worksheets/sheet1.xml"] = strings.Replace(swollen["xl/worksheets/sheet1.xml"], "<sheetData>", strings.Repeat(" ", 60<<20)+"<sheetData>", 1)
	many := wpsRoster().parts()
	for i := range 6000 {
		many[fmt.Sprintf("xl/media/%d.png", i)] = ""
	}
	for name, data := range map[string][]byte{"ratio": pack(t, swollen), "entries": pack(t, many), "a lie in the directory": lying(t)} {
		b, err := xlsx.OpenBytes(data, xlsx.Limits{})
		if err == nil {
			_, err = b.Table(roster, nil)
		}
		if p := xlsx.ProblemOf(err); p == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := xlsx.OpenBytes(wpsRoster().bytes(t), xlsx.Limits{Unpacked: 20_000}); xlsx.ProblemOf(err) == nil || !xlsx.ProblemOf(err).TooLarge {
		t.Errorf("total: %v", err)
	}
	if _, err := xlsx.OpenBytes(wpsRoster().bytes(t), xlsx.Limits{Bytes: 1000}); xlsx.ProblemOf(err) == nil || !xlsx.ProblemOf(err).TooLarge {
		t.Errorf("upload: %v", err)
	}
}

// lying packs 30 MB of spaces under a directory that promises 100 bytes.
func lying(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	zw := zip.NewWriter(&out)
	for name, text := range wpsRoster().parts() {
		if name == "xl/worksheets/sheet1.xml" {
			continue
		}
		w, err := zw.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, text)
	}
	var packed bytes.Buffer
	inner := zip.NewWriter(&packed)
	w, err := inner.Create("x")
	if err != nil {
		t.Fatal(err)
	}
	spaces := bytes.Repeat([]byte(" "), 30<<20)
	if _, err := w.Write(spaces); err != nil {
		t.Fatal(err)
	}
	if err := inner.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil {
		t.Fatal(err)
	}
	from, err := r.File[0].DataOffset()
	if err != nil {
		t.Fatal(err)
	}
	deflated := packed.Bytes()[from : from+int64(r.File[0].CompressedSize64)]
	raw, err := zw.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(spaces),
		CompressedSize64: uint64(len(deflated)), UncompressedSize64: 100})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Write(deflated); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
