# ruff: noqa: E501 (samples stand as they are)
"""Files as other systems write them: of our own wording, in the shapes that the documentation of each format shows."""

import io
import zipfile

import pytest

from exams.exchange import formats
from exams.exchange.aiken import read_aiken
from exams.exchange.gift import read_gift
from exams.exchange.moodle import read_moodle
from exams.exchange.qti import read_qti
from exams.exchange.reading import Unreadable

GIFT = r"""// 公共题库 2026
$CATEGORY: $course$/top/专题\/一/第二章 价值观

::接案:: 接案的第一步是{=建立关系#对 ~制定计划#还早 ~评估}

小组工作适用于一切对象。{FALSE#小组有适用范围#正确####一般说明}

::多选::下列属于直接服务的有{
  ~%33.33333%个案工作
  ~%33.33333%小组工作
  ~%33.33333%社区工作
  ~%-100%政策倡导
}

社会工作起源于{=英国 ~法国 ~德国}的济贫实践。

一周共有几天？{#7}

圆周率约为{#3.14:0.005}

可接受的范围{#1..2}

通用过程第一个阶段{=接案 =%100%接案阶段}

把方法与例子配对{=个案 -> 面谈 =小组 -> 支持小组 = -> 预算}

::论述::谈谈自决原则{####采分点：
1. 说明含义（5分）
2. 举例（10分）}

[html]<p>公式 x<sup>2</sup> 与 <b>加粗</b></p>{T}

这是一段说明，不是题。

半对的题{=%50%甲 =乙}

没有合上{=甲 ~乙

转义 \{甲\} 与 1\=1 \~ 2 \: 3{~甲 =乙\=乙}
"""


def test_gift_of_every_documented_shape():
    reading = read_gift(GIFT.encode())
    by_stem = {item.stem: item for item in reading.accepted}
    first = by_stem["接案的第一步是"]
    assert (first.kind, first.keys, first.name, first.chapter) == ("single", frozenset("A"), "接案", "第二章 价值观")
    assert first.explanation == "A：对\nB：还早"
    truth = by_stem["小组工作适用于一切对象。"]
    assert truth.keys == frozenset("B") and truth.explanation == "一般说明\n答错：小组有适用范围\n答对：正确"
    assert by_stem["下列属于直接服务的有"].keys == frozenset("ABC")
    assert by_stem["社会工作起源于（　　）的济贫实践。"].options == ("英国", "法国", "德国")
    assert by_stem["圆周率约为"].tolerance == "0.005" and by_stem["可接受的范围"].answers == ("1.5",)
    assert by_stem["可接受的范围"].tolerance == "0.5"
    assert by_stem["通用过程第一个阶段"].answers == ("接案", "接案阶段")
    assert by_stem["把方法与例子配对"].distractors == ("预算",)
    assert by_stem["谈谈自决原则"].marking == (("说明含义", 500), ("举例", 1000))
    assert "公式 x² 与 加粗" in by_stem
    assert by_stem["转义 {甲} 与 1=1 ~ 2 : 3"].options == ("甲", "乙=乙")
    reasons = {refusal.excerpt[:6]: (refusal.place, refusal.reason) for refusal in reading.refused}
    lines = GIFT.split("\n")
    assert reasons["这是一段说明"][0] == lines.index("这是一段说明，不是题。") + 1 and "说明文字" in reasons["这是一段说明"][1]
    assert "部分分" in reasons["半对的题{="][1] and "大括号没有成对" in reasons["没有合上{="][1]
    assert reading.found == 15


MOODLE = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="category"><category><text>$course$/top/综合能力/第三章</text></category></question>
<question type="multichoice"><name><text>Q1</text></name>
  <questiontext format="html"><text><![CDATA[<p>预估的<strong>目的</strong>是：</p><ul><li>了解问题</li></ul>]]></text></questiontext>
  <generalfeedback format="html"><text></text></generalfeedback><defaultgrade>1.0000000</defaultgrade><penalty>0.33</penalty>
  <single>true</single><shuffleanswers>true</shuffleanswers><answernumbering>abc</answernumbering>
  <answer fraction="100" format="html"><text><![CDATA[<p>明确需要</p>]]></text><feedback format="html"><text>对</text></feedback></answer>
  <answer fraction="0" format="html"><text>完成台账</text><feedback format="html"><text></text></feedback></answer>
</question>
<question type="truefalse"><name><text>Q2</text></name><questiontext format="moodle_auto_format"><text>保密是绝对的。</text></questiontext>
  <answer fraction="0"><text>true</text></answer><answer fraction="100"><text>false</text></answer></question>
<question type="numerical"><name><text>Q3</text></name><questiontext format="html"><text>每日几小时</text></questiontext>
  <answer fraction="100"><text>8</text><tolerance>0.5</tolerance></answer><unitgradingtype>0</unitgradingtype></question>
