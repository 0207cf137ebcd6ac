"""Taking persons onto the books, one or thousands; the same identity document is always the same person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.audit import services as audit
from lms.core import bulk, clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, LmsError, Refused
from lms.people import rules, selectors, vocabularies
from lms.people.models import IdentityDocument, Person
from lms.people.sealing import seal
from lms.people.spelling import pinyin_of
from lms.places.models import Division, Organisation

CHUNK = 500
RESIDENT = IdentityDocument.Kind.RESIDENT


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """What is known of one person when taken onto the books. Codes of vocabularies, or wording that they know.

    Once looked through (``_clean``) it holds codes, normal forms, and what the document says.
    """

    name: str
    division: Division
    document: object = ""
    document_kind: str = IdentityDocument.Kind.RESIDENT
    sex: str = ""
    birth_date: dt.date | None = None
    ethnic_group: str = ""
    education: str = ""
    major: str = ""
    political_status: str = ""
    phone: str = ""
    organisation: Organisation | None = None
    position_title: str = ""


class RowErrors(BadInput):
    """Some rows cannot be used; nothing was written. ``errors``: index of the row → sentence."""

    def __init__(self, errors: dict[int, str]) -> None:
        self.errors = errors
        row, sentence = next(iter(errors.items()))
        super().__init__(
            _("%(count)d行不能使用；第%(row)d行：%(sentence)s") % {"count": len(errors), "row": row + 1, "sentence": sentence}
        )


def register_person(*, name: str, division: Division, by: Actor, **facts: Any) -> Person:
    """Take one person onto the books, or return the one who holds this document (the kept one, when merged).

    Refuses a damaged document and one that belongs to somebody of another name. ``facts`` as in ``PersonRow``.
    """
    try:
        return register_people([PersonRow(name=name, division=division, **facts)], by)[0]
    except RowErrors as error:
        raise BadInput(next(iter(error.errors.values()))) from None


def register_people(rows: Sequence[PersonRow], by: Actor, *, checked: bool = False) -> list[Person]:
    """Take many onto the books, in the order of ``rows``; each chunk of 500 is one transaction.

    All rows are checked before the first is written; ``RowErrors`` says which cannot be used. Who is already known by
    document is returned as stored, unchanged. ``checked``: the rows hold normal forms that these rules made before and that
    were kept sealed since; then only what others did meanwhile is looked at.
    """
    clean, errors = (rows, {}) if checked else _clean_all(rows)
    if errors:
        raise RowErrors(errors)
    people: list[Person] = []
    for start in range(0, len(clean), CHUNK):
        chunk = clean[start : start + CHUNK]
        try:
            people += _register_chunk(chunk, by, start)
        except IntegrityError:  # somebody registered the same document meanwhile: look again, once
            people += _register_chunk(chunk, by, start)
    return people


def check_rows(rows: Sequence[PersonRow]) -> dict[int, str]:
    """The sentences ``register_people`` would refuse with, by index; empty when every row can be used. Writes nothing."""
    clean, errors = _clean_all(rows)
    for start in range(0, len(rows), CHUNK):
        chunk = [(i, row) for i, row in enumerate(clean[start : start + CHUNK], start=start) if i not in errors]
        known = selectors.persons_by_documents([_key(row) for _i, row in chunk if row.document])
        for i, row in chunk:
            person = known.get(_key(row))
            if person is not None and (sentence := _clash(person, row.name)):
                errors[i] = sentence
    return dict(sorted(errors.items()))


def update_person(*, person: Person, by: Actor, reason: str = "", **changes: Any) -> Person:
    """Correct what is known of a person. The trail names the fields and not their content. Lines of the past stay."""
    unknown = set(changes) - _CHANGEABLE
    if unknown:
        raise ValueError(f"not changeable: {sorted(unknown)}")
    row = _clean(PersonRow(**{**_current(person), **changes}), clock.today())
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",), no_key=True).select_related("division").get(pk=person.pk)
        if person.erased_at:
            raise Refused(_("此人的个人信息已删除，不能再修改。"))
        changed = []
        for field in sorted(changes):
            value = getattr(row, field)
            if getattr(person, field) != value:
                setattr(person, field, value)
                changed.append(field)
        if changed:
            person.pinyin = pinyin_of(person.name)
            person.save(update_fields=[*changed, "pinyin"])
            audit.record("people.person.updated", person, by=by, division_path=person.division.path, fields=changed, reason=reason)
    return person


_CHANGEABLE = {
    "name",
    "division",
    "sex",
    "birth_date",
    "ethnic_group",
    "education",
    "major",
    "political_status",
    "phone",
    "organisation",
    "position_title",
}


def _current(person: Person) -> dict[str, Any]:
    return {field: getattr(person, field) for field in _CHANGEABLE}


def _clean_all(rows: Sequence[PersonRow]) -> tuple[list[Any], dict[int, str]]:
    clean: list[Any] = []
    errors: dict[int, str] = {}
    holders: dict[tuple[str, str], str] = {}
    today = clock.today()
    residents = [row.document if row.document_kind == RESIDENT else None for row in rows]
    sound = rules.sound_residents(residents, today)
    for index, (row, facts) in enumerate(zip(rows, sound, strict=True)):
        try:
            done = _clean(row, today, facts)
            if done.document:
                name = holders.setdefault(_key(done), done.name)
                if not rules.names_alike(name, done.name):
                    raise BadInput(_("同一证件号码在这批数据中对应两个姓名，请核对。"))
            clean.append(done)
        except LmsError as error:
            clean.append(None)
            errors[index] = str(error)
    return clean, errors


def _clean(row: PersonRow, today: dt.date, facts: rules.DocumentFacts | None = None) -> PersonRow:
    """``facts``: of a resident number that was found sound with its whole column; others are looked at here."""
    name = rules.normalise_name(row.name)
    number, kind, sex, born = "", str(row.document_kind), _coded(vocabularies.SEXES, row.sex, gettext_lazy("性别")), row.birth_date
    if row.document not in ("", None):
        facts = facts or rules.check_document(kind, row.document, today=today)
        number, kind = facts.number, facts.kind
        if born and facts.birth_date and born != facts.birth_date:
            raise BadInput(_("出生日期与证件号码不一致，请核对。"))
        if facts.sex and sex in ("1", "2") and sex != facts.sex:
            raise BadInput(_("性别与证件号码不一致，请核对。"))
        born, sex = facts.birth_date or born, facts.sex or sex
    if born and born > today:
        raise BadInput(_("出生日期在今天之后，请核对。"))
    return PersonRow(
        name=name,
        division=row.division,
        document=number,
        document_kind=kind,
        sex=sex or "0",
        birth_date=born,
        ethnic_group=_coded(vocabularies.ETHNIC_GROUPS, row.ethnic_group, gettext_lazy("民族")),
        education=_coded(vocabularies.EDUCATION_LEVELS, row.education, gettext_lazy("学历")),
        major=_short(row.major, 80, gettext_lazy("专业")),
        political_status=_coded(vocabularies.POLITICAL_STATUS, row.political_status, gettext_lazy("政治面貌")),
        phone=rules.normalise_phone(row.phone),
        organisation=row.organisation,
        position_title=_short(row.position_title, 80, gettext_lazy("职务")),
    )


def _coded(vocabulary: vocabularies.Vocabulary, text: str, label: str | Promise) -> str:
    if not text or text in vocabulary.names:
        return text or ""
    code = vocabularies.code_of(vocabulary, str(text))
    if code is None:
        raise BadInput(_("%(label)s“%(text)s”无法识别，请按标准填写。") % {"label": label, "text": str(text)[:20]})
    return code


def _short(text: str, longest: int, label: str | Promise) -> str:
    text = " ".join(str(text).split())
    if len(text) > longest:
        raise BadInput(_("%(label)s超过%(longest)d个字，请缩短。") % {"label": label, "longest": longest})
    return text


def _key(row: PersonRow) -> tuple[str, str]:
    """The document of a row that was looked through."""
    return str(row.document_kind), str(row.document)


def _clash(person: Person, name: str) -> str:
    """A sentence when the holder of the document has another name. It does not say which."""
    if person.erased_at is None and not rules.names_alike(person.name, name):
        return _("该证件号码已登记在另一姓名下，请核对姓名和号码。")
    return ""


def _register_chunk(rows: Sequence[PersonRow], by: Actor, start: int) -> list[Person]:
    keys = [_key(row) for row in rows]
    with transaction.atomic():
        known = selectors.persons_by_documents([key for key in keys if key[1]])
        errors = {
            start + i: sentence
            for i, (key, row) in enumerate(zip(keys, rows, strict=True))
            if key[1] and (person := known.get(key)) and (sentence := _clash(person, row.name))
        }
        if errors:
            raise RowErrors(errors)
        make = bulk.Maker(Person)
        made: list[Person] = []
        documents: list[tuple[Person, tuple[str, str]]] = []
        result: list[Person] = []
        for key, row in zip(keys, rows, strict=True):
            person = known.get(key) if key[1] else None
            if person is None:
                person = make(pinyin=pinyin_of(row.name), **{f: getattr(row, f) for f in _CHANGEABLE})
                made.append(person)
                if key[1]:
                    known[key] = person
                    documents.append((person, key))
            result.append(person)
        if made:
            bulk.create(Person, made)
            _insert_documents(documents)
            audit.record_many("people.person.registered", made, by=by, path_of=lambda p: p.division.path)
        return _kept(result)


def _insert_documents(documents: Sequence[tuple[Person, tuple[str, str]]]) -> None:
    """In the order of their hashes: of two chunks that hold the same people one waits for the other, and neither for ever."""
    stored = [{"person_id": person.pk, "kind": kind, **seal(kind, number)} for person, (kind, number) in documents]
    stored.sort(key=itemgetter("number_index"))
    columns = {name: [one[name] for one in stored] for name in (stored[0] if stored else ())}
    bulk.insert_columns(IdentityDocument, len(stored), created_at=clock.now(), **columns)


def _kept(people: list[Person]) -> list[Person]:
    canonical = selectors.canonical_ids()
    wanted = {canonical[p.pk] for p in people if p.pk in canonical}
    if not wanted:
        return people
    kept = {p.pk: p for p in Person.objects.filter(pk__in=wanted).select_related("division")}
    return [kept.get(canonical.get(p.pk, 0), p) for p in people]
