"""Employment, posts, education and designations: recorded with their ledger lines, ended, voided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.careers.models import Designation, Education, Employment, Evidence, PostSpell
from lms.careers.recording import draft_of, record_many, void_record
from lms.careers.states import DesignationKind, EducationKind
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.people.models import Person
from lms.people.vocabularies import EDUCATION_LEVELS, code_of
from lms.places.models import Division, Organisation, Post


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployRow:
    person: Person
    division: Division
    started_on: dt.date
    organisation: Organisation | None = None
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRow:
    person: Person
    post: Post
    started_on: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class EducationRow:
    """``level`` is a code of GB/T 4658 or wording that the vocabulary knows."""

    person: Person
    level: str
    graduated_on: dt.date
    major: str = ""
    school: str = ""
    is_social_work_major: bool = False
    kind: str = EducationKind.GRADUATED


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignationRow:
    person: Person
    kind: str
    designated_on: dt.date
    division: Division | None = None  # the person's when none is named
    organisation: Organisation | None = None
    document_number: str = ""


def employ(
    *, person: Person, division: Division, started_on: dt.date, by: Actor, organisation: Organisation | None = None, title: str = ""
) -> Employment:
    """Put a person on the books (在册). Who is on them already: the spell that stands."""
    row = EmployRow(person=person, division=division, started_on=started_on, organisation=organisation, title=title)
    return employ_many([row], by=by)[0]


def employ_many(rows: Sequence[EmployRow], *, by: Actor) -> list[Employment]:
    """Put many on the books; chunks of 500, each whole."""
    return record_many(
        [
            Employment(person=r.person, division=r.division, organisation=r.organisation, title=r.title, started_on=r.started_on)
            for r in rows
        ],
        by=by,
        verb="careers.employment.started",
        same=lambda e, person: (person, e.division_id, e.organisation_id, e.ended_on),
        agree=(),
        disagree=_("此人在该单位已有在册记录。"),
        draft=_employed,
    )


def end_employment(*, employment: Employment, ended_on: dt.date, reason: str, by: Actor) -> Employment:
    """Take a person off the books. Ending twice on the same day changes nothing."""
    return _end(
        employment,
        ended_on,
        reason,
        by,
        verb="careers.employment.ended",
        draft=lambda row: draft_of(
            row,
            Kind.EMPLOYMENT_ENDED,
            row.ended_on,
            topic="",
            facts={"started_on": row.started_on.isoformat(), "ended_on": row.ended_on.isoformat()},
            suffix=":ended",
            division=row.division,
            organisation=row.organisation,
        ),
    )


def start_post(*, person: Person, post: Post, started_on: dt.date, by: Actor) -> PostSpell:
    """Put a person into a post. Who is in it already: the spell that stands. Refuses a post not open on that day."""
    return start_posts([PostRow(person=person, post=post, started_on=started_on)], by=by)[0]


def start_posts(rows: Sequence[PostRow], *, by: Actor) -> list[PostSpell]:
    """Put many into posts; chunks of 500, each whole."""
    for row in rows:
        if row.started_on < row.post.opened_on or (row.post.closed_on and row.started_on > row.post.closed_on):
            raise BadInput(_("岗位“%(title)s”在该日期未开设。") % {"title": row.post.title})
    return record_many(
        [
            PostSpell(
                person=r.person,
                post=r.post,
                division=r.post.division,
                organisation=r.post.organisation,
                title=r.post.title,
                kind=r.post.kind,
                is_social_work=r.post.is_social_work,
                started_on=r.started_on,
            )
            for r in rows
        ],
        by=by,
        verb="careers.post.started",
        same=lambda s, person: (person, s.post_id, s.ended_on),
        agree=("started_on",),
        disagree=_("此人已在该岗位上，到岗日期不同。"),
        draft=lambda s: _post_line(s, Kind.POST_STARTED, s.started_on, ""),
    )


def end_post(*, spell: PostSpell, ended_on: dt.date, by: Actor, reason: str = "") -> PostSpell:
    """End a spell in a post. Ending twice on the same day changes nothing."""
    return _end(
        spell,
        ended_on,
        reason,
        by,
        verb="careers.post.ended",
        draft=lambda row: _post_line(row, Kind.POST_ENDED, row.ended_on, ":ended"),
    )


def add_education(
    *,
    person: Person,
    level: str,
    graduated_on: dt.date,
    by: Actor,
    major: str = "",
    school: str = "",
    is_social_work_major: bool = False,
    kind: str = EducationKind.GRADUATED,
) -> Education:
    """Record a course of study. The same level, major and day again: the row that stands, or a refusal when it differs."""
    row = EducationRow(
        person=person,
        level=level,
        graduated_on=graduated_on,
        major=major,
        school=school,
        is_social_work_major=is_social_work_major,
        kind=kind,
    )
    return add_educations([row], by=by)[0]


def add_educations(rows: Sequence[EducationRow], *, by: Actor) -> list[Education]:
    """Record the studies of many; chunks of 500, each whole."""
    wanted = []
    for row in rows:
        level = code_of(EDUCATION_LEVELS, row.level)
        if level is None:
            raise BadInput(_("学历“%(text)s”无法识别，请按标准填写。") % {"text": row.level[:20]})
        if row.kind not in EducationKind.values:
            raise BadInput(_("毕结业类别“%(text)s”无法识别。") % {"text": row.kind[:20]})
        wanted.append(
            Education(
                person=row.person,
                level=level,
                major=row.major.strip(),
                school=row.school.strip(),
                is_social_work_major=row.is_social_work_major,
                kind=row.kind,
                graduated_on=row.graduated_on,
            )
        )
    return record_many(
        wanted,
        by=by,
        verb="careers.education.recorded",
        same=lambda e, person: (person, e.level, e.major, e.graduated_on),
        agree=("kind", "is_social_work_major"),
        disagree=_("此人已有同一学历、专业和日期的记录，内容不同；请先作废原记录。"),
        draft=lambda e: draft_of(
            e,
            Kind.EDUCATED,
            e.graduated_on,
            topic=e.level,
            facts={
                "level": e.level,
                "kind": str(e.kind),
                "is_social_work_major": e.is_social_work_major,
                "graduated_on": e.graduated_on.isoformat(),
            },
        ),
    )


def designate(
    *,
    person: Person,
    kind: str,
    designated_on: dt.date,
    by: Actor,
    division: Division | None = None,
    organisation: Organisation | None = None,
    document_number: str = "",
) -> Designation:
    """Record that a person was designated (聘任). An open designation of the kind in the division stands."""
    row = DesignationRow(
        person=person,
        kind=kind,
        designated_on=designated_on,
        division=division,
        organisation=organisation,
        document_number=document_number,
    )
    return designate_many([row], by=by)[0]


def designate_many(rows: Sequence[DesignationRow], *, by: Actor) -> list[Designation]:
    """Record the designations of many; chunks of 500, each whole."""
    for row in rows:
        if row.kind not in DesignationKind.values:
            raise BadInput(_("聘任类别“%(text)s”无法识别。") % {"text": row.kind[:20]})
    return record_many(
        [
            Designation(
                person=r.person,
                kind=r.kind,
                division=r.division or r.person.division,
                organisation=r.organisation,
                designated_on=r.designated_on,
                document_number=r.document_number,
            )
            for r in rows
        ],
        by=by,
        verb="careers.designation.recorded",
        same=lambda d, person: (person, d.kind, d.division_id, d.ended_on),
        agree=("designated_on",),
        disagree=_("此人在该地区已有同类聘任，日期不同；请先结束或作废原记录。"),
        draft=lambda d: draft_of(
            d,
            Kind.DESIGNATED,
            d.designated_on,
            topic=str(d.kind),
            facts={"kind": str(d.kind), "designated_on": d.designated_on.isoformat()},
            division=d.division,
            organisation=d.organisation,
        ),
    )


def end_designation(*, designation: Designation, ended_on: dt.date, by: Actor) -> Designation:
    """End a designation. It counts until its last day; ending twice on the same day changes nothing."""
    with transaction.atomic():
        row = (
            Designation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("person__division")
            .get(pk=designation.pk)
        )
        if row.ended_on == ended_on:
            return row
        if row.ended_on or row.voided_at:
            raise Refused(_("该记录已经结束或作废。"))
        if ended_on < row.designated_on:
            raise BadInput(_("结束日期早于开始日期。"))
        row.ended_on = ended_on
        row.save(update_fields=["ended_on"])
        audit.record(
            "careers.designation.ended", row, by=by, division_path=row.division.path, person=row.person.uuid, ended_on=str(ended_on)
        )
        return row


def void(*, record: Evidence, reason: str, by: Actor) -> Evidence:
    """Void a wrong career record with a reason; its ledger lines are reversed in the same transaction."""
    return void_record(record, reason=reason, by=by, at=clock.now())


def _end(row: Any, ended_on: dt.date, reason: str, by: Actor, *, verb: str, draft: Any) -> Any:
    with transaction.atomic():
        row = (
            type(row)
            ._default_manager.select_for_update(of=("self",), no_key=True)
            .select_related("person__division", "division", "organisation")
            .get(pk=row.pk)
        )
        if row.ended_on == ended_on and not row.voided_at:
            return row
        if row.ended_on or row.voided_at:
            raise Refused(_("该记录已经结束或作废。"))
        if ended_on < row.started_on:
            raise BadInput(_("结束日期早于开始日期。"))
        row.ended_on, row.end_reason = ended_on, reason.strip()[:200]
        row.save(update_fields=["ended_on", "end_reason"])
        audit.record(verb, row, by=by, division_path=row.division.path, person=row.person.uuid, ended_on=ended_on.isoformat())
        ledger.post([draft(row)], by=by)
        return row


def _employed(row: Employment) -> ledger.Draft:
    return draft_of(
        row,
        Kind.EMPLOYED,
        row.started_on,
        topic="",
        facts={"started_on": row.started_on.isoformat()},
        division=row.division,
        organisation=row.organisation,
    )


def _post_line(row: PostSpell, kind: Kind, day: dt.date, suffix: str) -> ledger.Draft:
    facts: dict[str, Any] = {
        "kind": str(row.kind),
        "is_social_work": row.is_social_work,
        "spell": str(row.uuid),
        "started_on": row.started_on.isoformat(),
    }
    if row.ended_on:
        facts["ended_on"] = row.ended_on.isoformat()
    return draft_of(
        row,
        kind,
        day,
        topic=str(row.kind),
        facts=facts,
        suffix=suffix,
        division=row.division,
        organisation=row.organisation,
        post=row.post,
    )
