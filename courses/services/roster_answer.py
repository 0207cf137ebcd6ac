"""The workbook that comes back with answers in it: what was found in each row, in the user's own file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import RosterImport
from courses.roster import answer, workbooks
from courses.roster.columns import place_of
from courses.roster.reading import Sheet
from courses.services.roster import confirmed_sheet
from courses.services.roster_columns import uploaded
from courses.states import RosterState, RowVerdict
from lms.audit import services as audit
from lms.core import jobs
from lms.core.actor import Actor
from lms.core.errors import Refused
from lms.core.models import Job

AT_ONCE = 3000  # rows that are answered while the page is waited for; more go by a job
_ANSWERABLE = (RosterState.READY, RosterState.COMMITTING, RosterState.DONE)


@contextmanager
def answered_workbook(*, roster: RosterImport) -> Iterator[tuple[Path, str]]:
    """The answered file and its name, gone afterwards. An xlsx comes back as itself; xls and csv as an xlsx of equal content."""
    if not roster.upload or not roster.outline or roster.state not in _ANSWERABLE:
        raise Refused(_("原名册已清理或还没有核对，不能下载结果。"))
    with uploaded(roster) as path, tempfile.NamedTemporaryFile(suffix=".xlsx") as made:
        sheet = confirmed_sheet(roster, path)
        wanted = _wanted(roster, sheet)
        target = Path(made.name)
        name = _("%(name)s（核对结果）.xlsx") % {"name": Path(roster.file_name).stem}
        try:
            if roster.kind != "xlsx":
                raise answer.Unanswerable(roster.kind)
            answer.answer(path, target, wanted)
            name = f"{name.removesuffix('.xlsx')}{answer.suffix_of(path)}"
        except answer.Unanswerable:
            workbooks.with_answers(sheet, wanted, target)
        yield target, name


def _wanted(roster: RosterImport, sheet: Sheet) -> answer.Answer:
    """Results by row, what is wrong by cell; in the columns of an earlier answer, else to the right of everything."""
    results: dict[int, tuple[str, str, bool]] = {}
    cells: dict[tuple[int, int], str] = {}
    faults: set[tuple[int, int]] = set()
    rows = roster.rows.values_list("number", "verdict", "problems", "committed_at")
    for number, verdict, problems, committed_at in rows.iterator(chunk_size=5000):
        refused = verdict == RowVerdict.REFUSED
        said = str(_("已进班")) if committed_at else str(RowVerdict(verdict).label)
        results[number] = (said, "；".join(map(_sentence, problems)), refused)
        for problem in problems:
            if problem["column"]:
                key = (number, place_of(problem["column"]))
                if problem.get("level") != "hint":
                    faults.add(key)
                cells[key] = f"{cells[key]}\n{problem['reason']}" if key in cells else problem["reason"]
    earlier = sheet.header.column("result")
    place = earlier.place if earlier is not None else sheet.width
    titles = (str(_("核对结果")), str(_("核对原因")))
    return answer.Answer(sheet.name, sheet.header.first, place, titles, results, cells, cells.keys() - faults)


def _sentence(problem: dict[str, Any]) -> str:
    text = f"{problem['header']}：{problem['reason']}" if problem["header"] else problem["reason"]
    return str(_("提示：%(text)s") % {"text": text}) if problem.get("level") == "hint" else text


def request_answer(*, roster: RosterImport, by: Actor) -> Job:
    """Send the job that answers a long roster; its file is for the one who asks."""
    if not roster.upload or roster.state not in _ANSWERABLE:
        raise Refused(_("原名册已清理或还没有核对，不能下载结果。"))
    path = roster.training_class.division.path
    with transaction.atomic():
        audit.record("courses.roster.results_taken", roster, by=by, division_path=path)
        return jobs.enqueue(
            "courses.answer_roster",
            title=_("带核对结果的名册：%(name)s") % {"name": roster.file_name},
            by=by,
            params={"roster": str(roster.uuid)},
            division_path=path,
        )
