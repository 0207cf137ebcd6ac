"""Files of items as they reach a bank: a Word sheet that waits, and pasted text, GIFT, Moodle XML and QTI that have entered.

The words are invented for the demonstration. Each file holds something that cannot be taken, so that its page says why.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

from exams import services
from exams.exchange.qti_writing import EDITIONS, write_qti
from exams.exchange.reading import FoundItem
from lms.core import clock
from lms.demo.cast import actor_of
from lms.demo.kit import Kit, moment
from lms.demo.word_sheet import sheet

FOLDER = Path(services.__file__).resolve().parent.parent / "demo_content" / "imports"
BANK = "DR"


def build(kit: Kit, today: dt.date) -> None:
    kit.say("导入题库：Word、粘贴的文字、GIFT、Moodle XML、QTI")
    trainer = actor_of(kit.cast["jiangshi"])
    with clock.at(moment(today - dt.timedelta(days=2), 15)):
        bank = services.create_bank(code=BANK, name="导入示范题库", division=kit.cast["jiangshi"].division, by=trainer)
        files = [
            ("粘贴的文字", (FOLDER / "pasted.txt").read_bytes()),
            ("moodle-export.gift", (FOLDER / "moodle-export.gift").read_bytes()),
            ("moodle-questions.xml", (FOLDER / "moodle-questions.xml").read_bytes()),
            ("社区工作-qti22.zip", _package("2.2", COMMUNITY)),
            ("督导与伦理-qti30.zip", _package("3.0", ETHICS)),
        ]
        for name, raw in files:
            made = services.upload_items(bank=bank, raw=raw, name=name, source="自编（演示）", by=trainer)
            services.confirm_import(item_import=made, by=trainer)
    with clock.at(moment(today - dt.timedelta(days=1), 10)):
        for name, raw in (("粘贴的文字（再次）", files[0][1]), ("社会工作实务练习.docx", sheet())):
            services.upload_items(bank=bank, raw=raw, name=name, source="自编（演示）", by=trainer)


def _package(code: str, items: list[FoundItem]) -> bytes:
    """A package as another system hands it out: besides these items one that asks in a way we have no place for."""
    edition = EDITIONS[code]
    held = io.BytesIO(write_qti(items, code))
    out = io.BytesIO()
    with zipfile.ZipFile(held) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "imsmanifest.xml":
                more = f'<resource identifier="hotspot" type="{edition.item_type}" href="items/hotspot.xml"/>'
                content = content.replace(b"</resources>", f"{more}</resources>".encode())
            target.writestr(name, content)
        target.writestr("items/hotspot.xml", (HOTSPOT_3 if edition.is_third else HOTSPOT_2).replace("NAMESPACE", edition.namespace))
    return out.getvalue()


HOTSPOT_2 = """<assessmentItem xmlns="NAMESPACE" identifier="hotspot" title="图上点选" adaptive="false" timeDependent="false">
<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier"/>
<itemBody><p>在社区平面图上点出适合开展活动的地方。</p><hotspotInteraction responseIdentifier="RESPONSE" maxChoices="1"/></itemBody>
</assessmentItem>"""
HOTSPOT_3 = """<qti-assessment-item xmlns="NAMESPACE" identifier="hotspot" title="图上点选" adaptive="false" time-dependent="false">
<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier"/>
<qti-item-body><p>在社区平面图上点出适合开展活动的地方。</p>
<qti-hotspot-interaction response-identifier="RESPONSE" max-choices="1"/></qti-item-body>
</qti-assessment-item>"""

COMMUNITY = [
    FoundItem(
        place=0,
        kind="single",
        stem="进入一个新社区，社会工作者首先要做的是（　　）。",
        options=("认识社区，了解居民的需要和资源", "公布年度服务指标", "更换居民小组长", "直接开展大型活动"),
        keys=frozenset("A"),
        explanation="先认识社区，服务才有根据。",
        points=100,
    ),
    FoundItem(
        place=0,
        kind="matching",
        stem="把收集社区资料的方法与例子配对。",
        pairs=(("观察法", "傍晚在小广场看居民怎样相处"), ("访谈法", "与老住户谈社区的变化"), ("文献法", "查阅街道的人口资料")),
        points=200,
    ),
    FoundItem(
        place=0,
        kind="case",
        stem="某老旧小区没有电梯，多位高龄老人几个月没有下楼。部分低层住户担心加装电梯影响采光，不愿签字。",
        exhibits=(("走访记录", "三楼以上 14 户中有 11 户同意；一、二楼 8 户中有 2 户同意，其余担心采光和噪声。"),),
        parts=(
            FoundItem(
                place=0,
                kind="single",
                stem="社工比较合适的第一步是（　　）。",
                options=("分别听取各楼层住户的想法", "张贴不同意住户的名单", "宣布少数服从多数", "建议老人搬家"),
                keys=frozenset("A"),
                points=100,
            ),
            FoundItem(
                place=0, kind="numeric", stem="同意加装电梯的一共有多少户？", answers=("13",), points=100, explanation="11 加 2。"
            ),
        ),
    ),
]
ETHICS = [
    FoundItem(
        place=0,
        kind="multiple",
        stem="可能需要突破保密的情形有（　　）。",
        options=(
            "服务对象有伤害自己的紧急危险",
            "发现未成年人正受到侵害",
            "同事好奇地打听",
            "法律有明确的报告要求",
            "服务对象已经结案",
        ),
        keys=frozenset("ABD"),
        explanation="生命安全优先，法律有要求的要报告；好奇和结案都不是理由。",
        points=200,
        credit="昭通市讲师组",
    ),
    FoundItem(
        place=0,
        kind="ordering",
        stem="面对伦理难题时，按先后排列下列步骤。",
        options=("弄清牵涉哪些人和哪些价值", "查对守则和法规", "与督导商议", "作出决定并记录理由"),
        points=200,
    ),
    FoundItem(
        place=0,
        kind="essay",
        stem="服务对象请求您不要把他离家独居的事告诉家人，而家人正四处寻找。请写出您的处理思路。",
        marking=(
            ("评估服务对象的安全", 600),
            ("说明保密及其限度", 500),
            ("与服务对象商量联系家人的方式", 600),
            ("请示督导并记录", 300),
        ),
    ),
]
