"""The large numbers of the demonstration go on where a stopped job left off."""

from __future__ import annotations

import random

import pytest
from django.db import OperationalError

from courses import services as courses
from courses.models import Attendance, TrainingClass
from lms.demo.chapters import sichuan
from lms.demo.kit import Kit
from lms.demo.world import BY
from lms.people.models import Person
from tests.factories import courses as make
from tests.factories import world as worlds

pytestmark = pytest.mark.django_db


def test_a_class_that_was_stopped_within_is_begun_again_and_leaves_nobody_twice(monkeypatch):
    county = worlds.make_division_tree().county
    programme = make.make_class(county).programme
    close, before = courses.close_class, Person.objects.count()

    def locked(**_kwargs):
        raise OperationalError("database is locked")

    def build():
        sichuan._one_class(Kit(rng=random.Random(), by=BY, say=print, people_asked=5), 18, 5, county, programme)

    monkeypatch.setattr(courses, "close_class", locked)
    with pytest.raises(OperationalError):
        build()
    assert not TrainingClass.objects.filter(code="SC21-019").exists()
    monkeypatch.setattr(courses, "close_class", close)
    build()
    build()
    assert TrainingClass.objects.get(code="SC21-019").state == "held"
    assert (Person.objects.count() - before, Attendance.objects.count()) == (5, 5)
