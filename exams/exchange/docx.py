"""Word documents (.docx) as the lines of a question sheet: automatic numbers written out, tables, text boxes and pictures in place.

Word keeps the numbers 1. and A. of its lists in numbering.xml and not in the text; ``word_numbers`` counts them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from exams.exchange import pictures
from exams.exchange.plain import read_lines
from exams.exchange.reading import PICTURE, FoundItem, Picture, Reading, Unreadable, clean, reworded
from exams.exchange.word_numbers import Numbers
from exams.exchange.xmlparts import Node, parts
from exams.exchange.zips import Archive

MOST_XML = 64 * 1024 * 1024
_MARK = re.compile("\ue010(\\d+)\ue011")
_SYMBOLS = {"F0FC": "√", "F0FB": "×", "F0D6": "√", "F052": "√", "F051": "×", "F0FE": "√"}
_PASSED = {"del", "moveFrom", "instrText", "delText", "Fallback", "rPr", "pPr", "tblPr", "tcPr", "trPr", "sectPr", "comment"}


@dataclass(slots=True)
class _Sheet:
    """What is gathered of a document: lines with the number of their paragraph, and where its pictures lie."""

    archive: Archive
    targets: dict[str, str]
    numbers: Numbers
    lines: list[tuple[int, str]] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    paragraph: int = 0
    notes: set[str] = field(default_factory=set)


def read_docx(raw: bytes) -> Reading:
    archive = Archive(raw)
    if any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in archive.names):
        raise Unreadable(_("文档带有宏，不读取。请另存为不带宏的 .docx。"))
    if "word/document.xml" not in archive:
        raise Unreadable(_("这不是 Word 文档（.docx）。"))
    sheet = _Sheet(archive, _targets(archive), Numbers(_part(archive, "word/numbering.xml"), _part(archive, "word/styles.xml")))
    for node in parts(archive.read("word/document.xml", MOST_XML), "p", "tbl"):
        _block(node, sheet)
    reading = read_lines(sheet.lines, unit="paragraph")
    return _with_pictures(reading, sheet)


def _part(archive: Archive, name: str) -> bytes:
    return archive.read(name, MOST_XML) if name in archive else b""


def _targets(archive: Archive) -> dict[str, str]:
    """The document's relations to files within the archive; what lies outside is none."""
    found: dict[str, str] = {}
    rels = _part(archive, "word/_rels/document.xml.rels")
    for node in parts(rels, "Relationship") if rels else ():
        target = node.attrs.get("Target", "")
        if node.attrs.get("TargetMode", "").lower() != "external":
            found[node.attrs.get("Id", "")] = posixpath.normpath(posixpath.join("word", target)).lstrip("/")
    return found


def _block(node: Node, sheet: _Sheet) -> None:
    if node.tag == "p":
        _paragraph(node, sheet)
    else:
        _table(node, sheet)


def _paragraph(node: Node, sheet: _Sheet) -> None:
    sheet.paragraph += 1
    boxes: list[Node] = []
    text = clean("".join(_run_texts(node, sheet, boxes)))
    label = sheet.numbers.label_of(node)
    if label and text.strip():
        text = f"{label} {text.lstrip()}"
    sheet.lines += [(sheet.paragraph, line) for line in text.split("\n")]
    for box in boxes:
        for inner in _blocks_of(box):
            _block(inner, sheet)


def _blocks_of(node: Node) -> Iterator[Node]:
    """Paragraphs and tables below a node, the outermost of each."""
    for kid in node.kids:
        if kid.tag in {"p", "tbl"}:
            yield kid
        elif kid.tag not in _PASSED:
            yield from _blocks_of(kid)


def _run_texts(node: Node, sheet: _Sheet, boxes: list[Node]) -> Iterator[str]:
    underlined = node.tag == "r" and _is_underlined(node)
    for held in node.held:
        if isinstance(held, str) or held.tag in _PASSED:
            continue
        if held.tag == "t":
            text = held.text
            yield "_" * max(4, len(text)) if underlined and not text.strip() else text
        elif held.tag in {"tab", "ptab"}:
            yield "____" if underlined else " "
        elif held.tag in {"br", "cr"}:
            yield "\n"
        elif held.tag == "noBreakHyphen":
            yield "-"
        elif held.tag == "sym":
            yield _SYMBOLS.get(held.attrs.get("char", "").upper(), "□")
        elif held.tag == "txbxContent":
            boxes.append(held)
        elif held.tag == "blip":
            yield _picture(held.attrs.get("embed", ""), sheet)
        elif held.tag == "imagedata":
            yield _picture(held.attrs.get("id", ""), sheet)
        elif held.tag in {"oMath", "oMathPara"}:
            yield "".join(inner.text for inner in held.walk() if inner.tag == "t")
        elif held.tag == "p" and node.tag != "txbxContent":
            continue
        else:
            yield from _run_texts(held, sheet, boxes)


