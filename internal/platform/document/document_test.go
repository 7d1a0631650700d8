package document_test

import (
	"archive/zip"
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"touyan/internal/platform/document"
	"touyan/internal/platform/fault"
)

// office is a zip with the given members.
func office(t *testing.T, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: members[i], Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(members[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	wordTypes  = `<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`
	sheetTypes = `<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`
)

func pictures(t *testing.T) (jpg, pic []byte) {
	t.Helper()
	var a, b bytes.Buffer
	if err := jpeg.Encode(&a, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return a.Bytes(), b.Bytes()
}

func TestFilesThatAreWhatTheirNamesSay(t *testing.T) {
	t.Parallel()
	jpg, pic := pictures(t)
	pdf := []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n")
	for name, c := range map[string]struct {
		data  []byte
		media string
	}{
		"任免文件.pdf":              {pdf, "application/pdf"},
		"任免〔2024〕3号.PDF":        {pdf, "application/pdf"},
		"毕业证 1985.02.jpg":       {jpg, "image/jpeg"},
		"身份证.JPEG":              {jpg, "image/jpeg"},
		"㛃𬭎·买买提.png":            {pic, "image/png"},
		"思想汇报.docx":             {office(t, "[Content_Types].xml", wordTypes, "word/document.xml", "<w/>"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		"花名册.xlsx":              {office(t, "[Content_Types].xml", sheetTypes, "xl/workbook.xml", "<w/>"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		`C:\Users\王\桌面\证件.pdf`:  {pdf, "application/pdf"},
		"../../etc/passwd.pdf":  {pdf, "application/pdf"},
		"\u202efdp.exe证件.pdf":   {pdf, "application/pdf"},
		"a\x00b\r\nc\"<d>|.pdf": {pdf, "application/pdf"},
	} {
		f, err := document.Check(name, c.data)
		if err != nil || f.MediaType != c.media {
			t.Errorf("%q: %+v, %v", name, f, err)
		}
		if strings.ContainsAny(f.Name, "/\\\x00\r\n\"<>|\u202e") {
			t.Errorf("%q is kept as %q", name, f.Name)
		}
	}
}

func TestFilesThatAreNot(t *testing.T) {
	t.Parallel()
	jpg, pic := pictures(t)
	word := office(t, "[Content_Types].xml", wordTypes, "word/document.xml", "<w/>")
	for name, c := range map[string]struct {
		data []byte
		say  string
	}{
		"空.pdf":         {nil, "空的"},
		"证件":            {jpg, "扩展名"},
		"证件.gif":        {[]byte("GIF89a"), "只能上传"},
		"证件.exe":        {[]byte("MZ"), "只能上传"},
		"证件.svg":        {[]byte("<svg/>"), "只能上传"},
		"证件.doc":        {[]byte("\xd0\xcf\x11\xe0"), "另存为"},
		"网页.jpg":        {[]byte("<!DOCTYPE html><script>alert(1)</script>"), "是网页"},
		"网页2.pdf":       {[]byte("\xef\xbb\xbf \n<html>"), "是网页"},
		"程序.pdf":        {[]byte("MZ\x90\x00"), "是程序"},
		"文本.png":        {[]byte("就是几个字"), "是普通文本"},
		"图.png":         {jpg, "是JPG 图片"},
		"图2.jpg":        {pic, "是PNG 图片"},
		"压缩.pdf":        {word, "是压缩包"},
		"图3.docx":       {jpg, "是JPG 图片"},
		"坏图.jpg":        {[]byte("\xff\xd8\xff\xe0nonsense"), "已损坏"},
		"坏图.png":        {pic[:20], "已损坏"},
		"半个.pdf":        {[]byte("%PDF-1.7\n1 0 obj"), "不完整"},
		"表.docx":        {office(t, "[Content_Types].xml", sheetTypes, "xl/workbook.xml", "<w/>"), "里面没有Word 文档的正文"},
		"空包.docx":       {office(t, "读我.txt", "x"), "里面没有Word 文档的正文"},
		"装样子.docx":      {office(t, "word/document.xml", "<w/>"), "里面没有Word 文档的正文"},
		"装样子2.docx":     {office(t, "[Content_Types].xml", "<Types/>", "word/document.xml", "<w/>"), "里面没有Word 文档的正文"},
		"爬出去.docx":      {office(t, "[Content_Types].xml", wordTypes, "word/document.xml", "<w/>", "../../evil", "x"), "路径不正常"},
		"绝对.docx":       {office(t, "[Content_Types].xml", wordTypes, "word/document.xml", "<w/>", "/evil", "x"), "路径不正常"},
		"宏.docx":        {office(t, "[Content_Types].xml", wordTypes, "word/document.xml", "<w/>", "word/vbaProject.bin", "x"), "宏"},
		"截断.docx":       {word[:len(word)-30], "已损坏"},
		"合同.exe.pdf":    {[]byte("%PDF-1.7 %%EOF"), "两个扩展名"},
		"照片.php.jpg":    {jpg, "两个扩展名"},
		"照片.html.jpg":   {jpg, "两个扩展名"},
		"材料.docx.pdf":   {[]byte("%PDF-1.7 %%EOF"), "两个扩展名"},
		"视频.png":        {[]byte("\x00\x00\x00\x18ftypheic"), "其他格式"},
		"乱码.pdf":        {[]byte{0xc3, 0x28, 0xa0, 0xff}, "无法识别"},
		"bomb.docx":     {bomb(t), "解压后过大"},
		"证件.pdf.":       {[]byte("MZ"), "是程序"},
		"\u202egpj.scr": {[]byte("MZ"), "只能上传"},
	} {
		_, err := document.Check(name, c.data)
		if !fault.Is(err, fault.KindInvalid) || !strings.Contains(fault.Of(err).Sentence, c.say) {
			t.Errorf("%q: %v, want %q", name, err, c.say)
		}
	}
}

// bomb is a small zip that says it unpacks to 400 MB.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for range 4 {
		w, err := z.CreateRaw(&zip.FileHeader{Name: "word/document.xml", Method: zip.Deflate, UncompressedSize64: 100 << 20, CompressedSize64: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte{0}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLongNamesKeepTheirEnding(t *testing.T) {
	t.Parallel()
	got := document.Tidy(strings.Repeat("长", 300) + ".pdf")
	if n := len([]rune(got)); n != 100 || !strings.HasSuffix(got, "长.pdf") {
		t.Errorf("%d characters: %s", n, got)
	}
	for _, name := range []string{"", "...", "/", "\u200b", " . "} {
		if got := document.Tidy(name); got != "" {
			t.Errorf("%q became %q", name, got)
		}
	}
}
