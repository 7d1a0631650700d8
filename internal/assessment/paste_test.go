package assessment_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"touyan/internal/assessment"
)

var pasteTargets = []assessment.PasteTarget{
	{RowID: 1, Name: "王建国", Village: "石门村"}, {RowID: 2, Name: "李秀英", Village: "石门村"}, {RowID: 3, Name: "王建国", Village: "马家沟村"},
	{RowID: 4, Name: "张三", Village: "旧城山社区"}, {RowID: 5, Name: "赵六", Village: "旧城山社区"},
}

// pasted writes a proposal as "line>row dimension:difference …" with ? for what is asked and ! for what is refused.
func pasted(p assessment.PasteProposal) string {
	var b strings.Builder
	for _, l := range p.Lines {
		fmt.Fprintf(&b, "%d>%d", l.Line, l.RowID)
		if l.Problem != "" {
			fmt.Fprintf(&b, "?%d", len(l.Choices))
		}
		for _, c := range l.Cells {
			if c.Problem != "" {
				fmt.Fprintf(&b, " %s!", c.Dimension)
				continue
			}
			fmt.Fprintf(&b, " %s:%s", c.Dimension, c.Difference)
		}
		b.WriteString("\n")
	}
	return strings.TrimSpace(b.String())
}

func TestReadPaste(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	score, deduct := assessment.ModeScore, assessment.ModeDeduct
	for _, c := range []struct {
		name  string
		text  string
		mode  assessment.EntryMode
		at    assessment.PasteAt
		want  string
		ready bool
	}{
		{"another order, village and name", "旧城山\t张 三\t18\n石门\t李秀英\t20\n\t王建国\t19\n马家沟村\t王建国\t17", score, assessment.PasteAt{},
			"1>4 party_building:-2\n2>2 party_building:0\n3>1 party_building:-1\n4>3 party_building:-3", true},
		{"same name without village", "李秀英\t20\n王建国\t19", score, assessment.PasteAt{}, "1>2 party_building:0\n2>0?2 party_building:-1", false},
		{"nobody of that name", "李秀英\t20\n张三\t20\n刘备\t19", score, assessment.PasteAt{}, "1>2 party_building:0\n2>4 party_building:0\n3>0?0 party_building:-1", false},
		{"name in another village", "石门村\t李秀英\t20\n石门村\t张三\t20", score, assessment.PasteAt{}, "1>2 party_building:0\n2>0?1 party_building:0", false},
		{"the same person twice", "李秀英\t20\n李秀英\t18", score, assessment.PasteAt{}, "1>2?0 party_building:0\n2>2?0 party_building:-2", false},
		{"heading decides the columns", "2026年10月考评\n序号\t姓名\t学习培训（10分）\t党建引领(20分)\t合计\n1\t张三\t8\t20\t98\n2\t赵六\t10\t19\t99\n\t合计\t18\t39\t197\n填表人:", score, assessment.PasteAt{},
			"3>4 learning:-2 party_building:0\n4>5 learning:0 party_building:-1", true},
		{"heading without dimensions", "姓名\t职务\t得分1\t合计\n张三\t文书\t18\t98\n赵六\t文书\t20\t100", score, assessment.PasteAt{Dimension: 2}, "2>4 governance:-2\n3>5 governance:0", true},
		{"from the column pasted at", "张三\t文书\t8\n赵六\t委员\t9", score, assessment.PasteAt{Dimension: 4}, "1>4 learning:-2\n2>5 learning:-1", true},
		{"deductions, blank cells change nothing", "张三\t2\t\n赵六\t\t-1", deduct, assessment.PasteAt{}, "1>4 party_building:-2\n2>5 rural_revitalization:-1", true},
		{"refused cells", "张三\t21\n赵六\t１９\n李秀英\t1e309", score, assessment.PasteAt{}, "1>4 party_building!\n2>5 party_building:-1\n3>2 party_building!", false},
		{"bonus", "张三\t+2\n赵六\t1", deduct, assessment.PasteAt{Dimension: 6}, "1>4 bonus:2\n2>5 bonus:1", true},
		{"line break in a cell", "\"张三\"\t\"18\"\n\"赵\n六\"\t20", score, assessment.PasteAt{}, "1>4 party_building:-2\n2>5 party_building:0", true},
	} {
		p := s.ReadPaste(c.text, pasteTargets, c.at, c.mode, assessment.PasteAnswers{})
		if got := pasted(p); got != c.want || p.Ready() != c.ready || p.Positional {
			t.Errorf("%s: ready %v, %q\n%s\nwant\n%s", c.name, p.Ready(), p.Problem, got, c.want)
		}
	}
}

