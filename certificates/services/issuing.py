"""Issuing, voiding and reissuing: the number without a gap, the payload, the ledger's line and the public log."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from certificates import rules
from certificates.fonts import uncovered
from certificates.models import Certificate, Design, Issuer, LogEntry, NumberCounter, NumberedClass
from certificates.selectors import person_ids
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.core.ids import new_code
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.notices import services as notices
from lms.people.models import Person
from lms.places.models import Division, Organisation


def issue_certificate(
    *,
    person: Person,
    occasion_label: str,
    occasion: uuid.UUID,
    title: str,
    starts_on: dt.date,
    ends_on: dt.date,
    hours: Decimal | int | str,
    result: str,
    division: Division,
    issuer: Organisation | Issuer,
    hour_scheme: str = "",
    replaces: Certificate | None = None,
    by: Actor,
) -> Certificate:
    """Issue the certificate of ``person`` for ``occasion``; the valid one that stands is returned instead of a second.

    Refuses: no ``completed`` line of this occasion in the ledger; an organisation that is no issuer; a name with a character
    that the certificate's font cannot print; a year whose numbers are used up. Numbers are taken under the lock of the
    issuer's counter and given back by a rollback, so they have no gaps.
    """
    holder = _holder(person, title)
    if ends_on < starts_on:
        raise BadInput(_("结束日期不能早于开始日期。"))
    sender = issuer if isinstance(issuer, Issuer) else issuer_of(issuer)
    today = clock.today()
    design = _design_on(sender, today)
    try:
        with transaction.atomic():
            counter = _locked_counter(sender, today.year)
            standing = _standing(person, occasion)
            if standing is not None:
                return standing
            grounds = _grounds(person, occasion)
            number = _take_number(counter, occasion)
            certificate = Certificate(
                issuer=sender,
                design=design,
                year=number.year,
                class_number=number.class_number,
                serial=number.serial,
                number=str(number),
                code=new_code(rules.CODE_LENGTH),
                person=person,
                holder_name=person.name,
                holder_sex=person.sex if person.sex in ("1", "2") else "",
                holder_document=holder,
                occasion_label=occasion_label,
                occasion=occasion,
                title=title,
                starts_on=starts_on,
                ends_on=ends_on,
                hours=rules.hours_text(hours),
                hour_scheme=hour_scheme,
                result=result,
                division=division,
                issued_on=today,
                issued_at=clock.now(),
                issued_by=by.uuid,
                grounds=grounds.uuid,
                replaces=replaces,
            )
            certificate.payload = rules.canonical(payload_of(certificate))
            certificate.payload_sha256 = rules.digest(certificate.payload)
            certificate.save(force_insert=True)
            audit.record(
                "certificates.certificate.issued",
                certificate,
                by=by,
                division_path=division.path,
                number=certificate.number,
                payload_sha256=certificate.payload_sha256,
            )
            _tell(certificate, "certificate.issued", by)
            ledger.post([_line(certificate, Kind.CERTIFIED, grounds)], by=by)
            _log(certificate, LogEntry.Event.ISSUED, today)
            return certificate
    except IntegrityError:
        standing = _standing(person, occasion)
        if standing is None:
            raise
        return standing


def void_certificate(*, certificate: Certificate, reason: str, by: Actor) -> Certificate:
    """Void for a reason: the row, its number and its file stay, verification says voided. Voiding twice is voiding once."""
    if not reason.strip():
        raise BadInput(_("请写明作废原因。"))
    with transaction.atomic():
        row = (
            Certificate.objects.select_for_update(of=("self",), no_key=True)
            .select_related("division", "person", "issuer")
            .get(pk=certificate.pk)
        )
        if row.voided_at is not None:
            return row
        row.voided_at, row.voided_by, row.voided_reason = clock.now(), by.uuid, reason.strip()[:200]
        row.save(update_fields=["voided_at", "voided_by", "voided_reason"])
        audit.record(
            "certificates.certificate.voided",
            row,
            by=by,
            division_path=row.division.path,
            number=row.number,
            reason=row.voided_reason,
        )
        _tell(row, "certificate.voided", by)
        issued = Line.objects.filter(key=f"certificates.certificate:{row.uuid}:{Kind.CERTIFIED}").first()
        ledger.post([_line(row, Kind.CERTIFICATE_VOIDED, issued)], by=by)
        _log(row, LogEntry.Event.VOIDED, clock.today())
        return row


def reissue_certificate(*, certificate: Certificate, reason: str, by: Actor) -> Certificate:
    """Void and issue anew under the next number, with the person's name and document as they are now. Twice is once."""
    with transaction.atomic():
        old = (
            Certificate.objects.select_for_update(of=("self",), no_key=True)
            .select_related("person", "division", "issuer")
            .get(pk=certificate.pk)
        )
        successor = Certificate.objects.filter(replaces=old).first()
        if successor is not None:
            return successor
        void_certificate(certificate=old, reason=reason, by=by)
        return issue_certificate(
            person=old.person,
            occasion_label=old.occasion_label,
            occasion=old.occasion,
            title=old.title,
            starts_on=old.starts_on,
            ends_on=old.ends_on,
            hours=old.hours,
            result=old.result,
            division=old.division,
            issuer=old.issuer,
            hour_scheme=old.hour_scheme,
            replaces=old,
            by=by,
        )


def _locked(certificate: Certificate) -> Certificate:
    locked = Certificate.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related("division", "person", "issuer", "design").get(pk=certificate.pk)


