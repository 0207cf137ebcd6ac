"""One training class from opening to closing, through the services of courses, at its own moments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from courses import services as courses
from courses.models import TrainingClass
from courses.services import Entry
from lms.core import clock
from lms.demo.kit import Kit, chunks, moment
from lms.people.models import Person
from lms.places.models import Division, Organisation
from lms.programmes.models import Category, Programme

LECTURES = ("社会救助政策要点", "个案工作流程与记录", "社区需求预估", "小组工作带领", "社工站规范管理", "服务对象档案与隐私保护")


def run_class(
    kit: Kit,
    *,
    code: str,
    title: str,
    division: Division,
    programme: Programme,
    category: Category | None,
    people: Sequence[Person],
    first: dt.date,
    half_days: int,
    mode: str = "face_to_face",
    absent_every: int = 0,
    organiser: Organisation | None = None,
) -> TrainingClass:
    """Open, enrol, hold every half-day of 180 minutes with everybody present, close.

    ``absent_every`` n: each n-th person misses the last half-day.
    """
    last = first + dt.timedelta(days=(half_days - 1) // 2)
    with clock.at(moment(first - dt.timedelta(days=14))):
        held = courses.create_class(
            code=code,
            title=title,
            division=division,
            programme=programme,
            organiser=organiser,
            starts_on=first,
            ends_on=last,
            category=category,
            by=kit.by,
        )
        sessions = []
        for index in range(half_days):
            day = first + dt.timedelta(days=index // 2)
            hour = 9 if index % 2 == 0 else 14
            sessions.append(
                courses.plan_session(
                    training_class=held,
                    title=LECTURES[index % len(LECTURES)],
                    starts_at=moment(day, hour),
                    ends_at=moment(day, hour + 3),
                    mode=mode,
                    place="县委党校一号教室" if mode == "face_to_face" else "",
                    by=kit.by,
                )
            )
        enrolments = []
        for part in chunks(list(people)):
            enrolments += courses.enrol_many(training_class=held, people=[Entry(p, category) for p in part], by=kit.by)
    for index, session in enumerate(sessions):
        with clock.at(session.ends_at + dt.timedelta(minutes=30)):
            present = [
                (e, 180)
                for n, e in enumerate(enrolments)
                if not (absent_every and index == half_days - 1 and n % absent_every == absent_every - 1)
            ]
            courses.record_attendance(session=session, present=present, by=kit.by)
            courses.close_session(session=session, by=kit.by)
    with clock.at(moment(last, 18)):
        courses.close_class(training_class=held, by=kit.by)
    return held
