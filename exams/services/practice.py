"""Practice: rounds answered item by item with the explanation at once, the wrong-answer book, favourites.

Practice is for learning and posts nothing to the ledger: only an attempt at a paper is a measurement.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from exams import allocation, rules
from exams.models import Attempt, Favourite, Item, ItemVersion, PracticeAnswer, PracticeRound, SyllabusChapter, WrongEntry
from exams.practised import right_today
from exams.selectors_practice import wording
from exams.states import AUTOMATIC_KINDS, FROZEN_VERSIONS, PRACTISED_KINDS, ItemKind
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.people import selectors as people
from lms.people.models import Person

LEAVES_AFTER = 2  # right so many times in a row, and an item leaves the wrong-answer book
ROUND_SIZES = (10, 20, 40)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a learner is told at once."""

    answer: PracticeAnswer
    is_right: bool
    left_the_book: bool


def start_round(
    *, person: Person, mode: str, versions: Iterable[ItemVersion], by: Actor, size: int = 10, chapter: SyllabusChapter | None = None
) -> PracticeRound:
    """Begin a round over ``versions`` (what a selector offers this person), at most ``size``; an open round is finished first.

    The questions of a case stay together, in their order, under its material: only a first case alone may exceed the size.
    """
    _require_own(person, by)
    pool = [version for version in versions if version.kind in PRACTISED_KINDS]
    if not pool:
        raise Refused(_("这里还没有可以练习的试题。"))
    chosen = _drawn(pool, max(1, min(size, ROUND_SIZES[-1])), secrets.randbelow(2**31))
    material = wording([version.item.case for version in chosen if version.item.case])
    now = clock.now()
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)  # two clicks begin one after the other
        PracticeRound.objects.filter(person=person, finished_at__isnull=True).update(finished_at=now)
        made = PracticeRound.objects.create(person=person, mode=mode, chapter=chapter, started_at=now)
        PracticeAnswer.objects.bulk_create(
            PracticeAnswer(round=made, number=number, item_version=version, case_version=material.get(version.item.case_id or 0))
            for number, version in enumerate(chosen, 1)
        )
    return made


def _drawn(pool: Iterable[ItemVersion], size: int, seed: int) -> list[ItemVersion]:
    """Items in the seed's order, those of a case as one, while they fit into the size."""
    together: dict[str, list[ItemVersion]] = {}
    for version in pool:
        together.setdefault(str(version.item.case.uuid if version.item.case else version.uuid), []).append(version)
    chosen: list[ItemVersion] = []
    for name in sorted(together, key=lambda name: allocation.lot(seed, name)):
        if not chosen or len(chosen) + len(together[name]) <= size:
            chosen += sorted(together[name], key=lambda version: version.item.place)
    return chosen


def answer_practice(*, round_: PracticeRound, number: int, answer: Sequence[str], by: Actor) -> Verdict:
    """Answer one item and learn at once. The first answer counts; a second click is told the same.

    An essay is kept as it is written and waits for ``judge_essay``: nobody is told a verdict the machine cannot give.
    """
    _require_own(round_.person, by)
    with transaction.atomic():
        row = _waiting(round_, number)
        version = row.item_version
        if row.answered_at is not None or (version.kind == ItemKind.ESSAY and row.answer):
            return Verdict(row, bool(row.is_right), False)
        given = sorted(set(answer)) if version.kind in rules.CHOICE else list(answer)
        fault = rules.answer_fault(version.content, given)
        if fault:
            raise BadInput(fault)
        row.answer = given
        if version.kind == ItemKind.ESSAY:
            row.save(update_fields=["answer"])
            return Verdict(row, False, False)
        return _settle(row, right_today(version, given))


def judge_essay(*, round_: PracticeRound, number: int, reached: Iterable[int], by: Actor) -> Verdict:
    """The writer holds their essay against its marking points: ``reached`` are those they find in it, counted from 0.

    Right is an essay that reaches all of them; another goes into the wrong-answer book like any wrong answer. Judged once.
    """
    _require_own(round_.person, by)
    with transaction.atomic():
        row = _waiting(round_, number)
        points = row.item_version.marking_points
        if row.answered_at is not None:
            return Verdict(row, bool(row.is_right), False)
        if row.item_version.kind != ItemKind.ESSAY or not row.answer:
            raise BadInput(_("请先填写答案。"))
        found = {index for index in reached if 0 <= index < len(points)}
        row.self_points = sum(int(points[index]["points"]) for index in found)
        return _settle(row, len(found) == len(points))


