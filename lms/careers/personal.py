"""What people is told about careers: what an export holds, what an erasure blanks, what an office sees of a person."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from lms.accounts.models import User
from lms.careers import selectors
from lms.careers.models import Education, Employment, Licence
from lms.careers.timeline import kind_labels, timeline
from lms.core import clock
from lms.core.actor import Actor
from lms.core.roles import OFFICE
from lms.people.models import Person
from lms.people.personal_data import erases, exports, panel, plain


@exports("careers")
def export(ids: set[int]) -> dict[str, Any]:
    """Every career record, voided ones too, in plain values."""
    hidden = {"id", "person", "recorded_by", "voided_by"}
    found: dict[str, Any] = {}
    for kind, model in selectors.KINDS.items():
        fields = [f.name for f in model._meta.concrete_fields if f.name not in hidden]
        found[kind] = [plain(row, *fields) for row in selectors.rows_of(kind, ids, voided=True)]
    return found


@erases("careers")
def erase(ids: set[int], users: list[User], by: Actor) -> None:
    """Titles, schools, majors and licence numbers go; levels, dates and places stay as evidence without a name."""
    Employment.objects.filter(person__in=ids).update(title="", end_reason="")
    for row in Education.objects.filter(person__in=ids):
        # the study stays told apart from the person's others by its uuid, as its major was part of what made it one
        row.major, row.school = f"#{row.uuid.hex[:12]}" if row.major else "", ""
        row.save(update_fields=["major", "school"])
    Licence.objects.filter(person__in=ids).update(number="")


@panel("careers", order=10, title=_("职业履历"), template="careers/panel.html")
def career_panel(actor: Actor, person: Person, ids: set[int]) -> dict[str, Any]:
    return {
        "entries": timeline(selectors.evidence_of(ids)),
        "standings": selectors.standing_in_exam(ids, on_year=clock.today().year),
        "kinds": kind_labels(),
        "may_write": actor.covers(person.division.path, *OFFICE),
    }
