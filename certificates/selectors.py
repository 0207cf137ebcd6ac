"""Reads of certificates: one's own, those of one's divisions, and the public look-up that needs number and code."""

from __future__ import annotations

import hmac
import uuid as uuids
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from certificates import rules
from certificates.models import Certificate, Issuer, LogEntry
from lms.accounts.roles import OFFICE, REPORTING
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.people import selectors as people
from lms.people.models import Person

RELATED = ("issuer__organisation", "design", "division", "person", "replaces")


def person_ids(person: Person) -> set[int]:
    """The person's row and those merged with it."""
    return people.ids_of(person) | {person.pk}


def certificates_of(person: Person) -> QuerySet[Certificate]:
    """A person's certificates, newest first, voided ones included."""
    return Certificate.objects.filter(person_id__in=person_ids(person)).select_related(*RELATED)


def own_certificate(actor: Actor, certificate_uuid: uuids.UUID) -> Certificate:
    me = people.person_of(actor)
    found = certificates_of(me).filter(uuid=certificate_uuid).first() if me else None
    if found is None:
        raise Missing(_("没有这份证书。"))
    return found


def certificates_in(actor: Actor) -> QuerySet[Certificate]:
    """Certificates of people of the actor's divisions (as then), and those that an issuer of these divisions gave."""
    scope = actor.q("division__path", *REPORTING) | actor.q("issuer__organisation__division__path", *REPORTING)
    return Certificate.objects.filter(scope).select_related(*RELATED)


def certificate_in(actor: Actor, certificate_uuid: uuids.UUID) -> Certificate:
    found = certificates_in(actor).filter(uuid=certificate_uuid).first()
    if found is None:
        raise Missing(_("没有这份证书。"))
    return found


def may_void(actor: Actor, certificate: Certificate) -> bool:
    """An office of the division that issued it; an auditor or a reviewer looks only."""
    return actor.covers(certificate.issuer.organisation.division.path, *OFFICE)


def search(rows: QuerySet[Certificate], *, text: str = "", status: str = "") -> QuerySet[Certificate]:
    text = text.strip()
    if text:
        number = rules.parse_number(text)
        condition = Q(holder_name__icontains=text) | Q(title__icontains=text) | Q(number__startswith=text)
        rows = rows.filter(Q(number=str(number)) if number else condition)
    if status == "valid":
        rows = rows.filter(voided_at__isnull=True)
    elif status == "voided":
        rows = rows.filter(voided_at__isnull=False)
    elif status == "unprinted":
        rows = rows.filter(file_sha256="", voided_at__isnull=True)
    return rows


def issuers_in(actor: Actor) -> QuerySet[Issuer]:
    return Issuer.objects.filter(actor.q("organisation__division__path", *OFFICE)).select_related("organisation__division")


def issuer_for(organisation_id: int) -> Issuer | None:
    return Issuer.objects.filter(organisation_id=organisation_id).first()


# -- the public look-up ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """valid, voided or unknown. A wrong code and an unknown number are the same unknown, and carry nothing else."""

    status: str
    certificate: Certificate | None = None

    @property
    def masked_name(self) -> str:
        return rules.mask_name(self.certificate.holder_name) if self.certificate else ""


_NOBODY = "·" * rules.CODE_LENGTH


def look_up(number_text: str, code_text: str) -> Verdict:
    """One query and one comparison of equal length whatever was typed, so that neither answer nor time tells which was wrong."""
    number = rules.parse_number(number_text)
    found = Certificate.objects.filter(number=str(number) if number else "").select_related(*RELATED, "replaced_by").first()
    same = hmac.compare_digest((found.code if found else _NOBODY).encode(), rules.tidy_code(code_text)[:40].encode())
    if found is None or not same:
        return Verdict("unknown")
    return Verdict("valid" if found.is_valid else "voided", found)


def look_up_file(digest: str) -> Verdict:
    """The verdict on an uploaded file by its hash: the very file that was issued, or unknown."""
    found = Certificate.objects.filter(file_sha256=digest).select_related(*RELATED, "replaced_by").first() if digest else None
    if found is None:
        return Verdict("unknown")
    return Verdict("valid" if found.is_valid else "voided", found)


def public_log() -> QuerySet[LogEntry]:
    return LogEntry.objects.all()