def _waiting(round_: PracticeRound, number: int) -> PracticeAnswer:
    rows = PracticeAnswer.objects.select_for_update(of=("self",), no_key=True).select_related("item_version")
    row = rows.filter(round=round_, number=number).first()
    if row is None:
        raise Missing(_("没有找到。"))
    return row


def _settle(row: PracticeAnswer, is_right: bool) -> Verdict:
    """The answer stands: into the book or out of it, and the last one closes the round."""
    row.is_right, row.answered_at = is_right, clock.now()
    row.save(update_fields=["answer", "self_points", "is_right", "answered_at"])
    left = _note(row.round.person, {row.item_version.item_id: is_right}) > 0
    if not PracticeAnswer.objects.filter(round=row.round, answered_at__isnull=True).exists():
        PracticeRound.objects.filter(pk=row.round_id, finished_at__isnull=True).update(finished_at=clock.now())
    return Verdict(row, is_right, left)


def finish_round(*, round_: PracticeRound, by: Actor) -> PracticeRound:
    """Stop here; what was answered stays."""
    _require_own(round_.person, by)
    PracticeRound.objects.filter(pk=round_.pk, finished_at__isnull=True).update(finished_at=clock.now())
    round_.refresh_from_db()
    return round_


@dataclass(frozen=True, slots=True)
class Result:
    """What a marked attempt says of one item."""

    item_id: int
    kind: str
    is_blank: bool
    is_right: bool
    answered_at: dt.datetime | None


def results_of(attempt: Attempt) -> list[Result]:
    """Every answer of a marked attempt, in one read."""
    rows = attempt.responses.values_list(
        "item_version__item_id", "item_version__kind", "answer", "points", "points_full", "answered_at"
    )
    return [Result(item, kind, not answer, points == full, at) for item, kind, answer, points, full, at in rows]


def note_results(person: Person, results: Iterable[Result]) -> None:
    """Put what was answered wrong into the book, in the transaction that lets the candidate see the keys."""
    _note(person, {r.item_id: r.is_right for r in results if not r.is_blank and r.kind in AUTOMATIC_KINDS})


def take_out(*, person: Person, item: Item, by: Actor) -> None:
    """Take an item out of the book by hand. It comes back when it is wrong again."""
    _require_own(person, by)
    WrongEntry.objects.filter(person_id__in=people.ids_of(person), item=item, removed_at__isnull=True).update(
        removed_at=clock.now()
    )


def keep_favourite(*, person: Person, item: Item, by: Actor, keep: bool) -> None:
    """Keep an item, or let it go. Refuses one that was never live: a learner has not seen it."""
    _require_own(person, by)
    if not keep:
        Favourite.objects.filter(person_id__in=people.ids_of(person), item=item).delete()
        return
    if not item.versions.filter(state__in=FROZEN_VERSIONS).exists():
        raise Missing(_("没有找到。"))
    Favourite.objects.get_or_create(person=person, item=item, defaults={"kept_at": clock.now()})


def _note(person: Person, results: dict[int, bool]) -> int:
    """Item → right or not, into the book: one read and at most two writes. Returns how many left it."""
    if not results:
        return 0
    now = clock.now()
    standing = {row.item_id: row for row in WrongEntry.objects.filter(person=person, item_id__in=results)}
    new, changed, left = [], [], 0
    for item, is_right in results.items():
        row = standing.get(item)
        if row is None:
            if not is_right:
                new.append(WrongEntry(person=person, item_id=item, last_wrong_at=now, last_seen_at=now))
            continue
        if row.removed_at is not None and is_right:
            continue
        row.last_seen_at = now
        if is_right:
            row.right_in_a_row += 1
            if row.right_in_a_row >= LEAVES_AFTER:
                row.removed_at, left = now, left + 1
        else:
            row.wrong_times, row.right_in_a_row, row.last_wrong_at, row.removed_at = row.wrong_times + 1, 0, now, None
        changed.append(row)
    if new:
        WrongEntry.objects.bulk_create(new, ignore_conflicts=True)
    if changed:
        WrongEntry.objects.bulk_update(
            changed, ["wrong_times", "right_in_a_row", "last_wrong_at", "last_seen_at", "removed_at"], batch_size=200
        )
    return left


def _require_own(person: Person, by: Actor) -> None:
    if not by.everywhere and (by.user_id is None or person.user_id != by.user_id):
        raise Missing(_("没有找到。"))


__all__ = [
    "LEAVES_AFTER",
    "ROUND_SIZES",
    "Result",
    "Verdict",
    "answer_practice",
    "finish_round",
    "judge_essay",
    "keep_favourite",
    "note_results",
    "results_of",
    "start_round",
    "take_out",
]
