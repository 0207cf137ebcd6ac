"""Figures of training before and after two records are stated to be one human being, at every place concerned."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.actor import Actor
from lms.ledger import selectors as ledger
from lms.ledger.folding import Unit
from lms.ledger.selectors import summary_reads as summaries
from lms.ledger.spans import Span, parse
from lms.people import selectors as people
from lms.people.effects import Effect, tells
from lms.people.models import Merge, Person
from lms.places.models import Division
from lms.places.rules import upwards

MOST_YEARS = 3


@tells
def training_figures(actor: Actor, kept: Person, duplicate: Person, undone: Merge | None) -> list[Effect]:
    """Person-times and persons trained of the last years in which one of the two was counted, from the place up to the top
    of what the actor sees. The totals are those of the summaries; the change is folded from the lines of the two alone.
    """
    basis = ledger.default_basis(clock.today())
    now, then = people.canonical_if(kept=kept, duplicate=duplicate, undone=undone)
    concerned = people.ids_of(kept) | people.ids_of(duplicate)
    before, after = ledger.units_between(concerned, basis, now, then)
    measure = ledger.measure_of(basis)
    years = sorted({unit.counted_on.year for unit in (*before, *after)}, reverse=True)[:MOST_YEARS]
    paths = {path for unit in (*before, *after) for path in upwards(unit.path)[1:] if actor.covers(path)}
    places = Division.objects.filter(path__in=paths, valid_to__isnull=True, is_statistical=False).order_by("-level", "path")
    effects = []
    for place in places:
        for year in years:
            span = parse(str(year))
            assert span is not None
            old, new = _within(before, place.path, span), _within(after, place.path, span)
            if not old and not new:
                continue
            times = summaries.additive(place.path, span, [measure]).get(measure, {}).get("", 0)
            persons = summaries.distinct_persons(place.path, span, measure).get("", 0)
            period = _("%(year)d 年") % {"year": year}
            changed = ledger.distinct(new) - ledger.distinct(old)
            effects += [
                Effect(place.name, period, _("培训人数（人）"), persons, persons + changed),
                Effect(place.name, period, _("培训人次（人次）"), times, times + len(new) - len(old)),
            ]
    return effects


def _within(units: list[Unit], path: str, span: Span) -> list[Unit]:
    return [unit for unit in units if unit.path.startswith(path) and span.start <= unit.counted_on <= span.end]
