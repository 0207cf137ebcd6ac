"""What a machine needs to print certificates, said at start and in one sentence."""

from __future__ import annotations

import ctypes
import shutil
from typing import Any

from django.core.checks import CheckMessage, Warning, register


@register("certificates")
def printing_ready(app_configs: Any, **_more: Any) -> list[CheckMessage]:
    """Warn where Chinese PDF would be slow (no libharfbuzz-subset) or where the fonts cannot even be looked for."""
    found: list[CheckMessage] = []
    try:
        ctypes.CDLL("libharfbuzz-subset.so.0")
    except OSError:
        found.append(
            Warning(
                "libharfbuzz-subset is not installed: WeasyPrint will print Chinese pages some forty times slower.",
                hint="apt install libharfbuzz-subset0",
                id="certificates.W001",
            )
        )
    if shutil.which("fc-match") is None:
        found.append(
            Warning(
                "fontconfig is not installed: certificates cannot be printed.",
                hint="apt install fontconfig fonts-noto-cjk",
                id="certificates.W002",
            )
        )
    return found
