"""Which items show a picture, and who may look at it: its bank's staff, and a learner who met an item that shows it."""

from __future__ import annotations

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from exams.models import (
    Favourite,
    ImportedItem,
    ItemPicture,
    ItemVersion,
    PaperItem,
    PracticeAnswer,
    ReviewCard,
    WrongEntry,
)
from exams.selectors import banks_in
from exams.states import FROZEN_VERSIONS, ImportState
from lms.core.actor import Actor
from lms.core.errors import Missing

_TEXTS = ("stem", "explanation")
_LISTS = ("options", "prompts", "accepted", "marking_points", "exhibits")


def versions_naming(picture: ItemPicture) -> QuerySet[ItemVersion]:
    """Versions of the bank in whose words ［图:CODE］ of this picture stands."""
    words = Concat(*_TEXTS, *(Cast(name, TextField()) for name in _LISTS), output_field=TextField())
    return ItemVersion.objects.filter(item__bank=picture.bank_id).annotate(words=words).filter(words__contains=f":{picture.code}")


def rows_naming(picture: ItemPicture) -> QuerySet[ImportedItem]:
    """Staged items of open imports of the bank that show it."""
    rows = ImportedItem.objects.filter(
        item_import__bank=picture.bank_id, item_import__state__in=[ImportState.READY, ImportState.ENTERING]
    )
    return rows.annotate(words=Cast("content", TextField())).filter(words__contains=f":{picture.code}")


def picture_for(actor: Actor, code: str) -> ItemPicture:
    """A picture for those who work in its bank, and for a learner who met a published item that shows it.

    What only waits in an import, or in a draft, no learner can reach.
    """
    found = ItemPicture.objects.select_related("bank").filter(code=code).first()
    if found is None or not (banks_in(actor).filter(pk=found.bank_id).exists() or _met(actor.user_id, found)):
        raise Missing(_("没有找到。"))
    return found


def _met(user_id: int | None, picture: ItemPicture) -> bool:
    if user_id is None:
        return False
    papers = PaperItem.objects.filter(paper__attempts__person__user_id=user_id)
    rounds = PracticeAnswer.objects.filter(round__person__user_id=user_id)
    items = Q()
    for kept in (ReviewCard.objects, WrongEntry.objects, Favourite.objects):
        own = kept.filter(person__user_id=user_id)
        items |= Q(item__in=own.values("item")) | Q(item__in=own.values("item__case"))
    met = (
        Q(pk__in=papers.values("item_version"))
        | Q(pk__in=papers.values("case_version"))
        | Q(pk__in=rounds.values("item_version"))
        | Q(pk__in=rounds.values("case_version"))
        | items
    )
    return versions_naming(picture).filter(met, state__in=FROZEN_VERSIONS).exists()


__all__ = ["picture_for", "rows_naming", "versions_naming"]
