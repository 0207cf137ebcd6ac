"""Issuing, voiding and reissuing: one certificate a person and occasion, numbers without gaps, a log that chains."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from certificates import rules, services
from certificates.models import Certificate, LogEntry
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.core.errors import BadInput, Refused
from lms.core.ids import new_uuid
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.people import services as people
from tests.factories.certificates import complete, make_certificate, make_issuer, make_organisation
from tests.factories.world import make_person


def serials(issuer):
    return list(Certificate.objects.filter(issuer=issuer).order_by("serial").values_list("serial", flat=True))


def test_a_certificate_says_what_its_payload_says(world):
    issuer = make_issuer(world.division, code="530621")
    certificate = make_certificate(world.division, issuer=issuer)
    year = clock.today().year
    assert certificate.number == f"530621-{year}-0001-00001"
    assert len(certificate.code) == 10
    assert rules.digest(certificate.payload) == certificate.payload_sha256
    assert '"name":"段玥㼆"' in certificate.payload and certificate.code in certificate.payload
    (line,) = Line.objects.filter(kind=Kind.CERTIFIED)
    assert (line.person, line.occasion, line.division) == (certificate.person, certificate.occasion, world.division)
    assert certificate.grounds == Line.objects.get(kind=Kind.COMPLETED).uuid
    assert AuditEvent.objects.filter(verb="certificates.certificate.issued", record_uuid=certificate.uuid).count() == 1


def test_issuing_twice_is_once(world):
    person, occasion = make_person(world.division), new_uuid()
    first = make_certificate(world.division, person=person, occasion=occasion)
    assert make_certificate(world.division, person=person, occasion=occasion) == first
    assert Certificate.objects.count() == 1 and Line.objects.filter(kind=Kind.CERTIFIED).count() == 1


def test_merged_persons_get_one(world):
    one, other, occasion = make_person(world.division, name="张桂英"), make_person(world.division, name="张桂英"), new_uuid()
    first = make_certificate(world.division, person=one, occasion=occasion)
    people.merge(kept=one, duplicate=other, reason="同一人", by=world.system)
    assert make_certificate(world.division, person=other, occasion=occasion) == first


def test_class_numbers_follow_the_occasion_and_serials_the_issuer(world):
    occasion, issuer = new_uuid(), make_issuer(world.division)
    made = [make_certificate(world.division, occasion=occasion) for _ in range(2)] + [make_certificate(world.division)]
    assert [(c.class_number, c.serial) for c in made] == [(1, 1), (1, 2), (2, 3)]
    other = make_certificate(world.other_county)
    assert (other.class_number, other.serial) == (1, 1) and other.issuer != issuer


def test_a_new_year_begins_anew(world):
    first = make_certificate(world.division)
    with clock.at(clock.now() + dt.timedelta(days=400)):
        second = make_certificate(world.division)
    assert (first.serial, second.serial) == (1, 1) and first.year != second.year


def test_a_refused_issue_uses_no_number(world):
    issuer = make_issuer(world.division)
    make_certificate(world.division)
    with pytest.raises(Refused):
        make_certificate(world.division, done=False)
    with pytest.raises(RuntimeError), transaction.atomic():
        make_certificate(world.division)
        raise RuntimeError("something later in the caller's transaction")
    make_certificate(world.division)
    assert serials(issuer) == [1, 2]


def test_no_completion_no_certificate(world):
    person, occasion = make_person(world.division), new_uuid()
    with pytest.raises(Refused):
        make_certificate(world.division, person=person, occasion=occasion, done=False)
    complete(person, occasion)
    ledger.reverse(Line.objects.get(kind=Kind.COMPLETED), reason="误登", by=world.system)
    with pytest.raises(Refused):
        make_certificate(world.division, person=person, occasion=occasion, done=False)
    assert not Certificate.objects.exists()


def test_a_name_that_cannot_be_printed_is_refused_loudly(world):
    person = make_person(world.division, name="张\ue000")  # a private-use character stands for a glyph no font has
    with pytest.raises(Refused) as refusal:
        make_certificate(world.division, person=person)
    assert "U+E000" in str(refusal.value)
    assert make_certificate(world.division, person=make_person(world.division, name="段玥㼆喆·𠮷")).serial == 1


def test_an_organisation_without_a_code_issues_nothing(world):
    with pytest.raises(Refused):
        make_certificate(world.division, issuer=make_organisation(world.division, name="某协会"))


def test_issuer_codes_are_six_digits_and_one_organisation_each(world):
    issuer = make_issuer(world.division, code="530621")
    assert services.open_issuer(organisation=issuer.organisation, code="530621", by=world.system) == issuer
    with pytest.raises(Refused):
        services.open_issuer(organisation=issuer.organisation, code="530622", by=world.system)
    with pytest.raises(Refused):
        services.open_issuer(organisation=make_organisation(world.division, name="乙"), code="530621", by=world.system)
    with pytest.raises(BadInput):
        services.open_issuer(organisation=make_organisation(world.division, name="乙"), code="53062", by=world.system)


def test_voided_is_kept_and_its_number_never_reused(world):
    certificate = make_certificate(world.division)
    with pytest.raises(BadInput):
        services.void_certificate(certificate=certificate, reason=" ", by=world.system)
    voided = services.void_certificate(certificate=certificate, reason="姓名有误", by=world.system)
    again = services.void_certificate(certificate=certificate, reason="再点一次", by=world.system)
    assert again.voided_reason == voided.voided_reason == "姓名有误"
    assert Line.objects.filter(kind=Kind.CERTIFICATE_VOIDED).count() == 1
    successor = make_certificate(world.division, person=certificate.person, occasion=certificate.occasion)
    assert (certificate.serial, successor.serial) == (1, 2)


def test_reissued_once_under_the_next_number_with_the_name_of_now(world):
    certificate = make_certificate(world.division)
    certificate.person.name = "段月"
    certificate.person.save()
    new = services.reissue_certificate(certificate=certificate, reason="更名", by=world.system)
    assert services.reissue_certificate(certificate=certificate, reason="再点", by=world.system) == new
    certificate.refresh_from_db()
    assert (new.replaces, new.holder_name, new.serial, certificate.is_valid) == (certificate, "段月", 2, False)


def test_the_log_chains_and_refuses_change(world):
    certificate = make_certificate(world.division)
    services.void_certificate(certificate=certificate, reason="测试", by=world.system)
    make_certificate(world.division)
    before = ""
    for entry in LogEntry.objects.order_by("sequence"):
        expected = rules.chain(
            before, entry.sequence, entry.event, entry.happened_on, entry.issuer_code, str(entry.certificate), entry.digest
        )
        assert entry.chain == expected
        before = entry.chain
    assert list(LogEntry.objects.order_by("sequence").values_list("sequence", "event")) == [
        (1, "issued"), (2, "voided"), (3, "issued")
    ]  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        LogEntry.objects.filter(sequence=1).update(digest="0" * 64)


def test_the_database_refuses_a_second_valid_one_and_half_a_voiding(world):
    certificate = make_certificate(world.division)
    twin = Certificate.objects.get(pk=certificate.pk)
    twin.pk, twin.uuid, twin.serial, twin.number = None, new_uuid(), 99, "530600-2026-0001-00099"
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk).update(voided_at=clock.now())
