"""What minutes are worth under an hour scheme, and which day a spanning class belongs to. Pure; schemes and bases are data.

An hour scheme's ``rules``::

    {"kinds": {"studied": {...}, "attended:online": {...}}, "default": {...}}

where each method is one of ``{"minutes_per_hour": 45}`` (straight division), ``{"each": "3"}`` (a half-day is worth that,
however long), ``{"steps": [{"from": 0, "hours": "0.25"}, {"above": 15, "hours": "0.5"}, {"from": 30, "hours": "1"}]}`` (the last
step reached), and may add ``"per": "lesson"``: a lesson studied on several days is valued as one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

HUNDREDTH = Decimal("0.01")
Rules = Mapping[str, Any]


def method_for(rules: Rules, *, kind: str = "", mode: str = "") -> Mapping[str, Any]:
    """The method that values a line of ``kind`` in ``mode``: the most particular one the scheme has."""
    kinds = rules.get("kinds", {})
    found = kinds.get(f"{kind}:{mode}") or kinds.get(kind) or rules.get("default")
    return found if isinstance(found, Mapping) else {}


def hours_of(minutes: int, rules: Rules, *, kind: str = "", mode: str = "") -> Decimal:
    """Credit hours (学时) that ``minutes`` are worth, to the hundredth. No minutes are worth nothing."""
    if minutes <= 0:
        return Decimal(0)
    method = method_for(rules, kind=kind, mode=mode)
    if "each" in method:
        return Decimal(method["each"])
    if "steps" in method:
        worth = Decimal(0)
        for step in method["steps"]:
            if ("above" in step and minutes > step["above"]) or ("from" in step and minutes >= step["from"]):
                worth = Decimal(step["hours"])
        return worth
    if "minutes_per_hour" in method:
        return (Decimal(minutes) / Decimal(method["minutes_per_hour"])).quantize(HUNDREDTH, ROUND_HALF_UP)
    return Decimal(0)


def values_whole_lessons(rules: Rules, *, kind: str, mode: str) -> bool:
    return method_for(rules, kind=kind, mode=mode).get("per") == "lesson"


def hundredths_of(minutes: int, rules: Rules, *, kind: str = "", mode: str = "", before: int = 0) -> int:
    """What ``minutes`` add, in hundredths, when ``before`` minutes of the same lesson are already valued."""
    gained = hours_of(before + minutes, rules, kind=kind, mode=mode) - hours_of(before, rules, kind=kind, mode=mode)
    return max(0, int((gained * 100).to_integral_value(ROUND_HALF_UP)))


def check_hour_rules(rules: Rules) -> None:
    """Raise ValueError naming what a scheme's rules lack."""
    methods = [*rules.get("kinds", {}).values(), *([rules["default"]] if "default" in rules else [])]
    if not methods:
        raise ValueError("no method: give 'default' or 'kinds'")
    for method in methods:
        if len({"each", "steps", "minutes_per_hour"} & set(method)) != 1:
            raise ValueError(f"one of each, steps, minutes_per_hour: {method}")
        if "minutes_per_hour" in method and not int(method["minutes_per_hour"]) > 0:
            raise ValueError("minutes_per_hour must be positive")
        if "each" in method:
            Decimal(method["each"])
        for step in method.get("steps", []):
            if len({"from", "above"} & set(step)) != 1:
                raise ValueError(f"a step starts 'from' or 'above' a number of minutes: {step}")
            Decimal(step["hours"])


def check_basis_kinds(kinds: Any) -> None:
    """Raise ValueError naming what a basis's kinds lack."""
    if not isinstance(kinds, list) or not kinds:
        raise ValueError("kinds is a list of at least one entry")
    for entry in kinds:
        if not isinstance(entry, Mapping) or not entry.get("kind") or not entry.get("occasion"):
            raise ValueError(f"an entry names kind and occasion: {entry}")
        if entry.get("floor", "") not in {"", "class", "basis"}:
            raise ValueError(f"floor is class, basis or absent: {entry}")


# lower ends of the age bands that figures are split by, in years by calendar year of birth; decided by this project
AGE_BANDS = (0, 30, 35, 40, 45, 50, 55, 60)


def age_band(birth_year: int, year: int) -> str:
    """The band's lower end as two digits, ``30`` for 30–34; empty when the year of birth is not known."""
    if not birth_year or year < birth_year:
        return ""
    return f"{max(low for low in AGE_BANDS if low <= year - birth_year):02}"


def age_range(band: str) -> tuple[int, int | None] | None:
    """A band's first and last age (None: no upper end); None for what is no band."""
    if not band.isdigit() or int(band) not in AGE_BANDS:
        return None
    low = int(band)
    later = [other for other in AGE_BANDS if other > low]
    return low, later[0] - 1 if later else None


def month_of(day: dt.date) -> int:
    """yyyymm."""
    return day.year * 100 + day.month


def first_day(month: int) -> dt.date:
    return dt.date(month // 100, month % 100, 1)


def next_month(month: int) -> int:
    year, number = divmod(month, 100)
    return (year + 1) * 100 + 1 if number == 12 else month + 1


def last_day(month: int) -> dt.date:
    return first_day(next_month(month)) - dt.timedelta(days=1)


def spans_of(month: int) -> tuple[str, str, str, str, str]:
    """The standard periods a month lies in: all, year, half-year, quarter, month."""
    year, number = divmod(month, 100)
    return ("all", str(year), f"{year}H{(number + 5) // 6}", f"{year}Q{(number + 2) // 3}", str(month))
