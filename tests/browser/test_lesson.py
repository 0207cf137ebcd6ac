"""A lesson on a phone: read, the network cut, back again, the check answered, finished; no study time from nowhere."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from courses.models import CheckAnswer, LessonProgress
from tests.factories import courses as make
from tests.factories import world as worlds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def reader(phone, live_server):
    world = worlds.make_division_tree()
    user = worlds.make_user()
    worlds.make_person(world.county, user=user)
    course = make.make_course(lessons=2, checks=1)
    client = worlds.make_client(user)
    phone.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    return phone, course


def test_a_lesson_is_read_answered_and_finished(reader):
    page, course = reader
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"/learn/courses/{course.uuid}/")
    with page.expect_response(re.compile("/ping/")):
        page.get_by_role("button", name="开始学习").click()
    expect(page.locator("h1")).to_have_text("第1课")
    expect(page.locator("[data-study-status]")).to_have_text(re.compile(r"\d\d:\d\d"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    targets = page.locator("main .btn, main label.opt").evaluate_all("nodes => nodes.map(n => n.getBoundingClientRect().height)")
    assert min(targets) >= 44
    page.locator("label.opt").nth(1).click()
    page.get_by_role("button", name="提交答案").click()
    expect(page.get_by_text("答对了")).to_be_visible()
    page.get_by_role("button", name="我已学完本课").click()
    expect(page.locator("h1")).to_have_text("第2课")
    assert CheckAnswer.objects.count() == 1
    assert LessonProgress.objects.filter(completed_at__isnull=False).count() == 1
    assert faults == []


def test_what_is_read_without_network_is_kept_and_sent_later(reader):
    page, course = reader
    page.goto(f"/learn/courses/{course.uuid}/")
    with page.expect_response(re.compile("/ping/")):
        page.get_by_role("button", name="开始学习").click()
    expect(page.locator("[data-study-status]")).to_have_text(re.compile(r"\d\d:\d\d"))
    page.evaluate("""() => {
      const at = Date.now(), { study: url, user } = document.querySelector("[data-study]").dataset;
      return keptOnDisk("study", "stretches").put("before", { user, url, from: at - 1000, to: at, seconds: 1 });
    }""")
    with page.expect_response(re.compile("/ping/")) as sent:
        page.reload()
    assert [stretch["seconds"] for stretch in sent.value.request.post_data_json["stretches"]] == [1]
    expect(page.locator("[data-study-status]")).to_have_text(re.compile(r"\d\d:\d\d"))
    assert page.evaluate("keptOnDisk('study', 'stretches').all()") == {}


def test_a_session_that_ends_while_reading_is_told_and_the_time_is_sent_after_signing_in(reader, live_server):
    page, course = reader
    page.goto(f"/learn/courses/{course.uuid}/")
    with page.expect_response(re.compile("/ping/")):
        page.get_by_role("button", name="开始学习").click()
    expect(page.locator("[data-study-status]")).to_have_text(re.compile(r"\d\d:\d\d"))
    signed_in = [cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    page.context.clear_cookies(name="sessionid")
    with page.expect_response(lambda answer: "/ping/" in answer.url and answer.status == 401):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-study-status]")).to_contain_text("登录已过期")
    page.context.add_cookies(signed_in)
    with page.expect_response(lambda answer: "/ping/" in answer.url and answer.ok):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-study-status]")).to_have_text(re.compile(r"\d\d:\d\d"))


def test_the_lesson_works_without_script(browser, live_server, reader):
    page, course = reader
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844}, java_script_enabled=False)
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    plain.goto(f"/learn/courses/{course.uuid}/")
    plain.get_by_role("button", name="开始学习").click()
    plain.locator("label.opt").nth(1).click()
    plain.get_by_role("button", name="提交答案").click()
    plain.get_by_role("button", name="我已学完本课").click()
    assert LessonProgress.objects.filter(completed_at__isnull=False).count() == 1
    context.close()


def test_the_lesson_is_read_before_any_script_arrives(browser, live_server, reader):
    """A slow line: the text and the form stand while every script is still on its way."""
    page, course = reader
    page.goto(f"/learn/courses/{course.uuid}/")
    page.get_by_role("button", name="开始学习").click()
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844}, service_workers="block")
    context.add_cookies(page.context.cookies())
    waiting: list[str] = []
    context.route(re.compile(r"\.js(\?|$)"), lambda route: waiting.append(route.request.url))  # never answered
    slow = context.new_page()
    slow.goto(page.url, wait_until="commit")
    expect(slow.locator("h1")).to_have_text("第1课")
    expect(slow.get_by_role("button", name="提交答案")).to_be_visible()
    painted = "new Promise(seen => new PerformanceObserver(() => seen(true)).observe({type: 'paint', buffered: true}))"
    assert slow.evaluate(painted)
    assert waiting
    context.close()
