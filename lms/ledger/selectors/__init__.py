"""Reads of the ledger: lines that stand at a position, the standards in force, and the figures as folds."""

from lms.ledger.selectors.folds import (
    Learning,
    Scope,
    cases,
    classes,
    counted,
    distinct,
    events,
    minutes_and_hours,
    person_times,
    persons,
    sessions,
    total_quantity,
    unnamed,
)
from lms.ledger.selectors.lines import enrolled_in, lines_of, occasions_enrolled, standing_lines_from
from lms.ledger.selectors.merging import units_between
from lms.ledger.selectors.since import moved_since
from lms.ledger.selectors.standards import (
    bases_on,
    basis_by_code,
    default_basis,
    measure_of,
    moment_of,
    position_of,
    scheme_by_code,
    scheme_for,
    schemes_on,
)

__all__ = [
    "Learning",
    "Scope",
    "bases_on",
    "basis_by_code",
    "cases",
    "classes",
    "counted",
    "default_basis",
    "distinct",
    "enrolled_in",
    "events",
    "lines_of",
    "measure_of",
    "minutes_and_hours",
    "moment_of",
    "moved_since",
    "occasions_enrolled",
    "person_times",
    "persons",
    "position_of",
    "scheme_by_code",
    "scheme_for",
    "schemes_on",
    "sessions",
    "standing_lines_from",
    "total_quantity",
    "units_between",
    "unnamed",
]
