"""Reads of certificates: one's own, those of one's divisions, and the public look-up that needs number and code."""

from __future__ import annotations

from lms.people import selectors as people
from lms.people.models import Person


def person_ids(person: Person) -> set[int]:
    """The person's row and those merged with it."""
    return people.ids_of(person) | {person.pk}
