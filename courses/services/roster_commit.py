"""Letting the accepted rows of a confirmed roster in: at most 500 at a time, each chunk whole, so that any worker can go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from courses.models import RosterImport, RosterRow
from courses.roster.person_rows import person_row
from courses.services.enrolment import Entry, enter_rows
from courses.services.locks import check_live, locked_class
from courses.services.roster import ENTERING, content_of, sealed
from courses.states import RowVerdict
from lms.accounts.roles import OFFICE
from lms.core import bulk, clock
from lms.core.actor import Actor
from lms.ledger import services as ledger
from lms.people import services as people
from lms.people.models import Person
from lms.places import services as places
from lms.places.models import Division, Organisation, OrganisationKind
from lms.places.selectors import organisations_in as places_in_reach
from lms.programmes.models import Category

CHUNK = 500


def commit_rows(*, roster: RosterImport, by: Actor) -> Iterator[int]:
    """Let all accepted rows in that are not in yet, chunk by chunk; yields how many rows each chunk settled."""
    last = 0
    while numbers := commit_chunk(roster=roster, after=last, by=by):
        last = numbers[-1]
        yield len(numbers)


def commit_chunk(*, roster: RosterImport, after: int = 0, by: Actor) -> list[int]:
    """Let the next ≤ 500 accepted rows in, whole or not at all; returns the numbers of the rows settled, none when none is left.

    ``after``: everything up to this row is known to be settled, and need not be passed over again. A row that can no longer be
    used (somebody registered the number under another name meanwhile) is refused, the rest goes on.
    """
    waiting = roster.rows.filter(number__gt=after, verdict__in=ENTERING, committed_at__isnull=True).order_by("number")
    rows = [_Row(*values) for values in waiting.values_list("pk", "number", "verdict", "problems", "person_id", "sealed")[:CHUNK]]
    if not rows:
        return []
    contents = [content_of(row) for row in rows]
    divisions = {str(d.uuid): d for d in Division.objects.filter(uuid__in={c["division"] for c in contents})}
    # in a transaction of their own: entering a unit takes the position lock, which a chunk takes last and holds briefly
    units = _organisations([(c["organisation"], divisions[c["division"]]) for c in contents], by)
    with transaction.atomic():
        training_class = locked_class(roster.training_class, by)
        check_live(training_class)
        if waiting.filter(number__lte=rows[-1].number).count() != len(rows):  # another worker was quicker: look again
            return commit_chunk(roster=roster, after=after, by=by)
        wanted = [person_row(c, divisions[c["division"]], unit) for c, unit in zip(contents, units, strict=True)]
        persons, errors = _persons(rows, wanted, by)
        for index, sentence in errors.items():
            rows[index].verdict, rows[index].problems = RowVerdict.REFUSED, [{"column": "", "header": "", "reason": sentence}]
        categories = {c.pk: c for c in Category.objects.filter(pk__in={c["category"] for c in contents} - {None})}
        entries = [Entry(person, category=categories.get(contents[i]["category"])) for i, person in persons.items()]
        _enrolments, drafts = enter_rows(training_class, entries, come_back=False, by=by)
        opened = _open_accounts(persons, contents, by) if roster.give_accounts else {}
        now = clock.now()
        bulk.update_rows(
            RosterRow,
            ("person", "committed_at", "sealed"),
            [(rows[i].pk, person.pk, now, opened.get(i, "")) for i, person in persons.items()],
        )
        refused = [(rows[i].pk, str(rows[i].verdict), rows[i].problems) for i in errors]
        bulk.update_rows(RosterRow, ("verdict", "problems"), refused)
        ledger.post(drafts, by=by, of_new_rows=True)  # nobody comes back: each line is of an enrolment just made
        people.bind_accounts(list({persons[i].pk: persons[i] for i in opened}.values()))
    return [row.number for row in rows]


@dataclass(slots=True)
class _Row:
    """What a chunk reads of a staged row, and sets."""

    pk: int
    number: int
    verdict: str
    problems: list[dict[str, str]]
    person_id: int | None
    sealed: str


def _persons(rows: list[_Row], wanted: list[people.PersonRow], by: Actor) -> tuple[dict[int, Person], dict[int, str]]:
    """Place → the person, those known as they are, the others registered; and place → why not, for those who cannot be."""
    keys = {row.person_id for row in rows if row.person_id}
    known = {p.pk: p for p in Person.objects.select_related("division", "organisation").filter(pk__in=keys)} if keys else {}
    new = [place for place, row in enumerate(rows) if row.person_id is None]
    errors: dict[int, str] = {}
    registered: list[Person] = []
    while new:
        try:
            registered = people.register_people([wanted[place] for place in new], by, checked=True)
            break
        except people.RowErrors as refused:
            errors |= {new[place]: sentence for place, sentence in refused.errors.items()}
            new = [place for place in new if place not in errors]
    made = dict(zip(new, registered, strict=True))
    found = {place: known[row.person_id] if row.person_id else made.get(place) for place, row in enumerate(rows)}
    return {place: person for place, person in found.items() if person is not None}, errors


def _organisations(wanted: list[tuple[str, Division]], by: Actor) -> list[Organisation | None]:
    """The units that rosters name: a known one of that name in reach, else entered (of no particular kind) where the person is."""
    names = {name for name, _division in wanted if name}
    known = {unit.name: unit for unit in places_in_reach(by, *OFFICE).filter(name__in=names, closed_on__isnull=True)}
    missing = [(name, division) for name, division in wanted if name and name not in known]
    made = places.create_organisations(
        [{"name": name, "kind": OrganisationKind.OTHER, "division": division} for name, division in missing], by
    )
    entered = {(name, division.pk): unit for (name, division), unit in zip(missing, made, strict=True)}
    return [known.get(name) or entered.get((name, division.pk)) for name, division in wanted]


def _open_accounts(persons: dict[int, Person], contents: list[dict[str, Any]], by: Actor) -> dict[int, str]:
    """Accounts for those who have none, still to be bound: place → name, unit, user name and initial password, sealed until
    the list is delivered."""
    place_of = {person.pk: place for place, person in persons.items() if person.user_id is None}
    opened = {}
    for user, password in people.open_accounts([p for p in persons.values() if p.pk in place_of], by, bind=False):
        place = place_of[user.person.pk]
        kept = {name: contents[place][name] for name in ("name", "organisation")}
        opened[place] = sealed({**kept, "username": user.username, "password": password})
    return opened
