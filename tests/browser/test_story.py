"""The story that must run: roster → lessons → half-day → mock paper → supervision → certificate → figures.

One journey through the web in a real Chromium: the manager and the province at 1280 px, the cadre and the supervisor at 390 px.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from certificates import services as certificates
from certificates.models import Certificate
from courses import services as courses
from courses.demo_content import demo_courses
from exams import services as exams
from exams.models import Attempt, PaperItem, Response
from exams.services.content import demo_content
from lms.accounts.models import User
from lms.accounts.roles import Role
from lms.core import clock
from lms.core.actor import Actor
from lms.demo.names import invent
from lms.ledger.models import Line
from lms.people.models import Person
from lms.places import services as places
from lms.programmes import services as programmes
from lms.supervision import services as supervision
from tests.factories import world as worlds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]

BY = Actor.system("tests")
NEW_PASSWORD = "龙头山上的新锁-88"
PERIOD = ("2000-01-01", "2099-12-31")


def answer_of(command: str, *args: str) -> Any:
    out = io.StringIO()
    call_command(command, *args, stdout=out)
    return json.loads(out.getvalue())


def figure(what: str, division: str = "530000") -> dict[str, Any]:
    return answer_of("figure", "--what", what, "--division", division, "--from", PERIOD[0], "--to", PERIOD[1], "--json")


@pytest.fixture
def stage(settings: Any, tmp_path: Path) -> Any:
    """A county with its offices, a class of one half-day yesterday, a course of two lessons, a paper of the official structure."""
    import random

    world = worlds.make_division_tree()
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    manager = worlds.make_user(Role.CLASS_MANAGER, world.county)
    supervisor_user = worlds.make_user(Role.SUPERVISOR, world.county)
    province = worlds.make_user(Role.REGIONAL_ADMIN, world.province)
    supervisor = worlds.make_person(world.county, name="段玥", user=supervisor_user)
    with clock.at(timezone.now() - dt.timedelta(days=20)):
        centre = places.create_organisation(name="云南省社会工作培训中心", kind="university", division=world.province, by=BY)
        certificates.open_issuer(organisation=centre, code="530001", by=BY)
        programme = programmes.create_programme(
            code="STORY",
            name="乡镇干部能力提升",
            kind="training",
            division=world.county,
            organiser=centre,
            starts_on=yesterday,
            by=BY,
        )
        category = programmes.create_category(division=world.county, code="story", name="乡镇分管负责同志", by=BY)
        cultivation = programmes.create_programme(
            code="CULT", name="本土人才培养", kind="cultivation", division=world.county, starts_on=yesterday, by=BY
        )
        held = courses.create_class(
            code="STORY-1",
            title="乡镇干部能力提升班",
            division=world.county,
            programme=programme,
            organiser=centre,
            starts_on=yesterday,
            ends_on=yesterday,
            category=category,
            state="open",
            by=BY,
        )
        session = courses.plan_session(
            training_class=held,
            title="社会救助政策要点",
            starts_at=worlds_time(yesterday, 9),
            ends_at=worlds_time(yesterday, 12),
            place="县民政局三楼",
            by=BY,
        )
        exams.load_syllabus(by=BY)
        exams.load_standards(by=BY)
        paper = next(iter(exams.load_bank(next(c for c in demo_content() if c.get("papers")), by=BY).papers))
        content = dict(demo_courses()[0])
        content["modules"] = [{**content["modules"][1], "lessons": content["modules"][1]["lessons"][:2]}]
        course = courses.publish_course(content=content, by=BY)
    return type("Stage", (), {**locals(), "rng": random.Random(5)})


def worlds_time(day: dt.date, hour: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


def roster(stage: Any) -> bytes:
    """Three good rows and three bad ones: a wrong check digit, a number that Excel destroyed, a row twice."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["序号", "姓名", "性别", "身份证号", "县(市、区)", "乡镇(街道)", "职务/职称"])
    good = [invent(stage.rng, n) for n in (11, 12, 13)]
    names = ("和志㼆", "李桂英", "赵文华")
    for number, (name, who) in enumerate(zip(names, good, strict=True), start=1):
        sex = "男" if who.sex == "1" else "女"
        sheet.append([number, name, sex, who.document, "鲁甸县", "龙头山镇", "民政干部"])
    wrong = good[0].document[:-1] + ("0" if good[0].document[-1] != "0" else "1")
    sheet.append([4, "错一位", "男", wrong, "鲁甸县", "龙头山镇", "民政干部"])
    sheet.append([5, "坏号码", "女", 4.4e17, "鲁甸县", "龙头山镇", "民政干部"])
    sheet.append([6, names[1], "女", good[1].document, "鲁甸县", "龙头山镇", "民政干部"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sign_in(page: Page, username: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()


def import_roster(page: Page, stage: Any, tmp_path: Path) -> tuple[str, str]:
    """The manager's part; returns the sign-in of 和志㼆 from the list of first passwords."""
    page.goto(f"/learn/office/classes/{stage.held.uuid}/roster/")
    page.locator("input[type=file]").set_input_files(
        {"name": "名册.xlsx", "mimeType": "application/octet-stream", "buffer": roster(stage)}
    )
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_label("D 列“身份证号”当作")).to_have_value("document")  # every column was recognised
    page.get_by_role("button", name="确认并逐行核对").click()
    expect(page.get_by_role("button", name="确认导入 3 人")).to_be_visible(timeout=20_000)
    table = page.locator("table.data")
    expect(table.locator("tr", has_text="错一位")).to_contain_text("身份证号")
    expect(table.locator("tr", has_text="坏号码")).to_contain_text("文本")
    assert Person.objects.filter(name="和志㼆").count() == 0, "nothing changes before the manager confirms"
    page.get_by_role("button", name="确认导入 3 人").click()
    expect(page.get_by_text("导入完成")).to_be_visible(timeout=20_000)
    with page.expect_download() as download:
        page.get_by_text("初始密码单").first.click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    for row in book.active.iter_rows(values_only=True):
        if row and any("和志㼆" in str(cell) for cell in row):
            cells = [str(cell) for cell in row if cell is not None]
            user = User.objects.get(person__name="和志㼆")
            at = cells.index(user.username)
            return user.username, cells[at + 1]
    raise AssertionError("the list of first passwords does not name the new learner")


def change_given_password(page: Page, username: str, given: str) -> None:
    sign_in(page, username, given)
    expect(page).to_have_url(re.compile("password"))
    page.locator("input[name=oldpassword]").fill(given)
    page.locator("input[name=password1]").fill(NEW_PASSWORD)
    page.locator("input[name=password2]").fill(NEW_PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    answer_consents(page)


def study(page: Page, stage: Any) -> None:
    page.goto(f"/learn/courses/{stage.course.uuid}/")
    page.get_by_role("button", name=re.compile("开始学习|继续|加入")).first.click()
    page.wait_for_load_state()
    for content in stage.content["modules"][0]["lessons"]:
        page.goto(f"/learn/courses/{stage.course.uuid}/")
        page.get_by_role("link", name=re.compile(re.escape(content["title"]))).first.click()
        expect(page.locator("h1")).to_have_text(content["title"])
        for check in content["checks"]:
            block = page.locator("form", has_text=check["question"])
            for text, right, _feedback in check["options"]:
                if right:
                    block.get_by_text(text, exact=True).click()
            block.locator("button[type=submit]").click()
            page.wait_for_load_state()
        page.get_by_role("button", name="我已学完本课").click()
        expect(page.get_by_text(re.compile("本课已学完|已学完本课程")).first).to_be_visible()
    expect(page.get_by_text("恭喜，您已学完本课程")).to_be_visible()


def attend(page: Page, stage: Any) -> None:
    page.goto(f"/learn/office/sessions/{stage.session.uuid}/attendance/")
    page.get_by_role("button", name="全员到课").click()
    expect(page.get_by_text("已到 3 人")).to_be_visible()
    page.get_by_role("button", name="结束课次").click()
    page.wait_for_load_state()
    page.goto(f"/learn/office/classes/{stage.held.uuid}/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="结班").first.click()
    page.wait_for_load_state()
    stage.held.refresh_from_db()
    assert stage.held.state == "held"


def sit(page: Page, stage: Any) -> Attempt:
    """Answer, lose the network, go on, hand in: one multiple answer partly right (0.5 each), one with a wrong option (nothing)."""
    items = {row.number: row for row in PaperItem.objects.filter(paper=stage.paper).select_related("item_version")}
    multiple = [n for n, row in sorted(items.items()) if row.item_version.kind == "multiple"]
    page.goto(f"/exams/papers/{stage.paper.uuid}/")
    page.get_by_role("button", name="开始作答").click()
    page.wait_for_url(re.compile("/exams/attempts/"))
    attempt = Attempt.objects.get(paper=stage.paper)

    def pick(number: int, letters: str) -> None:
        page.get_by_role("button", name="题号").click()
        page.locator(f".exam-grid button >> text='{number}'").first.click()
        for letter in letters:
            page.locator(f"#q{number} .opt", has=page.locator(f"input[value={letter}]")).click()

    pick(1, "".join(items[1].item_version.keys))
    expect(page.locator("[data-saved]")).to_have_text(re.compile(r"已保存 \d\d:\d\d:\d\d"), timeout=15_000)
    page.context.set_offline(True)
    keys = sorted(items[multiple[0]].item_version.keys)
    pick(multiple[0], "".join(keys[:2]) if len(keys) > 2 else keys[0])
    wrong = next(x for x in "ABCDE" if x not in items[multiple[1]].item_version.keys)
    pick(multiple[1], sorted(items[multiple[1]].item_version.keys)[0] + wrong)
    page.get_by_text("网络断开").wait_for()
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator(".exam-grid .exam-unsent")).to_have_count(0, timeout=30_000)
    page.get_by_role("button", name="题号").click()
    page.locator("[data-hand-in]").click()
    page.get_by_role("button", name=re.compile("交卷")).last.click()
    page.wait_for_url(re.compile("/result/"))
    attempt.refresh_from_db()
    assert attempt.state == "marked"
    stored = {r.number: r.answer for r in Response.objects.filter(attempt=attempt)}
    partly = len(stored[multiple[0]])
    expect(page.locator("main")).to_contain_text("少选")
    expect(page.locator("main")).to_contain_text("解析")
    stage.expected = Decimal(1) + Decimal("0.5") * partly
    expect(page.locator("main")).to_contain_text(re.compile(rf"\b{stage.expected.normalize()}\b"))
    return attempt


def choose(page: Page, name: str, value: str) -> None:
    options = page.locator(f"select[name={name}]")
    if options.count():
        options.select_option(value)
    else:
        page.locator(f"input[name={name}][value={value}]").check()


def supervise(supervisor: Page, supervisee: Page, stage: Any, person: Person) -> None:
    """A group session written on the phone, signed, and confirmed by the supervisee."""
    today = timezone.localdate()
    second = Person.objects.get(name="李桂英")
    joined = supervision.start_cultivation_many(
        people=[person, second], programme=stage.cultivation, category=None, started_on=today - dt.timedelta(days=1), by=BY
    )
    begun = today - dt.timedelta(days=1)
    agreements = [supervision.open_agreement(participation=j, supervisor=stage.supervisor, starts_on=begun, by=BY) for j in joined]
    sign_in(supervisor, stage.supervisor_user.username, worlds.PASSWORD)
    answer_consents(supervisor)
    supervisor.goto("/supervision/mine/new/")
    supervisor.locator("[name=held_on]").fill((today - dt.timedelta(days=1)).isoformat())
    supervisor.locator("[name=starts]").fill("14:00")
    supervisor.locator("[name=ends]").fill("16:00")
    choose(supervisor, "mode", "face_to_face")
    choose(supervisor, "form", "group")
    supervisor.locator("[name=functions][value=educational]").check()
    supervisor.locator("[name=topic]").fill("预估记录怎样写得有据可依")
    supervisor.locator("[name=discussion]").fill("逐份对照事实与判断。")
    for agreement in agreements:
        choose(supervisor, f"seat_{agreement.pk}", "here")
    supervisor.locator("main form button[type=submit], main form button:not([type])").last.click()
    supervisor.wait_for_url(re.compile("/supervision/mine/[0-9a-f-]{36}/$"))
    supervisor.get_by_role("button", name="签字", exact=True).click()
    supervisor.wait_for_load_state()
    supervisee.goto("/supervision/confirm/")
    supervisee.get_by_text("预估记录怎样写得有据可依").first.click()
    supervisee.locator("[name=reflection]").fill("学会把事实和判断分开写。")
    supervisee.get_by_role("button", name="内容属实，确认").click()
    supervisee.wait_for_load_state()
    assert Line.objects.filter(kind="supervised", person=person, minutes=120).count() == 1


def certify(manager: Page, learner: Page, stranger: Page, stage: Any, tmp_path: Path) -> None:
    """The certificate as a PDF; a stranger opens what its QR says."""
    manager.goto(f"/learn/office/classes/{stage.held.uuid}/certificates/")
    manager.get_by_role("button", name=re.compile("发放证书 3 份")).click()
    manager.wait_for_load_state()
    assert Certificate.objects.filter(occasion=stage.held.uuid).count() == 3
    learner.goto("/certificates/mine/")
    learner.locator("a.card-link").first.click()
    with learner.expect_download() as download:
        learner.get_by_text("下载 PDF 证书").click()
    pdf = Path(download.value.path()).read_bytes()
    assert pdf.startswith(b"%PDF")
    address = qr_of(pdf, tmp_path)
    stranger.goto(re.sub(r"^https?://[^/]+", "", address))
    expect(stranger.locator("main")).to_contain_text("有效")
    assert "和志㼆" not in stranger.content(), "the public page masks the name"


def qr_of(pdf: bytes, tmp_path: Path) -> str:
    """What a phone reads off the printed page."""
    import zxingcpp
    from PIL import Image

    (tmp_path / "c.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "200", "-png", "c.pdf", "c"], cwd=tmp_path, check=True)
    found = zxingcpp.read_barcodes(Image.open(next(tmp_path.glob("c*.png"))))
    assert found, "no QR can be read on the certificate"
    return str(found[0].text)


def answer_consents(page: Page) -> None:
    if "consent" not in page.url:
        return
    for choice in page.get_by_label("同意", exact=True).all():
        choice.check()
    page.locator("main form button").last.click()
    page.wait_for_load_state()


def funnel_count(funnel: dict[str, Any], number: int) -> int:
    """Persons who reached a stage, as the pipeline command says."""
    return next(row["ever"] for row in funnel["stages"] if row["stage"] == number)


def test_the_whole_story(stage, phone, desktop, browser, live_server, tmp_path):
    sign_in(desktop, stage.manager.username, worlds.PASSWORD)
    username, given = import_roster(desktop, stage, tmp_path)
    person = Person.objects.get(name="和志㼆")
    before = {what: figure(what)["value"] for what in ("persons_trained", "person_times:face_to_face", "person_times:online")}
    assert before == {"persons_trained": 0, "person_times:face_to_face": 0, "person_times:online": 0}

    change_given_password(phone, username, given)
    study(phone, stage)
    after_online = {what: figure(what)["value"] for what in before}
    assert after_online == {"persons_trained": 1, "person_times:face_to_face": 0, "person_times:online": 1}

    attend(desktop, stage)
    sit(phone, stage)
    with_supervisor = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844}, locale="zh-CN")
    supervise(with_supervisor.new_page(), phone, stage, person)
    outside = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844}, locale="zh-CN")
    certify(desktop, phone, outside.new_page(), stage, tmp_path)

    # the class of three adds two persons and three person-times: who studied online as well is one person, not two
    after = {what: figure(what) for what in before}
    assert {what: f["value"] for what, f in after.items()} == {
        "persons_trained": 3,
        "person_times:face_to_face": 3,
        "person_times:online": 1,
    }
    assert len(after["person_times:face_to_face"]["lines"]) >= 3

    office = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900}, locale="zh-CN").new_page()
    sign_in(office, stage.province.username, worlds.PASSWORD)
    answer_consents(office)
    office.goto("/reports/figures/53/")
    cards = office.locator(".figs .fig")
    expect(cards.nth(0).locator("b")).to_have_text("4")
    expect(cards.nth(1).locator("b")).to_have_text("3")
    cards.nth(0).click()
    expect(office.locator("table.data tbody tr")).to_have_count(4)

    funnel = answer_of("pipeline", "--division", "530621", "--on", timezone.localdate().isoformat(), "--format", "json")
    assert funnel_count(funnel, 2) == 3
