"""How likely it is that two records are one human being. A score with its reasons; a human decides."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

SAME_DOCUMENT = "document"
NAME_BIRTH = "name_birth"
NAME_PHONE = "name_phone"
PINYIN_BIRTH = "pinyin_birth"
PINYIN_PHONE = "pinyin_phone"
NAME_UNIT = "name_unit"
NEAR_BIRTH = "near_birth"
NEAR_PHONE = "near_phone"
PHONE = "phone"
OTHER_DOCUMENT = "other_document"
OTHER_SEX = "other_sex"
OTHER_BIRTH = "other_birth"

# Decided here, not by a standard: enough to be shown from 50 on; what speaks against takes away.
SCORES = {
    SAME_DOCUMENT: 95,
    NAME_BIRTH: 80,
    NAME_PHONE: 75,
    PINYIN_BIRTH: 60,
    PINYIN_PHONE: 60,
    NAME_UNIT: 50,
    NEAR_BIRTH: 55,
    NEAR_PHONE: 65,
    PHONE: 50,  # numbers are shared and reassigned: whatever speaks against it hides the pair
    OTHER_DOCUMENT: -35,
    OTHER_SEX: -30,
    OTHER_BIRTH: -30,
}
SHOWN_FROM = 50


@dataclass(frozen=True, slots=True)
class Traits:
    name: str
    pinyin: str
    birth_date: dt.date | None
    phone: str
    sex: str
    unit: int | None
    documents: frozenset[str] = frozenset()  # hashes, the later form of 15-digit numbers included
    resident: bool = False  # an 18-digit resident number is known


@dataclass(frozen=True, slots=True)
class Likeness:
    score: int
    reasons: tuple[str, ...]


def likeness(one: Traits, other: Traits) -> Likeness:
    """The strongest reason counts, a second independent one adds a little, what contradicts takes away. Symmetric."""
    same_name, same_pinyin = one.name == other.name, bool(one.pinyin) and one.pinyin == other.pinyin
    same_birth = one.birth_date is not None and one.birth_date == other.birth_date
    same_phone = bool(one.phone) and one.phone == other.phone
    reasons: list[str] = []
    other_birth = one.birth_date is not None and other.birth_date is not None and not same_birth
    shared = bool(one.documents & other.documents)
    if shared:
        reasons.append(SAME_DOCUMENT)
    if same_birth and (same_name or same_pinyin):
        reasons.append(NAME_BIRTH if same_name else PINYIN_BIRTH)
    if same_phone and (same_name or same_pinyin):
        reasons.append(NAME_PHONE if same_name else PINYIN_PHONE)
    if same_birth and not (same_name or same_pinyin) and near_names(one.name, other.name):
        reasons.append(NEAR_BIRTH)
    if same_phone and not (same_name or same_pinyin):
        reasons.append(NEAR_PHONE if near_names(one.name, other.name) else PHONE)
    if same_name and one.unit is not None and one.unit == other.unit:
        reasons.append(NAME_UNIT)
    if not reasons:
        return Likeness(0, ())
    ranked = sorted((SCORES[r] for r in reasons), reverse=True)
    score = ranked[0] + 5 * (len(ranked) - 1)
    if one.resident and other.resident and not shared:  # two resident numbers: hardly one human being
        reasons.append(OTHER_DOCUMENT)
        score += SCORES[OTHER_DOCUMENT]
    if {one.sex, other.sex} == {"1", "2"}:
        reasons.append(OTHER_SEX)
        score += SCORES[OTHER_SEX]
    if other_birth and PHONE in reasons:
        reasons.append(OTHER_BIRTH)
        score += SCORES[OTHER_BIRTH]
    return Likeness(max(0, min(score, 99)), tuple(reasons))


def near_names(one: str, other: str) -> bool:
    """One character apart (another, one more, or two in the wrong order), the first one the same; three characters at least."""
    if one == other or not one or not other or one[0] != other[0] or max(len(one), len(other)) < 3:
        return False
    if len(one) == len(other):
        unlike = [place for place in range(len(one)) if one[place] != other[place]]
        swapped = len(unlike) == 2 and one[unlike[0]] == other[unlike[1]] and one[unlike[1]] == other[unlike[0]]
        return len(unlike) == 1 or swapped
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and any(long[:place] + long[place + 1 :] == short for place in range(1, len(long)))
