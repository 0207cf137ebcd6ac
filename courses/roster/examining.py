"""Each row of a roster against the rules, the people known and the class: what it would become, or why not. Reads only.

Rows are looked at by the thousand: what is ordinary is decided for whole columns, what is odd cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from courses.models import ClassEnrolment, TrainingClass
from courses.roster import likenesses, unread
from courses.roster.cells import NOTHING, day_of, document_kind, loose_day, plain_text
from courses.roster.columns import FILLED_DOWN, Column, holds_number, is_header, is_note, not_a_person, stand_alike
from courses.roster.places import Places
from courses.roster.reading import Row, Sheet
from courses.states import EnrolmentState, RowVerdict
from lms.accounts.roles import OFFICE
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput
from lms.people import rules as people_rules
from lms.people import selectors as people
from lms.people import vocabularies
from lms.people.models import IdentityDocument
from lms.places.models import Division
from lms.programmes.models import Category

CHUNK = 1000
RESIDENT = IdentityDocument.Kind.RESIDENT.value
_CODED = {
    "sex": vocabularies.SEXES,
    "ethnic_group": vocabularies.ETHNIC_GROUPS,
    "education": vocabularies.EDUCATION_LEVELS,
    "political_status": vocabularies.POLITICAL_STATUS,
}
_TEXTS = (("major", 80), ("organisation", 120), ("position_title", 80))
_NOT_TAKEN = frozenset({"index", "remark", "result", "reason", "licence"})
_NOT_ASKED = frozenset({*_NOT_TAKEN, *FILLED_DOWN})
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LONG_NUMBER = re.compile(r"\d{7,}[\dXx]?")
_PLAIN_NAME = re.compile(r"[\u4e00-\u9fa5]{2,4}")


@dataclass(slots=True)
class Examined:
    """One row. ``content`` is what would be registered (codes and texts), ``problems`` why it is refused or looked at."""

    number: int  # as the spreadsheet shows it
    cells: dict[str, Any]
    content: dict[str, Any] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)
    verdict: str = RowVerdict.NEW
    hinted: bool = False
    person_id: int | None = None
    division: Division | None = None
    unread: tuple[str, ...] = ()  # cells refused for what is no content


def examine(sheet: Sheet, training_class: TrainingClass, by: Actor, *, after: int = 0) -> Iterator[list[Examined]]:
    """Rows in chunks, in order, those after row ``after``. Empty rows are passed over."""
    examiner = Examiner(sheet, training_class, by)
    chunk: list[Examined] = []
    for index, raw in enumerate(sheet.rows):
        if index < sheet.header.first:
            examiner.note_merged(index, raw)
            continue
        row = examiner.row(index, raw)
        if row is not None:
            chunk.append(row)
        if len(chunk) == CHUNK:
            examiner.settle(chunk, quietly=chunk[-1].number <= after)
            yield [row for row in chunk if row.number > after]
            chunk = []
    if chunk:
        examiner.settle(chunk, quietly=chunk[-1].number <= after)
        yield [row for row in chunk if row.number > after]


class Examiner:
    """What is known while one sheet is looked at: columns, places, categories, who is in the class, what was seen before."""

    def __init__(self, sheet: Sheet, training_class: TrainingClass, by: Actor) -> None:
        self.sheet, self.training_class, self.by = sheet, training_class, by
        self.columns = {column.field: column for column in sheet.header.columns}
        self.today = clock.today()
        self.places = Places(training_class.division)
        self.categories = _categories(training_class)
        self.canonical = people.canonical_ids()
        self.inside = {
            self.canonical.get(pk, pk): state
            for pk, state in ClassEnrolment.objects.filter(training_class=training_class).values_list("person_id", "state")
        }
        self.seen: dict[tuple[str, str], int] = {}
        self.codes: dict[tuple[str, str], str | None] = {}
        self.texts: dict[str, str] = {}
        self.reach: dict[str, bool] = {}
        self.spread = _spread(sheet)
        self.standing: dict[int, tuple[int, Any]] = {}  # place → (last row of the merge, its content)

    # --- which rows are people

    def note_merged(self, index: int, raw: Row) -> None:
        """Remember what a merged cell says for the rows below its first."""
        for place, last in self.spread.get(index, ()):
            self.standing[place] = (last, raw[place] if place < len(raw) else None)

    def row(self, index: int, raw: Row) -> Examined | None:
        """The row as a person to be examined; left out when it is a note, a total, a header again or hidden; None if empty."""
        self.note_merged(index, raw)
        width = len(raw)
        cells = {name: raw[c.place] if c.place < width else None for name, c in self.columns.items()}
        cells = {name: None if isinstance(cell, str) and cell.strip() in NOTHING else cell for name, cell in cells.items()}
        if not any(cell is not None and plain_text(cell) for name, cell in cells.items() if name not in _NOT_ASKED):
            if not any(isinstance(cell, str) and cell.strip() for cell in raw):
                return None
            if not any(cells.get(name) for name in ("organisation", "county", "township")) or not_a_person(raw):
                return self._left_out(index, cells, _("不是名单行（合计、说明或空行）。"))
        if index in self.sheet.left_out:
            return self._left_out(index, cells, _("隐藏行，按您的选择不导入。"))
        name = cells.get("name")
        if not holds_number(cells.get("document"), cells.get("phone")) and (not_a_person(raw) or is_note(name)):
            return self._left_out(index, cells, _("不是名单行（合计、说明或空行）。"))
        if isinstance(name, str) and is_header(raw, name) and not stand_alike(cells):
            return self._left_out(index, cells, _("这里又是一个表头，列的顺序和上面的不同；请把它下面的名单另存为一份再上传。"))
        if isinstance(name, str) and "".join(name.split()) == "".join(self.columns["name"].words.split()):
            return self._left_out(index, cells, _("重复的表头。"))
        for name_of in FILLED_DOWN:
            column = self.columns.get(name_of)
            if column is not None and cells[name_of] is None and column.place in self.standing:
                last, content = self.standing[column.place]
                if index <= last:
                    cells[name_of] = content
        return Examined(number=index + 1, cells=cells)

    def _left_out(self, index: int, cells: dict[str, Any], reason: str) -> Examined:
        problem = {"column": "", "header": "", "reason": reason}
        name = cells.get("name")
        content = {"name": plain_text(name)[:40] if name is not None else ""}
        return Examined(number=index + 1, cells=cells, content=content, problems=[problem], verdict=RowVerdict.LEFT_OUT)

    # --- what they say

    def settle(self, chunk: Sequence[Examined], *, quietly: bool = False) -> None:
        """Decide a chunk. ``quietly``: only remember what it held, for duplicates further down (it was staged before)."""
        rows = [row for row in chunk if row.verdict != RowVerdict.LEFT_OUT]
        facts = people_rules.sound_residents([row.cells.get("document") for row in rows], self.today)
        for row, fact in zip(rows, facts, strict=True):
            self._unread(row)
            self._name(row)
            self._document(row, fact)
            self._phone(row)
            for name, vocabulary in _CODED.items():
                self._coded(row, name, vocabulary)
            self._birth(row)
            self._texts(row)
            self._division(row)
            self._category(row)
            self._duplicate(row)
        if not quietly:
            self._look_up(rows)

    def _unread(self, row: Examined) -> None:
        """Errors and formulas without a result are no content, and not the same as nothing."""
        for name, cell in row.cells.items():
            if cell is not None and name not in _NOT_TAKEN and (reason := unread.sentence(cell)):
                self.refuse(row, name, reason)
                row.cells[name] = None
                row.unread = (*row.unread, name)

    def refuse(self, row: Examined, name: str, reason: str) -> None:
        if name in row.unread:
            return
        row.problems.append(self._problem(name, reason))
        row.verdict = RowVerdict.REFUSED

    def hint(self, row: Examined, name: str, reason: str) -> None:
        """Something to look at; the row is not refused for it."""
        row.problems.append({**self._problem(name, reason), "level": "hint"})
        row.hinted = True

    def _problem(self, name: str, reason: str) -> dict[str, str]:
        """A sentence may repeat what stands in the cell: a number in it is masked, for sentences are kept and not sealed."""
        column: Column | None = self.columns.get(name)
        said = _LONG_NUMBER.sub(_masked, reason)
        return {"column": column.letter if column else "", "header": column.words if column else "", "reason": said}

    def _name(self, row: Examined) -> None:
        cell = row.cells.get("name")
        if isinstance(cell, str) and _PLAIN_NAME.fullmatch(cell):
            row.content["name"] = cell
            return
        try:
            row.content["name"] = people_rules.normalise_name("" if cell is None else cell)
        except BadInput as error:
            row.content["name"] = ""
            self.refuse(row, "name", str(error))

    def _document(self, row: Examined, fact: people_rules.DocumentFacts | None) -> None:
        content = row.content
        content["document"], content["document_kind"] = "", RESIDENT
        cell = row.cells.get("document")
        if cell is None or not plain_text(cell):
            if not plain_text(row.cells.get("phone")):
                self.refuse(row, "document", _("身份证号和联系电话至少填一项。"))
            return
        stated = row.cells.get("document_kind")
        kind = document_kind(plain_text(stated)) if stated is not None else RESIDENT
        if kind is None:
            self.refuse(row, "document_kind", _("证件类型“%(text)s”无法识别。") % {"text": plain_text(stated)[:20]})
            return
        if fact is None or kind not in (RESIDENT, IdentityDocument.Kind.HK_MO_TW):
            try:
                fact = people_rules.check_document(kind, cell, today=self.today)
            except BadInput as error:
                self.refuse(row, "document", str(error))
                return
        content["document"], content["document_kind"] = fact.number, fact.kind
        content["sex"], content["birth_date"] = fact.sex, fact.birth_date.isoformat() if fact.birth_date else ""

    def _phone(self, row: Examined) -> None:
        cell = row.cells.get("phone")
        if cell is None or (isinstance(cell, str) and _MOBILE.fullmatch(cell)):
            row.content["phone"] = cell or ""
            return
        if isinstance(cell, float) and _MOBILE.fullmatch(f"{cell:.0f}") and cell.is_integer():
            cell = f"{cell:.0f}"  # eleven digits survive as a number; a fixed line has lost its 0
        try:
            row.content["phone"] = people_rules.normalise_phone(cell)
        except BadInput as error:
            row.content["phone"] = ""
            self.refuse(row, "phone", str(error))

    def _coded(self, row: Examined, name: str, vocabulary: vocabularies.Vocabulary) -> None:
        cell = row.cells.get(name)
        known = row.content.get(name, "")
        if cell is None:
            row.content[name] = known
            return
        text = plain_text(cell)
        key = (name, text)
        if key not in self.codes:
            self.codes[key] = vocabularies.code_of(vocabulary, text) if text else ""
        code = self.codes[key]
        if code is None:
            self.refuse(row, name, _("“%(text)s”无法识别，请按模板中的选项填写。") % {"text": text[:20]})
            return
        if name == "sex" and known and code in ("1", "2") and code != known:
            self.refuse(row, name, _("性别与身份证号不一致，请核对。"))
        row.content[name] = known or code

    def _birth(self, row: Examined) -> None:
        known = row.content.get("birth_date", "")
        cell = row.cells.get("birth_date")
        row.content["birth_date"] = known
        if cell is None or plain_text(cell) == "":
            return
        day = day_of(cell)
        if day is None:
            month = loose_day(cell)
            if month is None and not known:
                self.refuse(
                    row, "birth_date", _("出生日期“%(text)s”无法识别，请写成 1990-01-31。") % {"text": plain_text(cell)[:20]}
                )
            elif month is not None and known and known[:7] != month:
                self.refuse(row, "birth_date", _("出生日期与身份证号不一致，请核对。"))
            return
        if known and known != day.isoformat():
            self.refuse(row, "birth_date", _("出生日期与身份证号不一致，请核对。"))
        elif day > self.today or day.year < 1900:
            self.refuse(row, "birth_date", _("出生日期“%(text)s”不可能，请核对。") % {"text": day.isoformat()})
        row.content["birth_date"] = known or day.isoformat()

    def _texts(self, row: Examined) -> None:
        for name, longest in _TEXTS:
            cell = row.cells.get(name)
            if cell is None:
                row.content[name] = ""
                continue
            text = self.texts.get(cell) if isinstance(cell, str) else None
            if text is None:
                text = " ".join(plain_text(cell).split())
                if isinstance(cell, str) and len(self.texts) < 50_000:
                    self.texts[cell] = text
            if len(text) > longest:
                self.refuse(row, name, _("超过 %(longest)d 个字，请缩短。") % {"longest": longest})
            row.content[name] = text

    def _division(self, row: Examined) -> None:
        county, township = plain_text(row.cells.get("county")), plain_text(row.cells.get("township"))
        try:
            row.division = self.places.find(county, township)
        except BadInput as error:
            self.refuse(row, "township" if township else "county", str(error))
            return
        row.content["division"] = str(row.division.uuid)

    def _category(self, row: Examined) -> None:
        cell = row.cells.get("category")
        row.content["category"] = None
        if cell is None or not (text := plain_text(cell)):
            return
        found = self.categories.get(text.casefold())
        if found is None:
            self.refuse(row, "category", _("对象类别“%(text)s”不在本地区的类别表里。") % {"text": text[:20]})
        else:
            row.content["category"] = found.pk

    def _duplicate(self, row: Examined) -> None:
        content = row.content
        if content["document"]:
            number = content["document"]
            key = ("document", number)
            old = people_rules.to_eighteen(number) if content["document_kind"] == IdentityDocument.Kind.RESIDENT_15 else number
            first = self.seen.setdefault(("later", old), row.number)
            if first != row.number and key not in self.seen:
                self.hint(row, "document", _("与第 %(row)d 行可能是同一人（15 位与 18 位号码对应）。") % {"row": first})
        elif content["name"] and content["phone"]:
            key = (content["name"], content["phone"])
        else:
            return
        first = self.seen.setdefault(key, row.number)
        if first != row.number:
            name = "document" if content["document"] else "name"
            self.refuse(row, name, _("与第 %(row)d 行重复。") % {"row": first})

    # --- who they are

    def _look_up(self, rows: Sequence[Examined]) -> None:
        """Who of the chunk is known, who is in the class already, who may be somebody known under another document."""
        documents = [(r.content["document_kind"], r.content["document"]) for r in rows if r.content["document"]]
        known = people.persons_by_documents(documents)
        good = [row for row in rows if row.verdict != RowVerdict.REFUSED]
        by_phone = self._by_phone([r for r in good if not r.content["document"]])
        unknown: list[Examined] = []
        for row in good:
            content = row.content
            if content["document"]:
                person = known.get((content["document_kind"], content["document"]))
            else:
                person = by_phone.get((content["name"], content["phone"]))
            if person is None:
                if self._out_of_reach(row.division):
                    self.refuse(row, "county", _("这个地区不在您的管辖范围内，不能在那里建立新学员。"))
                else:
                    unknown.append(row)
                continue
            if person.erased_at is None and not people_rules.names_alike(person.name, content["name"]):
                self.refuse(row, "document", _("该证件号码已登记在另一姓名下，请核对姓名和号码。"))
                continue
            row.person_id, row.verdict = person.pk, RowVerdict.KNOWN
            state = self.inside.get(self.canonical.get(person.pk, person.pk))
            if state == EnrolmentState.WITHDRAWN:
                self.refuse(row, "name", _("该学员已退出本班；如需恢复，请在班级名单里操作。"))
            elif state is not None:
                row.verdict = RowVerdict.ALREADY
        for place, sentence in likenesses.sentences([row.content for row in unknown], self.by).items():
            self.hint(unknown[place], "name", sentence)

    def _out_of_reach(self, division: Division | None) -> bool:
        if division is None:
            return False
        if division.path not in self.reach:
            self.reach[division.path] = self.by.covers(division.path, *OFFICE)
        return not self.reach[division.path]

    def _by_phone(self, rows: Sequence[Examined]) -> dict[tuple[str, str], Any]:
        phones = {row.content["phone"] for row in rows}
        found = people.people_in(self.by).filter(phone__in=phones) if phones else []
        return {(person.name, person.phone): person for person in found}


def _spread(sheet: Sheet) -> dict[int, list[tuple[int, int]]]:
    """First row of a merge over several rows → (place, last row)."""
    found: dict[int, list[tuple[int, int]]] = {}
    for r1, c1, r2, _c2 in sheet.merged:
        if r2 > r1:
            found.setdefault(r1, []).append((c1, r2))
    return found


def _masked(number: re.Match[str]) -> str:
    return people_rules.mask_document(number[0]) if len(number[0]) >= 15 else people_rules.mask_phone(number[0])


def _categories(training_class: TrainingClass) -> dict[str, Category]:
    path = training_class.division.path
    found: dict[str, Category] = {}
    for category in Category.objects.select_related("division").filter(valid_to__isnull=True):
        if category.division is None or path.startswith(category.division.path):
            found[category.name.casefold()] = found[category.code.casefold()] = category
    return found
