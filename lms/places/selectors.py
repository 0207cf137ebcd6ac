"""Reads of places: divisions by code and on a day, their tree, the picker's search, organisations and stations in scope."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing
from lms.places.models import Division, DivisionChange, Level, Organisation, Post, Station

NATION_CODE = "000000"
_LEVEL_OF_LENGTH = {2: Level.PROVINCE, 4: Level.PREFECTURE, 6: Level.COUNTY, 9: Level.TOWNSHIP, 12: Level.VILLAGE}


def valid_on(day: dt.date) -> Q:
    """Filter for divisions that stood on ``day``."""
    return (Q(valid_from__isnull=True) | Q(valid_from__lte=day)) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def division_by_code(code: str, *, on: dt.date | None = None) -> Division:
    """The division that carries ``code`` on a day (today); padding zeros are allowed (530000). Refuses what is unknown."""
    level, wanted = level_and_code(code)
    found = None
    if level is not None:
        found = Division.objects.filter(valid_on(on or clock.today()), level=level, code=wanted).first()
    if found is None:
        raise BadInput(_("没有代码为“%(code)s”的行政区划。") % {"code": code.strip()[:20]})
    return found


def level_and_code(code: str) -> tuple[int | None, str]:
    """The level that a code's length tells (None: no such length), and the code without padding."""
    wanted = _normal_code(code)
    return (Level.NATION if wanted == NATION_CODE else _LEVEL_OF_LENGTH.get(len(wanted))), wanted


def _normal_code(code: str) -> str:
    digits = code.strip()
    if not re.fullmatch(r"[0-9]{2,12}", digits) or digits == NATION_CODE:
        return digits
    if len(digits) in (6, 9, 12):  # 530000000000, 530600, 530621000 name a province, a prefecture, a county
        for length in (2, 4, 6, 9):
            padded_here = length < len(digits) and not digits[length:].strip("0")
            # 441900 and its kind are codes of their own: a doubled county is never meant by a person
            if padded_here:
                return digits[:length]
    return digits


def divisions_by_code(codes: Iterable[str], *, on: dt.date | None = None) -> dict[str, Division]:
    """Many at once, by code as given; unknown ones are left out. For imports."""
    wanted = {code: _normal_code(code) for code in codes}
    rows = Division.objects.filter(valid_on(on or clock.today()), code__in=set(wanted.values()))
    by_code = {row.code: row for row in rows if _LEVEL_OF_LENGTH.get(len(row.code)) == row.level or row.level == Level.NATION}
    return {given: by_code[code] for given, code in wanted.items() if code in by_code}


def nation() -> Division:
    return Division.objects.get(level=Level.NATION, code=NATION_CODE)


def subtree(division: Division) -> QuerySet[Division]:
    """The division and everything below it, of any validity."""
    return Division.objects.filter(path__startswith=division.path)


def children_of(division: Division, *, on: dt.date | None = None) -> QuerySet[Division]:
    """The divisions right below as people know them, on a day (today): statistical levels are looked through."""
    parents = Division.objects.filter(Q(pk=division.pk) | Q(parent=division, is_statistical=True))  # a join would read the nation
    return Division.objects.filter(valid_on(on or clock.today()), parent__in=parents, is_statistical=False).order_by("code")


def ancestor_at(division: Division, level: int) -> Division | None:
    """The ancestor (or itself) at a level; None where there is none that people know: 直辖市 have no prefecture, 东莞 no county."""
    if division.level == level:
        return None if division.is_statistical else division
    if level > division.level:
        return None
    return next((a for a in ancestors(division) if a.level == level), None)


def ancestors(division: Division) -> list[Division]:
    """From the province down to the parent, statistical levels left out (the nation too). One query."""
    codes = [code for code in division.path.split("/") if code][:-1]
    if not codes:
        return []
    rows = Division.objects.filter(code__in=codes, is_statistical=False, level__lt=division.level, level__gt=Level.NATION)
    day = division.valid_to or clock.today()
    best: dict[str, Division] = {}
    for row in rows:
        if row.code not in best or ((row.valid_from or dt.date.min) <= day <= (row.valid_to or dt.date.max)):
            best[row.code] = row
    return sorted(best.values(), key=lambda row: row.level)


