package access_test

import (
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

func TestAPurposeIsOneVisibleLine(t *testing.T) {
	for typed, want := range map[string]string{
		"年报核对":                   "年报核对",
		" 年报\t核对\r\n 2026 ":      "年报 核对 2026",
		"年报\u200b核\u202e对":       "年报核对",
		strings.Repeat("用", 100): strings.Repeat("用", 100),
	} {
		if got, err := access.Purpose(typed); err != nil || got != want {
			t.Errorf("%q becomes %q (%v), want %q", typed, got, err, want)
		}
	}
	for _, typed := range []string{"", "  ", "  ", "\t\n", "\u200b\ufeff\x01", strings.Repeat("用", 101)} {
		if got, err := access.Purpose(typed); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%q is taken as %q (%v)", typed, got, err)
		}
	}
}

// What starts a job asks as the job would.
func TestAnExportIsRefusedBeforeItsJobStarts(t *testing.T) {
	if err := (access.Export{Name: "名单", Purpose: " "}).Refusal(); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("an export without a purpose is refused by %v", err)
	}
	if err := (access.Export{Name: "名单", Purpose: "核对"}).Refusal(); err != nil {
		t.Error(err)
	}
}
