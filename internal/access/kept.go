package access

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
)

// kept is a post that met no session: it is shown again, and repeated after the same account has logged in.
type kept struct {
	Path   string
	Fields url.Values
}

const (
	keptPrefix  = "_kept."
	keptPurpose = "session.kept"
)

func keptOf(form url.Values) kept {
	k := kept{Path: localPath(form.Get("_kept_path")), Fields: url.Values{}}
	for name, values := range form {
		if field, ok := strings.CutPrefix(name, keptPrefix); ok {
			k.Fields[field] = values
		}
	}
	return k
}

// under picks the grant to act under after the log-in: the one of the kept post, or else the first.
func (k kept) under(grants []Grant) Grant {
	for _, g := range grants {
		if strconv.FormatInt(g.ID, 10) == k.Fields.Get("_grant") {
			return g
		}
	}
	return grants[0]
}

// repeat sends a kept post through all checks again, now with a session. It was drawn for one grant of one account:
// under any other it is shown and not sent.
func (c *Core) repeat(w http.ResponseWriter, r *http.Request, id identity, k kept) error {
	if k.Fields.Get("_grant") != strconv.FormatInt(id.Grant, 10) {
		r.PostForm = k.Fields
		return fault.Conflict("现在登录的(%s,%s)不是刚才填写内容的账号,没有提交。填写的内容保留在下面", id.Name, id.Unit)
	}
	again := r.Clone(WithRouteContext(r.Context(), chi.NewRouteContext()))
	again.Method = http.MethodPost
	again.URL = &url.URL{Path: k.Path}
	again.RequestURI = k.Path
	again.PostForm, again.Form = k.Fields, k.Fields
	again.Header = r.Header.Clone()
	again.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	again.Body = http.NoBody
	c.repeatMux.ServeHTTP(w, again)
	return nil
}

// lay puts a kept post aside, sealed, while its author takes a step that comes before anything else.
func (c *Core) lay(r *http.Request, id identity, k kept) error {
	if len(k.Fields) == 0 {
		return nil
	}
	plain, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("lay a post aside: %w", err)
	}
	c.sessions.Put(r.Context(), keyKept, c.keys.Encrypt(id.Tenant, keptPurpose, string(plain)))
	Flash(r, c.scopeOf(id, r), "info", "刚才填写的内容已保留,完成这一步后自动提交")
	return nil
}

// Onward ends a step that came first: it repeats the post that was laid aside for it, or else leads to a page.
func Onward(w http.ResponseWriter, r *http.Request, s Scope, page string) error {
	c := s.core
	id, ok := c.identity(r)
	sealed := c.sessions.GetBytes(r.Context(), keyKept)
	if !ok || id.Must != "" || len(sealed) == 0 {
		return httpx.SeeOther(w, r, page)
	}
	c.sessions.Remove(r.Context(), keyKept)
	plain, err := c.keys.Decrypt(id.Tenant, keptPurpose, sealed)
	if err != nil {
		return err
	}
	var k kept
	if err := json.Unmarshal([]byte(plain), &k); err != nil {
		return fmt.Errorf("a post laid aside: %w", err)
	}
	return c.repeat(w, r, id, k)
}
