"""The daily hash chain: every ledger line and audit event hashed in order onto the last head, heads kept outside the database.

A digest covers the columns named by its version, so a later column does not break an earlier link. Nobody who only holds
the database can change a row unnoticed: the head of its day stands in a file elsewhere.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings

from lms.audit import selectors as audit
from lms.ledger.models import DayChain, Line, LineTag

VERSION = 1
PART = 5000  # rows in memory at a time
LEAF = 8  # bytes of a row's digest that are kept to find the row again
LINE_FIELDS: dict[int, tuple[str, ...]] = {
    1: (
        *("position", "uuid", "key", "kind", "person_id", "occasion_label", "occasion", "slot", "happened_from", "happened_to"),
        *("posted_period", "posted_on", "minutes", "hour_scheme_id", "hour_hundredths", "quantity", "sign", "division_id"),
        *("organisation_id", "post_id", "category_id", "programme_id", "mode", "topic", "sex", "ethnic_group", "education"),
        *("birth_year", "facts", "source_label", "source_uuid", "evidence", "recorded_by", "recorded_at", "reverses_id"),
    )
}
EVENT_FIELDS: dict[int, tuple[str, ...]] = {
    1: (
        *("id", "uuid", "verb", "actor_uuid", "actor_label", "address", "record_label", "record_uuid", "division_path"),
        *("happened_at", "details"),
    )
}


def digest(values: Iterable[Any]) -> bytes:
    """SHA-256 over a row's values in one text that both engines give alike."""
    text = json.dumps([_plain(value) for value in values], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, dt.date | uuid.UUID):
        return str(value)
    return value


def line_digests(first: int, last: int, version: int) -> Iterator[tuple[uuid.UUID, int, bytes]]:
    """(uuid, position, digest) of the lines from one position to another, in order; a line's tags are part of it."""
    fields = LINE_FIELDS[version]
    rows = Line.objects.filter(position__gte=first, position__lte=last).order_by("position")
    found = rows.values_list("pk", *fields).iterator(chunk_size=PART)
    while part := list(islice(found, PART)):
        tags = _tags(part[0][1], part[-1][1])
        for pk, *values in part:
            yield values[1], values[0], digest([*values, sorted(tags.get(pk, []))])


def _tags(first: int, last: int) -> dict[int, list[str]]:
    """Line → its tags, of the lines from one position to another."""
    tagged: dict[int, list[str]] = {}
    tags = LineTag.objects.filter(line__position__gte=first, line__position__lte=last)
    for line, name, code in tags.values_list("line_id", "name", "code"):
        tagged.setdefault(line, []).append(f"{name}={code}")
    return tagged


def event_digests(first: int, last: int, version: int) -> Iterator[tuple[uuid.UUID, int, bytes]]:
    rows = audit.events_between(first, last).values_list(*EVENT_FIELDS[version])
    for values in rows.iterator(chunk_size=5000):
        yield values[1], values[0], digest(values)


def head_of(previous: str, day: dt.date, version: int, digests: Iterable[bytes]) -> str:
    running = hashlib.sha256(f"{previous}|{day.isoformat()}|{version}|".encode())
    for one in digests:
        running.update(one)
    return running.hexdigest()


def heads_folder() -> Path:
    return Path(settings.LEDGER_HEADS_DIR)


def write_head(link: DayChain) -> Path:
    """Write a link's head (JSON) and leaves outside the database. Written again it must say the same."""
    folder = heads_folder()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{link.number:06}-{link.day.isoformat()}.json"
    file.with_suffix(".leaves").write_bytes(bytes(link.leaves))
    text = json.dumps(summary(link), ensure_ascii=False, indent=1, sort_keys=True)
    if not file.exists():
        draft = file.with_suffix(".draft")
        draft.write_text(text + "\n", encoding="utf-8")
        draft.replace(file)
    return file


def summary(link: DayChain) -> dict[str, Any]:
    return {
        "number": link.number,
        "day": link.day.isoformat(),
        "version": link.version,
        "lines": link.line_count,
        "last_position": link.last_position,
        "events": link.event_count,
        "last_event": link.last_event,
        "previous": link.previous,
        "head": link.head,
    }


def published() -> dict[int, dict[str, Any]]:
    """Heads found outside the database, by number."""
    found = {}
    for file in sorted(heads_folder().glob("*.json")) if heads_folder().exists() else []:
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            found[int(content["number"])] = content
        except (OSError, ValueError, KeyError):
            found[-len(found) - 1] = {"file": file.name}
    return found
