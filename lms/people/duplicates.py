"""Reads behind the worklist of likely duplicates. Only records that the actor may see on both sides are compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lms.core.actor import Actor
from lms.people import sealing, selectors
from lms.people.models import Distinct, IdentityDocument, Person
from lms.people.rules import duplicates as rule
from lms.people.rules import to_eighteen

REASONS: dict[str, str | Promise] = {
    rule.SAME_DOCUMENT: _("证件号码相同（含15位旧号码）"),
    rule.NAME_BIRTH: _("姓名和出生日期相同"),
    rule.NAME_PHONE: _("姓名和电话相同"),
    rule.PINYIN_BIRTH: _("姓名读音和出生日期相同"),
    rule.PINYIN_PHONE: _("姓名读音和电话相同"),
    rule.NAME_UNIT: _("姓名和单位相同"),
    rule.NEAR_BIRTH: _("姓名相近、出生日期相同"),
    rule.NEAR_PHONE: _("姓名相近、电话相同"),
    rule.PHONE: _("电话相同、姓名不同"),
    rule.OTHER_DOCUMENT: _("身份证号码不同"),
    rule.OTHER_SEX: _("性别不同"),
    rule.OTHER_BIRTH: _("出生日期不同"),
}
KEYS_LOOKED_AT = 300
_LOOKED_BY = {"surname": "name__startswith"}


@dataclass(frozen=True, slots=True)
class Pair:
    one: Person
    other: Person
    score: int
    reasons: tuple[str, ...]

    @property
    def sentences(self) -> list[str]:
        return [str(REASONS[reason]) for reason in self.reasons]


def possible_duplicates(person: Person, *, actor: Actor | None = None) -> list[Pair]:
    """Records that may be the same human being as ``person``, the likeliest first; merged and ruled-out ones are absent."""
    if person.erased_at:
        return []
    like = Q(name=person.name) & (Q(organisation=person.organisation_id) if person.organisation_id else Q(pk__in=[]))
    sounds = Q(pinyin=person.pinyin) if person.pinyin else Q(name=person.name)
    if person.birth_date:
        like |= (sounds | Q(name__startswith=person.name[:1])) & Q(birth_date=person.birth_date)
    if person.phone:
        like |= Q(phone=person.phone)
    hashes = _hashes([person]).get(person.pk, (frozenset(), False))[0]
    if hashes:
        like |= Q(pk__in=_holders(hashes))
    people = selectors.people_in(actor) if actor is not None else _people()
    found = people.filter(like).exclude(pk=person.pk)[:100]
    return _pairs([(person, other) for other in found])


def worklist(actor: Actor, *roles: str) -> list[Pair]:
    """Likely duplicates among all the actor may see, the likeliest first; at most a few hundred groups are looked at."""
    people = selectors.people_in(actor, *roles)
    wanted: list[Q] = []
    bare = people.annotate(surname=Substr("name", 1, 1)).order_by()
    for keys in (("pinyin", "birth_date"), ("phone",), ("surname", "birth_date")):
        known = bare.exclude(pinyin="") if "pinyin" in keys else bare
        known = known.filter(birth_date__isnull=False) if "birth_date" in keys else known.exclude(phone="")
        groups = known.values(*keys).annotate(n=Count("pk")).filter(n__gt=1)[:KEYS_LOOKED_AT]
        wanted += [Q(**{_LOOKED_BY.get(key, key): group[key] for key in keys}) for group in groups]
    old = IdentityDocument.objects.exclude(later_index="").values("later_index")
    newer = dict(IdentityDocument.objects.filter(number_index__in=old).values_list("number_index", "person_id")[:KEYS_LOOKED_AT])
    older = dict(IdentityDocument.objects.filter(later_index__in=list(newer)).values_list("person_id", "later_index"))
    members: dict[int, Person] = {}
    for start in range(0, len(wanted), 50):
        condition = Q(pk__in=[])
        for part in wanted[start : start + 50]:
            condition |= part
        members.update({p.pk: p for p in people.filter(condition)})
    if newer:
        members.update({p.pk: p for p in people.filter(pk__in=[*newer.values(), *older])})
    buckets: dict[object, list[Person]] = {}
    for person in members.values():
        for key in ((person.pinyin, person.birth_date), (person.phone,), (person.name[:1], person.birth_date, "")):
            if all(key[:2]):
                buckets.setdefault(key, []).append(person)
    candidates = {tuple(sorted((a.pk, b.pk))) for bucket in buckets.values() for a, b in combinations(bucket[:20], 2)}
    candidates |= {tuple(sorted((pk, newer[index]))) for pk, index in older.items() if index in newer and newer[index] != pk}
    return _pairs([(members[a], members[b]) for a, b in sorted(candidates) if a in members and b in members])


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who is not on the books: a row of a roster."""

    name: str
    birth_date: dt.date | None
    phone: str
    sex: str
    document: str
    document_kind: str


@dataclass(frozen=True, slots=True)
class Known:
    """The record on the books that a stranger is most like."""

    person: Person
    score: int
    reasons: tuple[str, ...]

    @property
    def sentences(self) -> list[str]:
        return [str(REASONS[reason]) for reason in self.reasons]


