"""The digests of items' newest wordings, by which near-duplicates are found."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from exams import rules
from exams.models import Item, ItemSketch, ItemVersion
from lms.core.actor import Actor
from lms.core.errors import Missing


def sketch_item(item: Item, version: ItemVersion) -> None:
    """Keep the digests of an item's newest wording, by which near-duplicates are found."""
    item.sketches.all().delete()
    ItemSketch.objects.bulk_create(ItemSketch(item=item, digest=digest) for digest in rules.sketch(version.content.wording))


def sketch_items(*, by: Actor) -> int:
    """Make the digests of every item anew, for banks that were loaded before there were any. Returns how many items."""
    if not by.everywhere:
        raise Missing(_("没有找到。"))
    done = 0
    for item in Item.objects.order_by("pk").iterator(chunk_size=500):
        version = item.versions.order_by("-number").first()
        if version is not None:
            with transaction.atomic():
                sketch_item(item, version)
            done += 1
    return done
