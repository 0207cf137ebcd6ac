"""The canonical payload of a report: the same rows in the same order and form, byte for byte, for the same position."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from lms.ledger.models import CountingBasis
from lms.reports.breakdown import Breakdown, Row

COLUMNS = ("key", "name", "person_times", "persons", "unnamed", "minutes", "hours")


def basis_summary(basis: CountingBasis) -> dict[str, Any]:
    return {
        "code": basis.code,
        "name": basis.name,
        "valid_from": basis.valid_from.isoformat() if basis.valid_from else None,
        "attendance_floor_percent": basis.attendance_floor_percent,
        "span_month": str(basis.span_month),
        "position": basis.position,
    }


def payload(found: Breakdown) -> dict[str, Any]:
    """What is signed. Boundaries of another day and what it was narrowed to stand in it only where they were asked for."""
    more: dict[str, Any] = {}
    if found.boundaries_on is not None:
        more["boundaries_on"] = found.boundaries_on.isoformat()
    if found.having:
        more["having"] = ";".join(":".join(each) for each in found.having)
    return {
        **more,
        "division": found.division.code,
        "division_name": found.division.full_name,
        "from": found.start.isoformat(),
        "to": found.end.isoformat(),
        "basis": basis_summary(found.basis),
        "position": found.position,
        "by": found.by,
        "rows": [_row(row) for row in found.rows],
        "total": _row(found.total),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "key": row.key,
        "name": row.name,
        "person_times": row.person_times,
        "persons": row.persons,
        "unnamed": row.unnamed,
        "minutes": row.minutes,
        "hours": f"{row.hours:.2f}",
    }


def as_json(found: Breakdown) -> str:
    return json.dumps(payload(found), ensure_ascii=False, sort_keys=True, indent=1)


def as_csv(found: Breakdown) -> str:
    """One line a row and a last one for the total; every line says its division, period, basis and position."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, "division", "from", "to", "basis", "position"])
    same = [found.division.code, found.start.isoformat(), found.end.isoformat(), found.basis.code, found.position]
    for row in [*found.rows, found.total]:
        cells = _row(row)
        writer.writerow([*(cells[name] for name in COLUMNS), *same])
    return out.getvalue()
