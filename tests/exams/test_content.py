"""The banks that come with the system: lawful, explained, without near-duplicates, and a paper of the official structure."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from django.db import connection

from exams import rules, services
from exams.models import Attempt, Item, ItemVersion, Paper
from exams.services.content import content_from, demo_content
from lms.core.errors import BadInput, Missing
from tests.factories import exams as make

DOCUMENTS = demo_content()
ITEMS = [item for document in DOCUMENTS for item in document["items"]]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["code"])
def test_every_item_is_lawful_and_explained(item):
    content = content_from(item)
    assert content.faults() == []
    assert len(item["explanation"]) >= 15 or item["kind"] == "case"
    if item["kind"] in {"single", "multiple"}:
        assert len(content.options) == {"single": 4, "multiple": 5}[item["kind"]]
        assert len(content.keys) in {"single": {1}, "multiple": {2, 3, 4}}[item["kind"]]
    if item["kind"] == "essay":
        assert content.worth == 2000


def test_keys_are_spread_and_no_two_items_are_alike():
    document = DOCUMENTS[0]
    singles = Counter(item["keys"][0] for item in document["items"] if item["kind"] == "single")
    assert set(singles) == set("ABCD") and max(singles.values()) < 1.5 * min(singles.values())
    multiples = Counter(key for item in document["items"] if item["kind"] == "multiple" for key in item["keys"])
    assert set(multiples) == set("ABCDE") and max(multiples.values()) < 1.5 * min(multiples.values())
    alike = [(a["code"], b["code"]) for a, b in combinations(ITEMS, 2) if rules.similarity(a["stem"], b["stem"]) > 0.75]
    assert alike == []


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["ZT", "SW2"])
def test_papers_of_every_kind_and_of_essays_come_with_the_system(code):
    document = next(document for document in DOCUMENTS if document["code"] == code)
    loaded = services.load_bank(document, make.SYSTEM)
    paper = loaded.papers[0]
    assert paper.state == "live" and sum(row.points for row in paper.paper_items.all()) == paper.full_points
    assert services.load_bank(document, make.SYSTEM).items_added == 0
    kinds = set(paper.paper_items.values_list("item_version__kind", flat=True))
    assert (
        kinds
        == {
            "ZT": {"matching", "ordering", "short_answer", "numeric", "true_false", "single", "multiple"},
            "SW2": {"essay"},
        }[code]
    )


@pytest.mark.django_db
def test_the_mock_paper_has_the_official_structure_and_can_be_passed(django_assert_max_num_queries):
    loaded = services.load_bank(DOCUMENTS[0], make.SYSTEM)
    (paper,) = loaded.papers
    assert (paper.duration_minutes, paper.full_points, paper.pass_points, paper.state) == (120, 10000, 6000, "live")
    parts = Counter(paper.paper_items.values_list("item_version__kind", "points"))
    assert parts == {("single", 100): 60, ("multiple", 200): 20}
    assert sum(paper.paper_items.values_list("points", flat=True)) == paper.full_points
    person = make.learner()
    me = make.actor_of(person)
    with django_assert_max_num_queries(10):
        attempt = services.start_attempt(paper=paper, person=person, by=me)
    for row in paper.paper_items.select_related("item_version"):
        services.save_response(attempt=attempt, item_number=row.number, sequence=1, answer=row.item_version.keys, by=me)
    attempt = Attempt.objects.select_related("person").get(pk=attempt.pk)
    with django_assert_max_num_queries(18 if connection.vendor == "postgresql" else 17):
        done = services.submit_attempt(attempt=attempt, by=me)
    assert (done.points, done.has_passed) == (10000, True)


@pytest.mark.django_db
def test_loading_twice_adds_nothing_and_every_document_loads():
    for document in DOCUMENTS:
        services.load_bank(document, make.SYSTEM)
    before = (Item.objects.count(), ItemVersion.objects.count(), Paper.objects.count())
    assert before[0] == len(ITEMS)
    for document in DOCUMENTS:
        assert services.load_bank(document, make.SYSTEM).items_added == 0
    assert (Item.objects.count(), ItemVersion.objects.count(), Paper.objects.count()) == before
    assert not ItemVersion.objects.exclude(state="live").exists()


@pytest.mark.django_db
def test_a_document_with_one_bad_item_loads_nothing():
    document = DOCUMENTS[0]
    bad = {**document, "items": [*document["items"][:3], {**document["items"][3], "keys": ["Z"]}], "papers": []}
    with pytest.raises(BadInput):
        services.load_bank(bad, make.SYSTEM)
    unknown = {**document, "items": [{**document["items"][0], "chapters": {"2018": "没有这一章"}}], "papers": []}
    with pytest.raises(BadInput):
        services.load_bank(unknown, make.SYSTEM)
    assert not Item.objects.exists()
    with pytest.raises(Missing):
        services.load_bank(document, make.actor("trainer"))
