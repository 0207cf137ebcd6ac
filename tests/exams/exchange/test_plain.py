"""Plain text in the usual Chinese layouts, and what must be refused."""

import pytest

from exams.exchange.plain import read_plain
from exams.exchange.reading import Unreadable, clean, decode, squeeze

USUAL = """一、单项选择题
1. 社会工作的通用过程从（　　）开始。
A. 接案   B. 预估
C. 计划
D. 介入
答案：A
解析：接案是第一步。
1.先建立关系；
2.再了解需要。

2、下列属于直接服务的是（　　）
Ａ．个案工作
Ｂ．社会工作行政
Ｃ．社会工作研究
Ｄ．社会政策倡导
【答案】Ａ　【解析】个案工作是直接服务。
二、多项选择题
3．预估的内容包括（　　）。
A、问题 B、需要 C、资源 D、结案报告 E、动机
答案:A、B、C、E
"""


def test_usual_layouts_are_understood():
    reading = read_plain(clean(USUAL))
    assert reading.refused == []
    first, second, third = reading.accepted
    assert (first.kind, first.keys, first.options) == ("single", frozenset("A"), ("接案", "预估", "计划", "介入"))
    assert first.explanation.startswith("接案是第一步。") and "再了解需要" in first.explanation
    assert second.keys == frozenset("A") and second.explanation == "个案工作是直接服务。"
    assert third.kind == "multiple" and third.keys == frozenset("ABCE") and len(third.options) == 5


def test_answers_in_a_list_at_the_end():
    text = "1. 甲（　）\nA. 一\nB. 二\n2. 乙（　）\nA. 一\nB. 二\n3. 丙（　）\nA. 一\nB. 二\nC. 三\n参考答案\n1-2 BA\n3. AC\n"
    reading = read_plain(clean(text))
    assert [sorted(i.keys) for i in reading.accepted] == [["B"], ["A"], ["A", "C"]]


def test_key_in_brackets_of_the_stem_is_taken_out():
    item = read_plain("1. 社会工作的服务对象是（B）。\nA. 物\nB. 人\n").accepted[0]
    assert item.keys == frozenset("B")
    assert "B" not in item.stem


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ("1. 题干\nA. 一\nB. 二\n答案：E", "没有对应的选项"),
        ("1. 题干\nA. 一\nB. 二", "没有答案"),
        ("1. 题干\nA. 一\nB. 一\n答案：A", "相同的选项"),
        ("1. 题干\nA. 一\n答案：A", "少于两个"),
        ("1. 题干\nA. 一\nB. 二\n答案：略", "看不懂"),
    ],
)
def test_what_cannot_stand_is_refused_with_line_and_reason(block, reason):
    reading = read_plain(f"\n\n{block}\n2. 好题\nA. 一\nB. 二\n答案：A\n")
    assert [r.place for r in reading.refused] == [3]
    assert reason in reading.refused[0].reason
    assert len(reading.accepted) == 1 and reading.found == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding_reads_the_same(encoding):
    assert read_plain(decode(USUAL.encode(encoding))).accepted == read_plain(clean(USUAL)).accepted


def test_binary_is_refused_in_a_sentence():
    with pytest.raises(Unreadable):
        decode(bytes(range(256)) * 4)


def test_look_alike_radicals_are_the_same_item():
    assert clean("⼆⻓") == "二长"
    assert squeeze("⼈⼝ Ａ") == "人口a"


def test_true_false():
    item = read_plain("1. 督导不需要签字。\n答案：错误\n").accepted[0]
    assert (item.kind, item.keys) == ("true_false", frozenset("B"))