<question type="matching"><name><text>Q4</text></name><questiontext format="html"><text>配对</text></questiontext>
  <subquestion format="html"><text>个案</text><answer><text>一人</text></answer></subquestion>
  <subquestion format="html"><text>小组</text><answer><text>多人</text></answer></subquestion>
  <subquestion format="html"><text></text><answer><text>机关</text></answer></subquestion></question>
<question type="ordering"><name><text>Q5</text></name><questiontext format="html"><text>排序</text></questiontext>
  <answer fraction="2.0000000"><text>预估</text></answer><answer fraction="1.0000000"><text>接案</text></answer>
  <answer fraction="3.0000000"><text>计划</text></answer></question>
<question type="cloze"><name><text>Q6</text></name><questiontext format="html"><text>填 {1:SHORTANSWER:=接案}</text></questiontext></question>
<question type="shortanswer"><name><text>Q7</text></name><questiontext format="html"><text>部分</text></questiontext>
  <answer fraction="50"><text>甲</text></answer></question>
<question type="multichoice"><name><text>Q8</text></name><questiontext format="html"><text>看 &lt;img src="@@PLUGINFILE@@/gone.png"&gt;</text></questiontext>
  <single>true</single><answer fraction="100"><text>甲</text></answer><answer fraction="0"><text>乙</text></answer></question>
</quiz>
"""


def test_moodle_xml_as_moodle_writes_it():
    reading = read_moodle(MOODLE.encode())
    kinds = [(item.name, item.kind) for item in reading.accepted]
    wanted = [("Q1", "single"), ("Q2", "true_false"), ("Q3", "numeric"), ("Q4", "matching"), ("Q5", "ordering")]
    assert kinds == wanted
    first = reading.accepted[0]
    assert first.stem == "预估的目的是：\n· 了解问题" and first.chapter == "第三章" and first.explanation == "A：对"
    assert reading.accepted[4].options == ("接案", "预估", "计划")
    refused = {refusal.reason for refusal in reading.refused}
    assert any("cloze" in reason for reason in refused) and any("部分分" in reason for reason in refused)
    assert any("gone.png" in reason for reason in refused)
    lines = MOODLE.split("\n")
    assert reading.refused[0].place == next(n for n, line in enumerate(lines, 1) if 'type="cloze"' in line)


def test_moodle_xml_in_gbk_is_read_as_it_declares():
    raw = MOODLE.replace("UTF-8", "GBK").encode("gbk")
    assert [i.stem for i in read_moodle(raw).accepted] == [i.stem for i in read_moodle(MOODLE.encode()).accepted]


def test_aiken():
    text = "What is first?\nA. Intake\nB) Plan\nANSWER: A\n\n没有答案\nA. 一\nB. 二\n下一题\nA. 一\nB. 二\nANSWER: C\n"
    text += "多选\nA. 一\nB. 二\nANSWER: AB\n"
    reading = read_aiken(text.encode())
    assert [i.stem for i in reading.accepted] == ["What is first?"]
    assert [(r.place, r.reason[:6]) for r in reading.refused] == [(6, "下一题开始之"), (9, "答案 C 没"), (13, "看不懂答案“")]


ITEM2 = """<?xml version="1.0" encoding="UTF-8"?>
<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="c1" title="t" adaptive="false" timeDependent="false">
<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="{base}">{right}</responseDeclaration>
<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>
<itemBody><p>先看这段话。</p>{body}</itemBody>
<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>
</assessmentItem>"""


def item2(body, right="", cardinality="single", base="identifier"):
    values = "".join(f"<value>{value}</value>" for value in right.split("|")) if right else ""
    inner = f"<correctResponse>{values}</correctResponse>" if values else ""
    return ITEM2.format(body=body, right=inner, cardinality=cardinality, base=base).encode()


def only(raw):
    reading = read_qti(raw)
    assert not reading.refused, reading.refused
    return reading.accepted[0]


def test_qti_choice_text_inline_order_match():
    choice = (
        '<choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="0"><prompt>选哪些？</prompt>'
        + "".join(f'<simpleChoice identifier="C{n}">第{n}</simpleChoice>' for n in range(1, 5))
        + "</choiceInteraction>"
    )
    made = only(item2(choice, "C4|C1", "multiple"))
    assert (made.kind, made.keys, made.stem) == ("multiple", frozenset("AD"), "先看这段话。\n选哪些？")
    gap = '<p>第一步是<textEntryInteraction responseIdentifier="RESPONSE" expectedLength="10"/>。</p>'
    assert only(item2(gap, "接案", base="string")).stem == "先看这段话。\n第一步是（　　）。"
    inline = (
        '<p>属于<inlineChoiceInteraction responseIdentifier="RESPONSE" shuffle="false"><inlineChoice identifier="G">直接</inlineChoice>'
        '<inlineChoice identifier="H">间接</inlineChoice></inlineChoiceInteraction>服务</p>'
    )
    assert only(item2(inline, "H")).keys == frozenset("B")
    order = (
        '<orderInteraction responseIdentifier="RESPONSE"><simpleChoice identifier="x">结案</simpleChoice>'
        '<simpleChoice identifier="y">接案</simpleChoice><simpleChoice identifier="z">介入</simpleChoice></orderInteraction>'
    )
    assert only(item2(order, "y|z|x", "ordered")).options == ("接案", "介入", "结案")
    match = (
        '<matchInteraction responseIdentifier="RESPONSE" maxAssociations="2"><simpleMatchSet>'
        '<simpleAssociableChoice identifier="A" matchMax="1">甲</simpleAssociableChoice>'
        '<simpleAssociableChoice identifier="B" matchMax="1">乙</simpleAssociableChoice></simpleMatchSet><simpleMatchSet>'
        '<simpleAssociableChoice identifier="P" matchMax="4">一</simpleAssociableChoice>'
        '<simpleAssociableChoice identifier="Q" matchMax="4">二</simpleAssociableChoice></simpleMatchSet></matchInteraction>'
    )
    made = only(item2(match, "A P|B P", "multiple", "directedPair"))
    assert made.pairs == (("甲", "一"), ("乙", "一")) and made.distractors == ("二",)


ASKED_OTHERWISE = [
    "associateInteraction",
    "gapMatchInteraction",
    "hotspotInteraction",
    "hottextInteraction",
    "sliderInteraction",
    "uploadInteraction",
    "drawingInteraction",
    "customInteraction",
    "mediaInteraction",
    "graphicOrderInteraction",
]


@pytest.mark.parametrize("name", ASKED_OTHERWISE)
def test_other_interactions_are_refused_by_name(name):
    reading = read_qti(item2(f'<{name} responseIdentifier="RESPONSE"/>'))
    assert reading.found == 1 and name in reading.refused[0].reason


QTI3 = """<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i" title="三版" time-dependent="false" xml:lang="zh">
<qti-response-declaration identifier="RESPONSE" cardinality="multiple" base-type="identifier">
<qti-mapping default-value="0"><qti-map-entry map-key="a" mapped-value="1"/><qti-map-entry map-key="b" mapped-value="0"/>
<qti-map-entry map-key="c" mapped-value="1"/></qti-mapping></qti-response-declaration>
<qti-item-body><qti-choice-interaction response-identifier="RESPONSE" max-choices="2"><qti-prompt>哪两项？</qti-prompt>
<qti-simple-choice identifier="a">甲</qti-simple-choice><qti-simple-choice identifier="b">乙</qti-simple-choice>
<qti-simple-choice identifier="c">丙</qti-simple-choice></qti-choice-interaction></qti-item-body>
<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml"/></qti-assessment-item>"""


