"""Type: shaping by HarfBuzz, lines by the rules of Chinese setting, and the subset of a font that one certificate needs.

Noto's CJK faces are CID-keyed, and a subset keeps the character identifiers of the whole font; so a glyph's number in the
whole font is also its code on the page, and text is shaped once, before anything is subset.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from certificates.fonts import SERIF, face

# Never at the start of a line, never at its end (GB/T 15834: marks stay with what they belong to).
NOT_FIRST = set("，。、；：！？）》〉」』】”’％%·～—…")
NOT_LAST = set("（《〈「『【“‘")
_DROPPED = ("GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "name", "OS/2", "post", "STAT")
# GB 2312 and what stands beside it on a certificate; anything else is found in the whole font
_COMMON = frozenset(range(0x20, 0x7F)) | frozenset(
    ord(bytes([row, cell]).decode("gb2312", "ignore") or " ") for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF)
)


def _wanted(hb: Any, *, keep_cmap: bool) -> Any:
    wanted = hb.SubsetInput()
    wanted.flags = hb.SubsetFlags.DESUBROUTINIZE | hb.SubsetFlags.NO_LAYOUT_CLOSURE | hb.SubsetFlags.NO_HINTING
    dropped = _DROPPED if keep_cmap else (*_DROPPED, "cmap")
    wanted.drop_table_tag_set.update([int.from_bytes(tag.encode(), "big") for tag in dropped])
    return wanted


@dataclass(frozen=True, slots=True)
class Glyph:
    cid: int
    advance: int  # thousandths of an em
    text: str  # what it stands for


@dataclass(frozen=True, slots=True)
class Run:
    """Glyphs in one face and size; ``width`` in points."""

    face: Face
    size: float
    glyphs: tuple[Glyph, ...]

    @property
    def width(self) -> float:
        return sum(g.advance for g in self.glyphs) * self.size / 1000

    @property
    def text(self) -> str:
        return "".join(g.text for g in self.glyphs)


class Face:
    """One face, opened once a process. Not written to after that, so threads may share it.

    Beside the whole font stands a cut of it with the common characters, from which a certificate's subset is taken ten times
    as fast; a text with any other character is shaped and subset from the whole font, with the same codes.
    """

    def __init__(self, weight: str) -> None:
        import uharfbuzz as hb

        found = face(SERIF, weight)
        self.weight = weight
        self.name = f"NotoSerifCJKsc-{weight.title()}"
        self._face = hb.Face(hb.Blob.from_file_path(str(found.path)), found.index)
        self._font = hb.Font(self._face)
        self.units = self._face.upem
        wanted = _wanted(hb, keep_cmap=True)
        wanted.unicode_set.update(sorted(_COMMON))
        plan = hb.SubsetPlan(self._face, wanted)
        self._common_face = hb.Face(plan.execute().blob)
        self._common_font = hb.Font(self._common_face)
        self._cid_of = dict(plan.new_to_old_glyph_mapping)
        self._common_of = dict(plan.old_to_new_glyph_mapping)

    def run(self, text: str, size: float) -> Run:
        """``text`` shaped; a variation selector stays with the character before it."""
        import uharfbuzz as hb

        common = _COMMON.issuperset(map(ord, text))
        buffer = hb.Buffer()
        buffer.add_codepoints([ord(c) for c in text])
        buffer.direction, buffer.script, buffer.language = "ltr", "Hani", "zh-Hans"
        hb.shape(self._common_font if common else self._font, buffer)
        infos, places = buffer.glyph_infos, buffer.glyph_positions
        glyphs = []
        for index, (info, place) in enumerate(zip(infos, places, strict=True)):
            end = infos[index + 1].cluster if index + 1 < len(infos) else len(text)
            cid = self._cid_of[info.codepoint] if common else info.codepoint
            glyphs.append(Glyph(cid, round(place.x_advance * 1000 / self.units), text[info.cluster : end]))
        return Run(self, size, tuple(glyphs))

    def width(self, cid: int) -> int:
        """The glyph's own advance in thousandths of an em, before any kerning."""
        return round(self._font.get_glyph_h_advance(cid) * 1000 / self.units)

    def box(self) -> tuple[int, int, int]:
        """Ascent, descent and height of capitals in thousandths of an em, as the font states them."""
        extents = self._font.get_font_extents("ltr")
        return round(extents.ascender * 1000 / self.units), round(extents.descender * 1000 / self.units), 733

    def subset(self, cids: Iterable[int]) -> bytes:
        """The CFF table with these glyphs alone, without hints and subroutines: small, and every reader draws it."""
        import uharfbuzz as hb

        asked = sorted(set(cids))
        common = all(cid in self._common_of for cid in asked)
        wanted = _wanted(hb, keep_cmap=False)
        wanted.glyph_set.update([self._common_of[cid] for cid in asked] if common else asked)
        return bytes(hb.subset(self._common_face if common else self._face, wanted).reference_table("CFF ").data)

    def outline(self, character: str) -> tuple[str, int]:
        """A glyph as SVG path data in font units (y upward) and its advance: for drawings that need no text."""
        import uharfbuzz as hb

        buffer = hb.Buffer()
        buffer.add_codepoints([ord(character)])
        buffer.guess_segment_properties()
        hb.shape(self._font, buffer)
        parts: list[str] = []
        pen: Any = hb.DrawFuncs()
        pen.set_move_to_func(lambda x, y, out: out.append(f"M{x:g} {y:g}"))
        pen.set_line_to_func(lambda x, y, out: out.append(f"L{x:g} {y:g}"))
        pen.set_quadratic_to_func(lambda a, b, x, y, out: out.append(f"Q{a:g} {b:g} {x:g} {y:g}"))
        pen.set_cubic_to_func(lambda a, b, c, d, x, y, out: out.append(f"C{a:g} {b:g} {c:g} {d:g} {x:g} {y:g}"))
        pen.set_close_path_func(lambda out: out.append("Z"))
        self._font.draw_glyph(buffer.glyph_infos[0].codepoint, pen, parts)
        return "".join(parts), buffer.glyph_positions[0].x_advance


