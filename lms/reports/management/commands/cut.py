"""``manage.py cut --division CODE --from D --to D [--by …] [--having DIMENSION:CODE]… [--boundaries then|now|D] [--format …]``.

Every measure (人次, 人数, 未具名, 学时, 小时, 班次, 课次, licences gained, and the stocks of the last day) by any dimension,
narrowed by any number of others. Divisions come with the divisions below them. As CSV, or ``--format json``.
"""

from __future__ import annotations

from lms.reports.cuts import folding, telling
from lms.reports.management.splitting import SplittingCommand
from lms.reports.questions import Question


class Command(SplittingCommand):
    help = "Every measure of a division and period, by one dimension and narrowed by others, at any position and boundaries."
    name = "cut"

    def text(self, asked: Question, form: str) -> str:
        told = telling.payload(folding.cut(asked))
        return telling.as_csv(told) if form == "csv" else telling.as_json(told)
