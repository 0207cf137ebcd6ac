"""A whole bank with its papers from one JSON document, such as the demonstration bank. The same document twice adds nothing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from exams import rules
from exams.exchange.marks import Unclear, articles_of
from exams.models import (
    Item,
    ItemBank,
    ItemCitation,
    ItemPlacement,
    ItemVersion,
    Paper,
    PaperTemplate,
    SyllabusChapter,
    SyllabusEdition,
)
from exams.models.banks import CONTENT
from exams.services.items import USUAL_POINTS, demo_author
from exams.services.lineages import articles_named
from exams.services.papers import create_paper, publish_paper
from exams.services.sketching import sketch_item
from exams.services.standards import load_standards, load_syllabus
from exams.states import ItemKind, VersionState
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing
from lms.places.models import Division

FOLDER = Path(__file__).resolve().parent.parent / "demo_content"


@dataclass(frozen=True, slots=True)
class Loaded:
    bank: ItemBank
    papers: tuple[Paper, ...]
    items_added: int


def demo_content() -> list[dict[str, Any]]:
    """The documents that came with the system, in the order of their file names."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))]


def load_bank(content: Mapping[str, Any], by: Actor, division: Division | None = None) -> Loaded:
    """Load a bank's items as live, written by the document's author and reviewed by ``by``, and open its papers.

    Refuses the whole document when one item is unlawful, names an unknown chapter, or its author is its reviewer. For the
    system and for installations: ``by`` must reach everywhere.
    """
    if not by.everywhere:
        raise Missing(_("没有找到。"))
    author = demo_author(content["author"])
    with transaction.atomic():
        load_syllabus(by=by)
        load_standards(by=by)
        bank, _made = ItemBank.objects.get_or_create(
            code=content["code"],
            defaults={"name": content["name"], "division": division, "subject": content.get("subject", "")},
        )
        there = set(Item.objects.filter(bank=bank).values_list("code", flat=True))
        chapters = _chapters(content.get("subject", ""))
        items, versions, placements = list[Item](), [], []
        cited_by = list[list[str]]()
        by_code: dict[str, Item] = {}
        now = clock.now()
        for entry in content["items"]:
            if entry["code"] in there:
                continue
            content_of = content_from(entry)
            faults = content_of.faults()
            if faults:
                raise BadInput(f"{entry['code']}: {''.join(faults)}")
            cited_by.append(_articles_of(entry))
            case = by_code.get(entry.get("case", ""))
            place = 1 + sum(1 for other in items if other.case is case) if case else 0
            item = Item(bank=bank, code=entry["code"], created_by=author, case=case, place=place)
            by_code[item.code] = item
            items.append(item)
            versions.append(
                ItemVersion(
                    item=item,
                    number=1,
                    state=VersionState.REVIEWED,  # live once its articles stand: a live version takes none
                    **content_of.columns(),
                    points=content_of.worth or USUAL_POINTS[ItemKind(content_of.kind)],
                    law_as_of=dt.date.fromisoformat(entry["law_as_of"]) if entry.get("law_as_of") else None,
                    source=entry.get("source", content["source"]),
                    credit=entry.get("credit", content["author"])[:80],
                    fingerprint=content_of.fingerprint,
                    author=author,
                    author_label=f"system:{content['author']}"[:80],
                    reviewed_by=by.uuid,
                    reviewed_at=now,
                )
            )
            for edition, title in entry.get("chapters", {}).items():
                chapter = chapters.get((edition, title))
                if chapter is None:
                    raise BadInput(
                        _("%(code)s：%(edition)s 版大纲没有“%(title)s”这一章。")
                        % {"code": entry["code"], "edition": edition, "title": title}
                    )
                placements.append(ItemPlacement(item=item, chapter=chapter, edition_id=chapter.syllabus_subject.edition_id))
        _create_items(items)
        ItemVersion.objects.bulk_create(versions)
        ItemCitation.objects.bulk_create(
            ItemCitation(version=version, article=article)
            for version, cited in zip(versions, cited_by, strict=True)
            for article in articles_named(cited, by)
        )
        waiting = ItemVersion.objects.filter(item__bank=bank, state=VersionState.REVIEWED, author=author, reviewed_at=now)
        waiting.update(state=VersionState.LIVE, live_from=now)
        for item, version in zip(items, versions, strict=True):
            sketch_item(item, version)
        ItemPlacement.objects.bulk_create(placements)
        if items:
            audit.record("exams.bank.loaded", bank, by=by, division_path=bank.path, items=len(items))
        papers = tuple(_paper(bank, spec, by) for spec in content.get("papers", []))
    return Loaded(bank, papers, len(items))


def _articles_of(entry: Mapping[str, Any]) -> list[str]:
    """The law articles an entry rests on, as the workbook names them. Refuses one without the day of the law."""
    if entry.get("articles") and not entry.get("law_as_of"):
        raise BadInput(f"{entry['code']}: {_('引用了法条的试题，请填写法规截至日期。')}")
    try:
        return [named for text in entry.get("articles", ()) for named in articles_of(text)]
    except Unclear as error:
        raise BadInput(f"{entry['code']}: {error}") from error


def content_from(entry: Mapping[str, Any]) -> rules.ItemContent:
    """The words of one entry; ``pairs`` with ``decoys``, ``order`` and ``number`` are written as a trainer writes them."""
    words = {name: entry[name] for name in CONTENT if name in entry}
    if "pairs" in entry:
        words |= rules.matching_of([(left, right) for left, right in entry["pairs"]], entry.get("decoys", ()))
    if "order" in entry:
        words |= rules.ordering_of(entry["order"])
    if "number" in entry:
        words["accepted"] = [entry["number"]]
    return rules.ItemContent.of(**words)


def _create_items(items: list[Item]) -> None:
    """Cases first: their questions point to them."""
    Item.objects.bulk_create([item for item in items if item.case is None])
    under = [item for item in items if item.case is not None]
    for item in under:
        item.case = item.case  # its key is known now
    Item.objects.bulk_create(under)


def _chapters(subject: str) -> dict[tuple[str, str], SyllabusChapter]:
    rows = SyllabusChapter.objects.filter(syllabus_subject__subject=subject).select_related("syllabus_subject__edition")
    return {(row.syllabus_subject.edition.code, row.title): row for row in rows}


def _paper(bank: ItemBank, spec: Mapping[str, Any], by: Actor) -> Paper:
    found = Paper.objects.filter(division=bank.division, title=spec["title"]).first()
    if found is not None:
        return found
    live = {v.item.code: v for v in ItemVersion.objects.filter(item__bank=bank, state=VersionState.LIVE).select_related("item")}
    paper = create_paper(
        template=PaperTemplate.objects.get(code=spec["template"], valid_to__isnull=True),
        title=spec["title"],
        division=bank.division,
        edition=SyllabusEdition.objects.get(code=spec["edition"]) if spec.get("edition") else None,
        items=[live[code] for code in spec["items"]],
        max_attempts=spec.get("max_attempts"),
        by=by,
    )
    return publish_paper(paper=paper, by=by)
