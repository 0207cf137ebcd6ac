"""Many at once, on a committed database: no gap, no double number, no second certificate."""

import threading

import pytest
from django.db import connection

from certificates import services
from certificates.models import Certificate, LogEntry
from certificates.rules import chain
from lms.core.ids import new_uuid
from tests.factories.certificates import SYSTEM, complete, make_certificate, make_issuer
from tests.factories.world import make_division_tree, make_person


def together(*acts):
    """Run acts at the same moment, each in its own thread and connection; returns what they raised."""
    ready, raised = threading.Barrier(len(acts)), []

    def run(act):
        try:
            ready.wait(timeout=30)
            act()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return raised


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_and_no_double_under_concurrent_clicks():
    world = make_division_tree()
    issuer, occasion = make_issuer(world.county), new_uuid()
    people = [make_person(world.county, name=f"学员{i}") for i in range(6)]
    for person in people:
        complete(person, occasion)
    nobody = make_person(world.county, name="未结业")

    def issue(person):
        return lambda: make_certificate(world.county, person=person, occasion=occasion, issuer=issuer, done=False)

    # everybody twice at once, and one who is refused in between
    raised = together(*(issue(p) for p in people), *(issue(p) for p in people), issue(nobody))
    assert [type(error).__name__ for error in raised] == ["Refused"]
    rows = list(Certificate.objects.order_by("serial"))
    assert [c.serial for c in rows] == list(range(1, 7))
    assert {c.person_id for c in rows} == {p.pk for p in people} and {c.class_number for c in rows} == {1}
    entries = list(LogEntry.objects.order_by("sequence"))
    assert [e.sequence for e in entries] == list(range(1, 7))
    before = ""
    for e in entries:
        assert e.chain == chain(before, e.sequence, e.event, e.happened_on, e.issuer_code, str(e.certificate), e.digest)
        before = e.chain


@pytest.mark.django_db(transaction=True)
def test_voided_and_printed_at_once_leaves_one_of_each():
    world = make_division_tree()
    certificate = make_certificate(world.county)

    def void():
        services.void_certificate(certificate=certificate, reason="重复点击", by=SYSTEM)

    def print_it():
        services.print_certificate(certificate=certificate, by=SYSTEM)

    def reissue():
        services.reissue_certificate(certificate=certificate, reason="更名", by=SYSTEM)

    assert together(print_it, print_it, reissue, reissue, void) == []
    assert LogEntry.objects.filter(event="voided").count() == 1
    assert Certificate.objects.filter(voided_at__isnull=True).count() <= 1
    certificate.refresh_from_db()
    assert certificate.file_sha256 and certificate.voided_at
    storage = certificate.file.field.storage
    assert len(storage.listdir(certificate.file.name.rpartition("/")[0])[1]) == 1
