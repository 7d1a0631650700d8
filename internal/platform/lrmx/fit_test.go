package lrmx_test

import (
	"strings"
	"testing"

	"touyan/internal/platform/lrmx"
)

func TestTextTakesTheLargestSizeThatFits(t *testing.T) {
	t.Parallel()
	size := func(n int) string { return lrmx.Fit(strings.Repeat("字", n), 50, 12, 0, 14).Class() }
	got := []string{size(0), size(5), size(15), size(22), size(26), size(38), size(55)}
	if want := []string{"fit-140", "fit-140", "fit-120", "fit-105", "fit-90", "fit-80", "fit-70"}; strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the ladder goes %v", got)
	}
	// Nothing is lost when even the smallest size is too large.
	text := strings.Repeat("一二三四五六七八九十", 200)
	c := lrmx.Fit(text, 50, 30, 0, 14)
	if c.Size != 7 || c.Lines[len(c.Lines)-1] != "(续附页)" {
		t.Errorf("an overfull cell: %v", c)
	}
	if whole := strings.Join(c.Lines[:len(c.Lines)-1], "") + strings.Join(c.Rest, ""); whole != text || len(c.Rest) != 1 {
		t.Errorf("%d of %d characters are left in %d paragraphs", len(whole), len(text), len(c.Rest))
	}
	// A further sheet has wider lines: paragraphs go there as they are, and in their order.
	c = lrmx.Fit("甲\n"+text+"\n乙\n丙", 50, 30, 0, 14)
	if n := len(c.Rest); c.Lines[0] != "甲" || n != 3 || c.Rest[1] != "乙" || c.Rest[2] != "丙" || !strings.HasSuffix(text, c.Rest[0]) {
		t.Errorf("what is left over: %q", c.Rest)
	}
	// Letters are narrow, and a bound on the size is kept.
	if a, b := lrmx.Fit(strings.Repeat("a", 40), 50, 12, 0, 14), lrmx.Fit("字", 50, 12, 0, 12); a.Size < 10.5 || b.Size != 12 {
		t.Errorf("letters in %v, bounded %v", a.Size, b.Size)
	}
}
