"""One page of own text objects: marked content for readers who cannot see, fonts cut to what is printed, everything in order."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

from certificates.rendering.typesetting import Face, Line

INK, SOFT = (0.114, 0.102, 0.086), (0.29, 0.267, 0.231)


@dataclass
class Part:
    """One element of the structure tree: its role, its pieces of marked content, and words for what is drawn."""

    role: str
    mcids: list[int] = field(default_factory=list)
    alt: str = ""


class Page:
    """Collects content in points from the lower left corner; ``finish`` writes it into a pikepdf page."""

    def __init__(self, height: float) -> None:
        self.height = height
        self.operators: list[str] = []
        self.parts: list[Part] = []
        self.used: dict[str, tuple[Face, dict[int, str]]] = {}
        self._marks = 0

    def artifact(self, operators: str) -> None:
        self.operators.append(f"/Artifact BMC {operators} EMC")

    def mark(self, part: Part, operators: str) -> None:
        part.mcids.append(self._marks)
        if part not in self.parts:
            self.parts.append(part)
        self.operators.append(f"/{part.role} <</MCID {self._marks}>> BDC {operators} EMC")
        self._marks += 1

    def text(self, part: Part, line: Line, x: float, y: float, colour: tuple[float, float, float] = INK) -> None:
        """``line`` with its base line ``y`` points below the top of the sheet."""
        red, green, blue = colour
        written = ["BT", f"{red:.3f} {green:.3f} {blue:.3f} rg", f"{line.extra:.3f} Tc"]
        written.append(f"1 0 0 1 {x:.3f} {self.height - y:.3f} Tm")
        for run in line.runs:
            _face, known = self.used.setdefault(run.face.weight, (run.face, {}))
            pieces, codes = [], ""
            for glyph in run.glyphs:
                known.setdefault(glyph.cid, glyph.text)
                codes += f"{glyph.cid:04x}"
                kern = run.face.width(glyph.cid) - glyph.advance
                if kern:
                    pieces.append(f"<{codes}>{kern}")
                    codes = ""
            if codes:
                pieces.append(f"<{codes}>")
            written += [f"/{run.face.weight.title()} {run.size:g} Tf", f"[{''.join(pieces)}] TJ"]
        self.mark(part, " ".join([*written, "ET"]))

    def finish(self, pdf: Any, page: Any) -> None:
        import pikepdf

        page.obj.Contents = _stream(pdf, "\n".join(self.operators).encode())
        page.obj.Resources.Font = pikepdf.Dictionary(
            {f"/{weight.title()}": _font(pdf, face, glyphs) for weight, (face, glyphs) in sorted(self.used.items())}
        )
        self._tag(pdf, page)

    def _tag(self, pdf: Any, page: Any) -> None:
        import pikepdf

        root = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot))
        document = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name.Document, P=root))
        by_mark: dict[int, Any] = {}
        children = []
        for part in self.parts:
            element = pikepdf.Dictionary(
                Type=pikepdf.Name.StructElem, S=pikepdf.Name("/" + part.role), P=document, Pg=page.obj, K=pikepdf.Array(part.mcids)
            )
            if part.alt:
                element.Alt = pikepdf.String(part.alt)
            made = pdf.make_indirect(element)
            children.append(made)
            by_mark |= dict.fromkeys(part.mcids, made)
        document.K = pikepdf.Array(children)
        root.K = document
        parents = pdf.make_indirect(pikepdf.Array([by_mark[i] for i in range(self._marks)]))
        root.ParentTree = pikepdf.Dictionary(Nums=pikepdf.Array([0, parents]))
        root.ParentTreeNextKey = 1
        page.obj.StructParents = 0
        page.obj.Tabs = pikepdf.Name.S
        pdf.Root.StructTreeRoot = root
        pdf.Root.MarkInfo = pikepdf.Dictionary(Marked=True)


def _stream(pdf: Any, body: bytes, **keys: Any) -> Any:
    import pikepdf

    made = pikepdf.Stream(pdf, zlib.compress(body, 9))
    made.Filter = pikepdf.Name.FlateDecode
    for key, value in keys.items():
        made[f"/{key}"] = value
    return made


def _font(pdf: Any, face: Face, glyphs: dict[int, str]) -> Any:
    """A Type 0 font of a CID-keyed subset: the code on the page is the glyph's identifier in the whole font."""
    import pikepdf

    ascent, descent, capitals = face.box()
    tag = "".join(chr(65 + (zlib.crc32(repr(sorted(glyphs)).encode()) >> (4 * i)) % 16) for i in range(6))
    name = pikepdf.Name(f"/{tag}+{face.name}")
    widths: Any = pikepdf.Array()
    for cid in sorted(glyphs):
        width = face.width(cid)
        if width != 1000:
            widths.extend([cid, pikepdf.Array([width])])
    descriptor = pikepdf.Dictionary(
        Type=pikepdf.Name.FontDescriptor,
        FontName=name,
        Flags=4,
        FontBBox=pikepdf.Array([-1000, -1000, 3000, 2000]),
        ItalicAngle=0,
        Ascent=ascent,
        Descent=descent,
        CapHeight=capitals,
        StemV=160 if face.weight == "bold" else 80,
        FontFile3=_stream(pdf, face.subset(glyphs), Subtype=pikepdf.Name.CIDFontType0C),
    )
    descendant = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.CIDFontType0,
        BaseFont=name,
        CIDSystemInfo=pikepdf.Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=1000,
        W=widths,
    )
    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type0,
            BaseFont=name,
            Encoding=pikepdf.Name("/Identity-H"),
            DescendantFonts=pikepdf.Array([pdf.make_indirect(descendant)]),
            ToUnicode=_stream(pdf, _unicodes(glyphs)),
        )
    )


def _unicodes(glyphs: dict[int, str]) -> bytes:
    pairs = [f"<{cid:04x}> <{text.encode('utf-16-be').hex()}>" for cid, text in sorted(glyphs.items())]
    chunks = [pairs[i : i + 100] for i in range(0, len(pairs), 100)]
    body = "\n".join(f"{len(chunk)} beginbfchar\n" + "\n".join(chunk) + "\nendbfchar" for chunk in chunks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) "
        "/Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <ffff>\n"
        f"endcodespacerange\n{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode()
