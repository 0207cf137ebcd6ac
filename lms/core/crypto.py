"""Encryption at rest and keyed hashes, each value carrying the id of its key so that keys can be rotated.

Keys come from ``settings.LMS_KEYS``: ``{key id: 32 bytes}``, the first being the one new values are written with.
AES-256-GCM by the cryptography library; look-up hashes are HMAC-SHA256 under a key derived per purpose.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class UnreadableSecret(Exception):
    """A stored value cannot be read: its key is missing, or it was tampered with."""


@lru_cache(maxsize=64)
def _derive(key: bytes, purpose: str) -> bytes:
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()


@lru_cache(maxsize=64)
def _cipher(key: bytes, purpose: str) -> AESGCM:
    return AESGCM(_derive(key, f"enc:{purpose}"))


def current_key_id() -> str:
    try:
        return next(iter(settings.LMS_KEYS))
    except StopIteration:
        raise ImproperlyConfigured("LMS_KEYS holds no key") from None


def encrypt(plain: str, *, purpose: str) -> str:
    """``key-id:base64(nonce + ciphertext)``. ``purpose`` (e.g. ``people.document``) binds the value to its field."""
    key_id = current_key_id()
    nonce = secrets.token_bytes(12)
    sealed = _cipher(settings.LMS_KEYS[key_id], purpose).encrypt(nonce, plain.encode(), None)
    return f"{key_id}:{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def decrypt(stored: str, *, purpose: str) -> str:
    key_id, _, body = stored.partition(":")
    key = settings.LMS_KEYS.get(key_id)
    if key is None:
        raise UnreadableSecret(f"no key named {key_id!r}")
    raw = base64.urlsafe_b64decode(body)
    try:
        return _cipher(key, purpose).decrypt(raw[:12], raw[12:], None).decode()
    except InvalidTag:
        raise UnreadableSecret("the value does not fit its key") from None


def key_id_of(stored: str) -> str:
    return stored.partition(":")[0]


def blind_index(plain: str, *, purpose: str) -> str:
    """Keyed hash under the current key, for equality look-ups of an encrypted value: ``key-id:hex``."""
    return _blind(current_key_id(), plain, purpose)


def blind_indexes(plain: str, *, purpose: str) -> list[str]:
    """The hash under every live key: look-ups match any of them while a rotation runs."""
    return [_blind(key_id, plain, purpose) for key_id in settings.LMS_KEYS]


def _blind(key_id: str, plain: str, purpose: str) -> str:
    key = _derive(settings.LMS_KEYS[key_id], f"idx:{purpose}")
    return f"{key_id}:{hmac.digest(key, plain.encode(), 'sha256').hex()}"
