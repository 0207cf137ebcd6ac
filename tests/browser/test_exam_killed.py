"""A mock paper of the official structure, on a phone: the network cut, the browser killed, nothing lost, the right points."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db.models import Max
from django.utils import timezone
from playwright.sync_api import Page, expect

from exams.models import Attempt, AttemptTrace, Response
from lms.core import clock
from lms.ledger.models import Line
from tests.browser.devices import Phone
from tests.factories import exams as make
from tests.factories import world as worlds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

SAVED = re.compile(r"已保存 \d\d:\d\d:\d\d")

# The keys are B and ACD. A single choice is worth 1; a multiple choice 2, 0.5 for each right option where some are missing, and
# nothing once a wrong one is among them: licence-single and licence-multiple.
BLANK = {13, 57, 80}
WRONG = {7, 21, 35, 49, 60}
MULTIPLE = {61: "AC", 62: "A", 63: "AB", 64: "ABCDE", 65: "CD", 66: "D", 67: "BE"}
SHOULD_BE = 53 * 100 + (100 + 50 + 0 + 0 + 100 + 50 + 0) + 12 * 200  # single choices, 61 to 67, 68 to 79


def answer_to(number: int) -> str:
    if number in BLANK:
        return ""
    if number <= 60:
        return "D" if number in WRONG else "B"
    return MULTIPLE.get(number, "ACD")


def sign_in(page: Page, username: str, address: str = "/accounts/login/") -> None:
    page.goto(address)
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill(worlds.PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()


def go_to(page: Page, number: int) -> None:
    page.locator("[data-map-open]").tap()
    page.locator(".exam-grid button").nth(number - 1).tap()
    expect(page.locator(f"#q{number}")).to_be_visible()


def on_to_next(page: Page, number: int) -> None:
    page.locator("button[data-next]").tap()
    expect(page.locator(f"#q{number + 1}")).to_be_visible()


def tap(page: Page, number: int, letters: str) -> None:
    for letter in letters:
        page.locator(f"#q{number} .opt", has=page.locator(f"input[value={letter}]")).tap()


def in_bulk(page: Page, numbers: range) -> None:
    """The same clicks, without a finger's way between them."""
    page.evaluate(
        """given => Object.keys(given).forEach(n => Array.from(given[n]).forEach(letter =>
             document.querySelector(`#q${n} input[value="${letter}"]`).click()))""",
        {number: answer_to(number) for number in numbers},
    )


def kept_by(attempt: Attempt) -> dict[int, str]:
    return {r.number: "".join(r.answer) for r in Response.objects.filter(attempt=attempt) if r.answer}


def all_saved(page: Page, attempt: Attempt) -> None:
    """Nothing waits, and the moment shown is the one at which the server took the last answer."""
    expect(page.locator(".exam-grid .exam-unsent")).to_have_count(0, timeout=15_000)
    expect(page.locator("[data-saved]")).to_have_text(SAVED)
    last = Response.objects.filter(attempt=attempt).aggregate(at=Max("received_at"))["at"]
    expect(page.locator("[data-saved]")).to_have_text(f"已保存 {timezone.localtime(last):%H:%M:%S}")


def counts_down_by_the_server(page: Page, attempt: Attempt) -> None:
    hours, minutes, seconds = map(int, page.locator("[data-clock]").inner_text().split(":"))
    shown = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    assert abs(attempt.deadline_at - clock.now() - shown) < dt.timedelta(seconds=15)  # the phone is 37 minutes ahead