def test_qti_3_with_a_mapping_instead_of_a_correct_response():
    made = only(QTI3.encode())
    assert (made.kind, made.keys, made.stem, made.name) == ("multiple", frozenset("AC"), "哪两项？", "三版")


def test_a_key_that_names_no_option_is_refused():
    broken = QTI3.replace('map-key="c"', 'map-key="z"')
    assert "没有对应的选项" in read_qti(broken.encode()).refused[0].reason


def package(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


def test_a_package_names_what_is_missing_and_what_is_no_item():
    manifest = (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="m"><organizations/><resources>'
        '<resource identifier="a" type="imsqti_item_xmlv2p1" href="items/a.xml"><file href="items/a.xml"/></resource>'
        '<resource identifier="b" type="imsqti_item_xmlv2p1" href="items/b.xml"/>'
        '<resource identifier="t" type="imsqti_test_xmlv2p1" href="test.xml"/></resources></manifest>'
    )
    reading = read_qti(package(imsmanifest_xml=manifest, items__a_xml=QTI3))
    assert reading.found == 2 and reading.accepted[0].where == "items/a.xml"
    assert "items/b.xml" in reading.refused[0].reason and "test.xml" in reading.skipped[0][1]
    with pytest.raises(Unreadable, match="imsmanifest"):
        read_qti(package(a_xml=QTI3))


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (GIFT.encode(), "gift"),
        (MOODLE.encode(), "moodle"),
        (MOODLE.replace("UTF-8", "GBK").encode("gbk"), "moodle"),
        (b"Q\nA. x\nB. y\nANSWER: A\n", "aiken"),
        (QTI3.encode(), "qti30"),
        ("1. 题\nA. 一\nB. 二\n答案：A".encode("utf-16"), "text"),
    ],
)
def test_a_file_is_known_by_its_content(raw, code):
    assert formats.detect(raw).code == code
