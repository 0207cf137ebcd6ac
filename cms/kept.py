"""A page that reads the same for everybody in the same state, kept as text; what is one reader's own is filled in each time.

The template is rendered with marks in the place of the reader's own (tokens, minutes, addresses that name a row), so that
nothing of a reader is ever kept. The text is found by what it depends on: address, language, reading size, roles, the files
of the templates, and what the view names; every change of the site's content raises the generation, and a text of an older
one is not used. One look at the cache a page.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import cache as once
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import get_language

from cms.context import has_large_type
from lms.core.ids import new_uuid

GENERATION = "cms:kept-generation"
KEPT_SECONDS = 24 * 3600
CSRF = "csrf_token"

Context = Callable[[Mapping[str, str]], dict[str, Any]]


def kept_page(
    request: HttpRequest, template: str, *, state: Sequence[object], own: Mapping[str, object], context: Context
) -> HttpResponse:
    """Answer with ``template``. ``own`` maps names to what is this reader's; ``context(own)`` builds the template's context
    and is called only when the text is not known yet, with a mark (a uuid) for each name.

    ``state`` is whatever else the words depend on. A page with messages or a query string is rendered as any other.
    The bell of a kept page counts nothing: that would be a query, and the count is the reader's own.
    """
    if request.GET or len(messages.get_messages(request)):
        return HttpResponse(render_to_string(template, context({k: str(v) for k, v in own.items()}), request))
    key = _key(request, template, state)
    found = cache.get_many([GENERATION, key])
    generation, known = found.get(GENERATION), found.get(key)
    if generation is not None and known is not None and known[0] == generation:
        text = known[1]
    else:
        if generation is None:
            cache.add(GENERATION, new_uuid().hex, None)
            generation = cache.get(GENERATION)
        marks = {name: mark(name) for name in own}
        text = render_to_string(template, {**context(marks), CSRF: mark(CSRF), "bell_count": ""}, request)
        cache.set(key, (generation, text), KEPT_SECONDS)
    for name, written in own.items():
        text = text.replace(mark(name), escape(str(written)))
    return HttpResponse(text.replace(mark(CSRF), get_token(request)))


def forget_kept(**_signal: Any) -> None:
    """The site's content has changed: no kept page is used again, now or after the commit."""
    cache.set(GENERATION, new_uuid().hex, None)
    transaction.on_commit(lambda: cache.set(GENERATION, new_uuid().hex, None))


@once
def mark(name: str) -> str:
    """What stands for ``name`` in a kept text: a uuid that no author can guess, so that it fits an address as well."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"cms.kept:{name}".encode(), "sha256")
    return str(uuid.UUID(bytes=digest[:16], version=4))


@once
def release() -> str:
    """Tells the templates and catalogues of this process: a newer release keeps texts of its own."""
    found = hashlib.sha256()
    for pattern in ("*/templates/**/*.html", "lms/*/templates/**/*.html", "locale/*/LC_MESSAGES/*.mo"):
        for path in sorted(Path(settings.BASE_DIR).glob(pattern)):
            stat = path.stat()
            found.update(f"{path}:{stat.st_mtime_ns}:{stat.st_size};".encode())
    return found.hexdigest()


def _key(request: HttpRequest, template: str, state: Sequence[object]) -> str:
    actor = getattr(request, "actor", None)
    parts = [
        template,
        request.path,
        get_language(),
        has_large_type(request),
        sorted(actor.roles) if actor is not None else None,
        release(),
        list(state),
    ]
    return f"cms:kept:{hashlib.sha256(repr(parts).encode()).hexdigest()}"
