"""Who acted, as readers of a report may see it: a person's name, a leader's who signed by link, or the account."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.utils.translation import gettext as _

from lms.accounts.selectors import usernames_of
from lms.core.actor import SYSTEM_UUID
from lms.people.models import Person
from lms.people.signing_links import signers
from lms.reports.models import Submission


def names_of(uuids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """uuid of an actor → what is printed beside the act. Three queries, however many."""
    wanted = {found for found in uuids if found is not None}
    names: dict[uuid.UUID, str] = dict(usernames_of(wanted))
    people = Person.objects.filter(user__uuid__in=wanted).exclude(name="")
    names.update({user: name for user, name in people.values_list("user__uuid", "name") if user is not None})
    for pk, link in signers(wanted).items():
        names[pk] = _("%(name)s（%(title)s，凭签字链接）") % {"name": link.signer_name, "title": link.signer_title}
    if SYSTEM_UUID in wanted:
        names[SYSTEM_UUID] = _("系统")
    return names


def of_submissions(rows: Iterable[Submission]) -> dict[uuid.UUID, str]:
    return names_of(actor for r in rows for actor in (r.submitted_by, r.accepted_by, r.returned_by, r.locked_by))
