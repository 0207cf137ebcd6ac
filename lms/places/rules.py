"""Pure decisions of places: names and the unified social credit code (GB 32100)."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError


class Finding(Enum):
    FINE = "fine"
    CHECK_DIGIT = "check digit"  # some genuine early codes fail it: kept with a reason
    MALFORMED = "malformed"


def clean_name(text: str) -> str:
    """Surrounding and doubled blanks and invisible characters dropped; nothing else is touched."""
    visible = "".join(" " if c.isspace() else c for c in text if unicodedata.category(c) not in {"Cf", "Cc"} or c.isspace())
    return re.sub(" +", " ", visible).strip()


def clean_credit_code(text: str) -> str:
    """Full-width and lower-case characters as people type them, blanks and hyphens dropped."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def credit_code_finding(code: str) -> Finding:
    try:
        uscc.validate(code)
    except InvalidChecksum:
        return Finding.CHECK_DIGIT
    except ValidationError:
        return Finding.MALFORMED
    return Finding.FINE


def upwards(path: str) -> list[str]:
    """The paths of a division and of all above it: ``/53/5306/`` → ``/``, ``/53/``, ``/53/5306/``."""
    parts = [part for part in path.split("/") if part]
    return ["/", *("/" + "/".join(parts[:depth]) + "/" for depth in range(1, len(parts) + 1))]


def part_below(path: str, node: str) -> str:
    """The next part of a path below a node above it: of ``/53/5306/530621/`` below ``/53/`` it is ``5306``. Empty at itself."""
    return path[len(node) :].partition("/")[0]