func TestPasteByPosition(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	at := assessment.PasteAt{Row: 1, Dimension: 4}
	text := "8\t15\n\n9\t14\n"
	p := s.ReadPaste(text, pasteTargets, at, assessment.ModeScore, assessment.PasteAnswers{})
	if got := pasted(p); !p.Positional || p.Ready() || got != "1>2 learning:-2 integrity:0\n3>4 learning:-1 integrity:-1" || p.Lines[1].Name != "张三" {
		t.Errorf("%+v\n%s", p, got)
	}
	if p = s.ReadPaste(text, pasteTargets, at, assessment.ModeScore, assessment.PasteAnswers{Positions: true}); !p.Ready() {
		t.Error("the pairs were confirmed")
	}
	p = s.ReadPaste("8\n8\n8\n8\n8", pasteTargets, at, assessment.ModeScore, assessment.PasteAnswers{Positions: true})
	if p.Ready() || p.Lines[4].Problem != "超出人员名单的行数" {
		t.Errorf("more lines than rows: %+v", p.Lines)
	}
	if p = s.ReadPaste("\n9", pasteTargets, assessment.PasteAt{Dimension: 4}, assessment.ModeScore, assessment.PasteAnswers{}); p.Lines[0].RowID != 2 {
		t.Errorf("a blank first line keeps its place: %+v", p.Lines)
	}
	for _, c := range []struct {
		text string
		at   assessment.PasteAt
		want string
	}{
		{"  \n\t\n", at, "没有读到内容"}, {"8\t8\t8\t8", at, "列数多于考评维度"}, {"姓名\n张三", at, "没有读到可用的分值"},
	} {
		if p := s.ReadPaste(c.text, pasteTargets, c.at, assessment.ModeScore, assessment.PasteAnswers{}); p.Ready() || !strings.Contains(p.Problem, c.want) {
			t.Errorf("%q: %+v", c.text, p)
		}
	}
}

func TestPasteAsksForTheMode(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	score, deduct := assessment.ModeScore, assessment.ModeDeduct
	for _, c := range []struct {
		text string
		mode assessment.EntryMode
		asks bool
	}{
		{"张三\t2\n赵六\t0", score, true}, {"张三\t18\n赵六\t20", deduct, true}, {"张三\t18\n赵六\t20", score, false},
		{"张三\t2\n赵六\t0", deduct, false}, {"张三\t-2\n赵六\t-1", score, false}, {"张三\t10\n赵六\t10", deduct, false},
	} {
		p := s.ReadPaste(c.text, pasteTargets, assessment.PasteAt{}, c.mode, assessment.PasteAnswers{})
		if asked := p.Columns[0].Question != ""; asked != c.asks || p.Ready() == c.asks {
			t.Errorf("%q in mode %s: %q, ready %v", c.text, c.mode, p.Columns[0].Question, p.Ready())
		}
	}
	p := s.ReadPaste("张三\t2\n赵六\t0", pasteTargets, assessment.PasteAt{}, score,
		assessment.PasteAnswers{Modes: map[string]assessment.EntryMode{"party_building": deduct}})
	if !p.Ready() || pasted(p) != "1>4 party_building:-2\n2>5 party_building:0" {
		t.Errorf("answered: %s", pasted(p))
	}
}

func TestPasteAnswers(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	read := func(rows map[int]int64) assessment.PasteProposal {
		return s.ReadPaste("李秀英\t20\n张三\t20\n刘备\t19", pasteTargets, assessment.PasteAt{}, assessment.ModeScore, assessment.PasteAnswers{Rows: rows})
	}
	if p := read(map[int]int64{3: 5}); !p.Ready() || p.Lines[2].RowID != 5 {
		t.Errorf("chosen: %+v", p.Lines)
	}
	if p := read(map[int]int64{3: assessment.PasteSkip}); !p.Ready() || len(p.Lines) != 2 {
		t.Errorf("skipped: %+v", p.Lines)
	}
	if p := read(map[int]int64{3: 4}); p.Ready() {
		t.Error("two lines for one person passed")
	}
	if p := read(map[int]int64{3: 99}); p.Ready() || p.Lines[2].Problem != "所选人员不在名单中" {
		t.Errorf("a row from elsewhere: %+v", p.Lines)
	}
}

func TestPasteProperties(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	// A block that comes back in any order gives each number to the person whose village and name stand beside it.
	rapid.Check(t, func(t *rapid.T) {
		order := rapid.Permutation(pasteTargets).Draw(t, "order")
		lost := map[int64]int{}
		var text strings.Builder
		for _, o := range order {
			lost[o.RowID] = rapid.IntRange(0, 9).Draw(t, "lost")
			fmt.Fprintf(&text, "%s\t%s\t%d\n", o.Village, o.Name, 20-lost[o.RowID])
		}
		p := s.ReadPaste(text.String(), pasteTargets, assessment.PasteAt{}, assessment.ModeScore, assessment.PasteAnswers{})
		if !p.Ready() || len(p.Lines) != len(order) {
			t.Fatalf("%+v", p)
		}
		for _, l := range p.Lines {
			if int64(l.Cells[0].Difference) != int64(-100*lost[l.RowID]) {
				t.Fatalf("%s of %s: %+v", l.Name, l.Village, l.Cells)
			}
		}
	})
	// Whatever is pasted, nothing breaks, and no row outside the sheet is named.
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([0-9.\-+"姓名张三合计 ]{0,4}[\t\n]){0,20}`).Draw(t, "text")
		at := assessment.PasteAt{Row: rapid.IntRange(-1, 6).Draw(t, "row"), Dimension: rapid.IntRange(-1, 8).Draw(t, "dimension")}
		p := s.ReadPaste(text, pasteTargets, at, assessment.ModeDeduct, assessment.PasteAnswers{Positions: true})
		for _, l := range p.Lines {
			if l.RowID < 0 || l.RowID > 5 || l.RowID == 0 && l.Problem == "" {
				t.Fatalf("%+v", l)
			}
		}
	})
}
