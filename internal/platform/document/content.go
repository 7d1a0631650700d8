package document

import (
	"archive/zip"
	"bytes"
	"image/jpeg"
	"image/png"
	"io"
	"path"
	"strings"

	"touyan/internal/platform/fault"
)

func checkPDF(data []byte) error {
	if !bytes.Contains(data[max(0, len(data)-64<<10):], []byte("%%EOF")) {
		return fault.Invalid("PDF 文件不完整,请重新保存后上传")
	}
	return nil
}

func checkJPEG(data []byte) error {
	if _, err := jpeg.DecodeConfig(bytes.NewReader(data)); err != nil {
		return fault.Because(fault.Invalid("图片已损坏,请重新拍摄或扫描后上传"), err)
	}
	return nil
}

func checkPNG(data []byte) error {
	if _, err := png.DecodeConfig(bytes.NewReader(data)); err != nil {
		return fault.Because(fault.Invalid("图片已损坏,请重新拍摄或扫描后上传"), err)
	}
	return nil
}

func checkWord(data []byte) error {
	return checkPackage(data, "Word 文档", "word/document.xml", "wordprocessingml.document.main+xml")
}

func checkExcel(data []byte) error {
	return checkPackage(data, "Excel 工作簿", "xl/workbook.xml", "spreadsheetml.sheet.main+xml")
}

// The limits of an Office package. Nothing of it is unpacked here but its table of types; who opens it later unpacks all.
const (
	maxParts    = 5000
	maxUnpacked = 300 << 20
	maxTypes    = 1 << 20
)

// checkPackage holds a zip to what an Office file of the kind consists of.
func checkPackage(data []byte, title, main, kind string) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fault.Because(fault.Invalid("文件已损坏,请重新保存后上传"), err)
	}
	var types *zip.File
	var unpacked uint64
	found := false
	if len(z.File) > maxParts {
		return fault.Invalid("文件包含的内容过多,没有保存")
	}
	for _, f := range z.File {
		name := f.Name
		if strings.ContainsAny(name, "\\\x00") || path.IsAbs(name) || name != path.Clean(name) && name != path.Clean(name)+"/" || strings.HasPrefix(name, "..") {
			return fault.Invalid("文件内部的路径不正常,没有保存")
		}
		if unpacked += f.UncompressedSize64; unpacked > maxUnpacked {
			return fault.Invalid("文件解压后过大,没有保存")
		}
		switch strings.ToLower(name) {
		case "[content_types].xml":
			types = f
		case main:
			found = true
		}
		if strings.HasSuffix(strings.ToLower(name), "vbaproject.bin") {
			return fault.Invalid("文件带有宏,请另存为不带宏的文件后上传")
		}
	}
	if !found || types == nil {
		return fault.Invalid("文件内容与文件名不符:里面没有%s的正文", title)
	}
	r, err := types.Open()
	if err != nil {
		return fault.Because(fault.Invalid("文件已损坏,请重新保存后上传"), err)
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, maxTypes))
	if err != nil {
		return fault.Because(fault.Invalid("文件已损坏,请重新保存后上传"), err)
	}
	if !bytes.Contains(text, []byte(kind)) {
		return fault.Invalid("文件内容与文件名不符:里面没有%s的正文", title)
	}
	return nil
}
