"""Readiness: no number without evidence, none without its interval; calibrated by simulation; the page in docs is fresh."""

from __future__ import annotations

import re

import numpy as np
import pytest
from django.urls import reverse

from exams import irt, readiness_selectors, readiness_simulation, services
from exams.models import Calibration
from exams.readiness import ENOUGH_ANSWERS
from lms.core.errors import Missing
from tests.factories import exam_after as after
from tests.factories import exams as make
from tests.factories.world import make_client

SUBJECT = "comprehensive_junior"


@pytest.fixture
def calibrated(db, monkeypatch):
    """A calibrated subject with 40 people instead of 100, to be quick, on a paper of 44 items."""
    monkeypatch.setattr("exams.readiness.ENOUGH_CANDIDATES", 40)
    paper = make.paper(singles=36, multiples=8)
    attempts = after.crowd(paper, 40, seed=3)
    return paper, attempts, services.calibrate_subject(subject=SUBJECT, by=make.SYSTEM)


def of(person):
    return {one.subject: one for one in readiness_selectors.readiness_of({person.pk})}[SUBJECT]


def test_calibration_is_kept_as_rows_and_follows_who_solved_what(calibrated):
    paper, _attempts, calibration = calibrated
    assert calibration.candidates == 40 and calibration.items.count() == 44
    shares = {version: np.mean([points == 100 for points in values]) for version, values in _points_by_version(paper).items()}
    difficulties = {row.item_version_id: row.difficulty for row in calibration.items.all() if row.kind == "single"}
    pairs = np.array([(difficulties[version], shares[version]) for version in difficulties])
    assert np.corrcoef(pairs[:, 0], pairs[:, 1])[0, 1] < -0.8


def _points_by_version(paper):
    found: dict[int, list[int]] = {}
    from exams.models import Response

    for version, points in Response.objects.filter(attempt__paper=paper).values_list("item_version_id", "points"):
        found.setdefault(version, []).append(points)
    return found


@pytest.mark.django_db
def test_too_few_people_calibrate_nothing():
    paper = make.paper()
    after.crowd(paper, 3)
    assert services.calibrate_subject(subject=SUBJECT, by=make.SYSTEM) is None
    with pytest.raises(Missing):
        services.calibrate_subject(subject=SUBJECT, by=make.actor("trainer", "/"))
    person = make.learner()
    assert of(person).estimate is None and of(person).words == "证据不足"


def test_estimates_rise_with_what_one_knows_and_hold_their_interval(calibrated):
    paper, _attempts, _calibration = calibrated
    right = {n: "B" if n <= 36 else "ACD" for n in range(1, 45)}
    strong, weak = after.marked(paper, right).person, after.marked(paper, {n: "A" for n in range(1, 45)}).person
    high, low = of(strong), of(weak)
    assert high.percent[1] > low.percent[2]
    for one in (high, low):
        value, least, most = one.percent
        assert 1 <= least <= value <= most <= 99 and least < most
        assert one.weakest is None, "the factory's items have no chapters"
    some = after.marked(paper, {n: "B" for n in range(1, 30)}).person
    assert of(some).estimate is not None, "blank answers are answers: nothing was known"


def test_too_few_own_answers_say_how_many_more(calibrated):
    small = make.paper()
    person = after.marked(small, {1: "B"}).person
    found = of(person)
    assert found.estimate is None and found.lacking_answers == ENOUGH_ANSWERS


def test_the_first_answer_counts(calibrated):
    paper, attempts, _calibration = calibrated
    before = of(attempts[0].person).percent
    after.marked(paper, {n: "B" if n <= 36 else "ACD" for n in range(1, 45)}, attempts[0].person)
    assert of(attempts[0].person).percent == before


def test_the_page_prints_no_percentage_without_its_interval(calibrated, world):
    _paper, attempts, _calibration = calibrated
    client = make_client(attempts[0].person.user)
    page = client.get(reverse("exams:readiness")).content.decode()
    main = re.sub(r"<[^>]+>", " ", page.split("<main")[1].split("</main>")[0])
    assert re.search(r"\d+%–\d+%", main)
    for card in re.findall(r"居中估计 \d+%（95% 区间", main):
        assert card
    assert "证据不足" in main, "the other subjects say so"
    assert "未通过" not in main and "不及格" not in main


@pytest.mark.django_db
def test_changed_subjects_are_calibrated_once():
    assert services.calibrate_changed(by=make.SYSTEM) == []
    assert Calibration.objects.count() == 0


def test_simulated_learners_of_known_ability_pass_as_often_as_predicted():
    found = readiness_simulation.run(readiness_simulation.SMALL)
    assert found.error < 0.08
    assert found.brier < found.base_brier / 2
    assert found.covered.high > 0.95


def test_the_same_seed_gives_the_same_outcome():
    size = readiness_simulation.Size(candidates=120, bank=60, answered=45, learners=60)
    assert readiness_simulation.run(size) == readiness_simulation.run(size)


def test_nothing_is_certain_in_print():
    assert irt.Readiness(0.9999, 0.999, 1.0).percent == (99, 98, 99)
    assert irt.Readiness(0.00001, 0.0, 0.0001).percent == (1, 1, 2)
    assert irt.Readiness(0.5, 0.401, 0.699).percent == (50, 40, 70)


def test_the_documented_calibration_is_fresh_and_its_picture_whole(settings):
    """The page's quick run is made again: whoever changes model or simulation makes the page anew."""
    from exams.readiness_report import PAGE, PICTURE, document, fingerprint, picture

    folder = settings.BASE_DIR / "docs/reference"
    page, drawn = (folder / PAGE).read_text(), (folder / PICTURE).read_text()
    small = readiness_simulation.run(readiness_simulation.SMALL)
    for told, again in zip(re.findall(r"^- (\S+) (\d\.\d{3})$", page, re.M), fingerprint(small), strict=True):
        name, value = again.split(" ")
        assert told[0] == name and float(told[1]) == pytest.approx(float(value), abs=0.02), "run manage.py readiness_calibration"
    assert set(re.findall(r"^## .*", page, re.M)) == set(re.findall(r"^## .*", document(small, small), re.M))
    bins = len(re.findall(r"^\| \d+%–", page, re.M))
    assert drawn.count("<circle") == bins and picture(small).count("<circle") == len(small.bins)
