"""The stock that certificates are printed on: frame, watermark and seal, drawn once by WeasyPrint and kept as PDF objects.

WeasyPrint gets a fetcher that fetches nothing: no socket is opened, no local file is embedded. The drawings hold no fonts.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

from certificates.rendering import artwork
from lms.core.pdf import fetcher, lock

SEAL_PURPOSE = "培训证书专用章"


@lru_cache(maxsize=64)
def stock(width: float, height: float, issuer: str, demo: bool) -> bytes:
    """One empty page with the form objects ``/Sheet`` and ``/Seal`` in its resources, and the colour profile of PDF/A."""
    import pikepdf
    from weasyprint import HTML

    seal = artwork.seal(issuer, SEAL_PURPOSE)
    html = (
        '<html lang="zh-Hans"><head><title>stock</title><style>'
        f"@page sheet {{ size: {width}mm {height}mm; margin: 0 }} @page seal {{ size: 42mm 42mm; margin: 0 }}"
        "body { margin: 0 } svg { display: block } .sheet { page: sheet; break-after: page } .seal { page: seal }"
        f".sheet svg {{ width: {width}mm; height: {height}mm }} .seal svg {{ width: 42mm; height: 42mm }}</style></head>"
        f'<body><div class="sheet">{artwork.frame(demo)}</div><div class="seal">{seal}</div></body></html>'
    )
    with lock:
        drawn = HTML(string=html, url_fetcher=fetcher()).write_pdf(pdf_variant="pdf/a-3u", pdf_identifier=b"stock")
    assert drawn is not None
    with pikepdf.open(BytesIO(drawn)) as source, pikepdf.new() as made:
        page = made.add_blank_page(page_size=(width * 72 / 25.4, height * 72 / 25.4))
        forms = [made.copy_foreign(page.as_form_xobject()) for page in source.pages]
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Sheet=forms[0], Seal=forms[1]))
        intents = source.make_indirect(source.Root.OutputIntents)
        made.Root.OutputIntents = made.copy_foreign(intents)
        kept = BytesIO()
        made.save(kept, static_id=True)
    return kept.getvalue()
