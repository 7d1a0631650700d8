package xlsx

import (
	"errors"
	"fmt"

	"touyan/internal/platform/fault"
)

// Problem says in one Chinese sentence why a file cannot be used. The sentence is safe to show: it holds titles of
// columns and sheets, never the content of a cell. Cause is for the log only.
type Problem struct {
	Sentence string
	TooLarge bool // the file exceeds a limit, as opposed to being of the wrong kind
	Cause    error
}

// Error is the sentence.
func (p *Problem) Error() string { return p.Sentence }

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.Cause }

// ProblemOf gives the Problem within err, or nil if err is a defect of another kind.
func ProblemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return nil
}

// Fault gives the Problem within err to the user, and hands on a defect of another kind.
func Fault(err error) error {
	switch p := ProblemOf(err); {
	case p == nil:
		return err
	case p.TooLarge:
		return fault.TooLarge("%s", p.Sentence)
	default:
		return fault.Invalid("%s", p.Sentence)
	}
}

func problem(cause error, format string, args ...any) *Problem {
	return &Problem{Sentence: fmt.Sprintf(format, args...), Cause: cause}
}

func tooLarge(format string, args ...any) *Problem {
	return &Problem{Sentence: fmt.Sprintf(format, args...), TooLarge: true}
}

// damaged is for a file of the right kind whose content cannot be read to its end.
func damaged(cause error) *Problem {
	return problem(cause, `文件内容已损坏,无法读取;请用WPS打开后"另存为".xlsx 再上传`)
}
