"""Files of items into a bank: uploaded, read and shown item by item, confirmed, entered in chunks. Out of a bank: ``exporting``."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from exams.exchange import contents, formats
from exams.exchange.reading import FoundItem, Reading, Unreadable
from exams.models import ImportedItem, Item, ItemBank, ItemImport
from exams.services.examining import examine
from exams.services.items import create_item
from exams.services.lineages import articles_named, chapters_named, chapters_of
from exams.services.pictures import drop_all, drop_pictures, keep_pictures
from exams.states import AUTHORS, ImportState, ImportVerdict
from lms.audit import services as audit
from lms.core import clock, jobs
from lms.core.actor import Actor
from lms.core.errors import BadInput, LmsError, Missing, Refused

CHUNK = 100
MOST_BYTES = 20 * 1024 * 1024
AT_ONCE_BYTES = 128 * 1024  # smaller files are read while the reader waits
AT_ONCE_ITEMS = 50
ABANDONED_AFTER = dt.timedelta(days=30)


def upload_items(
    *, bank: ItemBank, raw: bytes, name: str, by: Actor, code: str = "", source: str = "", send: bool = True
) -> ItemImport:
    """Keep an uploaded file and read it: at once when it is small, else by a job. Nothing of the bank changes yet.

    With ``send`` false the caller reads it (the command).
    """
    _require(bank, by)
    if bank.closed_on is not None:
        raise Refused(_("题库已关闭，不能导入。"))
    if len(raw) > MOST_BYTES:
        raise BadInput(_("文件超过 %(most)d MB，请拆分后再导入。") % {"most": MOST_BYTES // 1024 // 1024})
    if code:
        _named(code)
    with transaction.atomic():
        ItemBank.objects.select_for_update(no_key=True).get(pk=bank.pk)  # whoever drops pictures of the bank comes before or after
        found = ItemImport(
            bank=bank,
            file_name=Path(name.replace("\\", "/")).name[:200] or "items",
            digest=hashlib.sha256(raw).hexdigest(),
            asked_format=code,
            source=source.strip()[:200] or _("导入"),
            created_by=by.uuid,
        )
        found.upload.save(f"{found.uuid}", ContentFile(raw), save=False)
        found.save()
        audit.record("exams.import.uploaded", found, by=by, division_path=bank.path, bank=bank.code)
        if send and len(raw) > AT_ONCE_BYTES:
            found.read_job = jobs.enqueue(
                "exams.read_items",
                title=_("读取试题：%(bank)s") % {"bank": bank.name},
                by=by,
                params={"import": str(found.uuid)},
                division_path=bank.path,
                key=f"exams.read_items:{found.uuid}",
            )
            found.save(update_fields=["read_job"])
            return found
    return read_and_stage(item_import=found, by=by) if send else found


def _named(code: str) -> None:
    try:
        formats.format_of(code)
    except Unreadable as error:
        raise BadInput(str(error)) from error


def read_and_stage(*, item_import: ItemImport, by: Actor, progress: Any = None) -> ItemImport:
    """Read the file and keep every item with its verdict. A file that cannot be read is noted with its sentence."""
    if item_import.state != ImportState.READING:
        return item_import
    with item_import.upload.open("rb") as handle:
        raw = handle.read()
    try:
        chosen, reading = formats.read(raw, name=item_import.file_name, code=item_import.asked_format)
    except (Unreadable, BadInput) as error:
        ItemImport.objects.filter(pk=item_import.pk, state=ImportState.READING).update(
            state=ImportState.REFUSED, reason=str(error)[:500], closed_at=clock.now()
        )
        item_import.refresh_from_db()
        return item_import
    return _stage(item_import, chosen.code, reading, progress)


def _stage(item_import: ItemImport, code: str, reading: Reading, progress: Any) -> ItemImport:
    """Begins anew when it was broken off: what was staged before is replaced."""
    rows = rows_of(item_import, reading, progress=progress)
    with transaction.atomic():
        found = ItemImport.objects.select_for_update(no_key=True).get(pk=item_import.pk)
        if found.state == ImportState.READING:
            found.rows.all().delete()
            ImportedItem.objects.bulk_create(rows, batch_size=200)
            found.state, found.format, found.unit = ImportState.READY, code, reading.unit
            found.skipped = [[place, text[:80]] for place, text in reading.skipped[:200]]
            found.save(update_fields=["state", "format", "unit", "skipped"])
    return found


def rows_of(item_import: ItemImport, reading: Reading, *, progress: Any = None, keep: bool = True) -> list[ImportedItem]:
    """A row for each item found, in the order of the file. Without ``keep`` nothing is stored, not even pictures."""
    if progress is not None:
        progress.set_total(reading.found, _("核对试题"))
    bank, refused = item_import.bank, ImportVerdict.REFUSED
    rows = [
        ImportedItem(place=r.place, where=r.where[:200], verdict=refused, reason=r.reason, excerpt=r.excerpt)
        for r in reading.refused
    ]
    coded = [keep_pictures(bank, item, brought_by=item_import, keep=keep) for item in reading.accepted]
    for item, examined in zip(coded, examine(bank, coded), strict=True):
        notes = (*item.notes, *([examined.note] if examined.note else []))
        rows.append(
            ImportedItem(
                place=item.place,
                where=item.where[:200],
                verdict=examined.verdict,
                wanted=examined.verdict in (ImportVerdict.NEW, ImportVerdict.NEAR),
                content=contents.to_json(replace(item, notes=notes)),
                reason=examined.reason,
                excerpt=" ".join(item.stem.split())[:80],
            )
        )
        if progress is not None:
            progress.advance()
    rows.sort(key=lambda row: (row.where, row.place))
    for number, row in enumerate(rows, start=1):
        row.item_import, row.number = item_import, number
    return rows


def choose_rows(*, item_import: ItemImport, shown: Iterable[int], ticked: Iterable[int], by: Actor) -> None:
    """Of the rows ``shown`` on a page, enter those ``ticked``. Only what can be entered can be chosen."""
    _require(item_import.bank, by)
    may = item_import.rows.filter(number__in=list(shown), verdict__in=[ImportVerdict.NEW, ImportVerdict.NEAR])
    with transaction.atomic():
        found = ItemImport.objects.select_for_update(no_key=True).get(pk=item_import.pk)
        if found.state == ImportState.READY:
            wanted = set(ticked)
            may.filter(number__in=wanted).update(wanted=True)
            may.exclude(number__in=wanted).update(wanted=False)


def confirm_import(*, item_import: ItemImport, by: Actor, send: bool = True) -> ItemImport:
    """Enter the chosen items as drafts, reviewed later by someone else: at once when they are few, else by a job. Twice is once."""
    _require(item_import.bank, by)
    with transaction.atomic():
        found = ItemImport.objects.select_for_update(no_key=True).get(pk=item_import.pk)
        if found.state in (ImportState.ENTERING, ImportState.DONE):
            return found
        if found.state != ImportState.READY:
            raise Refused(_("这份文件%(state)s，不能确认。") % {"state": found.get_state_display()})
        entering = found.rows.filter(wanted=True).count()
        if not entering:
            raise Refused(_("没有选中可以入库的题。"))
        found.state = ImportState.ENTERING
        if send and entering > AT_ONCE_ITEMS:
            found.enter_job = jobs.enqueue(
                "exams.enter_items",
                title=_("试题入库：%(bank)s") % {"bank": found.bank.name},
                by=by,
                params={"import": str(found.uuid)},
                division_path=found.bank.path,
                key=f"exams.enter_items:{found.uuid}",
            )
        found.save(update_fields=["state", "enter_job"])
        audit.record("exams.import.confirmed", found, by=by, division_path=found.bank.path, entering=entering)
    if send and found.enter_job is None:
        while enter_chunk(item_import=found, by=by):
            pass
        found = close_import(item_import=found, by=by)
    return found


def enter_chunk(*, item_import: ItemImport, by: Actor) -> int:
    """Enter the next chosen items, whole or not at all; returns how many were settled, 0 when none is left.

    One that the bank will not take any more (somebody entered the same meanwhile) is marked with the reason, the rest goes on.
    """
    with transaction.atomic():
        found = (
            ItemImport.objects.select_for_update(of=("self",), no_key=True).select_related("bank__division").get(pk=item_import.pk)
        )
        rows = list(found.rows.filter(wanted=True, entered_at__isnull=True)[:CHUNK])
        for row in rows:
            try:
                with transaction.atomic():
                    row.item = enter_item(bank=found.bank, item=contents.from_json(row.content), source=found.source, by=by)
                row.entered_at = clock.now()
            except LmsError as error:
                row.wanted, row.verdict, row.reason = False, ImportVerdict.REFUSED, str(error)
        ImportedItem.objects.bulk_update(rows, ["item", "entered_at", "wanted", "verdict", "reason"], batch_size=100)
    return len(rows)


def enter_item(*, bank: ItemBank, item: FoundItem, source: str, by: Actor) -> Item:
    """One found item through the bank's one door; a case with each of its questions."""
    chapters = chapters_named(chapters_of(bank), item.chapter)[0] if item.chapter else []
    made = create_item(bank=bank, by=by, chapters=chapters, **_lineage(item, source, by), **contents.words_of(item)).item
    for part in item.parts:  # what a question does not say itself is as its case says
        whole = replace(part, **{name: getattr(part, name) or getattr(item, name) for name in ("law_as_of", "source", "credit")})
        create_item(bank=bank, by=by, case=made, chapters=chapters, **_lineage(whole, source, by), **contents.words_of(part))
    return made


