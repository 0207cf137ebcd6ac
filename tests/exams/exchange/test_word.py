# ruff: noqa: E501 (samples stand as they are)
"""Question sheets as they come from offices: Word's own numbers, tables, text boxes, pictures, answers at the end."""

import pytest

from exams.exchange.docx import read_docx
from exams.exchange.plain import read_plain
from exams.exchange.reading import Unreadable, clean
from exams.exchange.word_numbers import _chinese, _written
from tests.exams.exchange.word import box, document, options, p, picture, run, table
from tests.factories.exams import drawing

SHEET = (
    p(run("2026 年模拟题", bold=True))
    + p("单项选择题", number=9)
    + p(run("社会工作的"), run("首要", bold=True), "任务是（　　）。", style="Ti")
    + options(10, "助人", "管理", "宣传", "统计")
    + p("在空白处填写：", run("      ", underline=True), "属于专业价值观。", style="TiSub")
    + options(11, "自决", "效率", "服从", "保本")
    + p("看图", picture("rId1"), "，选出正确的一项。", number=1)
    + table([["A. 甲"], ["B. 乙"]], [["C. 丙"], ["D. 丁"]])
    + p("文本框里的题", box(p("A. 框内一"), p("B. 框内二"), p("C. 框内三"), p("D. 框内四")), number=1)
    + p("多项选择题", number=9)
    + p("属于直接服务的有（　　）。", number=1)
    + options(12, "个案", "小组", "社区", "督导", "政策")
    + p("参考答案")
    + table([["题号"], ["1"], ["2"], ["3"], ["4"], ["5"]], [["答案"], ["A"], ["A"], ["C"], ["D"], ["ABC"]])
)


def test_word_numbers_tables_boxes_and_pictures_are_read():
    reading = read_docx(document(SHEET))
    assert reading.refused == [] and reading.unit == "paragraph"
    stems = [item.stem for item in reading.accepted]
    assert stems[0] == "社会工作的首要任务是（　　）。" and "______" in stems[1]
    assert stems[2] == "看图［图1］，选出正确的一项。"
    assert reading.accepted[2].options == ("甲", "乙", "丙", "丁") and reading.accepted[2].images[0].content == drawing(120).content
    assert reading.accepted[3].options == ("框内一", "框内二", "框内三", "框内四")
    assert [sorted(item.keys) for item in reading.accepted] == [["A"], ["A"], ["C"], ["D"], ["A", "B", "C"]]
    assert [item.kind for item in reading.accepted] == ["single"] * 4 + ["multiple"]
    assert [text for _place, text in reading.skipped] == ["2026 年模拟题"]


def test_a_picture_that_cannot_be_kept_refuses_its_item_and_no_other():
    raw = document(SHEET, images={"image1.emf": b"\x01\x00\x00\x00EMF"})
    reading = read_docx(raw)
    assert reading.found == 5 and [r.place for r in reading.refused] == [13]
    assert "PNG" in reading.refused[0].reason


def test_macros_are_refused():
    with pytest.raises(Unreadable, match="宏"):
        read_docx(document(SHEET, more={"word/vbaProject.bin": b"x"}))


@pytest.mark.parametrize(
    ("form", "number", "shown"),
    [
        ("upperLetter", 27, "AA"),
        ("lowerLetter", 3, "c"),
        ("upperRoman", 44, "XLIV"),
        ("lowerRoman", 9, "ix"),
        ("chineseCounting", 11, "十一"),
        ("chineseCountingThousand", 20, "二十"),
        ("decimalEnclosedCircle", 3, "③"),
        ("decimalZero", 4, "04"),
        ("ideographTraditional", 2, "乙"),
        ("bullet", 2, ""),
    ],
)
def test_numbers_are_written_as_word_shows_them(form, number, shown):
    assert _written(number, form) == shown


def test_chinese_numbers_up_to_a_hundred_are_the_usual_ones():
    digits = "一二三四五六七八九"
    usual = list(digits) + ["十"] + [f"十{d}" for d in digits]
    usual += [f"{t}十{d}" for t in digits[1:] for d in ["", *digits]]
    assert [_chinese(n) for n in range(1, 100)] == usual


# --- plain text --------------------------------------------------------------------------------------------------------


def letters(text):
    reading = read_plain(clean(text))
    assert not reading.refused, reading.refused
    return ["".join(sorted(item.keys)) for item in reading.accepted]


FOUR = "\nA. 一\nB. 二\nC. 三\nD. 四\n"


@pytest.mark.parametrize(
    "tail",
    [
        "参考答案：1-3 CAD 4.AC",
        "答案\n1.C 2.A 3.D\n4、AC",
        "1-3：CAD  4：AC",
        "【参考答案】\n1—3　ＣＡＤ\n4．ＡＣ",
        "参考答案及解析\n1.【答案】C【解析】因为。\n2. 答案：A\n解析：所以。\n3.D 解析：不过。\n4.【答案】AC",
        "答案\n一、单项选择题\n1.C 2.A 3.D\n二、多项选择题\n4.AC",
    ],
)
def test_lists_of_answers_in_the_usual_shapes(tail):
    text = (
        "一、单项选择题\n"
        + "".join(f"{n}. 题{n}（　　）{FOUR}" for n in (1, 2, 3))
        + f"二、多项选择题\n4. 题4（　　）{FOUR}{tail}\n"
    )
    assert letters(text) == ["C", "A", "D", "AC"]


