"""What the columns of an uploaded roster mean: outlined by a job, proposed, confirmed by a human, remembered for the division."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import RosterImport, RosterRow, RosterWording
from courses.roster import columns, reading
from courses.roster.cells import plain_text
from courses.roster.columns import Column, Header
from courses.services.locks import check_live, locked_class
from courses.states import RosterState
from lms.audit import services as audit
from lms.core import clock, crypto, jobs
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.people.rules import mask_document, mask_phone
from lms.places.models import Division

PURPOSE = "courses.roster"
SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """One column as the page shows it: what it is taken for, what it might be, what stands in its first cells."""

    column: Column
    field: str
    guess: str
    samples: tuple[str, ...]
    hidden: bool

    @property
    def guess_label(self) -> str:
        return str(columns.LABELS.get(self.guess, ""))


@contextmanager
def uploaded(roster: RosterImport) -> Iterator[Path]:
    """The uploaded file as a path of its own, gone afterwards."""
    with NamedTemporaryFile(suffix=Path(str(roster.upload.name)).suffix) as copy:
        with roster.upload.open("rb") as handle:
            for chunk in handle.chunks():
                copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


def outline_roster(*, roster: RosterImport, by: Actor) -> RosterImport:
    """Look into the uploaded file and keep what a human has to confirm. A file that cannot be used raises ``BadInput``."""
    if roster.state != RosterState.READING:
        return roster
    with uploaded(roster) as path:
        seen = reading.outline(path)
    index, header = reading.recognise(seen, wordings_of(roster.training_class.division))
    sheets = [sheet.as_json() for sheet in seen.sheets]
    with transaction.atomic():
        found = RosterImport.objects.select_for_update(of=("self",), no_key=True).get(pk=roster.pk)
        if found.state == RosterState.READING:
            found.kind = seen.kind
            found.outline = crypto.encrypt(json.dumps(sheets, ensure_ascii=False), purpose=PURPOSE)
            found.sheet = seen.sheets[index].name[:120]
            found.header_top, found.header_first = header.top, header.first
            found.columns = _kept(header)
            found.state = RosterState.MAPPING
            found.save(update_fields=["kind", "outline", "sheet", "header_top", "header_first", "columns", "state"])
    return found


def sheets_of(roster: RosterImport) -> list[dict[str, Any]]:
    """The outline of every sheet; empty once the import is closed and cleaned."""
    if not roster.outline:
        return []
    sheets: list[dict[str, Any]] = json.loads(crypto.decrypt(roster.outline, purpose=PURPOSE))
    return sheets


def sheet_named(sheets: list[dict[str, Any]], name: str) -> dict[str, Any]:
    found = next((sheet for sheet in sheets if sheet["name"][:120] == name), None)
    if found is None:
        raise BadInput(_("没有这个工作表，请重新选择。"))
    return found


def wordings_of(division: Division) -> dict[str, str]:
    """Header words → field, as confirmed before by the division or one above it; the nearest division's word counts."""
    parts = division.path.strip("/").split("/")
    above = ["/" + "".join(f"{part}/" for part in parts[:depth]) for depth in range(1, len(parts) + 1)]
    rows = RosterWording.objects.filter(division__path__in=above).values_list("division__path", "words", "field")
    return {words: field for _path, words, field in sorted(rows, key=lambda row: len(row[0]))}


def header_of(
    roster: RosterImport, sheet: dict[str, Any], *, top: int | None = None, first: int | None = None, confirmed: bool = False
) -> Header | None:
    """The header as recognised on a sheet, or where a human says it stands (0-based rows); ``confirmed``: with meanings kept."""
    known = wordings_of(roster.training_class.division)
    merged = [tuple(row) for row in sheet["merged"]]
    if top is None or first is None:
        return columns.find_header(sheet["head"], merged, known) or columns.likely_header(sheet["head"], merged, known)
    if not 0 <= top < first <= min(top + columns.DEEPEST, len(sheet["head"])):
        raise BadInput(_("表头行不对：应是名单上方的 1 至 %(most)d 行。") % {"most": columns.DEEPEST})
    header = columns.header_at(sheet["head"], top, first - top, merged, known)
    return header.assigned({row["column"]: row["field"] for row in roster.columns}) if confirmed else header


