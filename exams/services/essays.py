"""Essays marked by people: appointment, claiming a script, blind marks, the third marker, the points that stand."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext as _

from exams import corrections, rules
from exams.models import Attempt, EssayMark, EssayMarker, EssayScript, Paper, Response
from exams.services.marking import finish_attempt
from exams.states import MARKERS, PAPER_MAKERS
from lms.accounts import selectors as accounts
from lms.accounts.models import User
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused

LONGEST_REMARK = 1000


def appoint_marker(*, paper: Paper, user: User, by: Actor) -> EssayMarker:
    """Let a user mark the essays of a paper. Twice is once. Refuses one who holds no marking role where the paper is set."""
    _require_maker(by, paper)
    if not accounts.holders_of(MARKERS, paper.path).filter(pk=user.pk).exists():
        raise Refused(_("阅卷人须在本区划或上下级区划担任讲师、审核人或地区管理员。"))
    with transaction.atomic():
        marker, made = EssayMarker.objects.get_or_create(paper=paper, user=user, ended_at=None, defaults={"appointed_by": by.uuid})
        if made:
            audit.record("exams.marker.appointed", paper, by=by, division_path=paper.path, marker=str(user.uuid))
    return marker


def end_marker(*, marker: EssayMarker, by: Actor) -> EssayMarker:
    """Take a marker off a paper: open claims go back, marks given stay."""
    _require_maker(by, marker.paper)
    with transaction.atomic():
        ended = EssayMarker.objects.filter(pk=marker.pk, ended_at__isnull=True).update(ended_at=clock.now())
        if ended:
            EssayMark.objects.filter(script__paper=marker.paper, marker=marker.user, marked_at__isnull=True).delete()
            audit.record("exams.marker.ended", marker.paper, by=by, division_path=marker.paper.path, marker=str(marker.user.uuid))
    marker.refresh_from_db()
    return marker


def claim_script(*, paper: Paper, by: Actor) -> EssayMark | None:
    """The marker's next script, claimed; the one in hand where there is one. None where nothing waits for this marker.

    Never one's own essay, and never a script twice. Of two markers at the same moment each gets a seat of their own: the
    seat is a row, unique by script and ordinal.
    """
    _require_appointed(paper.pk, by)
    in_hand = EssayMark.objects.filter(script__paper=paper, marker_id=by.user_id or 0, marked_at__isnull=True).first()
    if in_hand is not None:
        return in_hand
    for _once_more in range(8):
        script = waiting_for(by, paper.pk).order_by("-wanted", F("taken").desc(), "handed_in_at", "pk").first()
        if script is None:
            return None
        used = set(script.marks.values_list("ordinal", flat=True))
        free = next((ordinal for ordinal in range(1, script.wanted + 1) if ordinal not in used), None)
        try:
            with transaction.atomic():
                if free is not None:
                    return EssayMark.objects.create(script=script, ordinal=free, marker_id=by.user_id or 0)
        except IntegrityError:  # somebody took this seat meanwhile: look again
            continue
    raise Refused(_("取卷的人太多，请再试一次。"))


def waiting_for(by: Actor, paper_id: int) -> QuerySet[EssayScript]:
    """Scripts of a paper with a free seat that this marker may take, ``taken`` seats counted."""
    open_ones = EssayScript.objects.filter(paper_id=paper_id, settled_at__isnull=True)
    mine = EssayMark.objects.filter(marker_id=by.user_id or 0).values("script_id")
    own = Response.objects.filter(attempt__person__user_id=by.user_id or 0).values("pk")
    free = open_ones.exclude(pk__in=mine).exclude(response_id__in=own)
    return free.annotate(taken=Count("marks")).filter(taken__lt=F("wanted"))


def release_script(*, mark: EssayMark, by: Actor) -> None:
    """Give a claimed script back unmarked: its marker, or who runs the paper."""
    if mark.marker_id != by.user_id:
        _require_maker(by, mark.script.paper)
    EssayMark.objects.filter(pk=mark.pk, marked_at__isnull=True).delete()


def mark_script(*, mark: EssayMark, awards: Sequence[int], by: Actor, remark: str = "") -> EssayMark:
    """Hand in one's marks, once and for good. The second settles the script or calls a third; the third settles it.

    Refuses marks that do not fit the marking points, somebody else's claim, and a second handing in of other marks.
    """
    if mark.marker_id != by.user_id:
        raise Missing(_("没有找到。"))
    _require_appointed(mark.script.paper_id, by)
    with transaction.atomic():
        # the attempt first, then the script: two essays of one attempt settle one after the other
        attempt = (
            Attempt.objects.select_for_update(of=("self",), no_key=True)
            .select_related("paper", "division", "person__organisation", "participation__category", "participation__programme")
            .get(pk=mark.script.response.attempt_id)
        )
        script = (
            EssayScript.objects.select_for_update(of=("self",), no_key=True)
            .select_related("response__item_version")
            .get(pk=mark.script_id)
        )
        fresh = EssayMark.objects.get(pk=mark.pk)
        if fresh.marked_at is not None:
            if list(awards) == fresh.awards:
                return fresh
            raise Refused(_("这份答卷的评分已经提交，不能再改。"))
        limits = [int(point["points"]) for point in script.response.item_version.marking_points]
        worth = rules.awards_worth(awards, limits)
        if worth is None:
            raise BadInput(_("每个采分点的给分要在 0 和它的分值之间。"))
        fresh.awards, fresh.points, fresh.marked_at = list(awards), worth, clock.now()
        fresh.remark = remark.strip()[:LONGEST_REMARK]
        fresh.save(update_fields=["awards", "points", "remark", "marked_at"])
        audit.record("exams.script.marked", attempt, by=by, division_path=attempt.division.path, script=str(script.uuid))
        _settle(script, attempt, by)
    return fresh


def _settle(script: EssayScript, attempt: Attempt, by: Actor) -> None:
    marks = [mark.points or 0 for mark in script.marks.filter(marked_at__isnull=False).order_by("ordinal")]
    if len(marks) < script.wanted:
        return
    if script.wanted == 2 and rules.needs_third(marks, script.third_over):
        script.wanted = 3
        script.save(update_fields=["wanted"])
        audit.record("exams.script.third_called", attempt, by=by, division_path=attempt.division.path, script=str(script.uuid))
        return
    corrections.hold_keys([attempt.paper_id], alone=False)
    standing = corrections.of_paper(attempt.paper_id).get(script.response.number, ())
    agreed = rules.final_points(script.method, marks)
    script.points = corrections.points_after(standing, agreed, script.full_points, lambda _keys: agreed)
    script.settled_at = clock.now()
    script.save(update_fields=["points", "settled_at"])
    Response.objects.filter(pk=script.response_id).update(points=script.points, awaits_marker=False)
    if not attempt.responses.filter(points__isnull=True).exists():
        finish_attempt(attempt, by=by)


def marker_of(by: Actor, paper_uuid: uuid.UUID) -> EssayMarker:
    """The actor's own appointment to a paper; Missing where there is none."""
    found = EssayMarker.objects.filter(paper__uuid=paper_uuid, user_id=by.user_id or 0, ended_at__isnull=True)
    marker = found.select_related("paper").first()
    if marker is None:
        raise Missing(_("没有找到。"))
    return marker


def _require_appointed(paper_id: int, by: Actor) -> None:
    if not EssayMarker.objects.filter(paper_id=paper_id, user_id=by.user_id or 0, ended_at__isnull=True).exists():
        raise Missing(_("没有找到。"))


def _require_maker(by: Actor, paper: Paper) -> None:
    if not by.covers(paper.path, *PAPER_MAKERS):
        raise Missing(_("没有找到。"))
