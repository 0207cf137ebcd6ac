"""A mock paper on a phone: the network cut, the tab killed, the paper handed in, the result read. The browser killed: beside it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from exams.models import Attempt, Response
from tests.factories import exams as make
from tests.factories import world as worlds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def sitting(phone, live_server):
    """A learner signed in on the phone, with a paper of six items to sit."""
    world = worlds.make_division_tree()
    user = worlds.make_user()
    person = worlds.make_person(world.county, user=user)
    paper = make.paper(world.county, singles=4, multiples=2)
    client = worlds.make_client(user)
    phone.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    return phone, person, paper


def answers(attempt):
    return {n: "".join(a) for n, a in Response.objects.filter(attempt=attempt).values_list("number", "answer") if a}


def begin(page, paper):
    page.goto(f"/exams/papers/{paper.uuid}/")
    page.get_by_role("button", name="开始作答").click()
    page.wait_for_url(re.compile("/exams/attempts/"))
    return Attempt.objects.get(paper=paper)


def saved(page):
    """The page says so, and nothing waits to be sent."""
    expect(page.locator("[data-saved]")).to_have_text(re.compile(r"已保存 \d\d:\d\d:\d\d"))
    expect(page.locator(".exam-grid .exam-unsent")).to_have_count(0)


def pick(page, number, letters):
    page.get_by_role("button", name="题号").click()
    page.locator(f".exam-grid button >> text='{number}'").click()
    for letter in letters:
        page.locator(f"#q{number} .opt", has=page.locator(f"input[value={letter}]")).click()


def test_cut_network_killed_tab_and_nothing_lost(sitting):
    page, _person, paper = sitting
    context = page.context
    attempt = begin(page, paper)
    pick(page, 1, "B")
    pick(page, 5, "AD")
    saved(page)
    assert answers(attempt) == {1: "B", 5: "AD"}

    context.set_offline(True)
    pick(page, 2, "B")
    pick(page, 6, "ACE")
    page.get_by_text("网络断开").wait_for()
    expect(page.locator("[data-saved]")).to_contain_text("已存在本机")  # said once it is on the disk
    address = page.url
    page.close()  # the tab dies with two answers that no server has seen
    assert answers(attempt) == {1: "B", 5: "AD"}

    context.set_offline(False)
    page = context.new_page()
    page.goto(address)
    saved(page)
    assert answers(attempt) == {1: "B", 2: "B", 5: "AD", 6: "ACE"}
    assert page.locator("#q6 input:checked").count() == 3

    page.get_by_role("button", name="题号").click()
    page.locator("[data-hand-in]").click()
    page.get_by_text("还有 2 题没有作答").wait_for()
    page.get_by_role("button", name="确认交卷").click()
    page.wait_for_url(re.compile("/result/"))
    attempt.refresh_from_db()
    assert (attempt.state, attempt.points) == ("marked", 300)  # 1 + 1 + 1 for a part, 0 for a wrong option
    text = page.locator("main").text_content()
    assert "少选每项 0.5 分" in text and "因为如此" in text and "部分得分" in text
    assert page.evaluate("Object.keys(localStorage).filter(k => k.indexOf('exam:') === 0).length") == 0


def test_a_second_tab_asks_and_the_first_is_told(sitting):
    page, _person, paper = sitting
    attempt = begin(page, paper)
    pick(page, 1, "A")
    saved(page)
    second = page.context.new_page()
    second.goto(page.url)
    second.get_by_text("正在另一窗口或设备进行").wait_for()
    second.get_by_role("button", name="在这里继续").click()
    expect(second.locator("#exam")).not_to_have_class(re.compile("exam-held"))
    pick(second, 1, "C")
    saved(second)
    pick(page, 2, "D")
    page.get_by_text("正在另一窗口或设备进行").wait_for()
    assert answers(attempt) == {1: "C"}


def test_keyboard_alone(sitting):
    page, _person, paper = sitting
    attempt = begin(page, paper)
    expect(page.locator("#exam")).to_have_class(re.compile("exam-on"))
    expect(page.locator("[data-say]")).to_have_text("剩余时间：30 分钟")  # a moment of the clock said aloud, not its every second
    for key in ("2", "ArrowRight", "b", "f"):
        page.keyboard.press(key)
    saved(page)
    assert answers(attempt) == {1: "B", 2: "B"}
    assert Response.objects.get(attempt=attempt, number=2).is_flagged


def test_without_script(sitting, browser, live_server):
    page, person, paper = sitting
    attempt = make.attempt(person, paper)
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url, viewport={"width": 390, "height": 844})
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    plain.goto(f"/exams/attempts/{attempt.uuid}/")
    plain.locator("#q3 .opt").nth(1).click()
    plain.locator("#q3 button", has_text="保存").click()
    assert plain.url.endswith("#q3") and answers(attempt) == {3: "B"}
    plain.get_by_role("button", name="保存并去交卷").click()
    plain.get_by_role("button", name="确认交卷").click()
    assert "因为如此" in plain.locator("main").text_content()
    context.close()


def test_a_session_that_ends_in_the_middle_loses_nothing(sitting, live_server):
    """The page says that one is signed out and keeps the answer; signed in again, it goes on where it was."""
    page, person, paper = sitting
    context = page.context
    attempt = begin(page, paper)
    pick(page, 1, "B")
    saved(page)
    context.clear_cookies(name="sessionid")
    pick(page, 2, "B")
    expect(page.get_by_text(re.compile("登录已(过期|失效)|重新登录")).first).to_be_visible()
    assert answers(attempt) == {1: "B"}

    client = worlds.make_client(person.user)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page.goto(f"/exams/attempts/{attempt.uuid}/")
    saved(page)
    assert answers(attempt) == {1: "B", 2: "B"}
