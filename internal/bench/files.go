package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/xuri/excelize/v2"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/pgserver"
)

// fileTables are what a whole file is written to, each with its column of the person.
var fileTables = [][2]string{{"persons", "id"}, {"appointments", "person_id"}, {"education_records", "person_id"}, {"resume_entries", "person_id"},
	{"family_members", "person_id"}, {"awards", "person_id"}, {"sanctions", "person_id"}, {"yearly_grades", "person_id"}, {"representative_roles", "person_id"},
	{"promotions", "person_id"}}

// files: whole files of 3,000 people in one workbook, beside excelize reading it and the bare inserts as the application's
// role.
func (b *bench) files() error {
	officer, err := b.login("wd-officer")
	if err != nil {
		return err
	}
	var last int64
	if err := b.db.QueryRow(b.ctx, `select max(id) from persons`).Scan(&last); err != nil {
		return err
	}
	const many = 3000
	file, err := b.workbook(many)
	if err != nil {
		return err
	}
	forget := func() error { return b.forgetFiles(last) }
	if err := b.send(officer, file); err != nil {
		return err
	}
	inserts, err := b.insertsOf(last)
	if err != nil {
		return err
	}
	app, err := pgx.Connect(b.ctx, b.pg.URL(pgserver.AppRole))
	if err != nil {
		return err
	}
	defer app.Close(context.WithoutCancel(b.ctx))
	ours, err := secondsAfter(forget, func() error { return b.send(officer, file) })
	if err != nil {
		return err
	}
	bare, err := secondsAfter(forget, func() error {
		book, err := excelize.OpenReader(bytes.NewReader(file))
		if err != nil {
			return err
		}
		for _, sheet := range book.GetSheetList() {
			if _, err := book.GetRows(sheet); err != nil {
				return err
			}
		}
		return replay(b.ctx, app, inserts)
	})
	if err != nil {
		return err
	}
	b.add(figure{name: fmt.Sprintf("import of %d whole files, of reading and inserting", many), ours: inMS(ours), bare: inMS(bare), value: ours / bare, target: 3, unitWord: " ×"})
	return forget()
}

// insertsOf gives one insert per table with everything that belongs to whoever came after a key, in the scope of the
// district.
func (b *bench) insertsOf(last int64) ([]string, error) {
	var tenant int64
	if err := b.db.QueryRow(b.ctx, `select id from tenants where code = '621202'`).Scan(&tenant); err != nil {
		return nil, err
	}
	out := []string{fmt.Sprintf(`begin; set local app.tenant_id = '%d'; set local app.township_id = '0'; set local app.village_id = '0'; set local app.level = 'district'`, tenant)}
	for _, t := range fileTables {
		var columns, values string
		if err := b.db.QueryRow(b.ctx, `select string_agg(column_name, ', ') from information_schema.columns where table_name = $1 and table_schema = 'public'`, t[0]).Scan(&columns); err != nil {
			return nil, err
		}
		row := strings.TrimSuffix(strings.Repeat("%L, ", strings.Count(columns, ",")+1), ", ")
		if err := b.db.QueryRow(b.ctx, `select coalesce(string_agg(format('(`+row+`)', `+columns+`), ', '), '') from `+t[0]+` where `+t[1]+` > $1`, last).Scan(&values); err != nil {
			return nil, err
		}
		if values == "" {
			return nil, fmt.Errorf("nothing was written to %s", t[0])
		}
		out = append(out, "insert into "+t[0]+" ("+columns+") overriding system value values "+values)
	}
	return append(out, "commit"), nil
}

// forgetFiles removes whoever came after a key with his whole file.
func (b *bench) forgetFiles(last int64) error {
	for i := range fileTables {
		t := fileTables[len(fileTables)-1-i]
		if _, err := b.db.Exec(b.ctx, `delete from `+t[0]+` where `+t[1]+` > $1`, last); err != nil {
			return err
		}
	}
	_, err := b.super.Exec(b.ctx, `vacuum analyze persons, appointments`)
	return err
}