def proposals_of(header: Header, sheet: dict[str, Any]) -> list[Proposal]:
    """Each column of a header with what stands below it, numbers of people masked."""
    below = sheet["head"][header.first :]
    found = []
    for column in header.everything():
        cells = [row[column.place] for row in below if column.place < len(row)]
        texts = [_sample(cell, column.field) for cell in cells if cell is not None]
        found.append(
            Proposal(
                column=column,
                field=column.field,
                guess=column.guess,
                samples=tuple(dict.fromkeys(filter(None, texts)))[:SAMPLES],
                hidden=column.place in sheet["hidden_columns"],
            )
        )
    return found


def _sample(cell: Any, field: str) -> str:
    text = plain_text(cell)
    digits = sum(c.isdigit() for c in text)
    if field == "document" or digits >= 15:
        return mask_document(text) if digits > 5 else text[:24]
    if field == "phone" or (digits == 11 and text.startswith("1")):
        return mask_phone(text)
    return text[:24]


def confirm_columns(
    *,
    roster: RosterImport,
    sheet: str,
    top: int,
    first: int,
    fields: Mapping[str, str],
    leave_hidden: bool | None = None,
    send: bool = True,
    by: Actor,
) -> RosterImport:
    """Settle which sheet, which rows are the header and what each column means; then every row is examined.

    Remembered for the division that hosts the class. Refuses a meaning given twice, no name, neither document nor telephone,
    and hidden rows on which nothing was said. May be repeated until the rows are let in.
    """
    with transaction.atomic():
        training_class = locked_class(roster.training_class, by)
        check_live(training_class)
        found = RosterImport.objects.select_for_update(of=("self",), no_key=True).get(pk=roster.pk)
        if found.state not in (RosterState.MAPPING, RosterState.READY):
            raise Refused(_("这份名册%(state)s，不能再改列的对应关系。") % {"state": found.get_state_display()})
        found.training_class = training_class
        outline = sheet_named(sheets_of(found), sheet)
        proposed = header_of(found, outline, top=top, first=first)
        assert proposed is not None
        header = _assigned(proposed, fields)
        if outline["hidden_count"] and leave_hidden is None:
            raise BadInput(_("这张表有 %(count)d 个隐藏行，请选择导入还是不导入。") % {"count": outline["hidden_count"]})
        RosterRow.objects.filter(roster=found).delete()
        _remember(proposed, header, training_class.division, by)
        found.sheet, found.header_top, found.header_first = sheet[:120], top, first
        found.columns, found.leave_hidden = _kept(header), leave_hidden is not False
        found.state = RosterState.EXAMINING
        if send:
            found.examine_job = jobs.enqueue(
                "courses.examine_roster",
                title=_("核对名册：%(title)s") % {"title": training_class.title},
                by=by,
                params={"roster": str(found.uuid)},
                division_path=training_class.division.path,
            )
        found.save()
        audit.record("courses.roster.columns_confirmed", found, by=by, division_path=training_class.division.path)
    return found


def _assigned(proposed: Header, fields: Mapping[str, str]) -> Header:
    given = {letter: field for letter, field in fields.items() if field in columns.WORDS}
    twice = {field for field in given.values() if list(given.values()).count(field) > 1}
    if twice:
        raise BadInput(_("“%(field)s”对应了不止一列，请只留一列。") % {"field": columns.LABELS[min(twice)]})
    header = proposed.assigned(given)
    if not header.suffices:
        raise BadInput(_("请至少指定“姓名”一列，以及“身份证号”或“联系电话”一列。"))
    return header


def _kept(header: Header) -> list[dict[str, str]]:
    return [{"column": c.letter, "header": c.words, "field": c.field} for c in header.everything()]


def _remember(proposed: Header, chosen: Header, division: Division, by: Actor) -> None:
    """Keep what a human decided otherwise than was proposed; and what was remembered before, if decided anew."""
    proposals = {c.letter: c for c in proposed.everything()}
    for column in chosen.everything():
        field = column.field or columns.IGNORED
        words = columns.plain_words(column.words)[0][:60]
        if words and (proposals[column.letter].field or columns.IGNORED) != field:
            RosterWording.objects.update_or_create(
                division=division, words=words, defaults={"field": field, "decided_by": by.uuid, "decided_at": clock.now()}
            )
