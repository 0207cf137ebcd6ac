"""A training certificate as PDF, against the same sheet (frame, seal, sentence, QR code) written as one WeasyPrint document."""

from __future__ import annotations

from bench.frame import Pair
from bench.world import Bench
from certificates.rendering import artwork, render
from certificates.rendering.content import content_of
from certificates.rendering.designs import layout_of
from tests.factories.certificates import make_certificate

FLOOR = "plain WeasyPrint of the same sheet"
TARGET = 0.1
STYLE = (
    "body { margin: 0; font-family: 'Noto Serif CJK SC', serif } svg { display: block } h1 { text-align: center }"
    " .text { position: absolute; left: 30mm; right: 30mm } .seal svg { width: 42mm }"
)


def prepare(bench: Bench) -> Pair:
    from weasyprint import HTML

    certificate = make_certificate(bench.world.county)
    content, layout = content_of(certificate), layout_of(certificate.design.template, certificate.design.edition)
    size, squares = artwork.qr_squares("https://localhost/v/" + certificate.number)
    code = "".join(f'<rect x="{x}" y="{y}" width="{width}" height="1"/>' for x, y, width in squares)
    style = f"@page {{ size: {layout.width}mm {layout.height}mm; margin: 0 }} {STYLE}"
    html = (
        f'<html lang="zh-Hans"><head><title>c</title><style>{style}</style></head><body>{artwork.frame(content.demo)}'
        f'<div class="text" style="top: 40mm"><h1>{content.heading}</h1><p>{content.sentence}</p></div>'
        f'<div class="text seal" style="top: 130mm">{artwork.seal(content.issuer, "")}</div>'
        '<div class="text" style="top: 130mm; left: 20mm">'
        f'<svg width="25mm" viewBox="0 0 {size} {size}">{code}</svg></div></body></html>'
    )

    def ours() -> None:
        assert render(certificate).startswith(b"%PDF-")

    def floor() -> None:
        assert (HTML(string=html).write_pdf(pdf_variant="pdf/a-3u") or b"").startswith(b"%PDF-")

    return Pair(ours, floor, rounds=10)