def _lineage(item: FoundItem, source: str, by: Actor) -> dict[str, Any]:
    """What ``create_item`` takes besides the words: worth, source, author, the law and its articles."""
    return {
        "points": item.points or None,
        "source": item.source or source,
        "credit": item.credit,
        "law_as_of": dt.date.fromisoformat(item.law_as_of) if item.law_as_of else None,
        "articles": articles_named(item.articles, by),
    }


def close_import(*, item_import: ItemImport, by: Actor) -> ItemImport:
    """All chosen items are in: the import is done and its upload is deleted. Closing twice is once."""
    with transaction.atomic():
        found = ItemImport.objects.select_for_update(of=("self",), no_key=True).select_related("bank").get(pk=item_import.pk)
        if found.state == ImportState.ENTERING:
            found.state, found.closed_at = ImportState.DONE, clock.now()
            found.save(update_fields=["state", "closed_at"])
            entered = found.rows.filter(entered_at__isnull=False).count()
            audit.record("exams.import.entered", found, by=by, division_path=found.bank.path, entered=entered)
            found.upload.delete(save=True)
    return found


def discard_import(*, item_import: ItemImport, by: Actor) -> ItemImport:
    """Give up an import that is not confirmed; what was staged and uploaded is removed."""
    _require(item_import.bank, by)
    with transaction.atomic():
        found = ItemImport.objects.select_for_update(no_key=True).get(pk=item_import.pk)
        if found.state in (ImportState.READING, ImportState.READY):
            found.rows.all().delete()
            found.state, found.closed_at = ImportState.DISCARDED, clock.now()
            found.save(update_fields=["state", "closed_at"])
            found.upload.delete(save=True)
            drop_pictures(found)
            audit.record("exams.import.discarded", found, by=by, division_path=found.bank.path)
        elif found.state != ImportState.DISCARDED:
            raise Refused(_("这份文件%(state)s，不能放弃。") % {"state": found.get_state_display()})
    return found


