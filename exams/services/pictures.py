"""Pictures of items: kept in their bank once each as a file brings them, and dropped when nothing came to show them."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.core.files.base import ContentFile
from django.db import transaction

from exams.exchange import contents
from exams.exchange.pictures import ENDINGS
from exams.exchange.reading import FoundItem, Picture
from exams.models import ItemBank, ItemImport, ItemPicture
from exams.picture_selectors import rows_naming, versions_naming
from exams.states import ImportState
from lms.core import clock, ids

KEEP_CLOSED = dt.timedelta(days=7)  # the page of a closed import still shows what was not entered


def keep_pictures(bank: ItemBank, item: FoundItem, *, brought_by: ItemImport | None = None, keep: bool = True) -> FoundItem:
    """The item with its pictures kept in the bank, each once, and named in its text by their codes."""
    return contents.with_codes(item, [_code_of(bank, image, brought_by, keep) for image in item.images])


def _code_of(bank: ItemBank, image: Picture, brought_by: ItemImport | None, keep: bool) -> str:
    digest = hashlib.sha256(image.content).hexdigest()
    found = ItemPicture.objects.filter(bank=bank, digest=digest).first()
    if found is None and not keep:
        return digest[:10].upper()
    if found is None:
        made = ItemPicture(bank=bank, code=ids.new_code(10), digest=digest, mime=image.mime)
        made.file.save(f"{made.uuid}{ENDINGS[image.mime]}", ContentFile(image.content), save=False)
        words = {"uuid": made.uuid, "code": made.code, "mime": made.mime, "file": made.file, "brought_by": brought_by}
        found, created = ItemPicture.objects.get_or_create(bank=bank, digest=digest, defaults=words)
        if not created:
            made.file.delete(save=False)
    return found.code


def drop_pictures(item_import: ItemImport) -> int:
    """Remove the pictures that a closed import brought and nothing shows; returns how many.

    One that another import waits with becomes that one's. While a file of the bank is being read nothing is dropped: it may be
    about to name one (``upload_items`` waits for this transaction).
    """
    with transaction.atomic():
        bank = ItemBank.objects.select_for_update(no_key=True).get(pk=item_import.bank_id)
        if bank.imports.filter(state=ImportState.READING).exists():
            return 0
        dropped = 0
        for picture in ItemPicture.objects.filter(brought_by=item_import):
            if versions_naming(picture).exists():
                continue
            waiting = rows_naming(picture).exclude(item_import=item_import).first()
            if waiting is not None:
                ItemPicture.objects.filter(pk=picture.pk).update(brought_by=waiting.item_import_id)
                continue
            storage, name = picture.file.storage, picture.file.name
            picture.delete()
            transaction.on_commit(lambda storage=storage, name=name: storage.delete(name))  # type: ignore[misc]
            dropped += 1
    return dropped


def drop_all() -> int:
    """The same for every import that was closed a while ago."""
    before = clock.now() - KEEP_CLOSED
    closed = ItemImport.objects.filter(closed_at__lt=before, pictures__isnull=False).distinct()
    return sum(drop_pictures(one) for one in closed.order_by("pk"))


__all__ = ["drop_all", "drop_pictures", "keep_pictures"]
