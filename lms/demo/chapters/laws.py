"""Items that rest on articles of law: one whose law got a newer text after it was published, one that still holds."""

from __future__ import annotations

import datetime as dt

from cms.selectors import policy_by_number
from exams import services
from exams.models import ItemBank, LawArticle
from lms.core import clock
from lms.demo.cast import actor_of
from lms.demo.kit import Kit, moment

CHARITY, RELIEF = "主席令第四十三号（2016年）", "国务院令第649号"
BANK = "ZT1"


def build(kit: Kit) -> None:
    kit.say("法条与法规已变的试题")
    with clock.at(moment(dt.date(2024, 6, 3))):
        charity = services.record_article(policy=policy_by_number(CHARITY), label="", by=kit.by)
        relief = services.record_article(policy=policy_by_number(RELIEF), label="第五十五条", by=kit.by)
        services.record_text(article=charity, effective_from=dt.date(2016, 9, 1), source=CHARITY, by=kit.by)
        services.record_text(article=relief, effective_from=dt.date(2014, 5, 1), source=RELIEF, by=kit.by)
        _item(
            kit,
            charity,
            stem="《中华人民共和国慈善法》公布之后，自（　）起施行。",
            options=["2016年3月16日", "2016年9月1日", "2017年1月1日", "2017年9月1日"],
            keys="B",
            explanation="慈善法于2016年3月16日公布，自2016年9月1日起施行。",
        )
        _item(
            kit,
            relief,
            stem="《社会救助暂行办法》第五十五条写明要发挥（　）的作用。",
            options=["行业商会", "社会工作服务机构和社会工作者", "金融机构", "新闻媒体"],
            keys="B",
            explanation="该条写明发挥社会工作服务机构和社会工作者的作用。",
        )
    with clock.at(moment(dt.date(2024, 9, 5))):
        services.record_text(article=charity, effective_from=dt.date(2024, 9, 5), source="2023年12月29日修正", by=kit.by)


def _item(kit: Kit, article: LawArticle, *, stem: str, options: list[str], keys: str, explanation: str) -> None:
    """Written by the trainer, remarked on, reviewed and published by the reviewer."""
    author, reviewer = actor_of(kit.cast["jiangshi"]), actor_of(kit.cast["shenhe"])
    version = services.create_item(
        bank=ItemBank.objects.get(code=BANK),
        kind="single",
        stem=stem,
        options=options,
        keys=keys,
        explanation=explanation,
        law_as_of=dt.date(2023, 12, 31),
        articles=[article],
        source="自编（演示）",
        by=author,
    )
    services.comment_item(version=version, text="条文已核对，表述可以。", by=reviewer)
    services.review_item(version=version, by=reviewer)
    services.publish_item(version=version, by=reviewer)
