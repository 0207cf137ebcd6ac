"""How a career record reads in a list: when, what, and in which state. For pages; no rules here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lms.careers.models import Evidence
from lms.careers.selectors import DAY_OF, KINDS
from lms.careers.states import Subject
from lms.core import clock
from lms.people.vocabularies import EDUCATION_LEVELS

KIND_OF = {model: kind for kind, model in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Entry:
    """``tone`` is the look's word for a tag: accent, good, warn or empty."""

    record: Evidence
    kind: str
    kind_label: str
    day: dt.date
    until: dt.date | None
    title: str
    detail: str
    state: str
    tone: str

    @property
    def may_end(self) -> bool:
        return hasattr(self.record, "ended_on") and self.until is None and self.record.voided_at is None


def kind_labels() -> dict[str, str]:
    return {
        "employment": _("在册"),
        "post": _("岗位"),
        "education": _("学历"),
        "designation": _("聘任"),
        "registration": _("报考"),
        "score": _("考试成绩"),
        "licence": _("职业资格证书"),
        "licence_registration": _("登记"),
    }


def timeline(rows: Iterable[Evidence]) -> list[Entry]:
    labels = kind_labels()
    entries = []
    for row in rows:
        kind = KIND_OF[type(row)]
        title, detail, state, tone = _READ[kind](row)
        if row.voided_at:
            state, tone = _("已作废：%(reason)s") % {"reason": row.voided_reason}, "warn"
        until = getattr(row, "ended_on", None) or getattr(row, "valid_to", None)
        entries.append(Entry(row, kind, labels[kind], getattr(row, DAY_OF[kind]), until, title, detail, state, tone))
    return entries


def points(hundredths: int) -> str:
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")


def _spell(row: Any) -> tuple[str, str, str, str]:
    unit = str(row.organisation or row.division)
    state = (_("至今"), "good") if row.ended_on is None else (_("已结束"), "")
    return (unit, row.title, *state)


def _post(row: Any) -> tuple[str, str, str, str]:
    where = str(row.organisation or row.division)
    kind = row.get_kind_display()
    detail = _("%(where)s · %(kind)s") % {"where": where, "kind": kind}
    state = (_("在岗"), "good") if row.ended_on is None else (_("已离岗"), "")
    return (row.title, detail, *state)


def _education(row: Any) -> tuple[str, str, str, str]:
    major = "" if row.major.startswith("#") else row.major
    detail = " ".join(filter(None, (row.school, major)))
    return EDUCATION_LEVELS.name_of(row.level), detail, _("社会工作专业") if row.is_social_work_major else "", "accent"


def _designation(row: Any) -> tuple[str, str, str, str]:
    return row.get_kind_display(), str(row.organisation or row.division), "" if row.ended_on is None else _("已结束"), ""


def _registration(row: Any) -> tuple[str, str, str, str]:
    subjects = "、".join(str(Subject(s).label) for s in row.subjects)
    return _("%(year)d年 %(level)s") % {"year": row.year, "level": row.get_level_display()}, subjects, "", ""


def _score(row: Any) -> tuple[str, str, str, str]:
    title = _("%(year)d年 %(subject)s") % {"year": row.year, "subject": row.get_subject_display()}
    if row.outcome != "scored":
        return title, "", row.get_outcome_display(), "warn"
    detail = _("%(points)s分") % {"points": points(row.points_hundredths)}
    if row.passed is None:
        return title, detail, _("合格标准未公布"), ""
    if not row.passed:
        return title, detail, _("未合格"), "warn"
    if row.valid_in:
        return title, detail, _("合格（仅在%(region)s有效）") % {"region": row.valid_in}, "good"
    return title, detail, _("合格"), "good"


def _licence(row: Any) -> tuple[str, str, str, str]:
    number = _("管理号 %(number)s") % {"number": row.number} if row.number else ""
    state = _("仅在%(region)s有效") % {"region": row.region} if row.region else _("全国有效")
    return row.get_level_display(), number, state, "accent"


def _licence_registration(row: Any) -> tuple[str, str, str, str]:
    title = _("%(level)s %(kind)s") % {"level": row.licence.get_level_display(), "kind": row.get_kind_display()}
    if row.valid_to < clock.today():
        return title, "", _("已过期"), "warn"
    return title, "", _("有效至%(day)s") % {"day": row.valid_to.isoformat()}, "good"


_READ = {
    "employment": _spell,
    "post": _post,
    "education": _education,
    "designation": _designation,
    "registration": _registration,
    "score": _score,
    "licence": _licence,
    "licence_registration": _licence_registration,
}
