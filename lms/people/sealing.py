"""How an identity number is stored: encrypted, with a keyed hash for look-ups and the masked form that pages show."""

from __future__ import annotations

from lms.core import crypto
from lms.people import rules

PURPOSE = "people.document"


def seal(kind: str, number: str) -> dict[str, str]:
    """The three stored fields of a number, under the newest key."""
    return {
        "number_sealed": crypto.encrypt(number, purpose=PURPOSE),
        "number_index": crypto.blind_index(f"{kind}:{number}", purpose=PURPOSE),
        "masked": rules.mask_document(number)[:24],
    }


def open_number(stored: str) -> str:
    return crypto.decrypt(stored, purpose=PURPOSE)


def indexes(kind: str, number: str) -> list[str]:
    """The hash under every live key: a look-up matches any of them while a rotation runs."""
    return crypto.blind_indexes(f"{kind}:{number}", purpose=PURPOSE)
