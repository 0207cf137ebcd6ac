"""What a person may do with what is held of them: take it along, and ask for a correction."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.people import consents, personal_data, selectors
from lms.people.models import Consent, CorrectionRequest, IdentityDocument, Person
from lms.people.sealing import open_number
from lms.people.vocabularies import EDUCATION_LEVELS, ETHNIC_GROUPS, POLITICAL_STATUS


def export_own_data(*, person: Person, by: Actor) -> dict[str, Any]:
    """Everything held of the one who asks, in plain words; the handing out of document numbers is audited.

    Only for oneself: somebody else's is missing.
    """
    if person.user_id is None or person.user_id != by.user_id:
        raise Missing(_("没有这个人。"))
    with transaction.atomic():
        ids = selectors.ids_of(person)
        audit.record("people.person.exported", person, by=by, division_path=person.division.path, records=len(ids))
    rows = Person.objects.filter(pk__in=ids, erased_at__isnull=True).select_related("division", "organisation").order_by("pk")
    return {
        "exported_at": clock.now().isoformat(),
        "records": [_record(row) for row in rows],
        "documents": [
            {"kind": d.get_kind_display(), "number": open_number(d.number_sealed), "recorded_at": d.created_at.isoformat()}
            for d in IdentityDocument.objects.filter(person__in=ids).order_by("pk")
        ],
        "consents": [
            {
                "purpose": c.purpose,
                "title": str(text.title) if (text := consents.text_of(c.purpose, c.version)) else c.purpose,
                "version": c.version,
                "given": c.given,
                "answered_at": c.answered_at.isoformat(),
                "channel": c.get_channel_display(),
            }
            for c in Consent.objects.filter(person__in=ids).order_by("answered_at", "pk")
        ],
        **{section: exporter(ids) for section, exporter in personal_data.EXPORTERS.items()},
    }


def _record(person: Person) -> dict[str, Any]:
    return {
        "uuid": str(person.uuid),
        "name": person.name,
        "sex": person.get_sex_display(),
        "birth_date": person.birth_date.isoformat() if person.birth_date else None,
        "ethnic_group": ETHNIC_GROUPS.name_of(person.ethnic_group),
        "education": EDUCATION_LEVELS.name_of(person.education),
        "major": person.major,
        "political_status": POLITICAL_STATUS.name_of(person.political_status),
        "phone": person.phone,
        "division": str(person.division),
        "organisation": str(person.organisation) if person.organisation else "",
        "position_title": person.position_title,
        "recorded_at": person.created_at.isoformat(),
    }


def request_correction(*, person: Person, message: str, by: Actor) -> CorrectionRequest:
    """Ask the office to correct what is held of oneself. One request is open at a time; the same again is the one open."""
    message = message.strip()
    if len(message) < 4:
        raise BadInput(_("请写明哪一项有误、正确的内容是什么。"))
    if person.user_id is None or person.user_id != by.user_id:
        raise Missing(_("没有这个人。"))
    try:
        with transaction.atomic():
            request = CorrectionRequest.objects.create(person=person, message=message[:500])
            audit.record("people.correction.requested", request, by=by, division_path=person.division.path, person=person.uuid)
            return request
    except IntegrityError:
        standing = person.correction_requests.get(status=CorrectionRequest.Status.OPEN)
        if standing.message == message[:500]:
            return standing
        raise Refused(_("您已有一份更正申请待处理，处理后可再提交。")) from None


def answer_correction(*, request: CorrectionRequest, accepted: bool, reply: str, by: Actor) -> CorrectionRequest:
    """Close a request: corrected, or declined with a reason. The correction itself is made on the person's page."""
    reply = reply.strip()[:500]
    if not accepted and not reply:
        raise BadInput(_("未采纳时请写明理由。"))
    with transaction.atomic():
        row = (
            CorrectionRequest.objects.select_for_update(of=("self",), no_key=True)
            .select_related("person__division")
            .get(pk=request.pk)
        )
        status = CorrectionRequest.Status.ACCEPTED if accepted else CorrectionRequest.Status.DECLINED
        if row.status != CorrectionRequest.Status.OPEN:
            if row.status == status:
                return row
            raise Refused(_("这份申请已经处理。"))
        if row.person.user_id is not None and row.person.user_id == by.user_id:
            raise Refused(_("不能处理自己提交的申请。"))
        row.status, row.reply, row.answered_at, row.answered_by = status, reply, clock.now(), by.uuid
        row.save(update_fields=["status", "reply", "answered_at", "answered_by"])
        audit.record(f"people.correction.{status}", row, by=by, division_path=row.person.division.path, person=row.person.uuid)
        return row
