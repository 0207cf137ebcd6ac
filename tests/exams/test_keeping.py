"""Items kept from a result or a review, and near-duplicates told when an item is changed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from exams.models import Favourite
from exams.selectors_practice import item_seen
from lms.core.errors import Missing
from tests.factories import exam_after as after
from tests.factories import exams as make
from tests.factories.world import make_client, make_user

pytestmark = pytest.mark.django_db


def test_an_item_is_kept_from_its_result_and_let_go_there(world):
    paper = make.paper(world.county)
    attempt = after.marked(paper, {1: "C"}, make.learner(world.county))
    client, item = make_client(attempt.person.user), after.version_of(paper).item
    result = reverse("exams:attempt_result", args=[attempt.uuid])
    address = reverse("exams:favourite_keep", args=[item.uuid])
    assert address in client.get(result).content.decode()
    for keep in "11":
        answer = client.post(address, {"keep": keep, "attempt": attempt.uuid, "n": "1"})
        assert answer.url == f"{result}#q1"
    assert Favourite.objects.get().item == item
    assert "取消收藏" in client.get(result).content.decode()
    client.post(address, {"keep": "0", "attempt": attempt.uuid, "n": "1"})
    assert not Favourite.objects.exists()


def test_only_what_one_was_shown_may_be_kept(world):
    paper = make.paper(world.far_county)
    attempt = after.marked(paper, {1: "C"}, make.learner(world.far_county))
    item = after.version_of(paper).item
    assert item_seen(attempt.person, item.uuid) == item
    with pytest.raises(Missing):
        item_seen(make.learner(world.county), item.uuid)


def test_a_wrong_review_can_be_kept_and_goes_on(world):
    card = after.card(make.learner(world.county), make.paper(world.county))
    client = make_client(card.person.user)
    page = client.post(reverse("exams:review_card", args=[card.uuid]), {"q1": "C", "reviews": "0"}).content.decode()
    assert "收藏此题，看下一题" in page
    answer = client.post(reverse("exams:favourite_keep", args=[card.item.uuid]), {"keep": "1", "review": "1"})
    assert answer.url == reverse("exams:review_next") and Favourite.objects.get().item_id == card.item_id


def test_changing_an_item_into_one_alike_is_told_before_it_is_saved(world):
    bank = make.bank(world.county)
    stem = "社区工作者在走访独居老人时，首先应当做的是核对名册、说明来意并征得老人同意。"
    other, mine = make.draft(bank, stem=stem), make.draft(bank)
    client = make_client(make_user("trainer", world.county))
    address = reverse("exams:item_edit", args=[mine.item.uuid])
    words = {"kind": "single", "stem": stem + "（改）", "source": "自编", "key_A": "on"}
    words |= {f"option_{letter}": text for letter, text in zip("ABCD", other.options, strict=True)}
    page = client.post(address, words).content.decode()
    assert other.item.code in page and "我已比较，不是重复" in page
    mine.refresh_from_db()
    assert mine.stem != words["stem"]
    assert client.post(address, {**words, "allow_duplicate": "1"}).status_code == 302
    # saved as it stands, the same words ask nothing again
    assert client.post(address, words).status_code == 302
