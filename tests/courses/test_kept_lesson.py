"""A lesson page that is kept reads as one rendered afresh, for every state of a learner, and holds nothing of another one."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from cms import kept
from courses import services
from courses.models import LessonProgress
from courses.selectors.content import checks_of
from lms.core.actor import Actor
from tests.factories.courses import lesson_of, make_course, make_learner
from tests.factories.world import make_client

SYSTEM = Actor.system("tests")
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value|data-csrf|name="shown" value)="[^"]+"')


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


def enter(course, world):
    person, _actor = make_learner(world.township)
    client = make_client(person.user)
    client.post(reverse("courses:course_start", args=[course.uuid]))
    return person, client


def read(client, lesson) -> str:
    answer = client.get(reverse("courses:lesson", args=[lesson.uuid]))
    assert answer.status_code == 200
    return TOKEN.sub(r"\1", answer.content.decode())


def fresh(client, lesson) -> str:
    cache.clear()
    return read(client, lesson)


def progress_of(person, lesson) -> LessonProgress:
    return LessonProgress.objects.get(lesson=lesson, enrolment__person=person)


def test_kept_reads_as_fresh_in_every_state(world):
    course = make_course(lessons=2, checks=2, lesson={"required_minutes": 1})
    lesson = lesson_of(course)
    first, first_client = enter(course, world)
    second, second_client = enter(course, world)
    for client in (first_client, second_client):
        read(client, lesson)
    mine = progress_of(second, lesson)
    right = checks_of(lesson)[0]

    def compare() -> None:
        read(first_client, lesson)  # whoever came first is the one the text was made for
        assert read(second_client, lesson) == fresh(second_client, lesson)

    compare()
    services.answer_check(progress=mine, check_id=right.check_id, chosen="B" if right.right == "A" else "A", by=SYSTEM)
    compare()
    services.answer_check(progress=mine, check_id=right.check_id, chosen=right.right, by=SYSTEM)
    compare()
    LessonProgress.objects.filter(pk=mine.pk).update(seconds=59)
    compare()
    LessonProgress.objects.filter(pk=mine.pk).update(seconds=3 * 60 + 5, place=412)
    compare()
    page = read(second_client, lesson)
    assert 'data-place="412"' in page and 'data-seconds="185"' in page
    assert first.user is not None


def test_nothing_of_the_first_reader_reaches_the_second(world):
    course = make_course(lessons=1, checks=1)
    lesson = lesson_of(course)
    first, first_client = enter(course, world)
    _second, second_client = enter(course, world)
    address = reverse("courses:lesson", args=[lesson.uuid])
    for client in (first_client, second_client):
        client.get(address)
    LessonProgress.objects.filter(enrolment__person=first).update(seconds=7777, place=333)
    before, page = first_client.get(address).content.decode(), second_client.get(address).content.decode()
    theirs = progress_of(first, lesson)
    assert str(theirs.uuid) in before and "7777" in before
    for secret in (str(theirs.uuid), "7777", 'data-place="333"', str(first.user.uuid)[:8]):
        assert secret not in page
    tokens = {re.search(r'data-csrf="([^"]+)"', text).group(1) for text in (before, page)}  # type: ignore[union-attr]
    assert len(tokens) == 2
    for name in ("progress", "place", "seconds", "minutes", "shown", "user_key", kept.CSRF):
        assert kept.mark(name) not in page


def test_a_kept_page_that_is_published_anew_is_not_used_again(world, django_capture_on_commit_callbacks):
    course = make_course(lessons=2)
    lesson = lesson_of(course)
    _person, client = enter(course, world)
    read(client, lesson)
    assert "临时救助的新办法" not in read(client, lesson)
    lesson.title = "临时救助的新办法"
    with django_capture_on_commit_callbacks(execute=True):
        lesson.save_revision().publish()
    assert "临时救助的新办法" in read(client, lesson)
    following = lesson_of(course, 1)
    following.title = "下一课的新名字"
    with django_capture_on_commit_callbacks(execute=True):
        following.unpublish()
    assert following.path_of_view() not in read(client, lesson)


def test_a_kept_lesson_costs_one_look_at_the_cache(world, django_assert_num_queries):
    course = make_course(lessons=12, checks=2)
    lesson = lesson_of(course)
    _person, client = enter(course, world)
    read(client, lesson)
    with django_assert_num_queries(4):  # session, user, roles, standing
        read(client, lesson)


def test_messages_are_shown_once_and_never_kept(world):
    course = make_course(lessons=1, checks=1)
    lesson = lesson_of(course)
    _person, client = enter(course, world)
    read(client, lesson)
    client.post(reverse("courses:lesson_finish", args=[LessonProgress.objects.get(lesson=lesson).uuid]))
    assert 'class="messages"' in read(client, lesson)
    assert 'class="messages"' not in read(client, lesson)