@cache
def the_face(weight: str = "regular") -> Face:
    return Face(weight)


@dataclass(slots=True)
class Line:
    """Runs beside each other, and the extra space after each glyph that justifies them (points)."""

    runs: list[Run] = field(default_factory=list)
    extra: float = 0.0

    @property
    def width(self) -> float:
        count = sum(len(run.glyphs) for run in self.runs)
        return sum(run.width for run in self.runs) + self.extra * max(count - 1, 0)


def _pieces(text: str) -> list[str]:
    """What a line may be broken between: words and figures whole, marks with what they belong to."""
    pieces: list[str] = []
    for index, character in enumerate(text):
        before = text[index - 1] if index else ""
        latin = character.isascii() and not character.isspace() and before.isascii() and not before.isspace()
        if pieces and (latin or character in NOT_FIRST or before in NOT_LAST):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def paragraph(
    text: str, size: float, width: float, *, weight: str = "regular", indent: float = 0.0, justify: bool = True
) -> list[Line]:
    """``text`` set in lines of at most ``width`` points, the first ``indent`` points shorter; all but the last justified."""
    kind = the_face(weight)
    lines: list[Line] = []
    current, used = "", indent
    for piece in _pieces(text):
        wide = kind.run(piece, size).width
        if current and used + wide > width + 0.01:
            lines.append(_set(kind, current, size, width - (indent if not lines else 0), justify))
            current, used = "", 0.0
        current += piece
        used += wide
    lines.append(_set(kind, current, size, 0, False))
    return lines


def _set(kind: Face, text: str, size: float, width: float, justify: bool) -> Line:
    run = kind.run(text.rstrip(), size)
    gaps = max(len(run.glyphs) - 1, 1)
    return Line([run], extra=max(0.0, min((width - run.width) / gaps, size * 0.35)) if justify else 0.0)


def fitted(text: str, sizes: Sequence[float], width: float, most: int, **how: Any) -> tuple[float, list[Line]]:
    """``text`` in the largest of ``sizes`` in which it needs at most ``most`` lines; in the smallest, however many."""
    for size in sizes:
        indent = how.get("indent_em", 0) * size
        rest = {k: v for k, v in how.items() if k != "indent_em"}
        lines = paragraph(text, size, width, indent=indent, **rest)
        if len(lines) <= most:
            return size, lines
    return size, lines
