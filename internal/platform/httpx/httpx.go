// Package httpx reads requests and writes answers: form decoding with limits, ids from paths, uploads, redirects and
// rendering of components. It knows no domain word.
package httpx

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"
	"github.com/go-playground/form/v4"
	"touyan/internal/platform/fault"
)

// MaxUpload is the largest body with a file; MaxForm the largest without.
const (
	MaxUpload = 20 << 20
	MaxForm   = 1 << 20
)

// ParseForm reads the body once, within the limit of the route, and refuses text that is not UTF-8 or holds NUL.
func ParseForm(w http.ResponseWriter, r *http.Request, upload bool) error {
	if r.PostForm != nil {
		return nil
	}
	multipartBody := strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data")
	var err error
	switch {
	case multipartBody && upload:
		r.Body = http.MaxBytesReader(w, r.Body, MaxUpload)
		err = r.ParseMultipartForm(4 << 20)
	case multipartBody:
		r.Body = http.MaxBytesReader(w, r.Body, MaxForm)
		err = r.ParseMultipartForm(MaxForm)
	default:
		r.Body = http.MaxBytesReader(w, r.Body, MaxForm)
		err = r.ParseForm()
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fault.TooLarge("提交的内容超过%dMB,没有保存", tooLarge.Limit>>20)
	}
	if errors.Is(err, multipart.ErrMessageTooLarge) { // which counts parts
		return fault.TooLarge("一次选中的文件过多,没有保存,请打成压缩包后上传")
	}
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return fault.Because(fault.Invalid("提交的内容无法识别,没有保存"), err)
	}
	if r.PostForm == nil {
		r.PostForm = url.Values{}
	}
	if r.MultipartForm != nil {
		for k, v := range r.MultipartForm.Value {
			if len(r.PostForm[k]) == 0 {
				r.PostForm[k] = v
			}
		}
	}
	return clean(r.PostForm)
}

func clean(v url.Values) error {
	for k, list := range v {
		for i, s := range list {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || !utf8.ValidString(k) {
				return fault.Invalid("内容中有无法识别的字符,没有保存")
			}
			list[i] = strings.ReplaceAll(s, "\r\n", "\n")
		}
	}
	return nil
}

var decoder = sync.OnceValue(func() *form.Decoder {
	d := form.NewDecoder()
	d.SetMaxArraySize(5000)
	d.SetTagName("form")
	return d
})

// Decode fills dst, a pointer to a struct with `form` tags, from the posted fields. Use string fields for whatever a
// user types, so that what cannot be read can be shown again beside its message.
func Decode(r *http.Request, dst any) error {
	if r.PostForm == nil {
		return fault.Invalid("没有收到提交的内容")
	}
	if err := decoder().Decode(dst, r.PostForm); err != nil {
		return fault.Because(fault.Invalid("提交的内容无法识别,没有保存"), err)
	}
	return nil
}

// DecodeQuery fills dst from the query of a GET; what cannot be read is left at its zero value.
func DecodeQuery(r *http.Request, dst any) {
	q := r.URL.Query()
	if clean(q) == nil {
		_ = decoder().Decode(dst, q) // a filter that cannot be read filters nothing
	}
}

// DecodeAddress fills dst from the query of a list that a form on it carries along, such as the form of its export.
func DecodeAddress(query string, dst any) {
	DecodeQuery(&http.Request{URL: &url.URL{RawQuery: query}}, dst)
}

// ID reads a positive key from the path. Anything else is an absent row.
func ID(r *http.Request, name string) (int64, error) {
	v, err := strconv.ParseInt(chi.URLParam(r, name), 10, 64)
	if err != nil || v <= 0 {
		return 0, fault.NotFound()
	}
	return v, nil
}

// Upload is a file as it was sent.
type Upload struct {
	Name string
	Data []byte
}

// File reads one uploaded file of a route with Upload.
func File(r *http.Request, field string) (Upload, error) {
	f, h, err := r.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return Upload{}, fault.Invalid("请选择要上传的文件")
	}
	if err != nil {
		return Upload{}, fault.Because(fault.Invalid("文件没有完整上传,请重新选择"), err)
	}
	defer f.Close()
	return readUpload(f, h)
}

// Files reads everything that was uploaded in a field where several files can be chosen.
func Files(r *http.Request, field string) ([]Upload, error) {
	first, err := File(r, field)
	if err != nil {
		return nil, err
	}
	list := []Upload{first}
	for _, h := range r.MultipartForm.File[field][1:] {
		f, err := h.Open()
		if err != nil {
			return nil, fault.Because(fault.Invalid("文件没有完整上传,请重新选择"), err)
		}
		u, err := readUpload(f, h)
		_ = f.Close() // only read
		if err != nil {
			return nil, fault.Because(fault.Invalid("%s:%s", h.Filename, fault.Of(err).Sentence), err)
		}
		list = append(list, u)
	}
	return list, nil
}

func readUpload(f multipart.File, h *multipart.FileHeader) (Upload, error) {
	data, err := io.ReadAll(io.LimitReader(f, MaxUpload+1))
	if err != nil {
		return Upload{}, fault.Because(fault.Invalid("文件没有完整上传,请重新选择"), err)
	}
	if len(data) > MaxUpload {
		return Upload{}, fault.TooLarge("文件超过20MB")
	}
	if len(data) == 0 {
		return Upload{}, fault.Invalid("文件是空的")
	}
	return Upload{Name: strings.ToValidUTF8(h.Filename, ""), Data: data}, nil
}

// SeeOther answers a successful post.
func SeeOther(w http.ResponseWriter, r *http.Request, path string) error {
	if r.Header.Get("HX-Request") == "true" {
		w.Header().Set("HX-Redirect", path)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// Component is anything that renders itself, such as a templ component.
type Component interface {
	Render(ctx context.Context, w io.Writer) error
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// HTML renders a component completely before the first byte is sent, so that an error still gets its own status.
func HTML(w http.ResponseWriter, r *http.Request, status int, c Component) error {
	b := buffers.Get().(*bytes.Buffer)
	defer func() {
		if b.Cap() < 1<<20 {
			b.Reset()
			buffers.Put(b)
		}
	}()
	if err := c.Render(r.Context(), b); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the client may have gone; nothing to repair
	return nil
}

// Attachment sends a file to be saved under a name that may hold Chinese characters.
func Attachment(w http.ResponseWriter, name, contentType string) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
}
