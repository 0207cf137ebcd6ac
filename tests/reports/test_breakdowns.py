"""Several splits of one fold are those of as many folds."""

from __future__ import annotations

import datetime as dt
import uuid

from lms.core import positions
from lms.ledger import selectors as ledger
from lms.ledger.kinds import Kind, Mode
from lms.reports.approval.payloads import SPLITS
from lms.reports.breakdown import breakdown, breakdowns
from tests.factories import ledger as book
from tests.factories.world import make_person

START, END = dt.date(2022, 1, 1), dt.date(2022, 3, 31)


def test_lines_are_folded_once_for_all_splits(world, monkeypatch):
    for division, mode in ((world.county, Mode.FACE_TO_FACE), (world.other_county, Mode.ONLINE), (world.county, Mode.ONLINE)):
        planned = book.scheduled(uuid.uuid4(), dt.date(2022, 2, 10), division, mode=mode)
        book.attended(make_person(division), planned)
    book.line(Kind.HEADCOUNT, dt.date(2022, 2, 11), division=world.county, quantity=7)
    asked = {"division": world.province, "start": START, "end": END, "basis": ledger.default_basis(END)}
    asked["position"] = positions.closed()
    apart = {by: breakdown(**asked, by=by) for by in SPLITS}
    folds = []
    counted = ledger.counted
    monkeypatch.setattr(ledger, "counted", lambda *args: folds.append(args) or counted(*args))
    assert breakdowns(**asked, by=SPLITS) == apart
    assert len(folds) == 1 and apart["mode"].total.person_times == 3 and apart["mode"].total.unnamed == 7
