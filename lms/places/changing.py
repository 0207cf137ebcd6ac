"""Recording a change of divisions: new rows from a day on, the old ones closed, and who became whom. Nothing is repointed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import positions
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.core.roles import Role
from lms.places.models import Division, DivisionChange, Level
from lms.places.pinyin import joined, syllables_of

CODE_LENGTH = {Level.PROVINCE: 2, Level.PREFECTURE: 4, Level.COUNTY: 6, Level.TOWNSHIP: 9, Level.VILLAGE: 12}


@dataclass(frozen=True, slots=True)
class Heir:
    """What stands after a change: a code and name under a parent. One that stands already takes the old one in."""

    code: str
    name: str
    parent: Division


def change_division(*, before: Division, heirs: Sequence[Heir], happened_on: dt.date, source: str, by: Actor) -> list[Division]:
    """``before`` ends the day before and became (part of) each heir; returns the heirs' rows.

    One heir under another code, name or parent is a renaming, recoding, move or merger, several are a split. What lies below
    goes with a single heir, each with its own new row and change; below a split it ends with its parent, its lines kept.
    Refuses a division that has ended, a day before it or what lies below began, and a code somebody else carries at that level.
    """
    if not by.covers(before.path, Role.SYSTEM_ADMIN):
        raise Missing(_("没有这个行政区划。"))
    if not source.strip():
        raise BadInput(_("请写明区划变更的依据。"))
    if not heirs or before.level == Level.NATION:
        raise BadInput(_("请写明变更后的行政区划。"))
    for heir in heirs:
        if len(heir.code) != CODE_LENGTH[Level(before.level)] or not heir.name.strip() or not heir.code.isdigit():
            raise BadInput(_("变更后的代码或名称不合规定。"))
        if heir.parent.path.startswith(before.path):
            raise BadInput(_("不能隶属于自己的下级。"))
    with transaction.atomic():
        positions.take()  # changes are made one after the other
        row = Division.objects.select_for_update(of=("self",), no_key=True).get(pk=before.pk)
        if row.valid_to is not None:
            raise Refused(_("这个行政区划已经变更。"))
        if row.valid_from is not None and row.valid_from >= happened_on:
            raise BadInput(_("变更日期不晚于该区划的设立日期。"))
        below = Division.objects.filter(path__startswith=row.path, valid_to__isnull=True, valid_from__gte=happened_on).first()
        if below is not None:  # it came here by a later change, as from a county taken in
            raise BadInput(_("变更日期不晚于所辖“%(name)s”的设立日期。") % {"name": below.name})
        source = source.strip()[:200]
        if len(heirs) == 1:
            made = [_follow(row, heirs[0], happened_on, source)]
        else:
            made = _split(row, heirs, happened_on, source)
        audit.record(
            "places.division.changed",
            row,
            by=by,
            division_path=row.path,
            on_day=str(happened_on),
            heirs=[str(heir.uuid) for heir in made],
            source=source,
        )
        return made


def _follow(row: Division, heir: Heir, day: dt.date, source: str) -> Division:
    """One heir: everything below goes with it."""
    below = list(Division.objects.filter(parent=row, valid_to__isnull=True).order_by("code"))
    _close(row, day)
    after, kind = _after(row, heir, day)
    _told(row, after, day, kind, source)
    for child in below:
        code = after.code + child.code[len(row.code) :] if child.code.startswith(row.code) else child.code
        _follow(child, Heir(code, child.name, after), day, source)
    return after


def _split(row: Division, heirs: Sequence[Heir], day: dt.date, source: str) -> list[Division]:
    """Several heirs: what lay below ends with it, and is only known to lie in one of them."""
    below = list(Division.objects.filter(path__startswith=row.path, valid_to__isnull=True).order_by("path"))
    for gone in below:
        _close(gone, day)
    made = [_after(row, heir, day)[0] for heir in heirs]
    for gone in below:
        for after in made:
            _told(gone, after, day, DivisionChange.Kind.SPLIT, source)
    return made


def _after(row: Division, heir: Heir, day: dt.date) -> tuple[Division, str]:
    """The heir's row, made unless it stands already, and what kind of change that is."""
    kinds = DivisionChange.Kind
    after = Division.objects.filter(level=row.level, code=heir.code, valid_to__isnull=True).exclude(pk=row.pk).first()
    if after is not None:
        if after.name != heir.name or after.parent_id != heir.parent.pk:
            raise Refused(_("代码%(code)s已由%(name)s使用。") % {"code": heir.code, "name": after.full_name})
        return after, kinds.MERGED
    if heir.code == row.code:
        kind = kinds.RENAMED
    else:
        kind = kinds.MOVED if heir.name == row.name else kinds.RECODED
    return _insert(row, heir, day), kind


def _told(before: Division, after: Division, day: dt.date, kind: str, source: str) -> None:
    DivisionChange.objects.create(before=before, after=after, happened_on=day, kind=kind, source=source, position=positions.take())


def _close(row: Division, day: dt.date) -> None:
    if row.valid_to is None:
        row.valid_to = day - dt.timedelta(days=1)
        row.save(update_fields=["valid_to"])


def _insert(row: Division, heir: Heir, day: dt.date) -> Division:
    code, name, parent = heir.code, heir.name, heir.parent
    above = "" if parent.level == Level.NATION else parent.full_name
    pinyin, initials = joined(syllables_of(name))
    try:
        with transaction.atomic():
            return Division.objects.create(
                code=code,
                name=name,
                level=row.level,
                parent=parent,
                path=f"{parent.path}{code}/",
                full_name=above if row.is_statistical else f"{above}{name}",
                pinyin=pinyin,
                initials=initials,
                valid_from=day,
                is_statistical=row.is_statistical,
                position=positions.take(),
            )
    except IntegrityError:
        raise Refused(_("代码%(code)s自该日起已被使用。") % {"code": code}) from None
