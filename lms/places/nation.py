"""Takes the shipped lists into the database: ``manage.py load_divisions``."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from lms.audit import selectors as audit_trail
from lms.audit import services as audit
from lms.core import positions
from lms.core.actor import Actor
from lms.core.planner import analyse
from lms.places import loading
from lms.places.models import Division, DivisionChange
from lms.places.signals import tree_loaded

Key = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Loaded:
    divisions: int
    closed: int
    changes: int


VERB = "places.divisions.loaded"


def load_divisions(*, by: Actor, again: bool = False) -> Loaded:
    """Bring every division and every known change in; what stands already is left as it is. One transaction, idempotent.

    A division that a newer list has ended is closed; nothing is renamed or deleted. Lists that the audit trail says were
    loaded last are not read a second time unless ``again``.
    """
    lists = loading.fingerprint()
    if not again and loaded_lists() == lists:
        return Loaded(0, 0, 0)
    nation = loading.read()
    with transaction.atomic():
        standing = _standing()
        # a validity that the lists know and the database does not yet (the day a division began or ended)
        closed = _close(nation, standing)
        divisions = _insert_divisions(nation, standing)
        changes = _insert_changes(nation, standing)
        analyse(Division, DivisionChange)
        audit.record(VERB, by=by, lists=lists, divisions=divisions, closed=closed, changes=changes)
        if divisions or closed or changes:
            tree_loaded.send(sender=Division)
    return Loaded(divisions, closed, changes)


def loaded_lists() -> str:
    """Fingerprint of the lists loaded last; empty when none was."""
    last = audit_trail.latest(VERB)
    return str(last.details.get("lists", "")) if last is not None else ""


def _standing() -> dict[Key, Division]:
    rows = Division.objects.only("id", "level", "code", "name", "valid_from", "valid_to")
    return {(row.level, row.code, row.name): row for row in rows}


def _close(nation: loading.Nation, standing: dict[Key, Division]) -> int:
    late = []
    for version in nation.versions.values():
        row = standing.get(version.key)
        if row is not None and version.valid_to is not None and row.valid_to is None:
            row.valid_to = version.valid_to
            late.append(row)
    if late:
        Division.objects.bulk_update(late, ["valid_to"], batch_size=200)
    return len(late)


def _insert_divisions(nation: loading.Nation, standing: dict[Key, Division]) -> int:
    new = [version for version in nation.versions.values() if version.key not in standing]
    if not new:
        return 0
    position = positions.take(len(new))
    for level in sorted({version.level for version in new}):  # a parent's row comes before its children's
        rows = []
        for version in new:
            if version.level != level:
                continue
            rows.append(_row(version, standing, position))
            position += 1
        Division.objects.bulk_create(rows, batch_size=2000)
        standing.update({(row.level, row.code, row.name): row for row in rows})
    return len(new)


def _row(version: loading.Version, standing: dict[Key, Division], position: int) -> Division:
    pinyin, initials = version.reading
    return Division(
        uuid=version.uuid,
        code=version.code,
        name=version.name,
        level=version.level,
        parent_id=standing[version.parent.key].pk if version.parent is not None else None,
        path=version.path,
        full_name=version.full_name,
        pinyin=pinyin,
        initials=initials,
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        is_statistical=version.is_statistical,
        position=position,
    )


def _insert_changes(nation: loading.Nation, standing: dict[Key, Division]) -> int:
    known = set(DivisionChange.objects.values_list("before_id", "after_id", "happened_on"))
    new = []
    for change in nation.changes:
        before, after = standing[change.before.key].pk, standing[change.after.key].pk
        if (before, after, change.happened_on) not in known:
            new.append(
                DivisionChange(
                    before_id=before,
                    after_id=after,
                    happened_on=change.happened_on,
                    certainty=change.certainty,
                    kind=change.kind,
                    source=change.source,
                )
            )
    if new:
        position = positions.take(len(new))
        for offset, row in enumerate(new):
            row.position = position + offset
        DivisionChange.objects.bulk_create(new, batch_size=500)
    return len(new)
