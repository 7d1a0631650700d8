package docx_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"touyan/internal/platform/docx"
)

var update = flag.Bool("update", false, "write the golden file anew")

func sample() docx.Document {
	page := func(village string) docx.Section {
		return docx.Section{
			docx.Paragraph{Style: docx.Title, Text: "结果公示"},
			docx.Paragraph{Style: docx.Subtitle, Text: village},
			docx.Paragraph{Style: docx.Body, Text: "现予公示,<得分> & 等次如下。\x00"},
			docx.Table{Widths: []int{20, 50, 30}, Centred: []bool{true, false, true}, Head: []string{"序号", "姓名", "得分"},
				Rows: [][]string{{"1", "张  伟", "98.50"}, {"2", `李"娜`, "97.00"}}},
			docx.Paragraph{Style: docx.Closing, Text: "2026年10月31日"},
		}
	}
	return docx.Document{Title: "公示", Made: time.Date(2026, 10, 31, 8, 0, 0, 0, time.UTC), Sections: []docx.Section{page("甲村"), page("乙村")}}
}

// parts unpacks a document.
func parts(t *testing.T, d docx.Document) map[string]string {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(content)
	}
	return out
}

func TestTheTextIsAsItWasApproved(t *testing.T) {
	t.Parallel()
	got := parts(t, sample())["word/document.xml"]
	file := filepath.Join("testdata", "document.xml")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("document.xml differs from %s:\n%s", file, got)
	}
}

func TestEveryPartIsSoundAndReferredTo(t *testing.T) {
	t.Parallel()
	all := parts(t, sample())
	for name, content := range all {
		d := xml.NewDecoder(strings.NewReader(content))
		for {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				break
			}
		}
		if name != "[Content_Types].xml" && !strings.HasSuffix(name, ".rels") && !strings.Contains(all["[Content_Types].xml"], `"/`+name+`"`) {
			t.Errorf("%s has no content type", name)
		}
	}
	for _, style := range []string{"Title", "Subtitle", "Normal", "Closing", "Cell", "CellCentred", "CellHead", "Break", "Grid"} {
		if !strings.Contains(all["word/document.xml"], `w:val="`+style+`"`) || !strings.Contains(all["word/styles.xml"], `w:styleId="`+style+`"`) {
			t.Errorf("style %s is not both used and defined", style)
		}
	}
	if n := strings.Count(all["word/document.xml"], "<w:tblHeader/>"); n != 2 {
		t.Errorf("%d table heads repeat, want 2", n)
	}
	if n := strings.Count(all["word/document.xml"], `<w:pgNumType w:start="1"/>`); n != 2 {
		t.Errorf("%d sections count from 1, want 2", n)
	}
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	var a, b bytes.Buffer
	if err := errors.Join(sample().Write(&a), sample().Write(&b)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two files of the same document differ")
	}
}
