"""``manage.py person_times --division CODE --from D --to D [--as-of T] [--basis NAME] [--by …] --format csv|json``.

``--by`` takes every dimension, those of the person and ``funder`` and ``topic`` too. ``--boundaries now`` (or a day) shows lines of
divisions that have changed where they lie since; ``--having topic:CODE`` keeps what has it (any dimension, several times).
"""

from __future__ import annotations

from lms.reports import canonical
from lms.reports.breakdown import breakdown
from lms.reports.management.splitting import SplittingCommand
from lms.reports.questions import Question


class Command(SplittingCommand):
    help = "Person-times (人次), persons (人数), minutes and hours of a division and period, on a named counting basis."
    name = "person_times"

    def text(self, asked: Question, form: str) -> str:
        found = breakdown(**asked.as_arguments())
        return canonical.as_csv(found) if form == "csv" else canonical.as_json(found) + "\n"
