"""Reports of faulty items: made by a learner who met the item, answered by those who keep the bank, told to the reporter."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from exams import fault_selectors
from exams.models import Attempt, FaultReport, ItemVersion, Regrade
from exams.regrade_states import REPORT_ANSWERS, FaultKind, RegradeState, ReportState
from exams.services.items import retire_item
from exams.states import BANK_STAFF, VersionState
from lms.accounts.models import User
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.notices import services as notices
from lms.people import selectors as people
from lms.people.models import Person

MAX_OPEN = 30  # reports of one person that wait at once


def report_fault(
    *, version: ItemVersion, person: Person, kind: str, by: Actor, text: str = "", attempt: Attempt | None = None
) -> FaultReport:
    """Report an item that one has met. A second click, or a second thought while the first waits, is the same report.

    Refuses an item the person never met, and ``OTHER`` without words. The report holds what is said of the item; who wrote it
    is not shown to those who answer.
    """
    if not by.everywhere and (by.user_id is None or person.user_id != by.user_id):
        raise Missing(_("没有找到。"))
    if kind not in FaultKind.values:
        raise BadInput(_("请选择问题类型。"))
    text = text.strip()
    if not text and kind in (FaultKind.OTHER, FaultKind.KEY):
        raise BadInput(_("请写几句话说明问题在哪里。"))
    if len(text) > 1000:
        raise BadInput(_("说明最多 1000 字。"))
    ids = people.ids_of(person)
    if not fault_selectors.has_met(ids, version):
        raise Missing(_("没有找到。"))
    standing = FaultReport.objects.filter(person_id__in=ids, state=ReportState.OPEN)
    same = standing.filter(item_version=version).first()
    if same is not None:
        return same
    if standing.count() >= MAX_OPEN:
        raise Refused(_("您有 %(count)s 条报错正在等待答复，请等答复后再报。") % {"count": MAX_OPEN})
    try:
        with transaction.atomic():
            report = FaultReport.objects.create(
                item_version=version,
                attempt=attempt,
                person=person,
                division_id=person.division_id,
                kind=kind,
                text=text,
                reported_at=clock.now(),
            )
            audit.record("exams.fault.reported", report, by=by, division_path=version.item.bank.path, kind=kind)
    except IntegrityError:  # the other click was first
        return FaultReport.objects.get(item_version=version, person=person, state=ReportState.OPEN)
    return report


def answer_faults(*, version: ItemVersion, outcome: str, answer: str, by: Actor) -> int:
    """Answer every open report of an item version with one decision; returns how many. Each reporter is told.

    ``ACCEPTED`` retires the item where it is in use; ``REGRADED`` needs a regrade of it that is proposed or done. Answering
    when nothing is open changes nothing.
    """
    if not by.covers(version.item.bank.path, *BANK_STAFF):
        raise Missing(_("没有找到。"))
    if outcome not in REPORT_ANSWERS:
        raise BadInput(_("请选择处理结果。"))
    if not answer.strip():
        raise BadInput(_("请写明答复，报错人会看到。"))
    with transaction.atomic():
        rows = list(
            FaultReport.objects.select_for_update(of=("self",), no_key=True)
            .filter(item_version=version, state=ReportState.OPEN)
            .select_related("person__user")
            .order_by("pk")
        )
        if not rows:
            return 0
        regrade = _regrade_of(version) if outcome == ReportState.REGRADED else None
        if outcome == ReportState.REGRADED and regrade is None:
            raise Refused(_("请先对这道题提出改分，再以“已采纳：已提出改分”答复。"))
        fresh = ItemVersion.objects.select_related("item__bank__division").get(pk=version.pk)
        if outcome == ReportState.ACCEPTED and fresh.state == VersionState.LIVE:
            retire_item(version=fresh, reason=_("学员报错，已采纳"), by=by)
        now = clock.now()
        for row in rows:
            row.state, row.answer, row.answered_at, row.answered_by = outcome, answer.strip()[:1000], now, by.uuid
            row.regrade = regrade
        FaultReport.objects.bulk_update(rows, ["state", "answer", "answered_at", "answered_by", "regrade"])
        audit.record_many("exams.fault.answered", rows, by=by, path_of=lambda _row: version.item.bank.path, outcome=str(outcome))
        _tell(rows, by)
    return len(rows)


def _regrade_of(version: ItemVersion) -> Regrade | None:
    done = (RegradeState.PROPOSED, RegradeState.APPROVED, RegradeState.APPLIED)
    return Regrade.objects.filter(item_version=version, state__in=done).order_by("-pk").first()


def _tell(rows: list[FaultReport], by: Actor) -> None:
    """The reporter's account, or that of the record they were merged into."""
    kept = people.canonical_ids()
    persons = {row.person_id for row in rows}
    wanted = persons | {kept.get(pk, pk) for pk in persons}
    users = {user.person.pk: user for user in User.objects.filter(person__in=wanted).select_related("person")}
    for row in rows:
        user = users.get(row.person_id) or users.get(kept.get(row.person_id, 0))
        if user is not None:
            notices.notify_of(
                user=user,
                kind="exam.fault_answered",
                facts={"outcome": ReportState(row.state).label, "answer": row.answer},
                url=reverse("exams:fault_list"),
                key=f"fault:{row.uuid}",
                by=by,
            )


__all__ = ["answer_faults", "report_fault"]
