"""Printing a certificate: the stock of its design, its own words and its QR code, as tagged PDF/A-3u with the payload attached.

The same certificate under the same renderer and fonts gives the same bytes: dates and identifiers come from its row.
"""

from __future__ import annotations

from functools import cache
from html import escape
from io import BytesIO
from typing import Any

from certificates.fonts import SERIF, face
from certificates.models import Certificate
from certificates.rendering import artwork
from certificates.rendering.content import Content, content_of
from certificates.rendering.designs import MM, Layout, layout_of
from certificates.rendering.page import SOFT, Page, Part
from certificates.rendering.stock import stock
from certificates.rendering.typesetting import Line, fitted, paragraph, the_face

ATTACHMENT = "certificate.json"
RED = (0.612, 0.122, 0.09)


def render(certificate: Certificate) -> bytes:
    """The PDF of a certificate. Takes no lock and opens no socket; about a twentieth of a whole page by WeasyPrint."""
    import pikepdf

    content = content_of(certificate)
    layout = layout_of(certificate.design.template, certificate.design.edition)
    with pikepdf.open(BytesIO(stock(layout.width, layout.height, content.issuer, content.demo))) as pdf:
        page = Page(layout.height * MM)
        _compose(page, content, layout)
        page.finish(pdf, pdf.pages[0])
        _describe(pdf, certificate, content)
        _attach(pdf, certificate)
        made = BytesIO()
        pdf.save(
            made,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=False,
            deterministic_id=True,
            min_version="1.7",
        )
    return made.getvalue()


def _compose(page: Page, content: Content, layout: Layout) -> None:
    width = (layout.width - layout.left - layout.right) * MM
    left = layout.left * MM
    page.artifact("q /Sheet Do Q")
    title = Line([the_face("bold").run(content.heading, layout.heading_size)], extra=layout.heading_size * 0.38)
    page.text(Part("H1"), title, (layout.width * MM - title.width) / 2, layout.heading_y * MM, RED)
    _holder(page, content, layout, width)
    body = Part("P")
    size, lines = fitted(content.sentence, layout.body_sizes, width, layout.body_lines, indent_em=2)
    for index, line in enumerate(lines):
        page.text(body, line, left + (2 * size if index == 0 else 0), layout.body_y * MM + index * size * layout.leading)
    _issuer(page, content, layout)
    _check(page, content, layout)


def _holder(page: Page, content: Content, layout: Layout, width: float) -> None:
    part, regular = Part("P"), the_face("regular")
    size = next((s for s in layout.holder_sizes if the_face("bold").run(content.name, s).width <= width), layout.holder_sizes[-1])
    name = the_face("bold").run(content.name, size)
    facts = regular.run(f"（{content.facts}）：" if content.facts else "：", layout.facts_size)
    x, y = layout.left * MM, layout.holder_y * MM
    beside = name.width + facts.width <= width
    if not beside:
        y -= layout.facts_size * 0.5
    if name.width <= width:
        page.text(part, Line([name]), x, y)
    else:  # a name longer than the line is set in two, never cut
        first, second, *_more = paragraph(content.name, size, width, weight="bold", justify=False)
        page.text(part, first, x, y - size * 1.35)
        page.text(part, second, x, y)
    page.text(part, Line([facts]), x + (name.width if beside else 0), y if beside else y + layout.facts_size * 1.45, SOFT)


def _issuer(page: Page, content: Content, layout: Layout) -> None:
    part, size = Part("P"), layout.issuer_size
    lines = paragraph(content.issuer, size, layout.issuer_width * MM, justify=False)
    lines += paragraph(content.issued_on, size, layout.issuer_width * MM, justify=False)
    for above, line in zip(range(len(lines) - 1, -1, -1), lines, strict=True):
        page.text(part, line, layout.issuer_x * MM - line.width / 2, layout.issuer_y * MM - above * size * 1.75)
    scale = layout.seal_size / 42
    x = (layout.issuer_x - layout.seal_size / 2) * MM
    y = page.height - (layout.issuer_y - 2.5 + layout.seal_size / 2) * MM
    seal = Part("Figure", alt=f"{content.issuer}印章")
    page.mark(seal, f"q {scale:.4f} 0 0 {scale:.4f} {x:.3f} {y:.3f} cm /Seal Do Q")


