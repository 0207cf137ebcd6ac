"""By what a figure is split: how each line or unit finds its one row, how rows are named, which are shown even when empty."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.translation import gettext as _

from lms.ledger.folding import Unit
from lms.ledger.kinds import MODE_LABELS
from lms.ledger.models import LineTag
from lms.ledger.rules import age_band, age_range
from lms.people.models import Sex
from lms.people.vocabularies import EDUCATION_LEVELS, ETHNIC_GROUPS
from lms.places.boundaries import children_known
from lms.places.models import Division
from lms.programmes.models import Category, Funder, Programme
from lms.reports.wording import known

SIDES = ("sex", "ethnic", "education", "age")  # of the person, as then
DIMENSIONS = ("division", "month", "mode", "category", "programme", *SIDES)  # the page has these from the summaries
TAGS = ("funder", "topic")  # many-valued facts of an occasion: folded from the lines
ALL = (*DIMENSIONS, *TAGS)
SEVERAL = "several"


class Fact(NamedTuple):
    """What decides the row of a unit or of a group of lines."""

    path: str
    month: int
    mode: str = ""
    category: int = 0
    programme: int = 0
    sex: str = ""
    ethnic: str = ""
    education: str = ""
    birth_year: int = 0
    occasion: uuid.UUID | None = None


# which columns of a line a dimension needs beside path and month, by field of Fact
COLUMNS: dict[str, dict[str, str]] = {
    "mode": {"mode": "mode"},
    "category": {"category": "category_id"},
    "programme": {"programme": "programme_id"},
    "sex": {"sex": "sex"},
    "ethnic": {"ethnic": "ethnic_group"},
    "education": {"education": "education"},
    "age": {"birth_year": "birth_year"},
    "funder": {"occasion": "occasion"},
    "topic": {"occasion": "occasion"},
}
Key = Callable[[Fact], str]


@dataclass(slots=True)
class Splitter:
    key: Key
    names: dict[str, str] = field(default_factory=dict)
    always: tuple[str, ...] = ()


def fact_of(unit: Unit) -> Fact:
    sides = (unit.sex, unit.ethnic_group, unit.education, unit.birth_year)
    return Fact(unit.path, unit.month, unit.mode, unit.category, unit.programme, *sides, unit.occasion)


def splitter(division: Division | None, by: str, *, on: dt.date, position: int) -> Splitter:
    """``on`` is the day whose tree is shown, as known at the position. ``division``: of which, when split by division."""
    if by == "division":
        assert division is not None
        return among(division, children_known(division, on=on, position=position), position=position)
    if by == "month":
        return Splitter(lambda fact: str(fact.month))
    if by == "category":
        return _named(Category, lambda fact: fact.category, names_too=True)
    if by == "programme":  # its name may be edited: the code stands in what is signed
        return _named(Programme, lambda fact: fact.programme, names_too=False)
    if by == "age":
        return Splitter(lambda fact: age_band(fact.birth_year, fact.month // 100))
    if by in TAGS:
        values = tag_values(by, position)
        return Splitter(lambda fact: values.get(fact.occasion, "") if fact.occasion else "")
    return Splitter(lambda fact: str(getattr(fact, by)))


def among(division: Division, children: list[Division], *, position: int) -> Splitter:
    """By the children shown, and the division's own level."""
    names = {child.code: child.name for child in children}
    names[division.code] = _("%(name)s本级") % {"name": division.name}
    return Splitter(_child_key(division, children, names, position), names, tuple(child.code for child in children))


def _named(model: type[Category] | type[Programme], pick: Callable[[Fact], int], *, names_too: bool) -> Splitter:
    codes: dict[int, str] = {}
    names: dict[str, str] = {}
    for pk, code, name in model._default_manager.order_by("pk").values_list("pk", "code", "name"):
        codes[pk] = code
        if names_too:
            names.setdefault(code, name)
    return Splitter(lambda fact: codes.get(pick(fact), ""), names)


