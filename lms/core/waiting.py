"""How a room says what waits for somebody: ``tasks(actor)`` in its ``worklist.py``. The office's first page gathers them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits: how many, and where to do it. Made only when there is at least one."""

    label: Any
    count: int
    url: str
    detail: Any = ""
    is_late: bool = False
