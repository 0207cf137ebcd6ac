"""What a cut's page offers and understands: its form, its addresses, and the values everything can be narrowed to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from lms.core import clock
from lms.ledger import selectors as ledger
from lms.ledger.kinds import MODE_LABELS
from lms.ledger.models import Line, LineTag
from lms.ledger.rules import AGE_BANDS
from lms.people.models import Sex
from lms.people.vocabularies import EDUCATION_LEVELS, ETHNIC_GROUPS
from lms.places.models import Division
from lms.places.selectors import ancestors
from lms.programmes.models import Category, Programme
from lms.reports import asking, forms
from lms.reports.cuts.opening import Cell
from lms.reports.dimensions import ALL, TAGS, age_label, label, shown_names, title_of
from lms.reports.filters import NONE
from lms.reports.questions import Question
from lms.reports.wording import known

MOST_CHOICES = 300
MOST_KEY = 64
NO_KEY = "-"  # in an address: the row of those without a value


def asked(place: Division, query: QueryDict) -> Question:
    """The page's address as a question. Raises one sentence for what cannot be understood."""
    start, end = asking.period(query.get("from", ""), query.get("to", ""))
    return Question(
        division=place,
        start=start,
        end=end,
        basis=asking.basis(forms.asked(query).basis.code, end),
        position=asking.position(query.get("as_of")),
        by=query.get("by", "") if query.get("by", "") in ALL else "division",
        boundaries_on=asking.boundaries(query.get("boundaries")),
        having=asking.having(query.getlist("having")),
    )


def address(asked: Question) -> str:
    """A question as the query of an address, as of its position."""
    values = [("from", asked.start), ("to", asked.end), ("by", asked.by), ("basis", asked.basis.code)]
    values += [("having", each) for each in asked.conditions]
    return urlencode([*values, ("boundaries", asked.boundaries_on or "then"), ("as_of", asked.position)])


def opener(asked: Question) -> Callable[[str, str | None, str | None], str]:
    """Where each number of a cut leads, by measure, row (None: the total) and row below it (None: the row itself)."""
    base = f"{reverse('reports:cut_open', args=[asked.division.code])}?{address(asked)}"
    return lambda measure, key, below: f"{base}&{row_address(measure, key, below)}"


def row_address(measure: str, key: str | None, below: str | None) -> str:
    row = {} if key is None else {"key": key or NO_KEY}
    return urlencode({"what": measure, **row, **({} if below is None else {"below": below})})


def cell_address(cell: Cell) -> str:
    return f"{address(cell.asked)}&{row_address(cell.measure, cell.key, cell.below)}"


def cell(place: Division, query: QueryDict) -> Cell:
    """One number's address."""
    key, below = query.get("key"), query.get("below")
    key = None if key is None else key[:MOST_KEY].removeprefix(NO_KEY)
    return Cell(asked(place, query), query.get("what", ""), key, None if below is None else below[:MOST_KEY])


def unapproved(asked: Question) -> str:
    base = reverse("reports:unapproved", args=[asked.division.code])
    return f"{base}?{urlencode({'from': asked.start, 'to': asked.end})}"


def form(place: Division, query: QueryDict) -> dict[str, Any]:
    """What stands in the form: as typed, else as usual."""
    usual = forms.asked(query)
    return {
        "asked": usual,
        "typed": query,
        "start": query.get("from") or usual.span.start.isoformat(),
        "end": query.get("to") or min(usual.span.end, clock.today()).isoformat(),
        "by": query.get("by") or usual.by,
        "chosen": query.getlist("having"),
        "bases": ledger.bases_on(usual.span.end),
        "dimensions": [(by, title_of(by)) for by in ALL],
        "filters": _filters(place),
    }


def _filters(place: Division) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(dimension, its title, [(condition, label)]) of everything a cut can be narrowed to."""
    own = Q(division__isnull=True) | Q(division__path__startswith=place.path) | Q(division__in=ancestors(place))
    used = {
        name: list(model._default_manager.filter(own).order_by("name").values_list("code", "name")[:MOST_CHOICES])
        for name, model in (("category", Category), ("programme", Programme))
    }
    found: dict[str, list[tuple[str, str]]] = {
        "mode": [(str(code), str(name)) for code, name in MODE_LABELS.items()],
        **used,
        "sex": [(str(code), str(name)) for code, name in Sex.choices],
        "ethnic": ETHNIC_GROUPS.choices(),
        "education": [(code, known(name)) for code, name in EDUCATION_LEVELS.choices()],
        "age": [(f"{low:02}", age_label(f"{low:02}")) for low in AGE_BANDS],
        **tags_in(place),
    }
    return [(name, title_of(name), _options(name, choices)) for name, choices in found.items() if choices]


def _options(name: str, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    none = [] if name == "mode" else [(NONE, label("", name))]
    return [(f"{name}:{code}", text) for code, text in [*choices, *none]]


def tags_in(place: Division) -> dict[str, list[tuple[str, str]]]:
    """Funders, by their names, and topics that stand on lines of the division."""
    tags = LineTag.objects.filter(name__in=TAGS, line__in=Line.objects.within(place))
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in TAGS}
    names = {name: shown_names(name) for name in TAGS}
    for name, code in tags.order_by("name", "code").values_list("name", "code").distinct()[: 2 * MOST_CHOICES]:
        found[name].append((code, names[name].get(code, code)))
    return found
