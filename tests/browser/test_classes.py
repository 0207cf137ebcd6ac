"""Two phones race for the last seat; a sign-in typed without network is sent later; a signed sheet is entered by keyboard."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses import rules, services
from courses.models import Attendance, SignUp
from lms.core import clock
from tests.factories import courses as make
from tests.factories import world as worlds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def cookie(user, live_server):
    client = worlds.make_client(user)
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}


def test_two_phones_race_for_the_last_seat(browser, live_server):
    world = worlds.make_division_tree()
    found = make.make_open_class(world.county, capacity=1)
    pages = []
    for _ in range(2):
        person, _actor = make.make_learner(world.township)
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": 390, "height": 844}, locale="zh-CN", is_mobile=True
        )
        context.add_cookies([cookie(person.user, live_server)])
        page = context.new_page()
        page.goto(f"/learn/classes/open/{found.uuid}/")
        expect(page.get_by_role("button", name="报名", exact=True)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        pages.append(page)
    for page in pages:  # both buttons are pressed before either page waits for its answer
        page.evaluate("setTimeout(() => document.querySelector('main form.form button').click(), 50)")
    for page in pages:
        expect(page.locator("main .tag").first).to_have_text(re.compile("在班|候补"))
    assert sorted(page.locator("main .tag").first.inner_text() for page in pages) == sorted(["候补", "在班"])
    assert sorted(SignUp.objects.values_list("state", flat=True)) == ["accepted", "waiting"]
    for page in pages:
        page.context.close()


def _session_now(world):
    """A half-day around this moment, whatever the hour: it began within its day."""
    now = timezone.localtime(clock.now())
    start = max(now - dt.timedelta(minutes=10), now.replace(hour=0, minute=0, second=0, microsecond=0))
    end = min(start + dt.timedelta(hours=3), now.replace(hour=23, minute=59, second=0, microsecond=0))
    training_class = make.make_class(world.county, starts_on=now.date(), ends_on=now.date())
    session = services.plan_session(
        training_class=training_class,
        title="个案工作",
        starts_at=start,
        ends_at=max(end, start + dt.timedelta(minutes=1)),
        by=make.SYSTEM,
    )
    return training_class, session


def test_a_sign_in_without_network_is_kept_and_sent_later(phone, live_server):
    world = worlds.make_division_tree()
    training_class, session = _session_now(world)
    person, _actor = make.make_learner(world.township)
    make.make_enrolment(training_class, person)
    phone.context.add_cookies([cookie(person.user, live_server)])
    phone.goto(f"/learn/sign-in/{session.uuid}/")
    code = rules.sign_in_code(session.sign_in_secret, rules.sign_in_step(clock.now()))
    phone.context.set_offline(True)
    phone.get_by_label("现场屏幕上的四位数字").fill(code)
    phone.get_by_role("button", name="签到", exact=True).click()
    expect(phone.locator("[data-sign-in-said]")).to_contain_text("已存在本机")
    assert not Attendance.objects.exists()
    phone.evaluate("""async () => {
      const disk = keptOnDisk("sign-in", "entries"), [[name, entry]] = Object.entries(await disk.all());
      entry.at -= 25000;
      await disk.put(name, entry);
    }""")
    context = phone.context
    phone.close()  # the phone goes into the pocket; in the evening the first page is opened
    context.set_offline(False)
    phone = context.new_page()
    phone.goto("/learn/")
    expect(phone.locator("[data-sign-in-flush]")).to_contain_text("已补送")
    mark = Attendance.objects.get()
    assert mark.late_sent
    assert mark.minutes == session.minutes
    assert phone.evaluate("keptOnDisk('sign-in', 'entries').all()") == {}


def test_a_signed_sheet_is_entered_by_keyboard(desktop, live_server):
    world = worlds.make_division_tree()
    training_class = make.make_class(world.county)
    enrolments = [make.make_enrolment(training_class, worlds.make_person(world.township, name=f"学员{n}")) for n in range(6)]
    session = make.make_session(training_class)
    sheet = services.print_sheet(session=session, by=make.SYSTEM)
    desktop.context.add_cookies([cookie(worlds.make_user("class_manager", world.county), live_server)])
    desktop.goto(f"/learn/office/sessions/{session.uuid}/sheet/")
    for number in (1, 2, 3, 5):
        desktop.keyboard.type(f"{number}{rules.row_check(sheet.code, number)}".lower())
        desktop.keyboard.press("Enter")
    desktop.keyboard.type(rules.row_code(sheet.code, 6))  # as a scanner types it
    desktop.keyboard.press("Enter")
    expect(desktop.locator("[data-sheet-count]")).to_have_text("5")
    desktop.keyboard.press("Control+z")
    expect(desktop.locator("[data-sheet-count]")).to_have_text("4")
    desktop.keyboard.type("99Z")
    desktop.keyboard.press("Enter")
    expect(desktop.locator("[data-sheet-said]")).to_contain_text("不对")
    marked = Attendance.objects.filter(minutes__gt=0, method="sheet").order_by("enrolment_id")
    assert list(marked.values_list("enrolment_id", flat=True)) == [enrolments[n - 1].pk for n in (1, 2, 3, 5)]
