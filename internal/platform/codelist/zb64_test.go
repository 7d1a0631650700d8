package codelist_test

import (
	"testing"

	"touyan/internal/platform/codelist"
)

func TestWordsOfAppointmentDocuments(t *testing.T) {
	t.Parallel()
	for word, code := range map[string]string{"研究生": "14", "研究生班": "17", "中央党校研究生": "14", "大学": "21", "中央党校大学": "21", "省（区、市）委党校大学": "21",
		"甘肃省委党校大专": "31", "大专": "31", "大学普通班": "28", "中专": "41", "中技": "47", "高中": "61", "初中": "71", "小学": "81", "大学肄业": "23", "大专结业": "32"} {
		if got, err := codelist.FromZB64(word, ""); err != nil || got != code {
			t.Errorf("%s: %q %v, want %s", word, got, err, code)
		}
	}
	if got, _ := codelist.FromZB64("研究生", "法学博士"); got != "11" {
		t.Errorf("a doctor: %s", got)
	}
	if _, err := codelist.FromZB64("博古通今", ""); err == nil {
		t.Error("nonsense is a level")
	}
	// A word read and said again is the same word, for every code.
	for _, o := range codelist.Education().Options() {
		word := codelist.ZB64Name(o.Code)
		if word == "" {
			if o.Code != "90" {
				t.Errorf("%s %s has no word", o.Code, o.Name)
			}
			continue
		}
		code, err := codelist.FromZB64(word, "")
		if err != nil || codelist.ZB64Name(code) != word {
			t.Errorf("%s %s: %s is read as %s, %v", o.Code, o.Name, word, code, err)
		}
	}
}