def clean_imports(*, by: Actor) -> int:
    """Give up what nobody confirmed for a month, and remove pictures that nothing came to show. For the night; returns how many."""
    _require_everywhere(by)
    open_states = (ImportState.READING, ImportState.READY)
    left = ItemImport.objects.filter(state__in=open_states, created_at__lt=clock.now() - ABANDONED_AFTER).select_related("bank")
    given_up = [discard_import(item_import=one, by=by) for one in left.order_by("pk")]
    return len(given_up) + drop_all()


def counts_of(item_import: ItemImport) -> dict[str, int]:
    return counts(item_import.rows.values_list("verdict", "entered_at"))


def counts(rows: Iterable[tuple[str, Any]]) -> dict[str, int]:
    """How many items were found, and of each verdict; accepted are those understood, whether the bank has them already or not."""
    verdicts = list(rows)
    each = {verdict: sum(1 for v, _at in verdicts if v == verdict) for verdict in ImportVerdict.values}
    refused, entered = each[ImportVerdict.REFUSED], sum(1 for _v, at in verdicts if at is not None)
    return {"found": len(verdicts), "accepted": len(verdicts) - refused, **each, "entered": entered}


def _require_everywhere(by: Actor) -> None:
    if not by.everywhere:
        raise Missing(_("没有找到。"))


def _require(bank: ItemBank, by: Actor) -> None:
    if not by.covers(bank.path, *AUTHORS):
        raise Missing(_("没有找到。"))
