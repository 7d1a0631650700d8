package pinyin

// compounds are surnames of two characters that are read unlike their parts, or whose parts have several readings.
var compounds = map[string]string{
	"单于": "chan yu", "尉迟": "yu chi", "万俟": "mo qi", "澹台": "tan tai", "长孙": "zhang sun", "令狐": "ling hu", "鲜于": "xian yu",
	"拓跋": "tuo ba", "宰父": "zai fu", "皇甫": "huang fu", "淳于": "chun yu", "夏侯": "xia hou", "宇文": "yu wen", "乐正": "yue zheng",
	"欧阳": "ou yang", "司马": "si ma", "诸葛": "zhu ge", "上官": "shang guan", "百里": "bai li", "呼延": "hu yan", "贺若": "he ruo",
	"吐谷": "tu yu", "可朱": "ke zhu", "漆雕": "qi diao", "亓官": "qi guan", "仉督": "zhang du",
}

// surnames are those whose reading as a surname is not the dictionary's first, the right one first. A reading that people
// type by mistake follows.
var surnames = map[rune]string{
	'单': "shan dan chan", '曾': "zeng ceng", '仇': "qiu chou", '查': "zha cha", '解': "xie jie", '任': "ren", '盖': "gai ge",
	'朴': "piao pu", '区': "ou qu", '尉': "wei yu", '翟': "zhai di", '乐': "yue le", '折': "she zhe", '黑': "hei he", '召': "shao zhao",
	'卜': "bu bo", '车': "che ju", '逄': "pang", '哈': "ha", '缪': "miao mou", '秘': "bi mi", '冼': "xian", '洗': "xian xi",
	'种': "chong zhong", '重': "chong zhong", '员': "yun yuan", '贠': "yun", '祭': "zhai ji", '繁': "po fan", '覃': "qin tan", '谌': "chen shen",
	'隗': "wei kui", '郗': "xi chi", '阚': "kan", '佴': "nai er", '乜': "nie mie", '么': "yao me", '幺': "yao", '訾': "zi",
	'柏': "bai bo", '薄': "bo bao", '藏': "zang cang", '句': "gou ju", '那': "na", '能': "nai neng", '宓': "mi fu", '牟': "mou mu",
	'钻': "zuan", '盛': "sheng cheng", '石': "shi", '都': "du dou", '适': "kuo shi", '角': "jue jiao", '降': "jiang xiang", '莘': "shen xin",
	'郇': "xun huan", '宁': "ning", '纪': "ji", '贲': "ben", '葛': "ge", '俞': "yu", '褚': "chu", '沈': "shen", '瞿': "qu", '强': "qiang",
	'燕': "yan", '华': "hua", '叶': "ye", '相': "xiang", '行': "xing hang", '长': "chang zhang", '钭': "tou", '蔚': "yu wei", '晟': "cheng sheng",
	'干': "gan", '万': "wan", '不': "fou bu", '呙': "guo", '仉': "zhang", '妫': "gui", '弗': "fu", '邸': "di", '厍': "she", '昝': "zan",
	'暴': "bao", '於': "yu", '过': "guo", '应': "ying", '费': "fei bi", '曲': "qu", '尕': "ga", '禚': "zhuo", '嵇': "ji",
}

// polyphones are characters with several living readings that occur in given names, the usual one there first.
var polyphones = map[rune]string{
	'乐': "le yue", '行': "xing hang", '重': "chong zhong", '长': "chang zhang", '朝': "chao zhao", '会': "hui kuai", '省': "sheng xing",
	'召': "zhao shao", '藏': "zang cang", '茜': "qian xi", '晟': "sheng cheng", '柏': "bai bo", '娜': "na nuo", '参': "shen can", '盛': "sheng cheng",
	'都': "du dou", '单': "dan shan", '奇': "qi ji", '禅': "chan shan", '传': "chuan zhuan", '弹': "tan dan", '佛': "fo fu", '解': "jie xie",
	'降': "jiang xiang", '觉': "jue jiao", '劲': "jin jing", '乘': "cheng sheng", '似': "si shi", '尉': "wei yu", '扎': "zha za", '种': "zhong chong",
	'炅': "jiong gui", '筠': "yun jun", '颉': "jie xie", '莞': "guan wan", '莎': "sha suo", '屏': "ping bing", '伽': "jia qie",
	'阿': "a e", '澄': "cheng deng", '塞': "sai se", '栖': "qi xi", '蔚': "wei yu", '隽': "jun juan", '勒': "le lei",
	'拓': "tuo ta", '朴': "pu piao", '区': "qu ou", '什': "shi shen", '曾': "zeng ceng", '翟': "zhai di", '仇': "qiu chou", '查': "cha zha",
	'盖': "gai ge", '说': "shuo yue", '校': "xiao jiao", '调': "tiao diao",
	'率': "shuai lv", '折': "zhe she", '若': "ruo re", '给': "gei ji",
	'卜': "bu bo", '秘': "mi bi", '模': "mo mu", '泊': "bo po", '堡': "bao bu",
	'俟': "si qi", '系': "xi ji", '粘': "nian zhan", '凹': "ao wa", '巷': "xiang hang",
	'圩': "wei xu", '沓': "ta da", '宕': "dang tan", '芫': "yan yuan", '六': "liu lu", '角': "jiao jue",
}
