"""The journey of a month: county hands in, prefecture returns once, a leader signs by phone, province locks, the script verifies.

In a real Chromium, offices at 1280 px and the leader at 390 px; then the stand-alone script, and one byte changed in the export.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import uuid
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lms.accounts.roles import Role
from tests.factories import ledger as book
from tests.factories import world as worlds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]

PERIOD = 202203


def sign_in(page: Page, user: Any) -> None:
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(user.username)
    page.locator("input[name=password]").fill(worlds.PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()


def press(page: Page, code: str, name: str) -> None:
    page.goto(f"/reports/approval/{code}/{PERIOD}/")
    page.get_by_role("button", name=name).click()
    page.wait_for_load_state()


def no_sideways(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_month_from_the_county_to_the_lock(desktop: Page, phone: Page, tmp_path: Any) -> None:
    world = worlds.make_division_tree()
    half_day = book.scheduled(uuid.uuid4(), dt.date(2022, 3, 10), world.county)
    for _ in range(6):
        book.attended(worlds.make_person(world.county), half_day)
    manager = worlds.make_user(Role.CLASS_MANAGER, world.county)
    city, checker = worlds.make_user(Role.REGIONAL_ADMIN, world.prefecture), worlds.make_user(Role.REVIEWER, world.prefecture)
    province, head = worlds.make_user(Role.REGIONAL_ADMIN, world.province), worlds.make_user(Role.REVIEWER, world.province)
    page = desktop
    page.on("dialog", lambda dialog: dialog.accept())

    sign_in(page, manager)
    press(page, "530621", "报送本月数据")
    expect(page.locator(".report-tags")).to_contain_text("已报送，待审核")

    sign_in(page, checker)
    page.goto(f"/reports/approval/530621/{PERIOD}/")
    page.get_by_text("退回", exact=True).click()
    page.locator("#f-reason").fill("请核对签到表")
    page.get_by_role("button", name="退回重报").click()
    expect(page.locator(".report-tags")).to_contain_text("已退回")

    sign_in(page, manager)
    press(page, "530621", "报送本月数据")
    expect(page.locator(".timeline")).to_contain_text("请核对签到表")

    sign_in(page, checker)
    page.goto(f"/reports/approval/530621/{PERIOD}/")
    page.get_by_text("请没有账号的领导签字").click()
    page.locator("#f-name").fill("段志强")
    page.locator("#f-title").fill("副局长")
    page.get_by_role("button", name="生成签字链接").click()
    address = page.locator("code.break").first.inner_text()
    phone.goto(address)
    expect(phone.locator("body")).to_contain_text("鲁甸县")
    no_sideways(phone)
    phone.get_by_label("我已审阅以上数据").check()
    phone.get_by_role("button", name="签字同意").click()
    expect(phone.locator("h1")).to_contain_text("已签字")
    assert phone.goto(address).status == 404  # type: ignore[union-attr]

    sign_in(page, city)
    press(page, "5306", "为无记录的下级代报零报告")
    sign_in(page, checker)
    press(page, "5306", "审核全部零报告")
    sign_in(page, city)
    press(page, "5306", "报送本月数据")
    sign_in(page, province)
    press(page, "53", "为无记录的下级代报零报告")
    sign_in(page, head)
    press(page, "53", "审核全部零报告")
    press(page, "5306", "审核通过")
    sign_in(page, province)
    press(page, "53", "报送本月数据")
    sign_in(page, head)
    press(page, "53", "锁定全省本月数据")
    expect(page.locator(".report-tags")).to_contain_text("已锁定")
    expect(page.locator(".seal-qr svg")).to_be_visible()

    root = page.locator("dd code.break").first.inner_text()
    with page.expect_download() as found:
        page.get_by_text("台账（CSV）").click()
    export = tmp_path / "export.csv"
    found.value.save_as(export)
    with page.expect_download() as found:
        page.get_by_role("link", name="核对程序").click()
    script = tmp_path / "verify_export.py"
    found.value.save_as(script)

    def verified() -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-I", str(script), str(export), root], capture_output=True, text=True, check=False)

    done = verified()
    assert done.returncode == 0, done.stdout
    content = bytearray(export.read_bytes())
    spot = content.index(b",180,") + 1
    content[spot : spot + 1] = b"2"
    export.write_bytes(content)
    done = verified()
    assert done.returncode == 1 and "第 3 行" in done.stdout
