"""Vocabularies of the national standards with the words rosters really use. Data; codes are never reused or deleted.

GB/T 3304 ethnic groups, GB/T 4658 education levels, GB/T 4762 political status, GB/T 2261.1 sex.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One code list: ``names`` code → name as in the standard, ``aliases`` other wording → code."""

    code: str
    standard: str
    names: dict[str, str]
    aliases: dict[str, str] = field(default_factory=dict)
    strip: tuple[str, ...] = ()

    def choices(self) -> list[tuple[str, str]]:
        return list(self.names.items())

    def name_of(self, code: str) -> str:
        return self.names.get(code, "")


_GROUPS = (
    "汉族 蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 哈萨克族 "
    "傣族 黎族 傈僳族 佤族 畲族 高山族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 土族 达斡尔族 仫佬族 羌族 "
    "布朗族 撒拉族 毛南族 仡佬族 锡伯族 阿昌族 普米族 塔吉克族 怒族 乌孜别克族 俄罗斯族 鄂温克族 德昂族 保安族 "
    "裕固族 京族 塔塔尔族 独龙族 鄂伦春族 赫哲族 门巴族 珞巴族 基诺族"
)

ETHNIC_GROUPS = Vocabulary(
    "ethnic_group",
    "GB/T 3304-1991",
    {
        **{f"{n:02d}": name for n, name in enumerate(_GROUPS.split(), start=1)},
        "96": "穿青人",  # not in the standard; used in Guizhou
        "97": "其他",
        "98": "外国血统中国籍人士",
    },
    {
        "其它": "97",
        "其他族": "97",
        "未识别": "97",
        "未识别民族": "97",
        "未定族称人口": "97",
        "穿青": "96",
        "入籍": "98",
        "外国血统": "98",
        "外籍入籍": "98",
        "仫老": "32",
        "毛难": "36",
        "崩龙": "46",
        "乌兹别克": "43",
        "柯尔克兹": "29",
        "维族": "05",
        "哈萨": "17",
        "僮": "08",
        "僮族": "08",
        "獞族": "08",
        "回": "03",
        "瑶": "13",
        "傜": "13",
        "土家": "15",
    },
    strip=("族",),
)

EDUCATION_LEVELS = Vocabulary(
    "education",
    "GB/T 4658-2006",
    {
        "10": "研究生教育",
        "11": "博士研究生毕业",
        "12": "博士研究生结业",
        "13": "博士研究生肄业",
        "14": "硕士研究生毕业",
        "15": "硕士研究生结业",
        "16": "硕士研究生肄业",
        "17": "研究生班毕业",
        "18": "研究生班结业",
        "19": "研究生班肄业",
        "20": "大学本科教育",
        "21": "大学本科毕业",
        "22": "大学本科结业",
        "23": "大学本科肄业",
        "28": "大学普通班毕业",
        "30": "大学专科教育",
        "31": "大学专科毕业",
        "32": "大学专科结业",
        "33": "大学专科肄业",
        "40": "中等职业教育",
        "41": "中等专科毕业",
        "42": "中等专科结业",
        "43": "中等专科肄业",
        "44": "职业高中毕业",
        "45": "职业高中结业",
        "46": "职业高中肄业",
        "47": "技工学校毕业",
        "48": "技工学校结业",
        "49": "技工学校肄业",
        "60": "普通高级中学教育",
        "61": "普通高中毕业",
        "62": "普通高中结业",
        "63": "普通高中肄业",
        "70": "初级中学教育",
        "71": "初中毕业",
        "73": "初中肄业",
        "80": "小学教育",
        "81": "小学毕业",
        "83": "小学肄业",
        "90": "其他",
    },
    {
        "博士": "11",
        "博士研究生": "11",
        "博士毕业": "11",
        "硕士": "14",
        "硕士研究生": "14",
        "研究生": "10",
        "研究生毕业": "10",
        "硕研": "14",
        "mba": "14",
        "msw": "14",
        "在职研究生": "10",
        "党校研究生": "10",
        "中央党校研究生": "10",
        "省委党校研究生": "10",
        "研究生班": "17",
        "本科": "21",
        "大学本科": "21",
        "大本": "21",
        "大学": "21",
        "全日制本科": "21",
        "在职本科": "21",
        "函授本科": "21",
        "成人本科": "21",
        "自考本科": "21",
        "本科毕业": "21",
        "大学毕业": "21",
        "学士": "21",
        "党校本科": "21",
        "大学学历": "21",
        "本科学历": "21",
        "大学普通班": "28",
        "大专": "31",
        "专科": "31",
        "大学专科": "31",
        "大学大专": "31",
        "高职": "31",
        "全日制大专": "31",
        "在职大专": "31",
        "函授大专": "31",
        "大专毕业": "31",
        "专科毕业": "31",
        "党校大专": "31",
        "大专学历": "31",
        "中专": "41",
        "中等专科": "41",
        "中师": "41",
        "中技": "47",
        "技校": "47",
        "技工学校": "47",
        "职高": "44",
        "职业高中": "44",
        "职中": "44",
        "中职": "40",
        "高中": "61",
        "普通高中": "61",
        "高中毕业": "61",
        "初中": "71",
        "初级中学": "71",
        "小学": "81",
        "其它": "90",
    },
)

