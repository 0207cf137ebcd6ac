"""Pure decisions of audit: what a cell of an exported table may hold."""

from __future__ import annotations

import re

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: what starts like one gets an apostrophe in front."""
    stripped = text.lstrip()
    if stripped and stripped[0] in _DANGEROUS and not _NUMBER.fullmatch(stripped):
        return f"'{text}"
    return text
