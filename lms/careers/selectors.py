"""Reads of careers, scoped through the person whose they are."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lms.careers import rules
from lms.careers.models import (
    Designation,
    Education,
    Employment,
    Evidence,
    ExamRegistration,
    ExamScore,
    Licence,
    LicenceRegistration,
    PassLine,
    PostSpell,
    VoidYear,
)
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.people import selectors as people

KINDS: dict[str, type[Evidence]] = {
    "employment": Employment,
    "post": PostSpell,
    "education": Education,
    "designation": Designation,
    "registration": ExamRegistration,
    "score": ExamScore,
    "licence": Licence,
    "licence_registration": LicenceRegistration,
}
DAY_OF = {
    "employment": "started_on",
    "post": "started_on",
    "education": "graduated_on",
    "designation": "designated_on",
    "registration": "registered_on",
    "score": "announced_on",
    "licence": "obtained_on",
    "licence_registration": "registered_on",
}


def rows_of(kind: str, ids: Iterable[int], *, voided: bool = False) -> QuerySet[Any]:
    """Rows of one kind of one human being (ids of all merged records)."""
    model: Any = KINDS[kind]
    related = [
        f.name
        for f in model._meta.concrete_fields
        if f.is_relation and f.name in {"person", "division", "organisation", "post", "region", "valid_in", "licence", "pass_line"}
    ]
    rows = model._default_manager.filter(person__in=ids).select_related(*related)
    return rows if voided else rows.filter(voided_at__isnull=True)


def evidence_of(ids: Iterable[int], *, voided: bool = False) -> list[Evidence]:
    """Everything of one human being, newest first; eight queries whatever there is."""
    ids = list(ids)
    dated = [(getattr(row, DAY_OF[kind]), kind, row) for kind in KINDS for row in rows_of(kind, ids, voided=voided)]
    return [row for _day, _kind, row in sorted(dated, key=lambda d: (d[0], d[1], d[2].pk), reverse=True)]


def record_in(actor: Actor, kind: str, record_uuid: uuid.UUID, *roles: str) -> Any:
    """One record whose person lies in the actor's scope (with ``roles``); outside is missing."""
    model: Any = KINDS.get(kind)
    found = model and model._default_manager.filter(uuid=record_uuid).select_related("person__division").first()
    if not found or not people.people_in(actor, *roles).filter(pk=found.person_id).exists():
        raise Missing(_("没有这条履历。"))
    return found


def pass_lines() -> QuerySet[PassLine]:
    """Every pass line known, the newest year first. Public facts: not scoped."""
    return PassLine.objects.select_related("region").order_by("-year", "level", "subject", "region__code")


def void_years() -> list[rules.VoidYear]:
    return [rules.VoidYear(v.year, v.region.path) for v in VoidYear.objects.select_related("region")]


def standing_in_exam(ids: Iterable[int], *, on_year: int) -> list[rules.LevelStanding]:
    """For each level with a result: which subjects count in ``on_year``, which lapsed, and whether the level is passed."""
    sat = [
        rules.Passed(
            year=s.year,
            subject=str(s.subject),
            path=s.division.path,
            valid_in=s.valid_in.path if s.valid_in else None,
        )
        for s in rows_of("score", ids)
        if s.passed
    ]
    return rules.standings(sat, on_year=on_year, void_years=void_years())


def eligibility(ids: Iterable[int], *, level: str, on: dt.date) -> rules.Eligibility:
    """Whether the rows on record allow registering for a level in an exam held on a day, and which line of the rules says so."""
    ids = list(ids)
    return rules.eligible(
        level,
        on=on,
        studies=[
            rules.Study(e.level, e.is_social_work_major, e.kind == "graduated", e.graduated_on) for e in rows_of("education", ids)
        ],
        work=[rules.Span(s.started_on, s.ended_on) for s in rows_of("post", ids) if s.is_social_work],
        licences=[(li.level, li.obtained_on) for li in rows_of("licence", ids)],
    )
