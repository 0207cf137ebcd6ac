"""From one xlsx to another: which parts change and which are copied; content types and relationships of what is added."""

from __future__ import annotations

import posixpath
import re
import shutil
import zipfile
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from courses.roster.answer.notes import Notes
from courses.roster.answer.sheet import Marks, SheetEditor
from courses.roster.answer.styles import Styles
from courses.roster.hidden import attribute, sheet_parts
from lms.core.workbook_guard import STEP

_TYPES = "[Content_Types].xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_EMPTY_LINKS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)
_LINK = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"


class Unanswerable(Exception):
    """The package is built in a way that is not edited safely; the answer is given in a new workbook instead."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say: the sheet, its header row, the place (from 0) and titles of the two columns, results and cells by row."""

    sheet: str
    header_row: int  # 1-based
    place: int  # of the first of the two columns, 0-based
    titles: tuple[str, str]
    results: Mapping[int, tuple[str, str, bool]]  # row (1-based) → result, reason, refused
    cells: Mapping[tuple[int, int], str]  # (row 1-based, place 0-based) → what is wrong with it
    hints: Set[tuple[int, int]] = frozenset()  # of the cells, those to look at only
    noted: int = 2000  # at most so many comments: a workbook with more becomes slow in Excel


_WORKBOOK = re.compile(rb"<(?:\w+:)?Override\b[^>]*/xl/workbook\.xml[^>]*>")
_SUFFIXES = {b"sheet.macroEnabled.main+xml": ".xlsm", b"template.main+xml": ".xltx", b"template.macroEnabled.main+xml": ".xltm"}


def suffix_of(source: Path) -> str:
    """How the file has to be called: Excel does not open a workbook with macros, or a template, that is named ``.xlsx``."""
    with zipfile.ZipFile(source) as archive:
        found = _WORKBOOK.search(archive.read(_TYPES))
    kind = (attribute(found[0], b"ContentType") or b"") if found else b""
    return next((suffix for ending, suffix in _SUFFIXES.items() if kind.endswith(ending)), ".xlsx")


def answer(source: Path, target: Path, wanted: Answer) -> list[str]:
    """Write the answered workbook; returns the names of the parts that were changed or added."""
    try:
        return _answer(source, target, wanted)
    except (ValueError, KeyError, IndexError, SyntaxError) as error:
        raise Unanswerable(str(error)) from error


def _answer(source: Path, target: Path, wanted: Answer) -> list[str]:
    with zipfile.ZipFile(source) as archive:
        names = {entry.filename for entry in archive.infolist()}
        part = sheet_parts(archive).get(wanted.sheet)
        if part is None or part not in names:
            raise Unanswerable(wanted.sheet)
        changed = _changes(archive, names, part, wanted)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as out:
            for entry in archive.infolist():
                if entry.filename == part:
                    with archive.open(entry) as reader, out.open(_same(entry), "w", force_zip64=True) as writer:
                        changed.editor.run(reader, writer)
                elif entry.filename == changed.styles_name:
                    continue  # written last, when the rows have told which styles they need
                elif entry.filename in changed.parts:
                    out.writestr(_same(entry), changed.parts.pop(entry.filename))
                else:
                    with archive.open(entry) as reader, out.open(_same(entry), "w") as writer:
                        shutil.copyfileobj(reader, writer, STEP)
            for name, content in changed.parts.items():
                out.writestr(name, content)
            out.writestr(changed.styles_name, changed.styles.content)
        return [part, changed.styles_name, *changed.names]


@dataclass(slots=True)
class _Changes:
    editor: SheetEditor
    styles: Styles
    styles_name: str
    parts: dict[str, bytes]
    names: list[str]


