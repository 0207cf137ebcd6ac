"""The one-time code that guards the first run: whoever can read it stands at the machine."""

from __future__ import annotations

import hmac
import os
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model

from lms.core.ids import new_code


def _file() -> Path | None:
    return Path(settings.SETUP_CODE_FILE) if settings.SETUP_CODE_FILE else None


def is_first_run() -> bool:
    """Nobody has an account yet, and a code was made."""
    path = _file()
    return path is not None and path.exists() and not get_user_model().objects.exists()


def make() -> str:
    """The code, made once and kept in a file that only its owner reads. Empty when there are accounts, or no place for it."""
    path = _file()
    if path is None or get_user_model().objects.exists():
        return ""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("-".join(new_code(4) for _group in range(4)))
    return path.read_text().strip()


def fits(typed: str) -> bool:
    path = _file()
    if path is None or not path.exists():
        return False
    return hmac.compare_digest(typed.strip().upper().encode(), path.read_text().strip().encode())


def forget() -> None:
    path = _file()
    if path is not None:
        path.unlink(missing_ok=True)
