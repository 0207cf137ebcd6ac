"""Where people are on the books after a change of divisions: with a single heir they go along, a split is decided by people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from lms.accounts import following as accounts
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.people.followers import FOLLOWERS
from lms.people.models import Person
from lms.people.selectors import stranded_people
from lms.places.boundaries import heirs_on
from lms.places.models import Division


@dataclass(frozen=True, slots=True)
class Followed:
    """``waiting`` are on the books of a division that ended without a single heir: an office says where each belongs."""

    divisions: int
    people: int
    grants: int
    waiting: int


def follow_divisions(*, by: Actor) -> Followed:
    """Persons, accounts, offices and what goes on in divisions that became one other go along; safe to run again.

    Lines keep the division of then, so no figure moves. Roles follow where the heir is the same office under a new code, name or
    parent; a division taken in by another brings its people, not its office.
    """
    ends = heirs_on(clock.today())
    gone = Division.objects.in_bulk(list(ends))
    standing = Division.objects.in_bulk({pk for found in ends.values() for pk in found})
    only = {pk: next(iter(found)) for pk, found in ends.items() if len(found) == 1}
    divisions = people = grants = 0
    for pk in sorted(_concerned(only)):
        before, after = gone[pk], standing[only[pk]]
        if after.valid_to is not None and after.valid_to < clock.today():
            continue  # it ended too, and nothing says what it became
        sources = [gone[other] for other, end in only.items() if end == after.pk]
        rows = sum(follower.follow(before, after, by) for follower in FOLLOWERS)  # before the persons are held
        with transaction.atomic():
            moved = Person.objects.filter(division=before).update(division=after)
            kept, given = accounts.follow(before=before, after=after, offices=_same_office(before, after, sources), by=by)
            if moved or kept or given:
                audit.record(
                    "people.division.followed",
                    after,
                    by=by,
                    division_path=after.path,
                    left=str(before.uuid),
                    people=moved,
                    accounts=kept,
                )
        if moved or kept or given or rows:
            divisions, people, grants = divisions + 1, people + moved, grants + given
    return Followed(divisions, people, grants, stranded_people(by).count())


def _concerned(only: dict[int, int]) -> set[int]:
    """Of these, the divisions where a person is on the books, an account is kept, a role is held or something goes on."""
    people = Person.objects.filter(division__valid_to__lt=clock.today()).values_list("division", flat=True).distinct()
    others = {pk for follower in FOLLOWERS for pk in follower.ended()}
    return (set(people) | accounts.ended_divisions() | others) & set(only)


def _same_office(before: Division, after: Division, sources: Iterable[Division]) -> bool:
    """The heir began after the old one ended, and nothing else that stood then became it."""
    ended = before.valid_to
    if ended is None or after.valid_from is None or after.valid_from <= ended:
        return False
    others = [row for row in sources if row.pk != before.pk]
    return not any((row.valid_from or ended) <= ended <= (row.valid_to or ended) for row in others)