def _check(page: Page, content: Content, layout: Layout) -> None:
    modules, runs = artwork.qr_squares(content.link)
    step = layout.qr_size * MM / modules
    x, top = layout.qr_x * MM, page.height - layout.qr_y * MM
    squares = " ".join(f"{c} {-r - 1} {n} 1 re" for r, c, n in runs)
    figure = Part("Figure", alt=f"查验二维码：{content.link}")
    page.mark(
        figure,
        f"q {step:.5f} 0 0 {step:.5f} {x:.3f} {top:.3f} cm 1 1 1 rg 0 {-modules} {modules} {modules} re f "
        f"0.1 0.09 0.08 rg {squares} f Q",
    )
    part, regular, size = Part("P"), the_face("regular"), layout.check_size
    x, y = layout.check_x * MM, layout.check_y * MM
    for label in (f"编号　{content.number}", f"查验码　{content.code}"):
        page.text(part, Line([regular.run(label, size + 1.5)]), x, y)
        y += size * 1.9
    notes = [f"扫描二维码，或登录 {content.address} 输入编号和查验码，即可查验本证书。"]
    notes += [f"咨询：{content.contact}"] if content.contact else []
    for note in notes:
        for line in paragraph(note, size, layout.check_width * MM, justify=False):
            page.text(part, line, x, y, SOFT)
            y += size * 1.65


def _describe(pdf: Any, certificate: Certificate, content: Content) -> None:
    import pikepdf

    title = f"{content.heading} {content.number}"
    stamp = f"{certificate.issued_on:%Y-%m-%d}T00:00:00+08:00"
    producer = renderer_name()
    pdf.Root.Lang = pikepdf.String("zh-Hans")
    pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    pdf.docinfo = pdf.make_indirect(
        pikepdf.Dictionary(
            Title=pikepdf.String(title),
            Author=pikepdf.String(content.issuer),
            Producer=pikepdf.String(producer),
            CreationDate=pikepdf.String(f"D:{certificate.issued_on:%Y%m%d}000000+08'00'"),
        )
    )
    packet = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        'xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" '
        'xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>'
        f"<dc:creator><rdf:Seq><rdf:li>{escape(content.issuer)}</rdf:li></rdf:Seq></dc:creator>"
        f"<pdf:Producer>{escape(producer)}</pdf:Producer><xmp:CreateDate>{stamp}</xmp:CreateDate>"
        "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )
    stream = pikepdf.Stream(pdf, packet.encode())
    stream.Type, stream.Subtype = pikepdf.Name.Metadata, pikepdf.Name.XML
    pdf.Root.Metadata = stream


def _attach(pdf: Any, certificate: Certificate) -> None:
    """The payload itself rides in the file: a copy that was saved anew can still be checked."""
    import pikepdf

    embedded = pikepdf.Stream(pdf, certificate.payload.encode())
    embedded.Type, embedded.Subtype = pikepdf.Name.EmbeddedFile, pikepdf.Name("/application#2Fjson")
    embedded.Params = pikepdf.Dictionary(
        Size=len(certificate.payload.encode()), ModDate=pikepdf.String(f"D:{certificate.issued_on:%Y%m%d}000000+08'00'")
    )
    spec = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Filespec,
            F=pikepdf.String(ATTACHMENT),
            UF=pikepdf.String(ATTACHMENT),
            Desc=pikepdf.String("证书内容的规范文本"),
            AFRelationship=pikepdf.Name.Data,
            EF=pikepdf.Dictionary(F=embedded, UF=embedded),
        )
    )
    pdf.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String(ATTACHMENT), spec])))
    pdf.Root.AF = pikepdf.Array([spec])


@cache
def renderer_name() -> str:
    """Versions of everything the bytes depend on: they are kept with the file."""
    import pikepdf
    import uharfbuzz
    import weasyprint
    from fontTools.ttLib import TTFont

    with TTFont(face(SERIF).path, fontNumber=face(SERIF).index, lazy=True) as font:
        revision = f"{font['head'].fontRevision:.3f}"
    parts = [f"weasyprint {weasyprint.__version__}", f"pikepdf {pikepdf.__version__}", f"uharfbuzz {uharfbuzz.__version__}"]
    return "; ".join([*parts, f"{SERIF} {revision}"])
