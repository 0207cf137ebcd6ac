"""What a staged row becomes among people."""

from __future__ import annotations

import datetime as dt
from typing import Any

from lms.people.models import Sex
from lms.people.services import PersonRow
from lms.places.models import Division, Organisation


def person_row(content: dict[str, Any], division: Division | None, organisation: Organisation | None = None) -> PersonRow:
    """What ``people`` registers of a row: the normal forms that examining made of it."""
    assert division is not None
    return PersonRow(
        name=content["name"],
        division=division,
        document=content["document"],
        document_kind=content["document_kind"],
        sex=content["sex"] or Sex.UNKNOWN.value,
        birth_date=dt.date.fromisoformat(content["birth_date"]) if content["birth_date"] else None,
        ethnic_group=content["ethnic_group"],
        education=content["education"],
        major=content["major"],
        political_status=content["political_status"],
        phone=content["phone"],
        organisation=organisation,
        position_title=content["position_title"],
    )
