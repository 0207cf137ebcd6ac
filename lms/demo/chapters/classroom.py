"""鲁甸县's classroom now: a sign-up with shares and a waiting list, leave, walk-ins, a late sign-in, trainers and feedback."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from courses import rules
from courses import services as courses
from courses.models import TrainingClass
from courses.services import Entry, Share
from courses.states import SessionKind
from lms.core import clock
from lms.demo.cast import actor_of
from lms.demo.kit import Kit, moment
from lms.people import services as people
from lms.people.models import Person
from lms.places.models import Division, Organisation
from lms.programmes import services as programmes
from lms.programmes.models import Category, Programme

NOTES = ("需要安排住宿。", "", "", "自驾前往。", "")
REASONS = ("县里组织防汛值守", "家中老人就医")
WORDS = (
    "接案那一段讲得很细，回去就能用。",
    "案例贴近乡镇实际，希望多留些提问时间。",
    "板书清楚，节奏稍快。",
    "",
    "小组演练很有收获。",
    "",
    "",
)


def build(
    kit: Kit,
    today: dt.date,
    *,
    county: Division,
    bureau: Organisation,
    programme: Programme,
    category: Category,
    cadres: Sequence[Person],
    running: TrainingClass,
) -> None:
    """``cadres`` begin with the two learners one can sign in as; some of the others get accounts, to act for themselves."""
    kit.say("鲁甸县的课堂：报名与候补、请假、来宾、师资与评价")
    with clock.at(moment(today - dt.timedelta(days=60))):
        actors = [*cadres[:2], *cadres[4:20], cadres[28]]
        people.open_accounts([person for person in actors if person.user_id is None], by=kit.by)
    _trainers(kit, today, county)
    _heard(kit, today, county, programme, category, cadres[4:14])
    _attending(kit, today, running, cadres)
    _twice(kit, running, cadres[20:23], county)
    _open(kit, today, county, bureau, programme, category, cadres[4:20])


def _fresh(person: Person) -> Person:
    person.refresh_from_db()
    return person


def _trainers(kit: Kit, today: dt.date, county: Division) -> None:
    trainer, second = kit.cast["jiangshi"], kit.cast["dudao"]
    with clock.at(moment(today - dt.timedelta(days=200))):
        courses.register_trainer(
            person=trainer,
            division=trainer.division,
            designated_on=today - dt.timedelta(days=200),
            topics=["个案工作", "社会救助政策"],
            introduction="长期在乡镇社工站带教，擅长把政策条文讲成办事步骤。",
            by=kit.by,
        )
    with clock.at(moment(today - dt.timedelta(days=150))):
        courses.register_trainer(
            person=second,
            division=county,
            designated_on=today - dt.timedelta(days=150),
            topics=["督导", "小组工作"],
            introduction="县社工总站督导，讲授小组工作带领与自我照顾。",
            by=kit.by,
        )


def _heard(
    kit: Kit, today: dt.date, county: Division, programme: Programme, category: Category, learners: Sequence[Person]
) -> None:
    """A class closed five weeks ago, with an exchange between counties, on which enough learners gave feedback."""
    first = today - dt.timedelta(days=36)
    trainer, second = kit.cast["jiangshi"], kit.cast["dudao"]
    with clock.at(moment(first - dt.timedelta(days=10))):
        held = courses.create_class(
            code=f"LD{today.year}-03",
            title="个案工作实训班（演示）",
            division=county,
            programme=programme,
            category=category,
            starts_on=first,
            ends_on=first,
            by=kit.by,
        )
        sessions = [
            courses.plan_session(
                training_class=held,
                title="个案工作实训",
                starts_at=moment(first, 9),
                ends_at=moment(first, 12),
                place="鲁甸县社工总站",
                trainer=trainer,
                other_trainers=[second],
                topics=["个案工作"],
                by=kit.by,
            ),
            courses.plan_session(
                training_class=held,
                title="与昭阳区社工站交流",
                kind=SessionKind.EXCHANGE_BETWEEN_COUNTIES,
                starts_at=moment(first, 14),
                ends_at=moment(first, 17),
                place="鲁甸县社工总站",
                by=kit.by,
            ),
        ]
        enrolments = courses.enrol_many(training_class=held, people=[Entry(_fresh(p), category) for p in learners], by=kit.by)
    for session in sessions:
        with clock.at(session.ends_at):
            courses.record_attendance(session=session, present=[(e, 180) for e in enrolments], by=kit.by)
            courses.close_session(session=session, by=kit.by)
    with clock.at(moment(first, 18)):
        for index, enrolment in enumerate(enrolments[: len(WORDS)]):
            courses.give_feedback(
                enrolment=enrolment,
                trainer=trainer,
                useful=5 if index % 3 else 4,
                clear=4 if index % 2 else 5,
                words=WORDS[index],
                by=actor_of(enrolment.person),
            )
        courses.close_class(training_class=held, by=kit.by)


def _attending(kit: Kit, today: dt.date, running: TrainingClass, cadres: Sequence[Person]) -> None:
    """The class of today: leave asked and granted, walk-ins of yesterday, a sign-in that a phone sent in the evening."""
    sessions = list(running.sessions.order_by("starts_at"))
    learner, granted, late = kit.cast["xueyuan2"], _fresh(cadres[4]), _fresh(cadres[28])
    with clock.at(moment(today - dt.timedelta(days=1), 19)):
        for person, reason in ((learner, REASONS[1]), (granted, REASONS[0])):
            (asked,) = courses.ask_leave(
                enrolment=running.enrolments.get(person=person), sessions=[sessions[-1]], reason=reason, by=actor_of(person)
            )
            if person == granted:
                courses.answer_leave(leave=asked, granted=True, by=kit.by)
    typed, sent = sessions[0].starts_at - dt.timedelta(minutes=4), sessions[1].ends_at + dt.timedelta(hours=2)
    with clock.at(sent):
        courses.sign_in_later(
            session=sessions[0],
            person=late,
            code=rules.sign_in_code(sessions[0].sign_in_secret, rules.sign_in_step(typed)),
            claimed=typed,
            device_now=sent,
            by=actor_of(late),
        )
    with clock.at(sessions[0].starts_at):
        courses.record_headcount(session=sessions[0], quantity=4, note="镇上来的志愿者", by=kit.by)
        courses.enter_walk_in(session=sessions[0], name="孔令秀", unit="水磨镇卫生院", by=kit.by)
        known = courses.enter_walk_in(session=sessions[0], name=cadres[33].name, unit="", by=kit.by)
    with clock.at(sessions[1].starts_at):
        courses.identify_walk_in(walk_in=known, person=cadres[33], by=kit.by)


def _twice(kit: Kit, running: TrainingClass, learners: Sequence[Person], county: Division) -> None:
    """Three of the class came in at the door and were put on the books once more: two wait for a human, one has been merged."""
    clerk, (first, _second, third) = actor_of(kit.cast["xianban"]), learners
    session = running.sessions.order_by("starts_at")[1]
    made = []
    for person in learners:
        name = f"{person.name[:-1]}芬" if person == first and len(person.name) > 2 else person.name
        with clock.at(session.starts_at):
            at_the_door = courses.enter_walk_in(session=session, name=name, unit=person.division.name, by=clerk)
        with clock.at(session.ends_at):
            again = people.register_person(name=name, division=county, birth_date=person.birth_date, by=clerk)
            courses.identify_walk_in(walk_in=at_the_door, person=again, by=clerk)
        made.append(again)
    with clock.at(session.ends_at + dt.timedelta(hours=1)):
        people.merge(kept=third, duplicate=made[2], reason="核对身份证原件，是同一人", by=clerk)


def _open(
    kit: Kit,
    today: dt.date,
    county: Division,
    bureau: Organisation,
    programme: Programme,
    category: Category,
    asking: Sequence[Person],
) -> None:
    """A class that begins in three weeks: eight seats, shares for the towns, the unit's approval, more requests than seats."""
    opened = today - dt.timedelta(days=5)
    first = today + dt.timedelta(days=21)
    with clock.at(moment(opened - dt.timedelta(days=2))):
        other = programmes.create_category(
            division=county, code="ld_social_worker", name="机构及乡镇（街道）的社会工作师", by=kit.by
        )
        found = courses.create_class(
            code=f"LD{today.year}-04",
            title="小组工作带领班（演示）",
            term="第一期",
            division=county,
            programme=programme,
            organiser=bureau,
            host=bureau,
            category=category,
            categories=[category, other],
            starts_on=first,
            ends_on=first + dt.timedelta(days=1),
            capacity=8,
            planned_heads=8,
            needs_approval=True,
            needs_check_out=True,
            dwell_floor_percent=50,
            sign_up_opens_at=moment(opened, 8),
            sign_up_closes_at=moment(first - dt.timedelta(days=7), 18),
            state="open",
            by=kit.by,
        )
        for index in range(3):
            day = first + dt.timedelta(days=index // 2)
            hour = (9, 14)[index % 2]
            courses.plan_session(
                training_class=found,
                title=("小组工作的阶段", "带领练习", "社工站案例展示")[index],
                kind=SessionKind.CASE_SHOWCASE if index == 2 else SessionKind.LECTURE,
                starts_at=moment(day, hour),
                ends_at=moment(day, hour + 3),
                place="鲁甸县民政局三楼会议室",
                trainer=kit.cast["dudao"],
                by=kit.by,
            )
        towns = list({person.division_id: person.division for person in [kit.cast["xueyuan"], *asking]}.values())
        shares = [Share(town, 2 if index < 2 else 1) for index, town in enumerate(towns[:6])]
        courses.set_quotas(training_class=found, shares=shares, by=kit.by)
    made = []
    for index, person in enumerate(asking):
        with clock.at(moment(opened, 8, 3 + index)):
            made.append(
                courses.sign_up(
                    training_class=found,
                    person=_fresh(person),
                    category=other if index % 4 == 3 else category,
                    note=NOTES[index % len(NOTES)],
                    by=actor_of(person),
                )
            )
    with clock.at(moment(opened + dt.timedelta(days=2), 10)):
        held = [row for row in made if row.state == "applied"]
        for row in held[:3]:
            courses.approve_sign_up(sign_up=row, by=kit.by)
        courses.decline_sign_up(sign_up=held[3], reason="本年度已参加同类培训", by=kit.by)
