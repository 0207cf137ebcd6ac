"""The people of the large world: on the books of the counties and townships of one province, without identity documents."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any

from lms.core import clock
from lms.core.actor import Actor
from lms.demo.names import EDUCATION_WEIGHTS, invent
from lms.people.services.registration import pinyin_of
from lms.places.models import Division, Level
from lms.places.nation import load_divisions
from lms.places.selectors import division_by_code, valid_on

PROVINCE = "530000"
REGISTERED = "2020-12-01 09:00:00+08"  # a month before the first line
ON_COUNTY_BOOKS = 0.4  # the others are on the books of a township or street
COLUMNS = (
    *("id", "uuid", "name", "pinyin", "sex", "ethnic_group", "birth_date", "education", "major", "political_status", "phone"),
    *("division_id", "position_title", "salt", "created_at", "erased_reason"),
)


@dataclass(slots=True)
class County:
    """One county of the province, the divisions its people are on the books of, and those people as the lines name them."""

    pk: int
    path: str
    weight: float
    below: list[int] = field(default_factory=list)
    people: list[tuple[str, bytes]] = field(default_factory=list)  # the columns ``acts.WHO`` as text, and the salt


def counties(*, by: Actor, rng: random.Random) -> list[County]:
    """The counties that stand today with their townships; some have ten times the people of others."""
    load_divisions(by=by)
    province = division_by_code(PROVINCE)
    today = Division.objects.filter(valid_on(clock.today()), path__startswith=province.path, is_statistical=False).order_by("code")
    found = {d.path: County(d.pk, d.path, rng.uniform(0.3, 3)) for d in today.filter(level=Level.COUNTY)}
    for pk, path in today.filter(level=Level.TOWNSHIP).values_list("pk", "path"):
        parent = found.get(path[: path.rstrip("/").rindex("/") + 1])
        if parent is not None:
            parent.below.append(pk)
    return list(found.values())


@lru_cache(maxsize=50_000)
def _sound(part: str) -> str:
    return pinyin_of(part)


def rows(where: list[County], count: int, *, first: int, rng: random.Random) -> Iterator[str]:
    """``count`` people as rows of COPY, keys from ``first`` on."""
    weights = list(accumulate(c.weight for c in where))
    levels, of_level = list(EDUCATION_WEIGHTS), list(accumulate(EDUCATION_WEIGHTS.values()))
    draw, pick = rng.random, rng.choices
    for number in range(count):
        who = invent(rng, number + first)
        county = pick(where, cum_weights=weights)[0]
        division = county.pk if not county.below or draw() < ON_COUNTY_BOOKS else rng.choice(county.below)
        education = pick(levels, cum_weights=of_level)[0]
        name = who.name
        pinyin = _sound(name[0]) + _sound(name[1:])
        yield (
            f"{first + number}\t{rng.getrandbits(128):032x}\t{name}\t{pinyin}\t{who.sex}\t{who.ethnic_group}\t{who.birth_date}\t"
            f"{education}\t\t\t\t{division}\t\t\\\\x{rng.getrandbits(128):032x}\t{REGISTERED}\t\n"
        )


def seat(cursor: Any, where: list[County]) -> None:
    """Give every county its people as they stand in the database."""
    home = {pk: county for county in where for pk in (county.pk, *county.below)}
    with cursor.copy(
        "COPY (SELECT division_id, encode(salt, 'hex'), concat_ws(E'\\x01', id, division_id, sex, ethnic_group, education,"
        " extract(year FROM birth_date)::int) FROM people_person ORDER BY id) TO STDOUT"
    ) as copy:
        tail = b""
        for block in copy:
            *lines, tail = (tail + bytes(block)).split(b"\n")
            for line in lines:
                division, salt, who = line.split(b"\t")
                home[int(division)].people.append((who.decode().replace("\x01", "\t"), bytes.fromhex(salt.decode())))
