"""Reads of persons, scoped by who looks."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Case, Q, QuerySet, When
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.accounts.roles import OFFICE, Role
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.people import consents, rules, sealing
from lms.people.models import Consent, CorrectionRequest, IdentityDocument, Merge, Person
from lms.places.models import Division

# who may see persons of a subtree; trainers and supervisors see theirs through classes and agreements
SEEING = (*OFFICE, Role.REVIEWER, Role.AUDITOR, Role.SECURITY_ADMIN)


def person_of(actor: Actor) -> Person | None:
    """The person behind an actor's account, or None (an administrator need not be one)."""
    if actor.user_id is None:
        return None
    return Person.objects.select_related("division", "organisation").filter(user_id=actor.user_id, erased_at__isnull=True).first()


def people_in(actor: Actor, *roles: str) -> QuerySet[Person]:
    """Persons on the books of the divisions where the actor holds one of ``roles`` (by default: one that sees people)."""
    return (
        Person.objects.filter(actor.q("division__path", *(roles or SEEING)))
        .filter(erased_at__isnull=True)
        .select_related("division", "organisation")
    )


def links() -> list[rules.Link]:
    """Every merge link ever stated, with the position at which it was taken back."""
    undone = dict(Merge.objects.filter(undoes__isnull=False).values_list("undoes_id", "position"))
    rows = Merge.objects.filter(undoes__isnull=True).values_list("pk", "kept_id", "duplicate_id", "position")
    return [rules.Link(kept, duplicate, position, undone.get(pk)) for pk, kept, duplicate, position in rows]


def canonical_ids(as_of: int | None = None) -> dict[int, int]:
    """Merged-away person id → id of the person kept, as known at the position. Persons that were never merged are absent."""
    return rules.canonical_of(links(), as_of=as_of)


def linked_since(position: int) -> bool:
    """Whether any link was stated or taken back after a position."""
    return Merge.objects.filter(position__gt=position).exists()


def canonical_if(*, kept: Person, duplicate: Person, undone: Merge | None = None) -> tuple[dict[int, int], dict[int, int]]:
    """Who counts as whom as stated now, and as it would be: with the two as one, or without the link that is taken back."""
    now = links()
    if undone is None:
        then = [*now, rules.Link(kept.pk, duplicate.pk, 0, None)]
    else:
        gone = rules.Link(undone.kept_id, undone.duplicate_id, undone.position, None)
        then = [link for link in now if link != gone]
    return rules.canonical_of(now, as_of=None), rules.canonical_of(then, as_of=None)


def ids_of(person: Person, *, as_of: int | None = None) -> set[int]:
    """All ids of one human being, as known at the position; at least the person's own."""
    return rules.group_of(person.pk, canonical_ids(as_of))


def accounts_of(persons: Iterable[Person]) -> list[User]:
    """The accounts in use of these human beings, each once: a record merged away and the one kept are the same reader."""
    kept_by = canonical_ids()
    kept = {kept_by.get(person.pk, person.pk) for person in persons}
    ids = kept | {merged for merged, top in kept_by.items() if top in kept}
    return list(User.objects.filter(person__in=ids, is_active=True).order_by("pk"))


def documents_matching(kind: str, number: str) -> QuerySet[IdentityDocument]:
    return IdentityDocument.objects.filter(kind=kind, number_index__in=sealing.indexes(kind, number))


def persons_by_documents(wanted: Iterable[tuple[str, str]], *, canonical: bool = True) -> dict[tuple[str, str], Person]:
    """(kind, number) → the person holding it, for at most a few hundred normalised numbers, under every live key."""
    by_index = {index: (kind, number) for kind, number in set(wanted) for index in sealing.indexes(kind, number)}
    found: dict[tuple[str, str], Person] = {}
    keys = list(by_index)
    for start in range(0, len(keys), 500):
        documents = IdentityDocument.objects.filter(number_index__in=keys[start : start + 500]).select_related(
            "person__division", "person__organisation"
        )
        for document in documents:
            kind, number = by_index[document.number_index]
            if document.kind == kind:
                found[(kind, number)] = document.person
    if not canonical or not found:
        return found
    kept = canonical_ids()
    merged = {kept[p.pk] for p in found.values() if p.pk in kept}
    if merged:
        tops = {p.pk: p for p in Person.objects.filter(pk__in=merged).select_related("division", "organisation")}
        found = {key: tops.get(kept.get(p.pk, 0), p) for key, p in found.items()}
    return found


def stranded_people(actor: Actor, *roles: str) -> QuerySet[Person]:
    """Persons in scope on the books of a division that stands no more: a split, say; an office moves them by hand."""
    people = Person.objects.filter(actor.q("division__path", *(roles or SEEING)), erased_at__isnull=True)
    return people.filter(division__valid_to__lt=clock.today())


def search_people(actor: Actor, text: str, *, within: Division | None = None) -> QuerySet[Person]:
    """Persons in scope whose name or its pinyin holds ``text`` (at least two characters), newest first."""
    people = people_in(actor).order_by("-pk")
    if within is not None:
        people = people.filter(division__path__startswith=within.path)
    text = text.strip()
    if len(text) < 2:
        return people
    named = Q(name__icontains=text) | Q(name__icontains=text.replace(".", "·").replace("•", "·"))
    if text.isascii() and text.isalpha():
        named |= Q(pinyin__startswith=text.lower())
    return people.filter(named)


