package cadre

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/lrmx"
	"touyan/web/ui"
)

// approvalSheet is a 任免审批表 on its two sheets: every cell with the size of type in which its text fits. The measures, in mm,
// are those of web/static/css/approval.css.
type approvalSheet struct {
	Name, Sex, Birth, Ethnic, Native, BirthPlace, Joined, Worked, Health lrmx.Cell
	Technical, Specialty                                                 lrmx.Cell
	Schools                                                              [2][4]lrmx.Cell // 全日制, 在职: 学历, 学位, and where each was taken
	Held, Next, End                                                      lrmx.Cell
	Resume                                                               lrmx.Cell
	Periods                                                              []paperPeriod
	Honours, Grades, Reason                                              lrmx.Cell
	Family                                                               []paperRelative
	Unit, FilledOn                                                       string
	FilledBy                                                             string
	Photo                                                                string // as an address of its own data
	Reform                                                               string
	More                                                                 []paperMore
	Mark                                                                 string // who printed it, when and for what
}

// paperPeriod is a line of the résumé: months and text stand in two columns.
type paperPeriod struct{ Months, Text string }

type paperRelative struct {
	Relation, Name, Age, Political, Post lrmx.Cell
}

// paperMore is a cell that goes on on a further sheet.
type paperMore struct {
	Title string
	Lines []string
}

// paperOf lays a form out. Ages are those of the day that the form names, or of today.
func paperOf(f lrmx.Form, today time.Time, mark string) approvalSheet {
	on := today
	if t, err := time.Parse("20060102", f.JiSuanNianLingShiJian); err == nil {
		on = t
	}
	p := approvalSheet{Unit: f.ChengBaoDanWei, FilledBy: f.TianBiaoRen, FilledOn: spokenDay(f.TianBiaoShiJian), Mark: mark}
	fit := func(title, text string, wide, high float64) lrmx.Cell {
		c := lrmx.Fit(text, wide, high, 0, 12)
		if len(c.Rest) > 0 {
			p.More = append(p.More, paperMore{title, c.Rest})
		}
		return c
	}
	small := func(element, text string) lrmx.Cell { return fit(lrmx.Title(element), text, 25, twoLines) }
	p.Name, p.Sex, p.Ethnic = small("XingMing", spacedName(f.XingMing)), small("XingBie", f.XingBie), small("MinZu", f.MinZu)
	p.Birth = small("ChuShengNianYue", strings.Replace(lrmx.BirthAndAge(f.ChuShengNianYue, on), " ", "\n", 1))
	p.Native, p.BirthPlace = small("JiGuan", f.JiGuan), small("ChuShengDi", f.ChuShengDi)
	p.Joined, p.Worked = small("RuDangShiJian", dottedAll(f.RuDangShiJian)), small("CanJiaGongZuoShiJian", lrmx.Dotted(f.CanJiaGongZuoShiJian))
	p.Health = small("JianKangZhuangKuang", f.JianKangZhuangKuang)
	p.Technical = fit("专业技术职务", f.ZhuanYeJiShuZhiWu, 48, twoLines)
	p.Specialty = fit("熟悉专业有何专长", f.ShuXiZhuanYeYouHeZhuanChang, 52, twoLines)
	for i, j := range []lrmx.JiaoYu{f.QuanRiZhi, f.ZaiZhi} {
		for k, text := range []string{j.XueLi, j.XueWei, j.XueLiYuanXiao, j.XueWeiYuanXiao} {
			p.Schools[i][k] = fit(wordOf(educationModes, educationModes[i].Code), text, []float64{48, 48, 57, 57}[k], 8)
		}
	}
	p.Held, p.Next, p.End = fit("现任职务", f.XianRenZhiWu, 132, twoLines), fit("拟任职务", f.NiRenZhiWu, 132, twoLines), fit("拟免职务", f.NiMianZhiWu, 132, twoLines)
	p.resume(f.JianLi)
	p.Honours, p.Grades = fit("奖惩情况", f.JiangChengQingKuang, 158, 38), fit("年度考核结果", f.NianDuKaoHeJieGuo, 158, 24)
	p.Reason = fit("任免理由", f.RenMianLiYou, 158, 24)
	p.family(f.JiaTingChengYuan, on, fit)
	if len(f.ZhaoPian) > 0 && lrmx.IsJPEG(f.ZhaoPian) {
		p.Photo = "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(f.ZhaoPian)
	}
	if f.GaiGeQianNianLingJieXian != "" || f.DaoLingNianYue != "" {
		p.Reform = strings.Trim(f.GaiGeQianNianLingJieXian+";到龄年月 "+lrmx.Dotted(f.DaoLingNianYue), ";")
	}
	return p
}

