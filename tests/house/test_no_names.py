"""Ledger and audit hold uuids, codes and salted digests, never a name, a document, a telephone number or a title."""

from __future__ import annotations

import datetime as dt

import pytest
from django.apps import apps

from lms.careers import services as careers
from lms.people import services as people
from lms.programmes import services as programmes
from tests.factories.people import SYSTEM, resident_number
from tests.factories.programmes import make_programme

DAY = dt.date(2020, 1, 1)
# a person as a key, and the coarse facts that figures are cut by
ALLOWED = {"person", "sex", "ethnic_group", "education", "birth_year"}


@pytest.mark.parametrize("room", ["ledger", "audit"])
def test_no_model_declares_more_than_a_key_and_coarse_facts(room):
    for model in apps.get_app_config(room).get_models():
        assert set(model.PERSONAL) <= ALLOWED, model


@pytest.mark.django_db
def test_nothing_of_a_full_story_can_be_read_back(world):
    number = resident_number()
    person = people.register_person(
        name="欧阳木根", division=world.county, by=SYSTEM, document=number, phone="13987654321", position_title="秘密职务"
    )
    secrets = {"欧阳木根", "ouyang", number, number[6:14], "13987654321", "秘密职务", "秘密学校", "N-4711", "欧阳旧名"}
    people.add_document(person=person, kind="passport", number="E44445555", by=SYSTEM)
    people.reveal_document(document=person.documents.first(), reason="核对证书信息", by=SYSTEM)
    people.update_person(person=person, by=SYSTEM, name="欧阳木", reason="更正")
    user, password = people.open_account(person=person, by=SYSTEM)
    people.record_consent(person=person, purpose="training", given=True, by=SYSTEM)
    careers.employ(person=person, division=world.county, started_on=DAY, title="秘密职务", by=SYSTEM)
    careers.add_education(person=person, level="本科", graduated_on=DAY, school="秘密学校", by=SYSTEM)
    careers.record_licence(person=person, level="junior", obtained_on=DAY, number="N-4711", by=SYSTEM)
    programmes.join(person=person, programme=make_programme(world.county), started_on=DAY, by=SYSTEM)
    twin = people.register_person(name="欧阳旧名", division=world.county, by=SYSTEM)
    people.merge(kept=person, duplicate=twin, reason="同一人", by=SYSTEM)
    people.erase(person=person, reason="本人申请", by=SYSTEM)
    secrets |= {"E44445555", password, user.username, "欧阳木"}
    for room in ("ledger", "audit"):
        for model in apps.get_app_config(room).get_models():
            text = str(list(model._default_manager.values()))
            assert not {s for s in secrets if s in text}, model
