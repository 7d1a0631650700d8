package month_test

import (
	"strings"
	"testing"
	"time"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

func TestParseDay(t *testing.T) {
	for typed, want := range map[string]string{
		"2026-10-31": "2026-10-31", "2026/1/5": "2026-01-05", "2026.10.31": "2026-10-31", "20261031": "2026-10-31", " 2026年10月31日 ": "2026-10-31",
		"\uff12\uff10\uff12\uff16-\uff11\uff10-\uff13\uff11": "2026-10-31", "\uff12\uff10\uff12\uff16\uff0d\uff11\uff10\uff0d\uff13\uff11": "2026-10-31",
		"2024-02-29": "2024-02-29",
	} {
		got, err := month.ParseDay(typed)
		if err != nil || got.Format(time.DateOnly) != want || !got.Equal(month.Day(got)) {
			t.Errorf("%q is read as %s (%v), want %s", typed, got, err, want)
		}
	}
	for typed, want := range map[string]string{
		"2026-02-31": "日期“2026-02-31”不存在", "2026-02-29": "日期“2026-02-29”不存在", "abc": "日期“abc”不存在", "9999-99-99": "日期“9999-99-99”不存在",
		"9999-12-31": "日期“9999-12-31”不存在", "": "日期“”不存在", "\u202e1\n2": "日期“12”不存在", strings.Repeat("日", 30): "日期“" + strings.Repeat("日", 20) + "…”不存在",
	} {
		if got, err := month.ParseDay(typed); !fault.Is(err, fault.KindInvalid) || fault.Of(err).Sentence != want {
			t.Errorf("%q is read as %s (%v), want %s", typed, got, err, want)
		}
	}
}
