package cadre

import (
	"strconv"
	"strings"
	"time"

	"touyan/internal/platform/xlsx"
)

// readPost reads a row of 任职.
func readPost(row xlsx.Row, today time.Time, bad func(string, string, ...any)) *postLine {
	p := &postLine{Township: row.Text("township"), Unit: row.Text("unit"), Managed: "ordinary", Paid: true, DocNo: row.Text("doc"), OutDocNo: row.Text("out_doc"), Note: row.Text("note")}
	for _, c := range postColumns {
		if c.Required && row.Cell(c.Key).Blank() {
			bad(c.Key, "没有填写%s", c.Title)
		}
	}
	if text := row.Text("position"); text != "" {
		codes, unknown := ParsePositions(text)
		if len(unknown) > 0 {
			bad("position", "不认识的职务:%s", strings.Join(unknown, "、"))
		}
		p.Codes = codes
	}
	if m := row.Text("management"); m != "" {
		if p.Managed = ManagementOf(m); p.Managed == "" {
			bad("management", "管理类型应为普通、专业化管理、大学生村官、一村一名大学生或选派")
		}
	}
	switch row.Text("paid") {
	case "", "是", "√", "有":
	case "否", "×", "无":
		p.Paid = false
	default:
		bad("paid", "是否领取报酬应填是或否")
	}
	if p.WayIn = WayInOf(row.Text("way")); p.WayIn == "" {
		bad("way", "不认识的任职方式“%s”", row.Text("way"))
	}
	day := func(key string) *time.Time {
		c := row.Cell(key)
		if c.Blank() || c.Text == "至今" && key != "since" {
			return nil
		}
		d, err := xlsx.ParseDate(c)
		if err != nil {
			bad(key, "%s", err)
			return nil
		}
		t := d.First()
		return &t
	}
	if since := day("since"); since != nil {
		if p.Since = *since; since.After(today) {
			bad("since", "任职时间在今天之后")
		}
	}
	p.readEnd(row, day("until"), today, bad)
	p.Contract = day("contract")
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
