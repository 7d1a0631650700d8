package lrmx_test

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/lrmx"
)

func encode(t *testing.T, e encoding.Encoding, text string) []byte {
	t.Helper()
	b, err := e.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryEncodingOfTheOffice(t *testing.T) {
	t.Parallel()
	doc := func(declared string) string {
		if declared != "" {
			declared = `<?xml version="1.0" encoding="` + declared + `"?>` + "\n"
		}
		return declared + `<Person><XingMing>张㛃·𬭎</XingMing><Version>2.0</Version></Person>`
	}
	for name, c := range map[string]struct {
		data  []byte
		noted bool
	}{
		"utf-8":                        {[]byte(doc("utf-8")), false},
		"utf-8 with mark":              {[]byte("\ufeff" + doc("utf-8")), false},
		"utf-8 undeclared":             {[]byte(doc("")), false},
		"utf-8 declared as gb2312":     {[]byte(doc("gb2312")), true},
		"gb18030":                      {encode(t, simplifiedchinese.GB18030, doc("GB18030")), false},
		"gb18030 declared as gb2312":   {encode(t, simplifiedchinese.GB18030, doc("gb2312")), false},
		"gb18030 declared as utf-8":    {encode(t, simplifiedchinese.GB18030, doc("utf-8")), true},
		"gb18030 undeclared":           {encode(t, simplifiedchinese.GB18030, doc("")), true},
		"utf-16 with mark":             {encode(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), doc("utf-16")), false},
		"utf-16 big, with mark":        {encode(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), doc("utf-16")), false},
		"utf-16 without mark":          {encode(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), doc("utf-16")), false},
		"utf-16 without a declaration": {encode(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), doc("")), false},
	} {
		f, notes, err := lrmx.Read(bytes.NewReader(c.data))
		if err != nil || f.XingMing != "张㛃·𬭎" || (len(notes) > 0) != c.noted {
			t.Errorf("%s: %q %v %v", name, f.XingMing, notes, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	whole, err := sample().Bytes()
	if err != nil {
		t.Fatal(err)
	}
	photo := strings.Repeat("QUFB", 10<<20) // 40 MB of base64, some 30 MB of photo
	for name, c := range map[string]struct {
		data []byte
		kind fault.Kind
		want string
	}{
		"empty":              {nil, fault.KindInvalid, "空的"},
		"blank":              {[]byte("\ufeff \n"), fault.KindInvalid, "空的"},
		"text":               {[]byte("姓名 张三"), fault.KindInvalid, "不是XML"},
		"lrm":                {encode(t, simplifiedchinese.GBK, `"张三","男","1985.02"`), fault.KindInvalid, "旧版.lrm"},
		"zip":                {[]byte("PK\x03\x04...."), fault.KindInvalid, "压缩包"},
		"doc":                {[]byte("\xd0\xcf\x11\xe0\xa1\xb1"), fault.KindInvalid, "Word"},
		"wrong root":         {[]byte(`<?xml version="1.0"?><Persons><Person/></Persons>`), fault.KindInvalid, "根元素"},
		"prefixed root":      {[]byte(`<x:Person/>`), fault.KindInvalid, "根元素"},
		"html":               {[]byte(`<!DOCTYPE html><html></html>`), fault.KindInvalid, "DTD"},
		"entity":             {[]byte(`<!DOCTYPE Person [<!ENTITY x SYSTEM "file:///etc/passwd">]><Person><XingMing>&x;</XingMing></Person>`), fault.KindInvalid, "DTD"},
		"laughs":             {[]byte(`<!DOCTYPE Person [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><Person>&b;</Person>`), fault.KindInvalid, "DTD"},
		"late DTD":           {[]byte(`<Person><x><!DOCTYPE y></x></Person>`), fault.KindInvalid, "DTD"},
		"undeclared entity":  {[]byte("<Person>\n<XingMing>&nbsp;</XingMing></Person>"), fault.KindInvalid, "第2行"},
		"crossed tags":       {[]byte(`<Person><XingMing></Person></XingMing>`), fault.KindInvalid, "不是正确的XML"},
		"truncated":          {whole[:len(whole)/2], fault.KindInvalid, "不完整"},
		"cut before the end": {bytes.TrimSuffix(whole, []byte("</Person>\r\n")), fault.KindInvalid, "不完整"},
		"big5":               {encode(t, traditionalchinese.Big5, `<?xml version="1.0" encoding="big5"?><Person><XingMing>張三</XingMing></Person>`), fault.KindInvalid, "编码"},
		"broken bytes":       {[]byte("<Person><XingMing>\xff\xff\xff</XingMing></Person>"), fault.KindInvalid, "编码"},
		"broken utf-16":      {[]byte("\xff\xfe<\x00\x00\xd8P\x00"), fault.KindInvalid, "UTF-16"},
		"many elements":      {[]byte("<Person>" + strings.Repeat("<a/>", 30_000) + "</Person>"), fault.KindTooLarge, "过多"},
		"deep":               {[]byte("<Person>" + strings.Repeat("<a>", 100_000)), fault.KindTooLarge, "过深"},
		"a 40 MB photo":      {[]byte("<Person><XingMing>张三</XingMing><ZhaoPian>" + photo + "</ZhaoPian></Person>"), fault.KindTooLarge, "照片超过5 MB"},
		"a 6 MB photo":       {[]byte("<Person><ZhaoPian>" + photo[:7_600_000] + "</ZhaoPian></Person>"), fault.KindTooLarge, "照片超过5 MB"},
		"a long text":        {[]byte("<Person><XingMing>" + strings.Repeat("长", 3<<20) + "</XingMing></Person>"), fault.KindTooLarge, "8 MB"},
	} {
		_, _, err := lrmx.Read(bytes.NewReader(c.data))
		if f := fault.Of(err); err == nil || f.Kind != c.kind || !strings.Contains(f.Sentence, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a program puts into a form may break the file: such a form is not written.
func TestWritingIsStrict(t *testing.T) {
	t.Parallel()
	for _, bad := range []lrmx.Form{
		{Extra: []lrmx.Extra{{XML: "<a>"}}}, {Extra: []lrmx.Extra{{XML: "<a/><b/>"}}}, {Extra: []lrmx.Extra{{XML: "text"}}}, {Extra: []lrmx.Extra{{}}},
		{Extra: []lrmx.Extra{{XML: "<a>\x01</a>"}}}, {Extra: []lrmx.Extra{{XML: "<!DOCTYPE x><a/>"}}}, {Attributes: `a="1"/><b`},
		{JiaTingChengYuan: []lrmx.Family{{Extra: []lrmx.Extra{{XML: "</Item>"}}}}}, {Extra: []lrmx.Extra{{XML: "<XingMing>张三</XingMing>"}}},
		{Extra: []lrmx.Extra{{After: "JiaTingChengYuan/0", XML: "<Item/>"}}}, {JiaTingChengYuan: []lrmx.Family{{Extra: []lrmx.Extra{{XML: "<ChengWei/>"}}}}},
	} {
		if _, err := bad.Bytes(); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	var b bytes.Buffer
	notes, err := lrmx.Write(&b, lrmx.Form{XingMing: "张\x00三\xff", XianRenZhiWu: "<>&\"]]>\ufffe"})
	if err != nil || len(notes) != 2 {
		t.Fatalf("%v %v", notes, err)
	}
	if f, _ := read(t, b.Bytes()); f.XingMing != "张三" || f.XianRenZhiWu != `<>&"]]>` {
		t.Errorf("%q %q", f.XingMing, f.XianRenZhiWu)
	}
}

// refused: every refusal is a sentence for the user, not a defect.
func refused(t *testing.T, err error) {
	t.Helper()
	if !fault.Is(err, fault.KindInvalid) && !fault.Is(err, fault.KindTooLarge) {
		t.Errorf("not a sentence: %v", err)
	}
}
