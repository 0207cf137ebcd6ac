"""Asking for the certificates of a class: one for everybody who completed it, through certificates' own door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from certificates import services as certificates
from certificates.models import Certificate
from courses.models import ClassEnrolment, TrainingClass
from courses.services.lines import CLASS
from courses.services.locks import check_may_run
from courses.states import ClassState, EnrolmentState
from lms.core import jobs
from lms.core.actor import Actor
from lms.core.errors import LmsError, Refused
from lms.core.models import Job
from lms.ledger import selectors as ledger
from lms.ledger.kinds import Kind
from lms.ledger.models import HourScheme


@dataclass(frozen=True, slots=True)
class Issued:
    """What became of one who completed: a certificate, or why not."""

    enrolment: ClassEnrolment
    certificate: Certificate | None
    reason: str = ""


def check_may_certify(training_class: TrainingClass, by: Actor) -> None:
    check_may_run(training_class, by)
    if training_class.state != ClassState.HELD:
        raise Refused(_("班次还没有结班，不能发放证书。"))
    if training_class.organiser is None:
        raise Refused(_("班次没有主办单位，不知道由谁发证；结班前请在班次资料里填写。"))


def request_certificates(*, training_class: TrainingClass, by: Actor) -> Job:
    """Send the job that issues and prints what is missing. Asked twice for the same people it is one job."""
    check_may_certify(training_class, by)
    waiting = (
        len(completed(training_class)) - Certificate.objects.filter(occasion=training_class.uuid, voided_at__isnull=True).count()
    )
    if waiting <= 0:
        raise Refused(_("结业学员的证书都已发放。"))
    return jobs.enqueue(
        "courses.issue_certificates",
        title=_("发放证书：%(title)s") % {"title": training_class.title},
        by=by,
        params={"class": str(training_class.uuid)},
        division_path=training_class.division.path,
    )


def completed(training_class: TrainingClass) -> list[ClassEnrolment]:
    return list(
        ClassEnrolment.objects.filter(training_class=training_class, state=EnrolmentState.COMPLETED)
        .select_related("person__division", "division")
        .order_by("pk")
    )


def issue_certificates(*, training_class: TrainingClass, by: Actor) -> Iterator[Issued]:
    """Issue to everybody who completed, one transaction each; those who have one keep it. Yields as it goes."""
    check_may_certify(training_class, by)
    assert training_class.organiser is not None
    for enrolment in completed(training_class):
        hours, scheme = _hours(enrolment, training_class)
        try:
            made = certificates.issue_certificate(
                person=enrolment.person,
                occasion_label=CLASS,
                occasion=training_class.uuid,
                title=training_class.title,
                starts_on=training_class.starts_on,
                ends_on=training_class.ends_on,
                hours=hours,
                result=_("合格"),
                division=enrolment.division,
                issuer=training_class.organiser,
                hour_scheme=scheme,
                by=by,
            )
        except LmsError as error:
            yield Issued(enrolment, None, str(error))
        else:
            yield Issued(enrolment, made)


def _hours(enrolment: ClassEnrolment, training_class: TrainingClass) -> tuple[Decimal, str]:
    """Credit hours of the half-days attended, as valued when they were posted, and the scheme's name."""
    lines = ledger.lines_of(enrolment.person, kinds=[Kind.ATTENDED]).filter(occasion=training_class.uuid)
    rows = list(lines.order_by().values_list("hour_scheme_id").annotate(worth=Sum("hour_hundredths")))
    names = HourScheme.objects.filter(pk__in=[scheme for scheme, _worth in rows if scheme]).values_list("name", flat=True)
    return Decimal(sum(worth or 0 for _scheme, worth in rows)) / 100, "、".join(sorted(set(names)))
