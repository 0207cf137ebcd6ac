"""What people is told about programmes: participations in a person's export and on the office's page of a person."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from lms.core.actor import Actor
from lms.people.models import Person
from lms.people.personal_data import exports, panel, plain
from lms.programmes.models import Participation


def _rows(ids: set[int]) -> Any:
    return Participation.objects.filter(person__in=ids).select_related("programme__division", "category").order_by("-started_on")


@exports("participations")
def export(ids: set[int]) -> list[dict[str, Any]]:
    return [plain(row, "programme", "category", "started_on", "ended_on", "end_reason", "completed_on") for row in _rows(ids)]


@panel("programmes", order=20, title=_("参加的项目"), template="programmes/panel.html")
def participation_panel(actor: Actor, person: Person, ids: set[int]) -> dict[str, Any]:
    return {"rows": list(_rows(ids))}
