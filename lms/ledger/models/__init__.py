"""Tables of the ledger: lines and tags, the dated standards they are read by, locks, summaries, the daily chain."""

from lms.ledger.models.chain import DayChain
from lms.ledger.models.lines import Line, LineTag
from lms.ledger.models.standards import CountingBasis, HourScheme, PeriodLock
from lms.ledger.models.summaries import Cell, CountedUnit, PersonCount, SummaryState

__all__ = [
    "Cell",
    "CountedUnit",
    "CountingBasis",
    "DayChain",
    "HourScheme",
    "Line",
    "LineTag",
    "PeriodLock",
    "PersonCount",
    "SummaryState",
]
