"""Items and papers through the services: reviewed by another, frozen, never drawn when stale; standards loaded once."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from exams import services
from exams.models import ItemVersion, MarkingRule, Paper, PaperItem, PaperTemplate, SyllabusChapter, SyllabusSubject
from lms.audit.models import AuditEvent
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from tests.factories import exams as make

pytestmark = pytest.mark.django_db


def test_an_author_does_not_review_his_own_item(world):
    author = make.actor("trainer")
    version = services.create_item(
        bank=make.bank(world.county), kind="single", stem="题", options=list("甲乙丙丁"), keys="A", source="自编", by=author
    )
    with pytest.raises(Refused):
        services.review_item(version=version, by=author)
    done = services.review_item(version=version, by=make.actor("reviewer"))
    assert done.state == "reviewed" and done.reviewed_by != done.author
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemVersion.objects.filter(pk=version.pk).update(reviewed_by=author.uuid)


def test_a_change_after_the_review_needs_a_new_one(world):
    bank = make.bank(world.county)
    version = make.draft(bank)
    ItemVersion.objects.filter(pk=version.pk).update(author=make.demo_author("a"))
    services.review_item(version=version, by=make.SYSTEM)
    changed = services.revise_item(
        item=version.item, kind="single", stem="改过的题", options=list("甲乙丙丁"), keys="A", source="自编", by=make.SYSTEM
    )
    assert changed.pk == version.pk and changed.state == "draft" and changed.reviewed_by is None
    with pytest.raises(Refused):
        services.publish_item(version=changed, by=make.SYSTEM)


def test_publishing_a_new_version_retires_the_old_one(world):
    first = make.live(make.bank(world.county))
    second = services.revise_item(
        item=first.item,
        kind="single",
        stem="新的说法",
        options=list("甲乙丙丁"),
        keys="C",
        source="自编",
        by=Actor.system("author"),
    )
    ItemVersion.objects.filter(pk=second.pk).update(author=make.demo_author("b"))
    services.review_item(version=second, by=make.SYSTEM)
    services.publish_item(version=second, by=make.SYSTEM)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("retired", "live") and first.retired_reason
    assert AuditEvent.objects.filter(verb="exams.item.published").count() == 2


@pytest.mark.parametrize("change", [{"stem": "别的"}, {"keys": ["A"]}, {"options": ["一"]}, {"points": 5}])
def test_the_database_refuses_to_change_a_live_version(world, change):
    version = make.live(make.bank(world.county))
    with pytest.raises(DatabaseError), transaction.atomic():
        ItemVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        ItemVersion.objects.filter(pk=version.pk)._raw_delete("default")


def test_the_database_refuses_to_change_an_open_paper(world):
    paper = make.paper(world.county)
    row = paper.paper_items.first()
    with pytest.raises(DatabaseError), transaction.atomic():
        PaperItem.objects.filter(pk=row.pk).update(points=500)
    with pytest.raises(DatabaseError), transaction.atomic():
        PaperItem.objects.filter(pk=row.pk)._raw_delete("default")
    with pytest.raises(DatabaseError), transaction.atomic():
        PaperItem.objects.create(paper=paper, section=row.section, number=99, item_version=make.live(make.bank()), points=100)


def test_the_same_item_again_is_refused(world):
    bank = make.bank(world.county)
    make.draft(bank, stem="社会工作的对象是（　）。", options=["个人", "家庭", "社区", "组织"])
    with pytest.raises(Refused):
        make.draft(bank, stem="社会工作的对象是( )", options=["家庭", "个人", "社区", "组织"])
    make.draft(make.bank(world.county), stem="社会工作的对象是（　）。", options=["个人", "家庭", "社区", "组织"])


def test_outside_ones_division_there_is_nothing_to_write_or_review(world):
    bank = make.bank(world.county)
    version = make.draft(bank)
    outsider = make.actor("trainer", world.foreign_county.path)
    with pytest.raises(Missing):
        services.create_item(bank=bank, kind="single", stem="题", options=list("甲乙丙丁"), keys="A", source="自编", by=outsider)
    with pytest.raises(Missing):
        services.review_item(version=version, by=outsider)
    with pytest.raises(Missing):
        services.create_paper(template=make.template(), title="卷", division=world.county, by=outsider)
    with pytest.raises(Missing):
        services.create_bank(code="X1", name="库", division=None, by=make.actor("trainer"))


def test_every_fault_of_an_item_is_said_at_once(world):
    with pytest.raises(BadInput) as refusal:
        make.draft(make.bank(world.county), stem=" ", options=["甲", "甲", ""], keys="F")
    assert str(refusal.value).count("。") == 4


def test_a_paper_that_lacks_something_does_not_open(world):
    bank = make.bank(world.county)
    paper = services.create_paper(
        template=make.template(2, 1), title="卷", division=world.county, items=[make.live(bank)], by=make.SYSTEM
    )
    assert len(services.paper_shortfalls(paper)) == 2
    with pytest.raises(Refused):
        services.publish_paper(paper=paper, by=make.SYSTEM)


def test_a_paper_takes_neither_too_many_nor_the_wrong_kind_nor_a_draft(world):
    bank = make.bank(world.county)
    paper = services.create_paper(template=make.template(1, 1), title="卷", division=world.county, by=make.SYSTEM)
    for items in ([make.live(bank), make.live(bank)], [make.live(bank, "true_false")], [make.draft(bank)]):
        with pytest.raises(Refused):
            services.set_paper_items(paper=paper, items=items, by=make.SYSTEM)
    twice = make.live(bank)
    with pytest.raises(Refused):
        services.set_paper_items(paper=paper, items=[twice, twice], by=make.SYSTEM)
    assert not PaperItem.objects.exists()


def test_stale_items_are_never_drawn(world):
    services.load_syllabus(by=make.SYSTEM)
    chapter = SyllabusChapter.objects.filter(syllabus_subject__edition__code="2018").first()
    edition = chapter.syllabus_subject.edition
    bank = make.bank(world.county)
    placed, stale = make.live(bank, chapters=[chapter]), make.live(bank)
    paper = services.create_paper(template=make.template(2, 1), title="卷", division=world.county, edition=edition, by=make.SYSTEM)
    services.draw_items(paper=paper, seed=7, by=make.SYSTEM)
    assert [row.item_version for row in paper.paper_items.all()] == [placed]
    services.set_paper_items(paper=paper, items=[placed, stale], by=make.SYSTEM)
    assert any("过时" in lack for lack in services.paper_shortfalls(paper))


def test_drawing_is_the_same_for_the_same_seed_and_spreads_over_chapters(world):
    services.load_syllabus(by=make.SYSTEM)
    chapters = list(SyllabusChapter.objects.filter(syllabus_subject__edition__code="2018")[:4])
    bank = make.bank(world.county)
    for chapter in chapters:
        for _ in range(4):
            make.live(bank, chapters=[chapter])
    template = make.template(8, 1)

    def drawn(seed):
        paper = services.create_paper(template=template, title=f"卷{seed}", division=world.county, by=make.SYSTEM)
        services.draw_items(paper=paper, seed=seed, by=make.SYSTEM)
        return paper

    one, same, other = drawn(1), drawn(1), drawn(2)
    items = lambda paper: list(paper.paper_items.values_list("item_version_id", flat=True))  # noqa: E731
    assert items(one) == items(same) != items(other)
    per_chapter = [one.paper_items.filter(item_version__item__placements__chapter=chapter).count() for chapter in chapters]
    assert per_chapter == [2, 2, 2, 2]


def test_a_template_of_unknown_structure_makes_no_paper_and_an_essay_template_one_for_markers(world):
    services.load_standards(by=make.SYSTEM)
    with pytest.raises(Refused):
        services.create_paper(
            template=PaperTemplate.objects.get(code="practice_senior"), title="卷", division=world.county, by=make.SYSTEM
        )
    assert not Paper.objects.exists()
    paper = services.create_paper(
        template=PaperTemplate.objects.get(code="practice_middle"), title="卷", division=world.county, by=make.SYSTEM
    )
    parts = [(s.title, s.count, s.essay_rule.code, s.rule) for s in paper.sections.all()]
    assert parts == [("案例分析题", 4, "two-blind", None), ("方案设计题", 1, "two-blind", None)]


def test_standards_and_syllabus_load_once_and_say_what_is_unknown():
    first = services.load_standards(by=make.SYSTEM)
    assert first == {"rules": 12, "templates": 7}
    assert services.load_standards(by=make.SYSTEM) == {"rules": 0, "templates": 0}
    loaded = services.load_syllabus(by=make.SYSTEM)
    assert services.load_syllabus(by=make.SYSTEM) == {"added": 0, "chapters": loaded["chapters"]}
    for template in PaperTemplate.objects.filter(is_objective=True, certainty="official"):
        parts = list(template.sections.values_list("count", "points", "options_count", "keys_min", "keys_max"))
        assert parts == [(60, 100, 4, 1, 1), (20, 200, 5, 2, 4)]
        assert sum(count * points for count, points, *_rest in parts) == template.full_points == 10000
        assert template.duration_minutes == 120
    assert dict(PaperTemplate.objects.filter(is_objective=False).values_list("code", "duration_minutes")) == {
        "practice_middle": 150,
        "practice_senior": 180,
    }
    assert MarkingRule.objects.get(is_default=True).code == "licence-multiple"
    assert SyllabusSubject.objects.get(edition__code="2025", subject="comprehensive_junior").is_complete is False
