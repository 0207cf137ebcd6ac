"""Classes that are still going on, when the division they are run in became one other: they go on there.

What is over stays where it was; so do enrolments and lines, which keep the division of then.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from courses.models import ClassQuota, SignUp, TrainingClass
from courses.states import CLASS_LIVE, SIGN_UP_OPEN
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.people.followers import Follower, follows
from lms.places.models import Division


def ended() -> set[int]:
    """Divisions that stand no more and still run a class, have seats in one or requests that wait."""
    gone = {"division__valid_to__lt": clock.today()}
    live = TrainingClass.objects.filter(state__in=CLASS_LIVE)
    found = (
        live.filter(**gone),
        ClassQuota.objects.filter(training_class__in=live, **gone),
        SignUp.objects.filter(state__in=SIGN_UP_OPEN, **gone),
    )
    return {pk for rows in found for pk in rows.order_by().values_list("division", flat=True).distinct()}


def follow(before: Division, after: Division, by: Actor) -> int:
    """Classes run in ``before``, seats given to it and requests from it are those of ``after``; returns how many rows moved."""
    with transaction.atomic():
        live = TrainingClass.objects.filter(state__in=CLASS_LIVE)
        shared = live.filter(quotas__division=before) | live.filter(sign_ups__division=before)
        concerned = {*live.filter(division=before).values_list("pk", flat=True), *shared.values_list("pk", flat=True)}
        locked = live.select_for_update(of=("self",), no_key=True).filter(pk__in=concerned).order_by("pk")
        held = [training_class.pk for training_class in locked]
        moved = TrainingClass.objects.filter(pk__in=held, division=before).update(division=after)
        for quota in ClassQuota.objects.filter(training_class__in=held, division=before).order_by("pk"):
            same = ClassQuota.objects.filter(training_class=quota.training_class_id, category=quota.category_id, division=after)
            if same.update(seats=F("seats") + quota.seats):
                quota.delete()
            else:
                quota.division = after
                quota.save(update_fields=["division"])
            moved += 1
        moved += SignUp.objects.filter(training_class__in=held, division=before, state__in=SIGN_UP_OPEN).update(division=after)
        if moved:
            audit.record("courses.class.followed", after, by=by, division_path=after.path, left=str(before.uuid), rows=moved)
    return moved


follows(Follower(ended, follow))
