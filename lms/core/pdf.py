"""PDF by WeasyPrint with a fetcher that fetches nothing: no socket is opened, no local file is embedded."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import Any

lock = Lock()  # WeasyPrint's font configuration is not made for threads


@cache
def fetcher() -> Any:
    """What WeasyPrint may fetch: nothing. A page that asks for something outside itself fails loudly."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    class Nothing(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            raise FatalURLFetchingError(f"a printed page fetches nothing, not {url[:80]!r}")

    return Nothing(allowed_protocols=())


def render(html: str) -> bytes:
    """The tagged PDF of a whole page of HTML with its styles within it."""
    from weasyprint import HTML

    with lock:
        made = HTML(string=html, url_fetcher=fetcher()).write_pdf(pdf_tags=True)
    assert made is not None
    return bytes(made)
