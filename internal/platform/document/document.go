// Package document owns what a file from outside must be before it is kept: that its content is what its name says, that
// it opens without surprises, and that its name is safe to give back. It knows PDF, JPEG, PNG and the Office formats
// .docx and .xlsx, and decides by the bytes, never by what the browser claims.
package document

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"touyan/internal/platform/fault"
)

// File is an accepted file.
type File struct {
	Name      string // tidied
	MediaType string
}

// format is a kind of file that is accepted.
type format struct {
	title      string
	media      string
	extensions []string
	check      func(data []byte) error
}

var formats = []format{
	{"PDF 文件", "application/pdf", []string{".pdf"}, checkPDF},
	{"JPG 图片", "image/jpeg", []string{".jpg", ".jpeg"}, checkJPEG},
	{"PNG 图片", "image/png", []string{".png"}, checkPNG},
	{"Word 文档(.docx)", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", []string{".docx"}, checkWord},
	{"Excel 工作簿(.xlsx)", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []string{".xlsx"}, checkExcel},
}

// Accept is what a file field offers to choose from.
const Accept = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx"

// longest is how many characters of a name are kept.
const longest = 100

// hiding is a second extension under which some programs would run or open the file.
var hiding = regexp.MustCompile(`(?i)\.(exe|com|bat|cmd|scr|msi|lnk|js|jse|vbs|vbe|wsf|hta|ps1|sh|jar|apk|html?|xhtml|mht|svg|xml|php\d?|jspx?|aspx?|cgi|zip|rar|7z|docm?|docx|xlsm?|xlsx|pdf|jpe?g|png)$`)

// Check holds a file to its name. The error is a sentence for the user.
func Check(name string, data []byte) (File, error) {
	name = Tidy(name)
	extension := strings.ToLower(path.Ext(name))
	at := slices.IndexFunc(formats, func(f format) bool { return slices.Contains(f.extensions, extension) })
	switch {
	case len(data) == 0:
		return File{}, fault.Invalid("文件是空的,请重新选择")
	case extension == ".doc" || extension == ".xls" || extension == ".wps" || extension == ".et":
		return File{}, fault.Invalid("不接收旧格式的 %s 文件,请在 WPS 或 Office 中另存为 .docx、.xlsx 或 PDF 后上传", extension)
	case at < 0:
		return File{}, fault.Invalid("只能上传 PDF、JPG、PNG、DOCX、XLSX 文件,文件名须带扩展名")
	case hiding.MatchString(strings.TrimSuffix(strings.ToLower(name), extension)):
		return File{}, fault.Invalid("文件名带有两个扩展名,请改成一个后重新上传")
	}
	f := formats[at]
	if what := looks(data); what != f.title && (what != archive || !f.zipped()) {
		return File{}, fault.Invalid("文件内容与文件名不符:文件名是%s的,内容%s。请核对后重新上传", f.title, said(what))
	}
	if err := f.check(data); err != nil {
		return File{}, err
	}
	return File{Name: name, MediaType: f.media}, nil
}

func (f format) zipped() bool { return f.extensions[0] == ".docx" || f.extensions[0] == ".xlsx" }

// said turns what a file looks like into the end of a sentence.
func said(what string) string {
	if strings.HasPrefix(what, "是") || strings.HasPrefix(what, "无法") {
		return what
	}
	return "是" + what
}

const archive = "是压缩包"

// looks says in words what the first bytes are.
func looks(data []byte) string {
	head := data[:min(len(data), 512)]
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"))
	switch {
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return formats[0].title
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return formats[1].title
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return formats[2].title
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return archive
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return "是旧格式的 Office 文件"
	case bytes.HasPrefix(head, []byte("MZ")), bytes.HasPrefix(head, []byte("\x7fELF")), bytes.HasPrefix(head, []byte("#!")):
		return "是程序"
	case bytes.HasPrefix(text, []byte("<")):
		return "是网页"
	case bytes.HasPrefix(head, []byte("GIF8")), bytes.HasPrefix(head, []byte("BM")), bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")),
		len(head) >= 12 && (string(head[8:12]) == "WEBP" || string(head[4:8]) == "ftyp"):
		return "是其他格式的图片或影像"
	case utf8.Valid(head):
		return "是普通文本"
	}
	return "无法识别"
}

// Tidy makes a name safe to store, to show and to save under: no folder, no control or direction character, nothing that
// Windows refuses.
func Tidy(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(strings.Join(strings.Fields(name), " "), ". ")
	if runes := []rune(name); len(runes) > longest {
		extension := []rune(path.Ext(name))
		if len(extension) > 10 {
			extension = nil
		}
		name = string(runes[:longest-len(extension)]) + string(extension)
	}
	return name
}
