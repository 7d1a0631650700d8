package cadre_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/lrmx"
	"touyan/internal/testkit"
	"touyan/web"
)

// browser is somebody at a real browser, with the program's own style sheets.
func (h *house) browser(role access.Role, unit string) *testkit.Browser {
	h.T.Helper()
	if err := web.Check(); err != nil {
		h.T.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/static/", web.Handler())
	mux.Handle("/", h.Handler)
	srv := httptest.NewServer(mux)
	h.T.Cleanup(srv.Close)
	b := testkit.NewBrowser(h.T, srv.URL)
	m := h.Member(role, unit)
	b.Login(m.Username, m.Password)
	return b
}

var pdfPage = regexp.MustCompile(`/Type\s*/Page\b`)

// A row grows where the text of a cell does not fit, and a table that is too wide is cut off at the sheet's edge. In mm.
const overfull = `[...document.querySelectorAll(".approval-table tr")].filter(tr => {
		const planned = /h(\d+)/.exec(tr.className)
		return planned && tr.getBoundingClientRect().height * 25.4 / 96 > +planned[1] + .6
	}).map(tr => tr.innerText).concat([...document.querySelectorAll(".approval-table, .approval-photo img")].filter(e =>
		e.getBoundingClientRect().right > e.closest("section").getBoundingClientRect().left + (12 + 185.6) * 96 / 25.4).map(e => e.className || "photo")).join("\n")`

func TestTheFormFillsTwoSheetsHoweverMuchItSays(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk := h.As(access.TownshipClerk, "A")
	long := func(n int) string { return strings.Repeat("农业农村综合服务中心", n) }
	full := lrmx.Form{XingMing: "阿依古丽·买买提·阿卜杜热合曼·㛃𬭎𠮷", JiGuan: "新疆维吾尔自治区和田地区墨玉县", ChuShengDi: "甘肃省陇南市武都区安化镇", RuDangShiJian: "民进；200607",
		MinZu: "维吾尔族", ShenFenZheng: number(born(1975, 3, 5), 2, idcard.Female), ZhuanYeJiShuZhiWu: long(3), ShuXiZhuanYeYouHeZhuanChang: long(3),
		QuanRiZhi: lrmx.JiaoYu{XueLi: "大专", XueWei: "无", XueLiYuanXiao: long(3), XueWeiYuanXiao: long(3)}, XianRenZhiWu: "安河镇马家沟1村" + long(6),
		NiRenZhiWu: long(9), RenMianLiYou: long(30), JiangChengQingKuang: long(60), NianDuKaoHeJieGuo: long(20), ChengBaoDanWei: "中共安河镇委员会", ZhaoPian: portraitOf(t)}
	for range 14 {
		full.JianLi += "2003.09--2003.09  " + long(6) + "\n（其间：函授学习）\n"
		full.JiaTingChengYuan = append(full.JiaTingChengYuan, lrmx.Family{ChengWei: "继女婿", XingMing: "阿卜杜热合曼·伊明", ChuShengRiQi: "198001", ZhengZhiMianMao: "中共党员", GongZuoDanWeiJiZhiWu: long(4)})
	}
	full.JiaTingChengYuan[3].GongZuoDanWeiJiZhiWu = "已去世"
	at, doc := uploadForms(clerk, "满.lrmx", []byte(fileOf(t, full)))
	clerk.Post(at+"/confirm", confirmation(doc)).Want(http.StatusSeeOther)
	filled := "/cadres/" + itoa(int64(h.Count(`select id from persons where name like '阿依古丽%'`)))
	bare := h.serving("A1", "张三", number(born(1985, 2, 14), 7, idcard.Male), "clerk", "2021-01-01")
	usual := h.serving("A2", "王㛃", number(born(1986, 2, 14), 7, idcard.Male), "party_secretary", "2021-01-01")
	h.complete(usual)
	b := h.browser(access.TownshipClerk, "A")
	for name, c := range map[string]struct {
		path  string
		pages int
	}{"an empty file": {bare, 2}, "a usual one": {usual, 2}, "one with more than there is room for": {filled, 3}} {
		b.Go(c.path + "/form")
		b.Fill(`[name="purpose"]`, "任免呈报")
		b.Submit(`button[formaction]`)
		if pages := len(pdfPage.FindAll(b.PDF(), -1)); pages != c.pages {
			t.Errorf("%s takes %d pages, want %d", name, pages, c.pages)
		}
		if over := testkit.EvalAs[string](b, overfull); over != "" {
			t.Errorf("%s does not fit: %s", name, over)
		}
	}
}
