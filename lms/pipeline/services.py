"""Keeping the summaries current: fold anew whoever a new line, merge or standard touches. Nothing here is evidence."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from lms.careers.models import VoidYear
from lms.core import positions
from lms.ledger.kinds import Kind
from lms.ledger.models import CountingBasis, Line
from lms.people import selectors as people
from lms.people.models import Merge
from lms.pipeline import rules
from lms.pipeline.folding import Standards, paths_of, standards
from lms.pipeline.models import Conversion, Cursor, StageSpell

CHUNK = 500
NAME = "stages"


def catch_up(*, most: int | None = None) -> int:
    """Fold whoever changed since the last time and return how many people that were.

    With ``most``, a longer queue is left to the next call that has the time (the scheduled one). Two at once wait for each
    other; done twice is done once.
    """
    with transaction.atomic():
        cursor = _locked()
        upto = positions.closed()
        if cursor.rules_edition != rules.EDITION or _standards_changed(cursor.position, upto):
            if most is not None and Line.objects.filter(position__gt=0).count() > most * 20:
                return 0
            return _rebuild(cursor, upto)
        touched = _touched(cursor.position, upto)
        if most is not None and len(touched) > most:
            return 0
        canonical, under = people.canonical_ids(), standards()
        groups = _groups(touched, canonical)
        for start in range(0, len(groups), CHUNK):
            _fold(groups[start : start + CHUNK], canonical, under)
        cursor.position = upto
        cursor.save(update_fields=["position"])
        return len(groups)


def rebuild() -> int:
    """Throw the summaries away and fold everybody anew."""
    with transaction.atomic():
        return _rebuild(_locked(), positions.closed())


def behind() -> int:
    """How many positions the summaries are behind the ledger."""
    cursor = Cursor.objects.filter(name=NAME).first()
    return positions.closed() - (cursor.position if cursor else 0)


def _rebuild(cursor: Cursor, upto: int) -> int:
    StageSpell.objects.all().delete()
    Conversion.objects.all().delete()
    canonical, under = people.canonical_ids(), standards()
    everybody = set(Line.objects.filter(person__isnull=False).order_by().values_list("person_id", flat=True).distinct())
    groups = _groups(everybody, canonical)
    for start in range(0, len(groups), CHUNK):
        _fold(groups[start : start + CHUNK], canonical, under, cleared=True)
    cursor.position, cursor.rules_edition = upto, rules.EDITION
    cursor.save(update_fields=["position", "rules_edition"])
    return len(groups)


def _locked() -> Cursor:
    Cursor.objects.get_or_create(name=NAME)
    return Cursor.objects.select_for_update(no_key=True).get(name=NAME)


def _standards_changed(after: int, upto: int) -> bool:
    new = {"position__gt": after, "position__lte": upto}
    return CountingBasis.objects.filter(**new).exists() or VoidYear.objects.filter(**new).exists()


def _touched(after: int, upto: int) -> set[int]:
    """Persons of new lines (counter-lines too), of occasions whose plan changed, and of new merges."""
    new = Line.objects.filter(position__gt=after, position__lte=upto)
    found = set(new.filter(person__isnull=False).order_by().values_list("person_id", flat=True).distinct())
    planned = new.filter(kind=Kind.SCHEDULED).order_by().values("occasion")
    attended = Line.objects.filter(kind=Kind.ATTENDED, occasion__in=planned, person__isnull=False)
    found |= set(attended.order_by().values_list("person_id", flat=True).distinct())
    for kept, duplicate in Merge.objects.filter(position__gt=after, position__lte=upto).values_list("kept_id", "duplicate_id"):
        found |= {kept, duplicate}
    return found


def _groups(ids: Iterable[int], canonical: dict[int, int]) -> list[tuple[int, list[int]]]:
    """(canonical id, all ids) of everybody in ``ids``."""
    members: dict[int, list[int]] = {}
    for pk, top in canonical.items():
        members.setdefault(top, []).append(pk)
    tops = {canonical.get(pk, pk) for pk in ids} | {pk for pk in ids if pk not in canonical}
    return [(top, [top, *members.get(top, [])]) for top in sorted(tops)]


def _fold(groups: list[tuple[int, list[int]]], canonical: dict[int, int], under: Standards, *, cleared: bool = False) -> None:
    ids = [pk for _top, group in groups for pk in group]
    paths = paths_of(ids, canonical, under)
    if not cleared:
        StageSpell.objects.filter(person_id__in=ids).delete()
        Conversion.objects.filter(person_id__in=ids).delete()
    StageSpell.objects.bulk_create((row for top, path in paths.items() for row in rows_of(top, path)), batch_size=1000)
    Conversion.objects.bulk_create(
        (
            Conversion(
                person_id=top,
                division_id=path.conversion.division,
                happened_on=path.conversion.on,
                kind=path.conversion.kind,
                evidence=[str(line) for line in path.conversion.evidence],
            )
            for top, path in paths.items()
            if path.conversion is not None
        ),
        batch_size=1000,
    )


def rows_of(person: int, path: rules.Path) -> list[StageSpell]:
    return [
        StageSpell(
            person_id=person,
            stage=spell.stage,
            aspect=spell.aspect,
            division_id=spell.division,
            starts_on=spell.starts_on,
            ends_on=spell.ends_on,
            way_out=spell.way_out,
            detail=dict(spell.detail),
            evidence=[str(line) for line in spell.evidence],
        )
        for spell in path.spells
    ]
