"""Study online: credited time never exceeds the clock; checks, completion and what is posted."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import uuid

import pytest

from courses import services
from courses.models import CheckAnswer, CourseEnrolment, LessonProgress, StudyDay, StudySpell
from courses.selectors.content import checks_of
from lms.accounts.roles import Role
from lms.core import clock
from lms.core.errors import Missing, Refused
from lms.ledger.models import Line
from tests.factories.courses import SYSTEM, lesson_of, local, make_course, make_learner, make_progress
from tests.factories.world import World, make_actor, make_person

pytestmark = pytest.mark.django_db
NINE = local(2026, 11, 10)


def at(seconds: float) -> dt.datetime:
    return NINE + dt.timedelta(seconds=seconds)


def ping(progress: LessonProgress, actor, second: float, seconds: int = 30, **extra) -> int:
    with clock.at(at(second)):
        return services.record_study(progress=progress, seconds=seconds, by=actor, **extra).credited


@pytest.fixture
def studying(world: World):
    with clock.at(NINE):
        return make_progress(world.township)


def test_start_course_twice_is_one_enrolment_with_its_line(world: World):
    course = make_course()
    person, actor = make_learner(world.township)
    first = services.start_course(person=person, course=course, by=actor)
    assert services.start_course(person=person, course=course, by=actor) == first
    line = Line.objects.get(kind="enrolled")
    assert (line.occasion, line.occasion_label, line.division, line.mode) == (
        course.uuid,
        "courses.course",
        world.township,
        "online",
    )


def test_start_course_for_somebody_else_is_missing(world: World):
    course, person = make_course(), make_person(world.township)
    _other, other = make_learner(world.township)
    for by in (other, make_actor(Role.CLASS_MANAGER, world.other_county)):
        with pytest.raises(Missing):
            services.start_course(person=person, course=course, by=by)
    services.start_course(person=person, course=course, by=make_actor(Role.CLASS_MANAGER, world.county))


def test_an_unpublished_course_cannot_be_started(world: World):
    person, actor = make_learner(world.township)
    with pytest.raises(Missing):
        services.start_course(person=person, course=make_course(live=False), by=actor)


def test_the_first_ping_credits_nothing_and_the_next_the_clock(studying):
    progress, actor = studying
    assert ping(progress, actor, 0) == 0
    assert ping(progress, actor, 30) == 30
    assert ping(progress, actor, 60, seconds=10) == 10  # idle for the rest
    progress.refresh_from_db()
    assert progress.seconds == 40


def test_a_ping_claims_no_more_than_the_clock_or_its_limit(studying):
    progress, actor = studying
    ping(progress, actor, 0)
    assert ping(progress, actor, 5, seconds=3600) == 5
    assert ping(progress, actor, 1000, seconds=3600) == 90


def test_a_stopped_reader_opens_anew(studying):
    progress, actor = studying
    ping(progress, actor, 0)
    ping(progress, actor, 30, stopped=True)
    assert ping(progress, actor, 60) == 0
    assert ping(progress, actor, 75) == 15


def test_two_tabs_of_one_lesson_do_not_double(studying):
    progress, actor = studying
    total = sum(ping(progress, actor, second, seconds=30) for second in range(0, 301, 15))
    assert total == 300


def test_two_lessons_on_two_devices_do_not_double(world: World):
    with clock.at(NINE):
        course = make_course(lessons=2)
        first, actor = make_progress(world.township, course)
        second = services.open_lesson(enrolment=first.enrolment, lesson=lesson_of(course, 1), by=actor)
    total = 0
    for second_of in range(0, 300, 30):
        total += ping(first, actor, second_of)
        total += ping(second, actor, second_of + 10)
    assert total <= 280
    assert total >= 250
    spells = list(StudySpell.objects.order_by("started_at").values_list("started_at", "ended_at"))
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spells))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_sent_credit_stays_within_the_clock(world: World, seed: int):
    """Pings, offline stretches and finishes in any order from several devices: credit ≤ union of wall clock, spells disjoint."""
    chance = random.Random(seed)
    with clock.at(NINE):
        course = make_course(lessons=2, minutes=200)
        first, actor = make_progress(world.township, course)
        second = services.open_lesson(enrolment=first.enrolment, lesson=lesson_of(course, 1), by=actor)
    now = 0.0
    for _step in range(40):
        now += chance.choice([0, 1, 7, 30, 95, 600])
        progress = chance.choice([first, second])
        with clock.at(at(now)):
            if chance.random() < 0.7:
                services.record_study(
                    progress=progress, seconds=chance.choice([0, 10, 30, 90, 5000]), stopped=chance.random() < 0.1, by=actor
                )
            else:
                skew = dt.timedelta(hours=chance.choice([-5, 0, 3]))
                start = at(now) + skew - dt.timedelta(seconds=chance.randrange(0, 2000))
                end = start + dt.timedelta(seconds=chance.randrange(1, 3000))
                stretches = [(start, end, chance.randrange(0, 4000))] * chance.choice([1, 2])
                services.record_study_sent_later(progress=progress, stretches=stretches, device_now=at(now) + skew, by=actor)
    spells = list(StudySpell.objects.order_by("started_at"))
    assert all(a.ended_at <= b.started_at for a, b in itertools.pairwise(spells))
    assert all(s.seconds <= (s.ended_at - s.started_at).total_seconds() for s in spells)
    assert sum(s.seconds for s in spells) == sum(d.seconds for d in StudyDay.objects.all())
    assert sum(s.seconds for s in spells) == sum(p.seconds for p in LessonProgress.objects.all())
    assert sum(s.seconds for s in spells) <= now


def test_the_day_and_the_lesson_have_their_limits(world: World):
    with clock.at(NINE):
        course = make_course(minutes=2, credit_limit_percent=300)
        progress, actor = make_progress(world.township, course)
    total = sum(ping(progress, actor, second) for second in range(0, 1200, 30))
    assert total == 240  # twice the two minutes a day
    next_day = 24 * 3600
    total += sum(ping(progress, actor, next_day + second) for second in range(0, 1200, 30))
    assert total == 360  # three times in all
    assert list(StudyDay.objects.order_by("day").values_list("seconds", flat=True)) == [240, 120]


def test_study_before_midnight_belongs_to_its_day(world: World):
    with clock.at(local(2026, 11, 10, 23, 59)):
        progress, actor = make_progress(world.township)
        services.record_study(progress=progress, seconds=0, by=actor)
    with clock.at(local(2026, 11, 11, 0, 0) + dt.timedelta(seconds=20)):
        assert services.record_study(progress=progress, seconds=80, by=actor).credited == 20
    assert StudyDay.objects.get().day == dt.date(2026, 11, 11)


def test_study_sent_later_counts_once_within_reason(studying):
    progress, actor = studying
    skew = dt.timedelta(hours=8)  # the phone's clock is wrong

    def send(now: float, start: float, end: float, seconds: int) -> int:
        with clock.at(at(now)):
            stretch = (at(start) + skew, at(end) + skew, seconds)
            return services.record_study_sent_later(
                progress=progress, stretches=[stretch], device_now=at(now) + skew, by=actor
            ).credited

    assert send(1000, 100, 400, 300) == 300
    assert send(1000, 100, 400, 300) == 0  # the same again
    assert send(1000, 300, 500, 200) == 100  # overlapping
    assert send(1000, 900, 5000, 4000) == 100  # not in the future
    assert send(1000, -500, 50, 550) == 50  # not before the lesson was opened
    assert send(4 * 24 * 3600, 600, 800, 200) == 0  # too long ago
    assert StudySpell.objects.filter(sent_later=True).count() == 4


def test_pings_of_another_person_are_missing(studying, world: World):
    progress, _actor = studying
    _person, other = make_learner(world.township)
    with pytest.raises(Missing):
        services.record_study(progress=progress, seconds=0, by=other)
    with pytest.raises(Missing):
        services.finish_lesson(progress=progress, by=other)


def test_without_script_the_time_since_the_page_was_shown_is_credited_up_to_the_estimate(studying):
    progress, actor = studying
    with clock.at(at(3600)):
        standing = services.finish_lesson(progress=progress, shown_at=at(60), by=actor)
    assert standing.credited == 600
    assert standing.lesson_completed


def test_too_little_time_is_refused_but_stays_credited(world: World):
    with clock.at(NINE):
        progress, actor = make_progress(world.township, make_course(lesson={"required_minutes": 5}))
    with clock.at(at(120)), pytest.raises(Refused, match="约 3 分钟"):
        services.finish_lesson(progress=progress, shown_at=NINE, by=actor)
    progress.refresh_from_db()
    assert progress.seconds == 120
    with clock.at(at(300)):
        assert services.finish_lesson(progress=progress, shown_at=NINE, by=actor).lesson_completed


def test_knowledge_checks_gate_the_finish_and_every_answer_is_kept(world: World):
    progress, actor = make_progress(world.township, make_course(checks=2))
    one, two = checks_of(progress.lesson)
    with pytest.raises(Refused, match="第 1、2 题"):
        services.finish_lesson(progress=progress, by=actor)
    assert not services.answer_check(progress=progress, check_id=one.check_id, chosen="A", by=actor).is_correct
    assert services.answer_check(progress=progress, check_id=one.check_id, chosen="B", by=actor).is_correct
    assert services.answer_check(progress=progress, check_id=one.check_id, chosen="B", by=actor).number == 2  # a second click
    with pytest.raises(Refused, match="第 2 题"):
        services.finish_lesson(progress=progress, by=actor)
    services.answer_check(progress=progress, check_id=two.check_id, chosen="B", by=actor)
    assert services.finish_lesson(progress=progress, by=actor).lesson_completed
    assert list(CheckAnswer.objects.values_list("chosen", flat=True)) == ["A", "B", "B"]
    for letters in ("", "Z"):
        with pytest.raises(Refused):
            services.answer_check(progress=progress, check_id=one.check_id, chosen=letters, by=actor)
    with pytest.raises(Missing):
        services.answer_check(progress=progress, check_id=uuid.uuid4(), chosen="A", by=actor)


def test_the_last_lesson_completes_the_course_and_posts(world: World):
    with clock.at(NINE):
        course = make_course(lessons=2)
        progress, actor = make_progress(world.township, course)
    for second in range(0, 151, 30):
        ping(progress, actor, second)
    with clock.at(at(160)):
        assert not services.finish_lesson(progress=progress, by=actor).course_completed
        with pytest.raises(Refused):
            services.complete_course(enrolment=progress.enrolment, by=actor)
        second_lesson = services.open_lesson(enrolment=progress.enrolment, lesson=lesson_of(course, 1), by=actor)
        assert services.finish_lesson(progress=second_lesson, by=actor).course_completed
        services.finish_lesson(progress=second_lesson, by=actor)
    studied = Line.objects.get(kind="studied")
    assert (studied.minutes, studied.slot) == (2, f"{progress.lesson.uuid}:2026-11-10")
    completed = Line.objects.get(kind="completed")
    assert (completed.occasion, completed.facts) == (course.uuid, {"lessons": 2, "studied_minutes": 2})
    assert CourseEnrolment.objects.get().completed_at == at(160)


def test_only_required_lessons_count_and_the_share_is_data(world: World):
    course = make_course(lessons=3, completion_percent=60)
    progress, actor = make_progress(world.township, course)
    services.finish_lesson(progress=progress, by=actor)
    next_one = services.open_lesson(enrolment=progress.enrolment, lesson=lesson_of(course, 1), by=actor)
    assert services.finish_lesson(progress=next_one, by=actor).course_completed


def test_study_days_are_posted_once_and_grow_by_a_correction(studying):
    progress, actor = studying
    for second in range(0, 121, 30):
        ping(progress, actor, second)
    with clock.at(at(200)):
        assert services.post_study_days(by=SYSTEM) == 0  # today is not over
    with clock.at(at(24 * 3600)):
        assert services.post_study_days(by=SYSTEM) == 1
        assert services.post_study_days(by=SYSTEM) == 0
        services.record_study_sent_later(progress=progress, stretches=[(at(300), at(420), 120)], device_now=at(24 * 3600), by=actor)
        assert services.post_study_days(by=SYSTEM) == 1
    lines = Line.objects.filter(kind="studied")
    assert sum(line.sign * line.minutes for line in lines) == 4
    assert sum(line.sign for line in lines) == 1


def test_complete_course_many_posts_what_one_by_one_would(world: World):
    course = make_course(lessons=3, minutes=12)
    people = [make_person(world.township, name=f"学员{i}") for i in range(4)]
    runs = [services.CourseRun(person, NINE) for person in people]
    made = services.complete_course_many(course=course, runs=runs, by=SYSTEM)
    assert services.complete_course_many(course=course, runs=runs, by=SYSTEM) == []
    assert len(made) == 4
    assert Line.objects.filter(kind="studied").count() == 12
    assert sum(Line.objects.filter(kind="studied").values_list("minutes", flat=True)) == 4 * 36
    assert Line.objects.filter(kind="completed").count() == Line.objects.filter(kind="enrolled").count() == 4
    with pytest.raises(Missing):
        services.complete_course_many(course=course, runs=runs, by=make_actor(Role.CLASS_MANAGER, world.county))
