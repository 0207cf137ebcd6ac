"""The editors' admin in a real browser: it calls no other host, breaks on no policy, and finds two characters."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from lms.accounts.roles import Role
from tests.factories import world as worlds
from tests.factories.cms import make_news, make_news_index

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_the_admin_calls_no_other_host(desktop, live_server):
    world = worlds.make_division_tree()
    client = worlds.make_client(worlds.make_user(Role.EDITOR, world.province))
    desktop.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    asked: list[str] = []
    faults: list[str] = []
    desktop.on("request", lambda request: asked.append(request.url))
    desktop.on("pageerror", lambda error: faults.append(str(error)))
    desktop.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    make_news("督导工作的一天")
    index = make_news_index()
    for address in (
        reverse("wagtailadmin_home"),
        reverse("wagtailadmin_explore", args=[index.pk]),
        reverse("wagtailadmin_pages:add", args=["cms", "newspage", index.pk]),
        reverse("wagtailimages:index"),
        reverse("wagtaildocs:index"),
        reverse("wagtailadmin_account"),
    ):
        desktop.goto(address)
        expect(desktop.locator("main h1, main h2").first).to_be_attached()
    desktop.goto(reverse("wagtailadmin_pages:search") + "?q=督导")
    expect(desktop.get_by_text("督导工作的一天").first).to_be_visible()
    assert [url for url in asked if not url.startswith((live_server.url, "data:", "blob:"))] == []
    assert len(asked) > 20 and faults == []