// resume fits the résumé: the months take nine characters of every line.
func (p *approvalSheet) resume(text string) {
	r, _ := lrmx.ParseResume(text)
	const months = 9.5
	var heads, bodies []string
	for _, period := range r.Periods {
		head := lrmx.Resume{Periods: []lrmx.Period{{From: period.From, To: period.To}}}.String()
		for k, line := range strings.Split(period.Text, "\n") {
			if k > 0 {
				head = ""
			}
			heads, bodies = append(heads, strings.TrimSpace(head)), append(bodies, line)
		}
	}
	if r.Lead != "" {
		heads, bodies = append([]string{""}, heads...), append([]string{strings.ReplaceAll(r.Lead, "\n", " ")}, bodies...)
	}
	p.Resume = lrmx.Fit(strings.Join(bodies, "\n"), 158, 124, months, 14)
	// Too long even in the smallest type: whole periods stay, the others follow on a further sheet.
	more := paperMore{Title: "简历"}
	for i := range bodies {
		if i < len(bodies)-len(p.Resume.Rest) {
			p.Periods = append(p.Periods, paperPeriod{heads[i], bodies[i]})
		} else {
			more.Lines = append(more.Lines, strings.TrimSpace(heads[i]+"  "+bodies[i]))
		}
	}
	if len(more.Lines) > 0 {
		p.Periods = append(p.Periods, paperPeriod{"", "(续附页)"})
		p.More = append([]paperMore{more}, p.More...)
	}
}

// twoLines is the room for text in a row of 12mm: two lines in 12 pt are 11.01mm.
const twoLines = 11.1

// onPage is how many members of a family the second sheet holds; it has places for seven in any case.
const onPage, places7 = 12, 7

func (p *approvalSheet) family(list []lrmx.Family, on time.Time, fit func(title, text string, wide, high float64) lrmx.Cell) {
	rows, high := max(places7, min(len(list), onPage)), twoLines
	if rows > places7 {
		high = 6.6 // two lines in the smallest type
	}
	for i := range rows {
		var m lrmx.Family
		if i < len(list) {
			m = list[i]
		}
		age := ""
		if born, ok := lrmx.MonthOf(m.ChuShengRiQi); ok && !strings.Contains(m.GongZuoDanWeiJiZhiWu, "去世") && !strings.Contains(m.GongZuoDanWeiJiZhiWu, "已故") {
			age = strconv.Itoa(lrmx.Age(born, on))
		}
		who := "家庭成员" + m.XingMing
		p.Family = append(p.Family, paperRelative{fit(who, m.ChengWei, 20, high), fit(who, spacedName(m.XingMing), 24, high), fit(who, age, 14, high),
			fit(who, m.ZhengZhiMianMao, 24, high), fit(who, m.GongZuoDanWeiJiZhiWu, 68, high)})
	}
	if len(list) > onPage {
		more := paperMore{Title: "家庭主要成员及重要社会关系"}
		for _, m := range list[onPage:] {
			more.Lines = append(more.Lines, strings.Join(strings.Fields(m.ChengWei+" "+m.XingMing+" "+lrmx.BirthAndAge(m.ChuShengRiQi, on)+" "+m.ZhengZhiMianMao+" "+m.GongZuoDanWeiJiZhiWu), " "))
		}
		p.More = append(p.More, more)
	}
}

func familyRows(p approvalSheet) string { return strconv.Itoa(len(p.Family) + 1) }

// familyHeight is the class of a row: twelve rows are as high as seven.
func familyHeight(p approvalSheet) string {
	if len(p.Family) > places7 {
		return "h7"
	}
	return "h12"
}

// spacedName pads a name of two characters to the width of three, as the form is filled in by hand.
func spacedName(name string) string {
	if r := []rune(name); len(r) == 2 {
		return string(r[0]) + "　" + string(r[1])
	}
	return name
}

// dottedAll shows the months within 入党时间.
func dottedAll(text string) string {
	parts := strings.Split(text, "；")
	for i, p := range parts {
		parts[i] = lrmx.Dotted(p)
	}
	return strings.Join(parts, "；")
}

// spokenDay is a day as signatures write it; three blanks to fill in where it is not known.
func spokenDay(day string) string {
	t, err := time.Parse("20060102", day)
	if err != nil {
		return "年　　月　　日"
	}
	return t.Format("2006年1月2日")
}

// printApproval draws the form for paper. It shows family and sanctions, so it is a reveal with a purpose.
func (m *Module) printApproval(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	purpose, err := access.Asking{Act: "打印", What: p.Name + "的任免审批表"}.Purpose(r.PostForm.Get("purpose"))
	if err != nil {
		return err
	}
	var a approval
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		list, err := m.Store.approvals(r.Context(), tx, []int64{p.ID}, s.Today())
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return fault.Conflict("%s的档案已作废,不能打印", p.Name)
		}
		a = list[0]
		tx.Audit(access.Line{Action: "cadre.form.print", Object: "persons", ID: p.ID, Person: p.ID, Summary: "打印" + p.Name + "的任免审批表", Reason: purpose})
		return nil
	})
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return httpx.HTML(w, r, http.StatusOK, ui.PrintPage(ui.Print{Title: p.Name + " 干部任免审批表", Back: approvalPath(p.ID), Sheets: []string{"approval.css"}},
		approvalSheets(paperOf(a.form(), s.Today(), s.Mark("打印", purpose)))))
}
