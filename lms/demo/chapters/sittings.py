"""Exams of 鲁甸县 now: a blueprint with papers A and B, a sitting three weeks ago with its rulings, one today, one next week.

Also what a learner's practice leaves behind: a round by chapter, wrong answers, favourites. People and answers are invented.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from courses.models import TrainingClass
from exams import services as exams
from exams.difficulty import set_estimates
from exams.models import Attempt, ExamSitting, ItemBank, ItemVersion, Paper, SittingSeat, SyllabusChapter, SyllabusEdition
from exams.states import TraceKind, VersionState
from lms.core import clock
from lms.demo.cast import actor_of
from lms.demo.kit import Kit, moment
from lms.people import services as people
from lms.people.models import Person
from lms.places.models import Division

SUBJECT, EDITION = "comprehensive_junior", "2018"
NOTES = "请提前 10 分钟到场，手机调静音；用手机或电脑作答均可。网络不稳时不要关闭页面，答案会先存在本机。"


def build(kit: Kit, county: Division, cadres: Sequence[Person], running: TrainingClass, today: dt.date) -> None:
    kit.say("鲁甸县现在：细目表、考次与练习")
    with clock.at(moment(today - dt.timedelta(days=42))):
        for person in cadres[:36]:
            people.record_consent(person=person, purpose="training", given=True, by=kit.by)
    past, current, coming = _papers(kit, county, today)
    _past(kit, county, past, cadres[:18], today)
    _current(kit, county, current, running, today)
    _coming(kit, county, coming, cadres[30:36], today)
    _practice(kit, today)


def _papers(kit: Kit, county: Division, today: dt.date) -> tuple[list[Paper], list[Paper], list[Paper]]:
    """One blueprint; two parallel papers for the past sitting, one each for the others. Opened by the system."""
    with clock.at(moment(today - dt.timedelta(days=40))):
        bank = ItemBank.objects.get(code="ZH1")
        items = list(bank.items.filter(versions__state=VersionState.LIVE).order_by("code"))
        set_estimates(bank=bank, percents={item: 35 + (n * 17) % 55 for n, item in enumerate(items)}, by=kit.by)
        chapters = {
            chapter.title: chapter
            for chapter in SyllabusChapter.objects.filter(
                syllabus_subject__subject=SUBJECT, syllabus_subject__edition__code=EDITION
            )
        }
        groups = (chapters["小组工作方法"], chapters["社区工作方法"])
        blueprint = exams.create_blueprint(
            title="综合能力（初级）县级测验细目表（演示）",
            division=county,
            subject=SUBJECT,
            edition=SyllabusEdition.objects.get(code=EDITION),
            duration_minutes=40,
            cells=[
                exams.CellRow("single", 5, 100, (chapters["个案工作方法"],)),
                exams.CellRow("single", 6, 100, groups),
                exams.CellRow("single", 4, 100, (chapters["人类行为与社会环境"],)),
                exams.CellRow("single", 5, 100, (), "medium"),
                exams.CellRow("multiple", 5, 200),
            ],
            by=kit.by,
        )
        drawn = [
            exams.draw_papers(blueprint=blueprint, seed=seed, count=count, title=title, by=kit.by)
            for seed, count, title in (
                (20261, 2, "综合能力（初级）阶段测验（演示）"),
                (20262, 1, "综合能力（初级）期中测验（演示）"),
                (20263, 1, "综合能力（初级）结业测验（演示）"),
            )
        ]
        for papers in drawn:
            for paper in papers:
                exams.publish_paper(paper=paper, by=kit.by)
    return drawn[0], drawn[1], drawn[2]


def _sitting(
    kit: Kit, county: Division, papers: list[Paper], title: str, first: dt.datetime, hours: int, **kwargs: object
) -> ExamSitting:
    made = exams.create_sitting(
        title=title,
        division=county,
        papers=papers,
        starts_at=first,
        ends_at=first + dt.timedelta(hours=hours),
        notes=NOTES,
        by=kit.by,
        **kwargs,  # type: ignore[arg-type]
    )
    return exams.announce_sitting(sitting=made, by=kit.by)


def _past(kit: Kit, county: Division, papers: list[Paper], sitters: Sequence[Person], today: dt.date) -> None:
    """Three weeks ago: eighteen sat, one got extra time, one lost the network, one left the page; ruled on and released."""
    day = today - dt.timedelta(days=21)
    with clock.at(moment(day - dt.timedelta(days=10))):
        sitting = _sitting(kit, county, papers, "乡镇干部阶段测验（演示）", moment(day), 3, place="鲁甸县委党校机房", seats=40)
        seats = [exams.take_seat(sitting=sitting, person=person, by=kit.by) for person in sitters]
    with clock.at(moment(day - dt.timedelta(days=1))):
        exams.grant(seat=seats[3], extra_minutes=15, reason="经批准延长作答时间", by=kit.by)
    attempts = [_sit(kit, seat, moment(day, 9, 5 + n), cut=n == 5) for n, seat in enumerate(seats)]
    with clock.at(moment(day, 14)):
        exams.close_sitting(sitting=sitting, by=kit.by)
        reviewer = actor_of(kit.cast["shenhe"])
        exams.rule_on_attempt(
            attempt=attempts[5],
            outcome="count_late",
            numbers=list(exams.late_answers(attempts[5])),
            reason="机房当日 9 时 44 分至 52 分断网，监考记录和设备日志一致，答案在时限内作出。",
            by=reviewer,
        )
        exams.rule_on_attempt(
            attempt=attempts[7], outcome="clear", reason="离开页面系系统弹窗，监考人员在场核实，情况正常。", by=reviewer
        )
    with clock.at(moment(day + dt.timedelta(days=2), 10)):
        exams.release_sitting(sitting=sitting, by=kit.by)


def _sit(kit: Kit, seat: SittingSeat, start: dt.datetime, *, cut: bool = False) -> Attempt:
    """One attempt, answered a question a minute; ``cut``: the last three answers reach the server after the grace."""
    with clock.at(start):
        exams.check_in(seat=seat, by=kit.by)
        attempt = exams.start_in_sitting(seat=seat, by=kit.by, code=seat.sitting.access_code)
        exams.note_trace(attempt=attempt, kind=TraceKind.OPENED, by=kit.by, window="w1", details={"device": "demo-phone"})
    versions = dict(attempt.responses.values_list("number", "item_version_id"))
    wording = ItemVersion.objects.in_bulk(versions.values())
    at, given = start, []
    for number, pk in versions.items():
        at += dt.timedelta(seconds=kit.rng.randint(40, 85))
        given.append(exams.Given(number, number, tuple(_answer(kit, wording[pk])), min(at, attempt.deadline_at)))
    late = given[-3:] if cut else []
    for part, when in ((given[: len(given) - len(late)], at), (late, attempt.closes_at + dt.timedelta(minutes=4))):
        if part:
            with clock.at(min(when, attempt.deadline_at) if part is not late else when):
                exams.save_answers(attempt_uuid=attempt.uuid, answers=part, window="", by=kit.by, user_id=None)
    if seat.number == 8:
        with clock.at(start + dt.timedelta(minutes=11)):
            exams.note_trace(attempt=attempt, kind=TraceKind.LEFT_PAGE, by=kit.by, window="w1", details={"seconds": 48})
    with clock.at(attempt.closes_at + dt.timedelta(minutes=5) if cut else min(at, attempt.deadline_at)):
        return exams.submit_attempt(attempt=attempt, by=kit.by)


def _answer(kit: Kit, version: ItemVersion) -> list[str]:
    if kit.rng.random() < 0.72:
        return list(version.keys)
    letters = "ABCDE"[: len(version.options)]
    return sorted(kit.rng.sample(letters, 1 if version.kind == "single" else kit.rng.randint(1, 3)))


def _current(kit: Kit, county: Division, papers: list[Paper], running: TrainingClass, today: dt.date) -> None:
    """All day today, for the running class, with an access code; some have handed in already."""
    with clock.at(moment(today - dt.timedelta(days=5))):
        sitting = _sitting(
            kit,
            county,
            papers,
            "社工站实务能力提升班期中测验（演示）",
            moment(today, 0, 5),
            23,
            audience="class",
            class_uuid=running.uuid,
            class_title=running.title,
            has_access_code=True,
            place="鲁甸县民政局三楼会议室",
        )
        exams.seat_audience(sitting=sitting, by=kit.by)
    own = kit.cast["xueyuan"].pk
    seats = sitting.seats_taken.select_related("person", "sitting").exclude(person=own).order_by("number")
    for number, seat in enumerate(seats[:9]):
        _sit(kit, seat, moment(today, 0, 6 + number))


def _coming(kit: Kit, county: Division, papers: list[Paper], early: Sequence[Person], today: dt.date) -> None:
    """Next week, open to every learner of the county; six have signed up."""
    day = today + dt.timedelta(days=7)
    with clock.at(moment(today - dt.timedelta(days=3))):
        sitting = _sitting(
            kit,
            county,
            papers,
            "社会工作综合能力结业测验（演示）",
            moment(day, 14),
            2,
            place="鲁甸县委党校机房",
            seats=40,
            sign_up_until=moment(day, 12),
            has_access_code=True,
            needs_check_in=True,
            latest_entry_minutes=30,
        )
        for person in early:
            exams.take_seat(sitting=sitting, person=person, by=kit.by)


def _practice(kit: Kit, today: dt.date) -> None:
    """A learner practised the evening before: a round of ten with some wrong answers, two items kept."""
    learner = kit.cast["xueyuan"]
    chapter = SyllabusChapter.objects.get(
        syllabus_subject__subject=SUBJECT, syllabus_subject__edition__code="2025", title="社会工作服务专业价值观与道德规范"
    )
    versions = list(ItemVersion.objects.filter(state=VersionState.LIVE, item__placements__chapter=chapter).order_by("item__code"))
    with clock.at(moment(today - dt.timedelta(days=1), 20)):
        made = exams.start_round(person=learner, mode="chapter", versions=versions, chapter=chapter, size=8, by=actor_of(learner))
        for number, row in enumerate(made.answers.select_related("item_version"), 1):
            keys = row.item_version.keys
            answer = keys if number % 3 else ["A"] if keys != ["A"] else ["B"]
            exams.answer_practice(round_=made, number=row.number, answer=answer, by=actor_of(learner))
        for row in made.answers.select_related("item_version__item")[:2]:
            exams.keep_favourite(person=learner, item=row.item_version.item, by=actor_of(learner), keep=True)
