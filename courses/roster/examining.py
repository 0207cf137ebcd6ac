"""Each row of a roster against the rules, the people known and the class: what it would become, or why not. Reads only."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from courses.models import ClassEnrolment, TrainingClass
from courses.roster.columns import Column
from courses.roster.reading import Sheet
from courses.states import EnrolmentState, RowVerdict
from lms.accounts.roles import OFFICE
from lms.core.actor import Actor
from lms.core.errors import BadInput
from lms.people import rules as people_rules
from lms.people import selectors as people
from lms.people import vocabularies
from lms.people.models import IdentityDocument
from lms.people.services import PersonRow, check_rows
from lms.places.models import Division
from lms.programmes.models import Category

CHUNK = 500
_CODED = {
    "sex": vocabularies.SEXES,
    "ethnic_group": vocabularies.ETHNIC_GROUPS,
    "education": vocabularies.EDUCATION_LEVELS,
    "political_status": vocabularies.POLITICAL_STATUS,
}


@dataclass(slots=True)
class Examined:
    """One row. ``content`` is what would be registered (codes and texts), ``problems`` why it is refused."""

    number: int  # as the spreadsheet shows it
    cells: dict[str, Any]
    content: dict[str, Any] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)
    verdict: str = RowVerdict.NEW
    person_id: int | None = None
    division: Division | None = None


def examine(sheet: Sheet, training_class: TrainingClass, by: Actor) -> Iterator[list[Examined]]:
    """Rows in chunks, in order. Empty rows are passed over."""
    examiner = _Examiner(sheet, training_class, by)
    chunk: list[Examined] = []
    for index in range(sheet.header.first, len(sheet.rows)):
        row = examiner.row(index)
        if row is None:
            continue
        chunk.append(row)
        if len(chunk) == CHUNK:
            examiner.look_up(chunk)
            yield chunk
            chunk = []
    if chunk:
        examiner.look_up(chunk)
        yield chunk


class _Examiner:
    def __init__(self, sheet: Sheet, training_class: TrainingClass, by: Actor) -> None:
        self.sheet, self.training_class, self.by = sheet, training_class, by
        self.columns = {column.field: column for column in sheet.header.columns}
        self.places = _Places(training_class.division)
        self.categories = _categories(training_class)
        self.canonical = people.canonical_ids()
        self.inside = {
            self.canonical.get(pk, pk): state
            for pk, state in ClassEnrolment.objects.filter(training_class=training_class).values_list("person_id", "state")
        }
        self.seen: dict[tuple[str, str], int] = {}

    def row(self, index: int) -> Examined | None:
        raw = self.sheet.rows[index]
        cells = {name: raw[c.place] if c.place < len(raw) else None for name, c in self.columns.items()}
        if not any(_text(cell) for name, cell in cells.items() if name not in ("index", "remark")):
            return None
        row = Examined(number=index + 1, cells=cells)
        self._name(row)
        self._document(row)
        self._phone(row)
        for name, vocabulary in _CODED.items():
            self._coded(row, name, vocabulary)
        self._birth(row)
        for name, longest in (("major", 80), ("organisation", 120), ("position_title", 80)):
            text = " ".join(_text(cells.get(name)).split())
            if len(text) > longest:
                self._refuse(row, name, _("超过 %(longest)d 个字，请缩短。") % {"longest": longest})
            row.content[name] = text
        self._division(row)
        self._category(row)
        self._duplicate(row)
        return row

    def _refuse(self, row: Examined, name: str, reason: str) -> None:
        column: Column | None = self.columns.get(name)
        row.problems.append({"column": column.letter if column else "", "header": column.words if column else "", "reason": reason})
        row.verdict = RowVerdict.REFUSED

    def _name(self, row: Examined) -> None:
        try:
            cell = row.cells.get("name")
            row.content["name"] = people_rules.normalise_name("" if cell is None else cell)
        except BadInput as error:
            row.content["name"] = ""
            self._refuse(row, "name", str(error))

    def _document(self, row: Examined) -> None:
        row.content["document"], row.content["document_kind"] = "", IdentityDocument.Kind.RESIDENT.value
        cell = row.cells.get("document")
        if not _text(cell):
            if not _text(row.cells.get("phone")):
                self._refuse(row, "document", _("身份证号和联系电话至少填一项。"))
            return
        kind = _document_kind(_text(row.cells.get("document_kind")))
        if kind is None:
            self._refuse(row, "document_kind", _("证件类型“%(text)s”无法识别。") % {"text": _text(row.cells["document_kind"])[:20]})
            return
        try:
            facts = people_rules.check_document(kind, cell)
        except BadInput as error:
            self._refuse(row, "document", str(error))
            return
        row.content["document"], row.content["document_kind"] = facts.number, facts.kind
        row.content["sex"], row.content["birth_date"] = facts.sex, facts.birth_date.isoformat() if facts.birth_date else ""

    def _phone(self, row: Examined) -> None:
        try:
            row.content["phone"] = people_rules.normalise_phone(row.cells.get("phone"))
        except BadInput as error:
            row.content["phone"] = ""
            self._refuse(row, "phone", str(error))

    def _coded(self, row: Examined, name: str, vocabulary: vocabularies.Vocabulary) -> None:
        text = _text(row.cells.get(name))
        code = vocabularies.code_of(vocabulary, text) if text else ""
        if code is None:
            self._refuse(row, name, _("“%(text)s”无法识别，请按模板中的选项填写。") % {"text": text[:20]})
            return
        known = row.content.get(name, "")
        if name == "sex" and known and code in ("1", "2") and code != known:
            self._refuse(row, name, _("性别与身份证号不一致，请核对。"))
        row.content[name] = known or code

    def _birth(self, row: Examined) -> None:
        known = row.content.get("birth_date", "")
        cell = row.cells.get("birth_date")
        row.content["birth_date"] = known
        if cell is None or _text(cell) == "":
            return
        day = day_of(cell)
        if day is None:
            if not known and not re.fullmatch(r"\d{4}\D{1,2}\d{1,2}\D?|\d{6}", _text(cell)):
                self._refuse(row, "birth_date", _("出生日期“%(text)s”无法识别，请写成 1990-01-31。") % {"text": _text(cell)[:20]})
            return
        if known and known != day.isoformat():
            self._refuse(row, "birth_date", _("出生日期与身份证号不一致，请核对。"))
        row.content["birth_date"] = known or day.isoformat()

    def _division(self, row: Examined) -> None:
        county, township = _text(row.cells.get("county")), _text(row.cells.get("township"))
        try:
            row.division = self.places.find(county, township)
        except BadInput as error:
            self._refuse(row, "township" if township else "county", str(error))
            return
        row.content["division"] = str(row.division.uuid)

    def _category(self, row: Examined) -> None:
        text = _text(row.cells.get("category"))
        row.content["category"] = None
        if text:
            found = self.categories.get(text.casefold())
            if found is None:
                self._refuse(row, "category", _("对象类别“%(text)s”不在本地区的类别表里。") % {"text": text[:20]})
            else:
                row.content["category"] = found.pk

    def _duplicate(self, row: Examined) -> None:
        content = row.content
        if content["document"]:
            key = ("document", content["document"])
        elif content["name"] and content["phone"]:
            key = (content["name"], content["phone"])
        else:
            return
        first = self.seen.setdefault(key, row.number)
        if first != row.number:
            name = "document" if content["document"] else "name"
            self._refuse(row, name, _("与第 %(row)d 行重复。") % {"row": first})

    def look_up(self, chunk: Sequence[Examined]) -> None:
        """Who of the chunk is known, who is in the class already."""
        good = [row for row in chunk if row.verdict != RowVerdict.REFUSED]
        clashes = check_rows([person_row(row.content, row.division) for row in good])
        for index, sentence in clashes.items():
            self._refuse(good[index], "document", sentence)
        documents = [(r.content["document_kind"], r.content["document"]) for r in chunk if r.content["document"]]
        known = people.persons_by_documents(documents)
        by_phone = self._by_phone([r for r in good if not r.content["document"]])
        for row in good:
            if row.verdict == RowVerdict.REFUSED:
                continue
            content = row.content
            if content["document"]:
                person = known.get((content["document_kind"], content["document"]))
            else:
                person = by_phone.get((content["name"], content["phone"]))
            if person is None:
                if row.division is not None and not self.by.covers(row.division.path, *OFFICE):
                    self._refuse(row, "county", _("这个地区不在您的管辖范围内，不能在那里建立新学员。"))
                continue
            row.person_id, row.verdict = person.pk, RowVerdict.KNOWN
            state = self.inside.get(self.canonical.get(person.pk, person.pk))
            if state == EnrolmentState.WITHDRAWN:
                self._refuse(row, "name", _("该学员已退出本班；如需恢复，请在班级名单里操作。"))
            elif state is not None:
                row.verdict = RowVerdict.ALREADY

    def _by_phone(self, rows: Sequence[Examined]) -> dict[tuple[str, str], Any]:
        phones = {row.content["phone"] for row in rows}
        found = people.people_in(self.by).filter(phone__in=phones) if phones else []
        return {(person.name, person.phone): person for person in found}


def person_row(content: dict[str, Any], division: Division | None) -> PersonRow:
    """What ``people`` registers of a row."""
    assert division is not None
    return PersonRow(
        name=content["name"],
        division=division,
        document=content["document"],
        document_kind=content["document_kind"],
        sex=content["sex"],
        birth_date=dt.date.fromisoformat(content["birth_date"]) if content["birth_date"] else None,
        ethnic_group=content["ethnic_group"],
        education=content["education"],
        major=content["major"],
        political_status=content["political_status"],
        phone=content["phone"],
        position_title=content["position_title"],
    )


class _Places:
    """The divisions below the class's host, by name and code, as rosters write them."""

    def __init__(self, root: Division) -> None:
        self.root = root
        self.all = list(Division.objects.filter(path__startswith=root.path, valid_to__isnull=True, is_statistical=False))
        self.by_words: dict[str, list[Division]] = {}
        for division in self.all:
            for words in {division.name, division.full_name, division.code, _short_name(division.name)}:
                self.by_words.setdefault(words, []).append(division)
        self.found: dict[tuple[str, str], Division] = {}

    def find(self, county: str, township: str) -> Division:
        key = (county, township)
        if key not in self.found:
            self.found[key] = self._find(county, township)
        return self.found[key]

    def _find(self, county: str, township: str) -> Division:
        within = self._one(county, self.root) if county else self.root
        return self._one(township, within) if township else within

    def _one(self, words: str, within: Division) -> Division:
        words = re.sub(r"\s", "", words)
        if words in (within.name, within.full_name, within.code, _short_name(within.name)):
            return within
        found = [d for d in self.by_words.get(words, []) if d.path.startswith(within.path)]
        if not found:
            raise BadInput(
                _("在“%(within)s”范围内找不到“%(words)s”，请写全称或行政区划代码。") % {"within": within.name, "words": words[:30]}
            )
        top = min(d.level for d in found)
        found = [d for d in found if d.level == top]
        if len(found) > 1:
            raise BadInput(_("“%(words)s”不止一处，请加填县（市、区）或写行政区划代码。") % {"words": words[:30]})
        return found[0]


