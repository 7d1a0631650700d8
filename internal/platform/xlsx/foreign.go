package xlsx

import (
	"bytes"
	"io"
	"unicode/utf16"
)

// utf16LE is how an OLE directory spells the names of its streams.
func utf16LE(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// oleProblem tells apart what hides in an OLE compound file: a workbook with a password (of either format), a Word
// document, or the old binary formats of Excel and WPS.
func oleProblem(r io.ReaderAt, size int64) *Problem {
	data, err := io.ReadAll(io.NewSectionReader(r, 0, size))
	if err != nil {
		return damaged(err)
	}
	switch {
	case bytes.Contains(data, utf16LE("EncryptedPackage")), bytes.Contains(data, utf16LE("EncryptionInfo")):
		return problem(nil, "文件设有打开密码,请在WPS中取消密码(文件 → 文档加密)后再上传")
	case bytes.Contains(data, utf16LE("WordDocument")):
		return problem(nil, "这是Word文档,请上传 .xlsx 表格")
	}
	return problem(nil, "这是旧格式的表格(.xls 或 .et),"+saveAs)
}

// foreign names other kinds of file by their first bytes; nil if the file may be plain text.
func foreign(head []byte) *Problem {
	text := bytes.ToLower(bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n"))
	switch {
	case bytes.HasPrefix(head, []byte("%PDF")):
		return problem(nil, "这是PDF文件,请上传 .xlsx 表格")
	case bytes.HasPrefix(head, []byte("\x89PNG")), bytes.HasPrefix(head, []byte("\xff\xd8\xff")),
		bytes.HasPrefix(head, []byte("GIF8")), bytes.HasPrefix(head, []byte("BM")) && bytes.IndexByte(head, 0) >= 0:
		return problem(nil, "这是图片,请上传 .xlsx 表格")
	case bytes.HasPrefix(head, []byte("Rar!")), bytes.HasPrefix(head, []byte("7z\xbc\xaf")),
		bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return problem(nil, "这是压缩包,不是表格;请解压后上传其中的 .xlsx 文件")
	case bytes.HasPrefix(text, []byte("<!doctype html")), bytes.Contains(text, []byte("<html")),
		bytes.Contains(text, []byte("<table")):
		return problem(nil, "这是网页格式的表格,"+saveAs)
	case bytes.HasPrefix(text, []byte("<?xml")), bytes.HasPrefix(text, []byte("<")):
		return problem(nil, "这是XML格式的文件,"+saveAs)
	case bytes.HasPrefix(text, []byte(`{\rtf`)):
		return problem(nil, "这是Word文档,请上传 .xlsx 表格")
	}
	return nil
}
