package ui_test

import (
	"testing"

	"touyan/web/ui"
)

func TestFormsCarryTheGrant(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]page{
		"Form":       render(t, ui.Form("/a", "42")),
		"UploadForm": render(t, ui.UploadForm("/a", "42")),
		"ActForm":    render(t, ui.ActForm("/a", "42", "", "撤回")),
		"Confirm":    render(t, ui.Confirm(ui.Confirmation{Action: "/a", Grant: "42", Submit: "作废", Danger: true})),
	} {
		form := p.one("form")
		if attr(form, "method") != "post" || attr(form, "action") != "/a" {
			t.Errorf("%s: %s", name, p.raw)
		}
		if got := attr(p.one("form input[type=hidden][name=_grant]"), "value"); got != "42" {
			t.Errorf("%s: grant %q", name, got)
		}
		if upload := attr(form, "enctype") == "multipart/form-data"; upload != (name == "UploadForm") {
			t.Errorf("%s: enctype %q", name, attr(form, "enctype"))
		}
	}
}

func TestFieldKeepsItsValueAndSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	p := render(t, ui.Input(ui.Field{Name: "amount", Label: "金额", Value: `1"><b>2`, Hint: "两位小数", Error: "应为数字", Mode: "decimal", Required: true, Unit: "元"}))
	in := p.one("input")
	for name, want := range map[string]string{
		"id": "f-amount", "name": "amount", "value": `1"><b>2`, "aria-describedby": "amount-error amount-hint", "aria-invalid": "true",
		"inputmode": "decimal", "type": "text",
	} {
		if got := attr(in, name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if len(p.all("b")) > 0 {
		t.Error("the value broke out of its attribute")
	}
	if text(p.one("#amount-error")) != "应为数字" || text(p.one("#amount-hint")) != "两位小数" || text(p.one(".unit")) != "元" {
		t.Error(p.raw)
	}
	fine := render(t, ui.Input(ui.Field{Name: "amount", Label: "金额"}))
	if in := fine.one("input"); attr(in, "aria-invalid") != "" || attr(in, "aria-describedby") != "" {
		t.Error(fine.raw)
	}
}

func TestKindsOfFields(t *testing.T) {
	t.Parallel()
	options := ui.Options("2", "1", "甲", "2", "乙<丙")
	area := render(t, ui.Input(ui.Field{Name: "note", Label: "备注", Type: "textarea", Value: "</textarea><i>", MaxLength: 9}))
	if text(area.one("textarea")) != "</textarea><i>" || len(area.all("i")) > 0 {
		t.Error(area.raw)
	}
	choice := render(t, ui.Input(ui.Field{Name: "kind", Label: "类别", Type: "select", Options: options}))
	if attr(choice.one("option[selected]"), "value") != "2" || text(choice.one("option[selected]")) != "乙<丙" {
		t.Error(choice.raw)
	}
	radios := render(t, ui.Input(ui.Field{Name: "kind", Label: "类别", Type: "radio", Options: options, Error: "请选择"}))
	if len(radios.all("fieldset[aria-describedby=kind-error] input[type=radio]")) != 2 || attr(radios.one("input[checked]"), "value") != "2" {
		t.Error(radios.raw)
	}
	if radios.one("#f-kind"); text(radios.one("legend")) != "类别" {
		t.Error("the summary's link lands on no control, or the group has no name")
	}
	boxes := render(t, ui.Boxes("kind", "类别", options))
	if len(boxes.all("input[type=checkbox][name=kind]")) != 2 {
		t.Error(boxes.raw)
	}
	box := render(t, ui.Input(ui.Field{Name: "sure", Label: "已核对", Type: "checkbox", Checked: true}))
	if b := box.one("input[checked]"); attr(b, "value") != "1" {
		t.Error(box.raw)
	}
	twice := render(t, ui.Input(ui.Field{Name: "note", ID: "note-7", Label: "备注", Hint: "可空"}))
	if in := twice.one("input"); attr(in, "id") != "f-note-7" || attr(in, "name") != "note" || attr(in, "aria-describedby") != "note-7-hint" {
		t.Error(twice.raw)
	}
}

func TestErrorSummaryLeadsToTheFields(t *testing.T) {
	t.Parallel()
	problems := []ui.Problem{{Field: "name", Sentence: "请填写名称"}, {Sentence: "重复 <登记>"}}
	p := render(t, ui.ErrorSummary(problems))
	if attr(p.one("a"), "href") != "#f-name" || len(p.all("[role=alert] li")) != 2 || text(p.all("li")[1]) != "重复 <登记>" {
		t.Error(p.raw)
	}
	if ui.ProblemOf(problems, "name") != "请填写名称" || ui.ProblemOf(problems, "other") != "" {
		t.Error("ProblemOf")
	}
	if none := render(t, ui.ErrorSummary(nil)); len(none.all("[role=alert]")) != 0 {
		t.Error(none.raw)
	}
}

func TestLinksRefuseScript(t *testing.T) {
	t.Parallel()
	p := render(t, ui.Link("plain", "javascript:alert(1)", "打开"))
	if href := attr(p.one("a"), "href"); href == "javascript:alert(1)" {
		t.Error("script in an address")
	}
}
