"""Regrades of what is no choice: pairs and orders keep their order, written answers their texts; an essay is refused."""

from __future__ import annotations

import pytest
from django.urls import reverse

from exams import selectors, services
from exams.fault_forms import RegradeForm
from exams.models import Attempt, ItemVersion, Regrade
from exams.services import Given
from lms.core.errors import BadInput, Refused
from tests.factories import exams as make
from tests.factories.world import make_client

pytestmark = pytest.mark.django_db

# numbers in the paper: 1 matching (key B C A), 2 ordering (key B D A C), 3 short answer, 4 numeric (0.5 ± 0.01); 200 each


@pytest.fixture
def paper(world):
    return make.mixed_paper(world.county)


def handed_in(paper, number, answer) -> Attempt:
    attempt = make.attempt(make.learner(paper.division), paper)
    given = [Given(number, 1, tuple(answer))]
    services.save_answers(attempt_uuid=attempt.uuid, answers=given, window="", by=make.SYSTEM, user_id=attempt.person.user_id)
    return services.submit_attempt(attempt=attempt, by=make.actor_of(attempt.person))


def version_of(paper, number) -> ItemVersion:
    return paper.paper_items.get(number=number).item_version


def corrected(paper, number, keys, callbacks, **more) -> Regrade:
    regrade = services.propose_regrade(
        version=version_of(paper, number),
        remedy="keys",
        keys=keys,
        reason="参考答案印错",
        by=make.actor("trainer", "/"),
        **{"keeps_better": False, **more},
    )
    with callbacks(execute=True):
        services.approve_regrade(regrade=regrade, by=make.actor("reviewer", "/"))
    regrade.refresh_from_db()
    return regrade


@pytest.mark.parametrize(
    ("number", "keys", "answer", "before", "after"),
    [
        (1, ["CBA"], "CBA", 66, 200),  # one pair of three was right
        (1, ["CBA"], "BCA", 200, 66),
        (1, ["ACB"], "BCA", 200, 66),  # the same letters in another order are another answer
        (2, ["DCBA"], "DCBA", 0, 200),
        (2, ["DCBA"], "BDAC", 200, 0),
        (2, ["CABD"], "CABD", 0, 200),  # all in their places or nothing, by the usual rule
        (3, [["case work", "个案工作"]], ["个案工作"], 0, 200),
        (3, [["social casework"]], ["casework"], 200, 0),
        (4, [["0.6"]], ["0.609"], 0, 200),  # the item's tolerance holds for the corrected number
        (4, [["0.6"], ["0.7"]], ["0.7"], 0, 200),
        (4, [["0.6"]], ["0.5"], 200, 0),
    ],
)
def test_a_corrected_answer_is_marked_in_its_order(paper, number, keys, answer, before, after, django_capture_on_commit_callbacks):
    attempt = handed_in(paper, number, answer)
    assert attempt.points == before
    regrade = corrected(paper, number, keys, django_capture_on_commit_callbacks)
    attempt.refresh_from_db()
    assert (regrade.state, attempt.points) == ("applied", after)
    later = handed_in(paper, number, answer)
    assert later.points == after, "what is handed in later is marked the same"


def test_two_orders_may_both_be_right_and_the_better_counts(paper, django_capture_on_commit_callbacks):
    first, second = handed_in(paper, 2, "BDAC"), handed_in(paper, 2, "DBAC")
    corrected(paper, 2, ["BDAC", "DBAC"], django_capture_on_commit_callbacks)
    for attempt in (first, second):
        attempt.refresh_from_db()
        assert attempt.points == 200


def test_the_candidate_sees_the_corrected_answer(paper, django_capture_on_commit_callbacks):
    pairs, order, written = handed_in(paper, 1, "CBA"), handed_in(paper, 2, "DCBA"), handed_in(paper, 3, ["个案工作"])
    for number, keys in ((1, ["CBA"]), (2, ["DCBA"]), (3, [["个案工作"]])):
        corrected(paper, number, keys, django_capture_on_commit_callbacks)
    shown = {number: selectors.results_of(a)[number - 1] for number, a in ((1, pairs), (2, order), (3, written))}
    assert all(same for *_words, same in shown[1].matches)
    assert [right for _prompt, _mine, right, _same in shown[1].matches] == ["一组人", "个人和家庭", "一个社区"]
    assert shown[2].right_orders == [["预估", "评估", "接案", "介入"]] and all(same for _text, same in shown[2].given_order)
    assert shown[3].accepted == ["个案工作"]
    page = make_client(pairs.person.user).get(reverse("exams:attempt_result", args=[pairs.uuid])).content.decode()
    assert "此题的答案已更正" in page


@pytest.mark.parametrize(
    ("number", "keys", "error"),
    [
        (1, ["BC"], "左边每一项都要有一个答案"),
        (1, ["BCZ"], "没有对应的选项"),
        (1, ["BCA"], "没有变化"),
        (2, ["BDA"], "恰好排一次"),
        (2, ["BBAC"], "恰好排一次"),
        (3, [[]], "请写出正确答案"),
        (4, [["半"]], "正确的数"),
        (4, [["0.5"]], "没有变化"),
    ],
)
def test_what_makes_no_lawful_item_or_changes_nothing_is_refused(paper, number, keys, error):
    with pytest.raises(BadInput, match=error):
        services.propose_regrade(
            version=version_of(paper, number), remedy="keys", keys=keys, reason="有误", by=make.actor("trainer", "/")
        )
    assert not Regrade.objects.exists()


@pytest.mark.parametrize("kind", ["essay", "case"])
def test_an_essay_and_a_case_as_a_whole_are_refused_in_one_sentence(world, kind):
    version = make.worded(make.bank(world.county), kind)
    with pytest.raises(Refused, match="主观题由阅卷人评分，案例请对它的小题提出改分"):
        services.propose_regrade(version=version, remedy="keys", keys=["A"], reason="有误", by=make.actor("trainer", "/"))


@pytest.mark.parametrize(
    ("number", "written", "keys"),
    [
        (1, "ｂ c a", [["B", "C", "A"]]),
        (2, "DCBA", [list("DCBA")]),
        (3, "一\n 二 \n", [["一", "二"]]),
        (4, "0.6\n0.7", [["0.6"], ["0.7"]]),
    ],
)
def test_the_form_keeps_the_order_written(paper, number, written, keys):
    form = RegradeForm({"remedy": "keys", "answer": written, "reason": "有误"}, version=version_of(paper, number))
    assert form.is_valid(), form.errors
    assert form.proposal()["keys"] == keys


def test_the_pages_show_pairs_and_the_answer_that_stands(world, paper, django_capture_on_commit_callbacks):
    handed_in(paper, 1, "CBA")
    regrade = corrected(paper, 1, ["CBA"], django_capture_on_commit_callbacks)
    reader = make_client(make.make_user("trainer", paper.paper_items.get(number=1).item_version.item.bank.division))
    page = reader.get(reverse("exams:office_regrade", args=[regrade.uuid])).content.decode()
    assert page.count("1–C 2–B 3–A") == 2 and "社区工作" in page
