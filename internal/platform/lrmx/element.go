package lrmx

// shape says how the text of an element is tidied.
type shape int

const (
	asText   shape = iota // one line or more
	asName                // of a person
	asWord                // one line
	asMonth               // yyyyMM
	asDay                 // yyyyMMdd
	asJoined              // 入党时间: a month, a party's name, or both
	asNumber              // of identity
	asResume
	asFamily // the members, each an Item
	asPhoto
)

// element is a child of the root, in the order of the file.
type element struct {
	name     string
	title    string
	shape    shape
	at       func(*Form) *string // nil for the members and the photo
	optional bool                // left out where it is empty: readers of before 2025 do not know it
}

const (
	familyName = "JiaTingChengYuan"
	photoName  = "ZhaoPian"
)

var elements = []element{
	{name: "XingMing", title: "姓名", shape: asName, at: func(f *Form) *string { return &f.XingMing }},
	{name: "XingBie", title: "性别", shape: asWord, at: func(f *Form) *string { return &f.XingBie }},
	{name: "ChuShengNianYue", title: "出生年月", shape: asMonth, at: func(f *Form) *string { return &f.ChuShengNianYue }},
	{name: "MinZu", title: "民族", shape: asWord, at: func(f *Form) *string { return &f.MinZu }},
	{name: "JiGuan", title: "籍贯", at: func(f *Form) *string { return &f.JiGuan }},
	{name: "ChuShengDi", title: "出生地", at: func(f *Form) *string { return &f.ChuShengDi }},
	{name: "RuDangShiJian", title: "入党时间", shape: asJoined, at: func(f *Form) *string { return &f.RuDangShiJian }},
	{name: "CanJiaGongZuoShiJian", title: "参加工作时间", shape: asMonth, at: func(f *Form) *string { return &f.CanJiaGongZuoShiJian }},
	{name: "JianKangZhuangKuang", title: "健康状况", at: func(f *Form) *string { return &f.JianKangZhuangKuang }},
	{name: "ZhuanYeJiShuZhiWu", title: "专业技术职务", at: func(f *Form) *string { return &f.ZhuanYeJiShuZhiWu }},
	{name: "ShuXiZhuanYeYouHeZhuanChang", title: "熟悉专业有何专长", at: func(f *Form) *string { return &f.ShuXiZhuanYeYouHeZhuanChang }},
	{name: "QuanRiZhiJiaoYu_XueLi", title: "全日制学历", at: func(f *Form) *string { return &f.QuanRiZhi.XueLi }},
	{name: "QuanRiZhiJiaoYu_XueWei", title: "全日制学位", at: func(f *Form) *string { return &f.QuanRiZhi.XueWei }},
	{name: "QuanRiZhiJiaoYu_XueLi_BiYeYuanXiaoXi", title: "全日制学历毕业院校系及专业", at: func(f *Form) *string { return &f.QuanRiZhi.XueLiYuanXiao }},
	{name: "QuanRiZhiJiaoYu_XueWei_BiYeYuanXiaoXi", title: "全日制学位毕业院校系及专业", at: func(f *Form) *string { return &f.QuanRiZhi.XueWeiYuanXiao }},
	{name: "ZaiZhiJiaoYu_XueLi", title: "在职学历", at: func(f *Form) *string { return &f.ZaiZhi.XueLi }},
	{name: "ZaiZhiJiaoYu_XueWei", title: "在职学位", at: func(f *Form) *string { return &f.ZaiZhi.XueWei }},
	{name: "ZaiZhiJiaoYu_XueLi_BiYeYuanXiaoXi", title: "在职学历毕业院校系及专业", at: func(f *Form) *string { return &f.ZaiZhi.XueLiYuanXiao }},
	{name: "ZaiZhiJiaoYu_XueWei_BiYeYuanXiaoXi", title: "在职学位毕业院校系及专业", at: func(f *Form) *string { return &f.ZaiZhi.XueWeiYuanXiao }},
	{name: "XianRenZhiWu", title: "现任职务", at: func(f *Form) *string { return &f.XianRenZhiWu }},
	{name: "NiRenZhiWu", title: "拟任职务", at: func(f *Form) *string { return &f.NiRenZhiWu }},
	{name: "NiMianZhiWu", title: "拟免职务", at: func(f *Form) *string { return &f.NiMianZhiWu }},
	{name: "JianLi", title: "简历", shape: asResume, at: func(f *Form) *string { return &f.JianLi }},
	{name: "JiangChengQingKuang", title: "奖惩情况", at: func(f *Form) *string { return &f.JiangChengQingKuang }},
	{name: "NianDuKaoHeJieGuo", title: "年度考核结果", at: func(f *Form) *string { return &f.NianDuKaoHeJieGuo }},
	{name: "RenMianLiYou", title: "任免理由", at: func(f *Form) *string { return &f.RenMianLiYou }},
	{name: familyName, title: "家庭主要成员及重要社会关系", shape: asFamily},
	{name: "ChengBaoDanWei", title: "呈报单位", at: func(f *Form) *string { return &f.ChengBaoDanWei }},
	{name: "JiSuanNianLingShiJian", title: "计算年龄时间", shape: asDay, at: func(f *Form) *string { return &f.JiSuanNianLingShiJian }},
	{name: "TianBiaoShiJian", title: "填表时间", shape: asDay, at: func(f *Form) *string { return &f.TianBiaoShiJian }},
	{name: "TianBiaoRen", title: "填表人", at: func(f *Form) *string { return &f.TianBiaoRen }},
	{name: "ShenFenZheng", title: "身份证号", shape: asNumber, at: func(f *Form) *string { return &f.ShenFenZheng }},
	{name: photoName, title: "照片", shape: asPhoto},
	{name: "Version", title: "版本", shape: asWord, at: func(f *Form) *string { return &f.Version }},
	{name: "GaiGeQianRenZhiNianLingJieXian", title: "改革前任职年龄界限", optional: true, at: func(f *Form) *string { return &f.GaiGeQianNianLingJieXian }},
	{name: "DaoLingNianYue", title: "到龄年月", shape: asMonth, optional: true, at: func(f *Form) *string { return &f.DaoLingNianYue }},
}

