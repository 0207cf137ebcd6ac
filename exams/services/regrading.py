"""Regrades: proposed by one, approved by another, then laid over every attempt that was set the item. Applying: ``applying``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from exams import corrections, rules
from exams.models import ItemVersion, PaperItem, Regrade
from exams.regrade_states import REGRADE_EVENTS, REGRADE_MOVES, RegradeState, Remedy
from exams.services import previewing
from exams.services.items import retire_item
from exams.states import BANK_STAFF, CHOICE_KINDS, REVIEWERS, TEXT_KINDS, ItemKind, VersionState
from lms.audit import services as audit
from lms.core import clock, jobs
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused

INLINE = 3000  # responses that are previewed while one waits; more are a job


def propose_regrade(
    *,
    version: ItemVersion,
    remedy: str,
    reason: str,
    by: Actor,
    keys: Sequence[Collection[str]] = (),
    keeps_better: bool = True,
) -> Regrade:
    """Propose to correct an item that was set. Nothing changes for candidates until somebody else approves.

    ``keys``: every answer that shall count as right: letters of a choice, letters in order for matching (one per prompt) and
    ordering, the accepted texts or numbers of what is written. Refuses an essay and a case as a whole, a remedy that changes
    nothing, letters without an option, and a second proposal for the same version. The preview is made at once, or as a job
    where there are many responses.
    """
    _require(version, by, BANK_STAFF)
    if version.state not in (VersionState.LIVE, VersionState.RETIRED):
        raise Refused(_("此版本还没有用过，请直接修改试题。"))
    if not reason.strip():
        raise BadInput(_("请写明原因，受影响的考生会看到。"))
    answers = _answers(version, remedy, keys)
    with transaction.atomic():
        ItemVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
        if Regrade.objects.filter(item_version=version, state__in=[RegradeState.PROPOSED, RegradeState.APPROVED]).exists():
            raise Refused(_("这道题已有一项改分在办理，请先处理完。"))
        regrade = Regrade.objects.create(
            item_version=version,
            remedy=remedy,
            keys=answers,
            keeps_better=keeps_better,
            reason=reason.strip()[:500],
            proposed_by=by.uuid,
            proposed_label=by.label[:80],
            proposed_at=clock.now(),
        )
        audit.record(
            REGRADE_EVENTS[RegradeState.PROPOSED], regrade, by=by, division_path=version.item.bank.path, item=version.item.uuid
        )
        if previewing.responses_of(version).count() > INLINE:
            jobs.enqueue(
                "exams.preview_regrade",
                title=_("改分预览：%(code)s") % {"code": version.item.code},
                by=by,
                params={"regrade": str(regrade.uuid)},
                division_path=version.item.bank.path,
                key=f"exams.preview_regrade:{regrade.uuid}",
            )
        else:
            previewing.refresh_preview(regrade)
    return regrade


def approve_regrade(*, regrade: Regrade, by: Actor) -> Regrade:
    """Let a regrade take effect: from now on the item is marked by it, and a job changes what was marked before.

    Refuses the proposer, and a preview that is missing or no longer true (it is made anew, to be read again). The live
    version is retired, so that it is drawn into no further paper. Approving twice is once.
    """
    version = regrade.item_version
    _require(version, by, REVIEWERS)
    if regrade.state in (RegradeState.APPROVED, RegradeState.APPLIED):
        return regrade
    if regrade.previewed_at is None:
        raise Refused(_("预览还没有算完，请稍后再批准。"))
    if previewing.responses_of(version).count() <= INLINE and previewing.refresh_preview(regrade):
        raise Refused(_("预览之后又有人交卷，影响面已重新计算，请再看一遍。"))
    with transaction.atomic():
        corrections.hold_keys(
            PaperItem.objects.filter(item_version=version).values_list("paper_id", flat=True).distinct(), alone=True
        )
        locked = _locked(regrade, RegradeState.APPROVED)
        if locked.state == RegradeState.APPROVED:
            return locked
        if locked.proposed_by == by.uuid:
            raise Refused(_("改分须由提出人以外的人批准。"))
        now = clock.now()
        _decide(locked, RegradeState.APPROVED, by, effective_at=now)
        fresh = ItemVersion.objects.get(pk=version.pk)
        if fresh.state == VersionState.LIVE:
            retire_item(version=fresh, reason=_("答案更正或作废，已改分"), by=by)
        jobs.enqueue(
            "exams.apply_regrade",
            title=_("改分：%(code)s") % {"code": version.item.code},
            by=by,
            params={"regrade": str(locked.uuid)},
            division_path=version.item.bank.path,
            key=f"exams.apply_regrade:{locked.uuid}",
        )
    return locked


def reject_regrade(*, regrade: Regrade, reason: str, by: Actor) -> Regrade:
    """Say no, with the reason. Rejecting twice is once."""
    _require(regrade.item_version, by, REVIEWERS)
    if not reason.strip():
        raise BadInput(_("请写明不批准的理由。"))
    with transaction.atomic():
        locked = _locked(regrade, RegradeState.REJECTED)
        if locked.state == RegradeState.REJECTED:
            return locked
        if locked.proposed_by == by.uuid:
            raise Refused(_("自己提出的改分请撤回，不由自己否决。"))
        return _decide(locked, RegradeState.REJECTED, by, decided_reason=reason.strip()[:200])


def withdraw_regrade(*, regrade: Regrade, by: Actor) -> Regrade:
    """Take back one's own proposal."""
    _require(regrade.item_version, by, BANK_STAFF)
    with transaction.atomic():
        locked = _locked(regrade, RegradeState.WITHDRAWN)
        if locked.state == RegradeState.WITHDRAWN:
            return locked
        if locked.proposed_by != by.uuid and not by.everywhere:
            raise Refused(_("只有提出人可以撤回。"))
        return _decide(locked, RegradeState.WITHDRAWN, by)


