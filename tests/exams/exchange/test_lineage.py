"""Which law an item rests on and where it comes from: out and in again, in every format that has a place for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from exams import services
from exams.exchange import formats, marks
from exams.exchange.excel import SAMPLES
from exams.exchange.formats import EXTRAS, FORMATS, bare, essence
from exams.models import ItemBank, ItemCitation, ItemVersion, LawArticle, SyllabusChapter
from exams.services import exporting
from lms.core.errors import BadInput
from tests.factories import exams as make

RELIEF, CHARITY = "《社会救助暂行办法》第五十五条", "《中华人民共和国慈善法》"
LINEAGE = {"articles": (RELIEF, CHARITY), "law_as_of": "2026-06-30", "source": "自编［一］", "credit": "题库编写组"}
CITED = [
    replace(sample, **LINEAGE, chapter="社会救助", parts=tuple(replace(part, source="") for part in sample.parts))
    for sample in SAMPLES
]


@pytest.mark.parametrize("code", FORMATS)
def test_every_format_carries_the_lineage_or_says_that_it_does_not(code):
    items = [item for item in CITED if item.kind in FORMATS[code].kinds]
    written = formats.write(items, code)
    assert written.left_out == []
    back = FORMATS[code].read(written.content)
    assert [essence(item) for item in back.accepted] == [essence(bare(item, FORMATS[code])) for item in items]
    carried = set(marks.LABELS) & FORMATS[code].carries
    assert carried | set(written.lost) >= set(marks.LABELS)
    assert all(getattr(item, name) == getattr(items[0], name) for item in back.accepted for name in carried)
    assert set(written.lost) <= set(EXTRAS)
    assert carried == (set() if code in {"docx", "text", "aiken"} else set(marks.LABELS))


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("社会救助暂行办法第五十五条", "应写成《法规全名》第几条"),
        ("《社会救助暂行办法》第五十五条；55", "应写成《法规全名》第几条"),
    ],
)
def test_a_law_that_is_not_named_as_one_is_refused_and_the_rest_goes_on(cell, reason):
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(FORMATS["excel"].write(CITED[:2])))
    page = book["试题"]
    titles = [held.value for held in page[1]]
    page.cell(2, titles.index("依据的法条") + 1).value = cell
    out = io.BytesIO()
    book.save(out)
    reading = FORMATS["excel"].read(out.getvalue())
    assert [(refusal.place, reason in refusal.reason) for refusal in reading.refused] == [(2, True)]
    assert len(reading.accepted) == 1


def test_two_marks_that_differ_are_no_mark():
    with pytest.raises(marks.Unclear):
        marks.fields_of(["来源：甲", "来源：乙"])
    assert marks.fields_of(["来源：甲", "来源：甲", "难", "source:x"]) == {"source": "甲"}


@pytest.fixture
def laws(db):
    relief = make.article(dt.date(2014, 5, 1), label="第五十五条")
    relief.policy.title = "社会救助暂行办法"
    relief.policy.save()
    other = make.article(dt.date(2016, 9, 1), label="")
    other.policy.title = "中华人民共和国慈善法"
    other.policy.save()
    return relief, other


def entered(bank, raw, name):
    made = services.upload_items(bank=bank, raw=raw, name=name, by=make.SYSTEM)
    if made.rows.filter(wanted=True).exists():
        made = services.confirm_import(item_import=made, by=make.SYSTEM)
    return made


def test_a_bank_goes_out_and_comes_back_with_its_law(laws):
    first, second = make.bank(), make.bank()
    raw = FORMATS["excel"].write([replace(item, chapter="") for item in CITED])
    made = entered(first, raw, "题.xlsx")
    assert {row.verdict for row in made.rows.all()} == {"new"}, [row.reason for row in made.rows.all()]
    version = ItemVersion.objects.filter(item__bank=first, item__case__isnull=True).first()
    assert {str(citation.article) for citation in version.citations.all()} == {RELIEF, CHARITY}
    assert (version.credit, version.source, str(version.law_as_of)) == ("题库编写组", "自编［一］", "2026-06-30")
    assert LawArticle.objects.count() == 2, "the articles that stood there"
    for code in ("excel", "moodle", "gift", "qti30"):
        out = services.export_items(bank=first, code=code, by=make.SYSTEM)
        assert not set(out.lost) & set(marks.LABELS)
        other = make.bank()
        entered(other, out.content, f"题{FORMATS[code].ending}")
        wanted = [item for item in exporting.items_out(first) if item.kind in FORMATS[code].kinds]
        assert [essence(item) for item in exporting.items_out(other)] == [essence(item) for item in wanted]
        assert {row.verdict for row in entered(other, out.content, f"再{FORMATS[code].ending}").rows.all()} == {"known"}
    assert not ItemVersion.objects.filter(item__bank=second).exists()


def test_an_unknown_law_refuses_its_item_alone(laws):
    bank = make.bank()
    raw = FORMATS["excel"].write([replace(SAMPLES[0], articles=("《没有的法》第一条",), law_as_of="2026-06-30"), CITED[1]])
    made = entered(bank, raw, "题.xlsx")
    refused = made.rows.get(verdict="refused")
    assert refused.place == 2 and "政策库里没有《没有的法》" in refused.reason
    assert ItemVersion.objects.filter(item__bank=bank).count() == 1


def test_chapters_that_differ_between_editions_come_back(laws):
    services.load_syllabus(by=make.SYSTEM)
    bank, other = make.bank(), make.bank()
    ItemBank.objects.update(subject="comprehensive_junior")
    bank.refresh_from_db()
    of_subject = SyllabusChapter.objects.filter(syllabus_subject__subject=bank.subject)
    chapters = [of_subject.filter(syllabus_subject__edition__code=code).first() for code in ("2018", "2025")]
    placed = make.draft(bank, chapters=chapters)
    alone = make.draft(bank, chapters=chapters[:1])
    one, _other = exporting.items_out(bank)
    assert one.chapter.count("版：") == 2 or chapters[0].title == chapters[1].title
    entered(other, services.export_items(bank=bank, code="excel", by=make.SYSTEM).content, "题.xlsx")
    for version, back in zip((placed, alone), ItemVersion.objects.filter(item__bank=other).order_by("item__code"), strict=True):
        assert {p.chapter_id for p in back.item.placements.all()} == {p.chapter_id for p in version.item.placements.all()}


def test_a_document_of_a_whole_bank_brings_its_law_and_the_database_freezes_it(laws):
    entry = {"code": "D-1", "kind": "single", "stem": "题", "options": list("甲乙丙丁"), "keys": ["A"]}
    document = {"code": "D", "name": "库", "author": "编写组", "source": "自编", "items": [entry]}
    entry |= {"articles": [RELIEF], "law_as_of": "2026-06-30"}
    loaded = services.load_bank(document, make.SYSTEM)
    version = ItemVersion.objects.get(item__bank=loaded.bank)
    assert version.state == "live" and version.credit == "编写组"
    citation = version.citations.get()
    assert citation.article == laws[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemCitation.objects.create(version=version, article=laws[1])
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemVersion.objects.filter(pk=version.pk).update(credit="别人")
    for broken in (
        {"articles": [RELIEF]},
        {"articles": ["《没有的法》"], "law_as_of": "2026-06-30"},
        {"articles": ["55"], "law_as_of": "2026-06-30"},
    ):
        bad = {
            **document,
            "code": "E",
            "items": [{**{k: v for k, v in entry.items() if k not in {"articles", "law_as_of"}}, **broken}],
        }
        with pytest.raises(BadInput):
            services.load_bank(bad, make.SYSTEM)
