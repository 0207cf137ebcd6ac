"""A layout filled as a job: what is signed where the month is handed in, else the figures at the position asked for."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lms.accounts.roles import REPORTING
from lms.audit import services as audit
from lms.core.errors import Missing
from lms.core.jobs import Progress, actor_of, job_kind
from lms.core.models import Job
from lms.core.replica import reading_from_replica
from lms.ledger import selectors as ledger
from lms.ledger.rules import first_day, last_day
from lms.places.boundaries import division_known
from lms.places.models import Division
from lms.reports.approval import names, units
from lms.reports.layouts.filling import fill
from lms.reports.layouts.values import Values
from lms.reports.models import Layout, Submission
from lms.reports.states import Status
from lms.reports.tables import period_label_of


@job_kind("reports.fill_layout", queue="report")
def fill_layout(job: Job, progress: Progress) -> dict[str, Any]:
    """The filled workbook. Made anew when started again; its hash stands in the outcome and the audit."""
    actor, params = actor_of(job), job.params
    layout = Layout.objects.select_related("division").get(uuid=params["layout"])
    place = division_known(params["division"], on=last_day(params["last"]), position=params["position"])
    if not actor.covers(place.path, *REPORTING) or not place.path.startswith(layout.division.path):
        raise Missing(_("没有这份版式。"))
    progress.set_total(1, _("填表"))
    with translation.override("zh-hans"), reading_from_replica(attempt=job.claims):
        values = values_of(place, params["first"], params["last"], params["position"])
        with layout.file.open("rb") as handle:
            made = fill(handle.read(), values)
    sha256 = hashlib.sha256(made).hexdigest()
    progress.attach_result(f"{place.name}-{params['first']}-{params['last']}-{layout.name}.xlsx", made)
    progress.advance()
    audit.record(
        "reports.layout.filled",
        layout,
        by=actor,
        division_path=place.path,
        first=params["first"],
        last=params["last"],
        position=values.position,
        sha256=sha256,
    )
    return {"sha256": sha256, "bytes": len(made), "position": values.position}


def filled(layout: Layout, place: Division, first: int, last: int, position: int) -> tuple[bytes, Values]:
    """The layout with the figures of some months as known at a position, in the source language."""
    with translation.override("zh-hans"):
        values = values_of(place, first, last, position)
        with layout.file.open("rb") as handle:
            return fill(handle.read(), values), values


def values_of(place: Division, first: int, last: int, position: int) -> Values:
    """The values of a period as known at a position. A month handed in by then: at its closing position, with its signers."""
    row: Submission | None = units.standing_of([place], first).get(place.pk) if first == last else None
    if row is not None and row.closing_position > position:
        row = None
    basis = row.basis if row else ledger.default_basis(last_day(last))
    at = row.closing_position if row else position
    known = ledger.moment_of(at)
    moment = f"{timezone.localtime(known):%Y-%m-%d %H:%M}" if known else "—"
    who = names.of_submissions([row] if row else [])
    checked_by = (row.accepted_by or row.locked_by) if row else None
    facts = {
        "name": place.name,
        "code": place.code,
        "basis": f"{basis.name}（{basis.code}）",
        "period": period_label_of(first_day(first), last_day(last)),
        "known_at": _("%(moment)s（第 %(position)d 笔）") % {"moment": moment, "position": at},
        "state": str(Status(row.status).label) if row else _("未报送，仅供核对"),
        "entered_by": who.get(row.submitted_by, "") if row else "",
        "accepted_by": who.get(checked_by, "") if checked_by else "",
        "root": row.seal.root if row and row.seal else "",
    }
    return Values(place, first, last, basis, at, facts)
