"""A learner's phone without network is killed: what was read and the sign-in that was pressed are sent by the next browser."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from courses import rules, services
from courses.models import Attendance, LessonProgress, StudySpell
from lms.core import clock
from tests.browser.devices import Phone
from tests.factories import courses as make
from tests.factories import world as worlds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def opened(page: Page, user: object, address: str) -> None:
    """The page; whoever is asked for the password gives it."""
    page.goto(address)
    if "/login/" in page.url:
        page.locator("input[name=login]").fill(user.username)  # type: ignore[attr-defined]
        page.locator("input[name=password]").fill(worlds.PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_load_state()


def test_reading_and_a_sign_in_survive_the_killed_browser(device: Phone) -> None:
    world = worlds.make_division_tree()
    user = worlds.make_user()
    person = worlds.make_person(world.township, user=user)
    course = make.make_course(lessons=1)
    now = timezone.localtime(clock.now())
    training_class = make.make_class(world.county, starts_on=now.date(), ends_on=now.date())
    make.make_enrolment(training_class, person)
    session = services.plan_session(
        training_class=training_class,
        title="个案工作",
        starts_at=max(now - dt.timedelta(minutes=10), now.replace(hour=0, minute=0)),
        ends_at=max(now + dt.timedelta(minutes=1), min(now + dt.timedelta(hours=2), now.replace(hour=23, minute=59))),
        by=make.SYSTEM,
    )

    page = device.begin()
    opened(page, user, "/learn/")
    page.goto(f"/learn/courses/{course.uuid}/")
    page.get_by_role("button", name="开始学习").tap()
    expect(page.locator("[data-study-status]")).to_have_text(re.compile(r"\d\d:\d\d"))
    lesson = page.url
    LessonProgress.objects.update(opened_at=now - dt.timedelta(hours=1))
    code = rules.sign_in_code(session.sign_in_secret, rules.sign_in_step(clock.now()))
    beside = page.context.new_page()
    opened(beside, user, f"/learn/sign-in/{session.uuid}/")

    # the network is gone: half a minute is read, the button pressed, and the system ends the browser
    page.context.set_offline(True)
    beside.get_by_label("现场屏幕上的四位数字").fill(code)
    beside.get_by_role("button", name="签到", exact=True).tap()
    expect(beside.locator("[data-sign-in-said]")).to_contain_text("已存在本机")
    beside.close()
    page.bring_to_front()
    page.evaluate("(() => { const told = Date.now; Date.now = () => told() + 30000; })()")  # the next look at the clock finds it
    expect(page.locator("[data-study-status]")).to_contain_text("已读的时间存在本机")
    device.kill()
    assert not Attendance.objects.exists() and not StudySpell.objects.exists()

    page = device.begin()
    opened(page, user, "/learn/")
    expect(page.locator("[data-sign-in-flush]")).to_be_visible()
    assert Attendance.objects.get().minutes == session.minutes
    opened(page, user, lesson)
    expect(page.locator("[data-study-status]")).to_have_text(re.compile(r"\d\d:\d\d"))
    assert LessonProgress.objects.get().seconds >= 5
    assert page.evaluate("Promise.all([keptOnDisk('study', 'stretches').all(), keptOnDisk('sign-in', 'entries').all()])") == [
        {},
        {},
    ]
    assert device.faults == []
