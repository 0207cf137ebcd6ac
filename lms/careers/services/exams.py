"""Registrations for the licence exam, scores, and the pass lines that judge them, early or late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.careers import rules
from lms.careers.models import ExamRegistration, ExamScore, PassLine, VoidYear
from lms.careers.recording import draft_of, record_many
from lms.careers.states import LEVEL_OF, SUBJECTS_OF, Level, ScoreOutcome, Subject
from lms.core import clock, positions
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.people.models import Person
from lms.places.models import Division


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamRegistrationRow:
    person: Person
    year: int
    level: str
    subjects: Sequence[str]
    division: Division | None = None  # where it is sat; the person's when none is named
    registered_on: dt.date | None = None  # today when none is named


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """``points`` out of 100, as a number or its text; None with an ``outcome`` of absent or violation."""

    person: Person
    year: int
    subject: str
    points: Decimal | int | str | None = None
    outcome: str = ScoreOutcome.SCORED
    division: Division | None = None  # where it was sat; by default that of the registration, else the person's
    announced_on: dt.date | None = None  # today when none is named


def register_for_exam(
    *,
    person: Person,
    year: int,
    level: str,
    subjects: Sequence[str],
    by: Actor,
    division: Division | None = None,
    registered_on: dt.date | None = None,
) -> ExamRegistration:
    """Record that a person registered for a level in an exam year. The same again: the row that stands."""
    row = ExamRegistrationRow(
        person=person, year=year, level=level, subjects=subjects, division=division, registered_on=registered_on
    )
    return register_for_exams([row], by=by)[0]


def register_for_exams(rows: Sequence[ExamRegistrationRow], *, by: Actor) -> list[ExamRegistration]:
    """Record the exam registrations of many; chunks of 500, each whole."""
    wanted = []
    for row in rows:
        if row.level not in Level.values:
            raise BadInput(_("证书级别“%(text)s”无法识别。") % {"text": row.level[:20]})
        if not row.subjects or not set(row.subjects) <= set(SUBJECTS_OF[Level(row.level)]):
            raise BadInput(_("报考科目与级别不符。"))
        _check_year(row.year)
        wanted.append(
            ExamRegistration(
                person=row.person,
                year=row.year,
                level=row.level,
                subjects=sorted(str(s) for s in set(row.subjects)),
                division=row.division or row.person.division,
                registered_on=row.registered_on or clock.today(),
            )
        )
    return record_many(
        wanted,
        by=by,
        verb="careers.exam_registration.recorded",
        same=lambda r, person: (person, r.year, str(r.level)),
        agree=("subjects",),
        disagree=_("此人该年度已报考这一级别，科目不同；请先作废原记录。"),
        draft=lambda r: draft_of(
            r,
            Kind.EXAM_REGISTERED,
            r.registered_on,
            topic=str(r.level),
            facts={"year": r.year, "level": str(r.level), "subjects": r.subjects, "sat_in": r.division.path},
        ),
    )


def record_score(
    *,
    person: Person,
    year: int,
    subject: str,
    by: Actor,
    points: Decimal | int | str | None = None,
    outcome: str = ScoreOutcome.SCORED,
    division: Division | None = None,
    announced_on: dt.date | None = None,
) -> ExamScore:
    """Record one result and judge it by the pass lines known today. The same result again: the row that stands."""
    row = ScoreRow(
        person=person, year=year, subject=subject, points=points, outcome=outcome, division=division, announced_on=announced_on
    )
    return record_scores([row], by=by)[0]


def record_scores(rows: Sequence[ScoreRow], *, by: Actor) -> list[ExamScore]:
    """Record the results of many; chunks of 500, each whole."""
    sat_in = _places_of(rows)
    lines = _lines_for({row.year for row in rows})
    wanted = []
    for row in rows:
        if row.subject not in Subject.values:
            raise BadInput(_("科目“%(text)s”无法识别。") % {"text": row.subject[:30]})
        _check_year(row.year)
        subject = Subject(row.subject)
        score = ExamScore(
            person=row.person,
            year=row.year,
            subject=subject,
            division=row.division or sat_in.get((row.person.pk, row.year, LEVEL_OF[subject])) or row.person.division,
            outcome=row.outcome,
            points_hundredths=_hundredths(row),
            announced_on=row.announced_on or clock.today(),
        )
        _judge(score, lines)
        wanted.append(score)
    return record_many(
        wanted,
        by=by,
        verb="careers.score.recorded",
        same=lambda s, person: (person, s.year, str(s.subject)),
        agree=("points_hundredths", "outcome"),
        disagree=_("此人该年度该科目已有不同的成绩；请先作废原记录。"),
        draft=_score_line,
    )


def load_pass_line(
    *,
    year: int,
    level: str,
    points: Decimal | int | str,
    source: str,
    by: Actor,
    subject: str = "",
    region: Division | None = None,
    announced_on: dt.date | None = None,
) -> PassLine:
    """Load one pass line with its source. It judges scores recorded from now on; ``apply_pass_line`` judges the stored ones."""
    if level not in Level.values or (subject and (subject not in Subject.values or LEVEL_OF[Subject(subject)] != level)):
        raise BadInput(_("级别或科目无法识别。"))
    if not source.strip():
        raise BadInput(_("请写明合格标准的出处。"))
    hundredths = _points(points)
    with transaction.atomic():
        position = positions.take()  # also keeps the same line from being loaded twice at once
        standing = PassLine.objects.filter(year=year, level=level, subject=subject, region=region).first()
        if standing is not None:
            if standing.points_hundredths != hundredths:
                raise Refused(_("该年度、级别和地区已有不同的合格标准。"))
            return standing
        line = PassLine.objects.create(
            year=year,
            level=level,
            subject=subject,
            region=region,
            points_hundredths=hundredths,
            announced_on=announced_on,
            source=source.strip(),
            position=position,
        )
        audit.record(
            "careers.pass_line.loaded",
            line,
            by=by,
            division_path=region.path if region else "/",
            year=year,
            level=level,
            subject=subject,
            points_hundredths=hundredths,
        )
        return line


def apply_pass_line(*, line: PassLine, by: Actor) -> list[ExamScore]:
    """Judge the stored scores of the line's year again; returns those whose result changed, each with a corrected ledger line.

    A stored fail may become a pass valid in the line's region. A pass never becomes a fail by a further line. Applying twice
    changes nothing.
    """
    from lms.ledger.models import Line

    subjects = [line.subject] if line.subject else [str(s) for s in SUBJECTS_OF[Level(line.level)]]
    path = line.region.path if line.region else ""
    todo = ExamScore.objects.filter(
        Q(passed__isnull=True) | Q(passed=False) | Q(valid_in__isnull=False),
        year=line.year,
        subject__in=subjects,
        voided_at__isnull=True,
        outcome=ScoreOutcome.SCORED,
        division__path__startswith=path,
    ).order_by("pk")
    ids = list(todo.values_list("pk", flat=True))
    lines = _lines_for({line.year})
    changed: list[ExamScore] = []
    for start in range(0, len(ids), 500):
        with transaction.atomic():
            scores = list(
                ExamScore.objects.select_for_update(of=("self",), no_key=True)
                .filter(pk__in=ids[start : start + 500], voided_at__isnull=True)
                .select_related("person__division", "division", "valid_in", "pass_line")
                .order_by("pk")
            )
            moved = []
            for score in scores:
                before = (score.passed, score.pass_line_id, score.valid_in_id)
                _judge(score, lines)
                if before != (score.passed, score.pass_line_id, score.valid_in_id):
                    score.revision += 1
                    moved.append(score)
            if not moved:
                continue
            ExamScore.objects.bulk_update(moved, ["passed", "pass_line", "valid_in", "revision"])
            for score in moved:
                audit.record(
                    "careers.score.rejudged",
                    score,
                    by=by,
                    division_path=score.division.path,
                    person=score.person.uuid,
                    pass_line=line.uuid,
                    passed=score.passed,
                )
            old = Line.objects.filter(source_uuid__in=[s.uuid for s in moved], sign=1, reversed_by__isnull=True)
            for posted in old.select_related("division"):
                ledger.reverse(posted, reason=line.source[:200], by=by)
            ledger.post([_score_line(score) for score in moved], by=by)
            changed += moved
    return changed


def declare_void_year(*, year: int, region: Division, source: str, by: Actor) -> VoidYear:
    """State that the exam of a year was not held in a region, with the source that says so."""
    if not source.strip():
        raise BadInput(_("请写明停考的出处。"))
    _check_year(year)
    with transaction.atomic():
        position = positions.take()
        standing = VoidYear.objects.filter(year=year, region=region).first()
        if standing is not None:
            return standing
        row = VoidYear.objects.create(year=year, region=region, source=source.strip(), position=position)
        audit.record("careers.void_year.declared", row, by=by, division_path=region.path, year=year)
        return row


def _check_year(year: int) -> None:
    if not 2008 <= year <= clock.today().year + 1:  # the first exam was held in 2008
        raise BadInput(_("考试年度%(year)d不可能，请核对。") % {"year": year})


def _points(points: Any) -> int:
    try:
        return rules.hundredths_of(points)
    except ValueError:
        raise BadInput(_("分数“%(text)s”不在0至100之间，请核对。") % {"text": str(points)[:20]}) from None


def _hundredths(row: ScoreRow) -> int | None:
    if row.outcome not in ScoreOutcome.values:
        raise BadInput(_("成绩状态“%(text)s”无法识别。") % {"text": str(row.outcome)[:20]})
    if row.outcome != ScoreOutcome.SCORED:
        return None
    if row.points is None:
        raise BadInput(_("请填写分数，或注明缺考、违纪。"))
    return _points(row.points)


def _places_of(rows: Sequence[ScoreRow]) -> dict[tuple[int, int, str], Division]:
    """Where each person registered to sit, by year and level."""
    people = sorted({row.person.pk for row in rows})
    found: dict[tuple[int, int, str], Division] = {}
    for start in range(0, len(people), 500):
        for r in ExamRegistration.objects.filter(
            person__in=people[start : start + 500], year__in={row.year for row in rows}, voided_at__isnull=True
        ).select_related("division"):
            found[(r.person_id, r.year, r.level)] = r.division
    return found


def _lines_for(years: Iterable[int]) -> list[PassLine]:
    return list(PassLine.objects.filter(year__in=set(years)).select_related("region").order_by("pk"))


def _judge(score: ExamScore, lines: Sequence[PassLine]) -> None:
    """Set passed, pass_line and valid_in by the lines known."""
    by_uuid = {str(line.uuid): line for line in lines}
    verdict = rules.judge(
        rules.Sat(
            year=score.year,
            subject=str(score.subject),
            path=score.division.path,
            hundredths=score.points_hundredths,
        ),
        [
            rules.Line(
                key=str(line.uuid),
                year=line.year,
                level=line.level,
                subject=line.subject,
                path=line.region.path if line.region else None,
                hundredths=line.points_hundredths,
            )
            for line in lines
        ],
    )
    line = by_uuid.get(verdict.line) if verdict.line else None
    score.passed = verdict.passed
    score.pass_line = line if verdict.passed else None
    score.valid_in = line.region if line and verdict.passed else None


def _score_line(score: ExamScore) -> ledger.Draft:
    return draft_of(
        score,
        Kind.EXAM_SCORED,
        score.announced_on,
        topic=str(score.subject),
        facts={
            "year": score.year,
            "subject": str(score.subject),
            "level": str(LEVEL_OF[Subject(score.subject)]),
            "outcome": str(score.outcome),
            "points_hundredths": score.points_hundredths,
            "passed": score.passed,
            "valid_in": score.valid_in.path if score.valid_in else None,
            "sat_in": score.division.path,
        },
        suffix=f":{score.revision}" if score.revision else "",
    )
