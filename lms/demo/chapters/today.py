"""鲁甸县 now: what somebody who signs in sees. A class just held with certificates, one running, supervision, careers.

Days are counted back from the day the world is built; people and units are invented.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from certificates import services as certificates
from courses import services as courses
from courses.models import CoursePage, TrainingClass
from courses.services import Entry
from lms.careers import services as careers
from lms.careers.services import EducationRow, EmployRow, ExamRegistrationRow, LicenceRegistrationRow, LicenceRow, PostRow, ScoreRow
from lms.core import clock
from lms.demo.cast import actor_of
from lms.demo.chapters import classroom, rosters, sittings
from lms.demo.classes import run_class
from lms.demo.kit import Kit, moment
from lms.ledger.kinds import Mode
from lms.people.models import Person
from lms.places import services as places
from lms.places.models import Division, Organisation, OrganisationKind, PostKind
from lms.places.selectors import children_of, division_by_code
from lms.programmes import services as programmes
from lms.programmes.models import Category, Programme
from lms.supervision import services as supervision

COUNTY = "530621"
CADRES = 46


def build(kit: Kit, today: dt.date, shown: list[CoursePage]) -> None:
    kit.say("鲁甸县现在：班次、证书、督导与履历")
    county = division_by_code(COUNTY)
    towns = list(children_of(county))
    start = today - dt.timedelta(days=330)
    with clock.at(moment(start)):
        bureau = places.create_organisation(
            name="鲁甸县社会工作服务指导中心（演示）", kind=OrganisationKind.BUREAU, division=county, by=kit.by
        )
        programme = programmes.create_programme(
            code="LD-TRAIN",
            name="乡镇干部社会工作能力提升（演示）",
            kind="training",
            division=county,
            organiser=bureau,
            starts_on=start,
            by=kit.by,
        )
        category = programmes.create_category(
            division=county, code="ld_township", name="乡镇（街道）分管社工站建设的负责同志", by=kit.by
        )
        learners = [kit.cast["xueyuan"], kit.cast["xueyuan2"]]
        cadres = [*learners, *kit.persons(CADRES, towns, title="乡镇民政干部")]
        careers.employ_many(
            [
                EmployRow(person=p, division=p.division, started_on=dt.date(today.year - 4, 7, 1), title=p.position_title)
                for p in cadres
            ],
            by=kit.by,
        )
        careers.add_educations(
            [
                EducationRow(
                    person=p,
                    level="21" if i % 3 else "31",
                    graduated_on=dt.date(today.year - 8, 7, 1),
                    major="社会工作" if i % 4 == 0 else "公共管理",
                    is_social_work_major=i % 4 == 0,
                )
                for i, p in enumerate(cadres)
            ],
            by=kit.by,
        )
    _posts(kit, county, towns, cadres[:14], start)
    _careers(kit, cadres, today)
    centre = _centre(kit, start + dt.timedelta(days=4))
    held = run_class(
        kit,
        code=f"LD{today.year}-01",
        title="乡镇干部社会工作能力提升班第一期（演示）",
        division=county,
        programme=programme,
        category=category,
        people=cadres[:40],
        first=today - dt.timedelta(days=96),
        half_days=4,
        absent_every=13,
        organiser=centre,
    )
    _certificates(kit, held, today)
    running = _running(kit, county, centre, programme, category, cadres, today)
    classroom.build(
        kit, today, county=county, bureau=bureau, programme=programme, category=category, cadres=cadres, running=running
    )
    rosters.build(kit, today, county=county, bureau=bureau, programme=programme, category=category)
    _study(kit, learners[0], shown, today)
    _supervision(kit, county, cadres[:12], today)
    sittings.build(kit, county, cadres, running, today)


def _posts(kit: Kit, county: Division, towns: list[Division], people: list[Person], start: dt.date) -> None:
    with clock.at(moment(start + dt.timedelta(days=3))):
        main = places.open_station(
            name="鲁甸县社工总站（演示）", tier=2, label="社工总站", division=county, opened_on=start, by=kit.by
        )
        rows = []
        for index, person in enumerate(people):
            post = places.open_post(
                station=main,
                division=county,
                title="驻站社工",
                kind=PostKind.HEAD if index == 0 else PostKind.SOCIAL_WORKER,
                opened_on=start,
                by=kit.by,
            )
            rows.append(PostRow(person=person, post=post, started_on=start + dt.timedelta(days=2)))
        careers.start_posts(rows, by=kit.by)
        for town in towns:
            places.open_station(
                name=f"{town.name}社工服务站（演示）", tier=3, label="社工服务站", division=town, opened_on=start, by=kit.by
            )


def _careers(kit: Kit, cadres: list[Person], today: dt.date) -> None:
    """Twenty registered for the junior exam of last year, eleven passed both subjects, nine licensed, six registered."""
    year = today.year - 1
    junior = ("comprehensive_junior", "practice_junior")
    sitting = cadres[2:22]
    with clock.at(moment(dt.date(year, 4, 12))):
        careers.register_for_exams(
            [
                ExamRegistrationRow(person=p, year=year, level="junior", subjects=junior, registered_on=dt.date(year, 4, 8))
                for p in sitting
            ],
            by=kit.by,
        )
    with clock.at(moment(dt.date(year, 9, 2))):
        careers.record_scores(
            [
                ScoreRow(
                    person=p,
                    year=year,
                    subject=subject,
                    points=Decimal(60 + (i * 7 + k * 3) % 25) if i < 11 else Decimal(40 + (i * 5 + k * 9) % 20),
                    announced_on=dt.date(year, 8, 28),
                )
                for i, p in enumerate(sitting)
                for k, subject in enumerate(junior)
            ],
            by=kit.by,
        )
        licences = careers.record_licences(
            [LicenceRow(person=p, level="junior", obtained_on=dt.date(year, 9, 1), exam_year=year) for p in sitting[:9]], by=kit.by
        )
        careers.record_registrations(
            [
                LicenceRegistrationRow(
                    person=x.person, licence=x, registered_on=dt.date(year, 9, 2), valid_to=dt.date(year + 3, 9, 1)
                )
                for x in licences[:6]
            ],
            by=kit.by,
        )


def _centre(kit: Kit, day: dt.date) -> Organisation:
    """Who organises the county's classes and certifies them."""
    with clock.at(moment(day)):
        centre = places.create_organisation(
            name="云南省社会工作培训中心（演示）", kind=OrganisationKind.UNIVERSITY, division=division_by_code("530000"), by=kit.by
        )
        certificates.open_issuer(organisation=centre, code="530001", contact="演示", by=kit.by)
    return centre


