package access

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"touyan/internal/platform/fault"
)

// purposeLimit is how many characters a purpose may have.
const purposeLimit = 100

// Purpose is what somebody typed as the purpose of an act, as the trail keeps it: on one line, without what cannot be
// seen. One that says nothing, or too much, is refused with a sentence for its field.
func Purpose(typed string) (string, error) {
	seen := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r): // a tab or line break that came along from a spreadsheet
			return ' '
		case unicode.Is(unicode.Cf, r): // marks without width, which would turn or hide what follows
			return -1
		}
		return r
	}, typed)
	text := strings.Join(strings.Fields(seen), " ")
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", fault.Invalid("请填写用途")
	case n > purposeLimit:
		return "", fault.Invalid("用途最多%d个字,现在有%d个字", purposeLimit, n)
	}
	return text, nil
}

// Asking is an act for which a purpose must be given, as the page says it that asks once more.
type Asking struct {
	Act   string // such as 导出
	What  string // such as 账号清单
	Words string // the conditions under which rows were chosen
	Back  string // the page that holds the form; empty where it is the list from whose address the act's own is made
}

func (a Asking) title() string { return a.Act + a.What }

// Purpose is Purpose, refused in such a way that the Gate asks for it: on one page for every export, print and reveal, at
// the address of the act, with everything else that was posted. A handler calls it when the row is known to be in scope.
func (a Asking) Purpose(typed string) (string, error) {
	text, err := Purpose(typed)
	if err != nil {
		return "", &unanswered{a, typed, err}
	}
	return text, nil
}

// unanswered is an act without a purpose, on its way to the page that asks for it.
type unanswered struct {
	Asking
	typed   string
	refusal error
}

func (u *unanswered) Error() string { return u.title() + ": " + u.refusal.Error() }

func (u *unanswered) Unwrap() error { return u.refusal }

// purposeProps is the page that asks for a purpose.
type purposeProps struct {
	Asking
	Action, Grant string
	Typed         string
	Sentence      string
	Kept          []typed
}

// askPurpose answers an act that was posted without a purpose.
func (c *Core) askPurpose(w http.ResponseWriter, r *http.Request, s Scope, u *unanswered) {
	p := purposeProps{Asking: u.Asking, Action: r.URL.RequestURI(), Grant: s.GrantID(), Typed: strings.TrimSpace(u.typed), Sentence: fault.Of(u.refusal).Sentence}
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		for _, v := range r.PostForm[name] {
			if name != "purpose" && name != "_grant" {
				p.Kept = append(p.Kept, typed{name, v})
			}
		}
	}
	p.Back = cmp.Or(p.Back, listOf(r))
	v := View{Title: u.title(), Status: http.StatusUnprocessableEntity}
	if err := c.Page(w, r, s, v, purposePage(p)); err != nil {
		c.log.Error("render the page for a purpose", "err", err)
	}
}

// listOf is the page on which the form of an act stood: the act's address is that page's and one word more, and the form
// carries the page's conditions, as one field named query or each by its own name.
func listOf(r *http.Request) string {
	at := url.URL{Path: path.Dir(r.URL.Path)}
	if query, ok := r.PostForm["query"]; ok {
		q, _ := url.ParseQuery(query[0]) // what cannot be read filters nothing
		at.RawQuery = q.Encode()
		return at.String()
	}
	q := url.Values{}
	for name, values := range r.PostForm {
		if name != "purpose" && !strings.HasPrefix(name, "_") && strings.Join(values, "") != "" {
			q[name] = values
		}
	}
	at.RawQuery = q.Encode()
	return at.String()
}
