"""What lately happened on the site: news of the county's classes, a mock paper sat and marked, messages that were read."""

from __future__ import annotations

import datetime as dt

from cms.services import publish_news
from exams import services as exams
from exams.models import Paper
from lms.core import clock
from lms.demo.cast import actor_of
from lms.demo.kit import Kit, moment
from lms.notices import selectors as notices
from lms.notices import services as notice_services

NEWS = (
    (
        96,
        "kaiban-diyi-qi",
        "鲁甸县乡镇干部社会工作能力提升班第一期开班（演示）",
        "四十名乡镇干部用两天时间学习社会救助政策和个案工作方法。",
        (
            "本期培训班由鲁甸县社会工作服务指导中心（演示）主办，各乡镇分管社工站建设的负责同志参加。",
            "课程分四个半天：社会救助政策要点、入户走访与预估、个案记录、案例研讨。考勤按半天登记，出勤达到八成方可结业。",
        ),
    ),
    (
        20,
        "xianshang-kecheng",
        "三门线上课程开放学习（演示）",
        "社会救助政策解读、个案工作实务、社工站规范管理入门，手机上每课十几分钟。",
        ("学完一课即记入学时。没有网络时已打开的课可以继续看，联网后自动补记时长。",),
    ),
    (
        3,
        "zhengshu-chayan",
        "结业证书可以扫码查验（演示）",
        "证书上的二维码和查验码，任何人都可以用来核对证书是否有效。",
        ("第一期结业证书已经发放，学员登录后在“我的证书”下载。用人单位扫码或在“证书查验”输入编号和查验码即可核对。",),
    ),
)


def build(kit: Kit, today: dt.date) -> None:
    kit.say("新闻、一份模拟卷、看过的消息")
    for back, slug, title, summary, paragraphs in NEWS:
        day = today - dt.timedelta(days=back)
        with clock.at(moment(day, 10)):
            publish_news(
                slug=slug,
                title=title,
                summary=summary,
                paragraphs=paragraphs,
                published_on=day,
                source="鲁甸县社会工作服务指导中心（演示）",
                by=kit.by,
            )
    _mock_paper(kit, today - dt.timedelta(days=4))
    for name in ("xueyuan", "xueyuan2"):
        reader = actor_of(kit.cast[name])
        for notice in notices.inbox(reader).filter(created_at__lt=moment(today - dt.timedelta(days=12))):
            with clock.at(notice.created_at + dt.timedelta(hours=3)):
                notice_services.mark_read(notice=notice, by=reader)


def _mock_paper(kit: Kit, day: dt.date) -> None:
    """The second learner sat the first mock paper: most right, some wrong, some of several keys only partly chosen."""
    person = kit.cast["xueyuan2"]
    by = actor_of(person)
    paper = Paper.objects.filter(state="live").order_by("pk").first()
    assert paper is not None
    with clock.at(moment(day, 19, 30)):
        attempt = exams.start_attempt(paper=paper, person=person, by=by)
    rows = paper.paper_items.select_related("item_version").order_by("number")
    given = []
    for row in rows:
        keys = sorted(row.item_version.keys)
        others = [letter for letter in "ABCDE"[: len(row.item_version.options)] if letter not in keys]
        lot = kit.rng.random()
        answer = keys if lot < 0.72 else keys[:1] if len(keys) > 1 and lot < 0.85 else others[:1] if lot < 0.97 else []
        given.append(exams.Given(number=row.number, sequence=1, answer=tuple(answer)))
    with clock.at(moment(day, 20, 50)):
        exams.save_answers(attempt_uuid=attempt.uuid, answers=given, window="", by=by, user_id=by.user_id)
        exams.submit_attempt(attempt=attempt, by=by)
