package lrmx

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"touyan/internal/platform/fault"
)

var (
	declaration = regexp.MustCompile(`^\s*<\?xml[^>]*\?>`)
	declared    = regexp.MustCompile(`encoding\s*=\s*["']([A-Za-z0-9_.:-]+)["']`)
	reference   = regexp.MustCompile(`&#(x[0-9a-fA-F]+|[0-9]+);`)
	chinese     = []string{"gb2312", "gbk", "gb18030", "gb_2312-80", "cp936", "936", "x-gbk"}
)

// decode gives the file as UTF-8 without mark and declaration, and without characters that XML does not allow.
func decode(raw []byte) ([]byte, []Note, error) {
	text, notes, err := utf8Of(raw)
	if err != nil {
		return nil, nil, err
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	text = declaration.ReplaceAllFunc(text, func(d []byte) []byte { return bytes.Repeat([]byte("\n"), bytes.Count(d, []byte("\n"))) })
	clean := bytes.Map(func(r rune) rune {
		if !allowed(r) {
			return -1
		}
		return r
	}, text)
	clean = reference.ReplaceAllFunc(clean, func(ref []byte) []byte {
		digits, base := string(ref[2:len(ref)-1]), 10
		if digits[0] == 'x' {
			digits, base = digits[1:], 16
		}
		if n, err := strconv.ParseUint(digits, base, 32); err != nil || n > utf8.MaxRune || !allowed(rune(n)) {
			return nil
		}
		return ref
	})
	if len(clean) != len(text) {
		notes = append(notes, Note{"", "文件含有XML不允许的字符,已去掉"})
	}
	return clean, notes, nil
}

// utf8Of finds the encoding: by mark, by declaration, or by what the bytes can be. A file that was cut within a character
// loses that character: that the rest is missing shows soon enough.
func utf8Of(raw []byte) ([]byte, []Note, error) {
	if order, ok := utf16Order(raw); ok {
		text, ok := decoded(unicode.UTF16(order, unicode.UseBOM), raw)
		if !ok {
			return nil, nil, fault.Invalid("文件声明为UTF-16编码,但内容不符,可能已损坏")
		}
		return text, nil, nil
	}
	if whole := fullRunes(raw); utf8.Valid(whole) {
		raw = whole
	}
	if bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")) && utf8.Valid(raw) {
		return raw, nil, nil
	}
	says := ""
	if found := declared.FindSubmatch(declaration.Find(raw)); found != nil {
		says = strings.ToLower(string(found[1]))
	}
	gb := slices.Contains(chinese, says)
	if utf8.Valid(raw) {
		if gb && !ascii(raw) {
			return raw, []Note{{"", "文件声明为" + strings.ToUpper(says) + ",实为UTF-8,已按UTF-8读取"}}, nil
		}
		return raw, nil, nil
	}
	if says != "" && !gb && says != "utf-8" && says != "utf8" {
		return nil, nil, fault.Invalid("文件的编码不是UTF-8、GB18030或UTF-16,无法读取")
	}
	text, ok := decoded(simplifiedchinese.GB18030, raw)
	if !ok {
		return nil, nil, fault.Invalid("文件的文字编码有误,既不是UTF-8也不是GB18030,可能已损坏")
	}
	if gb {
		return text, nil, nil
	}
	return text, []Note{{"", "文件未声明编码或声明有误,已按GB18030读取,请核对文字"}}, nil
}

func decoded(from encoding.Encoding, raw []byte) ([]byte, bool) {
	text, err := from.NewDecoder().Bytes(raw)
	text = bytes.TrimSuffix(text, []byte(string(utf8.RuneError)))
	return text, err == nil && !bytes.ContainsRune(text, utf8.RuneError)
}

// fullRunes cuts off a last character that is not there as a whole.
func fullRunes(raw []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(raw); n++ {
		if tail := raw[len(raw)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				return raw[:len(raw)-n]
			}
			break
		}
	}
	return raw
}

// utf16Order recognises UTF-16 by its mark, or by the zero beside the first bracket.
func utf16Order(raw []byte) (unicode.Endianness, bool) {
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("<\x00")):
		return unicode.LittleEndian, true
	case bytes.HasPrefix(raw, []byte("\xfe\xff")), bytes.HasPrefix(raw, []byte("\x00<")):
		return unicode.BigEndian, true
	}
	return unicode.LittleEndian, false
}

func ascii(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c >= utf8.RuneSelf })
}
