// Package lrmx owns the file form of the 干部任免审批表 (.lrmx), the form on which every organisation department keeps and
// exchanges the data of one person: reading, checking, writing, and laying it out for paper.
//
// The form is plain XML in UTF-8 with the root Person and a fixed order of text elements named in pinyin. No standard of
// it is published; the order and shapes here are those of the editor's template and of programs that exchange files with
// it. Reading is tolerant: other encodings, dates of four, six and eight digits, résumés with <br>, elements of other
// tools, which are kept where they stood. Writing is strict. Whatever Read accepts, Write writes, and reading that again
// gives the same Form.
package lrmx

// ContentType is what a form is sent as.
const ContentType = "application/xml"

// DefaultVersion is written where a form has none.
const DefaultVersion = "3.2.1.6"

// Form is one person's 任免审批表. Fields bear the names of their elements and hold text as the form shows it; a field
// without a value is empty. Lines within a field are parted by \n.
type Form struct {
	XingMing                    string   // 姓名, without inner spaces
	XingBie                     string   // 性别: 男 or 女
	ChuShengNianYue             string   // 出生年月: yyyyMM
	MinZu                       string   // 民族: 汉族
	JiGuan                      string   // 籍贯: 甘肃武都
	ChuShengDi                  string   // 出生地
	RuDangShiJian               string   // 入党时间: yyyyMM; or text; a democratic party is named, both parted by ；
	CanJiaGongZuoShiJian        string   // 参加工作时间: yyyyMM
	JianKangZhuangKuang         string   // 健康状况: 健康
	ZhuanYeJiShuZhiWu           string   // 专业技术职务
	ShuXiZhuanYeYouHeZhuanChang string   // 熟悉专业有何专长
	QuanRiZhi                   JiaoYu   // 全日制教育
	ZaiZhi                      JiaoYu   // 在职教育
	XianRenZhiWu                string   // 现任职务
	NiRenZhiWu                  string   // 拟任职务
	NiMianZhiWu                 string   // 拟免职务
	JianLi                      string   // 简历: see Resume
	JiangChengQingKuang         string   // 奖惩情况
	NianDuKaoHeJieGuo           string   // 年度考核结果
	RenMianLiYou                string   // 任免理由
	JiaTingChengYuan            []Family // 家庭主要成员及重要社会关系
	ChengBaoDanWei              string   // 呈报单位
	JiSuanNianLingShiJian       string   // 计算年龄时间: yyyyMMdd
	TianBiaoShiJian             string   // 填表时间: yyyyMMdd
	TianBiaoRen                 string   // 填表人
	ShenFenZheng                string   // 身份证号
	ZhaoPian                    []byte   // 照片: a JPEG picture
	Version                     string   // 3.2.1.6 of the usual editor, 2.0 of another
	GaiGeQianNianLingJieXian    string   // since 2025: 改革前任职年龄界限为60岁
	DaoLingNianYue              string   // since 2025: yyyyMM

	// Attributes of the root, verbatim: prefixes of unknown elements may be declared there.
	Attributes string
	// Extra are the elements that this package does not know, kept for the tool that wrote them.
	Extra []Extra
}

// JiaoYu is one of the two blocks of education.
type JiaoYu struct {
	XueLi          string // 学历 in the words of ZB 64: 大专
	XueWei         string // 学位
	XueLiYuanXiao  string // 毕业院校系及专业 of the 学历
	XueWeiYuanXiao string // 毕业院校系及专业 of the 学位
}

// Family is a member of the family.
type Family struct {
	ChengWei             string // 称谓: 妻子
	XingMing             string // 姓名
	ChuShengRiQi         string // 出生年月: yyyyMM
	ZhengZhiMianMao      string // 政治面貌
	GongZuoDanWeiJiZhiWu string // 工作单位及职务; 已去世 or 已故 for the dead
	Extra                []Extra
}

// Extra is an unknown element with everything in it.
type Extra struct {
	// After is the known element that it follows, empty for none. JiaTingChengYuan/2 is a place within the family, after
	// the second member.
	After string
	XML   string // as it stood in the file
}

// Note is what the reader of a form should know, but what did not keep it from being read.
type Note struct {
	Element  string // the element's name, empty for the file as a whole
	Sentence string // never holds an identity number
}

// String names the field and says the sentence.
func (n Note) String() string {
	if title := Title(n.Element); title != "" {
		return title + ":" + n.Sentence
	}
	return n.Sentence
}
