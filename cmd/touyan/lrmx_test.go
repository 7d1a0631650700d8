package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"touyan/internal/platform/fault"
)

func TestFormsAreCheckedOnTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	head := "<Person><XingMing>张三</XingMing><XingBie>男</XingBie><ShenFenZheng>621202198502140019</ShenFenZheng><Version>2.0</Version>"
	good := file("good.lrmx", head+"</Person>")
	gap := file("gap.lrmx", head+"<JianLi>2003.09--2010.03 务工&#10;2011.03--2021.01 文书</JianLi></Person>")
	cut := file("cut.lrmx", head)
	today := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	if err := checkForms(&out, []string{good, gap}, today); err != nil {
		t.Error(err)
	}
	if s := out.String(); !strings.Contains(s, "good.lrmx:通过") || !strings.Contains(s, "简历:2010.03至2011.03之间空缺11个月") {
		t.Errorf("said:\n%s", s)
	}
	out.Reset()
	err := checkForms(&out, []string{good, cut, filepath.Join(dir, "none"), dir}, today)
	if !fault.Is(err, fault.KindInvalid) || !strings.Contains(err.Error(), "4个文件中有3个") {
		t.Errorf("a batch with files that cannot be read: %v", err)
	}
	for _, want := range []string{"good.lrmx:通过", "cut.lrmx:无法读取:文件不完整", "none:无法读取:没有这个文件", dir + ":无法读取:这是文件夹"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not said:\n%s", want, out.String())
		}
	}
	for _, c := range []struct {
		args []string
		want int
	}{{[]string{"lrmx", "check", good, gap}, 0}, {[]string{"lrmx", "check", good, cut}, 1}, {[]string{"lrmx", "check"}, 2}, {[]string{"lrmx", good}, 2}} {
		if got := run(c.args); got != c.want {
			t.Errorf("%q exits %d, want %d", c.args, got, c.want)
		}
	}
}
