"""The frame of every page: what it offers, what it costs, and what it says when something went wrong."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from cms.navigation import Navigation
from lms.core.actor import Actor
from tests.factories.world import make_user

CSS = Path(__file__).resolve().parent.parent.parent / "cms" / "static" / "cms" / "css"


@pytest.mark.django_db
def test_missing_page_is_designed(client, settings):
    answer = client.get("/没有/")
    assert answer.status_code == 404
    assert "没有找到这个页面" in answer.content.decode()
    assert '<html lang="zh-Hans"' in answer.content.decode()


@pytest.mark.django_db
def test_frame_costs_no_query_for_a_stranger(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get(reverse("cms:offline")).status_code == 200


@pytest.mark.django_db
def test_large_type_stays_on_the_device(client):
    answer = client.post(reverse("cms:large_type"), {"on": "1", "next": "/offline/"})
    assert answer.status_code == 302 and answer["Location"] == "/offline/"
    assert "large-type" in client.get(reverse("cms:offline")).content.decode()
    client.post(reverse("cms:large_type"), {"on": "0", "next": "//elsewhere.example/"})
    assert 'class="large-type' not in client.get(reverse("cms:offline")).content.decode()


@pytest.mark.django_db
def test_large_type_refuses_a_foreign_address(client):
    answer = client.post(reverse("cms:large_type"), {"on": "1", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


@pytest.mark.django_db
def test_language_is_chosen_by_the_reader(client):
    client.post(reverse("set_language"), {"language": "en", "next": "/offline/"})
    assert '<html lang="en"' in client.get(reverse("cms:offline")).content.decode()


@pytest.mark.django_db
def test_an_expired_form_says_so():
    answer = Client(enforce_csrf_checks=True).post(reverse("cms:large_type"), {"on": "1"})
    assert answer.status_code == 403
    assert "页面打开太久" in answer.content.decode()


def test_server_error_page_needs_neither_request_nor_database():
    assert "系统出了问题" in render_to_string("500.html")


@pytest.mark.django_db
def test_office_frame_renders_for_a_role(client_as, world):
    from lms.accounts.selectors import actor_for

    client = client_as("class_manager", world.county)
    request = RequestFactory().get("/")
    from django.contrib.auth import get_user_model

    request.user = get_user_model().objects.get(pk=client.session["_auth_user_id"])
    request.actor = actor_for(request.user)
    page = render_to_string("cms/office.html", request=request)
    assert "鲁甸县 · 班主任（经办人）" in page


def test_style_sheet_keeps_to_the_floor_of_browsers():
    """Chromium 86: none of what came later, no letter-spacing, no other host; the colours of text reach 4.5 : 1."""
    text = re.sub(r"/\*.*?\*/", "", (CSS / "site.css").read_text(), flags=re.S)
    later = (":is(", ":where(", ":has(", "@layer", "inset:", "aspect-ratio", "@container", "color-mix", "dvh", "letter-spacing: .")
    assert [word for word in later if word in text] == []
    assert not re.search(r"url\(\"?https?:", text) and "@import" not in text
    assert len(gzip.compress(text.encode(), 9)) < 12_000


def _light(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


PAIRS = [
    *[(ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("paper", "ground", "sunk")],
    *[(tone, f"{tone}-soft") for tone in ("accent", "good", "warn", "seal")],
    *[(tone, "paper") for tone in ("accent", "good", "warn", "seal")],
    ("accent-ink", "accent"),
]


@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_contrast(front, back):
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", (CSS / "site.css").read_text()))
    first, second = sorted((_light(tokens[front]), _light(tokens[back])), reverse=True)
    assert (first + 0.05) / (second + 0.05) >= 4.5


@pytest.mark.django_db
def test_entries_are_shown_to_those_who_may_go_there(client_as, world, rf):
    from lms.accounts.selectors import actor_for

    def places(role):
        request = rf.get("/gallery/")
        request.actor = actor_for(make_user(role, world.county) if role else make_user())
        return {place.url for part in Navigation(request).office for place in part.places}

    assert reverse("cms:gallery") in places("editor")
    assert reverse("wagtailadmin_home") in places("trainer")
    assert places(None) & {reverse("cms:gallery"), reverse("wagtailadmin_home")} == set()


@pytest.mark.django_db
def test_the_longest_address_is_the_current_place(rf):
    request = rf.get("/search/")
    request.actor = Actor.public()
    current = [place.url for place in Navigation(request).public if place.current]
    assert current == ["/search/"]
    assert Navigation(request).tabs == []


@pytest.mark.django_db
def test_a_learner_finds_what_is_theirs_and_the_bell_counts(world, settings):
    from tests.factories.notices import make_notice
    from tests.factories.people import learner
    from tests.factories.world import make_client

    client = make_client(learner(world.county).user)
    page = client.get(reverse("people:me")).content.decode()
    for route in ("courses:my_classes", "certificates:mine", "exams:attempt_list", "supervision:to_confirm", "careers:mine"):
        assert f'href="{reverse(route)}"' in page, route
        assert client.get(reverse(route)).status_code == 200
    assert 'class="bell-count num"></b>' in page
    for _each in range(3):
        make_notice(user=client.user)
    assert 'class="bell-count num">3</b>' in client.get(reverse("people:me")).content.decode()


@pytest.mark.django_db
def test_the_foot_leads_to_the_plain_pages_and_costs_nothing_the_second_time(client, settings, django_assert_num_queries):
    from cms.models import ContentPage
    from cms.selectors import foot_pages, forget_site_texts, site_texts
    from cms.services import build_site
    from tests.factories.people import SYSTEM

    settings.LMS_SITE_TEXTS_SECONDS = 60
    forget_site_texts()
    assert foot_pages() == ()
    build_site(by=SYSTEM)  # publishing forgets what was remembered
    addresses = dict(foot_pages())
    assert {"关于本系统", "使用帮助", "个人信息保护说明"} <= set(addresses)
    site_texts()
    with django_assert_num_queries(0):
        answer = client.get(reverse("cms:offline")).content.decode()
    assert all(f'href="{address}"' in answer for address in addresses.values())
    assert client.get(addresses["使用帮助"]).status_code == 200
    ContentPage.objects.get(slug="help").unpublish()
    assert "使用帮助" not in dict(foot_pages())
    forget_site_texts()
