"""Styles of the answer: each cell's own style with our colour behind it, and the styles of the two added columns.

Cell styles are only ever added at the end of the list, so every number that stands in the workbook keeps its meaning.
"""

from __future__ import annotations

import re

_P = rb"(?:\w+:)?"
_XF = re.compile(rb"<" + _P + rb"xf\b[^>]*?/>|<" + _P + rb"xf\b[^>]*?[^/]>.*?</" + _P + rb"xf>", re.DOTALL)
_FILL = re.compile(rb"<" + _P + rb"fill\b[^>]*?/>|<" + _P + rb"fill\b[^>]*>.*?</" + _P + rb"fill>", re.DOTALL)
COLOUR = b"FFFFC9C4"  # of a faulty cell; no theme has it, so that it is known again when the workbook comes back
HINT_COLOUR = b"FFFFE9B8"  # of a cell to look at, which refuses nothing
HEAD_COLOUR = b"FFE2F0EF"


class Styles:
    """The content of the styles part, growing. Raises ``ValueError`` where it is not built as Excel and its kin build it."""

    SMALLEST = (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font><sz val="11"/>'
        b'<name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill>'
        b'<patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/>'
        b'</border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        b'<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs></styleSheet>'
    )

    def __init__(self, content: bytes) -> None:
        self.content = content
        found = re.search(rb"<(\w+:)?styleSheet\b", content)
        if found is None:
            raise ValueError("no style sheet")
        self.prefix = found[1] or b""
        self.formats = _XF.findall(self._section(b"cellXfs"))
        fills = _FILL.findall(self._section(b"fills"))
        if not self.formats or not fills:
            raise ValueError("no cell formats")
        self._fills = len(fills)
        self._known: dict[tuple[int, bytes], int] = {}
        ours = {place for place, fill in enumerate(fills) if COLOUR in fill or HINT_COLOUR in fill}
        self.coloured = {n for n, xf in enumerate(self.formats) if self._number(xf, b"fillId") in ours}
        self._fill_of: dict[bytes, int] = {}

    def marked(self, style: int, *, hint: bool = False) -> int:
        """The style with our colour behind it: of a fault, or of a hint."""
        return self._added(style, b"hint" if hint else b"faulty", self._fill(HINT_COLOUR if hint else COLOUR))

    def cleared(self, style: int) -> int:
        """A style of ours without its colour: the cell was put right."""
        return self._added(style, b"cleared", 0) if style in self.coloured else style

    def title(self) -> int:
        return self._added(0, b"title", self._fill(HEAD_COLOUR))

    def text(self, *, refused: bool) -> int:
        """Of the two columns: text, never wrapped (it would change the height of the user's rows), coloured where refused."""
        return self._added(0, b"refused" if refused else b"text", self._fill(COLOUR) if refused else 0)

    def _added(self, style: int, use: bytes, fill: int) -> int:
        key = (style, use)
        if key not in self._known:
            base = self.formats[style if style < len(self.formats) else 0]
            made = _with(base, b"fillId", str(fill).encode())
            made = _with(made, b"applyFill", b"1")
            if use in (b"title", b"text", b"refused"):
                p = self.prefix
                open_tag = re.sub(rb"/?>\s*$", b"", re.match(rb"<[^>]*>", made)[0])  # type: ignore[index]
                open_tag = _with(open_tag + b">", b"numFmtId", b"49")[:-1]
                made = open_tag + b"><" + p + b'alignment vertical="center"/></' + p + b"xf>"
                made = _with(made, b"applyAlignment", b"1")
            self.formats.append(made)
            self._append(b"cellXfs", made, len(self.formats))
            self._known[key] = len(self.formats) - 1
        return self._known[key]

    def _fill(self, colour: bytes) -> int:
        if colour not in self._fill_of:
            p = self.prefix
            made = b'<%bfill><%bpatternFill patternType="solid"><%bfgColor rgb="%b"/>' % (p, p, p, colour)
            made += b'<%bbgColor indexed="64"/></%bpatternFill></%bfill>' % (p, p, p)
            self._fills += 1
            self._append(b"fills", made, self._fills)
            self._fill_of[colour] = self._fills - 1
        return self._fill_of[colour]

    def _section(self, name: bytes) -> bytes:
        found = re.search(rb"<" + _P + name + rb"\b[^>]*>(.*?)</" + _P + name + rb">", self.content, re.DOTALL)
        return b"" if found is None else found[1]

    def _append(self, section: bytes, made: bytes, count: int) -> None:
        """Put an element at the end of a section and state the new count."""
        found = re.search(rb"<" + _P + section + rb"\b[^>]*>(?=.*?(</" + _P + section + rb">))", self.content, re.DOTALL)
        if found is None:
            raise ValueError(f"no {section.decode()}")
        tag = _with(found[0], b"count", str(count).encode())
        end = found.start(1)
        self.content = self.content[: found.start()] + tag + self.content[found.end() : end] + made + self.content[end:]

    @staticmethod
    def _number(xf: bytes, name: bytes) -> int:
        found = re.search(rb"\s" + name + rb'\s*=\s*["\'](\d+)', xf)
        return int(found[1]) if found else 0


def _with(element: bytes, name: bytes, content: bytes) -> bytes:
    """The element with an attribute set in its start tag."""
    end = element.index(b">")
    tag, rest = element[:end], element[end:]
    close = b"/" if tag.endswith(b"/") else b""
    tag = tag.removesuffix(b"/")
    made, count = re.subn(rb"(\s" + name + rb"\s*=\s*)(?:\"[^\"]*\"|'[^']*')", rb'\1"' + content + rb'"', tag, count=1)
    return (made if count else tag.rstrip() + b" " + name + b'="' + content + b'"') + close + rest