def shown_names(by: str) -> dict[str, str]:
    """code → name of what is signed by its code alone, because its name may be edited. A topic is named by its own words."""
    models: dict[str, type[Category | Funder | Programme]] = {"category": Category, "funder": Funder, "programme": Programme}
    if by not in models:
        return {}
    return dict(models[by]._default_manager.order_by("-pk").values_list("code", "name"))


def tag_values(name: str, position: int) -> dict[uuid.UUID, str]:
    """Occasion → its one value of a many-valued fact: the only code, or ``several``. So it splits a total and never changes it."""
    found: dict[uuid.UUID, set[str]] = {}
    tags = LineTag.objects.filter(name=name, line__occasion__isnull=False, line__position__lte=position, line__sign=1)
    tags = tags.exclude(line__reversed_by__position__lte=position)
    for occasion, code in tags.values_list("line__occasion", "code").distinct():
        if occasion is not None:
            found.setdefault(occasion, set()).add(code)
    return {occasion: next(iter(codes)) if len(codes) == 1 else SEVERAL for occasion, codes in found.items()}


def occasions_tagged(name: str, code: str, position: int) -> set[uuid.UUID]:
    """Occasions that have a value of a many-valued fact, whatever else they have."""
    tags = LineTag.objects.filter(name=name, code=code, line__occasion__isnull=False, line__position__lte=position, line__sign=1)
    tags = tags.exclude(line__reversed_by__position__lte=position)
    return {occasion for occasion in tags.values_list("line__occasion", flat=True) if occasion is not None}


def _child_key(division: Division, children: Iterable[Division], names: dict[str, str], position: int) -> Key:
    """Which child a path lies in; what lies in none (the division's own, or one that stood then) keeps its own code and name."""
    by_path = {child.path: child.code for child in children}
    depth = division.path.count("/")

    def key(fact: Fact) -> str:
        parts = fact.path.split("/")
        for length in (depth + 1, depth + 2):  # a statistical level lies between
            code = by_path.get("/".join(parts[:length]) + "/")
            if code is not None:
                return code
        if len(parts) <= depth or not parts[depth]:
            return division.code
        code = parts[depth]
        if code not in names:
            former = Division.objects.filter(path=f"{division.path}{code}/", position__lte=position).order_by("-position").first()
            names[code] = former.name if former else code
        return code

    return key


def label(code: str, by: str) -> str:
    """How a row's key is read by people, where no row of a table names it."""
    if by == "month":
        return f"{code[:4]}-{code[4:]}"
    if by == "mode":
        return str(MODE_LABELS.get(code, code)) if code else _("不适用")
    if not code:
        return {"category": _("未分类别"), "programme": _("不属项目")}.get(by, _("未注明"))
    if by == "sex":
        return str(dict(Sex.choices).get(code, code))
    if by == "ethnic":
        return ETHNIC_GROUPS.name_of(code) or code
    if by == "education":
        return known(EDUCATION_LEVELS.name_of(code)) or code
    if by == "age":
        return age_label(code)
    return _("多项") if code == SEVERAL and by in TAGS else code


def age_label(band: str) -> str:
    found = age_range(band)
    if found is None:
        return band
    low, high = found
    if high is None:
        return _("%(low)d 岁及以上") % {"low": low}
    if low == 0:
        return _("%(high)d 岁及以下") % {"high": high}
    return _("%(low)d—%(high)d 岁") % {"low": low, "high": high}


def title_of(by: str) -> str:
    return {
        "division": _("地区"),
        "month": _("月份"),
        "mode": _("方式"),
        "category": _("对象类别"),
        "programme": _("项目"),
        "sex": _("性别"),
        "ethnic": _("民族"),
        "education": _("学历"),
        "age": _("年龄段"),
        "funder": _("资金来源"),
        "topic": _("主题"),
    }[by]
