"""Writes of places. Who may is asked here by division: an office acts in its own subtree, commands act everywhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import positions
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.core.roles import OFFICE, Role
from lms.places import rules
from lms.places.models import (
    Division,
    Organisation,
    OrganisationKind,
    OrganisationService,
    Post,
    PostKind,
    Station,
    StationOperator,
    Tier,
)

WRITERS = (*OFFICE, Role.SYSTEM_ADMIN)


def check_may_write(by: Actor, division: Division) -> None:
    if not by.covers(division.path, *WRITERS):
        raise Missing(_("没有这个行政区划。"))


def create_organisation(
    *,
    name: str,
    kind: str,
    division: Division,
    by: Actor,
    founded_on: dt.date | None = None,
    credit_code: str = "",
    credit_code_override_reason: str = "",
) -> Organisation:
    """Enter an organisation. Refuses a second one of the same name in the division, and a credit code in use or ill-formed."""
    check_may_write(by, division)
    draft = _organisation(
        {
            "name": name,
            "kind": kind,
            "division": division,
            "founded_on": founded_on,
            "credit_code": credit_code,
            "credit_code_override_reason": credit_code_override_reason,
        }
    )
    with transaction.atomic():
        if Organisation.objects.filter(division=division, name=draft.name).exists():
            raise Refused(_("%(division)s已有名为“%(name)s”的机构。") % {"division": division.full_name, "name": draft.name})
        if draft.credit_code and Organisation.objects.filter(credit_code=draft.credit_code).exists():
            raise Refused(_("统一社会信用代码%(code)s已登记在另一家机构名下。") % {"code": draft.credit_code})
        draft.position = positions.take()
        try:
            with transaction.atomic():
                draft.save(force_insert=True)
        except IntegrityError:  # somebody else was quicker
            raise Refused(_("这家机构刚刚已经登记。")) from None
        audit.record("places.organisation.created", draft, by=by, division_path=division.path, kind=draft.kind)
    return draft


def create_organisations(rows: Sequence[Mapping[str, Any]], by: Actor) -> list[Organisation]:
    """Enter many (keys as in ``create_organisation``), returned in order; those that stand already are left as they are."""
    if not rows:
        return []
    try:
        return _create_organisations(rows, by)
    except IntegrityError:  # somebody entered the same meanwhile: look again, once
        return _create_organisations(rows, by)


def _create_organisations(rows: Sequence[Mapping[str, Any]], by: Actor) -> list[Organisation]:
    drafts = [_organisation(row) for row in rows]
    for division in {d.division_id: d.division for d in drafts}.values():
        check_may_write(by, division)
    with transaction.atomic():
        standing = {(o.division_id, o.name): o for o in _standing(Organisation, {d.division_id for d in drafts})}
        new = {(d.division_id, d.name): d for d in drafts if (d.division_id, d.name) not in standing}
        _insert(Organisation, list(new.values()), "places.organisation.created", by)
    standing.update(new)
    return [standing[d.division_id, d.name] for d in drafts]


def close_organisation(*, organisation: Organisation, closed_on: dt.date, by: Actor) -> Organisation:
    """Close an organisation on its last day. Refuses while it runs a station or has open posts. Closing again changes nothing."""
    check_may_write(by, organisation.division)
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update(no_key=True).select_related("division").get(pk=organisation.pk)
        if organisation.closed_on is not None:
            return organisation
        if organisation.founded_on and closed_on < organisation.founded_on:
            raise BadInput(_("关闭日期早于成立日期。"))
        if StationOperator.objects.filter(organisation=organisation, ended_on__isnull=True).exists():
            raise Refused(_("该机构仍在运营社工站，请先变更运营方。"))
        if Post.objects.filter(organisation=organisation, closed_on__isnull=True).exists():
            raise Refused(_("该机构仍有未关闭的岗位，请先关闭岗位。"))
        organisation.closed_on = closed_on
        organisation.save(update_fields=["closed_on"])
        audit.record(
            "places.organisation.closed", organisation, by=by, division_path=organisation.division.path, on_day=str(closed_on)
        )
    return organisation


def _organisation(row: Mapping[str, Any]) -> Organisation:
    name = rules.clean_name(row["name"])
    if not name:
        raise BadInput(_("请填写机构名称。"))
    if row["kind"] not in OrganisationKind.values:
        raise BadInput(_("没有“%(kind)s”这种机构类型。") % {"kind": row["kind"]})
    code = rules.clean_credit_code(row.get("credit_code") or "")
    reason = (row.get("credit_code_override_reason") or "").strip()
    if code:
        finding = rules.credit_code_finding(code)
        if finding is rules.Finding.MALFORMED:
            raise BadInput(_("统一社会信用代码应为18位数字和大写字母（不含I、O、S、V、Z）。"))
        if finding is rules.Finding.CHECK_DIGIT and not reason:
            raise Refused(_("统一社会信用代码的校验位不符。确属登记机关早期发放的，请写明理由后再保存。"))
    return Organisation(
        name=name,
        kind=row["kind"],
        division=row["division"],
        founded_on=row.get("founded_on"),
        credit_code=code,
        credit_code_override_reason=reason if code else "",
    )


def open_station(
    *,
    name: str,
    tier: int,
    label: str,
    division: Division,
    opened_on: dt.date,
    by: Actor,
    closed_on: dt.date | None = None,
    operator: Organisation | None = None,
) -> Station:
    """Open a station, run by ``operator`` from the first day where one is named. Refuses a second of that name in the division."""
    check_may_write(by, division)
    row = {"name": name, "tier": tier, "label": label, "division": division, "opened_on": opened_on, "closed_on": closed_on}
    draft = _station(row)
    with transaction.atomic():
        if Station.objects.filter(division=division, name=draft.name).exists():
            raise Refused(_("%(division)s已有名为“%(name)s”的社工站。") % {"division": division.full_name, "name": draft.name})
        draft.position = positions.take()
        try:
            with transaction.atomic():
                draft.save(force_insert=True)
        except IntegrityError:
            raise Refused(_("这个社工站刚刚已经登记。")) from None
        audit.record("places.station.opened", draft, by=by, division_path=division.path, tier=draft.tier)
        if operator is not None:
            set_operator(station=draft, organisation=operator, started_on=opened_on, by=by)
    return draft


def open_stations(rows: Sequence[Mapping[str, Any]], by: Actor) -> list[Station]:
    """Open many (keys as in ``open_station``, ``operator`` too), returned in order; those that stand are left as they are."""
    drafts = [_station(row) for row in rows]
    for division in {d.division_id: d.division for d in drafts}.values():
        check_may_write(by, division)
    with transaction.atomic():
        standing = {(s.division_id, s.name): s for s in _standing(Station, {d.division_id for d in drafts})}
        new = {(d.division_id, d.name): d for d in drafts if (d.division_id, d.name) not in standing}
        _insert(Station, list(new.values()), "places.station.opened", by)
        spells = [
            StationOperator(station=new[d.division_id, d.name], organisation=row["operator"], started_on=d.opened_on)
            for row, d in zip(rows, drafts, strict=True)
            if row.get("operator") is not None and new.get((d.division_id, d.name)) is d
        ]
        _insert(StationOperator, spells, "places.operator.set", by)
    standing.update(new)
    return [standing[d.division_id, d.name] for d in drafts]


def close_station(*, station: Station, closed_on: dt.date, by: Actor) -> Station:
    """Close a station on its last day; its operator's spell and its open posts end with it. Closing again changes nothing."""
    check_may_write(by, station.division)
    with transaction.atomic():
        station = Station.objects.select_for_update(no_key=True).select_related("division").get(pk=station.pk)
        if station.closed_on is not None:
            return station
        if closed_on < station.opened_on:
            raise BadInput(_("关闭日期早于设立日期。"))
        spells = StationOperator.objects.filter(station=station, ended_on__isnull=True)
        posts = Post.objects.filter(station=station, closed_on__isnull=True)
        if spells.filter(started_on__gt=closed_on).exists() or posts.filter(opened_on__gt=closed_on).exists():
            raise BadInput(_("关闭日期之后还有新的运营方或岗位，请核对日期。"))
        station.closed_on = closed_on
        station.save(update_fields=["closed_on"])
        ended, closed = spells.update(ended_on=closed_on), posts.update(closed_on=closed_on)
        audit.record(
            "places.station.closed",
            station,
            by=by,
            division_path=station.division.path,
            on_day=str(closed_on),
            spells=ended,
            posts=closed,
        )
    return station


