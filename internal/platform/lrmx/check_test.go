package lrmx_test

import (
	"strings"
	"testing"
	"time"

	"touyan/internal/platform/lrmx"
)

var today = time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)

func said(notes []lrmx.Note) string {
	all := make([]string, len(notes))
	for i, n := range notes {
		all[i] = n.String()
	}
	return strings.Join(all, "\n")
}

func TestResumesAreReadAndCheckedForGaps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"continuous", "1990.07--1994.09 甲\n1994.09--2001.01 乙\n2001.02--  丙", ""},
		{"a gap", "1990.07--1994.09 甲\n1994.11--2001.01 乙", "简历:1994.09至1994.11之间空缺1个月"},
		{"an overlap", "1990.07--1994.09 甲\n1994.06--2001.01 乙", "简历:1994.06至1994.09之间重叠3个月"},
		{"an overlap of a month", "1990.07--1994.09 甲\n1994.08--2001.01 乙", ""},
		{"open in the middle", "1990.07-- 甲\n1994.06--2001.01 乙", "简历:1990.07开始的一段写为至今,但其后还有1994.06开始的一段"},
		{"backwards", "1990.07--1989.09 甲", "简历:1990.07开始的一段截止于1989.09,早于开始"},
		{"out of order", "1994.07--1998.09 甲\n1990.07--1994.07 乙", "简历:1990.07开始的一段排在1994.07之后,没有按时间先后排列"},
		{"continuation", "1990.07--1994.09 甲\n（其间：1992.01--1993.01 函授）\n1994.09-- 乙", ""},
	} {
		r, _ := lrmx.ParseResume(c.text)
		if got := said(r.Check()); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAResumeIsLaidOutInColumns(t *testing.T) {
	t.Parallel()
	r, notes := lrmx.ParseResume("某某,男\n199007至199409某某村党支部委员\n  （其间：2005.09--2008.07 函授）\n2021.01—— 某某村党支部书记、村委会主任")
	want := "某某,男\n1990.07--1994.09  某某村党支部委员\n                  （其间：2005.09--2008.07 函授）\n2021.01--         某某村党支部书记、村委会主任"
	if r.String() != want || len(notes) > 0 {
		t.Errorf("laid out as\n%s\n%v", r.String(), notes)
	}
	if len(r.Periods) != 2 || r.Lead != "某某,男" || !r.Periods[1].To.IsZero() || !strings.Contains(r.Periods[0].Text, "\n（其间") {
		t.Errorf("read as %+v", r)
	}
}

func TestAFormIsCheckedAgainstTheIdentityNumber(t *testing.T) {
	t.Parallel()
	good := lrmx.Form{XingMing: "张三", XingBie: "男", ChuShengNianYue: "198502", ShenFenZheng: "621202198502140019", RuDangShiJian: "200607", CanJiaGongZuoShiJian: "200309"}
	if got := said(lrmx.Check(good, today)); got != "" {
		t.Errorf("a good form: %s", got)
	}
	bad := lrmx.Form{XingBie: "女", ChuShengNianYue: "198503", ShenFenZheng: "621202198502140019", RuDangShiJian: "200001", CanJiaGongZuoShiJian: "199001"}
	got := said(lrmx.Check(bad, today))
	for _, want := range []string{"姓名:没有填写", "性别:与身份证号不一致", "出生年月:与身份证号不一致", "入党时间:早于年满18周岁", "参加工作时间:早于年满14周岁"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not said:\n%s", want, got)
		}
	}
	bad.ShenFenZheng = "621202198502140018"
	if got := said(lrmx.Check(bad, today)); !strings.Contains(got, "身份证号:身份证号校验位不符") || strings.Contains(got, bad.ShenFenZheng) {
		t.Errorf("a wrong digit: %s", got)
	}
}

func TestBirthWithAge(t *testing.T) {
	t.Parallel()
	on := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{"198502": "1985.02 (39岁)", "198504": "1985.04 (38岁)", "1985": "1985", "不详": "不详", "": "", "203001": "2030.01"} {
		if got := lrmx.BirthAndAge(text, on); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
