"""How an identity number is stored: encrypted, with a keyed hash for look-ups and the masked form that pages show."""

from __future__ import annotations

from typing import Any

from lms.core import crypto
from lms.people import rules

PURPOSE = "people.document"


def seal(kind: str, number: str) -> dict[str, str]:
    """The stored fields of a number, under the newest key.

    ``later_index`` of an old number of 15 digits is the hash of the 18 digits that replaced it: with it a likely duplicate
    is found, never a match taken for granted.
    """
    later = f"resident:{rules.to_eighteen(number)}" if kind == "resident_15" else ""
    return {
        "number_sealed": crypto.encrypt(number, purpose=PURPOSE),
        "number_index": crypto.blind_index(f"{kind}:{number}", purpose=PURPOSE),
        "later_index": crypto.blind_index(later, purpose=PURPOSE) if later else "",
        "masked": rules.mask_document(number)[:40],
    }


def open_number(stored: str) -> str:
    return crypto.decrypt(stored, purpose=PURPOSE)


def reseal(document: Any) -> dict[str, str]:
    """The stored fields of a row written anew under the newest key."""
    return seal(document.kind, open_number(document.number_sealed))


def indexes(kind: str, number: str) -> list[str]:
    """The hash under every live key: a look-up matches any of them while a rotation runs."""
    return crypto.blind_indexes(f"{kind}:{number}", purpose=PURPOSE)
