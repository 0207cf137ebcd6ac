"""Legal rows of what follows marking: marked attempts, reports, regrades, analyses, cards of review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from exams import services
from exams.models import Attempt, FaultReport, ItemVersion, Paper, Regrade, ReviewCard
from exams.services import Given
from lms.people.models import Person
from lms.places.models import Division
from tests.factories import exams as make


def marked(on: Paper, answers: Mapping[int, str], person: Person | None = None) -> Attempt:
    """A marked attempt with these answers (number → letters)."""
    attempt = make.attempt(person, on)
    given = [Given(number, 1, tuple(letters)) for number, letters in answers.items()]
    services.save_answers(attempt_uuid=attempt.uuid, answers=given, window="", by=make.SYSTEM, user_id=None)
    return services.submit_attempt(attempt=attempt, by=make.actor_of(attempt.person))


def crowd(on: Paper, people: int, seed: int = 1, place: Division | None = None) -> list[Attempt]:
    """Marked attempts of learners of different ability: singles keyed B, multiples keyed ACD, as the factory's papers are."""
    rng = np.random.default_rng(seed)
    items = list(on.paper_items.select_related("item_version").order_by("number"))
    hardness = rng.normal(-0.3, 0.8, len(items))
    made = []
    for ability in rng.normal(size=people):
        answers = {}
        for item, hard in zip(items, hardness, strict=True):
            knows = rng.random() < 1 / (1 + np.exp(-(ability - hard)))
            if item.item_version.kind == "multiple":
                answers[item.number] = "ACD" if knows else ("AC", "A", "BC")[rng.integers(3)]
            else:
                answers[item.number] = "B" if knows else "ACD"[rng.integers(3)]
        made.append(marked(on, answers, make.learner(place)))
    return made


def version_of(paper: Paper, number: int = 1) -> ItemVersion:
    return paper.paper_items.get(number=number).item_version


def report(paper: Paper, person: Person | None = None, number: int = 1) -> FaultReport:
    attempt = marked(paper, {number: "C"}, person)
    return services.report_fault(
        version=version_of(paper, number),
        person=attempt.person,
        kind="key",
        text="教材写的是 C",
        attempt=attempt,
        by=make.actor_of(attempt.person),
    )


def regrade(paper: Paper, number: int = 1, **more: Any) -> Regrade:
    spec = {"remedy": "void", "reason": "题干有误", "by": make.SYSTEM, **more}
    return services.propose_regrade(version=version_of(paper, number), **spec)


def card(person: Person, paper: Paper | None = None) -> ReviewCard:
    """The card of one item that the person got wrong."""
    on = paper or make.paper()
    kinds = dict(on.paper_items.values_list("number", "item_version__kind"))
    marked(on, {n: "ACD" if kind == "multiple" else "B" for n, kind in kinds.items()} | {1: "C"}, person)
    services.collect_mistakes(person=person, by=make.SYSTEM)
    return ReviewCard.objects.get(person=person, item__versions=version_of(on))


def _their_card(world: Any) -> dict[str, Any]:
    return {"kwargs": {"card": card(make.learner(world.division), make.paper(world.division)).uuid}}


def _analysed(world: Any) -> Paper:
    paper = make.paper(world.division)
    crowd(paper, 30, place=world.division)
    services.analyse_paper(paper=paper, by=make.SYSTEM)
    return paper


ROUTES = {
    "exams:fault_report": lambda world: {"kwargs": {"version": report(make.paper(world.division)).item_version.uuid}},
    "exams:review_card": _their_card,
    "exams:review_rate": lambda world: {**_their_card(world), "method": "post"},
    "exams:office_fault": lambda world: {"kwargs": {"version": report(make.paper(world.division)).item_version.uuid}},
    "exams:regrade_propose": lambda world: {"kwargs": {"version": version_of(make.paper(world.division)).uuid}},
    "exams:office_regrade": lambda world: {"kwargs": {"regrade": regrade(make.paper(world.division)).uuid}},
    "exams:regrade_act": lambda world: {
        "kwargs": {"regrade": regrade(make.paper(world.division)).uuid, "act": "withdraw"},
        "method": "post",
    },
    "exams:office_analysis": lambda world: {"kwargs": {"paper": _analysed(world).uuid}},
    "exams:office_analysis_request": lambda world: {"kwargs": {"paper": make.paper(world.division).uuid}, "method": "post"},
    "exams:office_analysis_item": lambda world: {"kwargs": {"paper": _analysed(world).uuid, "number": 1}},
}
