"""Reads the shipped lists of divisions and works out every row with its validity. Touches no database; ``services`` writes.

A *version* is one division under one code and one name from–to. The list of 2023 gives the versions that stood then,
``changes.csv`` cuts and adds the others.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import io
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from lms.places.models import DivisionChange, Level
from lms.places.pinyin import joined, reading_of, syllables_of

FOLDER = Path(__file__).parent / "data"
LIST = FOLDER / "divisions-2023-06-30.csv.gz"
CHANGES = FOLDER / "changes.csv"
NATION = "000000"
NAMESPACE = uuid.UUID("6f0f7a53-6a3b-5d0e-9a54-1f8f2f4b3d10")  # the same division has the same uuid in every installation
LEVEL_OF = {2: Level.PROVINCE, 4: Level.PREFECTURE, 6: Level.COUNTY, 9: Level.TOWNSHIP, 12: Level.VILLAGE}
PARENT_LENGTH = {4: 2, 6: 4, 9: 6, 12: 9}
# names that the statistical list puts where there is no division
PLACEHOLDERS = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
# cities without counties: their townships hang on a doubled county
DOUBLED = {"441900", "442000", "460400", "620201"}
# 香港岛, 九龙, 新界 and the two parts of Macao are areas, not divisions
AREAS = ("81", "82")


@dataclass(slots=True)
class Version:
    code: str
    name: str
    level: Level
    parent: Version | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    is_statistical: bool = False
    full_name: str = ""
    path: str = "/"
    syllables: str = ""

    @property
    def key(self) -> tuple[int, str, str]:
        return (int(self.level), self.code, self.name)

    @property
    def reading(self) -> tuple[str, str]:
        return joined(self.syllables) if self.syllables else reading_of(self.name)

    @property
    def uuid(self) -> uuid.UUID:
        return uuid.uuid5(NAMESPACE, f"{self.code}:{self.name}")


@dataclass(slots=True)
class Change:
    before: Version
    after: Version
    happened_on: dt.date
    certainty: str
    source: str
    kind: str = ""


@dataclass(slots=True)
class Nation:
    versions: dict[tuple[str, str], Version] = field(default_factory=dict)  # by code and name, parents first
    changes: list[Change] = field(default_factory=list)


def level_of(code: str) -> Level:
    return Level.NATION if code == NATION else LEVEL_OF[len(code)]


def read() -> Nation:
    """The whole nation, parents before children, full names and paths filled in."""
    versions = {(code, name): _version(code, name, syllables) for code, name, syllables in _listed()}
    versions[NATION, "全国"] = Version(NATION, "全国", Level.NATION)
    changes = _apply_changes(versions)
    _hang(versions)
    ordered = dict(sorted(versions.items(), key=lambda item: (item[1].level, item[0])))
    for version in ordered.values():
        _describe(version)
    return Nation(ordered, changes)


def fingerprint() -> str:
    """Tells whether the shipped lists are the ones loaded last."""
    return hashlib.sha256(LIST.read_bytes() + CHANGES.read_bytes()).hexdigest()[:16]


def _listed() -> list[tuple[str, str, str]]:
    with gzip.open(LIST, "rt", encoding="utf-8", newline="") as lines:
        return [(row["code"], row["name"], row.get("pinyin") or "") for row in csv.DictReader(lines)]


def write_list(rows: list[tuple[str, str]]) -> None:
    """Write the list anew from codes and names, with its readings, byte by byte the same for the same rows. For maintainers."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("code", "name", "pinyin"))
    writer.writerows((code, name, syllables_of(name)) for code, name in sorted(rows))
    with LIST.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=9) as packed:
        packed.write(text.getvalue().encode())


def _version(code: str, name: str, syllables: str = "") -> Version:
    statistical = code in DOUBLED or (len(code) == 4 and (name in PLACEHOLDERS or code.startswith(AREAS)))
    return Version(code, name, level_of(code), is_statistical=statistical, syllables=syllables)


def _apply_changes(versions: dict[tuple[str, str], Version]) -> list[Change]:
    changes = []
    with CHANGES.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        day = dt.date.fromisoformat(row["happened_on"])
        after = versions.setdefault((row["after"], row["after_name"]), _version(row["after"], row["after_name"]))
        if row["after_begins"] == "yes":
            after.valid_from = day
        if not row["before"]:
            continue
        before = versions.setdefault((row["before"], row["before_name"]), _version(row["before"], row["before_name"]))
        if row["before_ends"] == "yes":
            before.valid_to = day - dt.timedelta(days=1)
        changes.append(Change(before, after, day, row["certainty"], row["source"]))
    _name_kinds(changes)
    return changes


def _name_kinds(changes: list[Change]) -> None:
    kinds = DivisionChange.Kind
    for change in changes:
        before, after = change.before, change.after
        siblings = [c for c in changes if c.happened_on == change.happened_on]
        heirs = sum(c.before is before for c in siblings)
        sources = sum(c.after is after for c in siblings)
        if before.code == after.code:
            change.kind = kinds.RENAMED
        elif before.valid_to is None or before.valid_to >= change.happened_on or heirs > 1:
            change.kind = kinds.SPLIT
        elif sources > 1 or after.valid_from != change.happened_on:
            change.kind = kinds.MERGED
        elif before.name == after.name:
            change.kind = kinds.MOVED
        else:
            change.kind = kinds.RECODED


def _hang(versions: dict[tuple[str, str], Version]) -> None:
    """Give every version its parent: the one under the parent's code whose validity meets its own best."""
    by_code: dict[str, list[Version]] = {}
    for version in versions.values():
        by_code.setdefault(version.code, []).append(version)
    for version in list(versions.values()):
        if version.level == Level.NATION:
            continue
        length = PARENT_LENGTH.get(len(version.code))
        code = version.code[:length] if length else NATION
        if code not in by_code:  # the 县 of a municipality that has none left
            gone = Version(code, "县", level_of(code), is_statistical=True)
            versions[code, "县"] = gone
            by_code[code] = [gone]
            by_code.setdefault(NATION, [versions[NATION, "全国"]])
            gone.parent = by_code[code[:2]][0]
            gone.valid_to = max(v.valid_to for v in versions.values() if v.code.startswith(code) and v.valid_to)
        version.parent = _best(by_code[code], version)


def _best(candidates: list[Version], child: Version) -> Version:
    day = child.valid_to or dt.date.max
    return next(
        (c for c in candidates if (c.valid_to or dt.date.max) >= day and (c.valid_from or dt.date.min) <= day), candidates[0]
    )


def _describe(version: Version) -> None:
    parent = version.parent
    if parent is None:
        version.full_name = version.name
    else:
        version.path = f"{parent.path}{version.code}/"
        before = "" if parent.level == Level.NATION else parent.full_name
        version.full_name = before if version.is_statistical else f"{before}{version.name}"
