"""The XML of the sheet that holds the roster, streamed: styles of faulty cells, two cells more in each answered row.

Rows that are not answered, and everything before and after the rows that needs no change, pass through as bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat
from xml.sax.saxutils import escape

from courses.roster.answer.styles import Styles, _with
from courses.roster.columns import letter_of, place_of
from courses.roster.hidden import attribute
from lms.core.workbook_guard import STEP

_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# what may only come after <legacyDrawing> in a worksheet (ECMA-376, CT_Worksheet)
_AFTER = frozenset(
    {
        "legacyDrawingHF",
        "drawingHF",
        "picture",
        "oleObjects",
        "controls",
        "webPublishItems",
        "tableParts",
        "extLst",
        "AlternateContent",
    }
)
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
WIDTHS = (12, 60)


@dataclass(slots=True)
class Head:
    """What a first reading of the sheet found. ``drawing``: the relationship of its comments' shapes, if any."""

    root: bytes
    prefix: bytes
    drawing: str = ""
    adds_drawing: bool = False
    column_styles: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Marks:
    header_row: int
    place: int
    titles: tuple[str, str]
    results: Mapping[int, tuple[str, str, bool]]
    cells: set[tuple[int, int]]
    hints: Set[tuple[int, int]] = frozenset()  # of the cells, those to look at only


