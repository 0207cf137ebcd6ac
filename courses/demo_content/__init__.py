"""Three courses written for the demonstration world. Quotations are short and from public texts; situations are invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILES = ("assistance.json", "casework.json", "station.json")


def demo_courses() -> list[dict[str, Any]]:
    """The courses in the order in which they are shown; see ``services.publishing`` for the shape."""
    here = Path(__file__).parent
    return [json.loads((here / name).read_text(encoding="utf-8")) for name in FILES]
