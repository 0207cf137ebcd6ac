"""Pages that a device may keep, to be read again without network. The worker that keeps them is ``templates/cms/worker.js``."""

from __future__ import annotations

from django.http import HttpResponse

HEADER = "X-Keep-On-Device"


def keep_on_device(response: HttpResponse, *, seconds: int) -> HttpResponse:
    """Let the reader's own device keep this page for so long, or until somebody signs out there. No cache on the way may."""
    if seconds > 0:
        response[HEADER] = str(seconds)
    return response
