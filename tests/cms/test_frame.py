"""The frame of every page: what it offers, what it costs, and what it says when something went wrong."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse


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