def likely_known(strangers: Sequence[Stranger], *, actor: Actor) -> dict[int, Known]:
    """Place → the likeliest record in the actor's scope, for at most some thousand strangers at a time. Others are absent.

    Looked for by the same name and birth date, the same telephone, and the other form of a resident number.
    """
    births = {s.birth_date for s in strangers if s.birth_date}
    phones = {s.phone for s in strangers if s.phone}
    people = selectors.people_in(actor)
    like = Q(name__in={s.name for s in strangers}, birth_date__in=births) if births else Q(pk__in=[])
    found = {p.pk: p for p in people.filter(like)} | {p.pk: p for p in people.filter(phone__in=phones)}
    hashes = _hashes_of(strangers) if IdentityDocument.objects.exclude(later_index="").exists() or _has_old(strangers) else {}
    holders: dict[str, list[int]] = {}
    every = {h for known in hashes.values() for h in known}
    if every:
        documents = IdentityDocument.objects.filter(Q(later_index__in=every) | Q(number_index__in=every))
        for pk, index, later in documents.values_list("person_id", "number_index", "later_index"):
            for value in filter(None, (index, later)):
                holders.setdefault(value, []).append(pk)
        missing = {pk for pks in holders.values() for pk in pks} - found.keys()
        found |= {p.pk: p for p in people.filter(pk__in=missing)}
    if not found:
        return {}
    by_key: dict[object, set[int]] = {}
    for person in found.values():
        for key in ((person.name, person.birth_date), person.phone):
            by_key.setdefault(key, set()).add(person.pk)
    traits = traits_of(found.values())
    answer: dict[int, Known] = {}
    for place, stranger in enumerate(strangers):
        near = set(by_key.get((stranger.name, stranger.birth_date), ())) if stranger.birth_date else set()
        near |= by_key.get(stranger.phone, set()) if stranger.phone else set()
        near |= {pk for h in hashes.get(place, ()) for pk in holders.get(h, ()) if pk in found}
        best = max((_compared(stranger, hashes, place, found[pk], traits[pk]) for pk in near), key=lambda k: k.score, default=None)
        if best is not None and best.score >= rule.SHOWN_FROM:
            answer[place] = best
    return answer


def _compared(stranger: Stranger, hashes: dict[int, frozenset[str]], place: int, person: Person, traits: rule.Traits) -> Known:
    one = rule.Traits(
        name=stranger.name,
        pinyin="",
        birth_date=stranger.birth_date,
        phone=stranger.phone,
        sex=stranger.sex,
        unit=None,
        documents=hashes.get(place, frozenset()),
        resident=stranger.document_kind == IdentityDocument.Kind.RESIDENT and bool(stranger.document),
    )
    found = rule.likeness(one, traits)
    return Known(person, found.score, found.reasons)


def _has_old(strangers: Sequence[Stranger]) -> bool:
    return any(s.document_kind == IdentityDocument.Kind.RESIDENT_15 for s in strangers)


def _hashes_of(strangers: Sequence[Stranger]) -> dict[int, frozenset[str]]:
    """Under every live key: of resident numbers, an old one in the form that replaced it."""
    found = {}
    for place, stranger in enumerate(strangers):
        if stranger.document_kind == IdentityDocument.Kind.RESIDENT_15:
            found[place] = frozenset(sealing.indexes("resident", to_eighteen(stranger.document)))
        elif stranger.document and stranger.document_kind == IdentityDocument.Kind.RESIDENT:
            found[place] = frozenset(sealing.indexes("resident", stranger.document))
    return found


def _people() -> QuerySet[Person]:
    return Person.objects.filter(erased_at__isnull=True).select_related("division", "organisation")


def _pairs(candidates: Sequence[tuple[Person, Person]]) -> list[Pair]:
    canonical = selectors.canonical_ids()
    everyone = {p.pk: p for pair in candidates for p in pair}
    ruled_out = {
        (one, other)
        for one, other in Distinct.objects.filter(one__in=everyone, other__in=everyone, withdrawn_at__isnull=True).values_list(
            "one_id", "other_id"
        )
    }
    traits = traits_of(everyone.values())
    pairs = []
    for one, other in candidates:
        if canonical.get(one.pk, one.pk) == canonical.get(other.pk, other.pk):
            continue
        if (min(one.pk, other.pk), max(one.pk, other.pk)) in ruled_out:
            continue
        likeness = rule.likeness(traits[one.pk], traits[other.pk])
        if likeness.score >= rule.SHOWN_FROM:
            pairs.append(Pair(one, other, likeness.score, likeness.reasons))
    return sorted(pairs, key=lambda pair: (-pair.score, pair.one.pk, pair.other.pk))


def traits_of(people: Iterable[Person]) -> dict[int, rule.Traits]:
    """What the score compares, by person."""
    people = list(people)
    hashes = _hashes(people)
    empty: tuple[frozenset[str], bool] = (frozenset(), False)
    return {
        p.pk: rule.Traits(
            name=p.name,
            pinyin=p.pinyin,
            birth_date=p.birth_date,
            phone=p.phone,
            sex=p.sex,
            unit=p.organisation_id,
            documents=hashes.get(p.pk, empty)[0],
            resident=hashes.get(p.pk, empty)[1],
        )
        for p in people
    }


def _hashes(people: Sequence[Person]) -> dict[int, tuple[frozenset[str], bool]]:
    found: dict[int, tuple[set[str], bool]] = {}
    rows = IdentityDocument.objects.filter(person__in=[p.pk for p in people]).values_list(
        "person_id", "kind", "number_index", "later_index"
    )
    for person, kind, index, later in rows:
        hashes, resident = found.get(person, (set(), False))
        hashes |= {h for h in (index, later) if h}
        found[person] = (hashes, resident or kind == IdentityDocument.Kind.RESIDENT)
    return {person: (frozenset(hashes), resident) for person, (hashes, resident) in found.items()}


def _holders(hashes: frozenset[str]) -> list[int]:
    return list(
        IdentityDocument.objects.filter(Q(number_index__in=hashes) | Q(later_index__in=hashes)).values_list("person_id", flat=True)
    )