def _is_underlined(run: Node) -> bool:
    properties = run.kid("rPr")
    line = properties.kid("u") if properties is not None else None
    return line is not None and line.attrs.get("val", "single") != "none"


def _picture(relation: str, sheet: _Sheet) -> str:
    sheet.images.append(sheet.targets.get(relation, ""))
    return f"\ue010{len(sheet.images) - 1}\ue011"


def _table(node: Node, sheet: _Sheet) -> None:
    """A table of numbers above answers becomes a list of answers; any other is read row by row, its cells side by side."""
    rows = [[_cell_lines(cell, sheet) for cell in row.each("tc")] for row in _rows(node)]
    place = sheet.paragraph
    heads = [[" ".join(lines).strip() for lines in row] for row in rows]
    index = 0
    while index < len(rows):
        first, second = heads[index], heads[index + 1] if index + 1 < len(heads) else []
        if first and re.match(r"^题\s*号|^序\s*号", first[0]) and second and re.match(r"^(?:参考)?答\s*案", second[0]):
            pairs = [f"{n}.{key}" for n, key in zip(first[1:], second[1:], strict=False) if n and key]
            sheet.lines += [(place, "参考答案"), (place, " ".join(pairs))] if not _listed(sheet) else [(place, " ".join(pairs))]
            index += 2
            continue
        row = rows[index]
        if all(len(lines) <= 1 for lines in row):
            sheet.lines.append((place, "  ".join(text for text in first if text)))
        else:
            sheet.lines += [(place, line) for lines in row for line in lines]
        index += 1


def _listed(sheet: _Sheet) -> bool:
    last = next((line for _place, line in reversed(sheet.lines) if line.strip()), "")
    return bool(re.match(r"^\s*[【\[]?参?考?答案|^\d+\.[A-J]", last))


def _rows(table: Node) -> Iterator[Node]:
    for kid in table.kids:
        if kid.tag == "tr":
            yield kid
        elif kid.tag in {"sdt", "sdtContent", "ins"}:
            yield from _rows(kid)


def _cell_lines(cell: Node, sheet: _Sheet) -> list[str]:
    before = len(sheet.lines)
    for inner in _blocks_of(cell):
        _block(inner, sheet)
    made = [line for _place, line in sheet.lines[before:] if line.strip()]
    del sheet.lines[before:]
    return made


# --- pictures ----------------------------------------------------------------------------------------------------------


def _with_pictures(reading: Reading, sheet: _Sheet) -> Reading:
    """The same reading with each item's pictures in it; an item whose picture cannot be kept is refused."""
    made = Reading(unit=reading.unit, skipped=[(place, _MARK.sub("", text)) for place, text in reading.skipped])
    for refusal in reading.refused:
        made.refused.append(replace(refusal, excerpt=_MARK.sub("", refusal.excerpt)))
    kept: dict[str, Picture] = {}
    for item in reading.accepted:
        try:
            made.take(_numbered(item, sheet, kept))
        except pictures.Unusable as error:
            made.refuse(item.place, str(error), _MARK.sub("", item.stem))
    made.refused.sort(key=lambda refusal: refusal.place)
    return made


def _numbered(item: FoundItem, sheet: _Sheet, kept: dict[str, Picture]) -> FoundItem:
    order: dict[int, int] = {}

    def mark(found: re.Match[str]) -> str:
        return PICTURE % order.setdefault(int(found[1]), len(order) + 1)

    def words(text: str) -> str:
        return _MARK.sub(mark, text)

    made = reworded(item, words)
    return replace(made, images=tuple(_load(sheet.images[index], sheet, kept) for index in order))


def _load(name: str, sheet: _Sheet, kept: dict[str, Picture]) -> Picture:
    if name not in sheet.archive:
        raise pictures.Unusable(_("题中的图片不在文档里（可能是外部链接）。"))
    if name not in kept:
        kept[name] = pictures.take(sheet.archive.read(name, pictures.MOST_BYTES + 1), name)
    return kept[name]
