"""Every kind of item: entered, refused, set in a paper, answered with and without script, marked, shown afterwards."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams import rules, services
from exams.models import Attempt, ItemVersion, Response
from exams.services import Given
from lms.core.errors import BadInput, Refused
from tests.factories import exams as make
from tests.factories.world import make_client

pytestmark = pytest.mark.django_db
KINDS = "matching ordering short_answer numeric"


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        ("matching", {"keys": ["B", "C"]}, "每一项都要有一个答案"),
        ("matching", {"keys": ["B", "C", "E"]}, "没有对应的选项"),
        ("matching", {"prompts": ["个案工作", "个案工作", "社区工作"]}, "两项相同"),
        ("matching", {"prompts": ["个案工作"], "keys": ["B"]}, "对"),
        ("ordering", {"keys": ["A", "A", "B", "C"]}, "恰好排一次"),
        ("ordering", {"options": ["甲", "乙"], "keys": ["A", "B"]}, "个选项"),
        ("short_answer", {"accepted": []}, "可接受的答案"),
        ("short_answer", {"accepted": ["  "]}, "可接受的答案"),
        ("numeric", {"accepted": ["三"]}, "正确的数"),
        ("numeric", {"accepted": ["1", "2"]}, "正确的数"),
        ("numeric", {"tolerance": "-1"}, "误差"),
        ("essay", {"marking_points": []}, "采分点"),
        ("essay", {"marking_points": [{"text": "点", "points": 0}]}, "分值"),
        ("case", {"exhibits": [{"title": "表", "text": ""}]}, "空白的材料"),
        ("riddle", {}, "没有这种题型"),
    ],
)
def test_an_unlawful_item_is_refused_with_its_reason(world, kind, change, says):
    words = {**make.WORDS.get(kind, {"stem": "题"}), **change, "kind": kind}
    with pytest.raises(BadInput, match=says):
        services.create_item(bank=make.bank(world.county), source="自编", by=make.SYSTEM, **words)


def test_pairs_and_orders_get_their_letters():
    pairs = [("个案", "个人"), ("小组", "一组人"), ("团体", "一组人")]
    made = rules.matching_of(pairs, ["国家"])
    texts = dict(zip("ABCD", made["options"], strict=False))
    assert [texts[letter] for letter in made["keys"]] == ["个人", "一组人", "一组人"] and set(made["options"]) == {
        "个人",
        "一组人",
        "国家",
    }
    for size in range(3, 9):
        right = [f"第{n}步" for n in range(size)]
        order = rules.ordering_of(right)
        shown = dict(zip(rules.LETTERS, order["options"], strict=False))
        assert [shown[letter] for letter in order["keys"]] == right and list(order["options"]) != right
        assert rules.ordering_of(right) == order


def test_the_subjects_template_says_how_many_keys_a_multiple_choice_has(world):
    services.load_standards(by=make.SYSTEM)
    bank = make.bank(world.county)
    bank.subject = "comprehensive_junior"
    bank.save()
    words = {"kind": "multiple", "stem": "题", "source": "自编", "bank": bank, "by": make.SYSTEM}
    with pytest.raises(BadInput, match="5 个选项"):
        services.create_item(options=list("甲乙丙丁"), keys="AB", **words)
    assert services.create_item(options=list("甲乙丙丁戊"), keys="ABCD", **words).state == "draft"


@pytest.mark.parametrize("change", [{"accepted": ["1"]}, {"tolerance": "9"}, {"prompts": ["x"]}, {"marking_points": [{"a": 1}]}])
def test_the_new_columns_are_frozen_too(world, change):
    version = make.worded(make.bank(world.county), "numeric")
    with pytest.raises(DatabaseError), transaction.atomic():
        ItemVersion.objects.filter(pk=version.pk).update(**change)


@pytest.mark.parametrize("right", [True, False])
def test_each_kind_is_saved_marked_and_told(world, right):
    paper = make.mixed_paper(world.county, f"single multiple true_false {KINDS}", cased="single numeric ordering")
    person = make.learner(world.county)
    attempt = make.attempt(person, paper)
    kinds = dict(attempt.responses.values_list("number", "kind"))
    assert list(kinds.values()) == ["single", "multiple", "true_false", *KINDS.split(), "single", "numeric", "ordering"]
    given = [Given(n, 1, tuple(make.ANSWERS[kind][0 if right else 1])) for n, kind in kinds.items()]
    receipt = services.save_answers(attempt_uuid=attempt.uuid, answers=given, window="", by=None, user_id=person.user_id)
    assert receipt.saved == dict.fromkeys(kinds, 1)
    marked = services.submit_attempt(attempt=attempt, by=make.actor_of(person))
    assert marked.state == "marked" and marked.points == (marked.full_points if right else 0)
    page = make_client(person.user).get(reverse("exams:attempt_result", args=[attempt.uuid])).content.decode()
    assert (
        "个人和家庭" in page
        and "正确次序" in page
        and "± 0.01" in page
        and "她说夜里睡不着" in page
        and page.count("案例材料") == 1
    )


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("single", ["Z"]),
        ("single", ["", "A"]),
        ("matching", ["BB", "C"]),
        ("ordering", ["A", "A"]),
        ("ordering", ["一"]),
        ("short_answer", ["一", "二"]),
        ("numeric", ["1" * 201]),
        ("matching", [""] * 11 + ["A"]),
    ],
)
def test_an_answer_of_another_shape_is_refused_and_nothing_is_saved(world, kind, answer):
    person = make.learner(world.county)
    attempt = make.attempt(person, make.mixed_paper(world.county, kind))
    with pytest.raises(BadInput):
        services.save_answers(
            attempt_uuid=attempt.uuid, answers=[Given(1, 1, tuple(answer))], window="", by=None, user_id=person.user_id
        )
    assert Response.objects.get(attempt=attempt).answer == []


def test_a_page_of_every_kind_works_without_script(world):
    person = make.learner(world.county)
    attempt = make.attempt(person, make.mixed_paper(world.county, KINDS, cased="single numeric"))
    client, page = make_client(person.user), reverse("exams:attempt", args=[attempt.uuid])
    first = client.get(page).content.decode()
    assert first.count("<select") == 3 + 4 and first.count("exam-material") == 1 and "casework" not in first.lower()
    posted = {f"s{n}": "" for n in range(1, 7)} | {"q1": ["B", "", "A"], "q3": " case work ", "q4": "0.5", "q5": "B", "q6": ""}
    posted |= {"q2_B": "1", "q2_D": "2", "q2_A": "2", "q2_C": "", "then": "3"}
    told = client.post(reverse("exams:attempt_save", args=[attempt.uuid]), posted, follow=True).content.decode()
    assert "第 2 题有两项选了同一个次序" in told
    client.post(reverse("exams:attempt_save", args=[attempt.uuid]), {**posted, "q2_A": "4", "q2_C": "3"})
    saved = list(attempt.responses.order_by("number").values_list("answer", flat=True))
    assert saved == [["B", "", "A"], ["B", "D", "C", "A"], [" case work "], ["0.5"], ["B"], []]
    again = client.get(page).content.decode()
    assert 'value=" case work "' in again and '<option value="B" selected>' in again


def test_the_page_asks_as_much_for_many_kinds_as_for_few(world):
    person = make.learner(world.county)
    client, counts = make_client(person.user), []
    for kinds, cased in (("matching numeric", ""), (f"single multiple true_false {KINDS}", "single numeric ordering matching")):
        attempt = make.attempt(person, make.mixed_paper(world.county, kinds, cased=cased))
        page = reverse("exams:attempt", args=[attempt.uuid])
        client.get(page)
        with CaptureQueriesContext(connection) as seen:
            client.get(page)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_autosave_takes_lists_and_answers_them_back(world):
    person = make.learner(world.county)
    attempt = make.attempt(person, make.mixed_paper(world.county, "single matching"))
    client = make_client(person.user)
    body = {"w": "", "a": [[1, 5, "B", 0, 0], [2, 5, ["B", "", "A"], 0, 1]]}
    answer = client.post(reverse("exams:attempt_answers", args=[attempt.uuid]), json.dumps(body), content_type="application/json")
    assert answer.json()["saved"] == {"1": 5, "2": 5}
    known = client.post(reverse("exams:attempt_window", args=[attempt.uuid]), {"window": "w1"}).json()["answers"]
    assert known == {"1": [5, "B", 0], "2": [5, ["B", "", "A"], 1]}
    bad = {"w": "", "a": [[2, 6, [1, 2], 0, 0]]}
    assert (
        client.post(
            reverse("exams:attempt_answers", args=[attempt.uuid]), json.dumps(bad), content_type="application/json"
        ).status_code
        == 400
    )


# --- cases --------------------------------------------------------------------------------------------------------------


def test_a_case_goes_into_a_paper_whole_or_not_at_all(world):
    bank = make.bank(world.county)
    case = make.case(bank, "single numeric matching")
    paper = make.mixed_paper(world.county, "numeric", cased="single numeric")
    assert [row.case_version_id is not None for row in paper.paper_items.order_by("number")] == [False, True, True]
    assert [row.rule.code for row in paper.paper_items.exclude(rule=None)] == ["licence-single", "numeric-tolerance"]
    draft = services.create_paper(template=paper.template, title="另一份", division=world.county, by=make.SYSTEM)
    with pytest.raises(Refused, match="已满"):
        services.set_paper_items(paper=draft, items=[case], by=make.SYSTEM)
    question = case.item.questions.first().versions.get()
    with pytest.raises(Refused):
        services.set_paper_items(paper=draft, items=[make.worded(bank, "case")], by=make.SYSTEM)
    services.set_paper_items(paper=draft, items=[question], by=make.SYSTEM)
    assert draft.paper_items.get().case_version_id == case.pk


def test_a_draw_fills_a_part_of_cases_with_whole_cases(world):
    paper = make.mixed_paper(world.county, "numeric", cased="single numeric")
    bank = paper.paper_items.first().item_version.item.bank
    make.case(bank, "single numeric matching")
    draft = services.create_paper(template=paper.template, title="抽题", division=world.county, by=make.SYSTEM)
    services.draw_items(paper=draft, seed=7, by=make.SYSTEM)
    rows = list(draft.paper_items.order_by("number"))
    assert len(rows) == 3 and len({row.case_version_id for row in rows[1:]}) == 1
    services.draw_items(paper=draft, seed=8, by=make.SYSTEM)
    assert list(draft.paper_items.values_list("item_version", flat=True)) == [row.item_version_id for row in rows]


def test_what_stands_under_a_case_is_a_lawful_kind_of_its_own_bank(world):
    bank, other = make.bank(world.county), make.bank(world.county)
    case = make.worded(bank, "case")
    with pytest.raises(BadInput):
        make.draft(bank, "essay", case=case.item, options=(), keys=(), marking_points=make.WORDS["essay"]["marking_points"])
    with pytest.raises(BadInput):
        make.draft(other, "single", case=case.item)
    with pytest.raises(BadInput):
        make.draft(bank, "single", case=make.live(bank).item)
    first, second = make.draft(bank, "single", case=case.item), make.draft(bank, "single", case=case.item)
    assert (first.item.place, second.item.place) == (1, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(first.item).objects.filter(pk=second.item.pk).update(place=1)
    with pytest.raises(BadInput, match="案例不能改成"):
        services.revise_item(
            item=case.item, source="自编", by=make.SYSTEM, kind="single", stem="题", options=list("甲乙"), keys="A"
        )


def test_an_attempt_keeps_the_material_it_was_set(world):
    paper = make.mixed_paper(world.county, "", cased="single numeric")
    case = paper.paper_items.first().case_version
    changed = services.revise_item(item=case.item, source="自编", by=make.SYSTEM, kind="case", stem="李爷爷独居。")
    ItemVersion.objects.filter(pk=changed.pk).update(author=make.demo_author("b"))
    services.review_item(version=changed, by=make.SYSTEM)
    services.publish_item(version=changed, by=make.SYSTEM)
    person = make.learner(world.county)
    attempt = make.attempt(person, paper)
    page = make_client(person.user).get(reverse("exams:attempt", args=[attempt.uuid])).content.decode()
    assert "王奶奶独居" in page and "李爷爷" not in page
    assert Attempt.objects.get(pk=attempt.pk).full_points == 400


# --- life ---------------------------------------------------------------------------------------------------------------


def test_changes_are_asked_for_and_handed_in_again(world):
    author, reviewer = make.actor("trainer"), make.actor("reviewer")
    bank = make.bank(world.county)
    version = services.create_item(
        bank=bank, kind="single", stem="题", options=list("甲乙丙丁"), keys="A", source="自编", by=author
    )
    with pytest.raises(BadInput):
        services.return_item(version=version, reason=" ", by=reviewer)
    returned = services.return_item(version=version, reason="请写解析", by=reviewer)
    assert returned.state == "returned" and [c.text for c in returned.comments.all()] == ["请写解析"]
    with pytest.raises(Refused):
        services.review_item(version=returned, by=reviewer)
    again = services.resubmit_item(version=returned, reply="解析在教材里", by=author)
    assert again.state == "draft" and again.comments.count() == 2
    services.return_item(version=again, reason="还是要写", by=reviewer)
    changed = services.revise_item(
        item=version.item,
        kind="single",
        stem="题",
        options=list("甲乙丙丁"),
        keys="A",
        explanation="因为",
        source="自编",
        by=author,
    )
    assert changed.pk == version.pk and changed.state == "draft"
    services.review_item(version=changed, by=reviewer)
    assert services.publish_item(version=changed, by=reviewer).state == "live"