def test_an_official_paper_survives_the_cut_network_and_the_killed_browser(device: Phone, desktop: Page, live_server: Any) -> None:
    world = worlds.make_division_tree()
    user = worlds.make_user()
    person = worlds.make_person(world.county, user=user)
    paper = make.paper(world.county, singles=60, multiples=20)

    # from the learner's page to the first question
    page = device.begin()
    sign_in(page, user.username)
    expect(page.get_by_role("heading", name="今天要做的")).to_be_visible()
    page.get_by_role("link", name="练习", exact=True).first.tap()
    page.get_by_role("link", name="模拟卷").first.tap()
    page.get_by_role("link", name=paper.title).first.tap()
    expect(page.locator(".exam-facts")).to_contain_text("80")
    page.get_by_role("button", name="开始作答").tap()
    page.wait_for_url(re.compile("/exams/attempts/"))
    address = page.url.split("#")[0]
    attempt = Attempt.objects.get(paper=paper)
    counts_down_by_the_server(page, attempt)

    # by taps and by keys: a letter or a digit chooses, arrows move, f flags
    expect(page.locator("#exam")).to_have_class(re.compile("exam-on"))
    for number in range(1, 6):
        tap(page, number, answer_to(number))
        on_to_next(page, number)
    for number in range(6, 13):
        letter = answer_to(number)
        page.keyboard.press(letter.lower() if number % 2 else str("ABCD".index(letter) + 1))
        if number == 9:
            page.keyboard.press("f")
        page.keyboard.press("ArrowRight")
        expect(page.locator(f"#q{number + 1}")).to_be_visible()
    page.locator("#q13 .exam-flag").tap()
    in_bulk(page, range(14, 31))
    all_saved(page, attempt)
    online = {number: answer_to(number) for number in range(1, 31) if number != 13}
    assert kept_by(attempt) == online
    assert set(attempt.responses.filter(is_flagged=True).values_list("number", flat=True)) == {9, 13}

    # the network is cut; the work goes on, one answer is thought over, and the last one is given just before the end
    page.context.set_offline(True)
    go_to(page, 31)
    for number in range(31, 36):
        tap(page, number, answer_to(number))
        on_to_next(page, number)
    go_to(page, 30)
    tap(page, 30, "A")
    in_bulk(page, range(36, 61))
    for number in (61, 63):
        go_to(page, number)
        tap(page, number, answer_to(number))
    expect(page.get_by_text("网络断开")).to_be_visible()
    expect(page.locator("[data-saved]")).to_have_text("已存在本机，等待联网")
    expect(page.locator("[data-say]")).to_have_text("已存在本机，等待联网")  # and aloud
    counts_down_by_the_server(page, attempt)
    device.kill()
    assert kept_by(attempt) == online

    # the same profile, another process: who is asked again for the password comes back to the paper, and the rest is sent
    page = device.begin()
    page.goto(address)
    if "/login/" in page.url:
        sign_in(page, user.username, page.url)
    expect(page).to_have_url(re.compile(re.escape(address)))
    all_saved(page, attempt)
    offline = {n: answer_to(n) for n in (*range(31, 61), 61, 63) if n not in BLANK}
    assert kept_by(attempt) == {**online, **offline, 30: "A"}
    counts_down_by_the_server(page, attempt)
    assert page.locator("#q63 input:checked").count() == 2

    # a second device is asked, takes over, and is asked back
    client = worlds.make_client(user)
    desktop.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    desktop.goto(address)
    desktop.get_by_text("正在另一窗口或设备进行").wait_for()
    expect(desktop.get_by_role("link", name="不在这里作答")).to_be_visible()
    desktop.get_by_role("button", name="在这里继续").click()
    desktop.locator("[data-map-open]").click()
    desktop.locator(".exam-grid button").nth(29).click()
    desktop.keyboard.press("b")
    all_saved(desktop, attempt)
    go_to(page, 62)
    tap(page, 62, "B")
    page.get_by_text("正在另一窗口或设备进行").wait_for()
    assert kept_by(attempt)[30] == "B" and 62 not in kept_by(attempt)
    page.get_by_role("button", name="在这里继续").tap()
    expect(page.locator("#q30 input:checked")).to_have_value("B")
    all_saved(page, attempt)
    kinds = list(AttemptTrace.objects.filter(attempt=attempt).order_by("pk").values_list("kind", flat=True))
    assert kinds.count("taken_over") == 3  # the new process, the desktop, the phone again

    # the rest, then handed in with two clicks and once more from the desktop
    go_to(page, 62)
    page.locator("#q62 [data-clear]").tap()
    tap(page, 62, answer_to(62))
    in_bulk(page, range(64, 81))
    all_saved(page, attempt)
    everything = {n: answer_to(n) for n in range(1, 81) if n not in BLANK}
    assert kept_by(attempt) == everything
    desktop.goto(address + "submit/")
    go_to(page, 79)
    on_to_next(page, 79)
    page.locator("button[data-next]").tap()
    page.get_by_text("还有 3 题没有作答").wait_for()
    page.get_by_role("button", name="确认交卷").dblclick()
    page.wait_for_url(re.compile("/result/"))
    desktop.get_by_role("button", name="确认交卷").click()
    desktop.wait_for_url(re.compile("/result/"))

    attempt.refresh_from_db()
    assert (attempt.state, attempt.points, attempt.full_points) == ("marked", SHOULD_BE, 10_000)
    assert Line.objects.filter(kind="scored", occasion=paper.uuid).count() == 1
    for shown in (page, desktop):
        expect(shown.locator(".exam-points")).to_have_text("80")
        expect(shown.locator("#q61")).to_contain_text("部分得分 · 1 / 2")
        expect(shown.locator("#q62")).to_contain_text("部分得分 · 0.5 / 2")
        expect(shown.locator("#q63")).to_contain_text("答错 · 0 / 2")
        expect(shown.locator("#q80")).to_contain_text("未作答 · 0 / 2")

    # afterwards: when each answer was received, and nothing of the attempt is left on the phone
    page.get_by_role("link", name="看每题答案何时收到").tap()
    page.wait_for_url(re.compile("/receipts/"))
    rows = page.locator(".exam-times tbody tr").evaluate_all(
        "rows => rows.map(r => [r.cells[0], r.cells[2]].map(c => c.textContent))"
    )
    received = {r.number: r.received_at for r in Response.objects.filter(attempt=attempt)}
    assert dict(rows) == {str(n): f"{timezone.localtime(at):%H:%M:%S}" if at else "—" for n, at in received.items()}
    assert page.get_by_text("按时收到").count() == 77
    page.go_back()
    page.wait_for_url(re.compile("/result/"))
    left = page.evaluate(
        """async () => [
             Object.keys(localStorage).filter(key => key.startsWith("exam:")),
             Object.keys(await keptOnDisk("exam", "attempts").all())]"""
    )
    assert left == [[], []]
    assert attempt.person_id == person.pk and device.faults == []
