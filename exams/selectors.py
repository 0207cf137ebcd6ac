"""Reads of the exam room, scoped by who looks. Outside one's scope is Missing."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Count, F, Max, Model, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from exams import laws, rules
from exams.models import Attempt, Blueprint, Item, ItemBank, ItemImport, ItemVersion, Paper, PaperItem, PaperSection
from exams.questions import (
    ItemResult,
    Question,
    question,
    questions_of,
    results_of,
    shown_options,
)
from exams.states import BANK_STAFF, PAPER_MAKERS, RESULT_READERS, AttemptState, PaperState, VersionState
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.people import selectors as people
from lms.people.models import Person
from lms.places.rules import upwards

__all__ = ["ItemResult", "Question", "question", "questions_of", "results_of", "shown_options"]  # and all that is defined here
Row = TypeVar("Row", bound=Model)


def person_of(actor: Actor) -> Person:
    """The person behind a signed-in actor; Missing where the account belongs to nobody of the training world."""
    found = people.person_of(actor)
    if found is None:
        raise Missing(_("此账号没有学员档案，不能作答。"))
    return found


# --- learners ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaperOnOffer:
    """A paper a learner may sit, with what they did at it."""

    paper: Paper
    items: int
    attempts: Sequence[Attempt]
    open_attempt: Attempt | None
    best_points: int | None

    @property
    def attempts_left(self) -> int | None:
        return None if self.paper.max_attempts is None else max(self.paper.max_attempts - len(self.attempts), 0)

    @property
    def may_start(self) -> bool:
        return self.open_attempt is not None or self.attempts_left != 0

    @property
    def best(self) -> object:
        return None if self.best_points is None else rules.as_points(self.best_points)


def papers_open_to(person: Person) -> QuerySet[Paper]:
    here = Q(division__isnull=True) | Q(division__path__in=upwards(person.division.path))
    rows = Paper.objects.filter(here, state=PaperState.LIVE, reserved_at__isnull=True)
    return rows.select_related("division", "edition")


def offers_for(persons: Collection[int], papers: Sequence[Paper]) -> list[PaperOnOffer]:
    """Papers with the own attempts of one human being (all ids of it); two queries however many there are."""
    ids = [paper.pk for paper in papers]
    counts = dict(PaperItem.objects.filter(paper_id__in=ids).values_list("paper_id").annotate(n=Count("pk")))
    mine: dict[int, list[Attempt]] = {}
    for attempt in Attempt.objects.filter(paper_id__in=ids, person_id__in=persons, sitting__isnull=True).order_by("started_at"):
        mine.setdefault(attempt.paper_id, []).append(attempt)
    offers = []
    for paper in papers:
        attempts = mine.get(paper.pk, [])
        open_one = next((a for a in attempts if a.state == AttemptState.OPEN), None)
        best = max((a.points for a in attempts if a.points is not None and a.tells_score), default=None)
        offers.append(PaperOnOffer(paper, counts.get(paper.pk, 0), attempts, open_one, best))
    return offers


def offer_for(person: Person, paper_uuid: uuid.UUID) -> PaperOnOffer:
    paper = papers_open_to(person).filter(uuid=paper_uuid).first()
    if paper is None:
        raise Missing(_("没有找到这份试卷。"))
    return offers_for(people.ids_of(person), [paper])[0]


def attempts_of(persons: Collection[int]) -> QuerySet[Attempt]:
    """Every attempt of a human being, under whichever of their merged records it stands."""
    return Attempt.objects.filter(person_id__in=persons).select_related("paper", "sitting")


def own_attempt(actor: Actor, attempt_uuid: uuid.UUID) -> Attempt:
    """The actor's own attempt with its paper, in one query."""
    found = None
    if actor.user_id is not None:
        found = (
            Attempt.objects.filter(uuid=attempt_uuid, person__user_id=actor.user_id)
            .select_related("paper", "person", "sitting")
            .first()
        )
    if found is None:
        raise Missing(_("没有找到。"))
    return found


# --- what a paper asks -------------------------------------------------------------------------------------------------


def sections_of(paper: Paper) -> QuerySet[PaperSection]:
    return PaperSection.objects.filter(paper=paper).select_related("rule", "essay_rule")


# --- banks -------------------------------------------------------------------------------------------------------------


def banks_in(actor: Actor) -> QuerySet[ItemBank]:
    """Banks kept where the actor works with items (or below); national ones for those who work for the nation."""
    return ItemBank.objects.filter(actor.q("division__path", *BANK_STAFF)).select_related("division")


def bank_in(actor: Actor, bank_uuid: uuid.UUID) -> ItemBank:
    return _one(banks_in(actor).filter(uuid=bank_uuid))


def item_in(actor: Actor, item_uuid: uuid.UUID) -> Item:
    versions = Prefetch("versions", laws.with_texts(ItemVersion.objects.order_by("-number").prefetch_related("comments")))
    rows = Item.objects.filter(bank__in=banks_in(actor), uuid=item_uuid).select_related("bank__division", "case")
    return _one(rows.prefetch_related(versions, "placements__chapter", "placements__edition"))


