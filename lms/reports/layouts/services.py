"""Layouts kept, ended and filled. Which layouts a division may use: its own and those of the divisions above it."""

from __future__ import annotations

import hashlib

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lms.accounts.roles import OFFICE, REPORTING
from lms.audit import services as audit
from lms.core import clock, jobs
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.core.models import Job
from lms.ledger.rules import last_day
from lms.places.models import Division
from lms.places.selectors import ancestors
from lms.reports import asking
from lms.reports.layouts.package import Package
from lms.reports.layouts.template import look
from lms.reports.models import Layout

MOST = 30  # standing layouts of one division


def keep_layout(*, division: Division, name: str, content: bytes, by: Actor) -> Layout:
    """Check a workbook and keep it under its name; a layout of the same name is replaced, and the old one ended.

    Refuses (``Unfit``: every fault with sheet, cell and reason) what cannot be filled; who holds no office role there: missing.
    """
    if not by.covers(division.path, *OFFICE):
        raise Missing(_("没有这个地区。"))
    name = " ".join(name.split())[:60]
    if not name:
        raise BadInput(_("请给版式起个名称。"))
    looked = look(Package(content))
    for code in sorted({wanted.code for wanted in looked.wanted if wanted.code}):
        place = asking.division(code, clock.today())
        if not place.path.startswith(division.path):
            raise BadInput(_("代码 %(code)s 不在%(place)s。") % {"code": code, "place": division.name})
    sha256, now = hashlib.sha256(content).hexdigest(), clock.now()
    with transaction.atomic():
        Division.objects.select_for_update(of=("self",), no_key=True).get(pk=division.pk)
        standing = Layout.objects.filter(division=division, ended_at__isnull=True)
        same = standing.filter(name=name).first()
        if same is not None and same.sha256 == sha256:
            return same
        if same is None and standing.count() >= MOST:
            raise Refused(_("一个地区最多保留 %(n)d 份版式，请先停用不再使用的。") % {"n": MOST})
        if same is not None:
            _end(same, by)
        row = Layout(division=division, name=name, sha256=sha256, placeholders=len(looked.wanted), kept_at=now, kept_by=by.uuid)
        row.file.save(f"{row.uuid}.xlsx", ContentFile(content), save=False)
        row.save(force_insert=True)
        audit.record("reports.layout.kept", row, by=by, division_path=division.path, sha256=sha256, placeholders=len(looked.wanted))
    return row


def end_layout(*, layout: Layout, by: Actor) -> Layout:
    """It is no longer offered; what was filled with it stays. Twice is once."""
    if not by.covers(layout.division.path, *OFFICE):
        raise Missing(_("没有这份版式。"))
    with transaction.atomic():
        row = Layout.objects.select_for_update(of=("self",), no_key=True).select_related("division").get(pk=layout.pk)
        if row.ended_at is None:
            _end(row, by)
    return row


def _end(row: Layout, by: Actor) -> None:
    row.ended_at, row.ended_by = clock.now(), by.uuid
    row.save(update_fields=["ended_at", "ended_by"])
    audit.record("reports.layout.ended", row, by=by, division_path=row.division.path)


def layouts_for(division: Division) -> QuerySet[Layout]:
    """Standing layouts of a division and of those above it, the nearest first."""
    places = [division.pk, *(place.pk for place in ancestors(division))]
    found = Layout.objects.filter(division__in=places, ended_at__isnull=True)
    return found.select_related("division").order_by("-division__level", "name")


def fill_layout(*, layout: Layout, division: Division, first: int, last: int, position: int, by: Actor) -> Job:
    """Ask for a layout filled with a division's figures of some months; asked twice of the same state it is the same job."""
    if not by.covers(division.path, *REPORTING) or not division.path.startswith(layout.division.path):
        raise Missing(_("没有这份版式。"))
    return jobs.enqueue(
        "reports.fill_layout",
        title=_("%(place)s %(first)s—%(last)s “%(name)s”")
        % {"place": division.name, "first": _month(first), "last": _month(last), "name": layout.name},
        by=by,
        division_path=division.path,
        key=f"reports.layout:{by.uuid}:{layout.pk}:{division.pk}:{first}:{last}:{position}"[:128],
        params={
            "layout": str(layout.uuid),
            "division": division.code,
            "on": last_day(last).isoformat(),
            "first": first,
            "last": last,
            "position": position,
        },
    )


def _month(period: int) -> str:
    return f"{period // 100}-{period % 100:02}"
