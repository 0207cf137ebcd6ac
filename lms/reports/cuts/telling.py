"""A cut as plain values: what page, job, command and interface all show, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from lms.core.workbooks import guard
from lms.reports import stating
from lms.reports.breakdown import Breakdown, Row
from lms.reports.canonical import basis_summary
from lms.reports.cuts.folding import MEASURES
from lms.reports.dimensions import shown_names
from lms.reports.filters import said


def measures() -> dict[str, str]:
    """code → what stands over its column."""
    return {
        "person_times": _("人次"),
        "persons": _("人数"),
        "unnamed": _("未具名"),
        "hours": _("学时"),
        "clock_hours": _("小时"),
        "classes": _("班次"),
        "sessions": _("课次"),
        "licences_gained": _("新增持证"),
        "licensed": _("持证存量"),
        "registered": _("登记存量"),
    }


def payload(found: Breakdown) -> dict[str, Any]:
    """The cut as plain values, with what it rests on and how complete it is."""
    names = shown_names(found.by)
    return {
        "division": found.division.code,
        "division_name": found.division.full_name,
        "from": found.start.isoformat(),
        "to": found.end.isoformat(),
        "basis": basis_summary(found.basis),
        "position": found.position,
        "by": found.by,
        "boundaries_on": found.boundaries_on.isoformat() if found.boundaries_on else None,
        "having": [":".join(each) for each in found.having],
        "rows": [_row(row, names) for row in found.rows],
        "total": _row(found.total, {}),
        "completeness": stating.approval_of(found.division, found.start, found.end),
    }


def _row(row: Row, names: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {"key": row.key, "name": names.get(row.key) or row.name}
    told |= {measure: getattr(row, measure) for measure in MEASURES if measure not in ("hours", "clock_hours")}
    told["hours"] = f"{row.hours:.2f}"
    told["clock_hours"] = str((Decimal(row.minutes) / 60).quantize(Decimal("0.01"), ROUND_HALF_UP))
    told = {name: told[name] for name in ("key", "name", *MEASURES)}
    inner = [_row(row.below[key], {}) for key in sorted(row.below, key=lambda key: (key == row.key, key))]
    return told | {"below": inner} if inner else told


def conditions(having: Iterable[str]) -> list[tuple[str, str]]:
    """(dimension, value) of a payload's conditions as people read them."""
    return said(tuple((name, code) for name, _colon, code in (each.partition(":") for each in having)))


def as_json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def as_csv(told: dict[str, Any]) -> str:
    """A line a row, those below a division's after it; every line says what it rests on."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["under", "key", "name", *MEASURES, "division", "from", "to", "basis", "position", "not_approved"])
    same = [told[name] for name in ("division", "from", "to")]
    same += [told["basis"]["code"], told["position"], told["completeness"]["county_months_not_approved"]]
    for under, row in flat(told):
        writer.writerow([guard(cell) for cell in (under, row["key"], row["name"], *(row[name] for name in MEASURES), *same)])
    return out.getvalue()


def flat(told: dict[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
    """(key of the row above, row): every row, those below it right after it, and the total last."""
    for row in told["rows"]:
        yield "", row
        for inner in row.get("below", ()):
            yield row["key"], inner
    yield "", told["total"]