// workbook makes whole files of n new people: two lines of a résumé, two relatives, two grades each, and the rest of some.
func (b *bench) workbook(n int) ([]byte, error) {
	places, err := b.places()
	if err != nil {
		return nil, err
	}
	sheets := map[string][][]string{}
	order := []string{"人员", "任职", "学历", "简历", "家庭成员", "奖惩", "年度考核", "两代表一委员", "提拔使用"}
	head := func(sheet string, titles ...string) {
		sheets[sheet] = [][]string{append([]string{"姓名", "身份证号"}, titles...)}
	}
	head("人员", "乡镇(街道)", "村(社区)", "曾用名", "性别", "出生日期", "民族", "籍贯", "出生地", "政治面貌", "入党时间", "转正时间", "所在党支部", "参加工作时间", "最高学历", "来源身份", "健康状况",
		"婚姻状况", "熟悉专业有何特长", "养老保险", "本村户籍", "联系电话", "开户行", "银行卡号", "户籍地址")
	head("任职", "任职乡镇(街道)", "任职村(社区)", "职务", "任职时间", "任职方式", "任职文号")
	head("学历", "教育类别", "学历", "毕业院校系及专业", "毕业时间")
	head("简历", "起", "止", "类别", "在何单位任何职")
	head("家庭成员", "称谓", "成员姓名", "出生年月", "政治面貌", "工作单位及职务")
	head("奖惩", "奖惩", "类别", "名称", "级别", "授予单位或决定机关", "日期", "文号", "事由")
	head("年度考核", "年度", "等次", "文号")
	head("两代表一委员", "身份", "级别", "届次", "起", "止")
	head("提拔使用", "去向", "原任职务", "新任职务", "日期")
	for i := range n {
		birth := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i%9000)
		name := "新" + string([]rune("春夏秋冬梅兰竹菊")[i%8]) + string([]rune("东南西北山水林田")[i/8%8])
		id := idcard.Make("622621", birth, 450+i/9000, idcard.Female)
		p := places[i%len(places)]
		add := func(sheet string, values ...string) {
			sheets[sheet] = append(sheets[sheet], append([]string{name, id}, values...))
		}
		add("人员", p.Township, p.Village, "", "女", birth.Format(time.DateOnly), "汉族", "甘肃武都", "甘肃武都", "中共党员", "2015-07", "2016-07", p.Village+"党支部", "2008-09", "大专", "退伍军人", "健康",
			"已婚", "果树栽培", "城乡居民养老保险", "是", fmt.Sprintf("139%08d", i), "农村信用社", fmt.Sprintf("621700%013d", i), p.Village+"一社12号")
		add("任职", p.Township, p.Village, "村委会委员", "2021-01-15", "换届选举", "武组发〔2021〕8号")
		add("学历", "全日制教育", "大专", "甘肃农业大学园艺", "2008-07")
		add("简历", "2008.09", "2020.12", "工作", "在外务工")
		add("简历", "2021.01", "", "工作", p.Village+"村委会委员")
		add("家庭成员", "丈夫", "王"+string([]rune("春夏秋冬梅兰竹菊")[i%8]), "1968-05", "群众", p.Village+"务农")
		add("家庭成员", "儿子", "王小"+string([]rune("春夏秋冬梅兰竹菊")[i%8]), "1998-05", "共青团员", "陇南师专学生")
		add("年度考核", "2024", "优秀", "")
		add("年度考核", "2025", "称职", "")
		if i%4 == 0 {
			add("奖惩", "表彰奖励", "优秀共产党员", "优秀共产党员", "乡镇(街道)", p.Township+"党委", "2023-07-01", "", "")
		}
		if i%50 == 0 {
			add("奖惩", "处分处理", "谈话提醒", "", "", p.Township+"党委", "2022-03-01", "", "值班缺岗")
			add("两代表一委员", "人大代表", "乡镇(街道)", "第十九届", "2021-11-01", "")
			add("提拔使用", "其他", "村文书", "村委会委员", "2021-01-15")
		}
	}
	return writtenSheets(order, sheets)
}

// writtenSheets makes a workbook of text cells with excelize alone.
func writtenSheets(order []string, sheets map[string][][]string) ([]byte, error) {
	f := excelize.NewFile()
	for i, name := range order {
		var err error
		if i == 0 {
			err = f.SetSheetName("Sheet1", name)
		} else {
			_, err = f.NewSheet(name)
		}
		if err != nil {
			return nil, err
		}
		if err := streamed(f, name, sheets[name]); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	err := f.Write(&out)
	return out.Bytes(), err
}
