"""Corrections that stand for the items of a paper, asked for by whoever marks or shows it. Writing them: ``services.regrading``.

A key is never changed under an attempt: the frozen version keeps what it said, and the correction is laid over it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from exams.models import Regrade
from exams.regrade_states import EFFECTIVE, Remedy
from exams.rules import AnswerKey, is_right
from exams.states import TEXT_KINDS

# the first half of PostgreSQL's advisory lock; the second is the paper
LOCK_CLASS = 0x0EA5


@dataclass(frozen=True, slots=True)
class Correction:
    """One effective regrade as plain values: ``keys`` are the answers that count as right; none where the item is void.

    Each is a key of its kind: a set of letters for a choice, one letter per prompt for matching, letters in order for
    ordering, texts or numbers for what is written.
    """

    keys: tuple[AnswerKey, ...]
    keeps_better: bool

    @property
    def is_void(self) -> bool:
        return not self.keys


Marker = Callable[[AnswerKey], int]


def points_after(corrections: Sequence[Correction], before: int, full: int, mark_by: Marker) -> int:
    """Points of one answer under the corrections in the order they took effect; ``before`` by the frozen key.

    ``mark_by(keys)`` marks the answer by other keys. Of several right answers the best counts; a void item gives everybody
    its full points; where a correction keeps the better, nobody loses by it.
    """
    points = before
    for correction in corrections:
        corrected = full if correction.is_void else max(mark_by(keys) for keys in correction.keys)
        points = max(points, corrected) if correction.keeps_better else corrected
    return points


def as_correction(regrade: Regrade) -> Correction:
    version = regrade.item_version
    return _correction(version.kind, version.tolerance, regrade.remedy, regrade.keys, regrade.keeps_better)


def _correction(kind: str, tolerance: str, remedy: str, keys: Sequence[Sequence[str]], keeps_better: bool) -> Correction:
    answers = () if remedy == Remedy.VOID else keys
    return Correction(tuple(key_of(kind, answer, tolerance) for answer in answers), keeps_better)


def key_of(kind: str, answer: Sequence[str], tolerance: str = "") -> AnswerKey:
    """A stored answer as the key its kind is marked by; the order of the letters is kept, matching and ordering need it."""
    return AnswerKey(accepted=tuple(answer), tolerance=tolerance) if kind in TEXT_KINDS else AnswerKey(letters=tuple(answer))


def of_paper(paper_id: int) -> dict[int, list[Correction]]:
    """Number in the paper → the corrections of its item, in the order they took effect. One query; mostly empty."""
    rows = Regrade.objects.filter(state__in=EFFECTIVE, item_version__paper_items__paper_id=paper_id)
    found: dict[int, list[Correction]] = {}
    columns = (
        "item_version__paper_items__number",
        "item_version__kind",
        "item_version__tolerance",
        "remedy",
        "keys",
        "keeps_better",
    )
    for number, *told in rows.order_by("effective_at", "pk").values_list(*columns):
        found.setdefault(number, []).append(_correction(*told))
    return found


def of_versions(version_ids: Iterable[int]) -> dict[int, list[Correction]]:
    """Item version → its corrections in the order they took effect."""
    found: dict[int, list[Correction]] = {}
    rows = Regrade.objects.filter(state__in=EFFECTIVE, item_version__in=list(version_ids))
    for regrade in rows.select_related("item_version").order_by("effective_at", "pk"):
        found.setdefault(regrade.item_version_id, []).append(as_correction(regrade))
    return found


def right_answers(keys: frozenset[str], corrections: Sequence[Correction]) -> tuple[frozenset[str], ...]:
    """Which sets of letters are right today in a choice: the frozen keys, or what the newest correction says; none where void."""
    return tuple(frozenset(key.letters) for key in corrections[-1].keys) if corrections else (keys,)


def holds_today(kind: str, answer: Collection[str], key: AnswerKey, corrections: Sequence[Correction]) -> bool:
    """Whether an answer is right today in whole: by the frozen key, or by any that took its place; of a void item, never wrong."""
    if corrections and corrections[-1].is_void:
        return True
    return any(is_right(kind, answer, one) for one in keys_today(key, corrections))


def keys_shown(keys: frozenset[str], corrections: Sequence[Correction]) -> frozenset[str]:
    """The letters to mark as right in a choice on a page: those of every answer that counts."""
    answers = right_answers(keys, corrections)
    return frozenset().union(*answers) if answers else keys


def keys_today(key: AnswerKey, corrections: Sequence[Correction]) -> tuple[AnswerKey, ...]:
    """The keys to show for a kind that is no choice: as corrected last, or the frozen one where nothing or all of it was."""
    return (corrections[-1].keys if corrections else ()) or (key,)


def hold_keys(paper_ids: Collection[int], *, alone: bool) -> None:
    """Until the commit nobody corrects a key of these papers (``alone=False``), or nobody marks them (``alone=True``).

    Marking shares the lock, a correction that takes effect waits for the markings under way: so none is marked by an old key
    and missed. SQLite has one writer at a time anyway.
    """
    if connection.vendor != "postgresql":
        return
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        for paper_id in sorted(paper_ids):
            cursor.execute(f"SELECT {function}(%s, %s)", [LOCK_CLASS, paper_id % 2**31])
