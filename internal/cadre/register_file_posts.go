package cadre

import (
	"strconv"
	"strings"
	"time"

	"touyan/internal/platform/xlsx"
)

// readPost reads a row of 任职.
func readPost(row xlsx.Row, today time.Time, bad func(string, string, ...any)) *postLine {
	p := &postLine{Township: row.Text("township"), Unit: row.Text("unit"), DocNo: row.Text("doc"), OutDocNo: row.Text("out_doc"), Note: row.Text("note")}
	for _, c := range postColumns {
		if c.Required && row.Cell(c.Key).Blank() {
			bad(c.Key, "没有填写%s", c.Title)
		}
	}
	p.Codes, p.Managed, p.Paid, p.WayIn = postWords(row, bad)
	p.Since = sinceOf(row, today, bad)
	day := func(key string) (first *time.Time, exact bool) {
		c := row.Cell(key)
		if c.Blank() || c.Text == "至今" {
			return nil, false
		}
		d, err := xlsx.ParseDate(c)
		if err != nil {
			bad(key, "%s", err)
			return nil, false
		}
		t := d.First()
		return &t, d.Precision == xlsx.ToDay
	}
	until, exact := day("until")
	if p.exact = exact; until != nil && !exact && p.Since.Before(*until) {
		// Who left in 2021-01 hands over to who comes in 2021-01: a month is read as its first day, on which the other begins.
		*until = until.AddDate(0, 0, -1)
	}
	p.readEnd(row, until, today, bad)
	p.Contract, _ = day("contract")
	if text := strings.TrimSuffix(strings.TrimPrefix(row.Text("term"), "第"), "届"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 99 {
			bad("term", "届次应为1到99的数字")
		}
		p.Term = &n
	}
	return p
}

// readEnd reads how a post ended, which says when and in which way or neither.
func (p *postLine) readEnd(row xlsx.Row, until *time.Time, today time.Time, bad func(string, string, ...any)) {
	word := row.Text("out")
	for _, w := range WaysOut {
		if w.Title == word {
			p.WayOut = w.Code
		}
	}
	switch p.Until = until; {
	case word != "" && p.WayOut == "":
		bad("out", "不认识的离任方式“%s”", word)
	case p.WayOut == "deceased":
		bad("out", "去世请在干部信息中登记")
	case until == nil && p.WayOut != "" && row.Cell("until").Blank():
		bad("until", "填写了离任方式,请填写离任时间")
	case until == nil:
	case p.WayOut == "":
		bad("out", "填写了离任时间,请填写离任方式")
	case !p.Since.IsZero() && until.Before(p.Since):
		bad("until", "离任时间早于任职时间")
	case until.After(today):
		bad("until", "离任时间在今天之后")
	}
}

// postWords reads the words by which a roster and the sheet 任职 say a post alike. What is not said is what most rows mean:
// ordinary, paid, by election.
func postWords(row xlsx.Row, bad func(string, string, ...any)) (codes []string, managed string, paid bool, wayIn string) {
	codes, unknown := ParsePositions(row.Text("position"))
	if len(unknown) > 0 {
		bad("position", "不认识的职务:%s", strings.Join(unknown, "、"))
	}
	managed = "ordinary"
	if text := row.Text("management"); text != "" {
		if managed = ManagementOf(text); managed == "" {
			bad("management", "管理类型应为%s", strings.Join(titlesOf(Managements), "、"))
		}
	}
	switch row.Text("paid") {
	case "", "是", "√", "有":
		paid = true
	case "否", "×", "无":
	default:
		bad("paid", "是否领取报酬应填是或否")
	}
	if wayIn = WayInOf(row.Text("way")); wayIn == "" {
		bad("way", "不认识的任职方式“%s”", row.Text("way"))
	}
	return codes, managed, paid, wayIn
}

// sinceOf reads the day on which a post began, zero if the row does not say it.
func sinceOf(row xlsx.Row, today time.Time, bad func(string, string, ...any)) time.Time {
	c := row.Cell("since")
	if c.Blank() {
		return time.Time{}
	}
	d, err := xlsx.ParseDate(c)
	if err != nil {
		bad("since", "%s", err)
		return time.Time{}
	}
	since := d.First()
	if since.After(today) {
		bad("since", "任职时间在今天之后")
	}
	return since
}
