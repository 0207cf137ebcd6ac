"""Pure decisions of audit: what a cell of an exported table may hold."""

from __future__ import annotations

import re

from lms.core.workbooks import would_run

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: what starts like one gets an apostrophe in front."""
    return f"'{text}" if would_run(text) and not _NUMBER.fullmatch(text.strip()) else text
