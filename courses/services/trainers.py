"""The register of trainers, and feedback that cannot be led back to who gave it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from courses import rules
from courses.models import ClassEnrolment, Feedback, FeedbackGiven, TrainerProfile
from courses.models.trainers import SCALE
from courses.selectors import trainers as rows
from courses.services.seats import lock
from courses.states import ClassState, EnrolmentState
from lms.accounts.roles import OFFICE
from lms.audit import services as audit
from lms.careers import services as careers
from lms.careers.states import DesignationKind
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.people.models import Person
from lms.places.models import Division
from lms.supervision.rules import client_identities


class TextNamesSomebody(Refused):
    """The words look as if they named a person; the writer is asked to look once more."""


def register_trainer(
    *,
    person: Person,
    division: Division,
    designated_on: dt.date,
    topics: Sequence[str] = (),
    introduction: str = "",
    document_number: str = "",
    by: Actor,
) -> TrainerProfile:
    """Take somebody into the register of a division: designated as trainer, with what they teach. Registering twice is once."""
    if not by.covers(division.path, *OFFICE):
        raise Missing(_("没有这个地区。"))
    with transaction.atomic():
        careers.designate(
            person=person,
            kind=DesignationKind.TRAINER,
            designated_on=designated_on,
            division=division,
            document_number=document_number,
            by=by,
        )
        return _describe(person, topics, introduction, by)


def describe_trainer(*, person: Person, topics: Sequence[str], introduction: str, by: Actor) -> TrainerProfile:
    """Say what a trainer teaches and how they are introduced. By offices that keep the register, or the trainer."""
    own = person.user_id is not None and person.user_id == by.user_id
    if not own and not rows.may_keep(by, person):
        raise Missing(_("没有这位讲师。"))
    return _describe(person, topics, introduction, by)


def _describe(person: Person, topics: Sequence[str], introduction: str, by: Actor) -> TrainerProfile:
    wanted = [topic.strip()[:30] for topic in topics if topic.strip()][:20]
    with transaction.atomic():
        profile = TrainerProfile.objects.filter(person=person).first() or TrainerProfile(person=person, changed_by=by.uuid)
        if profile.pk and (profile.topics, profile.introduction) == (wanted, introduction.strip()):
            return profile
        profile.topics, profile.introduction = wanted, introduction.strip()[:500]
        profile.changed_at, profile.changed_by = clock.now(), by.uuid
        profile.save()
        audit.record("courses.trainer.described", profile, by=by, division_path=person.division.path, person=person.uuid)
    return profile


def give_feedback(
    *, enrolment: ClassEnrolment, trainer: Person, useful: int, clear: int, words: str = "", sure: bool = False, by: Actor
) -> None:
    """A learner's word of one trainer of one class; once, and never to be changed, as nobody can say whose it is.

    That they gave it is kept with the enrolment, the words are kept apart: no key, no time and no audit row joins them.
    Refuses an identity number in the text, and asks once where a name or number of a telephone is in it.
    """
    if useful not in SCALE or clear not in SCALE:
        raise BadInput(_("请选择 1 到 5 分。"))
    words = words.strip()[:500]
    found = client_identities([words])
    if any(one.is_refused for one in found):
        raise BadInput(_("文字里像有证件号码，请删去后再提交。"))
    if found and not sure:
        raise TextNamesSomebody(
            _("文字里像有姓名或电话（%(shown)s）；请删去，或确认没有个人信息后再提交。")
            % {"shown": "、".join(f.shown for f in found)}
        )
    with transaction.atomic():
        training_class = lock(enrolment.training_class)
        own = ClassEnrolment.objects.select_related("person").get(pk=enrolment.pk)
        if own.person.user_id is None or own.person.user_id != by.user_id:
            raise Missing(_("没有这个班次。"))
        if own.state == EnrolmentState.WITHDRAWN or trainer not in rows.trainers_heard(own):
            raise Refused(_("只能评价您在本班听过课的讲师。"))
        closed = training_class.closed_at
        if training_class.state == ClassState.CANCELLED or (closed and clock.now() > closed + rules.FEEDBACK_OPEN):
            raise Refused(_("本班的评价已截止。"))
        try:
            with transaction.atomic():
                FeedbackGiven.objects.create(enrolment=own, trainer=trainer)
        except IntegrityError:
            raise Refused(_("您已评价过这位讲师。")) from None
        Feedback.objects.create(training_class=training_class, trainer=trainer, useful=useful, clear=clear, words=words)
