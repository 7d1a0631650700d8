package cadre

import (
	"strings"
	"time"

	"touyan/internal/platform/contact"
	"touyan/internal/platform/document"
	"touyan/internal/platform/fault"
	"touyan/web/ui"
)

// The limits of the papers of one file.
const (
	maxAttachment  = 10 << 20
	maxAttachments = 50
)

// attachmentKind is a kind of paper. A personal one shows numbers or decisions that lists mask, so it opens like them: with
// the permission to reveal, and a purpose.
type attachmentKind struct {
	Code, Title string
	Personal    bool
}

var attachmentKinds = []attachmentKind{
	{"appointment", "任免文件", false},
	{"education", "学历证书", false},
	{"identity", "身份证件", true},
	{"party", "入党材料", false},
	{"commendation", "表彰文件", false},
	{"sanction", "处分文件", true},
	{"bank", "银行卡", true},
	{"other", "其他", false},
}

func paperKind(code string) (attachmentKind, bool) {
	for _, k := range attachmentKinds {
		if k.Code == code {
			return k, true
		}
	}
	return attachmentKind{Code: code, Title: code, Personal: true}, false
}

// Attachment is a paper of a file without its content.
type Attachment struct {
	ID         int64
	PersonID   int64
	Kind       string
	FileName   string
	MediaType  string
	Size       int
	Digest     string
	Note       string
	UploadedBy string
	UploadedAt time.Time
	Requests   int // change requests that rest on it
}

// Title names the kind.
func (a Attachment) Title() string {
	k, _ := paperKind(a.Kind)
	return k.Title
}

// Personal tells whether it opens only with a purpose.
func (a Attachment) Personal() bool {
	k, _ := paperKind(a.Kind)
	return k.Personal
}

// attachmentForm is what comes with a file.
type attachmentForm struct {
	Kind string `form:"kind"`
	Note string `form:"note"`
}

// paper is an upload that may be kept.
type paper struct {
	Kind, Note string
	File       document.File
	Data       []byte
}

// check holds an upload to its kind, its size and its name. missing is what the upload itself was refused for.
func (f attachmentForm) check(name string, data []byte, missing error) (paper, []ui.Problem) {
	p := paper{Kind: f.Kind, Note: strings.TrimSpace(f.Note), Data: data}
	var problems []ui.Problem
	if _, known := paperKind(f.Kind); !known {
		problems = append(problems, ui.Problem{Field: "kind", Sentence: "请选择附件类别"})
	}
	if len([]rune(p.Note)) > 200 {
		problems = append(problems, ui.Problem{Field: "note", Sentence: "说明不能超过200字"})
	}
	err := missing
	if err == nil && len(data) > maxAttachment {
		err = fault.Invalid("文件为%.1fMB,每个附件不能超过%dMB", float64(len(data))/(1<<20), maxAttachment>>20)
	}
	if err == nil {
		p.File, err = document.Check(name, data)
		// People name scans after the number on them; lists and the trail show the name of a file to everybody.
		p.File.Name = strings.ReplaceAll(contact.HideNumbers(p.File.Name), "*", "_")
	}
	if err != nil {
		problems = append(problems, ui.Problem{Field: "file", Sentence: fault.Of(err).Sentence})
	}
	return p, problems
}
