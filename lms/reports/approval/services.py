"""The acts of approval. Each locks the row it decides on, checks the table of transitions, and is audited; twice is once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import clock, jobs, positions
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.core.jobs import Progress, job_kind
from lms.core.models import Job
from lms.ledger import selectors as ledger
from lms.ledger import services as posting
from lms.ledger.rules import last_day
from lms.people.signing_links import revoke_links
from lms.places.models import Division, Level
from lms.reports.approval import payloads, units
from lms.reports.models import Submission
from lms.reports.states import APPROVERS, SUBMITTERS, TRANSITIONS, Status, may_move

SEAL_AT_ONCE = 5000  # lines sealed while somebody waits; more is a job


def submit(*, division: Division, period: int, by: Actor, note: str = "") -> Submission:
    """Hand in a division's month: its figures are kept as they are, and the month is locked for it. Twice: the one that stands.

    Refused before the month is over, before every unit below has been accepted, and when the figures of one below are no
    longer those it signed. Without any line it is a nil report.
    """
    _check_may_submit(division, period, by)
    with transaction.atomic():
        positions.take()  # submissions and postings come one after the other: nothing slips in between figures and lock
        standing = units.standing_of([division], period).get(division.pk)
        if standing is not None:
            return standing
        is_nil = not payloads.has_lines(division, period)
        below = [] if is_nil else _accepted_below(division, period)
        return _hand_in(division, period, below=below, is_nil=is_nil, by=by, note=note)


def declare_nil(*, division: Division, period: int, by: Actor) -> list[Submission]:
    """Hand in nil reports (零报告) for all units right below that have no line in the month and have handed in nothing."""
    _check_may_submit(division, period, by)
    with transaction.atomic():
        positions.take()
        below = units.below(division, period)
        standing = units.standing_of(below, period)
        waiting = [d for d in below if d.pk not in standing and not payloads.has_lines(d, period)]
        return [_hand_in(d, period, below=[], is_nil=True, by=by) for d in waiting]


def _check_may_submit(division: Division, period: int, by: Actor) -> None:
    units.check_period(period)
    if not by.covers(division.path, *SUBMITTERS):
        raise Missing(_("没有这个行政区划。"))
    if not units.reports(division):
        raise BadInput(_("台账按县、市、省三级报送。"))
    if not units.is_over(period):
        raise Refused(_("这个月还没有结束，月末之后才能报送。"))


def _accepted_below(division: Division, period: int) -> list[Submission]:
    below = units.below(division, period)
    standing = units.standing_of(below, period)
    waiting = [d.name for d in below if d.pk not in standing or standing[d.pk].status == Status.SUBMITTED]
    if waiting:
        raise Refused(_("还有 %(n)d 个下级没有报送或未经审核：%(names)s。") % {"n": len(waiting), "names": "、".join(waiting[:6])})
    return [standing[d.pk] for d in below]


def _hand_in(
    division: Division, period: int, *, below: Sequence[Submission], is_nil: bool, by: Actor, note: str = ""
) -> Submission:
    basis = ledger.default_basis(last_day(period))
    closing = positions.closed()
    payload = payloads.make(division, period, basis=basis, position=closing, rests_on=below)
    content = payloads.rows_by_key(json.loads(payload))
    for row in below:
        signed, now = row.content["total"], content.get(row.division.code)
        differs = payloads.first_difference(signed, now) if now else ""
        if differs:
            raise Refused(_("%(place)s报送之后数据有变动（与报送时不符），请先退回，由其重新报送。") % {"place": row.division.name})
    number = Submission.objects.filter(division=division, period=period).count() + 1
    submission = Submission.objects.create(
        division=division,
        period=period,
        number=number,
        is_nil=is_nil,
        basis=basis,
        closing_position=closing,
        payload=payload,
        payload_sha256=payloads.digest(payload),
        lock=posting.lock_period(division=division, period=period, by=by),
        submitted_at=clock.now(),
        submitted_by=by.uuid,
        note=note.strip()[:300],
    )
    submission.rests_on.set(below)
    _audit("", submission, by=by, is_nil=is_nil, sha256=submission.payload_sha256, position=closing)
    return submission


def accept(*, submission: Submission, by: Actor, through: Any = None) -> Submission:
    """The level above accepts what was handed in, and it is sealed. Not by whoever handed it in; accepting twice is once."""
    with transaction.atomic():
        row = _decidable(submission, by)
        if row.division.level == Level.PROVINCE:
            raise Refused(_("省级汇总由省级审核人锁定。"))
        if row.status == Status.ACCEPTED:
            return row
        before = _check(row, Status.ACCEPTED, by, through)
        row.status, row.accepted_at, row.accepted_by, row.accepted_through = Status.ACCEPTED, clock.now(), by.uuid, through
        row.save(update_fields=["status", "accepted_at", "accepted_by", "accepted_through"])
        revoke_links(row.uuid, by=by)
        _audit(before, row, by=by, sha256=row.payload_sha256)
        _seal(row, by)
        return row


def accept_nil(*, division: Division, period: int, by: Actor) -> list[Submission]:
    """Accept every nil report right below a division at once; those the actor handed in are left to somebody else."""
    if not by.covers(division.path, *APPROVERS):
        raise Missing(_("没有这个行政区划。"))
    standing = units.standing_of(units.below(division, period), period).values()
    mine = [s for s in standing if s.is_nil and s.status == Status.SUBMITTED and s.submitted_by != by.uuid]
    with transaction.atomic():
        return [accept(submission=row, by=by) for row in sorted(mine, key=lambda s: s.pk)]


def return_submission(*, submission: Submission, reason: str, by: Actor) -> Submission:
    """Give it back with a reason: the month opens again for the division. Refused while the level above rests on it."""
    reason = reason.strip()
    if not reason:
        raise BadInput(_("请写明退回的原因。"))
    with transaction.atomic():
        row = _decidable(submission, by)
        if row.status == Status.RETURNED:
            return row
        if not may_move(row.status, Status.RETURNED):
            raise Refused(_("这一期已经锁定，不能退回。"))
        upper = row.taken_into.standing().select_related("division").first()  # type: ignore[attr-defined]
        if upper is not None:
            raise Refused(_("%(place)s的汇总已经包含这一期，请先退回汇总。") % {"place": upper.division.name})
        before = row.status
        row.status, row.returned_at, row.returned_by, row.returned_reason = Status.RETURNED, clock.now(), by.uuid, reason[:300]
        row.save(update_fields=["status", "returned_at", "returned_by", "returned_reason"])
        revoke_links(row.uuid, by=by)
        if row.lock is not None:
            posting.lift_lock(lock=row.lock, reason=_("报送被退回：%(reason)s") % {"reason": row.returned_reason}, by=by)
        _audit(before, row, by=by, reason=row.returned_reason)
        return row


def lock(*, submission: Submission, by: Actor, through: Any = None) -> Submission:
    """The province locks the month: its own report and everything it rests on, down to the counties. Locking twice is once."""
    with transaction.atomic():
        row = _decidable(submission, by)
        if row.division.level != Level.PROVINCE:
            raise Refused(_("只有省级可以锁定。"))
        if row.status == Status.LOCKED:
            return row
        _check(row, Status.LOCKED, by, through)
        revoke_links(row.uuid, by=by)
        rows = [row, *_under(row)]
        now = clock.now()
        for each in rows:
            before, each.status = each.status, Status.LOCKED
            each.locked_at, each.locked_by, each.locked_through = now, by.uuid, through
            each.save(update_fields=["status", "locked_at", "locked_by", "locked_through"])
            _audit(before, each, by=by, sha256=each.payload_sha256)
        _seal(row, by)
        return row


def _under(row: Submission) -> Iterable[Submission]:
    """All that a submission rests on, the nearest first."""
    for child in row.rests_on.select_for_update(no_key=True).order_by("pk"):
        yield child
        yield from _under(child)


def _decidable(submission: Submission, by: Actor) -> Submission:
    row = (
        Submission.objects.select_for_update(of=("self",), no_key=True)
        .select_related("division", "lock", "basis")
        .get(pk=submission.pk)
    )
    if not by.covers(units.above(row.division).path, *APPROVERS):
        raise Missing(_("没有这一期的报送。"))
    return row


def _check(row: Submission, to: str, by: Actor, through: Any) -> str:
    if not may_move(row.status, to):
        raise Refused(_("这一期现在是“%(status)s”，不能这样处理。") % {"status": row.get_status_display()})
    if row.submitted_by in (by.uuid, through):
        raise Refused(_("填报人不能审核自己报送的数据，请由另一人审核。"))
    if payloads.digest(row.payload) != row.payload_sha256:
        raise Refused(_("报送内容与其摘要不符，不能审核；请联系管理员核查。"))
    return row.status


def _audit(before: str, row: Submission, *, by: Actor, **details: Any) -> None:
    event = TRANSITIONS[before, row.status][2]
    audit.record(event, row, by=by, division_path=row.division.path, period=row.period, number=row.number, **details)


def _seal(row: Submission, by: Actor) -> None:
    """At once when it is little; else by a job. Nothing can be posted into the month any more, so both come to the same root."""
    if payloads.line_count(row.division, row.period) <= SEAL_AT_ONCE:
        seal(row, by)
        return
    jobs.enqueue(
        "reports.seal",
        title=_("封存 %(place)s %(period)d") % {"place": row.division.name, "period": row.period},
        by=by,
        division_path=row.division.path,
        key=f"reports.seal:{row.uuid}",
        params={"submission": str(row.uuid)},
    )


def seal(row: Submission, by: Actor) -> None:
    row.seal = posting.seal_period(division=row.division, period=row.period, position=row.closing_position, by=by)
    row.save(update_fields=["seal"])


@job_kind("reports.seal", queue="report")
def seal_job(job: Job, progress: Progress) -> dict[str, int]:
    row = Submission.objects.select_related("division").get(uuid=job.params["submission"])
    progress.set_total(1, row.division.name)
    seal(row, jobs.actor_of(job))
    progress.advance()
    return {"lines": row.seal.line_count if row.seal else 0}


@job_kind("reports.submit", queue="report")
def submit_job(job: Job, progress: Progress) -> dict[str, int]:
    """Handing in a large month: the same service, with the rights of the one who asked."""
    place = Division.objects.get(pk=job.params["division"])
    progress.set_total(1, place.name)
    row = submit(division=place, period=job.params["period"], by=jobs.actor_of(job), note=job.params["note"])
    progress.advance()
    return {"position": row.closing_position}
