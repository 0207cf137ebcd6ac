"""Comments and the shapes that show them: ours added, those of an earlier answer taken away, the user's own left as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape

from courses.roster.columns import letter_of

AUTHOR = "名册核对"
MARK = "【名册核对】"
_P = rb"(?:\w+:)?"
# said on each element of ours, since other programs bind other prefixes
_SPACES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_NEW = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><authors></authors><commentList></commentList>'
    b"</comments>"
)
_NEW_SHAPES = b"<xml " + _SPACES.encode() + b'><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
_SHAPE_TYPE = (
    b"<v:shapetype " + _SPACES.encode() + b' id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    b'<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_COMMENT = re.compile(rb"<" + _P + rb"comment\b[^>]*>.*?</" + _P + rb"comment>", re.DOTALL)
_AUTHOR = re.compile(rb"<" + _P + rb"author\s*>(.*?)</" + _P + rb"author>|<" + _P + rb"author\s*/>", re.DOTALL)
_RUN = re.compile(rb"<" + _P + rb"r\b[^>]*>(?:(?!</" + _P + rb"r>).)*?</" + _P + rb"r>", re.DOTALL)
_SHAPE = re.compile(rb"<(?P<p>\w+:)shape\b.*?</(?P=p)shape>", re.DOTALL)


class Notes:
    """The comments part and the shapes part of one sheet; empty bytes where there is none yet."""

    def __init__(self, comments: bytes, shapes: bytes) -> None:
        self.comments, self.shapes = comments or _NEW, shapes or _NEW_SHAPES
        self.has_ours = AUTHOR.encode() in self.comments or MARK.encode() in self.comments

    def settle(self, marked: Sequence[tuple[tuple[int, int], str]]) -> None:
        """Say exactly this: (row from 1, place from 0) → text."""
        if self.has_ours:
            self._forget()
        if not marked:
            return
        p = (re.search(rb"<(\w+:)?comments\b", self.comments) or [b"", b""])[1] or b""
        kept = {self._ref(found): found for found in _COMMENT.findall(self.comments)}
        author = len(_AUTHOR.findall(self.comments))
        made, appended, placed = [], {}, []
        for (row, place), text in marked:
            ref = f"{letter_of(place)}{row}"
            if ref in kept:
                appended[kept[ref]] = self._with_run(kept[ref], f"\n{MARK}{text}", p)
            else:
                made.append(self._comment(ref, author, text, p))
                placed.append((row, place))
        content = self.comments
        for old, new in appended.items():
            content = content.replace(old, new)
        content = re.sub(rb"<" + _P + rb"(authors|commentList)\b([^>]*)/>", rb"<" + p + rb"\1\2></" + p + rb"\1>", content)
        own = b"<" + p + b"author>" + AUTHOR.encode() + b"</" + p + b"author>"
        content = content.replace(b"</" + p + b"authors>", own + b"</" + p + b"authors>", 1)
        self.comments = content.replace(b"</" + p + b"commentList>", b"".join(made) + b"</" + p + b"commentList>", 1)
        self._draw(placed)

    def _forget(self) -> None:
        """Take away what an earlier answer said: comments of ours with their shapes, and our words in others' comments."""
        authors = [(found or b"").decode(errors="replace") for found in _AUTHOR.findall(self.comments)]
        ours = {str(place).encode() for place, author in enumerate(authors) if author == AUTHOR}
        gone = set()
        for found in _COMMENT.findall(self.comments):
            number = re.search(rb'\sauthorId\s*=\s*"(\d+)"', found)
            if number is not None and number[1] in ours:
                self.comments = self.comments.replace(found, b"", 1)
                gone.add(self._ref(found))
            elif MARK.encode() in found:
                runs = [run for run in _RUN.findall(found) if MARK.encode() in run]
                bare = found
                for run in runs:
                    bare = bare.replace(run, b"")
                self.comments = self.comments.replace(found, bare, 1)
        for found in [match[0] for match in _SHAPE.finditer(self.shapes)]:
            row, column = re.search(rb":Row>\s*(\d+)", found), re.search(rb":Column>\s*(\d+)", found)
            if row is not None and column is not None and f"{letter_of(int(column[1]))}{int(row[1]) + 1}" in gone:
                self.shapes = self.shapes.replace(found, b"", 1)

    def _draw(self, placed: Sequence[tuple[int, int]]) -> None:
        used = [int(n) for n in re.findall(rb'id="_x0000_s(\d+)"', self.shapes)]
        first = max([1024, *used]) + 1
        made = [] if b"_x0000_t202" in self.shapes else [_SHAPE_TYPE]
        for number, (row, place) in enumerate(placed, start=first):
            anchor = f"{place + 1}, 12, {max(0, row - 2)}, 8, {place + 4}, 20, {row + 3}, 4"
            shape = (
                f'<v:shape {_SPACES} id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;'
                f'margin-left:80pt;margin-top:5pt;width:180pt;height:70pt;z-index:1;visibility:hidden" '
                'fillcolor="#ffffe1" o:insetmode="auto">'
                '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
                '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
                f'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
                f"<x:AutoFill>False</x:AutoFill><x:Row>{row - 1}</x:Row><x:Column>{place}</x:Column></x:ClientData>"
                "</v:shape>"
            )
            made.append(shape.encode())
        if b"</xml>" not in self.shapes:
            raise ValueError("shapes are not closed")
        self.shapes = self.shapes.replace(b"</xml>", b"".join(made) + b"</xml>", 1)

    @staticmethod
    def _ref(comment: bytes) -> str:
        found = re.search(rb'\sref\s*=\s*"([A-Z]+\d+)"', comment)
        return found[1].decode() if found else ""

    @staticmethod
    def _comment(ref: str, author: int, text: str, p: bytes) -> bytes:
        body = _text(text, p)
        return b'<%bcomment ref="%b" authorId="%d"><%btext><%br>%b</%br></%btext></%bcomment>' % (
            p, ref.encode(), author, p, p, body, p, p, p,
        )  # fmt: skip

    @staticmethod
    def _with_run(comment: bytes, text: str, p: bytes) -> bytes:
        run = b"<%br>%b</%br>" % (p, _text(text, p), p)
        plain = re.search(rb"<" + _P + rb"text\b[^>]*>\s*(<" + _P + rb"t\b[^>]*>.*?</" + _P + rb"t>)", comment, re.DOTALL)
        if plain is not None:  # a text without runs becomes the first run
            whole = b"<%br>" % p + plain[1] + b"</%br>" % p
            comment = comment[: plain.start(1)] + whole + comment[plain.end(1) :]
        end = b"</" + p + b"text>"
        return comment.replace(end, run + end, 1)


def _text(text: str, p: bytes) -> bytes:
    return b'<%bt xml:space="preserve">%b</%bt>' % (p, escape(text).encode(), p)
