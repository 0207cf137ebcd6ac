"""Items of a file held against the bank: new, near another, there already, or against the bank's own rules. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from exams import rules
from exams.exchange import contents
from exams.exchange.reading import FoundItem
from exams.models import ItemBank, ItemVersion
from exams.models.banks import CONTENT
from exams.services.items import template_faults
from exams.services.lineages import chapters_named, chapters_of, unknown_laws
from exams.states import ImportVerdict, VersionState


@dataclass(frozen=True, slots=True)
class Examined:
    verdict: str
    reason: str = ""
    note: str = ""  # about its chapter


def examine(bank: ItemBank, items: Sequence[FoundItem]) -> list[Examined]:
    """A verdict for each item, in order; later ones are held against earlier ones of the same file too."""
    known, likeness = _of_bank(bank)
    shapes: dict[tuple[str, int, int, int], list[str]] = {}
    chapters = chapters_of(bank)
    notes = {title: chapters_named(chapters, title)[1] for title in {item.chapter for item in items}}
    laws = {cited: unknown_laws(cited) for cited in {_cited(item) for item in items}}
    found = []
    for number, item in enumerate(items, start=1):
        content = rules.ItemContent.of(**contents.words_of(item))
        shape = (content.kind, len(content.options), len(content.keys), content.worth)
        if shape not in shapes:
            shapes[shape] = template_faults(bank, content)
        fault = "".join(shapes[shape]) or laws[_cited(item)]
        if fault:
            found.append(Examined(ImportVerdict.REFUSED, fault))
            continue
        same = known.get(content.fingerprint)
        if same is not None:
            found.append(Examined(ImportVerdict.KNOWN, _("与%(name)s相同，不再入库。") % {"name": same}))
            continue
        near = likeness.nearest(content.wording)
        called = _("本文件第 %(number)d 道读懂的题“%(stem)s”") % {"number": number, "stem": item.stem[:12]}
        known[content.fingerprint] = called
        likeness.add(f"{number:06d} {called}", content.wording)
        if near is not None:
            reason = _("与%(name)s相近（%(share)d%%），请核对是否重复。")
            share = reason % {"name": near[0].partition(" ")[2], "share": int(near[1] * 100)}
            found.append(Examined(ImportVerdict.NEAR, share, notes[item.chapter]))
        else:
            found.append(Examined(ImportVerdict.NEW, note=notes[item.chapter]))
    return found


def _cited(item: FoundItem) -> tuple[str, ...]:
    return tuple(article for one in (item, *item.parts) for article in one.articles)


def _of_bank(bank: ItemBank) -> tuple[dict[str, str], rules.Likeness]:
    """Fingerprints and wordings of what the bank holds and has not retired; questions of a case belong to their case."""
    known: dict[str, str] = {}
    likeness = rules.Likeness()
    rows = ItemVersion.objects.filter(item__bank=bank, item__case__isnull=True).exclude(state=VersionState.RETIRED)
    for version in rows.select_related("item").only("fingerprint", "item__code", *CONTENT).order_by("number"):
        called = _("题库的 %(code)s ") % {"code": version.item.code}
        known[version.fingerprint] = called
        likeness.add(f"{version.item.code} {called}", version.content.wording)
    return known, likeness
