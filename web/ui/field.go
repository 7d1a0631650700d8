package ui

import (
	"strconv"

	"github.com/a-h/templ"
)

// Field is one labelled control of a form. Only Name and Label are needed.
type Field struct {
	Name        string
	Label       string
	Value       string
	Type        string // text (default), password, date, month, number, tel, search, file, textarea, select, checkbox, radio, boxes
	Hint        string
	Error       string
	Options     []Option // of select, radio and boxes
	Required    bool
	Checked     bool // of a checkbox
	Multiple    bool // of a select
	Wide        bool // takes the whole row
	Narrow      bool // for a few digits
	ReadOnly    bool
	InCell      bool   // stands in a table below a head that says the label to the eye
	Mode        string // inputmode: numeric, decimal, tel
	Auto        string // autocomplete
	Accept      string // of a file
	Placeholder string
	Unit        string // stands behind the control, such as 元
	Min, Max    string // of number, date, month
	Step        string // of number
	MaxLength   int
	Rows        int              // of textarea; 4 if 0
	ID          string           // instead of Name where one page has the name twice
	Attrs       templ.Attributes // such as hx-post
}

// Option is one choice of a select or of a set of boxes.
type Option struct {
	Value, Title string
	Selected     bool
}

// Options makes choices of (value, title) pairs and marks the selected value.
func Options(selected string, pairs ...string) []Option {
	var out []Option
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, Option{pairs[i], pairs[i+1], pairs[i] == selected})
	}
	return out
}

// Problem is a message about one field, or about the whole form if Field is empty.
type Problem struct{ Field, Sentence string }

// ProblemOf finds the sentence about one field, for Field.Error.
func ProblemOf(problems []Problem, field string) string {
	for _, p := range problems {
		if p.Field == field {
			return p.Sentence
		}
	}
	return ""
}

func (f Field) kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func (f Field) base() string {
	if f.ID != "" {
		return f.ID
	}
	return f.Name
}

func (f Field) id() string { return "f-" + f.base() }

// grouped is true where several controls share a legend instead of one control having a label.
func (f Field) grouped() bool { return f.Type == "radio" || f.Type == "boxes" }

func (f Field) optionKind() string {
	if f.Type == "radio" {
		return "radio"
	}
	return "checkbox"
}

// optionID gives the first choice the id of the field, so that a link from the summary lands on a control.
func (f Field) optionID(i int) string {
	if i == 0 {
		return f.id()
	}
	return f.id() + "-" + strconv.Itoa(i)
}

// boxValue is what a lone checkbox sends.
func (f Field) boxValue() string {
	if f.Value == "" {
		return "1"
	}
	return f.Value
}

func (f Field) rows() int {
	if f.Rows == 0 {
		return 4
	}
	return f.Rows
}

func (f Field) describedBy() string {
	d := ""
	if f.Error != "" {
		d = f.base() + "-error"
	}
	if f.Hint != "" {
		if d != "" {
			d += " "
		}
		d += f.base() + "-hint"
	}
	return d
}

// described is what screen readers and browsers get beyond name and value. Errors come before hints in the reading.
func described(f Field) templ.Attributes {
	a := templ.Attributes{}
	set := func(name, value string) {
		if value != "" {
			a[name] = value
		}
	}
	set("aria-describedby", f.describedBy())
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	set("inputmode", f.Mode)
	set("autocomplete", f.Auto)
	set("min", f.Min)
	set("max", f.Max)
	set("step", f.Step)
	set("placeholder", f.Placeholder)
	if f.MaxLength > 0 {
		a["maxlength"] = strconv.Itoa(f.MaxLength)
	}
	for k, v := range f.Attrs {
		a[k] = v
	}
	return a
}

// FormProps says more about a form than its address.
type FormProps struct {
	Action string
	Grant  string           // Frame.GrantID of the page
	ID     string           // for controls outside the form (Pick.Form)
	Upload bool             // it holds a file
	Plain  bool             // around a table or a whole page: no width of its own
	Attrs  templ.Attributes // such as hx-post
}

func (p FormProps) attrs() templ.Attributes {
	a := templ.Attributes{}
	if p.ID != "" {
		a["id"] = p.ID
	}
	if p.Upload {
		a["enctype"] = "multipart/form-data"
	}
	for k, v := range p.Attrs {
		a[k] = v
	}
	return a
}

// Confirmation is the page between a button and an act that cannot be taken back lightly.
type Confirmation struct {
	Action, Grant string
	Sentence      string   // what will happen, in one sentence
	Points        []string // what it means, each a line
	Submit        string   // the words on the button: the act itself, not 确定
	Danger        bool
	Back          string
}

func (c Confirmation) buttonKind() string {
	if c.Danger {
		return "danger"
	}
	return "primary"
}