def document_in(actor: Actor, document_uuid: uuid.UUID, *roles: str) -> IdentityDocument:
    """One document of a person in scope; outside is missing."""
    found = IdentityDocument.objects.filter(uuid=document_uuid).select_related("person__division").first()
    if found is None or not people_in(actor, *roles).filter(pk=found.person_id).exists():
        raise Missing(_("没有这份证件。"))
    return found


def merge_in(actor: Actor, merge_uuid: uuid.UUID, *roles: str) -> Merge:
    """A merge link whose both persons lie in scope; outside is missing."""
    found = Merge.objects.filter(uuid=merge_uuid).select_related("kept__division", "duplicate__division").first()
    if found is None or people_in(actor, *roles).filter(pk__in=[found.kept_id, found.duplicate_id]).count() != 2:
        raise Missing(_("没有这条合并记录。"))
    return found


def merges_in(actor: Actor, *roles: str) -> QuerySet[Merge]:
    """Links that stand between two persons in scope, the newest first."""
    mine = people_in(actor, *roles).order_by().values("pk")
    standing = Merge.objects.standing().filter(kept__in=mine, duplicate__in=mine)
    return standing.select_related("kept__division", "duplicate__division").order_by("-decided_at", "-pk")


def corrections_in(actor: Actor, *roles: str) -> QuerySet[CorrectionRequest]:
    """Requests for correction of persons in scope, the open ones first and the oldest of those on top."""
    return (
        CorrectionRequest.objects.filter(actor.q("person__division__path", *(roles or SEEING)))
        .select_related("person__division")
        .order_by(Case(When(status="open", then=0), default=1), "created_at", "pk")
    )


def correction_in(actor: Actor, request_uuid: uuid.UUID, *roles: str) -> CorrectionRequest:
    found = corrections_in(actor, *roles).filter(uuid=request_uuid).first()
    if found is None:
        raise Missing(_("没有这份申请。"))
    return found


def person_in(actor: Actor, person_uuid: uuid.UUID, *roles: str) -> Person:
    """One person in the actor's scope (with ``roles``); outside is missing."""
    person = people_in(actor, *roles).filter(uuid=person_uuid).first()
    if person is None:
        raise Missing(_("没有这个人。"))
    return person


def possible_duplicates(person: Person, *, actor: Actor | None = None) -> list[Any]:
    """Records that may be the same human being, the likeliest first (see ``duplicates``)."""
    from lms.people import duplicates

    return duplicates.possible_duplicates(person, actor=actor)


def unanswered_consents(person: Person) -> list[consents.ConsentText]:
    """Texts in force today to which this human being has given no answer in the version in force."""
    answered = set(Consent.objects.filter(person__in=ids_of(person)).values_list("purpose", "version"))
    return [text for text in consents.all_current(clock.today()) if (text.purpose, text.version) not in answered]


def consent_state(person: Person) -> list[tuple[consents.ConsentText, Consent | None]]:
    """Each text in force with the newest answer to its purpose."""
    newest: dict[str, Consent] = {}
    for answer in Consent.objects.filter(person__in=ids_of(person)).order_by("answered_at", "pk"):
        newest[answer.purpose] = answer
    return [(text, newest.get(text.purpose)) for text in consents.all_current(clock.today())]


def consented(person: Person, purpose: str) -> bool:
    """Whether the newest answer to a purpose is yes."""
    newest = Consent.objects.filter(person__in=ids_of(person), purpose=purpose).order_by("-answered_at", "-pk").first()
    return bool(newest and newest.given)


def persons_consenting(ids: Iterable[int], purpose: str) -> set[int]:
    """Of these persons, those whose newest answer to ``purpose`` is yes."""
    newest: dict[int, bool] = {}
    answers = Consent.objects.filter(person__in=list(ids), purpose=purpose).order_by("answered_at", "pk")
    for person, given in answers.values_list("person_id", "given"):
        newest[person] = given
    return {person for person, given in newest.items() if given}


def persons_by_ids(ids: Iterable[int]) -> list[Person]:
    """Persons by id, by name; erased ones left out."""
    rows = Person.objects.filter(pk__in=list(ids), erased_at__isnull=True)
    return list(rows.select_related("division", "user").order_by("pinyin", "pk"))


def users_of(ids: Iterable[int]) -> list[User]:
    """The accounts of these persons, where they have one."""
    return list(User.objects.filter(person__in=list(ids)).order_by("pk"))


def users_not_consenting(user_ids: Iterable[int], purpose: str) -> set[int]:
    """Of these accounts, those of a person whose newest answer to ``purpose`` is not yes. Accounts of nobody are not among them."""
    newest: dict[int, bool] = {}
    user_of = dict(Person.objects.filter(user__in=list(user_ids)).values_list("pk", "user_id"))
    answers = Consent.objects.filter(person__in=list(user_of), purpose=purpose).order_by("answered_at", "pk")
    for person, given in answers.values_list("person_id", "given"):
        newest[person] = given
    return {user for person, user in user_of.items() if user is not None and not newest.get(person)}
