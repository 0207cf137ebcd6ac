"""One catalogue a language. Django keeps one for each app, and for each of ``zh`` behind them, and asks all of them in turn for
every sentence that stands in its source language: half a page's time went into looking for what is nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.translation import trans_real

NUMBERS = range(200)
Messages = dict[Any, str]
Plural = Callable[[int], int]


def join_catalogues() -> None:
    """Each language's catalogues in one, the first that knows a sentence still the one that is heard."""
    for code, _name in settings.LANGUAGES:
        _join(trans_real.translation(code))


def _join(translation: Any) -> None:
    found = translation._catalog
    parts: list[tuple[Messages, Plural]] = list(zip(found._catalogs, found._plurals, strict=True))
    behind = translation._fallback
    while isinstance(getattr(behind, "_catalog", None), dict):
        parts.append((behind._catalog, behind.plural))
        behind = behind._fallback
    joined: Messages = {}
    numbered: dict[tuple[int, ...], tuple[Messages, Plural]] = {}  # forms after a number, by how one is chosen among them
    chosen: dict[str, tuple[int, ...]] = {}  # sentence → how, as the first that knows it does
    for messages, plural in parts:
        way = tuple(map(plural, NUMBERS))
        for key, text in messages.items():
            if isinstance(key, str):
                joined.setdefault(key, text)
            elif chosen.setdefault(key[0], way) == way:
                numbered.setdefault(way, ({}, plural))[0].setdefault(key, text)
    found._catalogs = [joined, *(forms for forms, _plural in numbered.values())]
    found._plurals = [found._plurals[0], *(plural for _forms, plural in numbered.values())]
    translation._fallback = behind
