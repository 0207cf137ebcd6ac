"""昭通市's mock exam and after: some hundred attempts, their analysis, a report, a regrade that waits, a learner who reviews.

The people's answers are drawn from abilities and difficulties; item ``DOUBTFUL`` is answered as an ambiguous one would be.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping

from django.utils import timezone

from exams import learning_selectors, services
from exams.models import Attempt, ItemVersion, Paper, PaperItem
from exams.services import Given
from exams.services.content import demo_content
from exams.states import CHOICE_KINDS, TEXT_KINDS
from lms.core import clock
from lms.core.actor import Actor
from lms.demo.cast import actor_of
from lms.demo.kit import Kit, moment
from lms.people import selectors as people
from lms.people.models import Person
from lms.places.selectors import division_by_code

CITY = "530600"
CANDIDATES = 150
DOUBTFUL = 34
SECONDS = (18, 25, 31, 40, 22, 55, 29)


def build(kit: Kit, today: dt.date) -> None:
    kit.say("昭通市摸底考试：作答、题目分析、报错、改分与复习")
    paper = _paper(kit, today)
    learner, other = kit.cast["xueyuan"], kit.cast["xueyuan2"]
    crowd = people.people_in(kit.by).filter(division__path__startswith=division_by_code(CITY).path, user__isnull=True)
    hardness = {item.number: kit.rng.gauss(-0.5, 0.9) for item in _items(paper)}
    for index, person in enumerate(crowd.order_by("pk")[:CANDIDATES]):
        _sit(
            kit, paper, person, kit.rng.gauss(0.1, 1.0), hardness, moment(today - dt.timedelta(days=50 - index % 30), 9, index % 60)
        )
    _sit(kit, paper, other, 0.2, hardness, moment(today - dt.timedelta(days=19), 20))
    attempt = _sit(kit, paper, learner, -0.35, hardness, moment(today - dt.timedelta(days=12), 20))
    with clock.at(moment(today - dt.timedelta(days=11), 3)):
        services.analyse_paper(paper=paper, by=kit.by)
        services.calibrate_subject(subject=paper.subject, by=kit.by)
    _fault(kit, paper, other, today)
    _review(learner, attempt, today)


def _paper(kit: Kit, today: dt.date) -> Paper:
    """The mock paper in a bank of the city's own, so that its trainers and reviewers keep it."""
    content = next(one for one in demo_content() if one["code"] == "ZH1")
    title = "社会工作综合能力（初级）摸底卷（昭通演示）"
    own = {
        **content,
        "code": "ZT1",
        "name": "昭通市社会工作练习题库（演示）",
        "papers": [{**content["papers"][0], "title": title}],
    }
    with clock.at(moment(today - dt.timedelta(days=60))):
        return services.load_bank(own, by=kit.by, division=division_by_code(CITY)).papers[0]


def _items(paper: Paper) -> list[PaperItem]:
    return list(PaperItem.objects.filter(paper=paper).select_related("item_version").order_by("number"))


def _sit(kit: Kit, paper: Paper, person: Person, ability: float, hardness: Mapping[int, float], at: dt.datetime) -> Attempt:
    with clock.at(at):
        attempt = services.start_attempt(paper=paper, person=person, by=kit.by)
    answers = [
        Given(item.number, 1, _answer(kit, item, ability, hardness[item.number]), at + dt.timedelta(seconds=40 * item.number))
        for item in _items(paper)
    ]
    with clock.at(at + dt.timedelta(minutes=70)):
        services.save_answers(attempt_uuid=attempt.uuid, answers=answers, window="", by=kit.by, user_id=None)
        return services.submit_attempt(attempt=attempt, by=kit.by)


