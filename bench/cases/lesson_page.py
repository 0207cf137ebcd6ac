"""A lesson of a demonstration course for a signed-in learner in the middle of it, against a bare page of equal bytes."""

from __future__ import annotations

from django.urls import reverse

from bench.frame import Pair
from bench.world import Bench
from courses.models import LessonPage

FLOOR = "a bare signed-in page of equal bytes"
TARGET = 3.0


def prepare(bench: Bench) -> Pair:
    _person, client = bench.learner()
    course = bench.courses[0]
    started = client.post(reverse("courses:course_start", kwargs={"course": course.uuid}))
    assert started.status_code == 302, started.content
    lesson = LessonPage.objects.descendant_of(course).order_by("path").first()
    assert lesson is not None
    address = reverse("courses:lesson", kwargs={"lesson": lesson.uuid})
    return Pair(bench.get(client, address), bench.bare_page(client, address), page=address, client=client, rounds=40)
