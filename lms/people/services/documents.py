"""Identity documents: adding one, and revealing its number for a stated reason."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.people import rules, selectors
from lms.people.models import IdentityDocument, Person
from lms.people.sealing import open_number, seal


def add_document(*, person: Person, kind: str, number: object, by: Actor) -> IdentityDocument:
    """Add a document to a person. The person's own again is returned as it stands; somebody else's is refused."""
    facts = rules.check_document(kind, number, today=clock.today())
    holder = selectors.persons_by_documents([(facts.kind, facts.number)], canonical=False).get((facts.kind, facts.number))
    if holder is None:
        try:
            with transaction.atomic():
                if person.erased_at:
                    raise Refused(_("此人的个人信息已删除，不能再修改。"))
                document = IdentityDocument.objects.create(person=person, kind=facts.kind, **seal(facts.kind, facts.number))
                audit.record(
                    "people.document.added",
                    document,
                    by=by,
                    division_path=person.division.path,
                    kind=facts.kind,
                    person=person.uuid,
                )
                return document
        except IntegrityError:
            holder = selectors.persons_by_documents([(facts.kind, facts.number)], canonical=False)[(facts.kind, facts.number)]
    if holder.pk != person.pk:
        raise Refused(_("该证件号码已登记在另一人名下；如为同一人，请在疑似重复中合并。"))
    return selectors.documents_matching(facts.kind, facts.number).get()


def reveal_document(*, document: IdentityDocument, reason: str, by: Actor) -> str:
    """The number in clear, for a stated reason, which is audited before anything is returned."""
    reason = " ".join(reason.split())
    if len(reason) < 4:
        raise BadInput(_("请写明查看证件号码的事由（至少4个字）。"))
    if len(reason) > 200:
        raise BadInput(_("事由超过200个字，请缩短。"))
    with transaction.atomic():
        audit.record(
            "people.document.revealed",
            document,
            by=by,
            division_path=document.person.division.path,
            person=document.person.uuid,
            reason=reason,
        )
    return open_number(document.number_sealed)
