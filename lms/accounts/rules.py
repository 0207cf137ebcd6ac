"""Pure decisions of accounts: what a user name and a mobile number look like, and who may give which role."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{2,31}")
MOBILE = re.compile(r"1[3-9][0-9]{9}")


def clean_mobile(text: str) -> str:
    """A mainland mobile number as eleven digits, empty if it is none; blanks, hyphens, full-width digits and +86 are understood."""
    digits = re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", text))
    digits = re.sub(r"^(\+86|0086|86(?=1[3-9][0-9]{9}$))", "", digits)
    return digits if MOBILE.fullmatch(digits) else ""


def is_username(text: str) -> bool:
    """Letters first, so that it is never taken for a mobile number; no @, so that it is never taken for an e-mail address."""
    return USERNAME.fullmatch(text) is not None


def may_give(
    role: str, path: str, *, held: Mapping[str, tuple[str, ...]], table: Mapping[str, frozenset[str]], below_only: frozenset[str]
) -> bool:
    """True if one of the roles held (role → paths) gives ``role`` at ``path``; one of ``below_only`` only below the own place."""
    for own, paths in held.items():
        if role not in table.get(own, frozenset()):
            continue
        for own_path in paths:
            if path.startswith(own_path) and not (role == own and role in below_only and path == own_path):
                return True
    return False