POLITICAL_STATUS = Vocabulary(
    "political_status",
    "GB/T 4762-1984",
    {
        "01": "中国共产党党员",
        "02": "中国共产党预备党员",
        "03": "中国共产主义青年团团员",
        "04": "中国国民党革命委员会会员",
        "05": "中国民主同盟盟员",
        "06": "中国民主建国会会员",
        "07": "中国民主促进会会员",
        "08": "中国农工民主党党员",
        "09": "中国致公党党员",
        "10": "九三学社社员",
        "11": "台湾民主自治同盟盟员",
        "12": "无党派民主人士",
        "13": "群众",
    },
    {
        "党员": "01",
        "中共党员": "01",
        "共产党员": "01",
        "中国共产党": "01",
        "正式党员": "01",
        "预备党员": "02",
        "中共预备党员": "02",
        "团员": "03",
        "共青团员": "03",
        "共青团": "03",
        "民革": "04",
        "民革党员": "04",
        "民革会员": "04",
        "民盟": "05",
        "民盟盟员": "05",
        "民建": "06",
        "民建会员": "06",
        "民进": "07",
        "民进会员": "07",
        "农工党": "08",
        "农工党党员": "08",
        "致公党": "09",
        "致公党党员": "09",
        "九三": "10",
        "九三社员": "10",
        "台盟": "11",
        "台盟盟员": "11",
        "无党派": "12",
        "无党派人士": "12",
        "群": "13",
        "普通公民": "13",
        "公民": "13",
        "普通群众": "13",
    },
)

SEXES = Vocabulary(
    "sex",
    "GB/T 2261.1-2003",
    {"0": "未知的性别", "1": "男", "2": "女", "9": "未说明的性别"},
    {
        "男性": "1",
        "女性": "2",
        "先生": "1",
        "m": "1",
        "f": "2",
        "male": "1",
        "female": "2",
        "未知": "0",
        "未说明": "9",
        "男士": "1",
        "女士": "2",
    },
)

ALL = {v.code: v for v in (ETHNIC_GROUPS, EDUCATION_LEVELS, POLITICAL_STATUS, SEXES)}

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# traditional characters that stand in the words of rosters (headers, ethnic groups, education); names are never rewritten
_TRADITIONAL = str.maketrans(
    "號證碼學歷單職務聯繫絡電話鄉鎮備註別類對專業縣區說門編員狀況參訓報貫級會醫畢處實齡"
    "漢滿壯維爾蒙藏傣僳羅錫納達鄂倫溫怒獨龍東鮮烏茲孜塔裡幹黨團眾無碩專",
    "号证码学历单职务联系络电话乡镇备注别类对专业县区说门编员状况参训报贯级会医毕处实龄"
    "汉满壮维尔蒙藏傣僳罗锡纳达鄂伦温怒独龙东鲜乌兹孜塔里干党团众无硕专",
)
_TIDY = re.compile(r"[\s\u3000()（）·,，、。:：]+")


def code_of(vocabulary: Vocabulary, text: str) -> str | None:
    """The code for what a roster says (a code, the standard's name or an alias), or None when nobody knows. Never guesses."""
    wording = _tidy(text)
    if not wording:
        return None
    if wording in vocabulary.names:
        return wording
    if wording.isdigit() and len(wording) == 1 and f"0{wording}" in vocabulary.names:
        return f"0{wording}"
    table = _table(vocabulary)
    for candidate in _candidates(wording, vocabulary.strip):
        if candidate in table:
            return table[candidate]
    return None


def simplified(text: str) -> str:
    """The words of a form in simplified characters, as far as forms use them."""
    return text.translate(_TRADITIONAL)


def _tidy(text: str) -> str:
    return _TIDY.sub("", simplified(text.translate(_WIDE))).casefold()


def _candidates(wording: str, endings: Iterable[str]) -> Iterable[str]:
    yield wording
    for ending in endings:
        if wording.endswith(ending):
            yield wording.removesuffix(ending)
        else:
            yield wording + ending


_tables: dict[str, dict[str, str]] = {}


def _table(vocabulary: Vocabulary) -> dict[str, str]:
    if vocabulary.code not in _tables:
        table = {_tidy(name): code for code, name in vocabulary.names.items()}
        table.update({_tidy(alias): code for alias, code in vocabulary.aliases.items()})
        _tables[vocabulary.code] = table
    return _tables[vocabulary.code]
