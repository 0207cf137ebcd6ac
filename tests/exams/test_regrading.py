"""Regrades: proposed, previewed, approved by another, applied once, with the trail, the ledger and the notice."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from exams import selectors, services
from exams.models import Attempt, ItemVersion, Regrade, RegradeChange, Response
from exams.services.previewing import refresh_preview
from lms.audit.models import AuditEvent
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger.models import Line
from lms.notices.models import Notice
from tests.factories import exams as make

pytestmark = pytest.mark.django_db


def marked(on, answers, person=None):
    """A marked attempt with these answers (number → letters)."""
    attempt = make.attempt(person, on)
    me = make.actor_of(attempt.person)
    for number, letters in answers.items():
        services.save_response(attempt=attempt, item_number=number, sequence=1, answer=letters, by=me)
    return services.submit_attempt(attempt=attempt, by=me)


@pytest.fixture
def paper():
    """60 of 100 to pass: two singles (1 point, key B) and two multiples (2 points, keys ACD): 6 points, line 3.6."""
    return make.paper()


def first_item(paper) -> ItemVersion:
    return paper.paper_items.get(number=1).item_version


def propose(paper, **more):
    spec = {"remedy": "keys", "keys": ["C"], "reason": "参考答案印错", "keeps_better": False, **more}
    return services.propose_regrade(version=first_item(paper), by=make.actor("trainer", "/"), **spec)


def approve(regrade, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        services.approve_regrade(regrade=regrade, by=make.actor("reviewer", "/"))
    regrade.refresh_from_db()
    return regrade


def test_a_wrong_key_moves_people_both_ways_and_leaves_the_whole_trail(paper, django_capture_on_commit_callbacks):
    # 4 + 0 = multiples right; the single decides nothing. Line 360: up = 3 + C, down = 3 + B
    up = marked(paper, {1: "C", 2: "B", 3: "ACD"})  # 0 + 1 + 2 = 3 → 4
    down = marked(paper, {1: "B", 2: "B", 3: "ACD"})  # 1 + 1 + 2 = 4 → 3
    same = marked(paper, {1: "D", 2: "B", 3: "ACD", 4: "ACD"})
    regrade = propose(paper)
    assert {k: v for k, v in regrade.counts.items() if k != "crossing"} == {
        "attempts": 3, "changed": 2, "gain": 1, "lose": 1, "up": 1, "down": 1, "papers": 1,
    }  # fmt: skip
    assert sorted(regrade.counts["crossing"]) == sorted([[up.pk, 100], [down.pk, -100]])
    up.refresh_from_db()
    assert up.points == 300, "a proposal changes nobody"
    regrade = approve(regrade, django_capture_on_commit_callbacks)
    assert regrade.state == "applied"
    for attempt in (up, down, same):
        attempt.refresh_from_db()
    assert (up.points, up.has_passed, down.points, down.has_passed, same.points) == (400, True, 300, False, 500)
    trail = RegradeChange.objects.get(regrade=regrade, attempt=down)
    assert (trail.points_before, trail.points_after, trail.total_before, trail.total_after) == (100, 0, 400, 300)
    assert (trail.passed_before, trail.passed_after) == (True, False)
    lines = Line.objects.filter(source_uuid=up.uuid).order_by("position")
    assert [(line.sign, line.facts["points"]) for line in lines] == [(1, "3"), (-1, "3"), (1, "4")]
    assert Line.objects.filter(source_uuid=same.uuid).count() == 1
    notice = Notice.objects.get(user=down.person.user, kind="exam.regraded")
    assert "4 分改为 3 分" in notice.body and "参考答案印错" in notice.body
    assert not Notice.objects.filter(user=same.person.user, kind="exam.regraded").exists()
    assert AuditEvent.objects.filter(verb="exams.attempt.regraded").count() == 2
    first_item(paper).refresh_from_db()
    assert first_item(paper).state == "retired"


def test_applying_again_changes_nothing(paper, django_capture_on_commit_callbacks):
    marked(paper, {1: "C"})
    regrade = approve(propose(paper), django_capture_on_commit_callbacks)
    before = (Line.objects.count(), RegradeChange.objects.count(), Notice.objects.count())
    assert services.apply_regrade(regrade=regrade, by=make.SYSTEM) == 0
    services.approve_regrade(regrade=regrade, by=make.actor("reviewer", "/"))
    assert (Line.objects.count(), RegradeChange.objects.count(), Notice.objects.count()) == before


def test_who_keeps_the_better_loses_nothing(paper, django_capture_on_commit_callbacks):
    old, new = marked(paper, {1: "B"}), marked(paper, {1: "C"})
    approve(propose(paper, keeps_better=True), django_capture_on_commit_callbacks)
    assert list(Attempt.objects.filter(pk__in=[old.pk, new.pk]).values_list("points", flat=True)) == [100, 100]


def test_a_void_item_gives_everybody_its_points(paper, django_capture_on_commit_callbacks):
    blank, wrong, right = marked(paper, {}), marked(paper, {1: "D"}), marked(paper, {1: "B"})
    regrade = approve(propose(paper, remedy="void", keys=[]), django_capture_on_commit_callbacks)
    assert {a.points for a in Attempt.objects.filter(pk__in=[blank.pk, wrong.pk, right.pk])} == {100}
    assert regrade.changes.count() == 2
    blank.refresh_from_db()
    assert selectors.results_of(blank)[0].is_void


def test_two_answers_may_both_be_right_and_partial_credit_follows(paper, django_capture_on_commit_callbacks):
    several = paper.paper_items.get(number=3).item_version  # keyed ACD
    attempts = {letters: marked(paper, {3: letters}) for letters in ("ACD", "BC", "B", "AC")}
    regrade = services.propose_regrade(
        version=several, remedy="keys", keys=["ACD", "BC"], reason="两种答案均可", by=make.actor("trainer", "/")
    )
    approve(regrade, django_capture_on_commit_callbacks)
    got = {letters: Attempt.objects.get(pk=a.pk).points for letters, a in attempts.items()}
    # by the official rule: the exact set 2 points, part of either set 0.5 each, a wrong one nothing
    assert got == {"ACD": 200, "BC": 200, "B": 50, "AC": 100}


def test_what_is_handed_in_later_is_marked_by_the_correction_and_shown_so(paper, django_capture_on_commit_callbacks):
    open_one = make.attempt(on=paper)
    approve(propose(paper), django_capture_on_commit_callbacks)
    me = make.actor_of(open_one.person)
    services.save_response(attempt=open_one, item_number=1, sequence=1, answer="C", by=me)
    done = services.submit_attempt(attempt=open_one, by=me)
    assert done.points == 100
    shown = selectors.results_of(done)[0]
    assert (shown.verdict, shown.key_labels) == ("right", "C")


def test_a_later_regrade_is_laid_over_the_earlier(paper, django_capture_on_commit_callbacks):
    attempt = marked(paper, {1: "D"})
    approve(propose(paper), django_capture_on_commit_callbacks)
    second = propose(paper, keys=["D"], reason="再次核对")
    approve(second, django_capture_on_commit_callbacks)
    attempt.refresh_from_db()
    assert attempt.points == 100
    assert [c.regrade_id for c in attempt.regrade_changes.all()] == [second.pk]


def test_refusals(paper):
    version = first_item(paper)
    trainer = make.actor("trainer", "/")
    for spec, error in (
        ({"keys": ["B"]}, "没有变化"),
        ({"keys": ["Z"]}, "没有对应的选项"),
        ({"keys": []}, "请选出正确答案"),
        ({"keys": ["BC"]}, "只能是一个选项"),
        ({"keys": ["C"], "reason": " "}, "请写明原因"),
    ):
        with pytest.raises(BadInput, match=error):
            services.propose_regrade(**{"version": version, "remedy": "keys", "reason": "有误", "by": trainer, **spec})
    with pytest.raises(Missing):
        services.propose_regrade(version=version, remedy="void", reason="有误", by=make.actor("trainer", "/51/"))
    essay = ItemVersion(kind="essay", state="live", item=version.item)
    with pytest.raises(Refused, match="由阅卷人评分"):
        services.propose_regrade(version=essay, remedy="void", reason="有误", by=trainer)
    regrade = services.propose_regrade(version=version, remedy="void", reason="有误", by=trainer)
    with pytest.raises(Refused, match="已有一项改分"):
        propose(paper)
    own = make.Actor(uuid=trainer.uuid, label="x", grants=(make.Grant("reviewer", "/"),))
    with pytest.raises(Refused, match="以外的人批准"):
        services.approve_regrade(regrade=regrade, by=own)
    with pytest.raises(Missing):
        services.approve_regrade(regrade=regrade, by=make.actor("reviewer", "/53/"))
    services.reject_regrade(regrade=regrade, reason="依据不足", by=make.actor("reviewer", "/"))
    with pytest.raises(Refused):
        services.withdraw_regrade(regrade=regrade, by=trainer)
    again = propose(paper)
    assert services.withdraw_regrade(regrade=again, by=make.SYSTEM).state == "withdrawn"


def test_a_preview_that_is_no_longer_true_is_read_again(paper):
    regrade = propose(paper)
    marked(paper, {1: "C"})
    with pytest.raises(Refused, match="再看一遍"):
        services.approve_regrade(regrade=regrade, by=make.actor("reviewer", "/"))
    regrade.refresh_from_db()
    assert regrade.counts["changed"] == 1
    assert services.approve_regrade(regrade=regrade, by=make.actor("reviewer", "/")).state == "approved"


def test_the_preview_equals_what_happens(paper, django_capture_on_commit_callbacks):
    for letters in ("B", "C", "D", "B", "C", "C"):
        marked(paper, {1: letters, 3: "ACD"})
    regrade = propose(paper)
    told = dict(regrade.counts)
    approve(regrade, django_capture_on_commit_callbacks)
    changes = list(regrade.changes.all())
    assert told["changed"] == len(changes)
    assert told["gain"] == sum(c.points_after > c.points_before for c in changes)
    assert told["up"] == sum(bool(c.passed_after) and not c.passed_before for c in changes)
    for attempt in Attempt.objects.filter(paper=paper):
        assert attempt.points == sum(attempt.responses.values_list("points", flat=True))


def test_the_database_keeps_trail_and_content(paper, django_capture_on_commit_callbacks):
    marked(paper, {1: "C"})
    regrade = approve(propose(paper), django_capture_on_commit_callbacks)
    for act in (
        lambda: RegradeChange.objects.update(points_after=0),
        lambda: RegradeChange.objects.all().delete(),
        lambda: Regrade.objects.filter(pk=regrade.pk).update(reason="别的原因"),
        lambda: Regrade.objects.filter(pk=regrade.pk).update(keys=[["D"]]),
        lambda: Response.objects.filter(points__isnull=False).update(answer=["A"]),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_many_responses_are_previewed_by_a_job(paper, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr("exams.services.regrading.INLINE", 1)
    marked(paper, {1: "C"}), marked(paper, {1: "B"})
    with django_capture_on_commit_callbacks():
        regrade = propose(paper)
    assert regrade.previewed_at is None
    with pytest.raises(Refused, match="还没有算完"):
        services.approve_regrade(regrade=regrade, by=make.actor("reviewer", "/"))
    assert refresh_preview(regrade)
    assert approve(regrade, django_capture_on_commit_callbacks).changes.count() == 2
