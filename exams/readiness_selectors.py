"""Reads for readiness: first answers, the newest calibration, a learner's estimate per subject and the next step."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from exams import irt, readiness
from exams.learning_selectors import told_attempts
from exams.models import Calibration, ItemPlacement, PaperTemplate, Response, SyllabusChapter
from exams.states import CHOICE_KINDS
from lms.careers.states import Subject
from lms.core import clock

LEAST_IN_CHAPTER = 4  # answers in a chapter before it is named as the weakest


def first_answers(subject: str, persons: Collection[int] | None = None) -> Iterator[tuple[int, int, str, int, int]]:
    """(person, item version, kind, points, full points) of marked choice answers in a subject's papers, the oldest first."""
    rows = Response.objects.filter(
        attempt__paper__subject=subject,
        attempt__in=told_attempts(),
        item_version__kind__in=CHOICE_KINDS,
        points__isnull=False,
    )
    if persons is not None:
        rows = rows.filter(attempt__person_id__in=persons)
    chosen = rows.order_by("attempt__submitted_at", "pk").values_list(
        "attempt__person_id", "item_version_id", "item_version__kind", "points", "points_full"
    )
    for person, version, kind, points, full in chosen.iterator(chunk_size=20_000):
        yield person, version, kind, points or 0, full


@dataclass(frozen=True, slots=True)
class SubjectReadiness:
    """One subject for one learner. ``estimate`` None: ``lacking`` says what there is too little of."""

    subject: str
    label: str
    answered: int
    estimate: irt.Readiness | None
    lacking: str | Promise
    lacking_answers: int
    line: int
    calibrated_on: object
    candidates: int
    weakest: SyllabusChapter | None

    @property
    def percent(self) -> tuple[int, int, int] | None:
        return self.estimate.percent if self.estimate else None

    @property
    def span(self) -> int:
        """Width of the printed interval."""
        return self.percent[2] - self.percent[1] if self.percent else 0

    @property
    def words(self) -> str | Promise:
        """What the interval allows to say, and nothing more; always with a way on."""
        if self.estimate is None:
            return _("证据不足")
        if self.estimate.low >= 0.8:
            return _("把握较大，保持节奏")
        if self.estimate.low >= 0.5:
            return _("多半能过，继续巩固")
        if self.estimate.high <= 0.5:
            return _("还有提升空间，从错题和薄弱章节做起，进步最快")
        return _("正在接近合格线，每多练一份，估计就更准")


def readiness_of(persons: Collection[int]) -> list[SubjectReadiness]:
    """Each subject that has an objective paper template, with what can be said of it today."""
    today = clock.today()
    in_force = Q(valid_from__isnull=True) | Q(valid_from__lte=today)
    not_over = Q(valid_to__isnull=True) | Q(valid_to__gte=today)
    templates = PaperTemplate.objects.filter(in_force, not_over, is_objective=True, sections__isnull=False).distinct()
    newest: dict[str, PaperTemplate] = {}
    for template in templates.prefetch_related("sections__rule").order_by("valid_from", "pk"):
        if template.code == template.subject:
            newest[template.subject] = template
    return [_of_subject(subject, newest[subject], persons) for subject in Subject.values if subject in newest]


def _of_subject(subject: str, template: PaperTemplate, persons: Collection[int]) -> SubjectReadiness:
    right: dict[int, bool] = {}
    for _person, version, _kind, points, full in first_answers(subject, persons):
        right.setdefault(version, points == full)
    calibration = Calibration.objects.filter(subject=subject).first()
    pool, versions = _pool(calibration)
    known = [int(right[version]) if version in right else irt.MISSING for version in versions]
    answered = sum(answer != irt.MISSING for answer in known)
    sections = [
        readiness.Section(part.kind, part.count, part.points, part.kind == "multiple" and part.rule is not None)
        for part in template.sections.all()
    ]
    wanting = max(0, readiness.ENOUGH_ANSWERS - answered)
    estimate: irt.Readiness | None = None
    lacking: str | Promise = ""
    outlook = readiness.outlook_of(pool, sections, template.pass_points) if pool else None
    if pool is None or outlook is None:
        lacking = _("这一科作答的人还不多，系统还估不准。您的练习都会记下来，人数够了就有估计。")
    elif wanting:
        lacking = _("再练一些题就能给出估计。")
    else:
        estimate = readiness.predict(pool, outlook, known)
    return SubjectReadiness(
        subject=subject,
        label=str(Subject(subject).label),
        answered=len(right),
        estimate=estimate,
        lacking=lacking,
        lacking_answers=wanting if pool is not None else 0,
        line=template.pass_points,
        calibrated_on=calibration.computed_at if calibration else None,
        candidates=calibration.candidates if calibration else 0,
        weakest=_weakest(right),
    )


def _pool(calibration: Calibration | None) -> tuple[readiness.Pool | None, list[int]]:
    if calibration is None:
        return None, []
    rows = list(calibration.items.all())
    items = irt.Items(np.array([row.discrimination for row in rows]), np.array([row.difficulty for row in rows]))
    partial = np.array(calibration.partial["shares"]) if calibration.partial.get("shares") else None
    pool = readiness.Pool(items, tuple(row.kind for row in rows), calibration.candidates, partial)
    return pool, [row.item_version_id for row in rows]


def _weakest(right: dict[int, bool]) -> SyllabusChapter | None:
    """The chapter with the smallest share right among those with some answers; each share leaned on the whole."""
    if not right:
        return None
    whole = sum(right.values()) / len(right)
    placed = ItemPlacement.objects.filter(item__versions__in=list(right)).annotate(version=F("item__versions"))
    chapters: dict[int, dict[int, bool]] = {}
    for chapter, version in placed.order_by("-edition__first_sitting").values_list("chapter_id", "version"):
        if version in right:
            chapters.setdefault(chapter, {})[version] = right[version]
    shares = {
        chapter: (sum(found.values()) + 4 * whole) / (len(found) + 4)
        for chapter, found in chapters.items()
        if len(found) >= LEAST_IN_CHAPTER
    }
    return SyllabusChapter.objects.get(pk=min(shares, key=lambda chapter: shares[chapter])) if shares else None
