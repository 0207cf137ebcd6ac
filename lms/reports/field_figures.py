"""Quantities reported in the field, with their sources: what the demonstration world must be able to show by counting."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent / "data" / "field-figures.json"
FIELD_FIGURES: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["figures"]
