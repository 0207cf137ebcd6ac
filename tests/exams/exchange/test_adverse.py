"""Inputs that were once misread or silently guessed, each as it was found."""

from __future__ import annotations

import pytest

from exams.exchange import formats
from exams.exchange.plain import read_plain
from exams.exchange.reading import clean

FOUR = "A. 一\nB. 二\nC. 三\nD. 四\n"


def read(text):
    return read_plain(clean(text))


def keys(reading):
    return ["".join(sorted(item.keys)) for item in reading.accepted]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"1. 甲\n{FOUR}2. 乙\n{FOUR}\n题号\t1\t2\n答案\tA\tC\n", ["A", "C"]),  # the last item once took "AC"
        (f"1. 甲\n{FOUR}2. 乙\n{FOUR}\n题号 | 1 | 2\n答案 | D | B\n", ["D", "B"]),
        ("判断题\n1. 甲\n2. 乙\n3. 丙\n\n答案：1-3 √×√\n", ["A", "B", "A"]),
        ("判断题\n1. 甲\n2. 乙\n3. 丙\n\n参考答案：1-3 对错对\n", ["A", "B", "A"]),
        ("判断题\n1. 甲。 答案：√\n2. 乙。 答案：错\n", ["A", "B"]),
        ("一、单选题\n1．甲（　）。A.一 B.二 C.三 D.四 答案：A\n2、乙？A、一 B、二 C、三 D、四 【答案】B 【解析】略\n", ["A", "B"]),
        ("1. 甲（　）。\nA.一B.二C.三D.四\n答案：D\n", ["D"]),
        (f"1. 甲\n{FOUR}答案（C）\n", ["C"]),
        (f"1. 甲\n{FOUR}答案：A\n难度：易\n考点：价值观\n", ["A"]),
    ],
)
def test_what_is_clear_is_read(text, expected):
    reading = read(text)
    assert reading.refused == [] and keys(reading) == expected
    assert all(option in {"一", "二", "三", "四", "正确", "错误"} for item in reading.accepted for option in item.options)
    assert all(item.stem.strip("。？（）　") in {"甲", "乙", "丙"} for item in reading.accepted)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"1. 甲\n{FOUR}答案：C\n答案：D\n", "两个答案不一致：C≠D"),  # the last one once won
        (f"1. 甲\n{FOUR}\n题号 1 2\n答案 A\n", "没有答案"),
        ("填空题\n1. 三大方法是____、____、____。\n答案：个案；小组；社区\n", "有几个空"),
    ],
)
def test_what_is_not_clear_is_refused(text, reason):
    reading = read(text)
    assert reading.accepted == [] and [reason in refusal.reason for refusal in reading.refused] == [True]


def test_the_same_answer_twice_is_one():
    assert keys(read(f"1. 甲\n{FOUR}答案：C\n答案：C\n")) == ["C"]


def test_an_abbreviation_is_no_row_of_options():
    reading = read("1. 关于U.S.A.的说法\nA. U.S.A. 是\nB. 否\nC. 甲B.乙\nD. 无\n答案：A\n")
    assert [item.options for item in reading.accepted] == [("U.S.A. 是", "否", "甲B.乙", "无")]


def qti(mapping: str, many: bool = False) -> bytes:
    kind = "multiple" if many else "single"
    right = "<qti-value>A</qti-value>" + ("<qti-value>B</qti-value>" if many else "")
    options = "".join(f'<qti-simple-choice identifier="{name}">{name}项</qti-simple-choice>' for name in "ABCD")
    return f"""<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i" title="t">
<qti-response-declaration identifier="R" cardinality="{kind}" base-type="identifier">
<qti-correct-response>{right}</qti-correct-response>
<qti-mapping default-value="0">{mapping}</qti-mapping></qti-response-declaration>
<qti-item-body><p>甲</p><qti-choice-interaction response-identifier="R" max-choices="0">{options}</qti-choice-interaction>
</qti-item-body></qti-assessment-item>""".encode()


def entry(name: str, worth: int) -> str:
    return f'<qti-map-entry map-key="{name}" mapped-value="{worth}"/>'


def test_a_mapping_that_pays_for_another_option_is_no_key():
    _format, reading = formats.read(qti(entry("B", 1)))
    assert reading.accepted == [] and "两处不一致" in reading.refused[0].reason


def test_weights_that_are_not_kept_are_said():
    _format, reading = formats.read(qti(entry("A", 1) + entry("B", 2) + entry("C", -1), many=True))
    assert [sorted(item.keys) for item in reading.accepted] == [["A", "B"]]
    assert "分值权重不同" in reading.accepted[0].notes[0]
    _format, reading = formats.read(qti(entry("A", 1), many=False))
    assert reading.accepted[0].notes == ()
