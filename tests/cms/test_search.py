"""Chinese words are found on both databases, on the site and in the admin."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import Page, PageViewRestriction

from cms.han import cut_for_index, cut_for_query
from cms.models import Policy
from tests.factories.cms import make_content_page, make_policy

TITLE = "社会救助暂行办法：第五十五条怎么用到个案里"
SUMMARY = "督导带着站长读MZ/T 166-2021，一步一步做预估；网格员小张说“先问需要”。㼆𠮷"

# what people type, and whether the page above answers it
QUERIES = [
    ("社会", True),
    ("督导", True),
    ("救助", True),
    ("社会救助", True),
    ("社会救助暂行办法", True),
    ("第五十五条", True),
    ("个案", True),
    ("预估 站长", True),
    ("MZ/T 166", True),
    ("mz", True),
    ("站", True),
    ("𠮷", True),
    ("㼆", True),
    ("会社", False),
    ("低保", False),
    ("社会 低保", False),
    ('"', False),
    ('社会"救助', True),
    ("'; DROP--", False),
    ("%s 社会", False),
    ("（社会）", True),
    ("*", False),
]


@pytest.fixture
def written(db):
    return make_content_page(TITLE, slug="case", summary=SUMMARY)


@pytest.mark.parametrize(("query", "found"), QUERIES, ids=[query for query, _found in QUERIES])
def test_words_are_found(written, query, found):
    assert ([row.pk for row in Page.objects.search(query)] == [written.pk]) is found


def test_site_search_answers(written, client):
    answer = client.get(reverse("cms:search"), {"q": "督导"})
    assert TITLE in answer.content.decode()
    assert TITLE not in client.get(reverse("cms:search"), {"q": "低保"}).content.decode()
    assert client.get(reverse("cms:search"), {"q": '"督'}).status_code == 200


def test_site_search_hides_what_the_reader_may_not_open(written, client, client_as):
    PageViewRestriction.objects.create(page=written, restriction_type="login")
    assert TITLE not in client.get(reverse("cms:search"), {"q": "督导"}).content.decode()
    assert TITLE in client_as().get(reverse("cms:search"), {"q": "督导"}).content.decode()


def test_site_search_costs_the_same_for_many_results(client, django_assert_max_num_queries, written):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            client.get(reverse("cms:search"), {"q": "社区"})
        return len(caught)

    for number in range(3):
        make_content_page(f"社区工作 {number}", slug=f"a{number}")
    few = cost()
    for number in range(27):
        make_content_page(f"社区服务 {number}", slug=f"b{number}")
    assert cost() == few


@pytest.mark.parametrize("word", ["社会", "督导", "救助", '督"导'])
def test_admin_search_and_chooser_find_words(written, client_as, world, word):
    make_content_page("督导与社会救助", slug="both")
    client = client_as("editor")
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.get(pk=client.session["_auth_user_id"])
    user.is_superuser = True
    user.save()
    answer = client.get(reverse("wagtailadmin_pages:search"), {"q": word})
    assert answer.status_code == 200 and "督导与社会救助" in answer.content.decode()
    answer = client.get(reverse("wagtailadmin_choose_page_search"), {"q": word})
    assert answer.status_code == 200 and "督导与社会救助" in answer.content.decode()


def test_policies_are_found_and_limited_fields_do_not_lose_words(db):
    policy = make_policy(note="第五十五条与社会工作有关")
    assert list(Policy.objects.all().order_by("pk")) == [policy]
    from wagtail.search.backends import get_search_backend

    backend = get_search_backend()
    assert list(backend.search("暂行", Policy, fields=["title"])) == [policy]
    assert list(backend.autocomplete("救助", Policy)) == [policy]
    assert list(backend.search("649", Policy)) == [policy]


def test_index_is_rebuilt_by_the_command(written):
    call_command("update_index", verbosity=0)
    assert written.pk in [row.pk for row in Page.objects.search("预估")]


@given(st.text(max_size=40), st.data())
def test_any_part_of_a_text_is_found_by_its_tokens(text, data):
    """What is cut from a part of one run is contained in what is cut from the whole."""
    from cms.han import runs

    whole = set(cut_for_index(text).split())
    for run, is_han in runs(text):
        if is_han:
            start = data.draw(st.integers(0, len(run) - 1))
            end = data.draw(st.integers(start + 1, len(run)))
            assert set(cut_for_query(run[start:end]).split()) <= whole


@given(st.text(max_size=60))
def test_a_query_holds_only_words(text):
    assert all(token.isalnum() for token in cut_for_query(text).split())