class SheetEditor:
    """Copies one sheet from reader to writer with the marks in it."""

    def __init__(self, head: Head, styles: Styles, marks: Marks) -> None:
        self.head, self.styles, self.marks = head, styles, marks
        p = self.p = head.prefix
        self.row = re.compile(rb"<" + p + rb"row\b[^>]*?/>|<" + p + rb"row\b[^>]*>.*?</" + p + rb"row>", re.DOTALL)
        self.cell = re.compile(rb"<" + p + rb"c\b[^>]*?/>|<" + p + rb"c\b[^>]*>.*?</" + p + rb"c>", re.DOTALL)
        self.letters = tuple(letter_of(marks.place + n).encode() for n in (0, 1))
        self.faulty: dict[int, set[int]] = {}
        for row, place in marks.cells:
            self.faulty.setdefault(row, set()).add(place)
        self.before = frozenset(styles.coloured)  # cells that an earlier answer coloured
        self.title_style, self.plain_style = styles.title(), styles.text(refused=False)
        self.refused_style = styles.text(refused=True)
        self._cleared = {style: styles.cleared(style) for style in self.before}

    @staticmethod
    def survey(reader: IO[bytes]) -> Head:
        """Read the sheet once: its root element, its comments' drawing, the styles of its columns."""
        first = reader.read(STEP)
        root = re.search(rb"<(\w+:)?worksheet\b[^>]*>", first)
        if root is None or b"purl.oclc.org" in root[0]:
            raise ValueError("not a sheet that is edited")
        head = Head(root[0], root[1] or b"")
        p = head.prefix
        cols = re.search(rb"<" + p + rb"cols\b[^>]*>(.*?)</" + p + rb"cols>", first, re.DOTALL)
        for tag in re.findall(rb"<" + p + rb"col\b[^>]*>", cols[1]) if cols else ():
            style = int(attribute(tag, b"style") or 0)
            if style:
                for place in range(int(attribute(tag, b"min") or 1) - 1, min(int(attribute(tag, b"max") or 1), 200)):
                    head.column_styles[place] = style
        wanted = re.compile(rb"<" + p + rb"legacyDrawing\b[^>]*>")
        chunk = first
        while chunk:
            if b"<!" in chunk:  # character data sections and comments would need a parser
                raise ValueError("not a sheet that is edited")
            if found := wanted.search(chunk):
                key = re.search(rb'\s\w+:id\s*=\s*"([^"]*)"', found[0])
                head.drawing = key[1].decode() if key else ""
            step = reader.read(STEP)
            chunk = chunk[-512:] + step if step else b""
        return head

    def run(self, reader: IO[bytes], writer: IO[bytes]) -> None:
        begin = re.compile(rb"<" + self.p + rb"sheetData\b[^>]*?(/?)>")
        end = b"</" + self.p + b"sheetData>"
        buffer = reader.read(STEP)
        while (found := begin.search(buffer)) is None:
            step = reader.read(STEP)
            if not step:
                raise ValueError("no rows")
            buffer += step
        writer.write(self._opening(buffer[: found.start()]) + found[0])
        buffer = buffer[found.end() :]
        number = 0
        while not found[1]:
            at = 0
            parts = []
            for match in self.row.finditer(buffer):
                parts.append(buffer[at : match.start()])
                number, row = self._row(match[0], number)
                parts.append(row)
                at = match.end()
            writer.write(b"".join(parts))
            buffer = buffer[at:]
            if (stop := buffer.find(end)) >= 0:
                writer.write(buffer[:stop])
                buffer = buffer[stop:]
                break
            step = reader.read(STEP)
            if not step:
                raise ValueError("rows are not closed")
            buffer += step
        if not self.head.adds_drawing:
            while buffer:
                writer.write(buffer)
                buffer = reader.read(STEP)
            return
        writer.write(self._closing(buffer + reader.read()))

    # --- rows

    def _row(self, row: bytes, number: int) -> tuple[int, bytes]:
        tag = row[: row.index(b">") + 1]
        stated = attribute(tag, b"r")
        number = int(stated) if stated else number + 1
        result, faulty = self.marks.results.get(number), self.faulty.get(number)
        if number == self.marks.header_row:
            result = (*self.marks.titles, False)
        if result is None and faulty is None:
            return number, row
        if tag.endswith(b"/>"):
            row = tag[:-2].rstrip() + b"></" + self.p + b"row>"
            tag = row[: row.index(b">") + 1]
        body = row[len(tag) : row.rindex(b"</")]
        closing = row[len(tag) + len(body) :]
        last = self._last_place(body)
        if faulty or self.before or last is None or last >= self.marks.place:
            body = self._rebuilt(body, number, tag, faulty or set(), result)
        elif result is not None:
            body += self._answers(number, result)
        spans = attribute(tag, b"spans")
        if spans is not None and b":" in spans:
            low, high = spans.split(b" ")[0].split(b":")
            if int(high) < self.marks.place + 2 and b" " not in spans:
                tag = _with(tag, b"spans", low + b":" + str(self.marks.place + 2).encode())
        return number, tag + body + closing

    def _last_place(self, body: bytes) -> int | None:
        """Place of the last cell (-1 without any); None where cells do not say where they stand."""
        at = body.rfind(b"<" + self.p + b"c ")
        if at < 0:
            return -1 if b"<" + self.p + b"c" not in body else None
        return _place(body[at : body.index(b">", at) + 1])

    def _answers(self, number: int, result: tuple[str, str, bool]) -> bytes:
        is_title = number == self.marks.header_row
        style = self.title_style if is_title else self.refused_style if result[2] else self.plain_style
        return b"".join(
            self._text_cell(letters, number, style, text) for letters, text in zip(self.letters, result[:2], strict=True)
        )

    def _text_cell(self, letters: bytes, number: int, style: int, text: str) -> bytes:
        p = self.p
        if not text:
            return b'<%bc r="%b%d" s="%d"/>' % (p, letters, number, style)
        said = escape(_NOT_XML.sub("", text)).encode()
        start = b'<%bc r="%b%d" s="%d" t="inlineStr"><%bis>' % (p, letters, number, style, p)
        return start + b'<%bt xml:space="preserve">%b</%bt></%bis></%bc>' % (p, said, p, p, p)

    def _rebuilt(self, body: bytes, number: int, tag: bytes, faulty: set[int], result: tuple[str, str, bool] | None) -> bytes:
        cells: list[tuple[int, bytes]] = []
        place = -1
        ours = {self.marks.place, self.marks.place + 1} if result is not None else set()
        for cell in self.cell.findall(body):
            stated = _place(cell)
            place = place + 1 if stated is None else stated
            if place in ours:
                continue
            style = int(attribute(cell[: cell.index(b">") + 1], b"s") or 0)
            if place in faulty:
                cell = _with(cell, b"s", str(self._marked(style, number, place)).encode())
            elif style in self._cleared and number != self.marks.header_row:
                cell = _with(cell, b"s", str(self._cleared[style]).encode())
            cells.append((place, cell))
        present = {place for place, _cell in cells}
        row_style = int(attribute(tag, b"s") or 0) if attribute(tag, b"customFormat") in (b"1", b"true") else None
        for missing in sorted(faulty - present):
            style = self.head.column_styles.get(missing, 0) if row_style is None else row_style
            ref = f"{letter_of(missing)}{number}".encode()
            cells.append((missing, b'<%bc r="%b" s="%d"/>' % (self.p, ref, self._marked(style, number, missing))))
        if result is not None:
            cells.append((self.marks.place, self._answers(number, result)))
        return b"".join(cell for _place_, cell in sorted(cells, key=lambda item: item[0]))

    def _marked(self, style: int, number: int, place: int) -> int:
        return self.styles.marked(style, hint=(number, place) in self.marks.hints)

    # --- before and after the rows

    def _opening(self, opening: bytes) -> bytes:
        """Up to the rows: the stated size and the widths of the two columns."""
        p, first = self.p, self.marks.place + 1
        size = re.search(rb"<" + p + rb"dimension\b[^>]*>", opening)
        if size is not None:
            ref = (attribute(size[0], b"ref") or b"").decode()
            corner = re.fullmatch(r"([A-Z]+\d+)(?::([A-Z]+)(\d+))?", ref)
            if corner is not None:
                top = re.fullmatch(r"([A-Z]+)(\d+)", corner[1])
                letters, row = corner[2] or top[1], corner[3] or top[2]  # type: ignore[index]
                end = max(place_of(letters) + 1, self.marks.place + 2)
                made = _with(size[0], b"ref", f"{corner[1]}:{letter_of(end - 1)}{row}".encode())
                opening = opening.replace(size[0], made, 1)
        own = b"".join(
            b'<%bcol min="%d" max="%d" width="%d" customWidth="1"/>' % (p, first + n, first + n, width)
            for n, width in enumerate(WIDTHS)
        )
        cols = re.search(rb"(<" + p + rb"cols\b[^>]*>)(.*?)(</" + p + rb"cols>)", opening, re.DOTALL)
        if cols is None:
            return opening + b"<%bcols>%b</%bcols>" % (p, own, p)
        kept: list[tuple[int, bytes]] = [(first, own)]
        for tag in re.findall(rb"<" + p + rb"col\b[^>]*/>", cols[2]):
            low, high = int(attribute(tag, b"min") or 1), int(attribute(tag, b"max") or 1)
            for start, stop in ((low, min(high, first - 1)), (max(low, first + 2), high)):
                if start <= stop:
                    cut = _with(_with(tag, b"min", str(start).encode()), b"max", str(stop).encode())
                    kept.append((start, tag if (start, stop) == (low, high) else cut))
        inside = b"".join(tag for _start, tag in sorted(kept))
        return opening[: cols.start(2)] + inside + opening[cols.end(2) :]

    def _closing(self, tail: bytes) -> bytes:
        """From the end of the rows on, with the link to the comments' shapes in its place."""
        p = self.p
        lead = self.head.root + b"<" + p + b"sheetData>"
        found: list[int] = []
        depth = 0
        parser = expat.ParserCreate()

        def start(name: str, _attributes: object) -> None:
            nonlocal depth
            if depth == 1 and not found and name.rpartition(":")[2] in _AFTER:
                found.append(parser.CurrentByteIndex)
            depth += 1

        def end(_name: str) -> None:
            nonlocal depth
            depth -= 1
            if depth == 0 and not found:
                found.append(parser.CurrentByteIndex)

        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.Parse(lead + tail, True)
        at = found[0] - len(lead)
        link = b'<%blegacyDrawing xmlns:r="%b" r:id="%b"/>' % (p, _RELATIONSHIPS.encode(), self.head.drawing.encode())
        return tail[:at] + link + tail[at:]


def _place(cell: bytes) -> int | None:
    """0-based place of a cell by its reference; None when it has none."""
    found = re.match(rb'<[^>]*?\sr\s*=\s*["\']([A-Z]+)\d+', cell)
    return None if found is None else place_of(found[1].decode())
