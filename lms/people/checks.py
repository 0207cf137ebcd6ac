"""System check of people: every key that stored identity documents need is there (with ``check --database default``)."""

from __future__ import annotations

from typing import Any

from django.core import checks

from lms.core import sealed


@checks.register(checks.Tags.database)
def data_keys_present(*, databases: Any = None, **_kwargs: Any) -> list[checks.CheckMessage]:
    if not databases:
        return []
    return [
        checks.Critical(
            f"The data key {key_id!r} is missing from LMS_KEYS, and stored identity documents need it.",
            hint="Restore the key from its backup; without it the documents can be neither read nor found.",
            id="people.E001",
        )
        for key_id in sorted(sealed.missing_keys())
    ]
