"""Pages kept on the device: they open without network, and nothing kept outlives the hand-in or the signing out."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses import rules, services
from courses.models import Attendance
from exams.models import Attempt, Response
from lms.core import clock
from tests.factories import courses as make
from tests.factories import exams
from tests.factories import world as worlds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
KEPT = "caches.open('pages').then(pages => pages.keys()).then(all => all.map(request => new URL(request.url).pathname))"


@pytest.fixture
def reader(phone, live_server):
    world = worlds.make_division_tree()
    user = worlds.make_user(password="kanshu-2026-lixian")
    person = worlds.make_person(world.county, user=user)
    client = worlds.make_client(user)
    phone.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    return phone, user, person


def kept(page, path):
    """Wait until the device keeps a page."""
    until(page, lambda all_kept: path in all_kept)
    return path


def until(page, right):
    for _turn in range(100):
        if right(page.evaluate(KEPT)):
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.evaluate(KEPT))


def test_an_attempt_is_reloaded_without_network_and_goes_on(reader):
    page, _user, person = reader
    paper = exams.paper(person.division, singles=4, multiples=2)
    page.goto(f"/exams/papers/{paper.uuid}/")
    page.get_by_role("button", name="开始作答").click()
    expect(page.locator("#exam.exam-on")).to_be_visible()
    attempt = Attempt.objects.get()
    own = kept(page, f"/exams/attempts/{attempt.uuid}/")
    page.locator("#q1 .opt", has=page.locator("input[value=B]")).click()
    expect(page.locator("[data-saved]")).to_have_text(re.compile(r"已保存 \d\d"))

    page.context.set_offline(True)
    page.get_by_role("button", name="下一题").click()
    page.locator("#q2 .opt", has=page.locator("input[value=A]")).click()
    expect(page.locator("[data-saved]")).to_contain_text("已存在本机")
    page.reload()
    expect(page.get_by_text("网络断开")).to_be_visible()
    assert page.locator("input[name=q2][value=A]").is_checked()
    page.get_by_role("button", name="题号").click()
    page.locator(".exam-grid button >> text='3'").click()
    page.locator("#q3 .opt", has=page.locator("input[value=C]")).click()
    page.goto("/exams/")  # never opened: the designed page, which leads back to the paper
    page.get_by_role("link", name=paper.title).click()
    assert page.locator("input[name=q3][value=C]").is_checked()

    page.context.set_offline(False)
    expect(page.locator("[data-saved]")).to_have_text(re.compile(r"已保存 \d\d"), timeout=20_000)
    assert {n: "".join(a) for n, a in Response.objects.values_list("number", "answer") if a} == {1: "B", 2: "A", 3: "C"}
    page.get_by_role("button", name="题号").click()
    page.locator("[data-hand-in]").click()
    page.get_by_role("button", name="确认交卷").click()
    page.wait_for_url(re.compile("result"))
    until(page, lambda all_kept: own not in all_kept)


def test_a_lesson_is_read_in_the_village_and_forgotten_on_signing_out(reader):
    page, user, _person = reader
    course = make.make_course(lessons=2, checks=1)
    page.goto("/learn/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.goto(f"/learn/courses/{course.uuid}/")
    page.get_by_role("button", name="开始学习").click()
    expect(page.locator("h1")).to_have_text("第1课")
    kept(page, page.evaluate("location.pathname"))

    page.context.set_offline(True)
    page.reload()
    expect(page.locator("h1")).to_have_text("第1课")
    assert page.evaluate("getComputedStyle(document.querySelector('.btn')).minHeight") == "44px"  # its looks are kept as well
    page.locator("label.opt").nth(1).click()
    page.get_by_role("button", name="提交答案").click()
    expect(page.get_by_text("刚才填写的内容没有送出")).to_be_visible()
    page.go_back()
    assert page.locator("label.opt input").nth(1).is_checked()
    page.goto("/help/")
    expect(page.get_by_text("现在没有网络")).to_be_visible()
    expect(page.get_by_role("link", name="第1课")).to_be_visible()
    assert user.username not in page.content()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.get_by_role("link", name="第1课").click()  # the page before opens by itself once there is a network
    expect(page.locator("h1")).to_have_text("第1课")
    page.context.set_offline(False)
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="退出登录").click()
    until(page, lambda all_kept: not all_kept)


def test_the_code_on_the_screen_is_scanned_in_a_hall_without_network(reader):
    page, _user, person = reader
    now = timezone.localtime(clock.now())  # whatever the hour: within its day
    training_class = make.make_class(person.division, starts_on=now.date(), ends_on=now.date())
    session = services.plan_session(
        training_class=training_class,
        title="个案工作",
        starts_at=now.replace(hour=0, minute=0, second=0, microsecond=0),
        ends_at=now.replace(hour=23, minute=59, second=0, microsecond=0),
        by=make.SYSTEM,
    )
    make.make_enrolment(training_class, person)
    page.goto("/learn/")  # in the morning, at home: what the day needs is fetched ahead
    kept(page, f"/learn/sign-in/{session.uuid}/")
    page.context.set_offline(True)
    page.goto("/learn/courses/")  # not kept: what is, is listed, each half-day by its name
    expect(page.get_by_role("link", name="签到 个案工作")).to_be_visible()
    token = rules.sign_in_token(session.sign_in_secret, rules.sign_in_step(clock.now()))
    page.goto(f"/learn/sign-in/{session.uuid}/?t={token}")  # what the phone's camera opens
    expect(page.get_by_text("已识别现场二维码")).to_be_visible()
    page.get_by_role("button", name="签到", exact=True).click()
    expect(page.locator("[data-sign-in-said]")).to_contain_text("已存在本机")
    assert not Attendance.objects.exists()
    page.context.set_offline(False)
    expect(page.locator("[data-sign-in-said]")).to_contain_text("签到成功")
    assert Attendance.objects.get().session == session