def search_divisions(
    text: str,
    *,
    within: Division | None = None,
    levels: Iterable[int] | None = None,
    on: dt.date | None = None,
    limit: int = 20,
) -> list[Division]:
    """What a person may mean by ``text``: name or part of it, code from the front, pinyin, initials. Statistical rows never.

    Several words all have to fit (``昭通 鲁甸``). Exact answers come first, higher levels before lower ones.
    """
    words = text.replace("　", " ").split()[:4]
    if not words:
        return []
    found = Division.objects.filter(valid_on(on or clock.today()), is_statistical=False)
    if within is not None:
        found = found.filter(path__startswith=within.path)
    if levels is not None:
        found = found.filter(level__in=list(levels))
    for word in words:
        found = found.filter(_word(word[:40]))
    last = words[-1].lower()
    rank = Case(
        When(Q(name=last) | Q(code=last) | Q(initials=last) | Q(pinyin=last), then=Value(0)),
        When(Q(name__startswith=last) | Q(code__startswith=last), then=Value(1)),
        When(Q(pinyin__startswith=last) | Q(initials__startswith=last), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return list(found.annotate(rank=rank).order_by("rank", "level", "code")[:limit])


def _word(word: str) -> Q:
    if word.isdigit():
        return Q(code__startswith=word)
    if word.isascii():
        low = word.lower()
        return Q(initials__startswith=low) | Q(pinyin__startswith=low)
    return Q(full_name__contains=word)


def changes_of(division: Division) -> QuerySet[DivisionChange]:
    """What it came from and what it became."""
    both = Q(before=division) | Q(after=division)
    return DivisionChange.objects.filter(both).prefetch_related("before", "after").order_by("happened_on", "id")


def division_in_scope(actor: Actor, code: str, *roles: str, on: dt.date | None = None) -> Division:
    """The division with ``code`` if the actor reaches it; otherwise Missing, as for a code that does not exist."""
    try:
        division = division_by_code(code, on=on)
    except BadInput as error:
        raise Missing(str(error)) from None
    if not actor.covers(division.path, *roles):
        raise Missing(_("没有这个行政区划。"))
    return division


def home_of(actor: Actor, *roles: str) -> Division | None:
    """The highest division the actor reaches with ``roles``: where the office's pages open."""
    paths = sorted(actor.paths(*roles), key=len)
    if not paths:
        return None
    if paths[0] == "/":
        return Division.objects.filter(level=Level.NATION).first()
    return Division.objects.filter(path=paths[0]).order_by("-valid_from").first()


def organisations_in(actor: Actor, *roles: str) -> QuerySet[Organisation]:
    return Organisation.objects.filter(actor.q("division__path", *roles)).select_related("division")


def stations_in(actor: Actor, *roles: str) -> QuerySet[Station]:
    return Station.objects.filter(actor.q("division__path", *roles)).select_related("division")


def open_on(day: dt.date) -> Q:
    """Filter for stations and posts open on ``day``."""
    return Q(opened_on__lte=day) & (Q(closed_on__isnull=True) | Q(closed_on__gte=day))


def stations_by_tier(division: Division, *, on: dt.date | None = None) -> dict[int, int]:
    """How many stations stood open in the subtree on a day, by tier."""
    rows = (
        Station.objects.filter(open_on(on or clock.today()), division__path__startswith=division.path)
        .values("tier")
        .annotate(count=Count("id"))
        .order_by("tier")
    )
    return {row["tier"]: row["count"] for row in rows}


def posts_in(actor: Actor, *roles: str) -> QuerySet[Post]:
    return Post.objects.filter(actor.q("division__path", *roles)).select_related("division", "organisation", "station")
