"""The one clock. Services ask it instead of the system, so that the demonstration world can act in its own past.

It does not rule exam deadlines for the client: only the server's clock does, and it is this one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone

_moment: ContextVar[dt.datetime | None] = ContextVar("lms_clock", default=None)


def now() -> dt.datetime:
    """The present moment, aware."""
    return _moment.get() or timezone.now()


def today() -> dt.date:
    """The present day in the project's time zone (Asia/Shanghai)."""
    return timezone.localdate(now())


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Act as if it were ``moment`` (aware). For the demonstration world and tests; never for web requests."""
    if timezone.is_naive(moment):
        raise ValueError("the clock needs an aware moment")
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
