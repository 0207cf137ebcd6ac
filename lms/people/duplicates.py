"""Reads behind the worklist of likely duplicates. Only records that the actor may see on both sides are compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lms.core.actor import Actor
from lms.people import selectors
from lms.people.models import Distinct, IdentityDocument, Person
from lms.people.rules import duplicates as rule

REASONS: dict[str, str | Promise] = {
    rule.SAME_DOCUMENT: _("证件号码相同（含15位旧号码）"),
    rule.NAME_BIRTH: _("姓名和出生日期相同"),
    rule.NAME_PHONE: _("姓名和电话相同"),
    rule.PINYIN_BIRTH: _("姓名读音和出生日期相同"),
    rule.PINYIN_PHONE: _("姓名读音和电话相同"),
    rule.NAME_UNIT: _("姓名和单位相同"),
    rule.OTHER_DOCUMENT: _("身份证号码不同"),
    rule.OTHER_SEX: _("性别不同"),
}
KEYS_LOOKED_AT = 300


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
        like |= sounds & Q(birth_date=person.birth_date)
    if person.phone:
        like |= sounds & Q(phone=person.phone)
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
    spelled = people.exclude(pinyin="").order_by()
    for second, known in (("birth_date", spelled.filter(birth_date__isnull=False)), ("phone", spelled.exclude(phone=""))):
        groups = known.values("pinyin", second).annotate(n=Count("pk")).filter(n__gt=1)[:KEYS_LOOKED_AT]
        wanted += [Q(pinyin=g["pinyin"], **{second: g[second]}) for g in groups]
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
        for key in ((person.pinyin, person.birth_date), (person.pinyin, person.phone)):
            if all(key):
                buckets.setdefault(key, []).append(person)
    candidates = {tuple(sorted((a.pk, b.pk))) for bucket in buckets.values() for a, b in combinations(bucket[:20], 2)}
    candidates |= {tuple(sorted((pk, newer[index]))) for pk, index in older.items() if index in newer and newer[index] != pk}
    return _pairs([(members[a], members[b]) for a, b in sorted(candidates) if a in members and b in members])


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
