"""Item analysis: kept rows equal a slow recount, flags say what is planted, pages print nothing without its interval."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from django.urls import reverse

from exams import services, statistics
from exams.models import PaperAnalysis, Response
from exams.services.analysing import mask_of, read_matrix
from exams.statistics.flags import flags_of
from lms.core.models import Job
from tests.factories import exam_after as after
from tests.factories import exams as make

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def rng():
    return np.random.default_rng(11)


def test_masks():
    assert [mask_of(text) for text in ('["A"]', '["A", "C"]', '["A","C"]', "[]", '["甲"]', '[["a", "b"]]')] == [1, 5, 5, 0, 0, 0]


def test_kept_figures_equal_a_recount_in_pandas():
    paper = make.paper(singles=4, multiples=2)
    attempts = after.crowd(paper, 60)
    after.marked(paper, {1: "A"}, attempts[0].person)  # a second attempt counts for nothing
    analysis = services.analyse_paper(paper=paper, by=make.SYSTEM)
    rows = Response.objects.filter(attempt__in=attempts).values("attempt_id", "number", "points", "answer")
    table = pd.DataFrame(rows)
    wide = table.pivot(index="attempt_id", columns="number", values="points") / 100
    assert analysis.candidates == 60
    assert analysis.figures["mean"][0] == pytest.approx(wide.sum(axis=1).mean())
    assert analysis.figures["deviation"] == pytest.approx(wide.sum(axis=1).std())
    for item in analysis.items.all():
        own = wide[item.number]
        full = 2 if item.item_version.kind == "multiple" else 1
        assert item.figures["facility"][0] == pytest.approx(own.mean() / full)
        assert item.figures["discrimination"][0] == pytest.approx(own.corr(wide.sum(axis=1) - own))
        answers = table[table.number == item.number].set_index("attempt_id").answer
        totals = wide.sum(axis=1)
        for option in item.figures["options"]:
            picked = answers.apply(lambda letters, letter=option["letter"]: letter in letters)
            assert option["share"][0] == pytest.approx(picked.mean())
            if picked.any():
                assert option["mean_total"] / 100 == pytest.approx(totals[picked[picked].index].mean())
        assert sum(group["candidates"] for group in item.figures["curve"]) == 60


def test_too_few_candidates_say_so_and_nothing_else(world, client_as):
    paper = make.paper(world.county)
    after.crowd(paper, 3, place=world.county)
    analysis = services.analyse_paper(paper=paper, by=make.SYSTEM)
    assert analysis.figures == {"enough": False, "needed": statistics.ENOUGH} and not analysis.items.exists()
    page = client_as("trainer", world.county).get(reverse("exams:office_analysis", args=[paper.uuid])).content.decode()
    assert "证据不足" in page and "%" not in page.split("<main")[1].split("</main>")[0].split("证据不足")[1].split("<footer")[0]


def test_merged_persons_are_one_candidate(monkeypatch):
    paper = make.paper()
    one, other = after.marked(paper, {1: "B"}), after.marked(paper, {1: "C"})
    monkeypatch.setattr("lms.people.selectors.canonical_ids", lambda as_of=None: {other.person_id: one.person_id})
    matrix = read_matrix(paper)
    assert matrix.points.tolist() == [[100.0, 0.0, 0.0, 0.0]]


def test_upper_lower_does_not_depend_on_the_order_of_rows(rng):
    points = (rng.random((101, 9)) < 0.6).astype(float)
    one = statistics.analyse(points, [1.0] * 9)
    other = statistics.analyse(points[rng.permutation(101)], [1.0] * 9)
    assert [i.upper_lower.value for i in one.items] == pytest.approx([i.upper_lower.value for i in other.items])


def test_upper_lower_equals_the_recount_where_nobody_is_tied():
    count = 100
    points = np.zeros((count, 2))
    points[:, 0] = np.arange(count)  # a first "item" that orders everybody
    points[60:, 1] = 1
    found = statistics.analyse(points, [99.0, 0.001])
    share = (points[-27:, 1].mean() - points[:27, 1].mean()) / 0.001
    assert found.items[1].upper_lower.value == pytest.approx(share)


def test_score_groups_cover_everybody_and_part_no_equals(rng):
    points = (rng.random((503, 12)) < 0.5).astype(float)
    groups = statistics.score_groups(points, [1.0] * 12)
    assert sum(g.candidates for g in groups) == 503
    assert all(left.highest < right.lowest for left, right in pairwise(groups))
    totals = points.sum(axis=1)
    last = groups[-1]
    assert last.shares[0].value == pytest.approx(points[totals >= last.lowest, 0].mean())


def test_planted_faults_are_flagged(rng):
    """A wrong key, an idle distractor, an item nobody solves, and a good one; 400 candidates."""
    ability = rng.normal(size=400)
    knows = ability + rng.normal(scale=0.8, size=400) > 0
    good = np.where(knows, 0, rng.integers(1, 4, 400))
    miskeyed = np.where(knows, 2, rng.integers(0, 4, 400))  # the truth is C, the key says A
    idle = np.where(knows, 0, rng.integers(1, 3, 400))  # D is chosen by nobody
    hard = rng.integers(1, 4, 400) * (rng.random(400) > 0.08)
    filler = (ability[:, None] + rng.normal(size=(400, 12)) > 0).astype(float)
    chosen = np.column_stack([good, miskeyed, idle, hard])
    points = np.column_stack([(chosen == 0).astype(float), filler])
    masks = np.column_stack([1 << chosen, np.zeros((400, 12), dtype=int)]).astype(np.uint16)
    found = statistics.analyse(points, [1.0] * 16)
    options = statistics.option_analysis(masks, points, [4] * 4 + [0] * 12)
    flags = [flags_of(400, found.items[item], options[item], "A") for item in range(4)]
    assert flags[0] == []
    assert flags[1][:2] == ["key_suspect", "negative"]
    assert flags[2] == ["idle_distractor"]
    assert "hard" in flags[3] and "weak" in flags[3]


def test_page_picture_and_job(world, client_as, django_capture_on_commit_callbacks):
    paper = make.paper(world.county)
    after.crowd(paper, 40, place=world.county)
    trainer = client_as("trainer", world.county)
    page = reverse("exams:office_analysis", args=[paper.uuid])
    assert "还没有分析" in trainer.get(page).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        trainer.post(reverse("exams:office_analysis_request", args=[paper.uuid]))
    assert Job.objects.get(kind="exams.analyse_paper").status == "done"
    trainer.post(reverse("exams:office_analysis_request", args=[paper.uuid]))
    assert Job.objects.filter(kind="exams.analyse_paper").count() == 1, "nothing new: the same job"
    shown = trainer.get(page).content.decode()
    assert "信度" in shown and "data-chart" in shown
    item = trainer.get(reverse("exams:office_analysis_item", args=[paper.uuid, 1])).content.decode()
    assert "谁选了哪一项" in item and "最好的 27%" in item
    assert trainer.get(reverse("exams:office_analysis_item", args=[paper.uuid, 99])).status_code == 404
    foreign = client_as("trainer", world.foreign_county)
    assert foreign.get(page).status_code == 404


def test_a_kept_analysis_is_read_in_as_many_queries_however_long_the_paper(world, client_as, django_assert_max_num_queries):
    for singles in (3, 30):
        paper = make.paper(world.county, singles=singles, multiples=1)
        after.crowd(paper, 30, place=world.county)
        services.analyse_paper(paper=paper, by=make.SYSTEM)
        client = client_as("trainer", world.county)
        address = reverse("exams:office_analysis", args=[paper.uuid])
        client.get(address)
        with django_assert_max_num_queries(12):
            client.get(address)


def test_only_the_newest_analyses_are_kept():
    paper = make.paper()
    for _ in range(5):
        services.analyse_paper(paper=paper, by=make.SYSTEM)
    assert PaperAnalysis.objects.filter(paper=paper).count() == 3
