"""The figures of a division's page as text, kept for one question at one state of the ledger. A disposable cache.

The text holds nothing of a reader (it is rendered without the request and has no form that writes), so all who may see the
division share it; who may is asked before, every time. It is found by everything it depends
on: the question, the language, the day, the position that the summaries hold and what waits behind it, the locks, and what has
been decided on the months. Names and rules that change without a position raise the generation, and a text of an older one
is not used.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.db.models import Count, Q
from django.template.loader import render_to_string
from django.utils.translation import get_language

from cms.kept import release
from lms.core import clock
from lms.core.ids import new_uuid
from lms.ledger.models import PeriodLock
from lms.ledger.services import Summarised
from lms.places.models import Division
from lms.places.rules import upwards
from lms.reports.approval.signed import decisions
from lms.reports.forms import Asked

logger = logging.getLogger(__name__)
GENERATION = "reports:kept-generation"
KEPT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Text:
    """The page's part below its head. ``charted``: it has rows, so the page brings the chart's script."""

    html: str
    charted: bool


def figures_text(template: str, place: Division, asked: Asked, state: Summarised, context: Callable[[], dict[str, Any]]) -> Text:
    """The text of ``template`` for this question. ``context`` is called only when the text is not known yet."""
    key = _key(template, place, asked, state)
    found = cache.get_many([GENERATION, key])
    current, known = found.get(GENERATION), found.get(key)
    if current is None or known is None or known[0] != current:
        current = current or generation()
        values = context()
        known = (current, render_to_string(template, values), bool(values["rows"]))
        cache.set(key, known, KEPT_SECONDS)
    return Text(known[1], known[2])


def generation() -> str:
    """Another one whenever a name or a rule has changed that changes without a position; also when the cache was emptied."""
    cache.add(GENERATION, new_uuid().hex, None)
    return str(cache.get(GENERATION))


def forget_figures(**_signal: Any) -> None:
    """A name or a rule has changed: no kept text is used again, now or after the commit."""
    _raise_generation()
    transaction.on_commit(_raise_generation)


def _raise_generation() -> None:
    """A system that is being set up has no table for its cache yet, and no text that could be old."""
    try:
        cache.set(GENERATION, new_uuid().hex, None)
    except DatabaseError:
        logger.warning("kept figures could not be forgotten", exc_info=True)


def _locks(place: Division, asked: Asked) -> tuple[int, int]:
    """Locks are only added, and lifted once: how many there are and how many are lifted tells their state."""
    reaching = Q(division__path__in=upwards(place.path)) | Q(division__path__startswith=place.path)
    rows = PeriodLock.objects.filter(reaching, period__range=(asked.span.first, asked.span.last))
    found = rows.aggregate(all=Count("pk"), lifted=Count("lifted_at"))
    return found["all"], found["lifted"]


def _key(template: str, place: Division, asked: Asked, state: Summarised) -> str:
    parts = [
        template,
        place.pk,
        asked.span.code,
        asked.basis.pk,
        asked.by,
        get_language(),
        clock.today(),
        (state.position, state.lag, state.rebuilt_at),
        _locks(place, asked),
        decisions(place, asked.span.start, asked.span.end),
        release(),
    ]
    return f"reports:kept:{hashlib.sha256(repr(parts).encode()).hexdigest()}"
