"""How a room names its entries in the navigation: ``ENTRIES`` in its ``nav.py``. The look gathers and draws them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Group(StrEnum):
    """Where an entry stands. The learner's bar has four places; the office's side has named parts."""

    PUBLIC = "public"  # top bar of the public site
    LEARNER = "learner"  # bottom bar on a phone: 学习, 练习, 记录, 我的
    MINE = "mine"  # what a person keeps here, on the page 我的
    TODAY = "today"  # office: today's work
    FIGURES = "figures"  # office: ledger, conversion, reports
    TRAINING = "training"  # office: classes, supervision, certificates
    CONTENT = "content"  # office: courses, items, pages
    PEOPLE = "people"  # office: persons, organisations, programmes
    SYSTEM = "system"  # office: accounts, audit, jobs


@dataclass(frozen=True, slots=True)
class Entry:
    """One place to go. Hidden when its route does not exist or the access table refuses the actor.

    ``roles`` narrows further than the table (a public page may be an office entry for some). ``under`` names more
    address prefixes that mark the entry as current, beside the entry's own address.
    """

    label: Any
    route: str
    icon: str = "dot"
    group: Group = Group.TODAY
    order: int = 50
    roles: frozenset[str] = frozenset()
    under: tuple[str, ...] = ()
