"""Consents, one's own data, corrections, erasure."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from lms.accounts.selectors import actor_for
from lms.audit.models import AuditEvent
from lms.careers import services as careers
from lms.careers.selectors import evidence_of as careers_of
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger.models import Line
from lms.people import consents, selectors, services
from lms.people.models import Consent, IdentityDocument, Person
from tests.factories.people import SYSTEM, learner, register, resident_number
from tests.factories.world import make_actor

pytestmark = pytest.mark.django_db


def test_answers_and_withdrawals_are_rows(world):
    person = learner(world.county)
    by = actor_for(person.user)
    first = services.record_consent(person=person, purpose="contact", given=True, by=by)
    assert services.record_consent(person=person, purpose="contact", given=True, by=by) == first
    services.record_consent(person=person, purpose="contact", given=False, by=by)
    assert [c.given for c in Consent.objects.order_by("pk")] == [True, False]
    verbs = list(AuditEvent.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["people.consent.given", "people.consent.withdrawn"]
    with pytest.raises(BadInput):
        services.record_consent(person=person, purpose="nothing", given=True, by=by)


def test_a_new_version_asks_again(world, monkeypatch):
    person = learner(world.county)
    services.record_consent(person=person, purpose="training", given=True, by=SYSTEM)
    assert [t.purpose for t in selectors.unanswered_consents(person)] == ["identity_document", "contact"]
    old = consents.TEXTS[0]
    newer = consents.ConsentText("training", "2026-01", dt.date(2026, 1, 1), old.title, old.paragraphs, True)
    monkeypatch.setattr(consents, "TEXTS", (*consents.TEXTS, newer))
    assert consents.current("training", dt.date(2025, 12, 31)).version == "2025-06"
    assert "training" in [t.purpose for t in selectors.unanswered_consents(person)]


def test_the_export_holds_what_is_held_and_only_for_oneself(world):
    number = resident_number()
    person = register(world.county, "张三", document=number, phone="13800138000")
    services.open_account(person=person, by=SYSTEM)
    careers.employ(person=person, division=world.county, started_on=dt.date(2020, 1, 1), by=SYSTEM, title="科员")
    careers.record_licence(person=person, level="junior", obtained_on=dt.date(2021, 9, 1), number="L-1", by=SYSTEM)
    held = services.export_own_data(person=person, by=actor_for(person.user))
    text = json.dumps(held, ensure_ascii=False)
    for expected in ("张三", number, "13800138000", "科员", "L-1"):
        assert expected in text
    assert AuditEvent.objects.filter(verb="people.person.exported").count() == 1
    with pytest.raises(Missing):
        services.export_own_data(person=person, by=make_actor("regional_admin", world.county))


def test_corrections(world):
    person = learner(world.county)
    mine, office = actor_for(person.user), make_actor("class_manager", world.county)
    request = services.request_correction(person=person, message="学历应为本科", by=mine)
    assert services.request_correction(person=person, message="学历应为本科", by=mine) == request
    with pytest.raises(Refused, match="待处理"):
        services.request_correction(person=person, message="还有职务", by=mine)
    with pytest.raises(Refused, match="自己提交"):
        services.answer_correction(request=request, accepted=True, reply="", by=mine)
    with pytest.raises(BadInput, match="理由"):
        services.answer_correction(request=request, accepted=False, reply=" ", by=office)
    done = services.answer_correction(request=request, accepted=True, reply="已改", by=office)
    assert done.status == "accepted" and done.answered_by == office.uuid
    with pytest.raises(Refused, match="已经处理"):
        services.answer_correction(request=request, accepted=False, reply="不", by=office)


def test_erasure_blanks_identity_and_leaves_every_line(world):
    number = resident_number(dt.date(1980, 1, 2))
    person = register(world.county, "张三", document=number, phone="13800138000", ethnic_group="汉族", education="本科")
    twin = register(world.township, "张三", document="", birth_date=dt.date(1980, 1, 2))
    user, _password = services.open_account(person=person, by=SYSTEM)
    services.merge(kept=person, duplicate=twin, reason="同一人", by=SYSTEM)
    careers.employ(person=person, division=world.county, started_on=dt.date(2020, 1, 1), title="张三的岗", by=SYSTEM)
    careers.record_licence(person=twin, level="junior", obtained_on=dt.date(2021, 9, 1), number="L-1", by=SYSTEM)
    lines = list(Line.objects.order_by("pk").values())
    canonical = selectors.canonical_ids()
    done = services.erase(person=twin, reason="本人申请删除", by=SYSTEM)
    assert (done.records, done.documents, done.accounts) == (2, 1, 1)
    assert {(r.room, r.count) for r in done.retained} == {("台账", 2), ("职业履历", 2)}
    assert list(Line.objects.order_by("pk").values()) == lines and selectors.canonical_ids() == canonical
    assert not IdentityDocument.objects.exists()
    for row in Person.objects.all():
        left = {f: getattr(row, f) for f in Person.PERSONAL}
        assert set(left.values()) <= {"", "0", None}, left
        assert row.uuid and row.erased_reason == "本人申请删除" and row.user is None
    user.refresh_from_db()
    assert not user.is_active and not user.has_usable_password() and "zhang" not in user.username and user.phone is None
    evidence = [vars(row) for row in careers_of({person.pk, twin.pk})]
    assert len(evidence) == 2 and "张三" not in str(evidence) and "L-1" not in str(evidence)
    assert services.erase(person=person, reason="本人申请删除", by=SYSTEM).records == 0
    with pytest.raises(Refused, match="已删除"):
        services.update_person(person=person, by=SYSTEM, name="李四")
    again = register(world.county, "张三", document=number)
    assert again.pk not in {person.pk, twin.pk}
    for event in AuditEvent.objects.all():
        assert "张三" not in str(event.details) and number not in str(event.details)


def test_an_account_is_opened_once_with_a_password_that_must_change(world, client):
    person = register(world.county, "买买提·艾力", phone="13800138000")
    user, password = services.open_account(person=person, by=SYSTEM)
    assert user.check_password(password) and user.must_change_password and user.phone == "13800138000"
    assert user.username.startswith("maimaitiaili") and not user.first_name
    with pytest.raises(Refused, match="已有账号"):
        services.open_account(person=person, by=SYSTEM)
    other = register(world.county, "张三", phone="13800138000")
    many = services.open_accounts([person, other, other], SYSTEM)
    assert len(many) == 1 and many[0][0].phone is None  # the number serves another account already
