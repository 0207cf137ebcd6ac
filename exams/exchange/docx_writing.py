"""Items as a Word document: a question sheet with headings and pictures, which ``docx`` reads back as the same items."""

from __future__ import annotations

import io
import re
import zipfile
from xml.sax.saxutils import escape

from exams.exchange import plain_writing, word_names
from exams.exchange.pictures import ENDINGS
from exams.exchange.reading import FoundItem, Picture, reworded

_WIDEST = 480


def write_docx(items: list[FoundItem]) -> bytes:
    pictures: list[Picture] = []
    paragraphs: list[str] = []
    sheet: list[FoundItem] = []
    for item in items:  # each item's ［图1］ becomes the document's own n-th picture
        first = len(pictures)
        pictures += item.images
        sheet.append(_shifted(item, first))
    for line in plain_writing.lines_of(sheet):
        paragraphs.append(_paragraph(line, pictures, heading=bool(re.match(r"^[一二三四五六七八九十]+、", line))))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _package(paragraphs, pictures).items():
            entry = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


def _shifted(item: FoundItem, first: int) -> FoundItem:
    return (
        reworded(item, lambda text: re.sub(r"［图(\d{1,3})］", lambda m: f"\ue010{first + int(m[1])}\ue011", text))
        if item.images
        else item
    )


def _paragraph(line: str, pictures: list[Picture], *, heading: bool) -> str:
    runs = []
    bold = "<w:rPr><w:b/></w:rPr>" if heading else ""
    for part in re.split(r"(\ue010\d+\ue011|\n)", line):
        if part == "\n":
            runs.append("<w:r><w:br/></w:r>")
        elif part.startswith("\ue010"):
            runs.append(f"<w:r>{_drawing(int(part[1:-1]), pictures)}</w:r>")
        elif part:
            runs.append(f'<w:r>{bold}<w:t xml:space="preserve">{escape(part)}</w:t></w:r>')
    return f"<w:p>{''.join(runs)}</w:p>"


def _drawing(number: int, pictures: list[Picture]) -> str:
    from PIL import Image

    with Image.open(io.BytesIO(pictures[number - 1].content)) as image:
        width, height = image.size
    shrink = min(1.0, _WIDEST / max(width, 1))
    wide, high = int(width * shrink * word_names.EMU), int(height * shrink * word_names.EMU)
    blip = f'<pic:blipFill><a:blip r:embed="rIdP{number}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
    size = f'<a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/>'
    shape = f'<pic:spPr><a:xfrm>{size}</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
    names = f'<pic:nvPicPr><pic:cNvPr id="{number}" name="{number}"/><pic:cNvPicPr/></pic:nvPicPr>'
    graphic = (
        f'<a:graphic><a:graphicData uri="{word_names.PIC}"><pic:pic>{names}{blip}{shape}</pic:pic></a:graphicData></a:graphic>'
    )
    head = f'<wp:extent cx="{wide}" cy="{high}"/><wp:docPr id="{number}" name="{number}"/>'
    return f"<w:drawing><wp:inline>{head}{graphic}</wp:inline></w:drawing>"


def _package(paragraphs: list[str], pictures: list[Picture]) -> dict[str, bytes]:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    page = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440"/></w:sectPr>'
    )
    names = [f"media/image{n}{ENDINGS[picture.mime]}" for n, picture in enumerate(pictures, start=1)]
    rels = "".join(
        f'<Relationship Id="rIdP{n}" Type="{word_names.R}/image" Target="{name}"/>' for n, name in enumerate(names, start=1)
    )
    package = "application/vnd.openxmlformats-package.relationships+xml"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    endings = {".rels": package, ".xml": "application/xml", **{ending: mime for mime, ending in ENDINGS.items()}}
    types = "".join(f'<Default Extension="{ending[1:]}" ContentType="{mime}"/>' for ending, mime in endings.items())
    document = f'<Override PartName="/word/document.xml" ContentType="{main}"/>'
    first = f'<Relationship Id="rId1" Type="{word_names.R}/officeDocument" Target="word/document.xml"/>'
    files = {
        "[Content_Types].xml": f'{head}<Types xmlns="{word_names.TYPES}">{types}{document}</Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{word_names.RELS}">{first}</Relationships>',
        "word/_rels/document.xml.rels": f'{head}<Relationships xmlns="{word_names.RELS}">{rels}</Relationships>',
        "word/document.xml": f"{head}<w:document {word_names.SPACES}><w:body>{''.join(paragraphs)}{page}</w:body></w:document>",
    }
    return {
        **{name: text.encode() for name, text in files.items()},
        **{f"word/{n}": p.content for n, p in zip(names, pictures, strict=True)},
    }
