"""What a seal is over: every line of a subtree as then that was posted to a period, as plain texts, in order of position."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from lms.ledger import merkle
from lms.ledger.models import Line, Seal
from lms.ledger.querysets import LineQuerySet
from lms.places.models import Division

# column → where its value stands; uuids and codes only, so that no later change of a name moves a root
COLUMNS: dict[str, str] = {
    "position": "position",
    "uuid": "uuid",
    "kind": "kind",
    "person": "person__uuid",
    "occasion_label": "occasion_label",
    "occasion": "occasion",
    "slot": "slot",
    "happened_from": "happened_from",
    "happened_to": "happened_to",
    "posted_period": "posted_period",
    "posted_on": "posted_on",
    "minutes": "minutes",
    "hour_scheme": "hour_scheme__uuid",
    "hour_hundredths": "hour_hundredths",
    "quantity": "quantity",
    "sign": "sign",
    "division": "division__path",
    "organisation": "organisation__uuid",
    "post": "post__uuid",
    "category": "category__uuid",
    "programme": "programme__uuid",
    "mode": "mode",
    "topic": "topic",
    "sex": "sex",
    "ethnic_group": "ethnic_group",
    "education": "education",
    "birth_year": "birth_year",
    "facts": "facts",
    "source_label": "source_label",
    "source_uuid": "source_uuid",
    "evidence": "evidence",
    "recorded_by": "recorded_by",
    "recorded_at": "recorded_at",
    "reverses": "reverses__uuid",
}


def lines_under(division: Division, period: int, position: int) -> LineQuerySet:
    """Lines and counter-lines posted to the period by the position; later ones are not sealed."""
    return Line.objects.filter(position__lte=position).in_period(period).within(division)


def rows(division: Division, period: int, position: int) -> Iterator[list[str]]:
    """Their values as texts, the same on both engines and for ever."""
    found = lines_under(division, period, position).order_by("position").values_list(*COLUMNS.values())
    for values in found.iterator(chunk_size=5000):
        yield [_text(value) for value in values]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return str(value).replace("\n", " ").replace("\r", " ")


def leaves_of(division: Division, period: int, position: int) -> list[bytes]:
    return [merkle.leaf(merkle.text_of(values)) for values in rows(division, period, position)]


def root_over(leaves: list[bytes], division: Division, period: int, position: int) -> str:
    tree = merkle.tree_root(leaves)
    return merkle.sealed_root(tree, path=division.path, period=period, position=position, count=len(leaves))


def root_of(seal: Seal) -> str:
    """The root made anew from the lines."""
    place, period, position = seal.division, seal.period, seal.closing_position
    return root_over(leaves_of(place, period, position), place, period, position)


def header_of(seal: Seal) -> list[str]:
    """The first line of an export: what it is of and the root that vouches for it."""
    head = ["lms-seal", str(seal.version), seal.division.path, str(seal.period), str(seal.closing_position)]
    return [*head, str(seal.line_count), seal.root]


def export_rows(seal: Seal) -> Iterator[list[str]]:
    """Number, values and the new part of the audit path, for each sealed line."""
    place, period, position = seal.division, seal.period, seal.closing_position
    parts = merkle.new_path_parts(leaves_of(place, period, position))
    for number, (values, part) in enumerate(zip(rows(place, period, position), parts, strict=True), start=1):
        yield [str(number), *values, "".join(digest.hex() for digest in part)]
