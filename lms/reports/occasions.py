"""What people call an occasion that the ledger knows by uuid alone: the class, the course, the supervision session."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import CoursePage, TrainingClass
from lms.programmes.models import Programme
from lms.supervision.models import SupervisionSession


def titles(wanted: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """uuid → title, for at most a page of occasions; unknown ones are left out."""
    uuids = set(wanted)
    if not uuids:
        return {}
    found: dict[uuid.UUID, str] = dict(TrainingClass.objects.filter(uuid__in=uuids).values_list("uuid", "title"))
    if len(found) < len(uuids):
        found.update(CoursePage.objects.filter(translation_key__in=uuids - found.keys()).values_list("translation_key", "title"))
    if len(found) < len(uuids):
        found.update(Programme.objects.filter(uuid__in=uuids - found.keys()).values_list("uuid", "name"))
    if len(found) < len(uuids):
        for session, starts_at in SupervisionSession.objects.filter(uuid__in=uuids - found.keys()).values_list("uuid", "starts_at"):
            found[session] = _("%(day)s 督导") % {"day": f"{timezone.localtime(starts_at):%Y-%m-%d}"}
    return found