def items_of(
    bank: ItemBank, *, state: str = "", kind: str = "", text: str = "", chapter_id: int | None = None
) -> QuerySet[ItemVersion]:
    """The newest version of each item of a bank, filtered; with its chapters."""
    newest = Item.objects.filter(bank=bank).annotate(newest=Max("versions__number"))
    rows = ItemVersion.objects.filter(item__in=newest.values("pk"))
    rows = rows.annotate(newest=Max("item__versions__number")).filter(number=F("newest"))
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    if text:
        rows = rows.filter(Q(stem__icontains=text) | Q(item__code__icontains=text))
    if chapter_id:
        rows = rows.filter(item__placements__chapter_id=chapter_id)
    return rows.select_related("item").prefetch_related("item__placements__chapter").order_by("item__code")


def questions_under(case: Item) -> QuerySet[ItemVersion]:
    """The newest version of each question of a case, in their places."""
    rows = ItemVersion.objects.filter(item__case=case).annotate(newest=Max("item__versions__number"))
    return rows.filter(number=F("newest")).select_related("item").order_by("item__place")


def import_in(actor: Actor, import_uuid: uuid.UUID) -> ItemImport:
    rows = ItemImport.objects.filter(bank__in=banks_in(actor), uuid=import_uuid)
    return _one(rows.select_related("bank__division", "read_job", "enter_job"))


def bank_counts(banks: Sequence[ItemBank]) -> dict[int, dict[str, int]]:
    """Per bank: how many items stand in which state (by version), in one query."""
    counts: dict[int, dict[str, int]] = {}
    rows = ItemVersion.objects.filter(item__bank__in=banks).values_list("item__bank_id", "state").annotate(n=Count("pk"))
    for bank_id, state, number in rows:
        counts.setdefault(bank_id, {})[state] = number
    return counts


def drawable_banks(path: str) -> QuerySet[ItemBank]:
    """Banks whose live items a paper of a division may take: its own, and the shared ones above it."""
    above = Q(division__isnull=True) | Q(division__path__in=upwards(path)[:-1] if path != "/" else [])
    own = Q(division__path__startswith=path) if path != "/" else Q()
    return ItemBank.objects.filter(own | (above & Q(is_shared=True)), closed_on__isnull=True)


def drawable_items(paper: Paper) -> QuerySet[ItemVersion]:
    """Live items a paper may take: from its banks, and not stale for its edition. A case stands for its questions."""
    rows = ItemVersion.objects.filter(state=VersionState.LIVE, item__bank__in=drawable_banks(paper.path), item__case__isnull=True)
    if paper.edition_id:
        rows = rows.filter(item__placements__edition_id=paper.edition_id)
    if paper.law_as_of:  # true of older law: stale until somebody looks at it again
        rows = rows.filter(Q(law_as_of__isnull=True) | Q(law_as_of__gte=paper.law_as_of))
    rows = laws.current(rows, paper.law_as_of)
    return rows.select_related("item__bank")


def live_versions(items: Iterable[Item]) -> QuerySet[ItemVersion]:
    return ItemVersion.objects.filter(item__in=list(items), state=VersionState.LIVE)


def blueprints_in(actor: Actor) -> QuerySet[Blueprint]:
    """Blueprints of the actor's divisions; national ones for those who work for the nation."""
    rows = Blueprint.objects.filter(actor.q("division__path", *PAPER_MAKERS)).select_related("division", "template", "edition")
    return rows.annotate(lines=Count("cells")).order_by("-id")


def blueprint_in(actor: Actor, blueprint_uuid: uuid.UUID) -> Blueprint:
    return _one(blueprints_in(actor).filter(uuid=blueprint_uuid))


# --- papers and results, for those who run them ------------------------------------------------------------------------


def papers_in(actor: Actor) -> QuerySet[Paper]:
    """Papers of the actor's divisions; national ones for those who work for the nation."""
    reached = actor.q("division__path", *PAPER_MAKERS, *RESULT_READERS)
    return Paper.objects.filter(reached).select_related("division", "edition", "template")


def paper_in(actor: Actor, paper_uuid: uuid.UUID) -> Paper:
    return _one(papers_in(actor).filter(uuid=paper_uuid))


def papers_with_results(actor: Actor) -> QuerySet[Paper]:
    """Papers of one's divisions and papers from above that learners of one's divisions sat."""
    sat = Attempt.objects.filter(actor.q("division__path", *RESULT_READERS)).values("paper_id")
    return Paper.objects.filter(Q(pk__in=papers_in(actor).values("pk")) | Q(pk__in=sat)).select_related("division", "edition")


def attempts_in(actor: Actor, paper: Paper) -> QuerySet[Attempt]:
    """Attempts of learners who were in the actor's divisions then."""
    rows = Attempt.objects.filter(actor.q("division__path", *RESULT_READERS), paper=paper)
    return rows.select_related("person", "division")


def attempt_in(actor: Actor, attempt_uuid: uuid.UUID) -> Attempt:
    rows = Attempt.objects.filter(actor.q("division__path", *RESULT_READERS), uuid=attempt_uuid)
    return _one(rows.select_related("paper", "person", "division"))


def minutes_used(attempt: Attempt) -> int:
    end = attempt.submitted_at or min(clock.now(), attempt.deadline_at)
    return max(0, (min(end, attempt.deadline_at) - attempt.started_at) // dt.timedelta(minutes=1))


def _one(rows: QuerySet[Row]) -> Row:
    found = rows.first()
    if found is None:
        raise Missing(_("没有找到。"))
    return found
