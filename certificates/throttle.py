"""How often one address may ask: counted in the shared cache, in windows, without keeping the address itself."""

from __future__ import annotations

import hashlib
import time

from django.conf import settings
from django.core.cache import cache

LIMIT = 40
WINDOW_SECONDS = 600


def allowed(address: str, *, what: str) -> bool:
    """True for the first ``LIMIT`` questions of an address within a window."""
    window = int(time.time()) // WINDOW_SECONDS
    mixed = hashlib.sha256(f"{settings.SECRET_KEY}|{what}|{address}|{window}".encode()).hexdigest()[:32]
    key = f"certificates:asked:{mixed}"
    cache.add(key, 0, timeout=WINDOW_SECONDS)
    try:
        return int(cache.incr(key)) <= LIMIT
    except ValueError:  # the window ended between the two lines
        return True
