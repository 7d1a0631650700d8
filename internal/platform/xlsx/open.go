package xlsx

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"
)

// Book is an opened workbook or CSV file. It reads from the upload as it goes and holds no rows.
type Book struct {
	limits Limits
	parts  map[string]*zip.File // by lower-case name; nil for CSV
	zip    *zip.Reader
	sheets []sheetEntry // visible work sheets in the order of their tabs
	shared []string
	styles []numberFormat
	d1904  bool
	csv    []byte // decoded text of a CSV file
	comma  rune
}

type sheetEntry struct{ name, part string }

const saveAs = `请在WPS中"另存为".xlsx 后再上传`

// Open recognises a file by its content, never by its name, and refuses what it cannot read with a Problem. Nothing is
// unpacked before the archive's directory is within the limits.
func Open(r io.ReaderAt, size int64, limits Limits) (*Book, error) {
	limits = limits.withDefaults()
	if size == 0 {
		return nil, problem(nil, "文件是空的,请重新选择文件")
	}
	if size > limits.Bytes {
		return nil, tooLarge("文件超过 %d MB,请删除图片和多余的工作表后再上传", limits.Bytes>>20)
	}
	head := make([]byte, min(size, 4096))
	if n, err := r.ReadAt(head, 0); err != nil && n != len(head) {
		return nil, damaged(err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return nil, oleProblem(r, size)
	case bytes.HasPrefix(head, []byte("PK")):
		return openZip(r, size, limits)
	}
	if p := foreign(head); p != nil {
		return nil, p
	}
	return openCSV(r, size, limits)
}

// OpenBytes opens a file held in memory.
func OpenBytes(data []byte, limits Limits) (*Book, error) {
	return Open(bytes.NewReader(data), int64(len(data)), limits)
}

func openZip(r io.ReaderAt, size int64, limits Limits) (*Book, error) {
	if entryCount(r, size) > limits.Entries {
		return nil, tooLarge("文件内部的部件过多,不像是正常的表格,无法处理")
	}
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, damaged(err)
	}
	b := &Book{limits: limits, zip: z, parts: make(map[string]*zip.File, len(z.File))}
	var total uint64
	for _, f := range z.File {
		total += f.UncompressedSize64
		swollen := f.UncompressedSize64 > ratioFloor &&
			f.UncompressedSize64/uint64(limits.Ratio) > max(f.CompressedSize64, 1)
		if swollen || f.UncompressedSize64 > uint64(limits.Unpacked) || total > uint64(limits.Unpacked) {
			return nil, tooLarge("文件解压后过大,无法处理;请删除多余的工作表、图片和空行后再上传")
		}
		if f.Flags&1 != 0 {
			return nil, problem(nil, "文件设有打开密码,请取消密码后再上传")
		}
		b.parts[strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))] = f
	}
	if p := b.otherPackage(); p != nil {
		return nil, p
	}
	if err := b.readWorkbook(); err != nil {
		return nil, err
	}
	return b, nil
}

// otherPackage names the kinds of archive that people take for a workbook.
func (b *Book) otherPackage() *Problem {
	switch {
	case b.parts["word/document.xml"] != nil:
		return problem(nil, "这是Word文档,请上传 .xlsx 表格")
	case b.parts["ppt/presentation.xml"] != nil:
		return problem(nil, "这是演示文稿,请上传 .xlsx 表格")
	case b.parts["xl/workbook.bin"] != nil, b.parts["content.xml"] != nil:
		return problem(nil, "不能读取 .xlsb 或 .ods 表格,"+saveAs)
	case b.parts["[content_types].xml"] == nil:
		return problem(nil, "这是压缩包,不是表格;请解压后上传其中的 .xlsx 文件")
	}
	return nil
}

// open unpacks one part as a stream that obeys the limits.
func (b *Book) open(name string, limit int64) (io.ReadCloser, error) {
	f := b.parts[strings.ToLower(path.Clean(strings.TrimPrefix(name, "/")))]
	if f == nil {
		return nil, damaged(errors.New("part " + name + " is missing"))
	}
	rc, err := f.Open()
	if err != nil {
		return nil, damaged(err)
	}
	return struct {
		io.Reader
		io.Closer
	}{&capped{rc, limit}, rc}, nil
}
