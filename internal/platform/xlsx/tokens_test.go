package xlsx_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"touyan/internal/platform/xlsx"
)

func libraryTokens(part string) (string, bool) {
	dec := xml.NewDecoder(strings.NewReader(part))
	return xlsx.Told(func() (string, error) {
		tok, err := dec.RawToken()
		switch t := tok.(type) {
		case xml.StartElement:
			out := "<" + t.Name.Local
			for _, a := range t.Attr {
				if a.Name.Space != "xmlns" {
					out += " " + a.Name.Local + "=" + a.Value + "|"
				}
			}
			return out + ">", err
		case xml.EndElement:
			return "</" + t.Name.Local + ">", err
		case xml.CharData:
			return string(t), err
		}
		return "", err
	})
}

var parts = []string{
	`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n" + `<worksheet xmlns="http://x" xmlns:r="http://y"><sheetData><row r="1"><c r="A1" t="s"><v>3</v></c><c r="B1"/></row></sheetData></worksheet>`,
	`<x:row r='1'  spans = "1:2" ><x:c r="A1" t="inlineStr"><x:is><x:t xml:space="preserve"> 王&amp;李 &lt;1&gt; &#x4E00;&#20108;&quot;&apos; </x:t></x:is></x:c ></x:row>`,
	"<v>一行\r\n两行\r三行\n</v>", `<v a="1&#10;2" b='"&lt;'/>`, `<v>a<!-- > "quoted -->b</v>`, `<v><![CDATA[a<b>&amp;]]>]</v>`, `<v a="x > y"/>`, `<v><?mso x?>1</v>`,
	`<v`, `<v>`, `<v a>`, `<v a=1>`, `<v a="1>`, `<v>&nbsp;</v>`, `<v>&amp</v>`, `<v>&#0;</v>`, "<v>\x01</v>", "<v>\xff</v>", "<v>\ufffe</v>", `<>`, `<!-- `, `<![CDATA[`,
	`<?xml version="1.0" encoding="GBK"?><v/>`, "", "text", `</v>`, `<a/><b c="d"/>`, "\ufeff<v/>",
	"<v>" + strings.Repeat("长", 50_000) + `</v><w a="` + strings.Repeat("x", 70_000) + `"/>`,
}

// What a spreadsheet program writes is read as encoding/xml reads it, and what that refuses is refused.
func TestPartsAreReadAsTheStandardLibraryReadsThem(t *testing.T) {
	t.Parallel()
	for _, part := range parts {
		got, whole := xlsx.TokensOf(part)
		want, fine := libraryTokens(part)
		if whole != fine || whole && got != want {
			t.Errorf("%.80q:\n got %.200q (whole: %v)\nwant %.200q (whole: %v)", part, got, whole, want, fine)
		}
	}
	if _, whole := xlsx.TokensOf(`<!DOCTYPE v [<!ENTITY a "b">]><v>&a;</v>`); whole {
		t.Error("a document type is read")
	}
	if _, whole := xlsx.TokensOf(`<v a="` + strings.Repeat("x", 2<<20) + `"/>`); whole {
		t.Error("a tag of two megabytes is read")
	}
}

// FuzzTokens: nothing that the standard library accepts and both read comes out otherwise.
func FuzzTokens(f *testing.F) {
	for _, part := range parts {
		f.Add(part)
	}
	f.Fuzz(func(t *testing.T, part string) {
		got, whole := xlsx.TokensOf(part)
		if want, fine := libraryTokens(part); whole && fine && got != want {
			t.Errorf("%q:\n got %q\nwant %q", part, got, want)
		}
	})
}
