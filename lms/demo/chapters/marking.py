"""The essay paper of the practice subject: four candidates, two blind markers, a script that waits for a third. All invented."""

from __future__ import annotations

import datetime as dt

from exams import services as exams
from exams.models import Attempt, EssayMark, Paper, Response
from exams.services import Given
from lms.core import clock
from lms.core.actor import Actor
from lms.demo.cast import actor_of
from lms.demo.kit import Kit, moment
from lms.people.models import Person

MARKERS = ("jiangshi", "shenhe", "shiban")
# how many of an essay's marking points each candidate writes about, essay by essay
COVERED = ((6, 7, 6, 7, 6), (4, 5, 3, 5, 4), (7, 8, 8, 7, 7))


def build(kit: Kit, today: dt.date) -> None:
    kit.say("中级实务模拟卷：主观题与双评")
    paper = Paper.objects.get(title="社会工作实务（中级）模拟卷一")
    first, second, third = (actor_of(kit.cast[name]) for name in MARKERS)
    with clock.at(moment(today - dt.timedelta(days=6))):
        for name in MARKERS:
            user = kit.cast[name].user
            assert user is not None
            exams.appoint_marker(paper=paper, user=user, by=kit.by)
    writers = [kit.cast[name] for name in ("xueyuan", "xianban", "dudao")]
    for index, (person, covered) in enumerate(zip(writers, COVERED, strict=True)):
        _sit(kit, paper, person, covered, moment(today - dt.timedelta(days=5), hour=9 + index))
    with clock.at(moment(today - dt.timedelta(days=3))):
        _mark_all(paper, first, 100)
    with clock.at(moment(today - dt.timedelta(days=2))):
        _mark_all(paper, second, 85, odd=4)
    _sit(kit, paper, kit.cast["xueyuan2"], (5, 6, 5, 6, 5), moment(today - dt.timedelta(days=1)))
    with clock.at(moment(today - dt.timedelta(days=1), hour=16)):
        _mark_some(paper, third)


def _sit(kit: Kit, paper: Paper, person: Person, covered: tuple[int, ...], at: dt.datetime) -> Attempt:
    with clock.at(at):
        attempt = exams.start_attempt(paper=paper, person=person, by=kit.by)
    with clock.at(at + dt.timedelta(minutes=118)):
        answers = [
            Given(response.number, 1, (_text(response, covered[response.number - 1]),), clock.now())
            for response in attempt.responses.select_related("item_version")
        ]
        exams.save_answers(attempt_uuid=attempt.uuid, answers=answers, window="", by=kit.by, user_id=None)
        return exams.submit_attempt(attempt=attempt, by=kit.by)


def _text(response: Response, covered: int) -> str:
    """What a candidate writes: the points they thought of, each in a sentence of its own."""
    points = [point["text"] for point in response.item_version.marking_points][:covered]
    return "答：\n" + "\n".join(f"{number}. {text}。" for number, text in enumerate(points, 1))


def _mark_all(paper: Paper, marker: Actor, percent: int, odd: int = 0) -> None:
    """Mark whatever waits: so much of every point that is written about; the ``odd``-th script much harder."""
    done = 0
    while (claim := exams.claim_script(paper=paper, by=marker)) is not None:
        done += 1
        _mark(claim, marker, 40 if done == odd else percent)


def _mark_some(paper: Paper, marker: Actor) -> None:
    """The third marker's own first marks; the script that the two differ on stays in hand."""
    claim = exams.claim_script(paper=paper, by=marker)
    if claim is not None and claim.ordinal < 3:
        _mark(claim, marker, 90)


def _mark(claim: EssayMark, marker: Actor, percent: int) -> None:
    response = claim.script.response
    written = response.answer[0]
    awards = []
    for point in response.item_version.marking_points:
        worth = int(point["points"]) * percent // 100 // 50 * 50  # in halves of a point
        awards.append(worth if point["text"] in written else 0)
    remark = "" if percent == 100 else "要点较全，可以多结合材料说明。"
    exams.mark_script(mark=claim, awards=awards, remark=remark, by=marker)
