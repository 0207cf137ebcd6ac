"""Essays: blind, by marking points, a third marker where two differ, settled and told once; agreement against published tables."""

from __future__ import annotations

import itertools
import random
import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams import agreement, rules, services
from exams.models import Attempt, EssayMark, EssayScript, Response
from lms.accounts.models import User
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger.models import Line
from lms.notices.models import Notice
from tests.factories import exams as make
from tests.factories.world import make_client, make_user

pytestmark = pytest.mark.django_db


def mark(paper, actor, *awards, remark=""):
    claim = services.claim_script(paper=paper, by=actor)
    assert claim is not None
    return services.mark_script(mark=claim, awards=awards, by=actor, remark=remark)


def test_an_essay_waits_for_two_markers_and_then_is_told_and_posted_once(world, django_capture_on_commit_callbacks):
    paper = make.essay_paper(world.county)
    attempt = make.essay_attempt(paper)
    assert (attempt.state, attempt.points) == ("submitted", None) and not Line.objects.filter(kind="scored").exists()
    assert dict(attempt.responses.values_list("kind", "points")) == {"single": 100, "essay": None}
    first, second = make.marker(paper), make.marker(paper, "reviewer")
    mark(paper, first, 600, 900)
    attempt.refresh_from_db()
    assert attempt.state == "submitted"
    assert services.claim_script(paper=paper, by=first) is None  # not the same script twice
    mark(paper, second, 700, 1000, remark="目标可以更具体")
    attempt.refresh_from_db()
    script = EssayScript.objects.get()
    assert (script.wanted, script.points) == (2, 1600) and (attempt.state, attempt.points) == ("marked", 1700)
    line = Line.objects.get(kind="scored")
    assert line.facts["points"] == "17" and line.facts["rules"] == sorted(["licence-single", script.rule.code])
    assert Notice.objects.filter(user=attempt.person.user, kind="exam.marked").count() == 1


def test_two_who_differ_too_much_call_a_third(world):
    paper = make.essay_paper(world.county, percent=20)
    make.essay_attempt(paper)
    markers = [make.marker(paper) for _ in range(4)]
    mark(paper, markers[0], 0, 500)
    mark(paper, markers[1], 400, 501)  # 401 apart: one more than 20 % of 2000
    assert EssayScript.objects.get().wanted == 3 and Attempt.objects.get().state == "submitted"
    mark(paper, markers[2], 301, 400)
    script = EssayScript.objects.get()
    assert script.points == 801 and Attempt.objects.get().state == "marked"  # 901 and 701 are closer than 701 and 500
    assert services.claim_script(paper=paper, by=markers[3]) is None


def test_the_limit_itself_calls_nobody(world):
    paper = make.essay_paper(world.county, percent=20)
    make.essay_attempt(paper)
    mark(paper, make.marker(paper), 0, 500)
    mark(paper, make.marker(paper), 400, 500)
    assert EssayScript.objects.get().points == 700


@pytest.mark.parametrize(
    ("method", "points", "final"),
    [
        ("mean", [1000, 1100], 1050),
        ("mean", [1000, 1001], 1001),  # half a hundredth goes up
        ("mean", [500, 1000, 1200], 900),
        ("closest_pair", [500, 1000, 1200], 1100),
        ("closest_pair", [500, 1000, 750], 875),  # two pairs equally close: the higher
        ("closest_pair", [1000, 1000, 0], 1000),
        ("third_decides", [500, 1500, 600], 600),
        ("third_decides", [500, 1500], 1000),
    ],
)
def test_final_points_by_named_method(method, points, final):
    assert rules.final_points(method, points) == final


def test_a_blank_essay_needs_no_marker(world):
    paper = make.essay_paper(world.county, singles=0)
    person = make.learner(world.county)
    attempt = services.submit_attempt(attempt=make.attempt(person, paper), by=make.actor_of(person))
    assert (attempt.state, attempt.points) == ("marked", 0) and not EssayScript.objects.exists()


def test_nothing_is_saved_in_an_essay_that_is_with_its_markers(world):
    paper = make.essay_paper(world.county)
    attempt = make.essay_attempt(paper)
    essay = attempt.responses.get(kind="essay")
    with pytest.raises(DatabaseError), transaction.atomic():
        Response.objects.filter(pk=essay.pk).update(answer=["别的"])
    with pytest.raises(Refused):
        services.save_response(
            attempt=attempt, item_number=essay.number, sequence=9, answer=["别的"], by=make.actor_of(attempt.person)
        )


