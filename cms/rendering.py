"""A page's body as HTML, rendered once and kept: no block depends on who reads.

The key is the content itself (its digest) with the language and the version of the templates, so a draft, a preview and the
published page never meet. What a body points to (images, documents, policies, other pages' addresses) has a generation that
every change of such a thing raises; a stored body of an older generation is not used. One look at the cache a page.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from wagtail.models import Page

from lms.core.ids import new_uuid

VERSION = "1"  # raise it when a block's template changes its meaning
GENERATION = "cms:body-generation"
KEPT_SECONDS = 30 * 24 * 3600


def body_html(page: Page, field: str = "body") -> SafeString:
    """The rendered stream field of a page. Costs one cache look-up when known, the blocks' queries when not."""
    value = getattr(page, field)
    if not value:
        return mark_safe("")
    key = _key(page, field, value)
    found = cache.get_many([GENERATION, key])
    generation = found.get(GENERATION)
    kept = found.get(key)
    if generation is not None and kept is not None and kept[0] == generation:
        return mark_safe(kept[1])
    if generation is None:
        generation = _fresh_generation()
    html = "".join(child.render(context={"page": page}) for child in value)
    cache.set(key, (generation, html), KEPT_SECONDS)
    return mark_safe(html)


def forget_bodies(**_signal: Any) -> None:
    """Something that bodies point to has changed: none of the kept ones is used again, now or after the commit."""
    cache.set(GENERATION, new_uuid().hex, None)
    transaction.on_commit(lambda: cache.set(GENERATION, new_uuid().hex, None))


def _fresh_generation() -> str:
    cache.add(GENERATION, new_uuid().hex, None)
    return str(cache.get(GENERATION))


def _key(page: Page, field: str, value: Any) -> str:
    raw = json.dumps(list(value.raw_data), sort_keys=True, default=str, ensure_ascii=False)
    digest = hashlib.sha256(f"{VERSION}|{page._meta.label_lower}|{field}|{get_language()}|{raw}".encode()).hexdigest()
    return f"cms:body:{digest}"