def payload_of(certificate: Certificate) -> dict[str, str]:
    """What the paper says, as the fact that is hashed. The random code salts the digest."""
    return {
        "class": certificate.title,
        "code": certificate.code,
        "document": certificate.holder_document,
        "ends_on": certificate.ends_on.isoformat(),
        "heading": certificate.design.heading,
        "hour_scheme": certificate.hour_scheme,
        "hours": certificate.hours,
        "issued_on": certificate.issued_on.isoformat(),
        "issuer": certificate.issuer.printed_name,
        "issuer_code": certificate.issuer.code,
        "name": certificate.holder_name,
        "number": certificate.number,
        "result": certificate.result,
        "sex": certificate.holder_sex,
        "starts_on": certificate.starts_on.isoformat(),
        "statement": certificate.design.statement,
        "template": f"{certificate.design.template}-{certificate.design.edition}",
    }


def issuer_of(organisation: Organisation) -> Issuer:
    found = Issuer.objects.filter(organisation=organisation).first()
    if found is None:
        raise Refused(_("“%(name)s”还没有发证代码，请先在证书管理里登记发证单位。") % {"name": organisation.name})
    return found


def _holder(person: Person, title: str) -> str:
    """The masked document to print; refuses what cannot be printed truly."""
    if not person.name:
        raise Refused(_("该人员没有可打印的姓名，不能发证。"))
    missing = uncovered(person.name + title)
    if missing:
        raise Refused(
            _("证书字体缺少这些字：%(characters)s（%(codes)s）。请安装含有这些字的字体后再发证。")
            % {"characters": "".join(missing), "codes": " ".join(f"U+{ord(c):04X}" for c in missing)}
        )
    document = person.documents.order_by("pk").first()
    return document.masked if document else ""


def _design_on(issuer: Issuer, day: dt.date) -> Design:
    begun = issuer.designs.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    design = begun.order_by("-valid_from").first()
    if design is None:
        raise Refused(_("“%(name)s”没有在用的证书样式。") % {"name": issuer.printed_name})
    return design


def _locked_counter(issuer: Issuer, year: int) -> NumberCounter:
    NumberCounter.objects.get_or_create(issuer=issuer, year=year)
    return NumberCounter.objects.select_for_update(no_key=True).get(issuer=issuer, year=year)


def _take_number(counter: NumberCounter, occasion: uuid.UUID) -> rules.Number:
    known = NumberedClass.objects.filter(counter=counter, occasion=occasion).first()
    if known is None:
        counter.last_class += 1
        if counter.last_class > 9999:
            raise Refused(_("该单位本年度的班次编号已用完。"))
        known = NumberedClass.objects.create(counter=counter, occasion=occasion, number=counter.last_class)
    counter.last_serial += 1
    if counter.last_serial > 99999:
        raise Refused(_("该单位本年度的证书编号已用完。"))
    counter.save(update_fields=["last_serial", "last_class"])
    return rules.Number(counter.issuer.code, counter.year, known.number, counter.last_serial)


def _standing(person: Person, occasion: uuid.UUID) -> Certificate | None:
    mine = Certificate.objects.filter(person_id__in=person_ids(person), occasion=occasion, voided_at__isnull=True)
    return mine.select_related("issuer", "design", "division", "person").first()


def _grounds(person: Person, occasion: uuid.UUID) -> Line:
    """The award rule: a completion of this occasion stands in the ledger."""
    line = Line.objects.filter(
        kind=Kind.COMPLETED, person_id__in=person_ids(person), occasion=occasion, sign=1, reversed_by__isnull=True
    ).first()
    if line is None:
        raise Refused(_("台账里没有该人员的结业记录，不能发证。"))
    return line


def _line(certificate: Certificate, kind: Kind, like: Line | None) -> ledger.Draft:
    now = clock.now()
    return ledger.Draft(
        key=f"certificates.certificate:{certificate.uuid}:{kind}",
        kind=kind,
        person=certificate.person,
        division=certificate.division,
        occasion_label=certificate.occasion_label,
        occasion=certificate.occasion,
        happened_from=certificate.issued_at if kind == Kind.CERTIFIED else now,
        programme=like.programme if like else None,
        category=like.category if like else None,
        source_label="certificates.certificate",
        source_uuid=certificate.uuid,
        facts={"payload_sha256": certificate.payload_sha256},
        evidence={"payload": certificate.payload_sha256},
    )


def _tell(certificate: Certificate, kind: str, by: Actor) -> None:
    notices.tell(
        [certificate.person],
        kind=kind,
        facts={"number": certificate.number},
        url=reverse("certificates:own_detail", args=[certificate.uuid]),
        key=f"{kind}:{certificate.uuid}",
        by=by,
    )


def _log(certificate: Certificate, event: LogEntry.Event, day: dt.date) -> None:
    """Append to the public log. The ledger's position lock, held since the line was posted, keeps the chain in order."""
    last = LogEntry.objects.order_by("-sequence").first()
    sequence = last.sequence + 1 if last else 1
    LogEntry.objects.create(
        sequence=sequence,
        event=event,
        happened_on=day,
        issuer_code=certificate.issuer.code,
        certificate=certificate.uuid,
        digest=certificate.payload_sha256,
        chain=rules.chain(
            last.chain if last else "",
            sequence,
            event,
            day,
            certificate.issuer.code,
            str(certificate.uuid),
            certificate.payload_sha256,
        ),
    )
