package pg

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"touyan/internal/platform/fault"
)

// Sentences maps the name of a constraint to the sentence that the user reads when it is broken.
type Sentences map[string]string

// Explain turns an error of PostgreSQL into a fault: no row is NotFound, a named constraint gets its sentence, a lost
// connection is Unavailable. Faults and other errors pass unchanged.
func (m Sentences) Explain(err error) error {
	if err == nil {
		return nil
	}
	var f *fault.Fault
	if errors.As(err, &f) {
		return err
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Because(fault.NotFound(), err)
	}
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return m.explain(e, err)
	}
	if strings.HasPrefix(err.Error(), "failed to encode args") { // a number that its column cannot hold; the driver has no error value for it
		return fault.Because(fault.Invalid("内容中有无法保存的字符或数值,请检查后再保存"), err)
	}
	var n net.Error
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) || errors.As(err, &n) || pgconn.Timeout(err) || closed(err) {
		return fault.Unavailable(err)
	}
	return err
}

func (m Sentences) explain(e *pgconn.PgError, err error) error {
	switch e.Code {
	case "23505", "23P01": // unique, exclusion
		if s, ok := m[e.ConstraintName]; ok {
			return fault.Because(fault.Conflict("%s", s), err)
		}
		return fault.Because(fault.Conflict("这项内容已经存在,没有重复保存"), err)
	case "23514", "23502": // check, not null
		if s, ok := m[e.ConstraintName]; ok {
			return fault.Because(fault.Invalid("%s", s), err)
		}
		return fault.Because(fault.Invalid("填写的内容不符合规定,请检查后再保存"), err)
	case "23503": // a reference to a row that is not there, or outside the tenant
		if s, ok := m[e.ConstraintName]; ok {
			return fault.Because(fault.Invalid("%s", s), err)
		}
		return fault.Because(fault.NotFound(), err)
	case "42501": // row level security refused a write outside the scope: the same answer as an absent row
		if strings.Contains(e.Message, "row-level security") {
			return fault.Because(fault.NotFound(), err)
		}
	case "22021", "22P05", "22003", "22001", "22007", "22008": // bytes or numbers that PostgreSQL cannot hold
		return fault.Because(fault.Invalid("内容中有无法保存的字符或数值,请检查后再保存"), err)
	case "40001", "40P01", "55P03":
		return fault.Because(fault.Conflict("同时有人在修改同一内容,请再试一次"), err)
	case "57P01", "57P02", "57P03", "53300", "25P02", "08006", "08003", "08001":
		return fault.Unavailable(err)
	}
	return err
}

// closed recognises a connection that ended under us; the driver has no error value for it.
func closed(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	s := err.Error()
	for _, part := range []string{"conn closed", "connection reset", "broken pipe", "unexpected EOF", "closed pool", "terminating connection"} {
		if strings.Contains(s, part) {
			return true
		}
	}
	return false
}
