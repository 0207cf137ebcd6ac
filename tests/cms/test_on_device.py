"""What a device may keep: only what the server names, and never longer than it says."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.urls import reverse

from cms.on_device import HEADER, keep_on_device
from tests.factories import courses as make
from tests.factories import exams
from tests.factories import world as worlds

pytestmark = pytest.mark.django_db


def test_nothing_is_kept_for_no_time():
    assert HEADER not in keep_on_device(HttpResponse(), seconds=0)
    assert HEADER not in keep_on_device(HttpResponse(), seconds=-5)


def test_the_worker_is_everybodys_and_may_be_stored_though_somebody_is_signed_in():
    client = worlds.make_client(worlds.make_user())
    answer = client.get(reverse("cms:worker"))
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "public, max-age=86400"
    script = answer.content.decode()
    assert reverse("cms:offline") in script and reverse("account_login") in script
    assert client.get(reverse("cms:offline"))["Cache-Control"] == "private, no-store"  # a page says nothing of the kind


def test_a_lesson_and_a_running_attempt_name_their_time_and_other_pages_none():
    world = worlds.make_division_tree()
    user = worlds.make_user()
    person = worlds.make_person(world.county, user=user)
    client = worlds.make_client(user)
    course = make.make_course(lessons=1)
    begun = client.post(reverse("courses:course_start", args=[course.uuid]))
    lesson = client.get(begun["Location"])
    assert lesson[HEADER] == str(7 * 24 * 3600) and lesson["Cache-Control"] == "private, no-store"
    paper = exams.paper(person.division)
    attempt = client.get(client.post(reverse("exams:attempt_start", args=[paper.uuid]))["Location"])
    assert 0 <= 86400 + 30 * 60 - int(attempt[HEADER]) < 60
    for address in ("/home/", reverse("courses:home"), reverse("exams:paper_list"), reverse("exams:paper", args=[paper.uuid])):
        assert HEADER not in client.get(address, follow=True)


def test_what_is_kept_asks_for_the_worker():
    world = worlds.make_division_tree()
    user = worlds.make_user()
    worlds.make_person(world.county, user=user)
    client = worlds.make_client(user)
    begun = client.post(reverse("courses:course_start", args=[make.make_course(lessons=1).uuid]))
    text = client.get(begun["Location"]).content.decode()
    assert '<template id="keep" data-worker="/worker.js" data-keep></template>' in text
