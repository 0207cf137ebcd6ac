"""The Celery application with two gates in the way of a roster, for the test that kills a real worker; and a small driver.

``python -m tests.courses.roster_worker up FILE`` uploads into a class; ``columns`` and ``enter`` confirm; ``tell`` prints.
While ``ROSTER_FOLDER`` holds no file ``gate-staged`` (``gate-entered``), work waits after 2,000 staged (1,000 entered) rows.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.files.base import ContentFile  # noqa: E402

from courses import services  # noqa: E402
from courses.models import ClassEnrolment, RosterImport  # noqa: E402
from courses.services import roster, roster_commit  # noqa: E402
from lms.celery import app  # noqa: E402
from lms.core import bulk  # noqa: E402
from lms.ledger.models import Line  # noqa: E402
from lms.people.models import Person  # noqa: E402
from tests.factories import rosters  # noqa: E402
from tests.factories.courses import SYSTEM, make_class  # noqa: E402
from tests.factories.world import make_division_tree  # noqa: E402

FOLDER = Path(os.environ.get("ROSTER_FOLDER", "."))
_commit, _insert = roster_commit.commit_chunk, bulk.insert_rows


def _wait(reached: int, most: int, name: str) -> None:
    pause = threading.Event()
    if reached >= most and not (FOLDER / f"gate-{name}").exists():
        (FOLDER / f"at-{name}").touch()
        while not (FOLDER / f"gate-{name}").exists():
            pause.wait(0.05)


def insert_rows(model: Any, fields: Any, rows: Any) -> None:
    _wait(model.objects.count(), 2000, "staged")
    _insert(model, fields, rows)


def commit_chunk(**args: Any) -> list[int]:
    _wait(args["roster"].rows.filter(committed_at__isnull=False).count(), 1000, "entered")
    return _commit(**args)


roster.bulk.insert_rows = insert_rows  # type: ignore[assignment]
roster_commit.commit_chunk = commit_chunk  # type: ignore[assignment]


def main() -> None:
    if sys.argv[1] == "up":
        county = make_division_tree().county
        content = ContentFile(Path(sys.argv[2]).read_bytes(), "roster.xlsx")
        services.upload_roster(training_class=make_class(county, capacity=None), file=content, give_accounts=False, by=SYSTEM)
    found = RosterImport.objects.select_related("training_class__division").first()
    if sys.argv[1] == "columns":
        rosters.take_columns(found, by=SYSTEM)
    elif sys.argv[1] == "enter":
        services.confirm_roster(roster=found, by=SYSTEM)
    found.refresh_from_db()
    told = {
        "state": str(found.state),
        "rows": found.rows.count(),
        "entered": found.rows.filter(committed_at__isnull=False).count(),
        "people": Person.objects.count(),
        "enrolments": ClassEnrolment.objects.count(),
        "lines": Line.objects.filter(kind="enrolled").count(),
        "claims": [job.claims for job in (found.examine_job, found.commit_job) if job is not None],
    }
    print(json.dumps([told]))


if __name__ == "__main__":
    main()

__all__ = ["app"]