def test_parts_that_count_anew_are_told_apart_by_the_headings_of_the_list():
    text = f"一、单项选择题\n1. 甲{FOUR}二、多项选择题\n1. 乙{FOUR}参考答案\n二、多项选择题\n1.BD\n一、单项选择题\n1.C\n"
    assert letters(text) == ["C", "BD"]


def test_a_list_that_cannot_tell_two_items_apart_gives_neither_a_key():
    reading = read_plain(f"一、单项选择题\n1. 甲{FOUR}二、多项选择题\n1. 乙{FOUR}参考答案\n1.C\n")
    assert [r.reason for r in reading.refused] == ["没有答案。"] * 2 and "没有唯一对应" in reading.skipped[0][1]


@pytest.mark.parametrize("stem", ["社工（AB）应当", "社工（ A、B ）应当", "社工（ＡＢ）应当", "社工( A B )应当", "社工 (AB) 应当"])
def test_the_key_in_the_brackets_leaves_the_stem(stem):
    item = read_plain(clean(f"1. {stem}{FOUR}")).accepted[0]
    assert item.keys == frozenset("AB") and item.stem.replace(" ", "") == "社工（　　）应当"


def test_a_bracketed_letter_after_a_blank_is_the_key_when_option_a_follows():
    item = read_plain(f"1. 社会工作的起点是 （B）{FOUR}").accepted[0]
    assert (item.keys, item.options) == (frozenset("B"), ("一", "二", "三", "四"))
    item = read_plain(f"1. 社会工作的起点是 （A）{FOUR}").accepted[0]
    assert (item.keys, item.options) == (frozenset("A"), ("一", "二", "三", "四"))
    assert read_plain("1. 题 (A) 一 (B) 二 (C) 三 (D) 四\n答案：A").accepted[0].options == ("一", "二", "三", "四")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"1. 甲（B）。{FOUR}答案：C", "题干括号里是"),
        (f"1. 甲（A）乙（B）{FOUR}", "分不清"),
        (f"1. 甲{FOUR}答案：A\n参考答案\n1.B", "不一致"),
        (f"四、名词解释题\n1. 自决{FOUR}答案：A", "名词解释题"),
        (f"1. 甲{FOUR}答案：AA", "重复"),
        ("一、主观题\n1. 甲\n采分点：\n说明含义", "分值"),
        ("一、填空题\n1. 甲", "没有给出"),
        ("1. 甲\nA. 一\nA. 二\nB. 三\nC. 四\n答案：A", "不连续"),
        ("1. 甲\nA. 一 B. 二 D. 四\n答案：A", "不连续"),
        ("1. 甲\nA. 一\nB. 二\nD. 四\nE. 五\n答案：A", "不连续"),
    ],
)
def test_what_is_not_clear_is_refused_and_not_guessed(text, reason):
    reading = read_plain(clean(text))
    assert reading.accepted == [] and reason in reading.refused[0].reason


def test_items_without_numbers_and_options_on_one_line():
    text = "综合测试\n\n接案的第一步是\nA. 甲 B. 乙 C. 丙 D. 丁\n答案：A\n\n预估的第一步是\nA. 甲 B. 乙\nC. 丙 D. 丁\n答案：D\n解析：如此。\n"
    reading = read_plain(text)
    assert [(i.stem, i.keys) for i in reading.accepted] == [("接案的第一步是", frozenset("A")), ("预估的第一步是", frozenset("D"))]
    assert reading.skipped == [(1, "综合测试")]


def test_an_option_may_name_other_options():
    item = read_plain("1. 甲\nA. 一\nB. 二\nC. A、B 都对\nD. A和B都不对\n答案：C").accepted[0]
    assert item.options == ("一", "二", "A、B 都对", "A和B都不对")


def test_marks_of_the_kind_before_the_stem():
    text = f"1.（单选题）甲{FOUR}答案：A\n2.【多选】乙{FOUR}答案：AB\n3.[判断题]丙\n答案：×\n"
    assert [item.kind for item in read_plain(text).accepted] == ["single", "multiple", "true_false"]


def test_points_of_an_explanation_and_of_a_stem_are_no_items():
    text = f"1. 甲（　　）\n1. 一点\n2. 又一点{FOUR}答案：A\n解析：\n1. 因为；\n2. 所以。\n2. 乙{FOUR}答案：B\n"
    items = read_plain(text).accepted
    assert [item.stem for item in items] == ["甲（　　）\n1. 一点\n2. 又一点", "乙"]
    assert items[0].explanation == "1. 因为；\n2. 所以。"
