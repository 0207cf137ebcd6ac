"""Every change to programmes, categories, funders and participations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import positions
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.people import selectors as people
from lms.people.models import Person
from lms.places.models import Division, Organisation
from lms.programmes.models import Category, Funder, Participation, Programme

CHUNK = 500


def create_category(
    *,
    code: str,
    name: str,
    by: Actor,
    division: Division | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    source: str = "",
) -> Category:
    """Add a trainee category of a division (everywhere when none). The same code and name again: the one that stands."""
    with transaction.atomic():
        standing = Category.objects.filter(division=division, code=code).first()
        if standing is not None:
            if standing.name != name:
                raise Refused(_("该地区已有代码为“%(code)s”的对象类别，名称不同。") % {"code": code})
            return standing
        category = Category.objects.create(
            code=code,
            name=name,
            division=division,
            valid_from=valid_from,
            valid_to=valid_to,
            source=source,
            position=positions.take(),
        )
        audit.record("programmes.category.created", category, by=by, division_path=division.path if division else "/", code=code)
        return category


def end_category(*, category: Category, valid_to: dt.date, by: Actor) -> Category:
    """Disable a category after its last day. It is never deleted: lines of the past name it."""
    with transaction.atomic():
        category = Category.objects.select_for_update(of=("self",), no_key=True).get(pk=category.pk)
        if category.valid_from and valid_to < category.valid_from:
            raise BadInput(_("停用日期早于启用日期。"))
        if category.valid_to == valid_to:
            return category
        category.valid_to = valid_to
        category.save(update_fields=["valid_to"])
        path = category.division.path if category.division else "/"
        audit.record("programmes.category.ended", category, by=by, division_path=path, valid_to=valid_to.isoformat())
        return category


def create_funder(*, code: str, name: str, by: Actor) -> Funder:
    """Add one who pays. The same code again is the one that stands."""
    with transaction.atomic():
        funder, made = Funder.objects.get_or_create(code=code, defaults={"name": name})
        if made:
            audit.record("programmes.funder.created", funder, by=by, code=code)
        elif funder.name != name:
            raise Refused(_("已有代码为“%(code)s”的经费来源，名称不同。") % {"code": code})
        return funder


def create_programme(
    *,
    code: str,
    name: str,
    kind: str,
    division: Division,
    starts_on: dt.date,
    by: Actor,
    ends_on: dt.date | None = None,
    organiser: Organisation | None = None,
    funders: Iterable[Funder] = (),
    document_number: str = "",
) -> Programme:
    """Open a programme in a division. Refuses a code in use and dates out of order."""
    if ends_on and ends_on < starts_on:
        raise BadInput(_("结束日期早于开始日期。"))
    if kind not in Programme.Kind.values:
        raise BadInput(_("项目类型“%(kind)s”无法识别。") % {"kind": kind})
    with transaction.atomic():
        if Programme.objects.filter(code=code).exists():
            raise Refused(_("项目代码“%(code)s”已被使用。") % {"code": code})
        try:
            with transaction.atomic():
                programme = Programme.objects.create(
                    code=code,
                    name=name,
                    kind=kind,
                    division=division,
                    starts_on=starts_on,
                    ends_on=ends_on,
                    organiser=organiser,
                    document_number=document_number,
                    position=positions.take(),
                )
        except IntegrityError:
            raise Refused(_("项目代码“%(code)s”已被使用。") % {"code": code}) from None
        programme.funders.set(funders)
        audit.record("programmes.programme.created", programme, by=by, division_path=division.path, code=code, kind=kind)
        return programme


def update_programme(
    *,
    programme: Programme,
    by: Actor,
    name: str,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    organiser: Organisation | None = None,
    funders: Iterable[Funder] = (),
    document_number: str = "",
) -> Programme:
    """Correct what is said of a programme. Code, kind and division stay: lines of the past name them."""
    if ends_on and ends_on < starts_on:
        raise BadInput(_("结束日期早于开始日期。"))
    with transaction.atomic():
        programme = Programme.objects.select_for_update(of=("self",), no_key=True).select_related("division").get(pk=programme.pk)
        wanted = {
            "name": name,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "organiser": organiser,
            "document_number": document_number,
        }
        changed = [field for field, new in wanted.items() if getattr(programme, field) != new]
        for field in changed:
            setattr(programme, field, wanted[field])
        if changed:
            programme.save(update_fields=changed)
        before, after = set(programme.funders.values_list("pk", flat=True)), {f.pk for f in funders}
        if before != after:
            programme.funders.set(after)
            changed.append("funders")
        if changed:
            audit.record("programmes.programme.updated", programme, by=by, division_path=programme.division.path, fields=changed)
        return programme


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRow:
    person: Person
    programme: Programme
    started_on: dt.date
    category: Category | None = None


def join(
    *, person: Person, programme: Programme, started_on: dt.date, by: Actor, category: Category | None = None
) -> Participation:
    """Let a person take part as a category. Who takes part already (under any merged record): the participation that stands."""
    return join_many([JoinRow(person=person, programme=programme, started_on=started_on, category=category)], by=by)[0]


def join_many(rows: Sequence[JoinRow], *, by: Actor) -> list[Participation]:
    """Let many take part, in order; each chunk of 500 is one transaction. Refuses days outside the programme and erased persons."""
    for row in rows:
        _check(row)
    result: list[Participation] = []
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        try:
            result += _join_chunk(chunk, by)
        except IntegrityError:  # somebody let the same person in meanwhile: look again, once
            result += _join_chunk(chunk, by)
    return result


def leave(
    *, participation: Participation, ended_on: dt.date, reason: str, by: Actor, completed_on: dt.date | None = None
) -> Participation:
    """End a participation; with ``completed_on`` it was completed. Ending twice on the same terms changes nothing."""
    if not reason.strip():
        raise BadInput(_("请写明结束参加的原因。"))
    with transaction.atomic():
        row = (
            Participation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("programme__division")
            .get(pk=participation.pk)
        )
        if row.ended_on is not None:
            if (row.ended_on, row.completed_on) == (ended_on, completed_on):
                return row
            raise Refused(_("这一参加记录已于%(day)s结束。") % {"day": row.ended_on.isoformat()})
        if ended_on < row.started_on or (completed_on and completed_on < row.started_on):
            raise BadInput(_("结束日期早于开始日期。"))
        row.ended_on, row.end_reason, row.completed_on = ended_on, reason.strip()[:200], completed_on
        row.save(update_fields=["ended_on", "end_reason", "completed_on"])
        audit.record(
            "programmes.participation.completed" if completed_on else "programmes.participation.ended",
            row,
            by=by,
            division_path=row.programme.division.path,
            ended_on=ended_on.isoformat(),
            reason=row.end_reason,
        )
        return row


def _check(row: JoinRow) -> None:
    programme = row.programme
    if row.person.erased_at:
        raise Refused(_("此人的个人信息已删除，不能参加项目。"))
    if row.started_on < programme.starts_on or (programme.ends_on and row.started_on > programme.ends_on):
        raise BadInput(_("参加日期不在项目“%(name)s”的起止日期之内。") % {"name": programme.name})
    category = row.category
    if category is None:
        return
    if (category.valid_from and row.started_on < category.valid_from) or (category.valid_to and row.started_on > category.valid_to):
        raise BadInput(_("对象类别“%(name)s”在该日期未启用。") % {"name": category.name})


def _join_chunk(rows: Sequence[JoinRow], by: Actor) -> list[Participation]:
    with transaction.atomic():
        # one row per person locks the "one open participation" of merged records too
        ids = sorted({row.person.pk for row in rows})
        # no_key: a line posted meanwhile refers to the person at its commit, and must not wait for this lock
        list(Person.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
        canonical = people.canonical_ids()
        groups = {pk: {pk} for pk in ids}
        if canonical:
            members: dict[int, set[int]] = {}
            for pk, top in canonical.items():
                members.setdefault(top, {top}).add(pk)
            groups = {pk: members.get(canonical.get(pk, pk), {pk}) for pk in ids}
        everyone = sorted(set().union(*groups.values()))
        standing: dict[tuple[int, int, int | None], Participation] = {}
        open_rows = Participation.objects.filter(
            person__in=everyone, programme__in={row.programme.pk for row in rows}, ended_on__isnull=True
        )
        for found in open_rows:
            top = canonical.get(found.person_id, found.person_id)
            standing.setdefault((top, found.programme_id, found.category_id), found)
        made: list[Participation] = []
        result: list[Participation] = []
        for row in rows:
            key = (canonical.get(row.person.pk, row.person.pk), row.programme.pk, row.category.pk if row.category else None)
            if key not in standing:
                standing[key] = Participation(
                    person=row.person, programme=row.programme, category=row.category, started_on=row.started_on
                )
                made.append(standing[key])
            result.append(standing[key])
        Participation.objects.bulk_create(made)
        audit.record_many("programmes.participation.started", made, by=by, path_of=lambda row: row.programme.division.path)
        return result
