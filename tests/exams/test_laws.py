"""Items and the law they rest on: stale once a newer text is in force, never drawn then, revived by a reviewed new version."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams import laws, learning_selectors, lineage, selectors, services
from exams.models import ItemCitation, ItemVersion, ReviewCard, SyllabusChapter
from exams.selectors_practice import practisable
from lms.accounts.selectors import actor_for
from lms.core import clock
from lms.core.errors import BadInput, Missing, Refused
from lms.notices.models import Notice
from tests.factories import exam_after as after
from tests.factories import exams as make
from tests.factories.world import make_client, make_user

pytestmark = pytest.mark.django_db

OLD, HELD, NEW = dt.date(2014, 5, 1), dt.date(2024, 12, 31), dt.date(2025, 3, 1)


def resting(bank, article, held: dt.date = HELD, **more) -> ItemVersion:
    return make.live(bank, articles=[article], law_as_of=held, **more)


def slow_stale(day: dt.date) -> set[int]:
    """The definition, read row by row."""
    found = set()
    for version in ItemVersion.objects.filter(state="live"):
        for citation in version.citations.all():
            texts = list(citation.article.texts.all())
            then = [t for t in texts if t.effective_from <= version.law_as_of]
            now = [t for t in texts if t.effective_from <= day]
            ended = [t.effective_to for t in now if t.effective_to and version.law_as_of <= t.effective_to < day]
            if len(now) > len(then) or ended:
                found.add(version.pk)
    return found


@pytest.mark.parametrize("day", [NEW - dt.timedelta(1), NEW, dt.date(2030, 1, 1)])
def test_stale_is_what_the_definition_says_row_by_row(world, day):
    bank = make.bank(world.county)
    changed, same, ended = make.article(OLD, NEW), make.article(OLD), make.article()
    services.record_text(article=ended, effective_from=OLD, effective_to=NEW, source="测试", by=make.SYSTEM)
    with clock.at(dt.datetime(2025, 1, 5, tzinfo=dt.UTC)):
        for article in (changed, same, ended):
            resting(bank, article)
    resting(bank, changed, held=NEW)
    make.live(bank, law_as_of=HELD)
    rows = ItemVersion.objects.filter(state="live")
    stale = set(laws.outdated(rows, day).values_list("pk", flat=True))
    assert stale == slow_stale(day)
    assert {v.pk for v in laws.with_texts(rows) if laws.changes(v, day)} == stale
    assert set(laws.current(rows, day).values_list("pk", flat=True)) == set(rows.values_list("pk", flat=True)) - stale


@pytest.fixture
def aged(world):
    """A live item held against the law of 2024 that has a newer text since 2025-03-01, and one that nothing happened to."""
    services.load_syllabus(by=make.SYSTEM)
    chapter = SyllabusChapter.objects.filter(syllabus_subject__edition__code="2025").first()
    bank, article = make.bank(world.county), make.article(OLD)
    with clock.at(dt.datetime(2025, 1, 5, tzinfo=dt.UTC)):
        version = resting(bank, article, chapters=[chapter])
        other = make.live(bank, chapters=[chapter])
    services.record_text(article=article, effective_from=NEW, source="测试", by=make.SYSTEM)
    return version, other


def test_a_stale_item_is_drawn_practised_and_reviewed_nowhere(world, aged):
    version, other = aged
    person = make.learner(world.county)
    paper = services.create_paper(template=make.template(2, 1), title="卷", division=world.county, by=make.SYSTEM)
    assert list(selectors.drawable_items(paper)) == [other]
    services.draw_items(paper=paper, seed=1, by=make.SYSTEM)
    assert [row.item_version for row in paper.paper_items.all()] == [other]
    assert list(practisable(person)) == [other]
    services.set_paper_items(paper=paper, items=[version, other], by=make.SYSTEM)
    assert any("法条已有新文本" in lack for lack in services.paper_shortfalls(paper))
    card = ReviewCard.objects.create(person=person, item=version.item, fsrs={}, due_at=clock.now(), created_at=clock.now())
    assert card not in learning_selectors.cards_of([person.pk])


def test_a_paper_of_its_time_takes_the_law_of_its_day(world, aged):
    version, _other = aged
    paper = services.create_paper(template=make.template(2, 1), title="卷", division=world.county, law_as_of=HELD, by=make.SYSTEM)
    assert version in selectors.drawable_items(paper)


def test_a_reviewed_new_version_revives_it(world, aged):
    version, _other = aged
    words = {"kind": "single", "stem": "按新文本的题干", "options": list("甲乙丙丁"), "keys": "A", "source": "自编"}
    author, reviewer = make.actor("trainer", "/"), make.actor("reviewer", "/")
    draft = services.revise_item(item=version.item, law_as_of=HELD, by=author, **words)
    assert [citation.article for citation in draft.citations.all()] == [version.citations.get().article], "carried over"
    services.review_item(version=draft, by=reviewer)
    with pytest.raises(Refused, match="按现行法规修改"):
        services.publish_item(version=draft, by=reviewer)
    assert [v.is_begun for v in laws.stale_in(selectors.banks_in(make.SYSTEM))] == [True]
    draft = services.revise_item(item=version.item, law_as_of=NEW, by=author, **words)
    services.review_item(version=draft, by=reviewer)
    services.publish_item(version=draft, by=reviewer)
    assert not laws.stale_in(selectors.banks_in(make.SYSTEM)).exists()
    assert draft in practisable(make.learner(world.county))


def test_a_case_rests_while_one_of_its_questions_is_stale(world):
    bank, article = make.bank(world.county), make.article(OLD)
    with clock.at(dt.datetime(2025, 1, 5, tzinfo=dt.UTC)):
        material = make.worded(bank, "case")
        resting(bank, article, case=material.item)
    rows = ItemVersion.objects.filter(item=material.item)
    assert laws.current(rows).exists()
    services.record_text(article=article, effective_from=NEW, source="测试", by=make.SYSTEM)
    assert not laws.current(rows).exists()


def test_refusals(world):
    bank, article = make.bank(world.county), make.article(OLD)
    with pytest.raises(BadInput, match="法规截至日期"):
        make.draft(bank, articles=[article])
    day = {"article": article, "effective_from": OLD, "source": "测试"}
    with pytest.raises(Refused, match="已经登记"):
        services.record_text(**day, by=make.SYSTEM)
    with pytest.raises(BadInput, match="依据"):
        services.record_text(**{**day, "source": " "}, by=make.SYSTEM)
    with pytest.raises(BadInput, match="不能早于"):
        services.record_text(**day, effective_to=OLD - dt.timedelta(1), by=make.SYSTEM)
    with pytest.raises(Missing):
        services.record_text(**day, by=make.actor("reviewer", "/53/"))
    assert services.record_article(policy=article.policy, label="第二条", by=make.SYSTEM) == article


@pytest.mark.parametrize("change", ["add", "move", "remove"])
def test_the_database_keeps_the_articles_of_a_version_in_use(world, change):
    bank, article, other = make.bank(world.county), make.article(OLD), make.article(OLD)
    version = resting(bank, article)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        if change == "add":
            ItemCitation.objects.create(version=version, article=other)
        elif change == "move":
            version.citations.update(article=other)
        else:
            version.citations.all().delete()
    assert [each.article for each in version.citations.all()] == [article]


def test_the_worklist_shows_ones_own_banks_and_asks_as_much_for_many(world, aged):
    client = make_client(make_user("trainer", world.county))
    page = client.get(reverse("exams:office_stale")).content.decode()
    assert aged[0].item.code in page and "新文本自 2025-03-01" in page and "50%" in page
    stranger = make_client(make_user("trainer", world.far_county))
    assert aged[0].item.code not in stranger.get(reverse("exams:office_stale")).content.decode()
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(reverse("exams:office_stale"))
    with clock.at(dt.datetime(2025, 1, 5, tzinfo=dt.UTC)):
        rested = [make.article(OLD) for _ in range(20)]
        for article in rested:
            resting(aged[0].item.bank, article)
    for article in rested:
        services.record_text(article=article, effective_from=NEW, source="测试", by=make.SYSTEM)
    with CaptureQueriesContext(connection) as many:
        assert "21" in client.get(reverse("exams:office_stale")).content.decode()
    assert len(many) == len(few)


def test_an_items_page_tells_its_uses(world):
    paper = make.paper(world.county)
    after.crowd(paper, 30, place=world.county)
    services.analyse_paper(paper=paper, by=make.SYSTEM)
    version = after.version_of(paper)
    actor = make.actor("trainer", "/")
    (use,) = lineage.uses_of(actor, version.item).rows
    share = sum(response.points == 100 for response in version.responses.all()) / 30
    assert (use.paper, use.number, use.version, use.answered) == (paper, 1, 1, 30)
    assert use.facility is not None and use.facility.value == pytest.approx(share)
    outside = lineage.uses_of(make.actor("trainer", "/31/"), version.item)
    assert (list(outside.rows), outside.elsewhere) == ([], 1)
    page = make_client(make_user("trainer", world.county)).get(reverse("exams:item", args=[version.item.uuid])).content.decode()
    assert "用过的试卷" in page and paper.title in page and use.facility.interval in page


def test_the_author_is_told_once_of_what_reviewers_do(world):
    bank = make.bank(world.county)
    writer = make_user("trainer", world.county)
    content = {"kind": "single", "stem": "题", "options": list("甲乙丙丁"), "keys": "A", "source": "自编"}
    version = services.create_item(bank=bank, by=actor_for(writer), **content)
    reviewer = make.actor("reviewer", "/")
    services.comment_item(version=version, text="选项太短", by=reviewer)
    services.comment_item(version=version, text="好的", by=actor_for(writer))
    services.return_item(version=version, reason="题干不清", by=reviewer)
    services.return_item(version=version, reason="题干不清", by=reviewer)
    version = services.resubmit_item(version=ItemVersion.objects.get(pk=version.pk), by=actor_for(writer))
    services.review_item(version=version, by=reviewer)
    told = Notice.objects.filter(user=writer).order_by("pk")
    assert [notice.kind for notice in told] == ["item.commented", "item.returned", "item.approved"]
    assert "选项太短" in told[0].body and "题干不清" in told[1].body and version.item.code in told[2].title


def test_a_past_paper_says_its_law_and_which_items_have_aged(world):
    bank, article = make.bank(world.county), make.article(OLD)
    with clock.at(dt.datetime(2025, 1, 5, tzinfo=dt.UTC)):
        items = [resting(bank, article), make.live(bank), make.live(bank, "multiple")]
        paper = services.create_paper(
            template=make.template(2, 1), title="旧卷", division=world.county, items=items, by=make.SYSTEM
        )
        paper = services.publish_paper(paper=paper, by=make.SYSTEM)
    person = make.learner(world.county)
    client, page = make_client(person.user), reverse("exams:paper", args=[paper.uuid])
    assert "2025年1月5日" in client.get(page).text
    assert "此后有变" not in client.get(page).text
    services.record_text(article=article, effective_from=NEW, source="国务院令第 1 号", by=make.SYSTEM)
    assert laws.changed_since(paper, NEW - dt.timedelta(1)) == {}
    [number] = laws.changed_since(paper)
    text = client.get(page).text
    assert f"第 {number} 题：" in text and "国务院令第 1 号" in text
    attempt = after.marked(paper, {1: "B"}, person)
    result = client.get(reverse("exams:attempt_result", args=[attempt.uuid])).text
    assert result.count("备考请看现行文本") == 1
    round_ = make.practice_round(person, [items[0]])
    assert "此后有变" in client.get(reverse("exams:practice_round", args=[round_.uuid])).text, "an item kept from before says so"


def test_the_reviewer_is_told_when_it_comes_back(world):
    bank = make.bank(world.county)
    writer, reviewer, other = (make_user(role, world.county) for role in ("trainer", "reviewer", "reviewer"))
    content = {"kind": "single", "stem": "题", "options": list("甲乙丙丁"), "keys": "A", "source": "自编"}
    version = services.create_item(bank=bank, by=actor_for(writer), **content)

    def told() -> list[str]:
        assert not Notice.objects.filter(user=other).exists()
        return list(Notice.objects.filter(user=reviewer, kind="item.resubmitted").order_by("pk").values_list("body", flat=True))

    services.revise_item(item=version.item, by=actor_for(writer), **content)
    assert told() == [], "a draft nobody has looked at"
    fresh = ItemVersion.objects.get(pk=version.pk)
    services.return_item(version=fresh, reason="题干不清", by=actor_for(reviewer))
    services.resubmit_item(version=ItemVersion.objects.get(pk=version.pk), by=actor_for(writer), reply="题干引自条文原文")
    services.resubmit_item(version=ItemVersion.objects.get(pk=version.pk), by=actor_for(writer), reply="题干引自条文原文")
    assert len(told()) == 1 and "条文原文" in told()[0]
    services.return_item(version=ItemVersion.objects.get(pk=version.pk), reason="还是不清", by=actor_for(reviewer))
    services.revise_item(item=version.item, by=actor_for(writer), **{**content, "stem": "改写的题"})
    assert len(told()) == 2
    services.review_item(version=ItemVersion.objects.get(pk=version.pk), by=actor_for(reviewer))
    services.revise_item(item=version.item, by=actor_for(writer), **{**content, "stem": "又改了"})
    assert len(told()) == 3, "its review is undone"
    notice = Notice.objects.filter(user=reviewer).latest("pk")
    page = make_client(reviewer).get(notice.url)
    assert page.status_code == 200 and "又改了" in page.text
