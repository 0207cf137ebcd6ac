"""Every kind that is marked at once is practised, kept and reviewed; a case under its material; an essay judged by its writer."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from exams import learning_selectors, services
from exams.models import CardReview, PracticeAnswer, PracticeRound, ReviewCard, SyllabusChapter, WrongEntry
from exams.selectors_practice import chapter_items, practisable, readable, subjects_on_offer
from exams.states import AUTOMATIC_KINDS
from lms.core import clock
from lms.core.errors import BadInput
from tests.factories import exam_after as after
from tests.factories import exams as make
from tests.factories.world import make_client

pytestmark = pytest.mark.django_db
KINDS = sorted(AUTOMATIC_KINDS)


def one(kind: str, bank):
    return (make.worded if kind in make.WORDS else make.live)(bank, kind)


def fields(kind: str, answer, number: int) -> dict[str, object]:
    """As a browser posts the fields of the shared partial."""
    if kind == "ordering":
        return {f"q{number}_{letter}": str(place) for place, letter in enumerate(answer, 1)}
    return {f"q{number}": list(answer)}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_practised_kept_and_reviewed(world, kind):
    person = make.learner(world.county)
    version, client, (right, wrong) = one(kind, make.bank(world.county)), make_client(person.user), make.ANSWERS[kind]
    assert version in practisable(person)
    for answer, is_right in ((wrong, False), (right, True)):
        round_ = make.practice_round(person, [version])
        page = reverse("exams:practice_round", args=[round_.uuid])
        assert 'name="q1' in client.get(page).content.decode()
        sent = client.post(
            reverse("exams:practice_answer", args=[round_.uuid]), {"number": 1, **fields(kind, answer, 1)}, follow=True
        )
        assert ("答对" if is_right else "答错") in sent.content.decode()
        assert PracticeAnswer.objects.get(round=round_).is_right is is_right
    assert WrongEntry.objects.get(person=person).right_in_a_row == 1
    assert client.get(reverse("exams:wrong_book")).status_code == 200
    services.keep_favourite(person=person, item=version.item, by=make.actor_of(person), keep=True)
    assert client.get(reverse("exams:favourites")).status_code == 200

    services.collect_mistakes(person=person, by=make.actor_of(person))
    card = ReviewCard.objects.get(person=person)
    ReviewCard.objects.update(due_at=clock.now() - dt.timedelta(hours=1))
    page = reverse("exams:review_card", args=[card.uuid])
    told = client.post(page, {"reviews": 0, **fields(kind, right, 1)}).content.decode()
    assert "答对了" in told and told.count('name="answer"') == len(right)
    client.post(reverse("exams:review_rate", args=[card.uuid]), {"answer": list(right), "reviews": 0, "rating": 3})
    review = CardReview.objects.get(card=card)
    assert review.is_right and review.rating == 3 and review.answer == list(right)
    ReviewCard.objects.update(due_at=clock.now() - dt.timedelta(hours=1))
    client.post(page, {"reviews": 1, **fields(kind, wrong, 1)})
    assert CardReview.objects.get(card=card, ordinal=2).rating == 1


@pytest.mark.parametrize(
    ("kind", "sent", "kept"),
    [
        ("matching", {"q1": ["B", "", "A"]}, 'value="B" selected'),
        ("ordering", {"q1_A": "1", "q1_B": "1"}, 'value="1" selected'),
        ("ordering", {"q1_A": "2"}, 'value="2" selected'),
        ("numeric", {"q1": "半"}, 'value="半"'),
        ("short_answer", {"q1": "  "}, 'name="q1"'),
        ("multiple", {}, 'name="q1"'),
    ],
)
def test_what_cannot_be_judged_yet_is_said_and_nothing_is_lost(world, kind, sent, kept):
    person = make.learner(world.county)
    round_ = make.practice_round(person, [one(kind, make.bank(world.county))])
    answered = make_client(person.user).post(reverse("exams:practice_answer", args=[round_.uuid]), {"number": 1, **sent})
    assert answered.status_code == 200
    assert "notice-bad" in answered.content.decode() or "请" in answered.content.decode()
    assert kept in answered.content.decode()
    assert PracticeAnswer.objects.get(round=round_).answered_at is None


def test_the_questions_of_a_case_come_together_under_their_material(world):
    services.load_syllabus(by=make.SYSTEM)
    chapter = SyllabusChapter.objects.filter(syllabus_subject__edition__code="2025").first()
    person, bank = make.learner(world.county), make.bank(world.county)
    material = make.worded(bank, "case", chapters=[chapter])
    questions = [
        (make.worded if kind in make.WORDS else make.live)(bank, kind, case=material.item)
        for kind in ("single", "numeric", "ordering")
    ]
    others = [make.live(bank, chapters=[chapter]) for _ in range(9)]
    assert [offer.items for subject in subjects_on_offer(person) for offer in subject.chapters] == [12]
    _chapter, pool = chapter_items(person, chapter.uuid)
    assert set(pool) == {*questions, *others}
    for _ in range(6):
        round_ = services.start_round(person=person, mode="chapter", versions=pool, size=10, by=make.actor_of(person))
        rows = list(round_.answers.select_related("item_version__item"))
        assert len(rows) in (9, 10)
        under = [row.number for row in rows if row.item_version in questions]
        assert under in ([], list(range(under[0], under[0] + 3)) if under else [])
        assert [row.item_version.item.place for row in rows if row.item_version in questions] in ([], [1, 2, 3])
        assert {row.case_version for row in rows if row.item_version in questions} <= {material}
        assert {row.case_version for row in rows if row.item_version in others} == {None}
    round_ = make.practice_round(person, questions)
    page = make_client(person.user).get(reverse("exams:practice_round", args=[round_.uuid])).content.decode()
    assert "她说夜里睡不着" in page and material.stem in page
    read = readable([questions[0].item])[questions[0].item_id]
    assert read.question.case is not None and read.question.case.stem == material.stem


def test_a_case_rests_with_its_material_its_sitting_and_its_stale_questions(world):
    person, bank = make.learner(world.county), make.bank(world.county)
    first, second = make.case(bank), make.case(bank)
    assert practisable(person).count() == 4
    services.retire_item(version=first, reason="材料有误", by=make.SYSTEM)
    assert {version.item.case for version in practisable(person)} == {second.item}
    article = make.article(dt.date(2014, 5, 1))
    with clock.at(dt.datetime(2025, 1, 5, tzinfo=dt.UTC)):
        make.live(bank, case=second.item, articles=[article], law_as_of=dt.date(2024, 12, 31))
    assert practisable(person).count() == 3
    services.record_text(article=article, effective_from=dt.date(2025, 3, 1), source="测试", by=make.SYSTEM)
    assert not practisable(person).exists()
    make.mixed_paper(world.county, "numeric", "single numeric", is_reserved=True)
    assert not practisable(person).exists()


def test_an_essay_is_judged_by_its_writer_once(world):
    person = make.learner(world.county)
    version, client = make.worded(make.bank(world.county), "essay"), make_client(person.user)
    round_ = make.practice_round(person, [version])
    address = reverse("exams:practice_answer", args=[round_.uuid])
    with pytest.raises(BadInput):
        services.judge_essay(round_=round_, number=1, reached=[0, 1], by=make.actor_of(person))
    page = client.post(address, {"number": 1, "q1": "先稳定情绪，再订目标。"}, follow=True).content.decode()
    assert "指出问题" in page and "先稳定情绪" in page
    row = PracticeAnswer.objects.get(round=round_)
    assert row.answered_at is None and row.is_right is None
    client.post(address, {"number": 1, "q1": "改写"})  # seen the points: it stands as it was written
    told = client.post(address, {"number": 1, "judged": 1, "point": ["0", "7"]}, follow=True).content.decode()
    row.refresh_from_db()
    assert (row.answer, row.self_points, row.is_right) == (["先稳定情绪，再订目标。"], 800, False)
    assert "8 / 20" in told
    client.post(address, {"number": 1, "judged": 1, "point": ["0", "1"]})
    row.refresh_from_db()
    assert row.self_points == 800
    assert WrongEntry.objects.filter(person=person).count() == 1
    assert not learning_selectors.mistakes([person.pk]), "reviews need a verdict of the machine"
    assert PracticeRound.objects.get(pk=round_.pk).finished_at is not None
    again = make.practice_round(person, [version])
    services.answer_practice(round_=again, number=1, answer=["指出问题；提出目标。"], by=make.actor_of(person))
    assert services.judge_essay(round_=again, number=1, reached=[0, 1], by=make.actor_of(person)).answer.self_points == 2000


def test_a_mixed_mock_paper_fills_the_book_and_makes_cards(world):
    paper = make.mixed_paper(world.county, cased="single matching")
    person = make.learner(world.county)
    attempt = make.attempt(person, paper)
    for number, kind in attempt.responses.values_list("number", "kind"):
        services.save_response(
            attempt=attempt, item_number=number, sequence=1, answer=make.ANSWERS[kind][1], by=make.actor_of(person)
        )
    services.submit_attempt(attempt=attempt, by=make.actor_of(person))
    assert WrongEntry.objects.filter(person=person).count() == 6
    assert services.collect_mistakes(person=person, by=make.actor_of(person)) == 6


def test_a_corrected_key_is_the_key_of_practice(django_capture_on_commit_callbacks):
    paper = make.paper()
    version = after.version_of(paper)
    with django_capture_on_commit_callbacks(execute=True):
        services.approve_regrade(regrade=after.regrade(paper, remedy="keys", keys=["C"]), by=make.actor("reviewer", "/"))
    person = make.learner()
    round_ = make.practice_round(person, [version])
    assert services.answer_practice(round_=round_, number=1, answer="C", by=make.actor_of(person)).is_right
    assert readable([version.item])[version.item_id].result.key_labels == "C"


@pytest.mark.parametrize("count", [3, 30])
def test_the_book_is_read_in_as_many_queries_for_many(world, count, django_assert_num_queries):
    bank = make.bank(world.county)
    items = [make.case(bank, "single").item.questions.get() for _ in range(count)]
    with django_assert_num_queries(4):
        assert len(readable(items)) == count