def test_who_marks_what(world):
    paper = make.essay_paper(world.county)
    stranger, first, second = make.actor("trainer"), make.marker(paper), make.marker(paper)
    with pytest.raises(Missing):
        services.claim_script(paper=paper, by=stranger)
    elsewhere = make_user("trainer", world.foreign_county)
    with pytest.raises(Refused):
        services.appoint_marker(paper=paper, user=elsewhere, by=make.SYSTEM)
    # one's own essay is never offered
    own = make.learner(world.county)
    own.user = type(own.user).objects.get(pk=first.user_id)
    own.save()
    make.essay_attempt(paper, own)
    assert services.claim_script(paper=paper, by=first) is None
    claim = services.claim_script(paper=paper, by=second)
    assert services.claim_script(paper=paper, by=second).pk == claim.pk  # a second click
    with pytest.raises(Missing):
        services.mark_script(mark=claim, awards=[1, 1], by=first)
    for awards in ([801, 0], [-1, 0], [100], [100, 100, 0]):
        with pytest.raises(BadInput):
            services.mark_script(mark=claim, awards=awards, by=second)
    services.mark_script(mark=claim, awards=[800, 0], by=second)
    assert services.mark_script(mark=claim, awards=[800, 0], by=second).points == 800
    with pytest.raises(Refused):
        services.mark_script(mark=claim, awards=[800, 1], by=second)
    with pytest.raises(DatabaseError), transaction.atomic():
        EssayMark.objects.filter(pk=claim.pk).update(points=1)


def test_a_claim_goes_back_when_its_marker_leaves(world):
    paper = make.essay_paper(world.county)
    make.essay_attempt(paper)
    actor = make.marker(paper)
    services.claim_script(paper=paper, by=actor)
    services.end_marker(marker=paper.markers.get(), by=make.SYSTEM)
    assert not EssayMark.objects.exists()
    with pytest.raises(Missing):
        services.claim_script(paper=paper, by=actor)


def test_the_database_knows_two_markers_from_one(world):
    paper = make.essay_paper(world.county)
    make.essay_attempt(paper)
    claim = services.claim_script(paper=paper, by=make.marker(paper))
    other = make.marker(paper)
    for wrong in ({"ordinal": 1, "marker_id": other.user_id}, {"ordinal": 2, "marker_id": claim.marker_id}):
        with pytest.raises(IntegrityError), transaction.atomic():
            EssayMark.objects.create(script=claim.script, **wrong)


@pytest.mark.django_db(transaction=True)
def test_twelve_markers_at_once_take_each_seat_once(world):
    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time")
    paper = make.essay_paper(world.county)
    for _ in range(3):
        make.essay_attempt(paper)
    actors = [make.marker(paper) for _ in range(12)]
    barrier, got = threading.Barrier(len(actors)), []

    def run(actor):
        barrier.wait()
        try:
            got.append(services.claim_script(paper=paper, by=actor))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(actor,)) for actor in actors]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    seats = list(EssayMark.objects.values_list("script_id", "ordinal"))
    assert len(seats) == len(set(seats)) == 6 and sum(1 for claim in got if claim) == 6


@pytest.mark.django_db(transaction=True)
def test_two_essays_settled_at_once_finish_the_attempt_once(world):
    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time")
    paper = make.essay_paper(world.county, essays=2)
    attempt = make.essay_attempt(paper)
    first, second, third = (make.marker(paper) for _ in range(3))
    mark(paper, first, 400, 600), mark(paper, first, 400, 600)
    scripts = list(EssayScript.objects.order_by("pk"))
    pair = [
        (EssayMark.objects.create(script=script, ordinal=2, marker_id=actor.user_id), actor)
        for script, actor in zip(scripts, (second, third), strict=True)
    ]
    barrier, failed = threading.Barrier(2), []

    def run(claim, actor):
        barrier.wait()
        try:
            services.mark_script(mark=claim, awards=[400, 600], by=actor)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in pair]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    attempt.refresh_from_db()
    assert not failed and (attempt.state, attempt.points) == ("marked", 2100)
    assert Line.objects.filter(kind="scored").count() == 1


# --- pages --------------------------------------------------------------------------------------------------------------


