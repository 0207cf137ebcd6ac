"""Saying that two records are one human being, and taking it back. Links only: no row of any room is repointed."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import clock, positions
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.people import selectors
from lms.people.models import Distinct, Merge, Person


def merge(*, kept: Person, duplicate: Person, reason: str, by: Actor) -> Merge:
    """State that ``duplicate`` is the same human being as ``kept``. Chains are allowed.

    The same pair again: the link that stands.
    Refuses a person with themselves, an erased one, and two who are already one by other links.
    """
    if kept.pk == duplicate.pk:
        raise BadInput(_("不能与自己合并。"))
    if not reason.strip():
        raise BadInput(_("请写明合并的依据。"))
    if kept.erased_at or duplicate.erased_at:
        raise Refused(_("个人信息已删除的记录不能合并。"))
    with transaction.atomic():
        position = positions.take()  # also keeps two merges from being decided at once
        standing = Merge.objects.standing().filter(kept__in=[kept, duplicate], duplicate__in=[kept, duplicate]).first()
        if standing is not None:
            return standing
        if duplicate.pk in selectors.ids_of(kept):
            raise Refused(_("这两条记录已经合并。"))
        link = Merge.objects.create(
            kept=kept, duplicate=duplicate, decided_by=by.uuid, reason=reason.strip()[:200], position=position
        )
        _record("people.person.merged", link, by, reason)
        return link


def unmerge(*, merge: Merge, reason: str, by: Actor) -> Merge:
    """Take a link back by a second row; a report as of before still sees it. Taking back twice returns the first reversal."""
    if merge.undoes_id:
        raise Refused(_("这一条本身就是撤销记录。"))
    if not reason.strip():
        raise BadInput(_("请写明撤销合并的依据。"))
    with transaction.atomic():
        position = positions.take()
        done = Merge.objects.filter(undoes=merge).first()
        if done is not None:
            return done
        link = Merge.objects.create(
            kept=merge.kept,
            duplicate=merge.duplicate,
            undoes=merge,
            decided_by=by.uuid,
            reason=reason.strip()[:200],
            position=position,
        )
        _record("people.person.unmerged", link, by, reason)
        return link


def mark_distinct(*, one: Person, other: Person, reason: str, by: Actor) -> Distinct:
    """State that two alike records are two human beings, so that the pair is shown no more. Twice: the decision that stands."""
    if one.pk == other.pk:
        raise BadInput(_("请选择两条不同的记录。"))
    if not reason.strip():
        raise BadInput(_("请写明判断为不同人的依据。"))
    low, high = sorted((one, other), key=lambda p: p.pk)
    with transaction.atomic():
        positions.take()
        if high.pk in selectors.ids_of(low):
            raise Refused(_("这两条记录已经合并。"))
        row, made = Distinct.objects.get_or_create(
            one=low, other=high, withdrawn_at=None, defaults={"decided_by": by.uuid, "reason": reason.strip()[:200]}
        )
        if made:
            audit.record(
                "people.person.told_apart",
                row,
                by=by,
                division_path=low.division.path,
                one=low.uuid,
                other=high.uuid,
                reason=row.reason,
            )
        return row


def unmark_distinct(*, distinct: Distinct, by: Actor) -> Distinct:
    """Withdraw the decision that two records are two human beings; the pair may be shown again."""
    with transaction.atomic():
        row = Distinct.objects.select_for_update(of=("self",), no_key=True).select_related("one__division").get(pk=distinct.pk)
        if row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_by = clock.now(), by.uuid
            row.save(update_fields=["withdrawn_at", "withdrawn_by"])
            audit.record("people.person.told_apart_withdrawn", row, by=by, division_path=row.one.division.path)
        return row


def _record(verb: str, link: Merge, by: Actor, reason: str) -> None:
    audit.record(
        verb,
        link,
        by=by,
        division_path=link.kept.division.path,
        kept=link.kept.uuid,
        duplicate=link.duplicate.uuid,
        reason=reason.strip()[:200],
    )
