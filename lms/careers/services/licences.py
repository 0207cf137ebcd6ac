"""Licences and their registrations. Licence, registration and post are three objects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lms.careers.models import Licence, LicenceRegistration
from lms.careers.recording import draft_of, record_many
from lms.careers.states import Level, RegistrationKind
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.ledger.kinds import Kind
from lms.people import selectors as people
from lms.people.models import Person
from lms.places.models import Division


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceRow:
    person: Person
    level: str
    obtained_on: dt.date
    number: str = ""
    region: Division | None = None  # None: valid nationally
    exam_year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceRegistrationRow:
    person: Person
    licence: Licence
    registered_on: dt.date
    valid_to: dt.date


def record_licence(
    *,
    person: Person,
    level: str,
    obtained_on: dt.date,
    by: Actor,
    number: str = "",
    region: Division | None = None,
    exam_year: int | None = None,
) -> Licence:
    """Record a licence. The same level and validity again: the one that stands, or a refusal when day or number differ."""
    row = LicenceRow(person=person, level=level, obtained_on=obtained_on, number=number, region=region, exam_year=exam_year)
    return record_licences([row], by=by)[0]


def record_licences(rows: Sequence[LicenceRow], *, by: Actor) -> list[Licence]:
    """Record the licences of many; chunks of 500, each whole."""
    for row in rows:
        if row.level not in Level.values:
            raise BadInput(_("证书级别“%(text)s”无法识别。") % {"text": row.level[:20]})
        if row.obtained_on > clock.today():
            raise BadInput(_("取得日期在今天之后，请核对。"))
        if len(row.number.strip()) > 60:
            raise BadInput(_("管理号超过60位，请核对。"))
    return record_many(
        [
            Licence(
                person=r.person,
                level=r.level,
                obtained_on=r.obtained_on,
                number=r.number.strip(),
                region=r.region,
                exam_year=r.exam_year,
            )
            for r in rows
        ],
        by=by,
        verb="careers.licence.recorded",
        same=lambda li, person: (person, str(li.level), li.region_id),
        agree=("obtained_on", "number"),
        disagree=_("此人已有同级证书的记录，或该管理号已登记在另一人名下；请核对，必要时先作废原记录。"),
        draft=lambda li: draft_of(
            li,
            Kind.LICENSED,
            li.obtained_on,
            topic=str(li.level),
            facts={
                "level": str(li.level),
                "obtained_on": li.obtained_on.isoformat(),
                "region": li.region.path if li.region else None,
                "exam_year": li.exam_year,
            },
        ),
    )


def record_registration(
    *, person: Person, licence: Licence, registered_on: dt.date, valid_to: dt.date, by: Actor
) -> LicenceRegistration:
    """Record the registration (登记) of a licence; the earliest is the first, the others renew it."""
    row = LicenceRegistrationRow(person=person, licence=licence, registered_on=registered_on, valid_to=valid_to)
    return record_registrations([row], by=by)[0]


def record_registrations(rows: Sequence[LicenceRegistrationRow], *, by: Actor) -> list[LicenceRegistration]:
    """Record registrations of many, in the order of their days for one licence; chunks of 500, each whole."""
    canonical = people.canonical_ids()
    held: dict[int, list[dt.date]] = {}
    licences = sorted({row.licence.pk for row in rows})
    for start in range(0, len(licences), 500):
        for licence, day in LicenceRegistration.objects.filter(
            licence__in=licences[start : start + 500], voided_at__isnull=True
        ).values_list("licence_id", "registered_on"):
            held.setdefault(licence, []).append(day)
    wanted = []
    for row in rows:
        holder, person = row.licence.person_id, row.person.pk
        if canonical.get(holder, holder) != canonical.get(person, person):
            raise BadInput(_("该证书不属于此人。"))
        if row.licence.voided_at:
            raise Refused(_("该证书记录已作废，不能登记。"))
        if row.valid_to < row.registered_on or row.registered_on < row.licence.obtained_on:
            raise BadInput(_("登记日期应在取得证书之后、有效期截止之前。"))
        days = held.setdefault(row.licence.pk, [])
        kind = RegistrationKind.RENEWED if any(d < row.registered_on for d in days) else RegistrationKind.FIRST
        if row.registered_on not in days:
            if kind == RegistrationKind.FIRST and days:
                raise Refused(_("该证书已有更晚的首次登记；请先作废，再按日期先后登记。"))
            days.append(row.registered_on)
        wanted.append(
            LicenceRegistration(
                person=row.person, licence=row.licence, kind=kind, registered_on=row.registered_on, valid_to=row.valid_to
            )
        )
    return record_many(
        wanted,
        by=by,
        verb="careers.registration.recorded",
        same=lambda r, _person: (r.licence_id, r.registered_on),
        agree=("valid_to",),
        disagree=_("该证书同一天已有登记记录，有效期不同；请先作废原记录。"),
        draft=lambda r: draft_of(
            r,
            Kind.REGISTERED,
            r.registered_on,
            topic=str(r.licence.level),
            facts={
                "level": str(r.licence.level),
                "kind": str(r.kind),
                "registered_on": r.registered_on.isoformat(),
                "valid_to": r.valid_to.isoformat(),
            },
        ),
    )
