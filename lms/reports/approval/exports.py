"""The sealed lines of an approved period as a file that ``data/verify_export.py`` checks against the printed root."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

from lms.core.jobs import Progress, job_kind
from lms.core.models import Job
from lms.core.replica import reading_from_replica
from lms.ledger import seals
from lms.ledger.models import Seal
from lms.reports.models import Submission

SCRIPT = Path(__file__).resolve().parent.parent / "data" / "verify_export.py"
COLUMNS = ["number", *seals.COLUMNS, "path"]
FORMATS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def lines(seal: Seal) -> Iterator[list[str]]:
    yield seals.header_of(seal)
    yield COLUMNS
    yield from seals.export_rows(seal)


def text(seal: Seal, form: str) -> Iterator[str]:
    """The file in parts: a line for each of the seal, the columns and the sealed lines."""
    if form == "json":
        rows = (json.dumps(values, ensure_ascii=False, separators=(",", ":")) for values in lines(seal))
        before = "[" + next(rows)
        for row in rows:
            yield before + ",\n"
            before = row
        yield before + "]\n"
        return
    for values in lines(seal):
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow(values)
        yield out.getvalue()


def name_of(submission: Submission, form: str) -> str:
    return f"{submission.division.name}-{submission.period}-台账.{form}"


@job_kind("reports.export_lines", queue="report")
def export_lines(job: Job, progress: Progress) -> dict[str, int]:
    """A large export, made by a job; the reader was in scope when asking."""
    row = Submission.objects.select_related("division", "seal__division").get(uuid=job.params["submission"])
    assert row.seal is not None
    progress.set_total(row.seal.line_count + 2, row.division.name)
    parts = []
    with reading_from_replica(attempt=job.claims):
        for part in text(row.seal, job.params["form"]):
            parts.append(part)
            progress.advance()
    progress.attach_result(name_of(row, job.params["form"]), "".join(parts).encode())
    return {"lines": row.seal.line_count}


__all__ = ["COLUMNS", "FORMATS", "SCRIPT", "export_lines", "lines", "name_of", "text"]