_ENDINGS = ("街道办事处", "街道", "自治县", "自治州", "地区", "镇", "乡", "县", "区", "市", "省")


def _short_name(name: str) -> str:
    """龙头山镇 → 龙头山; names that would be left with one character stay whole."""
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name.removesuffix(ending)
    return name


def _categories(training_class: TrainingClass) -> dict[str, Category]:
    path = training_class.division.path
    found: dict[str, Category] = {}
    for category in Category.objects.select_related("division").filter(valid_to__isnull=True):
        if category.division is None or path.startswith(category.division.path):
            found[category.name.casefold()] = found[category.code.casefold()] = category
    return found


def _document_kind(text: str) -> str | None:
    if not text:
        return IdentityDocument.Kind.RESIDENT.value
    if text in ("身份证", "居民身份证", "公民身份证"):
        return IdentityDocument.Kind.RESIDENT.value
    for kind in IdentityDocument.Kind:
        if text in (kind.value, str(kind.label)):
            return kind.value
    return None


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def day_of(cell: Any) -> dt.date | None:
    """A whole day from a date cell, a serial number of Excel, or the ways people write one."""
    if isinstance(cell, dict):
        cell = cell.get("day", "")
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    text = _text(cell)
    found = re.fullmatch(r"(\d{4})[-/.年 ]+(\d{1,2})[-/.月 ]+(\d{1,2})日?(?: .*)?", text) or re.fullmatch(
        r"(\d{4})(\d{2})(\d{2})", text
    )
    try:
        if found:
            return dt.date(int(found[1]), int(found[2]), int(found[3]))
        if isinstance(cell, int | float) and 3653 < cell < 73050:  # 1910–2100 as a serial number
            return dt.date(1899, 12, 30) + dt.timedelta(days=int(cell))
    except ValueError:
        return None
    return None