def test_a_marker_takes_reads_and_marks_a_script_that_names_nobody(world):
    paper = make.essay_paper(world.county)
    attempt = make.essay_attempt(paper)
    first, second = make.marker(paper), make.marker(paper)
    client = make_client(User.objects.get(pk=first.user_id))
    assert "可取" in client.get(reverse("exams:marking_list")).content.decode()
    mark(paper, second, 800, 1200, remark="背后的评语")
    page = client.post(reverse("exams:script_claim", args=[paper.uuid]), follow=True)
    text = page.content.decode()
    assert "先稳定情绪" in text and "指出问题" in text
    told = [attempt.person.name, attempt.person.user.username, str(attempt.uuid), "背后的评语"]
    assert not [word for word in told if word in text]
    here = page.redirect_chain[-1][0]
    assert "0 和它的分值之间" in client.post(here, {"award_0": "9", "award_1": "1"}).content.decode()
    done = client.post(here, {"award_0": "7.5", "award_1": "10", "remark": "写得清楚", "then": "next"}, follow=True)
    assert "评分已提交" in done.content.decode() and Attempt.objects.get().state == "marked"
    assert "disabled" in client.get(here).content.decode()
    result = make_client(attempt.person.user).get(reverse("exams:attempt_result", args=[attempt.uuid])).content.decode()
    assert "写得清楚" in result and "背后的评语" in result and User.objects.get(pk=first.user_id).username not in result


def test_the_candidate_reads_that_the_essay_waits(world):
    attempt = make.essay_attempt(make.essay_paper(world.county))
    client = make_client(attempt.person.user)
    assert "等待阅卷" in client.get(reverse("exams:attempt_result", args=[attempt.uuid])).content.decode()
    assert "已交卷，待阅" in client.get(reverse("exams:paper", args=[attempt.paper.uuid])).content.decode()


def test_markers_are_appointed_followed_and_taken_off(world):
    paper = make.essay_paper(world.county)
    admin = make_client(make_user("regional_admin", world.county))
    trainer = make_user("trainer", world.county)
    page = reverse("exams:office_markers", args=[paper.uuid])
    assert trainer.username in admin.get(page).content.decode()
    admin.post(page, {"act": "appoint", "user": trainer.uuid})
    assert paper.markers.get().user == trainer
    outsider = make_client(make_user("regional_admin", world.foreign_county))
    assert outsider.get(page).status_code == 404
    admin.post(page, {"act": "end", "marker": paper.markers.get().uuid})
    assert paper.markers.get().ended_at is not None


def test_the_markers_pages_ask_as_much_for_many_scripts_as_for_few(world):
    paper, counts = make.essay_paper(world.county, singles=0), []
    markers = [make.marker(paper), make.marker(paper)]
    client = make_client(make_user("regional_admin", world.county))
    own = make_client(User.objects.get(pk=markers[0].user_id))
    for extra in (3, 12):
        for _ in range(extra):
            make.essay_attempt(paper)
            for actor in markers:
                mark(paper, actor, 400, 600)
        for reader, page in ((client, reverse("exams:office_markers", args=[paper.uuid])), (own, reverse("exams:marking_list"))):
            reader.get(page)
            with CaptureQueriesContext(connection) as seen:
                reader.get(page)
            counts.append(len(seen))
    assert counts[:2] == counts[2:]


# --- agreement ----------------------------------------------------------------------------------------------------------

# Shrout & Fleiss (1979), table 2: six targets, four judges; their table 4 gives ICC(2,1) = .29
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def test_icc_is_that_of_the_published_table():
    assert round(agreement.icc(SHROUT_FLEISS), 2) == 0.29


def test_kappa_equals_the_definition_by_a_table_of_weights():
    """The definition, cell by cell: disagreement weights (i−j)², observed against expected by the margins."""
    dice = random.Random(7)
    for _ in range(50):
        first = [dice.randrange(11) for _ in range(30)]
        second = [max(0, min(10, x + dice.randrange(-3, 4))) for x in first]
        observed = expected = 0.0
        for i, j in itertools.product(range(11), repeat=2):
            cell = sum(1 for a, b in zip(first, second, strict=True) if (a, b) == (i, j)) / 30
            observed += (i - j) ** 2 * cell
            expected += (i - j) ** 2 * (first.count(i) / 30) * (second.count(j) / 30)
        assert agreement.weighted_kappa(first, second) == pytest.approx(1 - observed / expected)


def test_severity_is_the_mean_difference_from_the_others_and_few_scripts_say_nothing():
    marks = {"甲": {n: 10.0 for n in range(12)}, "乙": {n: 12.0 for n in range(12)}, "丙": {n: 11.0 for n in range(3)}}
    found = agreement.figures_of(marks)
    assert found["乙"].severity == pytest.approx((9 * 2 + 3 * 1.5) / 12) and found["丙"].severity is None
    assert found["甲"].spread == 0 and agreement.pair_of(marks["甲"], marks["丙"]).kappa is None
    pair = agreement.pair_of(marks["甲"], marks["乙"])
    assert pair.difference == 2 and pair.kappa == 0
