"""What reports shows on the office's page of a person: the way to the hours. Reports itself holds nothing of a person."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from lms.core.actor import Actor
from lms.people.models import Person
from lms.people.personal_data import panel


@panel("hours", order=40, title=_("学时"), template="reports/hours/panel.html")
def hours_panel(actor: Actor, person: Person, ids: set[int]) -> dict[str, Any]:
    return {"uuid": person.uuid}