// member is a child of an Item.
type member struct {
	name  string
	title string
	shape shape
	at    func(*Family) *string
}

var members = []member{
	{"ChengWei", "称谓", asWord, func(m *Family) *string { return &m.ChengWei }},
	{"XingMing", "姓名", asName, func(m *Family) *string { return &m.XingMing }},
	{"ChuShengRiQi", "出生年月", asMonth, func(m *Family) *string { return &m.ChuShengRiQi }},
	{"ZhengZhiMianMao", "政治面貌", asWord, func(m *Family) *string { return &m.ZhengZhiMianMao }},
	{"GongZuoDanWeiJiZhiWu", "工作单位及职务", asText, func(m *Family) *string { return &m.GongZuoDanWeiJiZhiWu }},
}

// indexOf is the place of an element in the order of the file, -1 for an unknown one.
func indexOf(name string) int {
	for i, e := range elements {
		if e.name == name {
			return i
		}
	}
	return -1
}

// Title is the heading of an element on the form, empty for an unknown one.
func Title(name string) string {
	if i := indexOf(name); i >= 0 {
		return elements[i].title
	}
	return ""
}

// Texts lists the names of the elements that hold text, in the order of the file.
func Texts() []string {
	var names []string
	for _, e := range elements {
		if e.at != nil {
			names = append(names, e.name)
		}
	}
	return names
}

// Text gives the text of an element by its name, empty for one that holds none.
func (f *Form) Text(name string) string {
	if i := indexOf(name); i >= 0 && elements[i].at != nil {
		return *elements[i].at(f)
	}
	return ""
}

// written reports whether Write writes the element.
func (f *Form) written(e element) bool { return !e.optional || *e.at(f) != "" }
