"""Answers to consent texts. Each answer and each withdrawal is a row of its own."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput
from lms.people import consents
from lms.people.models import Consent, Person


def record_consent(
    *, person: Person, purpose: str, given: bool, by: Actor, version: str | None = None, channel: str = Consent.Channel.SITE
) -> Consent:
    """Record one answer to the text of ``purpose`` in force today (or ``version``). The same answer again adds no row."""
    text = consents.current(purpose, clock.today()) if version is None else consents.text_of(purpose, version)
    if text is None:
        raise BadInput(_("没有这一份告知同意文本。"))
    with transaction.atomic():
        Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
        newest = person.consents.filter(purpose=purpose).order_by("-answered_at", "-pk").first()
        if newest is not None and newest.version == text.version and newest.given == given:
            return newest
        answer = Consent.objects.create(
            person=person, purpose=purpose, version=text.version, given=given, answered_by=by.uuid, channel=channel
        )
        verb = (
            "people.consent.given" if given else "people.consent.withdrawn" if newest and newest.given else "people.consent.refused"
        )
        audit.record(
            verb,
            answer,
            by=by,
            division_path=person.division.path,
            person=person.uuid,
            purpose=purpose,
            version=text.version,
            channel=channel,
        )
        return answer


def answer_consents(*, person: Person, answers: dict[str, bool], by: Actor, channel: str = Consent.Channel.SITE) -> list[Consent]:
    """Record several answers at once, e.g. those of the page shown at the first sign-in."""
    with transaction.atomic():
        return [record_consent(person=person, purpose=p, given=g, by=by, channel=channel) for p, g in answers.items()]
