package contact_test

import (
	"strings"
	"testing"

	"touyan/internal/platform/contact"
)

func TestParsePhone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"13812345678": "13812345678", " 138 1234 5678 ": "13812345678", "138-1234-5678": "13812345678", "１３８１２３４５６７８": "13812345678",
		"+8613812345678": "13812345678", "86 13812345678": "13812345678", "'19912345678": "19912345678", "138－1234－5678": "13812345678",
	} {
		if got, err := contact.ParsePhone(in); err != nil || got != want {
			t.Errorf("ParsePhone(%q) = %q, %v", in, got, err)
		}
	}
	for in, sentence := range map[string]string{
		"": "请填写", "1381234567": "现为10位", "12812345678": "13至19", "09391234567": "13至19", "1.38E+10": "科学计数法", "无": "数字",
		"138123456789": "现为12位", "86138123456": "13至19",
	} {
		if got, err := contact.ParsePhone(in); err == nil || !strings.Contains(err.Error(), sentence) {
			t.Errorf("ParsePhone(%q) = %q, %v; want a sentence with %s", in, got, err, sentence)
		}
	}
}

func TestParseBankCard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, number, warning, sentence string }{
		{"6222 0212 3456 7890 128", "6222021234567890128", "", ""},
		{"4111-1111-1111-1111", "4111111111111111", "", ""},
		{"４１１１１１１１１１１１１１１１", "4111111111111111", "", ""},
		{"4111111111111112", "4111111111111112", "校验位不符", ""},
		{"", "", "", "请填写"}, {"411111111111111", "", "", "现为15位"}, {"41111111111111111111", "", "", "现为20位"},
		{"6.22202E+18", "", "", "科学计数法"}, {"6222O21234567890", "", "", "数字"},
	} {
		number, warning, err := contact.ParseBankCard(c.in)
		if number != c.number || (warning != "") != (c.warning != "") || !strings.Contains(warning, c.warning) || (err != nil) != (c.sentence != "") {
			t.Errorf("ParseBankCard(%q) = %q, %q, %v", c.in, number, warning, err)
		} else if err != nil && !strings.Contains(err.Error(), c.sentence) {
			t.Errorf("ParseBankCard(%q): %v; want a sentence with %s", c.in, err, c.sentence)
		}
	}
}

func TestMasks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		mask     func(string) string
		in, want string
	}{
		{"phone", contact.MaskPhone, "13812345678", "138****5678"},
		{"phone", contact.MaskPhone, "", ""},
		{"phone", contact.MaskPhone, "0939-8212345", "***********"},
		{"card", contact.MaskBankCard, "6222021234567890128", "**** **** **** 0128"},
		{"card", contact.MaskBankCard, "1234", "**** **** **** ****"},
		{"card", contact.MaskBankCard, "", ""},
		{"name", contact.MaskName, "张明", "张*"},
		{"name", contact.MaskName, "张晓明", "张*明"},
		{"name", contact.MaskName, "买买提·吐尔逊", "买*****逊"},
		{"name", contact.MaskName, "𠮷野", "𠮷*"},
		{"text", contact.HideNumbers, "核对13812345678、62120219850214001X和6222021234567890128", "核对138****5678、621***********001X和622************0128"},
		{"text", contact.HideNumbers, "q=６２１２０２１９８５０２１４００１Ｘ&on=2026-10-31", "q=６２１***********００１Ｘ&on=2026-10-31"},
		{"text", contact.HideNumbers, "安党发〔2026〕12号,2026年10月,0123456789", "安党发〔2026〕12号,2026年10月,0123456789"},
		{"name", contact.MaskName, "张", "*"},
		{"name", contact.MaskName, "", ""},
	} {
		if got := c.mask(c.in); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.name, c.in, got, c.want)
		}
	}
}