def _require(version: ItemVersion, by: Actor, roles: Collection[str]) -> None:
    if not by.covers(version.item.bank.path, *roles):
        raise Missing(_("没有找到。"))


def _answers(version: ItemVersion, remedy: str, keys: Sequence[Collection[str]]) -> list[list[str]]:
    """The answers of a proposal, checked: none for a void item, at least one otherwise, and not what counts already."""
    if version.kind in (ItemKind.ESSAY, ItemKind.CASE):
        raise Refused(_("主观题由阅卷人评分，案例请对它的小题提出改分。"))
    if remedy == Remedy.VOID:
        return []
    if remedy != Remedy.KEYS:
        raise BadInput(_("请选择改分方式。"))
    if version.kind not in CHOICE_KINDS:
        return _written_answers(version, keys)
    answers = {frozenset(letters) for letters in keys if letters}
    if not answers:
        raise BadInput(_("请选出正确答案。"))
    letters = set(rules.LETTERS[: len(version.options)])
    unknown = sorted(set().union(*answers) - letters)
    if unknown:
        raise BadInput(_("答案 %(keys)s 没有对应的选项。") % {"keys": "".join(unknown)})
    if version.kind != "multiple" and any(len(answer) != 1 for answer in answers):
        raise BadInput(_("这种题型的每个答案只能是一个选项。"))
    standing = corrections.of_versions([version.pk]).get(version.pk, [])
    if answers == set(corrections.right_answers(frozenset(version.keys), standing)):
        raise BadInput(_("这就是现在的答案，没有变化。"))
    return sorted(sorted(answer) for answer in answers)


def _written_answers(version: ItemVersion, keys: Sequence[Collection[str]]) -> list[list[str]]:
    """The answers of a kind whose key is no set: every one must make a lawful item of the version, in its order."""
    answers = [tuple(answer) for answer in dict.fromkeys(tuple(text.strip() for text in answer) for answer in keys) if any(answer)]
    if not answers:
        raise BadInput(_("请写出正确答案。"))
    content, is_written = version.content, version.kind in TEXT_KINDS
    for answer in answers:
        faults = (replace(content, accepted=answer) if is_written else replace(content, keys=answer)).faults()
        if faults:
            raise BadInput("".join(faults))
    standing = corrections.of_versions([version.pk]).get(version.pk, [])
    proposed = {corrections.key_of(version.kind, answer, version.tolerance) for answer in answers}
    if proposed == set(corrections.keys_today(version.content.key, standing)) and not (standing and standing[-1].is_void):
        raise BadInput(_("这就是现在的答案，没有变化。"))
    return [list(answer) for answer in answers]


def _locked(regrade: Regrade, wanted: RegradeState) -> Regrade:
    locked = (
        Regrade.objects.select_for_update(of=("self",), no_key=True)
        .select_related("item_version__item__bank__division")
        .get(pk=regrade.pk)
    )
    if locked.state != wanted and wanted not in REGRADE_MOVES[locked.state]:
        raise Refused(
            _("此改分现为“%(state)s”，不能改为“%(wanted)s”。") % {"state": RegradeState(locked.state).label, "wanted": wanted.label}
        )
    return locked


def _decide(regrade: Regrade, wanted: RegradeState, by: Actor, **changes: object) -> Regrade:
    now = clock.now()
    regrade.state, regrade.decided_by, regrade.decided_label, regrade.decided_at = wanted, by.uuid, by.label[:80], now
    for name, value in changes.items():
        setattr(regrade, name, value)
    regrade.save(update_fields=["state", "decided_by", "decided_label", "decided_at", *changes])
    audit.record(REGRADE_EVENTS[wanted], regrade, by=by, division_path=regrade.item_version.item.bank.path)
    return regrade


__all__ = ["approve_regrade", "propose_regrade", "reject_regrade", "withdraw_regrade"]