def _station(row: Mapping[str, Any]) -> Station:
    name, label = rules.clean_name(row["name"]), rules.clean_name(row["label"])
    if not name or not label:
        raise BadInput(_("请填写社工站名称和当地称谓。"))
    if row["tier"] not in Tier.values:
        raise BadInput(_("社工站层级应为一至四级。"))
    closed_on = row.get("closed_on")
    if closed_on is not None and closed_on < row["opened_on"]:
        raise BadInput(_("关闭日期早于设立日期。"))
    return Station(
        name=name, tier=row["tier"], label=label, division=row["division"], opened_on=row["opened_on"], closed_on=closed_on
    )


def set_operator(*, station: Station, organisation: Organisation, started_on: dt.date, by: Actor) -> StationOperator:
    """From a day on, ``organisation`` runs the station; the spell before ends the day before. The same again is the same spell."""
    check_may_write(by, station.division)
    with transaction.atomic():
        station = Station.objects.select_for_update(no_key=True).select_related("division").get(pk=station.pk)
        if started_on < station.opened_on or (station.closed_on is not None and started_on > station.closed_on):
            raise Refused(_("开始日期不在社工站开放期间。"))
        spells = StationOperator.objects.filter(station=station)
        same = spells.filter(organisation=organisation, started_on=started_on).first()
        if same is not None:
            return same
        if spells.filter(Q(started_on__gte=started_on) | Q(ended_on__gte=started_on)).exists():
            raise Refused(_("该日期之后已有运营记录，运营期不能重叠。"))
        spells.filter(ended_on__isnull=True).update(ended_on=started_on - dt.timedelta(days=1))
        spell = StationOperator(station=station, organisation=organisation, started_on=started_on, position=positions.take())
        spell.save(force_insert=True)
        audit.record("places.operator.set", spell, by=by, division_path=station.division.path, organisation=organisation.uuid)
    return spell