def _answer(kit: Kit, item: PaperItem, ability: float, hard: float) -> tuple[str, ...]:
    """What somebody of this ability would tick: the keys, some of them, or a mistake."""
    version = item.item_version
    letters, keys = "ABCDE"[: len(version.options)], sorted(version.keys)
    wrong = [letter for letter in letters if letter not in keys]
    if item.number == DOUBTFUL:  # the better one knows the matter, the likelier one reads it the other way
        strong = kit.rng.random() < 1 / (1 + math.exp(-2 * ability))
        return (wrong[0],) if strong else (kit.rng.choice([keys[0], *wrong[1:]]),)
    if kit.rng.random() < 1 / (1 + math.exp(-1.1 * (ability - hard))):
        return tuple(keys)
    if version.kind == "single":
        return (kit.rng.choice(wrong[:2] if item.number % 9 == 0 else wrong),)  # some items have an idle distractor
    some = tuple(kit.rng.sample(keys, kit.rng.randint(1, len(keys) - 1)))
    return some if kit.rng.random() < 0.6 else tuple(sorted({some[0], kit.rng.choice(wrong)}))


def _fault(kit: Kit, paper: Paper, reporter: Person, today: dt.date) -> None:
    """A report that waits for an answer, one that got it, and a regrade that waits for a second person."""
    versions = {item.number: item.item_version for item in _items(paper)}
    own = Attempt.objects.get(paper=paper, person=reporter)
    me, trainer = actor_of(reporter), actor_of(kit.cast["jiangshi"])
    with clock.at(moment(today - dt.timedelta(days=9), 20)):
        for number, kind, text in (
            (DOUBTFUL, "key", "组员也在互相练习、互相打气，看成支持小组也说得通，请核实。"),
            (33, "typo", "有一个选项的标点重复了。"),
        ):
            services.report_fault(version=versions[number], person=reporter, kind=kind, text=text, attempt=own, by=me)
    with clock.at(moment(today - dt.timedelta(days=7), 10)):
        services.answer_faults(
            version=versions[33], outcome="explained", answer="谢谢提醒。标点不影响作答，下一版会改正。", by=trainer
        )
    with clock.at(moment(today - dt.timedelta(days=2), 15)):
        services.propose_regrade(
            version=versions[DOUBTFUL],
            remedy="keys",
            keys=["A", "B"],
            reason="题干没有说明小组以学习为主还是以互助为主，两种答案都成立（演示）。",
            by=trainer,
        )


def _review(learner: Person, attempt: Attempt, today: dt.date) -> None:
    """Ten days of review within a quarter of an hour a day; today's queue is left to do."""
    me: Actor = actor_of(learner)
    assert attempt.submitted_at is not None
    started = timezone.localdate(attempt.submitted_at)
    with clock.at(moment(started, 22)):
        services.set_plan(person=learner, exam_on=today + dt.timedelta(days=45), daily_minutes=15, by=me)
        services.collect_mistakes(person=learner, by=me)
    ids = people.ids_of(learner)
    for back in range((today - started).days - 1, 0, -1):
        if back in (3, 6):  # days without
            continue
        with clock.at(moment(today - dt.timedelta(days=back), 21)):
            queue = learning_selectors.today_of(ids).due[:12]
        for index, card_uuid in enumerate(queue):
            with clock.at(moment(today - dt.timedelta(days=back), 21, 1 + index)):
                card, version, _case = learning_selectors.card_of(ids, card_uuid)
                answer = _recalled(version, knows=(index + back) % 4 != 0)
                services.review_card(
                    card=card,
                    version=version,
                    answer=answer,
                    reviews=card.reviews,
                    rating=3 if index % 3 else 4,
                    seconds=SECONDS[index % len(SECONDS)],
                    by=me,
                )


def _recalled(version: ItemVersion, *, knows: bool) -> list[str]:
    """A right answer of whatever kind, or one that is wrong."""
    if version.kind in CHOICE_KINDS:
        return sorted(version.keys) if knows else [next(x for x in "ABCDE" if x not in version.keys)]
    if version.kind in TEXT_KINDS:
        return version.accepted[:1] if knows else ["0"]
    return version.keys if knows else [*version.keys[1:], version.keys[0]]  # matched or ordered: moved on by one
