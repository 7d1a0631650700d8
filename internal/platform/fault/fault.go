// Package fault names the ways in which a request can be refused.
//
// A Fault carries a kind, which one renderer turns into a status, a Chinese sentence for the user, and the cause for
// the log. The sentence never holds a personal value, an SQL state, a path or a stack.
package fault

import (
	"errors"
	"fmt"
)

// Kind says why a request was refused.
type Kind int

// The kinds, each with one HTTP status.
const (
	KindInternal    Kind = iota // 500: a defect of ours
	KindNotFound                // 404: absent, or outside the scope: both look the same
	KindInvalid                 // 422: the input is refused, and was kept
	KindConflict                // 409: somebody else was faster, or the state does not allow it
	KindForbidden               // 403: the role may not do this
	KindUnauthentic             // 401: no session
	KindUnavailable             // 503: the database or a worker is away
	KindTooLarge                // 413: the upload exceeds the limit
	KindGone                    // 410: it was there and has been ended for good
)

// Difference is one field of a stale write: what stands now and what was typed.
type Difference struct {
	Label  string
	Theirs string
	Yours  string
}

// Fault is a refusal. Use the constructors below.
type Fault struct {
	Kind        Kind
	Sentence    string
	Differences []Difference // of a conflict, so that nothing typed is lost
	Cause       error
}

// Error is for the log.
func (f *Fault) Error() string {
	if f.Cause != nil {
		return f.Sentence + ": " + f.Cause.Error()
	}
	return f.Sentence
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// NotFound refuses an id that is absent or outside the scope.
func NotFound() error {
	return &Fault{Kind: KindNotFound, Sentence: "没有找到,或不在您的管理范围内"}
}

// Invalid refuses input with a sentence.
func Invalid(format string, args ...any) error {
	return &Fault{Kind: KindInvalid, Sentence: fmt.Sprintf(format, args...)}
}

// Conflict refuses an act that the present state does not allow.
func Conflict(format string, args ...any) error {
	return &Fault{Kind: KindConflict, Sentence: fmt.Sprintf(format, args...)}
}

// Stale refuses a write made from an old copy, showing both values.
func Stale(differences ...Difference) error {
	return &Fault{Kind: KindConflict, Sentence: "这条记录刚被他人修改,您填写的内容保留在下面,请核对后再保存", Differences: differences}
}

// Forbidden refuses what the role may not do.
func Forbidden(format string, args ...any) error {
	return &Fault{Kind: KindForbidden, Sentence: fmt.Sprintf(format, args...)}
}

// Unauthentic asks for a log-in.
func Unauthentic() error { return &Fault{Kind: KindUnauthentic, Sentence: "请先登录"} }

// Unavailable says that the service is away for the moment.
func Unavailable(cause error) error {
	return &Fault{Kind: KindUnavailable, Sentence: "系统暂时无法连接数据库,请稍后再试;已填写的内容请勿关闭页面", Cause: cause}
}

// TooLarge refuses an upload over the limit.
func TooLarge(format string, args ...any) error {
	return &Fault{Kind: KindTooLarge, Sentence: fmt.Sprintf(format, args...)}
}

// Gone refuses what somebody has ended for good, such as a link that was revoked.
func Gone(format string, args ...any) error {
	return &Fault{Kind: KindGone, Sentence: fmt.Sprintf(format, args...)}
}

// Because attaches a cause for the log.
func Because(err, cause error) error {
	var f *Fault
	if errors.As(err, &f) {
		g := *f
		g.Cause = cause
		return &g
	}
	return err
}

// Of gives the Fault within err; an error of no kind is internal.
func Of(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{Kind: KindInternal, Sentence: "系统出现错误,已记录,请稍后再试", Cause: err}
}

// Is reports whether err is of the kind.
func Is(err error, k Kind) bool {
	var f *Fault
	return errors.As(err, &f) && f.Kind == k
}
