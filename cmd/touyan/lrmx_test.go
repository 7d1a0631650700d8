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
	err := checkForms(&out, []string{good, cut, filepath.Join(dir, "none")}, today)
	if !fault.Is(err, fault.KindInvalid) || !strings.Contains(err.Error(), "3个文件中有2个") || !strings.Contains(out.String(), "cut.lrmx:无法读取:文件不完整") {
		t.Errorf("%v\n%s", err, out.String())
	}
}
