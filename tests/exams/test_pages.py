"""The pages: what a learner and a trainer do through the web, who is kept out, and how many queries lists take."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from django.urls import reverse

from exams import services
from exams.models import Attempt, Item, ItemVersion, Paper, Response
from lms.core import clock
from lms.ledger.models import Line
from tests.factories import exams as make
from tests.factories import world as worlds

pytestmark = pytest.mark.django_db


@pytest.fixture
def candidate(world, client_as):
    client = client_as()
    client.person = worlds.make_person(world.county, user=client.user)
    return client


def url(name, **kwargs):
    return reverse(f"exams:{name}", kwargs=kwargs or None)


def send(client, attempt, answers, window=""):
    body = json.dumps({"w": window, "a": answers})
    return client.post(url("attempt_answers", attempt=attempt.uuid), body, content_type="application/json")


def begin(client, paper):
    client.post(url("attempt_start", paper=paper.uuid))
    return Attempt.objects.get(paper=paper, person=client.person)


def test_a_learner_reads_the_rules_starts_answers_submits_and_reads_why(candidate, world):
    paper = make.paper(world.prefecture)
    assert paper.title in candidate.get(url("paper_list")).content.decode()
    start = candidate.get(url("paper", paper=paper.uuid)).content.decode()
    assert "错选，本题不得分" in start and "以服务器时间为准" in start
    attempt = begin(candidate, paper)
    page = candidate.get(url("attempt", attempt=attempt.uuid)).content.decode()
    assert len(re.findall(r'class="exam-q"', page)) == 4
    assert "因为如此" not in page  # no explanation before the end
    receipt = send(candidate, attempt, [[3, 10, "AD", None, 0], [1, 11, "B", None, 1]]).json()
    assert receipt["state"] == "open" and receipt["saved"] == {"3": 10, "1": 11}
    page = candidate.get(url("attempt", attempt=attempt.uuid)).content.decode()
    assert page.count(" checked") == 4  # B, A, D and a flag
    review = candidate.get(url("attempt_submit", attempt=attempt.uuid)).content.decode()
    assert "#q2" in review and "#q4" in review
    result = candidate.post(url("attempt_submit", attempt=attempt.uuid), follow=True)
    text = result.content.decode()
    assert result.redirect_chain[-1][0] == url("attempt_result", attempt=attempt.uuid)
    assert "因为如此" in text and "多项选择：错选不得分，少选每项 0.5 分" in text and "部分得分" in text
    assert Line.objects.get(kind="scored").facts["points"] == "2"
    assert text.count("exam-result ") == 4
    wrong = candidate.get(url("attempt_result", attempt=attempt.uuid), {"show": "wrong"}).content.decode()
    assert wrong.count("exam-result ") == 3
    assert candidate.get(url("attempt", attempt=attempt.uuid)).status_code == 302
    assert paper.title in candidate.get(url("attempt_list")).content.decode()


def test_the_form_works_without_script(candidate, world):
    attempt = begin(candidate, make.paper(world.county))
    save = url("attempt_save", attempt=attempt.uuid)
    answer = candidate.post(save, {"s1": "", "q1": "C", "s3": "", "q3": ["A", "C"], "f3": "on", "then": "3"})
    assert answer.url.endswith("#q3")
    assert dict(attempt.responses.values_list("number", "answer"))[3] == ["A", "C"]
    candidate.post(save, {"s1": "", "q1": "D", "then": "submit"})  # item 3 was not shown: it stays
    assert list(attempt.responses.values_list("answer", "is_flagged")) == [
        (["D"], False),
        ([], False),
        (["A", "C"], True),
        ([], False),
    ]


def test_keys_and_explanations_are_hidden_where_the_paper_says_so(candidate, world):
    attempt = begin(candidate, make.paper(world.county, shows_keys=False))
    text = candidate.post(url("attempt_submit", attempt=attempt.uuid), follow=True).content.decode()
    assert "因为如此" not in text and "正确答案" not in text and "exam-is-key" not in text


def test_shuffled_options_keep_their_meaning(candidate, world):
    attempt = begin(candidate, make.paper(world.county, shuffle_options=True))
    orders = set()
    for seed in range(6):
        Attempt.objects.filter(pk=attempt.pk).update(seed=seed)
        page = candidate.get(url("attempt", attempt=attempt.uuid)).content.decode()
        shown = re.findall(r'name="q1" value="([A-D])"><b>([A-D])</b><span>选项([A-D])', page)
        assert [label for _value, label, _text in shown] == list("ABCD")
        assert all(value == text for value, _label, text in shown)
        orders.add("".join(value for value, _label, _text in shown))
    assert len(orders) > 1


def test_somebody_elses_attempt_is_missing(candidate, world, client_as):
    attempt = begin(candidate, make.paper(world.county))
    other = client_as()
    worlds.make_person(world.county, user=other.user)
    for name in ("attempt", "attempt_result", "attempt_submit"):
        assert other.get(url(name, attempt=attempt.uuid)).status_code == 404
    assert send(other, attempt, [[1, 1, "A", None, 0]]).status_code == 404
    assert other.post(url("attempt_save", attempt=attempt.uuid), {"s1": "", "q1": "A"}).status_code == 404
    assert other.post(url("attempt_window", attempt=attempt.uuid), {"window": "x"}).status_code == 404
    assert Response.objects.filter(attempt=attempt).exclude(sequence=0).count() == 0


def test_a_paper_of_another_place_is_missing(candidate, world):
    paper = make.paper(world.foreign_county)
    assert candidate.get(url("paper", paper=paper.uuid)).status_code == 404
    assert candidate.post(url("attempt_start", paper=paper.uuid)).status_code == 404
    assert paper.title not in candidate.get(url("paper_list")).content.decode()


def test_an_account_without_a_person_is_told_so(client_as, world):
    assert "没有学员档案" in client_as("trainer", world.county).get(url("paper_list")).content.decode()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"a": 1}',
        '{"a": [1]}',
        '{"a": [[1, 1, ["A", 1], 0, 0]]}',
        '{"a": [[1, 0, "A", 0, 0]]}',
        '{"a": [[1, 1, "A", 1e300, 0]]}',
    ],
)
def test_damaged_answers_are_refused(candidate, world, body):
    attempt = begin(candidate, make.paper(world.county))
    answer = candidate.post(url("attempt_answers", attempt=attempt.uuid), body, content_type="application/json")
    assert answer.status_code == 400 and answer.json()["reason"]


def test_a_second_window_is_told_and_may_take_over(candidate, world):
    attempt = begin(candidate, make.paper(world.county))
    claim = url("attempt_window", attempt=attempt.uuid)
    assert candidate.post(claim, {"window": "one"}).json()["state"] == "open"
    assert send(candidate, attempt, [[1, 5, "A", None, 0]], "one").json()["saved"] == {"1": 5}
    assert candidate.post(claim, {"window": "two"}).json()["state"] == "elsewhere"
    assert send(candidate, attempt, [[1, 6, "B", None, 0]], "two").json()["state"] == "elsewhere"
    taken = candidate.post(claim, {"window": "two", "insist": "1"}).json()
    assert taken["state"] == "open" and taken["answers"]["1"] == [5, "A", 0]
    assert send(candidate, attempt, [[1, 6, "B", None, 0]], "two").json()["saved"] == {"1": 6}


def test_time_over_is_submitted_on_the_way(candidate, world):
    attempt = begin(candidate, make.paper(world.county))
    with clock.at(attempt.closes_at + dt.timedelta(seconds=1)):
        assert candidate.get(url("attempt", attempt=attempt.uuid)).url == url("attempt_result", attempt=attempt.uuid)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.submitted_because) == ("marked", "time")


def test_autosave_takes_three_queries(candidate, world, django_assert_num_queries):
    attempt = begin(candidate, make.paper(world.county))
    candidate.post(url("attempt_window", attempt=attempt.uuid), {"window": "w"})
    with django_assert_num_queries(3):  # session, user, the update
        assert send(candidate, attempt, [[1, 1, "A", None, 0]], "w").json()["saved"] == {"1": 1}


def test_the_attempt_page_takes_as_many_queries_for_four_items_as_for_forty(candidate, world, django_assert_num_queries):
    for singles, multiples in ((2, 2), (30, 10)):
        paper = make.paper(world.county, singles=singles, multiples=multiples)
        attempt = begin(candidate, paper)
        candidate.get(url("attempt", attempt=attempt.uuid))
        with django_assert_num_queries(5):  # session, user, roles, attempt with paper, responses; the questions are kept
            candidate.get(url("attempt", attempt=attempt.uuid))


@pytest.mark.parametrize("number", [3, 12])
def test_the_list_of_papers_takes_a_constant_number_of_queries(candidate, world, number, django_assert_max_num_queries):
    for _ in range(number):
        make.paper(world.county, singles=1, multiples=1)
    candidate.get(url("paper_list"))
    with django_assert_max_num_queries(12):
        candidate.get(url("paper_list"))


# --- the office --------------------------------------------------------------------------------------------------------

ITEM = {
    "kind": "multiple",
    "stem": "下列属于小组工作阶段的有（　）。",
    "option_A": "准备阶段",
    "option_B": "开始阶段",
    "option_C": "中期转折阶段",
    "option_D": "转介阶段",
    "option_E": "结束阶段",
    "key_A": "on",
    "key_B": "on",
    "key_C": "on",
    "key_E": "on",
    "explanation": "转介不是小组阶段。",
    "source": "自编",
}


def test_an_item_from_draft_to_use_by_two_people(client_as, world):
    author, reviewer = client_as("trainer", world.county), client_as("reviewer", world.county)
    bank = make.bank(world.county)
    assert "准备阶段" in author.post(url("item_preview"), ITEM).content.decode()
    author.post(url("item_create", bank=bank.uuid), ITEM)
    item = Item.objects.get(bank=bank)
    version = item.versions.get()
    assert (version.state, version.keys) == ("draft", ["A", "B", "C", "E"])
    author.post(url("item_act", item=item.uuid, act="review"))
    version.refresh_from_db()
    assert version.state == "draft"  # not by the author
    reviewer.post(url("item_act", item=item.uuid, act="comment"), {"text": "题干再通顺些。"})
    assert "题干再通顺些" in author.get(url("item", item=item.uuid)).content.decode()
    reviewer.post(url("item_act", item=item.uuid, act="review"))
    reviewer.post(url("item_act", item=item.uuid, act="publish"))
    version.refresh_from_db()
    assert version.state == "live"
    author.post(url("item_edit", item=item.uuid), {**ITEM, "stem": "小组工作的阶段包括（　）。"})
    assert list(item.versions.values_list("number", "state")) == [(2, "draft"), (1, "live")]
    reviewer.post(url("item_act", item=item.uuid, act="retire"), {"reason": "不再使用"})
    version.refresh_from_db()
    assert version.state == "retired"


@pytest.mark.parametrize(
    "change",
    [{"key_A": "", "key_B": "", "key_C": ""}, {"key_D": "on"}, {"option_B": "准备阶段"}, {"stem": ""}, {"source": ""}],
)
def test_an_unlawful_item_is_not_saved_and_the_form_says_why(client_as, world, change):
    bank = make.bank(world.county)
    answer = client_as("trainer", world.county).post(url("item_create", bank=bank.uuid), {**ITEM, **change})
    assert answer.status_code == 200 and answer.context["form"].errors
    assert not Item.objects.exists()


def test_a_paper_is_drawn_opened_and_then_frozen(client_as, world):
    trainer = client_as("trainer", world.county)
    bank = make.bank(world.county)
    for _ in range(3):
        make.live(bank)
        make.live(bank, "multiple")
    template = make.template(2, 2)
    made = trainer.post(
        url("office_paper_create"), {"title": "一号卷", "template": template.pk, "division": world.county.pk, "shows_keys": "on"}
    )
    assert made.status_code == 302, made.context["form"].errors
    paper = Paper.objects.get(title="一号卷")
    act = url("office_paper_act", paper=paper.uuid, act="publish")
    trainer.post(act)
    paper.refresh_from_db()
    assert paper.state == "draft"  # it lacks its items
    trainer.post(url("office_paper_items", paper=paper.uuid), {"act": "draw"})
    assert paper.paper_items.count() == 4
    first = paper.paper_items.first().item_version
    trainer.post(url("office_paper_items", paper=paper.uuid), {"act": "remove", "item": [str(first.uuid)]})
    assert paper.paper_items.count() == 3
    trainer.post(url("office_paper_items", paper=paper.uuid), {"act": "add", "item": [str(first.uuid)]})
    assert sorted(paper.paper_items.values_list("number", flat=True)) == [1, 2, 3, 4]
    trainer.post(act)
    paper.refresh_from_db()
    assert paper.state == "live"
    assert trainer.get(url("office_paper_items", paper=paper.uuid)).status_code == 404


def test_a_division_draws_from_its_own_and_from_shared_banks_above(world):
    own, above, hidden, beside = (
        make.live(bank)
        for bank in (make.bank(world.county), make.bank(world.province), make.bank(world.prefecture), make.bank(world.other_county))
    )
    hidden.item.bank.is_shared = False
    hidden.item.bank.save()
    from exams import selectors

    paper = services.create_paper(template=make.template(), title="卷", division=world.county, by=make.SYSTEM)
    assert set(selectors.drawable_items(paper)) == {own, above} and beside not in selectors.drawable_items(paper)


def test_office_pages_keep_to_their_divisions(client_as, world, candidate):
    paper = make.paper(world.county)
    attempt = begin(candidate, paper)
    services.submit_attempt(attempt=attempt, by=make.SYSTEM)
    mine, foreign = client_as("class_manager", world.county), client_as("class_manager", world.foreign_county)
    for name, kwargs in (
        ("office_attempts", {"paper": paper.uuid}),
        ("office_attempt", {"attempt": attempt.uuid}),
        ("office_paper", {"paper": paper.uuid}),
    ):
        assert mine.get(url(name, **kwargs)).status_code == 200, name
        assert foreign.get(url(name, **kwargs)).status_code == 404, name
    bank = make.bank(world.county)
    version = make.live(bank)
    inside, outside = client_as("trainer", world.county), client_as("trainer", world.foreign_county)
    for name, kwargs in (
        ("bank", {"bank": bank.uuid}),
        ("item", {"item": version.item.uuid}),
        ("item_edit", {"item": version.item.uuid}),
        ("item_create", {"bank": bank.uuid}),
    ):
        assert inside.get(url(name, **kwargs)).status_code == 200, name
        assert outside.get(url(name, **kwargs)).status_code == 404, name
    assert bank.name not in outside.get(url("bank_list")).content.decode()
    assert candidate.get(url("bank_list")).status_code == 404


def test_results_of_a_paper_from_above_show_only_ones_own_learners(client_as, world):
    paper = make.paper(world.province)
    here, there = make.learner(world.county), make.learner(world.other_county)
    for person in (here, there):
        services.submit_attempt(attempt=make.attempt(person, paper), by=make.SYSTEM)
    text = client_as("class_manager", world.county).get(url("office_attempts", paper=paper.uuid)).content.decode()
    assert here.name in text and there.name not in text


def test_a_paper_from_above_is_listed_with_its_results_and_no_link_that_is_missing(client_as, world):
    above, own = make.paper(world.province), make.paper(world.county)
    services.submit_attempt(attempt=make.attempt(make.learner(world.county), above), by=make.SYSTEM)
    client = client_as("class_manager", world.county)
    text = client.get(url("office_paper_list")).content.decode()
    assert url("office_attempts", paper=above.uuid) in text
    links = [link for link in (url("office_paper", paper=paper.uuid) for paper in (above, own)) if f'"{link}"' in text]
    assert links == [url("office_paper", paper=own.uuid)]
    assert client.get(links[0]).status_code == 200


@pytest.mark.parametrize("number", [3, 20])
def test_the_list_of_items_takes_a_constant_number_of_queries(client_as, world, number, django_assert_max_num_queries):
    bank = make.bank(world.county)
    for _ in range(number):
        make.draft(bank)
    client = client_as("trainer", world.county)
    client.get(url("bank", bank=bank.uuid))
    with django_assert_max_num_queries(12):
        client.get(url("bank", bank=bank.uuid))
    assert ItemVersion.objects.count() == number