def open_post(
    *,
    division: Division,
    title: str,
    kind: str,
    opened_on: dt.date,
    by: Actor,
    organisation: Organisation | None = None,
    station: Station | None = None,
    is_social_work: bool = True,
) -> Post:
    """Open one post of an organisation or at a station."""
    rows = [{"division": division, "title": title, "kind": kind, "opened_on": opened_on, "organisation": organisation}]
    return open_posts([{**rows[0], "station": station, "is_social_work": is_social_work}], by)[0]


def open_posts(rows: Sequence[Mapping[str, Any]], by: Actor) -> list[Post]:
    """Open many posts (keys as in ``open_post``). Every row is a new post: two alike are two posts."""
    drafts = [_post(row) for row in rows]
    for division in {d.division_id: d.division for d in drafts}.values():
        check_may_write(by, division)
    with transaction.atomic():
        _insert(Post, drafts, "places.post.opened", by)
    return drafts


def close_post(*, post: Post, closed_on: dt.date, by: Actor) -> Post:
    """Close a post on its last day. Closing again changes nothing."""
    check_may_write(by, post.division)
    with transaction.atomic():
        post = Post.objects.select_for_update(of=("self",), no_key=True).select_related("division").get(pk=post.pk)
        if post.closed_on is not None:
            return post
        if closed_on < post.opened_on:
            raise BadInput(_("关闭日期早于设立日期。"))
        post.closed_on = closed_on
        post.save(update_fields=["closed_on"])
        audit.record("places.post.closed", post, by=by, division_path=post.division.path, on_day=str(closed_on))
    return post


def _post(row: Mapping[str, Any]) -> Post:
    title = rules.clean_name(row["title"])
    if not title:
        raise BadInput(_("请填写岗位名称。"))
    if row["kind"] not in PostKind.values:
        raise BadInput(_("没有“%(kind)s”这种岗位类型。") % {"kind": row["kind"]})
    if row.get("organisation") is None and row.get("station") is None:
        raise BadInput(_("岗位应属于一家机构或一个社工站。"))
    return Post(
        division=row["division"],
        title=title,
        kind=row["kind"],
        opened_on=row["opened_on"],
        organisation=row.get("organisation"),
        station=row.get("station"),
        is_social_work=row.get("is_social_work", True),
    )


def start_service(
    organisation: Organisation, division: Division, started_on: dt.date, *, by: Actor, ended_on: dt.date | None = None
) -> OrganisationService:
    """A team or agency begins to serve in a division. Starting the same spell again returns it; overlapping ones are refused."""
    check_may_write(by, division)
    if ended_on is not None and ended_on < started_on:
        raise BadInput(_("结束日期早于开始日期。"))
    with transaction.atomic():
        Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)
        spells = OrganisationService.objects.filter(organisation=organisation, division=division)
        same = spells.filter(started_on=started_on).first()
        if same is not None:
            return same
        overlapping = spells.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=started_on))
        if ended_on is not None:
            overlapping = overlapping.filter(started_on__lte=ended_on)
        if overlapping.exists():
            raise Refused(_("该机构在此地已有重叠的服务期。"))
        spell = OrganisationService(
            organisation=organisation, division=division, started_on=started_on, ended_on=ended_on, position=positions.take()
        )
        spell.save(force_insert=True)
        audit.record("places.service.started", spell, by=by, division_path=division.path, organisation=organisation.uuid)
    return spell


def end_service(*, service: OrganisationService, ended_on: dt.date, by: Actor) -> OrganisationService:
    """The service ends with its last day. Ending again changes nothing."""
    check_may_write(by, service.division)
    with transaction.atomic():
        service = (
            OrganisationService.objects.select_for_update(of=("self",), no_key=True).select_related("division").get(pk=service.pk)
        )
        if service.ended_on is not None:
            return service
        if ended_on < service.started_on:
            raise BadInput(_("结束日期早于开始日期。"))
        service.ended_on = ended_on
        service.save(update_fields=["ended_on"])
        audit.record("places.service.ended", service, by=by, division_path=service.division.path, on_day=str(ended_on))
    return service


def _standing(model: Any, division_ids: set[int]) -> Iterable[Any]:
    ids = sorted(division_ids)
    for start in range(0, len(ids), 500):
        yield from model.objects.filter(division_id__in=ids[start : start + 500]).select_related("division")


def _insert(model: Any, rows: list[Any], verb: str, by: Actor) -> None:
    """Insert rows with their audit events; positions are taken last, as the house asks."""
    if not rows:
        return
    first = positions.take(len(rows))
    for offset, row in enumerate(rows):
        row.position = first + offset
    model.objects.bulk_create(rows, batch_size=500)
    audit.record_many(verb, rows, by=by, path_of=_path_of)


def _path_of(row: Any) -> str:
    return row.station.division.path if isinstance(row, StationOperator) else row.division.path