def _certificates(kit: Kit, held: TrainingClass, today: dt.date) -> None:
    assert held.organiser is not None
    with clock.at(moment(today - dt.timedelta(days=90))):
        for enrolment in held.enrolments.filter(state="completed").select_related("person", "division").order_by("pk"):
            certificates.issue_certificate(
                person=enrolment.person,
                occasion_label="courses.trainingclass",
                occasion=held.uuid,
                title=held.title,
                starts_on=held.starts_on,
                ends_on=held.ends_on,
                hours=Decimal(12),
                result="合格",
                division=enrolment.division,
                issuer=held.organiser,
                by=kit.by,
            )


def _running(
    kit: Kit,
    county: Division,
    centre: Organisation,
    programme: Programme,
    category: Category,
    cadres: list[Person],
    today: dt.date,
) -> TrainingClass:
    """A class whose first day was yesterday and which goes on today and tomorrow."""
    first = today - dt.timedelta(days=1)
    with clock.at(moment(today - dt.timedelta(days=15))):
        running = courses.create_class(
            code=f"LD{today.year}-02",
            title="社工站实务能力提升班第二期（演示）",
            division=county,
            programme=programme,
            organiser=centre,
            starts_on=first,
            ends_on=today + dt.timedelta(days=1),
            category=category,
            capacity=60,
            state="open",
            by=kit.by,
        )
        planned = []
        for index in range(6):
            day, hour = first + dt.timedelta(days=index // 2), (9, 14)[index % 2]
            planned.append(
                courses.plan_session(
                    training_class=running,
                    title=(
                        "个案工作：接案与预估",
                        "个案工作：计划与介入",
                        "小组工作带领",
                        "社区工作方法",
                        "督导与自我照顾",
                        "结班研讨",
                    )[index],
                    starts_at=moment(day, hour),
                    ends_at=moment(day, hour + 3),
                    mode="face_to_face",
                    place="鲁甸县民政局三楼会议室",
                    trainer=kit.cast["jiangshi"],
                    by=kit.by,
                )
            )
        enrolments = courses.enrol_many(training_class=running, people=[Entry(p, category) for p in cadres[:30]], by=kit.by)
    for session in planned[:2]:
        with clock.at(session.ends_at + dt.timedelta(minutes=20)):
            courses.record_attendance(session=session, present=[(e, 180) for e in enrolments[:28]], by=kit.by)
            courses.close_session(session=session, by=kit.by)
    return running


def _study(kit: Kit, learner: Person, shown: list[CoursePage], today: dt.date) -> None:
    """The learner is in the middle of the first course."""
    from courses.selectors.content import lessons_of

    with clock.at(moment(today - dt.timedelta(days=6), 20)):
        enrolment = courses.start_course(person=learner, course=shown[0], by=actor_of(learner))
        first = lessons_of(shown[0])[0]
        progress = courses.open_lesson(enrolment=enrolment, lesson=first, by=actor_of(learner))
    for minute in range(1, first.estimated_minutes + 1):
        with clock.at(moment(today - dt.timedelta(days=6), 20, minute % 60)):
            courses.record_study(progress=progress, seconds=60, by=actor_of(learner))


def _supervision(kit: Kit, county: Division, people: list[Person], today: dt.date) -> None:
    """One supervisor, twelve supervisees: a session everybody confirmed, and one that waits for confirmation."""
    supervisor = kit.cast["dudao"]
    begun = today - dt.timedelta(days=150)
    with clock.at(moment(begun)):
        programme = programmes.create_programme(
            code="LD-CULT", name="本土社会工作人才培养（演示）", kind="cultivation", division=county, starts_on=begun, by=kit.by
        )
        category = programmes.create_category(division=county, code="ld_talent", name="本土社工人才", by=kit.by)
        joined = supervision.start_cultivation_many(
            people=people, programme=programme, category=category, started_on=begun, by=kit.by
        )
        careers.designate(person=supervisor, kind="supervisor", designated_on=begun, by=kit.by)
        agreements = [
            supervision.open_agreement(participation=j, supervisor=supervisor, starts_on=begun, by=kit.by) for j in joined
        ]
    for number, (back, topic, confirmed) in enumerate(
        ((40, "预估记录怎样写得有据可依", True), (9, "家庭走访中的边界与安全", False))
    ):
        day = today - dt.timedelta(days=back)
        group = agreements[:8]
        with clock.at(moment(day, 17)):
            session = supervision.record_session(
                supervisor=supervisor,
                starts_at=moment(day, 14),
                ends_at=moment(day, 16),
                mode=Mode.FACE_TO_FACE,
                place="鲁甸县社工总站活动室",
                form="group",
                functions=["educational", "supportive"],
                topic=topic,
                present=[(a, 120) for a in group],
                tags=[],
                discussion="各站带来一份自己的记录，逐份对照：哪些是看到的事实，哪些是推断，推断的依据是什么。",
                advice="事实与判断分栏书写；每一条需要后面注明来自谁、何时、以何种方式得知。",
                supervisor_reflection="大家愿意拿出不完善的记录，讨论才有收获。",
                actions=[(group[number].participation.person, "按分栏格式重写一份预估记录，下次带来", day + dt.timedelta(days=21))],
                by=actor_of(supervisor),
            )
            session = supervision.sign_session(session=session, by=actor_of(supervisor))
        if confirmed:
            with clock.at(moment(day + dt.timedelta(days=1), 10)):
                for agreement in group:
                    supervision.countersign(
                        session=session,
                        supervisee=agreement.participation.person,
                        reflection="学会把事实和判断分开写。",
                        by=kit.by,
                    )
