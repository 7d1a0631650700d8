package testkit

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// Client is a browser without a screen: it keeps cookies and does not follow redirects by itself.
type Client struct {
	t    testing.TB
	base string
	http *http.Client
}

// Answer is what came back, read to its end.
type Answer struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   []byte
}

// NewClient talks to a handler.
func NewClient(t testing.TB, h http.Handler) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return ClientAt(t, srv.URL)
}

// ClientAt talks to a server that runs already.
func ClientAt(t testing.TB, base string) *Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Client{t: t, base: base, http: &http.Client{Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Another is a second browser on the same server, with its own cookies.
func (c *Client) Another() *Client { return ClientAt(c.t, c.base) }

// Do sends a request.
func (c *Client) Do(r *http.Request) Answer {
	c.t.Helper()
	res, err := c.http.Do(r)
	if err != nil {
		c.t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	return Answer{c.t, res.StatusCode, res.Header, body}
}

func (c *Client) request(method, path, kind string, body io.Reader) *http.Request {
	c.t.Helper()
	r, err := http.NewRequest(method, c.base+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	return r
}

// Get fetches a page.
func (c *Client) Get(path string) Answer {
	c.t.Helper()
	return c.Do(c.request(http.MethodGet, path, "", nil))
}

// Post sends a form.
func (c *Client) Post(path string, form url.Values) Answer {
	c.t.Helper()
	return c.Do(c.request(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode())))
}

// PostFile sends a form with one file.
func (c *Client) PostFile(path string, form url.Values, field, name string, content []byte) Answer {
	c.t.Helper()
	return c.PostFiles(path, form, field, [2]string{name, string(content)})
}

// PostFiles is PostFile with several files, each a name and its content, in one field.
func (c *Client) PostFiles(path string, form url.Values, field string, files ...[2]string) Answer {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, list := range form {
		for _, v := range list {
			if err := w.WriteField(k, v); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	for _, f := range files {
		part, err := w.CreateFormFile(field, f[0])
		if err == nil {
			_, err = part.Write([]byte(f[1]))
		}
		if err != nil {
			c.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		c.t.Fatal(err)
	}
	return c.Do(c.request(http.MethodPost, path, w.FormDataContentType(), &b))
}

// Login logs in and fails the test if that is refused.
func (c *Client) Login(username, password string) {
	c.t.Helper()
	a := c.Post("/login", url.Values{"username": {username}, "password": {password}})
	if a.Status != http.StatusSeeOther {
		c.t.Fatalf("log-in of %s: %d %s", username, a.Status, a.Doc().Text("[role=alert]"))
	}
}

// Doc parses the answer as a page.
func (a Answer) Doc() Doc { return ParseHTML(a.t, bytes.NewReader(a.Body)) }

// Location is where a redirect leads.
func (a Answer) Location() string { return a.Header.Get("Location") }

// Want fails the test unless the status is the expected one.
func (a Answer) Want(status int) Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("status %d, want %d: %s", a.Status, status, a.Doc().Text("body"))
	}
	return a
}

// PostFrom sends a form as a page of another site would.
func (c *Client) PostFrom(origin, path string, form url.Values) Answer {
	c.t.Helper()
	r := c.request(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	r.Header.Set("Origin", origin)
	return c.Do(r)
}
