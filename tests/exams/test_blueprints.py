"""Blueprints drawn into papers: proved or short by so much, the same for the same seed, rested items held back, nothing stale."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from exams import difficulty, drawing, services
from exams.models import ItemEstimate, ItemFacility, ItemPlacement, PaperDraw, PaperItem, SyllabusChapter
from exams.services import CellRow
from lms.audit.models import AuditEvent
from lms.core.errors import Missing, Refused
from tests.factories import exams as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def chapters(db):
    services.load_syllabus(by=make.SYSTEM)
    services.load_standards(by=make.SYSTEM)
    rows = SyllabusChapter.objects.filter(
        syllabus_subject__edition__code="2025", syllabus_subject__subject="comprehensive_junior"
    ).select_related("syllabus_subject__edition")
    return list(rows)


@pytest.fixture
def filled(chapters):
    """A bank with six singles in each of two chapters and four multiples in the first."""
    source = make.bank()
    for chapter in chapters[:2]:
        for _ in range(6):
            make.live(source, chapters=[chapter])
    for _ in range(4):
        make.live(source, "multiple", chapters=[chapters[0]])
    return source


def blueprint(chapters, cells, **kwargs):
    fields = {"subject": "comprehensive_junior", "duration_minutes": 30, "edition": chapters[0].syllabus_subject.edition}
    return services.create_blueprint(title="细目表", division=None, cells=cells, by=make.SYSTEM, **{**fields, **kwargs})


def names(paper):
    return set(PaperItem.objects.filter(paper=paper).values_list("item_version__item_id", flat=True))


def test_a_blueprint_is_drawn_into_a_paper_that_opens(chapters, filled):
    plan = blueprint(
        chapters,
        [
            CellRow("single", 2, 100, (chapters[0],)),
            CellRow("single", 3, 100, (chapters[1],)),
            CellRow("multiple", 2, 200),
        ],
    )
    (paper,) = services.draw_papers(blueprint=plan, seed=7, by=make.SYSTEM)
    assert (paper.full_points, paper.pass_points, paper.state) == (900, 540, "draft")
    assert list(paper.sections.values_list("kind", "count", "points")) == [("single", 5, 100), ("multiple", 2, 200)]
    placed = ItemPlacement.objects.filter(item__versions__paper_items__paper=paper, item__versions__kind="single")
    assert sorted(placed.values_list("chapter__title", flat=True)) == sorted([chapters[0].title] * 2 + [chapters[1].title] * 3)
    assert services.paper_shortfalls(paper) == []
    assert services.publish_paper(paper=paper, by=make.SYSTEM).state == "live"
    assert AuditEvent.objects.filter(verb="exams.paper.drawn", record_uuid=paper.uuid).count() == 1


def test_the_seed_draws_the_same_again(chapters, filled):
    plan = blueprint(chapters, [CellRow("single", 4, 100)])
    one, again, other = (services.draw_papers(blueprint=plan, seed=seed, by=make.SYSTEM)[0] for seed in (5, 5, 6))
    # the second drawing sees the first paper as wear, so its pool differs and says so
    digests = [PaperDraw.objects.get(paper=p).pool_digest for p in (one, again)]
    assert digests[0] != digests[1]
    for paper in (again, other):
        paper.paper_items.all().delete()
        PaperDraw.objects.filter(paper=paper).delete()
        paper.delete()
    PaperDraw.objects.filter(paper=one).delete()
    first = names(one)
    one.paper_items.all().delete()
    one.delete()
    (same,) = services.draw_papers(blueprint=plan, seed=5, by=make.SYSTEM)
    assert names(same) == first and PaperDraw.objects.get(paper=same).pool_digest == digests[0]


def test_the_exact_shortfall_is_said_and_nothing_is_drawn(chapters, filled):
    plan = blueprint(
        chapters,
        [
            CellRow("single", 5, 100, (chapters[0],)),
            CellRow("single", 3, 100, (chapters[0], chapters[1])),
            CellRow("single", 6, 100, (chapters[1],)),
            CellRow("multiple", 5, 200),
        ],
    )
    proof = drawing.prove(plan)
    assert [(g.cells, g.wanted, g.fitting, g.lacking) for g in proof.assignment.shortfalls] == [
        (("1", "2", "3"), 14, 12, 2),
        (("4",), 5, 4, 1),
    ]
    with pytest.raises(Refused, match="第 1、2、3 行合计要 14 题，符合其中任一行的只有 12 题，缺 2 题"):
        services.draw_papers(blueprint=plan, seed=1, by=make.SYSTEM)
    assert not PaperDraw.objects.exists()


def test_parallel_papers_share_nothing_where_the_pool_allows(chapters, filled):
    plan = blueprint(chapters, [CellRow("single", 6, 100), CellRow("multiple", 3, 200)])
    for number, item in enumerate(filled.items.order_by("code")):
        ItemEstimate.objects.create(item=item, expected_percent=30 + 4 * number, given_by=make.SYSTEM.uuid)
    one, two = services.draw_papers(blueprint=plan, seed=3, count=2, by=make.SYSTEM)
    assert (one.draw.letter, two.draw.letter, one.draw.series) == ("A", "B", two.draw.series)
    assert one.title.endswith("（A卷）")
    singles = {p: names(p) & set(filled.items.filter(versions__kind="single").values_list("pk", flat=True)) for p in (one, two)}
    assert not singles[one] & singles[two]
    # four multiples for two papers of three: two must repeat, no more
    assert len(names(one) & names(two)) == 2
    assert abs(one.draw.expected_facility - two.draw.expected_facility) <= 40


def test_stale_items_are_never_drawn(chapters, filled):
    old = SyllabusChapter.objects.filter(syllabus_subject__edition__code="2018").select_related("syllabus_subject__edition").first()
    make.live(filled, "true_false", chapters=[old])
    make.live(filled, "true_false", chapters=[chapters[0]], law_as_of=dt.date(2024, 12, 31))
    plan = blueprint(chapters, [CellRow("true_false", 1, 100)], law_as_of=dt.date(2025, 12, 31))
    (gap,) = drawing.prove(plan).assignment.shortfalls
    assert (gap.wanted, gap.fitting) == (1, 0)
    make.live(filled, "true_false", chapters=[chapters[0]], law_as_of=dt.date(2025, 12, 31))
    assert drawing.prove(plan).is_feasible


def test_used_items_rest_and_it_is_said_when_that_is_why(chapters, filled):
    plan = blueprint(chapters, [CellRow("multiple", 3, 200)], rest_papers=1)
    services.draw_papers(blueprint=plan, seed=1, by=make.SYSTEM)
    proof = drawing.prove(plan)
    assert proof.pool.held_back == 3 and not proof.is_feasible and proof.if_nobody_rested == []
    assert "放宽曝光控制" in proof.sentences[-1]
    by_rate = blueprint(chapters, [CellRow("multiple", 1, 200)], max_rate_percent=50)
    assert drawing.prove(by_rate).pool.held_back == 3  # in one of one paper: 100 %
    services.draw_papers(blueprint=by_rate, seed=2, by=make.SYSTEM)
    assert drawing.prove(by_rate).pool.held_back == 0  # four items, each in one of two


def test_difficulty_is_the_estimate_until_enough_responses(chapters, filled):
    item, other = filled.items.order_by("code")[:2]
    difficulty.set_estimates(bank=filled, percents={item: 80, other: 20}, by=make.SYSTEM)
    scale = difficulty.scale_in_force()
    ItemFacility.objects.create(item=item, responses=scale.enough - 1, facility=100)
    assert difficulty.difficulties_of([item.pk], scale) == {item.pk: 800}
    ItemFacility.objects.filter(item=item).update(responses=scale.enough)
    assert difficulty.difficulties_of([item.pk], scale) == {item.pk: 100}
    easy = blueprint(chapters, [CellRow("single", 2, 100, band="hard")])
    assert drawing.prove(easy).is_feasible  # the observed one and the estimated one; unknown ones are in no band
    with pytest.raises(Missing):
        difficulty.set_estimates(bank=filled, percents={item: 1}, by=make.actor("trainer", "/51/"))


def test_facility_is_observed_over_first_attempts(chapters):
    paper = make.paper(singles=2, multiples=1)
    for answer in ("B", "B", "A"):
        person = make.learner()
        attempt = make.attempt(person, paper)
        me = make.actor_of(person)
        services.save_response(attempt=attempt, item_number=1, sequence=1, answer=answer, by=me)
        services.save_response(attempt=attempt, item_number=3, sequence=1, answer="AC", by=me)
        services.submit_attempt(attempt=attempt, by=me)
    again = make.attempt(person, paper)
    services.save_response(attempt=again, item_number=1, sequence=1, answer="B", by=me)
    services.submit_attempt(attempt=again, by=me)
    assert difficulty.refresh_facilities() == 3 == difficulty.refresh_facilities()
    seen = {f.item_id: (f.responses, f.facility) for f in ItemFacility.objects.all()}
    items = list(PaperItem.objects.filter(paper=paper).order_by("number").values_list("item_version__item_id", flat=True))
    assert [seen[item] for item in items] == [(3, 667), (3, 0), (3, 500)]


def test_cells_must_add_up_to_the_template(chapters, filled):
    template = make.template(singles=4, multiples=2)
    plan = blueprint(chapters, [CellRow("single", 3, 100), CellRow("multiple", 2, 200)], template=template)
    assert any("应有 4 题" in fault for fault in drawing.prove(plan).faults)
    services.set_cells(blueprint=plan, cells=[CellRow("single", 4, 100), CellRow("multiple", 2, 200)], by=make.SYSTEM)
    (paper,) = services.draw_papers(blueprint=plan, seed=1, by=make.SYSTEM)
    assert services.paper_shortfalls(paper) == []


def test_outside_is_missing_and_retired_draws_nothing(chapters, filled):
    plan = blueprint(chapters, [CellRow("single", 1, 100)])
    with pytest.raises(Missing):
        services.draw_papers(blueprint=plan, seed=1, by=make.actor("trainer"))
    services.retire_blueprint(blueprint=plan, by=make.SYSTEM)
    with pytest.raises(Refused):
        services.draw_papers(blueprint=plan, seed=1, by=make.SYSTEM)


def test_without_the_standards_the_page_of_difficulty_says_so(world, client_as):
    bank = make.bank(world.county)
    page = client_as("trainer", world.county).get(reverse("exams:bank_difficulty", args=[bank.uuid]), follow=True)
    assert page.redirect_chain[-1][0] == reverse("exams:bank", args=[bank.uuid])
    assert "还没有载入难度分档标准" in page.content.decode()
