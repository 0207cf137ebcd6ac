"""Keys: rotation as a resumable job, and refusing to start without one that is needed."""

from __future__ import annotations

import io

import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from lms.audit.models import AuditEvent
from lms.core import sealed
from lms.core.crypto import UnreadableSecret
from lms.core.models import Job
from lms.people import selectors, services
from lms.people.models import IdentityDocument
from tests.factories.people import SYSTEM, register, resident_number

pytestmark = pytest.mark.django_db
FIELD = ("people.IdentityDocument", "number_sealed")


@pytest.fixture
def under_old_key(world, settings):
    """Five documents under t1, which has been replaced by t2; one of them is of 15 digits."""
    keys = settings.LMS_KEYS
    settings.LMS_KEYS = {"t1": keys["t1"]}
    numbers = [resident_number() for _ in range(4)] + ["530621700101123"]
    people = {n: register(world.county, "张三", document=n) for n in numbers}
    settings.LMS_KEYS = keys
    return people


def test_rotation_rewrites_everything_and_look_ups_go_on(under_old_key, settings, django_capture_on_commit_callbacks):
    assert sealed.stale(sealed.FIELDS[FIELD]).count() == 5
    out = io.StringIO()
    with django_capture_on_commit_callbacks(execute=True):
        call_command("rotate_keys", stdout=out)
    job = Job.objects.get(kind="people.rotate_keys")
    assert (job.status, job.outcome) == ("done", {"rotated": 5, "key": "t2"})
    assert {d.number_sealed[:3] for d in IdentityDocument.objects.all()} == {"t2:"}
    assert AuditEvent.objects.filter(verb="people.keys.rotated").count() == 1
    settings.LMS_KEYS = {"t2": settings.LMS_KEYS["t2"]}
    for number, person in under_old_key.items():
        kind = "resident" if len(number) == 18 else "resident_15"
        assert selectors.persons_by_documents([(kind, number)]) == {(kind, number): person}
        assert services.reveal_document(document=person.documents.get(), reason="核对身份", by=SYSTEM) == number


def test_rotation_goes_on_where_it_stopped(under_old_key, monkeypatch):
    monkeypatch.setattr(sealed, "CHUNK", 2)
    assert sealed.reseal_chunk(sealed.FIELDS[FIELD]) == 2
    assert sealed.stale(sealed.FIELDS[FIELD]).count() == 3
    call_command("rotate_keys", "--now", stdout=io.StringIO())
    assert sealed.stale(sealed.FIELDS[FIELD]).count() == 0
    out = io.StringIO()
    call_command("rotate_keys", stdout=out)
    assert "0条" in out.getvalue() and not Job.objects.exists()


def test_during_a_rotation_the_same_document_is_still_one_person(under_old_key, world, monkeypatch):
    monkeypatch.setattr(sealed, "CHUNK", 2)
    sealed.reseal_chunk(sealed.FIELDS[FIELD])
    for number, person in under_old_key.items():
        assert register(world.county, "张三", document=number) == person


def test_without_a_key_in_use_nothing_starts(under_old_key, settings):
    sealed.require_keys()
    settings.LMS_KEYS = {"t2": settings.LMS_KEYS["t2"]}
    assert sealed.missing_keys() == {"t1"}
    with pytest.raises(ImproperlyConfigured, match="t1"):
        sealed.require_keys()
    with pytest.raises(CommandError, match="t1"):
        call_command("rotate_keys")
    found = checks.run_checks(tags=["database"], databases=["default"])
    assert [m.id for m in found if m.id == "people.E001"] == ["people.E001"]
    document = IdentityDocument.objects.first()
    with pytest.raises(UnreadableSecret):
        services.reveal_document(document=document, reason="核对身份", by=SYSTEM)


def test_revealing_needs_a_reason_and_leaves_a_trail(world):
    document = register(world.county).documents.get()
    for reason in ("", "  ", "看看"):
        with pytest.raises(Exception, match="事由"):
            services.reveal_document(document=document, reason=reason, by=SYSTEM)
    assert not AuditEvent.objects.filter(verb="people.document.revealed").exists()
    number = services.reveal_document(document=document, reason="办理结业证书核对", by=SYSTEM)
    event = AuditEvent.objects.get(verb="people.document.revealed")
    assert event.details["reason"] == "办理结业证书核对" and number not in str(event.details)
