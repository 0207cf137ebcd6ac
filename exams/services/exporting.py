"""Items of a bank out of it, in one file of a named format. What the format cannot hold is named, never dropped unseen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from exams.exchange import contents, formats
from exams.exchange.reading import FoundItem, Picture, Unreadable
from exams.models import Item, ItemBank, ItemPicture, ItemVersion, SyllabusChapter
from exams.services.lineages import chapter_words, chapters_of
from exams.states import AUTHORS, VersionState
from lms.audit import services as audit
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused

STATES = (VersionState.DRAFT, VersionState.RETURNED, VersionState.REVIEWED, VersionState.LIVE)


def items_out(bank: ItemBank, states: Iterable[str] = STATES) -> list[FoundItem]:
    """The newest version of each item that stands in one of ``states``, with chapter and pictures; a case with its questions."""
    wanted = set(states)
    newest: dict[int, ItemVersion] = {}
    rows = ItemVersion.objects.filter(item__bank=bank).select_related("item").order_by("item__code", "number")
    shown = ("item__placements__chapter", "item__placements__edition", "citations__article__policy")
    for version in rows.prefetch_related(*shown):
        if version.state != VersionState.RETIRED:
            newest[version.item_id] = version
    below: dict[int, list[ItemVersion]] = {}
    for version in newest.values():
        if version.item.case_id:
            below.setdefault(version.item.case_id, []).append(version)
    found, chapters = [], chapters_of(bank)
    for version in newest.values():
        if version.item.case_id is None and version.state in wanted:
            questions = sorted(below.get(version.item_id, []), key=lambda one: one.item.place)
            whole = _found(version, chapters)
            found.append(replace(whole, parts=tuple(_within(_found(question, chapters), whole) for question in questions)))
    kept = _pictures(bank, found)
    return [contents.with_pictures(item, kept) for item in found]


def _found(version: ItemVersion, chapters: list[SyllabusChapter]) -> FoundItem:
    return contents.found_of(
        version.content,
        name=version.item.code,
        points=version.points,
        chapter="" if version.item.case_id else chapter_words(chapters, version.item.placements.all()),
        law_as_of=version.law_as_of.isoformat() if version.law_as_of else "",
        articles=[str(citation.article) for citation in version.citations.all()],
        source=version.source,
        credit=version.credit,
    )


def _within(part: FoundItem, whole: FoundItem) -> FoundItem:
    """A question without what its case says already: it takes that over when it comes back."""
    names = ("law_as_of", "source", "credit") if not part.articles else ("source", "credit")
    said: dict[str, Any] = {name: "" for name in names if getattr(part, name) == getattr(whole, name)}
    return replace(part, **said)


def _pictures(bank: ItemBank, items: Iterable[FoundItem]) -> dict[str, Picture]:
    codes = {code for item in items for code in contents.codes_in(item)}
    kept = {}
    for row in ItemPicture.objects.filter(bank=bank, code__in=codes):
        with row.file.open("rb") as handle:
            kept[row.code] = Picture(f"{row.code}", row.mime, handle.read())
    return kept


def export_items(*, bank: ItemBank, code: str, by: Actor, states: Iterable[str] = STATES) -> formats.Written:
    """The bank's items as a file. Refuses an empty bank and a format in which none of them fits."""
    if not by.covers(bank.path, *AUTHORS):
        raise Missing(_("没有找到。"))
    try:
        chosen = formats.format_of(code)
    except Unreadable as error:
        raise BadInput(str(error)) from error
    items = items_out(bank, states)
    if not items:
        raise Refused(_("题库里没有可以导出的题。"))
    written = formats.write(items, chosen.code)
    if not written.count:
        raise Refused(_("这些题都装不进 %(format)s：%(reason)s") % {"format": chosen.label, "reason": written.left_out[0][1]})
    audit.record("exams.bank.exported", bank, by=by, division_path=bank.path, format=chosen.code, items=written.count)
    return written


def file_name(bank: ItemBank, code: str) -> str:
    chosen = formats.format_of(code)
    return f"{bank.code}-{chosen.code}{chosen.ending}"


def fitting(bank: ItemBank) -> list[tuple[formats.Format, int, int]]:
    """Of each format: how many of the bank's items it has a place for, by their kinds, and how many not."""
    kinds = list(_kinds(bank))
    return [
        (one, sum(1 for k in kinds if k in one.kinds), sum(1 for k in kinds if k not in one.kinds))
        for one in formats.FORMATS.values()
    ]


def _kinds(bank: ItemBank) -> Iterable[str]:
    newest: dict[int, str] = {}
    rows = ItemVersion.objects.filter(item__in=Item.objects.filter(bank=bank, case__isnull=True), state__in=STATES)
    for item_id, kind in rows.order_by("number").values_list("item_id", "kind"):
        newest[item_id] = kind
    return newest.values()
