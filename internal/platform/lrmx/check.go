package lrmx

import (
	"time"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/idcard"
)

// Check names what is written in a form but cannot be right: the identity number and what it says, and the résumé.
func Check(f Form, today time.Time) []Note {
	var notes []Note
	say := func(element, sentence string) { notes = append(notes, Note{element, sentence}) }
	if f.XingMing == "" {
		say("XingMing", "没有填写")
	}
	if card, err := idcard.Parse(f.ShenFenZheng, today); err != nil {
		say("ShenFenZheng", fault.Of(err).Sentence)
	} else {
		if f.XingBie != "" && f.XingBie != card.Sex.Name() {
			say("XingBie", "与身份证号不一致")
		}
		if born, ok := MonthOf(f.ChuShengNianYue); ok && born.Format("200601") != card.Birth.Format("200601") {
			say("ChuShengNianYue", "与身份证号不一致,如为组织认定的出生年月请在备注中说明")
		}
	}
	if born, ok := MonthOf(f.ChuShengNianYue); ok {
		for _, c := range []struct {
			element, text string
			age           int
			sentence      string
		}{
			{"RuDangShiJian", f.RuDangShiJian, 18, "早于年满18周岁"},
			{"CanJiaGongZuoShiJian", f.CanJiaGongZuoShiJian, 14, "早于年满14周岁"},
		} {
			if on, ok := MonthOf(c.text); ok && on.Before(born.AddDate(c.age, 0, 0)) {
				say(c.element, c.sentence)
			}
		}
	}
	r, _ := ParseResume(f.JianLi) // Read has noted what it could not read
	return append(notes, r.Check()...)
}
