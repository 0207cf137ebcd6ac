"""How hard an item is: the author's estimate until enough responses, then the observed facility. In thousandths of the points."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from exams.models import DifficultyScale, Item, ItemBank, ItemEstimate, ItemFacility, Response
from exams.sitting_states import Band
from exams.states import AUTHORS, AttemptState, VersionState
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused


@dataclass(frozen=True, slots=True)
class Scale:
    """A ``DifficultyScale`` as plain values."""

    easy_from: int
    hard_below: int
    enough: int

    def band(self, facility: int) -> Band:
        """The band of a facility in thousandths."""
        if facility >= self.easy_from * 10:
            return Band.EASY
        return Band.HARD if facility < self.hard_below * 10 else Band.MEDIUM


def scale_in_force() -> Scale:
    row = DifficultyScale.objects.filter(valid_to__isnull=True).first()
    if row is None:
        raise Refused(_("还没有载入难度分档标准，请先运行 load_syllabus。"))
    return Scale(row.easy_from_percent, row.hard_below_percent, row.enough_responses)


def difficulties_of(items: Collection[int], scale: Scale) -> dict[int, int]:
    """Item → expected facility; an item of which nobody knows anything is absent. Two queries."""
    asked = ItemEstimate.objects.filter(item_id__in=items).values_list("item_id", "expected_percent")
    known = {item: percent * 10 for item, percent in asked}
    known.update(ItemFacility.objects.filter(item_id__in=items, responses__gte=scale.enough).values_list("item_id", "facility"))
    return known


def set_estimates(*, bank: ItemBank, percents: Mapping[Item, int], by: Actor) -> int:
    """Keep authors' estimates (0–100: how many in a hundred will get it right). Returns how many changed."""
    if not by.covers(bank.path, *AUTHORS):
        raise Missing(_("没有找到。"))
    if any(not 0 <= percent <= 100 for percent in percents.values()):
        raise BadInput(_("预计得分率应在 0 到 100 之间。"))
    if any(item.bank_id != bank.pk for item in percents):
        raise Missing(_("没有找到。"))
    with transaction.atomic():
        standing = dict(ItemEstimate.objects.filter(item__in=percents).values_list("item_id", "expected_percent"))
        changed = {item: percent for item, percent in percents.items() if standing.get(item.pk) != percent}
        now = clock.now()
        ItemEstimate.objects.bulk_create(
            (ItemEstimate(item=item, expected_percent=p, given_by=by.uuid, given_at=now) for item, p in changed.items()),
            update_conflicts=True,
            unique_fields=["item"],
            update_fields=["expected_percent", "given_by", "given_at"],
            batch_size=500,
        )
        if changed:
            audit.record("exams.items.estimated", bank, by=by, division_path=bank.path, items=len(changed))
    return len(changed)


def refresh_facilities() -> int:
    """Observe every live item anew: its share of points over first attempts that are marked and stand. Safe to run twice."""
    rows = (
        Response.objects.filter(
            points__isnull=False,
            attempt__state=AttemptState.MARKED,
            attempt__voided_at__isnull=True,
            attempt__ordinal=1,  # a second try is of a learner who has seen the key
            item_version__state=VersionState.LIVE,
        )
        .values_list("item_version__item_id")
        .annotate(n=Count("pk"), earned=Sum("points"), full=Sum("points_full"))
        .order_by()
    )
    now = clock.now()
    found = [
        ItemFacility(item_id=item, responses=n, facility=round(earned * 1000 / full), computed_at=now)
        for item, n, earned, full in rows
    ]
    for start in range(0, len(found), 500):
        ItemFacility.objects.bulk_create(
            found[start : start + 500],
            update_conflicts=True,
            unique_fields=["item"],
            update_fields=["responses", "facility", "computed_at"],
        )
    return len(found)