def _changes(archive: zipfile.ZipFile, names: set[str], part: str, wanted: Answer) -> _Changes:
    parts: dict[str, bytes] = {}
    types = archive.read(_TYPES)
    folder, base = posixpath.split(part)
    links_name = f"{folder}/_rels/{base}.rels"
    links = archive.read(links_name) if links_name in names else _EMPTY_LINKS

    styles_name, types = _styles_part(archive, names, parts, types)
    styles = Styles(parts.pop(styles_name, b"") or archive.read(styles_name))

    notes_name, shapes_name = _linked(links, folder, "/comments"), None
    with archive.open(part) as handle:
        head = SheetEditor.survey(handle)
    if head.drawing:
        shapes_name = next((target for key, target in _links(links, folder) if key == head.drawing), None)
    marked = [(key, text) for key, text in sorted(wanted.cells.items())][: wanted.noted]
    old_notes = archive.read(notes_name) if notes_name in names else b""
    old_shapes = archive.read(shapes_name) if shapes_name in names else b""
    notes = Notes(old_notes, old_shapes)
    if marked or notes.has_ours:
        notes.settle(marked)
        if notes_name not in names:
            notes_name = _free(names, "xl/comments{}.xml")
            types = _override(types, notes_name, _COMMENTS_TYPE)
            links, _key = _link(links, f"{_OFFICE}/comments", notes_name)
        if shapes_name not in names:
            shapes_name = _free(names, "xl/drawings/vmlDrawing{}.vml")
            types = _default(types, "vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")
            links, head.drawing = _link(links, f"{_OFFICE}/vmlDrawing", shapes_name)
            head.adds_drawing = True
        assert notes_name is not None and shapes_name is not None
        parts[notes_name], parts[shapes_name], parts[links_name] = notes.comments, notes.shapes, links
    else:
        head.drawing = ""
    parts[_TYPES] = types
    marks = Marks(wanted.header_row, wanted.place, wanted.titles, wanted.results, set(wanted.cells), wanted.hints)
    editor = SheetEditor(head, styles, marks)
    unchanged = [name for name, content in parts.items() if name in names and archive.read(name) == content]
    for name in unchanged:
        del parts[name]
    return _Changes(editor, styles, styles_name, parts, list(parts))


def _styles_part(archive: zipfile.ZipFile, names: set[str], parts: dict[str, bytes], types: bytes) -> tuple[str, bytes]:
    """The part with the styles; a workbook without one gets the smallest there is."""
    links = archive.read("xl/_rels/workbook.xml.rels")
    found = _linked(links, "xl", "/styles")
    if found is not None and found in names:
        return found, types
    parts["xl/styles.xml"] = Styles.SMALLEST
    parts["xl/_rels/workbook.xml.rels"], _key = _link(links, f"{_OFFICE}/styles", "xl/styles.xml")
    return "xl/styles.xml", _override(types, "xl/styles.xml", _STYLES_TYPE)


def _same(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(entry.filename, entry.date_time)
    made.compress_type = zipfile.ZIP_DEFLATED if entry.compress_type == zipfile.ZIP_DEFLATED else zipfile.ZIP_STORED
    made.external_attr = entry.external_attr
    made._compresslevel = 4  # type: ignore[attr-defined]
    return made


def _links(links: bytes, folder: str) -> Sequence[tuple[str, str]]:
    found = []
    for tag in _LINK.findall(links):
        target = (attribute(tag, b"Target") or b"").decode()
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        found.append(((attribute(tag, b"Id") or b"").decode(), path))
    return found


def _linked(links: bytes, folder: str, ending: str) -> str | None:
    """The target of the relationship whose type ends so."""
    for tag in _LINK.findall(links):
        if (attribute(tag, b"Type") or b"").decode().endswith(ending):
            return _links(tag, folder)[0][1]
    return None


def _link(links: bytes, kind: str, target: str) -> tuple[bytes, str]:
    taken = {key for key, _path in _links(links, "")}
    key = next(f"rIdLms{n}" for n in range(1, 100) if f"rIdLms{n}" not in taken)
    tag = f'<Relationship Id="{key}" Type="{kind}" Target="/{target}"/>'.encode()
    if b"</Relationships>" in links:
        return links.replace(b"</Relationships>", tag + b"</Relationships>"), key
    whole = re.sub(rb"<Relationships\b([^>]*)/>\s*$", rb"<Relationships\1></Relationships>", links)
    if b"</Relationships>" not in whole:
        raise Unanswerable("relationships")
    return whole.replace(b"</Relationships>", tag + b"</Relationships>"), key


def _override(types: bytes, name: str, kind: str) -> bytes:
    return _into_types(types, f'<Override PartName="/{name}" ContentType="{kind}"/>')


def _default(types: bytes, ending: str, kind: str) -> bytes:
    if re.search(rb'Extension\s*=\s*"' + ending.encode() + rb'"', types, re.IGNORECASE):
        return types
    return _into_types(types, f'<Default Extension="{ending}" ContentType="{kind}"/>', first=True)


def _into_types(types: bytes, tag: str, *, first: bool = False) -> bytes:
    found = re.search(rb"<Types\b[^>]*?(/?)>", types)
    if found is None:
        raise Unanswerable("content types")
    if found[1]:
        opened = types[: found.end() - 2] + b"></Types>"
        return opened.replace(b"></Types>", b">" + tag.encode() + b"</Types>")
    if first:
        return types[: found.end()] + tag.encode() + types[found.end() :]
    return types.replace(b"</Types>", tag.encode() + b"</Types>")


def _free(names: set[str], pattern: str) -> str:
    return next(pattern.format(n) for n in range(1, 10_000) if pattern.format(n) not in names)
