"""The look in a real Chromium: accessible, light, without overflow, usable by keyboard and without script."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.browser.looking import overflow, serious, sign_in
from tests.factories.world import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def _demo_world(settings, world):
    settings.LMS_DEMO = True
    call_command("create_site", verbosity=0)


@pytest.mark.parametrize("large", [False, True], ids=["normal", "large-type"])
@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_gallery_is_accessible_in_both_frames(request, live_server, width, large):
    page = request.getfixturevalue(width)
    sign_in(page, live_server, make_user("editor"))
    if large:
        page.context.add_cookies([{"name": "large_type", "value": "1", "url": live_server.url}])
    for frame in ("site", "office"):
        page.goto(f"/gallery/?frame={frame}")
        assert serious(page) == []
        assert overflow(page) == 0


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_public_pages_are_accessible(request, width):
    page = request.getfixturevalue(width)
    problems = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    for address in ("/", "/policies/", "/policies/shehui-jiuzhu/", "/help/", "/search/?q=社会", "/offline/"):
        page.goto(address)
        assert serious(page) == [], address
        assert overflow(page) == 0, address
    assert problems == []


def test_keyboard_reaches_the_text_and_sees_where_it_is(desktop):
    desktop.goto("/")
    desktop.keyboard.press("Tab")
    assert desktop.evaluate("document.activeElement.className") == "skip"
    assert desktop.locator(".skip").bounding_box()["width"] > 20
    desktop.keyboard.press("Enter")
    assert desktop.evaluate("document.activeElement.id") == "main"
    desktop.goto("/")
    for _ in range(3):
        desktop.keyboard.press("Tab")
    style = desktop.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert style == "solid"


def test_office_menu_opens_without_script(browser, live_server):
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server, make_user("editor"))
    page.goto("/gallery/?frame=office")
    assert not page.locator("#office-nav").is_visible()
    page.click("text=菜单")
    assert page.locator("#office-nav").is_visible()
    page.click("text=收起")
    assert not page.locator("#office-nav").is_visible()
    context.close()


def test_large_type_and_language_work_without_script(browser, live_server):
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    page.goto("/policies/")
    before = page.locator("h1").bounding_box()["height"]
    page.click("text=大字版")
    assert page.url.endswith("/policies/")
    assert page.locator("h1").bounding_box()["height"] > before
    page.click("text=English")
    assert page.locator("html").get_attribute("lang") == "en"
    context.close()


def test_targets_are_large_enough(phone, live_server):
    sign_in(phone, live_server, make_user("editor"))
    phone.goto("/gallery/?frame=office")
    small = phone.evaluate(
        """Array.from(document.querySelectorAll('.btn, .tabs a, .opt, .pager a, .side a, .tabbar a, select, input[type=text]'))
        .filter(node => node.offsetParent && !node.closest('td') && node.getBoundingClientRect().height < 43.5)
        .map(node => node.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_first_view_is_light(browser, live_server):
    """Everything a first visit to the home page moves, uncompressed as the test server sends it, and the style sheet as served."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    sizes = {}
    page.on("response", lambda response: sizes.setdefault(response.url, len(response.body())))
    page.goto("/", wait_until="networkidle")
    assert len(sizes) <= 12
    assert sum(sizes.values()) <= 120_000
    assert all(url.startswith(live_server.url) for url in sizes)
    context.close()
    assert len(gzip.compress((ROOT / "cms/static/cms/css/site.css").read_bytes(), 9)) < 12_000
