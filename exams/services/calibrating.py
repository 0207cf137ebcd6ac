"""Calibration of a subject's items from first responses, kept as rows. The newest one carries readiness estimates."""

from __future__ import annotations

from collections import Counter

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from exams import irt, readiness
from exams.models import Calibration, ItemParameters, Response
from exams.readiness_selectors import first_answers
from exams.states import AttemptState
from lms.audit import services as audit
from lms.careers.states import Subject
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing
from lms.people import selectors as people

MOST_CANDIDATES = 20_000  # the newest; more would not make the figures better
KEPT = 5  # calibrations of a subject that are kept


def calibrate_subject(*, subject: str, by: Actor) -> Calibration | None:
    """Calibrate a subject's items anew; None where nobody answered enough for it. For the system.

    One row a human being: their first answer to each item version. Items with few answers and people with very few are left
    out. Older calibrations beyond a few are dropped.
    """
    if not by.everywhere:
        raise Missing(_("没有找到。"))
    if subject not in Subject.values:
        raise BadInput(_("没有这个科目。"))
    table = _table(subject)
    if table is None:
        return None
    quarters, versions, kinds = table
    right = np.where(quarters == irt.MISSING, irt.MISSING, quarters == irt.QUARTERS).astype(np.int8)
    found = irt.calibrate(right)
    several = np.array([kind == "multiple" for kind in kinds])
    lesser = np.where(several[None, :], quarters, irt.MISSING).astype(np.int8)
    shares = irt.partial_shares(found.posterior, lesser)
    answers = (right != irt.MISSING).sum(axis=0)
    with transaction.atomic():
        calibration = Calibration.objects.create(
            subject=subject,
            computed_at=clock.now(),
            candidates=len(right),
            responses=int(answers.sum()),
            partial={"shares": shares.round(5).tolist()},
        )
        ItemParameters.objects.bulk_create(
            ItemParameters(
                calibration=calibration,
                item_version_id=version,
                kind=kinds[place],
                discrimination=round(float(found.items.a[place]), 6),
                difficulty=round(float(found.items.b[place]), 6),
                responses=int(answers[place]),
            )
            for place, version in enumerate(versions)
        )
        old = Calibration.objects.filter(subject=subject).order_by("-computed_at", "-pk").values_list("pk", flat=True)[KEPT:]
        Calibration.objects.filter(pk__in=list(old)).delete()
        audit.record("exams.subject.calibrated", calibration, by=by, subject=subject, candidates=len(right))
    return calibration


def calibrate_changed(*, by: Actor) -> list[str]:
    """Calibrate each subject in which attempts were marked since its last calibration; returns which."""
    done = []
    for subject in Subject.values:
        marked = Response.objects.filter(attempt__paper__subject=subject, attempt__state=AttemptState.MARKED)
        newest = marked.aggregate(newest=Max("attempt__marked_at"))["newest"]
        last = Calibration.objects.filter(subject=subject).aggregate(last=Max("computed_at"))["last"]
        if newest is not None and (last is None or newest > last) and calibrate_subject(subject=subject, by=by):
            done.append(subject)
    return done


def _table(subject: str) -> tuple[np.ndarray, list[int], list[str]] | None:
    """Quarters of the points earned, persons × item versions; the versions and their kinds."""
    kept = people.canonical_ids()
    first: dict[tuple[int, int], int] = {}
    kinds: dict[int, str] = {}
    for person, version, kind, points, full in first_answers(subject):
        first.setdefault((kept.get(person, person), version), min(irt.QUARTERS, points * irt.QUARTERS // full))
        kinds[version] = kind
    asked = Counter(version for _person, version in first)
    versions = sorted(version for version, count in asked.items() if count >= readiness.LEAST_RESPONSES)
    persons = sorted({person for person, version in first if asked[version] >= readiness.LEAST_RESPONSES})[-MOST_CANDIDATES:]
    if len(persons) < readiness.ENOUGH_CANDIDATES or len(versions) < readiness.LEAST_ITEMS:
        return None
    rows, columns = {pk: n for n, pk in enumerate(persons)}, {pk: n for n, pk in enumerate(versions)}
    table = np.full((len(persons), len(versions)), irt.MISSING, dtype=np.int8)
    for (person, version), quarters in first.items():
        if person in rows and version in columns:
            table[rows[person], columns[version]] = quarters
    return table, versions, [kinds[version] for version in versions]


__all__ = ["calibrate_changed", "calibrate_subject"]
