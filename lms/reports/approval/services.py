"""The acts of approval. Each locks the row it decides on, checks the table of transitions, and is audited; twice is once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import clock, jobs, positions
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.core.jobs import Progress, job_kind
from lms.core.models import Job
from lms.ledger import selectors as ledger
from lms.ledger import services as posting
from lms.ledger.models import CountingBasis
from lms.ledger.rules import first_day, last_day
from lms.people.signing_links import revoke_links
from lms.places.models import Division, Level
from lms.reports.approval import payloads, units
from lms.reports.models import Submission
from lms.reports.states import APPROVERS, SUBMITTERS, TRANSITIONS, Status, may_move

SEAL_AT_ONCE = 5000  # lines sealed while somebody waits; more is a job
Told = Callable[[int, str], None]
TRIES = 3  # a month is folded this often while others go on posting; then they wait


def _unheard(done: int, stage: str) -> None:
    """Nobody follows the progress."""


def submit(*, division: Division, period: int, by: Actor, note: str = "", told: Told = _unheard) -> Submission:
    """Hand in a division's month: its figures are kept as they are, and the month is locked for it. Twice: the one that stands.

    Refused before the month is over, before every unit below has been accepted, and when the figures of one below are no
    longer those it signed. Without any line it is a nil report. ``told`` hears how many of two steps are done and which comes.
    """
    _check_may_submit(division, period, by)
    standing = units.standing_of([division], period).get(division.pk)
    if standing is not None:
        return standing
    if payloads.has_lines(division, period):
        _accepted(division, period, list(units.standing_of(units.below(division, period), period).values()))
    row, tries = None, 0
    while row is None:
        tries += 1
        folded = _fold(division, period, told, tries) if tries <= TRIES else None
        told(1, _("关账"))
        with transaction.atomic():
            row = _close(division, period, folded, by=by, note=note)
    return row


def declare_nil(*, division: Division, period: int, by: Actor) -> list[Submission]:
    """Hand in nil reports (零报告) for all units right below that have no line in the month and have handed in nothing."""
    _check_may_submit(division, period, by)
    below = units.below(division, period)
    standing = units.standing_of(below, period)
    folded = {d: _fold(d, period) for d in below if d.pk not in standing and not payloads.has_lines(d, period)}
    with transaction.atomic():
        positions.take()
        standing = units.standing_of(list(folded), period)
        made = []
        for place, found in folded.items():
            kept = _fold(place, period) if _moved(place, period, found) else found
            if place.pk not in standing and kept.is_nil:
                made.append(_hand_in(place, period, kept, below=[], by=by))
        return made


def _check_may_submit(division: Division, period: int, by: Actor) -> None:
    units.check_period(period)
    if not by.covers(division.path, *SUBMITTERS):
        raise Missing(_("没有这个行政区划。"))
    if not units.reports(division):
        raise BadInput(_("台账按县、市、省三级报送。"))
    if not units.is_over(period):
        raise Refused(_("这个月还没有结束，月末之后才能报送。"))


@dataclass(frozen=True, slots=True)
class Folded:
    """The figures of a month as of a position that was closed before anybody was kept waiting; nil: not one line."""

    basis: CountingBasis
    position: int
    figures: dict[str, Any]
    is_nil: bool


def _fold(division: Division, period: int, told: Told = _unheard, tries: int = 1) -> Folded:
    told(0, _("折算明细") if tries == 1 else _("期间有新记录，重新折算明细（第 %(n)d 次）") % {"n": tries})
    basis, position = ledger.default_basis(last_day(period)), positions.closed()
    figures = payloads.figures(division, period, basis=basis, position=position)
    return Folded(basis, position, figures, not payloads.has_lines(division, period, as_of=position))


def _moved(division: Division, period: int, folded: Folded) -> bool:
    scope = ledger.Scope.of(division, first_day(period), last_day(period), as_of=folded.position)
    return ledger.moved_since(scope, folded.basis)


def _close(division: Division, period: int, folded: Folded | None, *, by: Actor, note: str) -> Submission | None:
    """Keep what was folded and lock the month, in one moment; None when something has moved the figures since.

    With the position held nothing is posted anywhere: a line is either in what was folded, or it finds the month locked and
    goes to the next open one. Those below are held too, so that none is returned while this one comes to rest on it.
    Without ``folded`` the month is folded here: nobody posts meanwhile, and it ends.
    """
    below = list(
        Submission.objects.standing()
        .filter(period=period, division__in=[d.pk for d in units.below(division, period)])
        .select_for_update(of=("self",), no_key=True)
        .select_related("division")
        .order_by("pk")
    )
    positions.take()
    standing = units.standing_of([division], period).get(division.pk)
    if standing is not None:
        return standing
    if folded is None:
        folded = _fold(division, period)
    elif _moved(division, period, folded):
        return None
    rests_on = [] if folded.is_nil else _accepted(division, period, below)
    return _hand_in(division, period, folded, below=rests_on, by=by, note=note)


def _accepted(division: Division, period: int, below: Sequence[Submission]) -> list[Submission]:
    """What each unit below handed in, all of it accepted; in the order of the units."""
    units_below = units.below(division, period)
    standing = {row.division_id: row for row in below}
    waiting = [d.name for d in units_below if d.pk not in standing or standing[d.pk].status == Status.SUBMITTED]
    if waiting:
        raise Refused(_("还有 %(n)d 个下级没有报送或未经审核：%(names)s。") % {"n": len(waiting), "names": "、".join(waiting[:6])})
    return [standing[d.pk] for d in units_below]


def _hand_in(
    division: Division, period: int, folded: Folded, *, below: Sequence[Submission], by: Actor, note: str = ""
) -> Submission:
    payload = payloads.written(folded.figures, below)
    content = payloads.rows_by_key(folded.figures)
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
        is_nil=folded.is_nil,
        basis=folded.basis,
        closing_position=folded.position,
        payload=payload,
        payload_sha256=payloads.digest(payload),
        lock=posting.lock_period(division=division, period=period, by=by),
        submitted_at=clock.now(),
        submitted_by=by.uuid,
        note=note.strip()[:300],
    )
    submission.rests_on.set(below)
    _audit("", submission, by=by, is_nil=folded.is_nil, sha256=submission.payload_sha256, position=folded.position)
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
        by_status: dict[str, list[Submission]] = {}
        for each in (row, *_under(row)):
            by_status.setdefault(each.status, []).append(each)
        for before, rows in by_status.items():
            decided = {"status": Status.LOCKED, "locked_at": clock.now(), "locked_by": by.uuid, "locked_through": through}
            Submission.objects.filter(pk__in=[each.pk for each in rows]).update(**decided)
            audit.record_many(
                TRANSITIONS[before, Status.LOCKED][2], rows, by=by, path_of=lambda each: each.division.path, details_of=_named
            )
        row.refresh_from_db(fields=["status", "locked_at", "locked_by", "locked_through"])
        _seal(row, by)
        return row


def _named(row: Submission) -> dict[str, Any]:
    return {"period": row.period, "number": row.number, "sha256": row.payload_sha256}


def _under(row: Submission) -> Iterable[Submission]:
    """All that a submission rests on, the nearest first; one query a level."""
    level = [row]
    while level:
        level = list(
            Submission.objects.filter(
                pk__in=Submission.rests_on.through.objects.filter(from_submission__in=level).values("to_submission")
            )
            .select_for_update(of=("self",), no_key=True)
            .select_related("division")
            .defer("payload")
            .order_by("pk")
        )
        yield from level


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
def submit_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Handing in a large month: the same service, with the rights of the one who asked."""
    place, period, note = Division.objects.get(pk=job.params["division"]), job.params["period"], job.params["note"]

    def told(done: int, stage: str) -> None:
        progress.set_total(2, stage)
        progress.advance(done)

    row = submit(division=place, period=period, by=jobs.actor_of(job), note=note, told=told)
    progress.done = progress.total  # handed in: too late for a cancellation to be heard
    return {
        "position": row.closing_position,
        "message": _("已报送。数据按第 %(n)d 笔为止，本月就此关账。") % {"n": row.closing_position},
        "url": reverse("reports:period", args=[place.code, period]),
    }
