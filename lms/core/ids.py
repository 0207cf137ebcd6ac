"""Public identifiers. Random, except inside ``seeded``, where a world is rebuilt identically from its seed."""

from __future__ import annotations

import os
import random
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_source: ContextVar[random.Random | None] = ContextVar("lms_ids", default=None)


def new_uuid() -> uuid.UUID:
    source = _source.get()
    if source is None:
        return uuid.uuid4()
    return uuid.UUID(int=source.getrandbits(128), version=4)


def uuids() -> Iterator[uuid.UUID]:
    """Identifiers for rows by the hundred: drawn like ``new_uuid``, but those of one batch share their first 48 bits.

    Every index that holds them then takes a batch in a few neighbouring pages and not in one page a row. 74 bits of each
    stay its own, and nothing tells when it was made.
    """
    batch = secrets.token_bytes(6)
    while True:
        if _source.get() is not None:
            yield new_uuid()
            continue
        drawn = os.urandom(10 * 64)
        for start in range(0, len(drawn), 10):
            yield uuid.UUID(bytes=batch + drawn[start : start + 10], version=4)


def new_code(length: int, alphabet: str = "23456789ABCDEFGHJKMNPQRSTUVWXYZ") -> str:
    """A code a person can type: no look-alike characters. ``length`` characters of about 4.95 bits each."""
    source = _source.get()
    choose = secrets.choice if source is None else source.choice
    return "".join(choose(alphabet) for _ in range(length))


def new_salt() -> bytes:
    source = _source.get()
    return secrets.token_bytes(16) if source is None else source.randbytes(16)


@contextmanager
def seeded(seed: int) -> Iterator[random.Random]:
    """Identifiers, codes and salts of this block follow from ``seed``. Only for the demonstration world and tests."""
    source = random.Random(seed)
    token = _source.set(source)
    try:
        yield source
    finally:
        _source.reset(token)
