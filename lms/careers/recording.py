"""How every career record is written: found standing or made, audited, and posted to the ledger, many at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.careers.models import Evidence
from lms.core.actor import Actor
from lms.core.errors import Refused
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.people import selectors as people
from lms.people.models import Person

CHUNK = 500
Row = TypeVar("Row", bound=Any)


def moment(day: dt.date) -> dt.datetime:
    """The start of a day in the project's time zone: when a dated fact of a career happened."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def record_many(
    rows: Sequence[Row],
    *,
    by: Actor,
    verb: str,
    same: Callable[[Row, int], Hashable],
    agree: tuple[str, ...],
    disagree: str,
    draft: Callable[[Row], ledger.Draft],
) -> list[Row]:
    """Write unsaved evidence rows in order; each chunk of 500 is one transaction, with its audit event and its ledger lines.

    ``same(row, person)`` is what makes two rows one fact (``person`` the kept id of a merged group); a row that stands and
    agrees in ``agree`` is returned instead of a new one, one that differs refuses with ``disagree``.
    """
    done: list[Row] = []
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        try:
            done += _chunk(chunk, by, verb, same, agree, disagree, draft)
        except IntegrityError:  # somebody recorded the same fact meanwhile: look again, once
            for row in chunk:
                row.pk = None
                row._state.adding = True
            try:
                done += _chunk(chunk, by, verb, same, agree, disagree, draft)
            except IntegrityError:
                raise Refused(disagree) from None
    return done


def _chunk(
    rows: Sequence[Row],
    by: Actor,
    verb: str,
    same: Callable[[Row, int], Hashable],
    agree: tuple[str, ...],
    disagree: str,
    draft: Callable[[Row], ledger.Draft],
) -> list[Row]:
    model = type(rows[0])
    with transaction.atomic():
        canonical = people.canonical_ids()
        everyone = lock_people([row.person_id for row in rows], canonical)
        standing: dict[Hashable, Row] = {}
        for start in range(0, len(everyone), CHUNK):
            for found in model._default_manager.filter(person__in=everyone[start : start + CHUNK], voided_at__isnull=True):
                standing.setdefault(same(found, canonical.get(found.person_id, found.person_id)), found)
        made: list[Row] = []
        result: list[Row] = []
        for row in rows:
            if row.person.erased_at:
                raise Refused(_("此人的个人信息已删除，不能再登记履历。"))
            key = same(row, canonical.get(row.person_id, row.person_id))
            found = standing.get(key)
            if found is not None:
                if any(getattr(found, field) != getattr(row, field) for field in agree):
                    raise Refused(disagree)
            else:
                standing[key] = found = row
                row.recorded_by = by.uuid
                made.append(row)
            result.append(found)
        if made:
            model._default_manager.bulk_create(made, batch_size=CHUNK)
            audit.record_many(verb, made, by=by, path_of=lambda row: row.person.division.path)
            ledger.post([draft(row) for row in made], by=by)
        return result


def lock_people(ids: Sequence[int], canonical: dict[int, int]) -> list[int]:
    """Lock persons in one order, those merged with them too; returns all their ids."""
    tops = {canonical.get(pk, pk) for pk in ids}
    everyone = sorted(set(ids) | tops | {pk for pk, top in canonical.items() if top in tops})
    for start in range(0, len(everyone), CHUNK):
        list(
            Person.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk__in=everyone[start : start + CHUNK])
            .order_by("pk")
            .values_list("pk")
        )
    return everyone


def draft_of(
    row: Any, kind: Kind, day: dt.date, *, topic: str, facts: dict[str, Any], suffix: str = "", **more: Any
) -> ledger.Draft:
    """The line of one career record. ``suffix`` tells several lines of one record apart."""
    return ledger.Draft(
        key=f"{row._meta.label_lower}:{row.uuid}{suffix}",
        kind=kind,
        source_label=row._meta.label_lower,
        source_uuid=row.uuid,
        happened_from=moment(day),
        person=row.person,
        division=more.pop("division", row.person.division),
        topic=topic,
        facts=facts,
        evidence=facts,
        **more,
    )


def void_record(record: Evidence, *, reason: str, by: Actor, at: dt.datetime) -> Evidence:
    """Void a row and reverse the lines it posted, in one transaction. Voiding twice changes nothing."""
    from lms.ledger.models import Line

    reason = reason.strip()
    if not reason:
        raise Refused(_("请写明作废的原因。"))
    model: Any = type(record)
    with transaction.atomic():
        row = (
            model._default_manager.select_for_update(of=("self",), no_key=True).select_related("person__division").get(pk=record.pk)
        )
        if row.voided_at:
            return row
        row.voided_at, row.voided_by, row.voided_reason = at, by.uuid, reason[:200]
        row.save(update_fields=["voided_at", "voided_by", "voided_reason"])
        audit.record(
            f"{row._meta.app_label}.{row._meta.model_name}.voided",
            row,
            by=by,
            division_path=row.person.division.path,
            person=row.person.uuid,
            reason=reason[:200],
        )
        for line in Line.objects.filter(source_uuid=row.uuid, sign=1, reversed_by__isnull=True).select_related("division"):
            ledger.reverse(line, reason=reason[:200], by=by)
        return row
