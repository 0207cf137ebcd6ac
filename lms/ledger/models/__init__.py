"""Tables of the ledger: lines and tags, the dated standards they are read by, locks, summaries, the daily chain, seals."""

from lms.ledger.models.chain import DayChain, Seal
from lms.ledger.models.lines import Line, LineTag
from lms.ledger.models.standards import CountingBasis, HourRegime, HourScheme, PeriodLock
from lms.ledger.models.summaries import CountedUnit, NodeTotal, PersonCount, SummaryState

__all__ = [
    "CountedUnit",
    "CountingBasis",
    "DayChain",
    "HourRegime",
    "HourScheme",
    "Line",
    "LineTag",
    "NodeTotal",
    "PeriodLock",
    "PersonCount",
    "Seal",
    "SummaryState",
]
