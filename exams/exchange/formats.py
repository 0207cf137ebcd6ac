"""The formats by name: who reads and writes each, what it can carry, and which one a file is by its content.

Writing is checked by reading back: an item that would not come back as it was is left out, with its reason, never bent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams.exchange import aiken, contents, docx, excel, gift, marks, moodle, plain_writing, qti, tables
from exams.exchange.docx_writing import write_docx
from exams.exchange.moodle_writing import write_moodle
from exams.exchange.plain import read_plain
from exams.exchange.qti_writing import write_qti
from exams.exchange.reading import FoundItem, Reading, Unreadable, decode
from exams.exchange.xmlparts import root_of
from exams.exchange.zips import Archive, is_zip

_MOST_MANIFEST = 4 * 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# what an item may say beyond its words and key, and how it is called
EXTRAS = {
    "explanation": gettext_lazy("解析"),
    "chapter": gettext_lazy("章节"),
    "points": gettext_lazy("分值"),
    "law_as_of": gettext_lazy("法规截至日期"),
    "articles": gettext_lazy("依据的法条"),
    "source": gettext_lazy("来源"),
    "credit": gettext_lazy("作者"),
}


@dataclass(frozen=True, slots=True)
class Format:
    """``carries`` names the extras that come back, for the questions of a case only where ``in_parts`` is true; pictures only
    where ``pictures`` is."""

    code: str
    label: Any  # lazy where it is translated
    ending: str
    mime: str
    read: Callable[[bytes], Reading]
    write: Callable[[list[FoundItem]], bytes]
    kinds: frozenset[str]
    carries: frozenset[str]
    pictures: bool = False
    in_parts: bool = False  # a question of a case keeps a law and a source of its own

    def of_parts(self) -> frozenset[str]:
        return self.carries if self.in_parts else self.carries - frozenset(marks.LABELS)


def _plain(raw: bytes) -> Reading:
    return read_plain(decode(raw))


_ALL = frozenset(tables.KIND_NAMES)
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_QTI = partial(Format, ending=".zip", mime="application/zip", read=qti.read_qti, kinds=qti.KINDS, pictures=True)
_LINEAGE = frozenset(marks.LABELS)
_QTI_CARRIES = frozenset({"explanation", "chapter", "points"}) | _LINEAGE
FORMATS: dict[str, Format] = {
    one.code: one
    for one in (
        Format("excel", "Excel", ".xlsx", _SHEET, excel.read_excel, excel.write_excel, _ALL, frozenset(EXTRAS), in_parts=True),
        Format("docx", "Word", ".docx", _WORD, docx.read_docx, write_docx, _ALL, frozenset({"explanation", "chapter"}), True),
        Format(
            "text",
            gettext_lazy("纯文本"),
            ".txt",
            "text/plain",
            _plain,
            plain_writing.write_plain,
            _ALL,
            frozenset({"explanation", "chapter"}),
        ),
        Format(
            "gift",
            "GIFT",
            ".gift",
            "text/plain",
            gift.read_gift,
            gift.write_gift,
            gift.KINDS,
            frozenset({"explanation", "chapter"}) | _LINEAGE,
        ),
        Format(
            "moodle",
            "Moodle XML",
            ".xml",
            "application/xml",
            moodle.read_moodle,
            write_moodle,
            moodle.KINDS,
            frozenset({"explanation", "chapter", "points"}) | _LINEAGE,
            True,
        ),
        Format("aiken", "Aiken", ".txt", "text/plain", aiken.read_aiken, aiken.write_aiken, aiken.KINDS, frozenset()),
        _QTI("qti21", "QTI 2.1", write=partial(write_qti, code="2.1"), carries=_QTI_CARRIES),
        _QTI("qti22", "QTI 2.2", write=partial(write_qti, code="2.2"), carries=_QTI_CARRIES),
        _QTI("qti30", "QTI 3.0", write=partial(write_qti, code="3.0"), carries=_QTI_CARRIES),
    )
}
ALIASES = {
    "qti": "qti22",
    "xlsx": "excel",
    "word": "docx",
    "plain": "text",
    "txt": "text",
    "moodlexml": "moodle",
    "moodle_xml": "moodle",
}


def format_of(name: str) -> Format:
    wanted = name.strip().lower()
    found = FORMATS.get(ALIASES.get(wanted, wanted))
    if found is None:
        raise Unreadable(_("没有“%(name)s”这种格式；可用的有：%(all)s。") % {"name": name[:20], "all": "、".join(FORMATS)})
    return found


def read(raw: bytes, *, name: str = "", code: str = "") -> tuple[Format, Reading]:
    """The items of a file: by the format named, else by what the file shows itself to be. Raises ``Unreadable``."""
    if not raw.strip():
        raise Unreadable(_("文件是空的。"))
    chosen = format_of(code) if code else detect(raw, name)
    reading = chosen.read(raw)
    if not reading.found:
        raise Unreadable(_("没有在文件里找到试题（按 %(format)s 格式读取）。") % {"format": chosen.label})
    kept = Reading(refused=reading.refused, skipped=reading.skipped, unit=reading.unit)
    for item in reading.accepted:
        faults = contents.faults_of(item)
        if faults:
            kept.refuse(item.place, "".join(faults), item.stem, item.where)
        else:
            kept.accepted.append(item)
    kept.refused.sort(key=lambda refusal: (refusal.where, refusal.place))
    return chosen, kept


def detect(raw: bytes, name: str = "") -> Format:
    """Which format a file is, by its content; its name decides only between texts that look alike."""
    if raw.startswith(OLE):
        raise Unreadable(_("这是旧版 Office 文件或设有密码的文件，请去掉密码并另存为 .docx 或 .xlsx。"))
    if is_zip(raw):
        return FORMATS[_zip_kind(Archive(raw))]
    if root := root_of(raw):
        kinds = {"quiz": "moodle", "assessmentItem": "qti22", "qti-assessment-item": "qti30"}
        if root not in kinds:
            raise Unreadable(_("不认识的 XML（最外层是 %(root)s）：可读 Moodle XML 和 QTI。") % {"root": root[:40]})
        return FORMATS["qti21" if kinds[root] == "qti22" and b"imsqti_v2p1" in raw[:4000] else kinds[root]]
    if re.match(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!doctype|!entity)", raw[:200], re.I):
        raise Unreadable(_("XML 文件里有 DTD 或实体声明，为安全起见不读取。"))
    if raw.startswith((b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise Unreadable(_("不能从这种文件读试题；请用 Word、Excel、纯文本、GIFT、Moodle XML、Aiken 或 QTI。"))
    text = decode(raw)
    if re.search(r"^\s*ANSWER\s*[:：]\s*[A-Za-zＡ-Ｚ]\s*$", text, re.M | re.I):
        return FORMATS["aiken"]
    braced = re.search(r"(?<!\\)\{\s*(?:[=~#]|T(?:RUE)?\b|F(?:ALSE)?\b|\})", text)
    if PurePath(name).suffix.lower() == ".gift" or (
        braced and (text.lstrip().startswith(("::", "//", "$")) or "=" in text or "}" in text)
    ):
        return FORMATS["gift"]
    return FORMATS["text"]


def _zip_kind(archive: Archive) -> str:
    if "imsmanifest.xml" in archive:
        editions = re.findall(rb"imsqti_(?:apip)?(?:item|apipitem)_xml(v\dp\d)", archive.read("imsmanifest.xml", _MOST_MANIFEST))
        return {b"v3p0": "qti30", b"v2p1": "qti21"}.get(editions[0], "qti22") if editions else "qti22"
    if "xl/workbook.xml" in archive:
        return "excel"
    if any(name.startswith("word/") for name in archive.names):
        return "docx"
    raise Unreadable(_("压缩包里没有 imsmanifest.xml，也不是 Word 或 Excel 文件。"))


# --- writing -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Written:
    """What was written, which items were not and why, and which extras the format cannot hold, with how many items had them."""

    content: bytes
    count: int
    left_out: list[tuple[str, str]] = field(default_factory=list)
    lost: dict[str, int] = field(default_factory=dict)


def write(items: list[FoundItem], code: str) -> Written:
    """``items`` in one file, read back before it is handed out; what would not come back as it was is left out, with its reason."""
    chosen = format_of(code)
    out = Written(b"", 0)
    fitting: list[FoundItem] = []
    for item in items:
        if reason := _unfit(item, chosen):
            out.left_out.append((_called(item), reason))
        else:
            fitting.append(item)
    bent = _("题中的文字写成 %(format)s 后读回来不一样（多半用了该格式的记号）。") % {"format": chosen.label}
    alone = _sieve(fitting, chosen)
    out.left_out += [(_called(item), bent) for item in fitting if not any(item is one for one in alone)]
    kept = _together(alone, chosen)
    crowded = _("这道题与前后的题写在一起后分不清。")
    out.left_out += [(_called(item), crowded) for item in alone if not any(item is one for one in kept)]
    for name in EXTRAS:
        count = sum(1 for item in kept if _loses(item, name, chosen))
        if count:
            out.lost[name] = count
    out.count = len(kept)
    out.content = chosen.write([bare(item, chosen) for item in kept]) if kept else b""
    return out


def _loses(item: FoundItem, name: str, chosen: Format) -> bool:
    inside = name not in chosen.of_parts() and any(getattr(part, name) for part in item.parts)
    return inside or (name not in chosen.carries and bool(getattr(item, name)))


def _called(item: FoundItem) -> str:
    return item.name or item.stem[:30]


def _unfit(item: FoundItem, chosen: Format) -> str:
    if item.kind not in chosen.kinds:
        return _("%(format)s 装不下题型“%(kind)s”。") % {"format": chosen.label, "kind": tables.KIND_NAMES[item.kind]}
    if item.images and not chosen.pictures:
        return _("%(format)s 装不下带图片的题。") % {"format": chosen.label}
    return ""


def _sieve(items: list[FoundItem], chosen: Format) -> list[FoundItem]:
    """The items that come back as they were, found by halving."""
    if _comes_back(items, chosen):
        return items
    if len(items) == 1:
        return []
    half = len(items) // 2
    return _sieve(items[:half], chosen) + _sieve(items[half:], chosen)


def _together(items: list[FoundItem], chosen: Format) -> list[FoundItem]:
    """Items that are well by halves may disturb each other where the halves meet: leave out those that do."""
    if _comes_back(items, chosen):
        return items
    kept: list[FoundItem] = []
    for item in items:
        if _comes_back([*kept[-2:], item], chosen):
            kept.append(item)
    while not _comes_back(kept, chosen):
        kept.pop()
    return kept


def bare(item: FoundItem, chosen: Format) -> FoundItem:
    """The item with only what the format carries: this is what comes back."""
    parts = tuple(_stripped(part, chosen.of_parts()) for part in item.parts)
    return replace(_stripped(item, chosen.carries), parts=parts)


def _stripped(item: FoundItem, carried: frozenset[str]) -> FoundItem:
    nothing: dict[str, Any] = {"points": 0, "articles": ()}
    return replace(item, **{name: nothing.get(name, "") for name in EXTRAS if name not in carried})


def essence(item: FoundItem) -> FoundItem:
    """An item without what differs between files that hold the same: its place, name, notes and the names of its pictures."""
    images = tuple(replace(image, name="") for image in item.images)
    parts = tuple(essence(part) for part in item.parts)
    return replace(item, place=0, name="", where="", notes=(), images=images, parts=parts)


def _comes_back(items: list[FoundItem], chosen: Format) -> bool:
    if not items:
        return True
    bared = [bare(item, chosen) for item in items]
    try:
        reading = chosen.read(chosen.write(bared))
    except (Unreadable, ValueError):
        return False
    return not reading.refused and [essence(item) for item in reading.accepted] == [essence(item) for item in bared]
