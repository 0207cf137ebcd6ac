"""Who may come to a sitting: the division's learners, a class as the ledger knows it, a programme, named people."""

from __future__ import annotations

from collections.abc import Sequence

from exams.models import ExamSitting
from exams.sitting_states import Audience
from lms.core import clock
from lms.ledger import selectors as ledger
from lms.people import selectors as people
from lms.people.models import Person
from lms.programmes import selectors as programmes


def may_come(sitting: ExamSitting, person: Person) -> bool:
    """Whether one human being, under any of their merged records, belongs to the audience."""
    if sitting.audience == Audience.DIVISION:
        return person.division.path.startswith(sitting.division.path)
    ids = people.ids_of(person)
    if sitting.audience == Audience.LIST:
        return sitting.invitations.filter(person_id__in=ids).exists()
    return bool(ids & _ids(sitting))


def members(sitting: ExamSitting) -> list[Person]:
    """Everybody who can be seated at once: of a class or a programme. A division or a list signs up one by one."""
    canonical = people.canonical_ids()
    return people.persons_by_ids({canonical.get(pk, pk) for pk in _ids(sitting)})


def participations(sitting: ExamSitting, persons: Sequence[Person]) -> dict[int, int]:
    """Person → the participation their score belongs to: in the sitting's programme, or in the one its class has them under."""
    ids = {person.pk for person in persons}
    under: dict[int, tuple[int | None, int | None]]
    if sitting.audience == Audience.PROGRAMME:
        under = dict.fromkeys(ids, (sitting.programme_id, None))
    elif sitting.audience == Audience.CLASS and sitting.class_uuid is not None:
        under = {pk: place for pk, place in ledger.enrolled_in(sitting.class_uuid).items() if pk in ids}
    else:
        return {}
    found: dict[int, int] = {}
    for pk, person_id, programme_id, category_id in programmes.running_participations(ids, on=clock.today()):
        programme, category = under.get(person_id, (None, None))
        if programme is not None and programme == programme_id and category in (None, category_id):
            found[person_id] = pk
    return found


def _ids(sitting: ExamSitting) -> set[int]:
    if sitting.audience == Audience.CLASS and sitting.class_uuid is not None:
        return set(ledger.enrolled_in(sitting.class_uuid))
    if sitting.audience == Audience.PROGRAMME and sitting.programme is not None:
        return programmes.people_running_in(sitting.programme, on=clock.today())
    return set()
