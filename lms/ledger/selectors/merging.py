"""What stating that two records are one human being would do to the figures, folded from the lines of those two alone."""

from __future__ import annotations

from lms.core import positions
from lms.ledger.folding import Unit, units_of
from lms.ledger.models import CountingBasis, Line
from lms.ledger.selectors.lines import entries, plans_of
from lms.ledger.selectors.standards import plain


def units_between(people: set[int], basis: CountingBasis, *identities: dict[int, int]) -> list[list[Unit]]:
    """Person-times of a few people under each way of telling them apart (person id → the one it counts as), in order."""
    with_basis = plain(basis)
    position = positions.closed()
    lines = Line.objects.as_of(position).filter(
        kind__in=with_basis.kinds, occasion_label__in=with_basis.labels, person_id__in=people
    )
    plans = plans_of(list(lines.order_by().values_list("occasion", flat=True).distinct()), as_of=position)
    return [list(units_of(entries(lines, identity), plans, with_basis)) for identity in identities]
