"""Pages of people: what they show, refuse and leave behind, and who is shut out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest
from django.urls import reverse

from lms.audit.models import AuditEvent
from lms.people import consents, selectors, services
from lms.people.models import Consent, CorrectionRequest, Merge, Person
from tests.factories import careers, people, programmes
from tests.factories.people import SYSTEM, learner, register, resident_number
from tests.factories.world import make_client

pytestmark = pytest.mark.django_db
BUILDERS = {**people.ROUTES, **careers.ROUTES, **programmes.ROUTES}
DIVISIONAL = sorted(name for name in BUILDERS if name != "people:withdraw")


@pytest.mark.parametrize("route", DIVISIONAL)
def test_own_division_is_open_and_a_foreign_one_is_missing(world, client_as, route):
    client = client_as("regional_admin", world.county)
    for division, expected in ((world.township, {200}), (world.other_county, {404}), (world.foreign_county, {404})):
        made = BUILDERS[route](dataclasses.replace(world, county=division))
        answer = getattr(client, made["method"])(reverse(route, kwargs=made["kwargs"]))
        assert answer.status_code in expected, division
        assert answer["Cache-Control"] == "private, no-store" or answer.status_code == 404


@pytest.mark.parametrize("route", DIVISIONAL)
@pytest.mark.parametrize("role", [None, "trainer", "editor", "system_admin"])
def test_roles_without_business_here_find_nothing(world, client_as, route, role):
    made = BUILDERS[route](world)
    client = client_as(role, world.county if role else None)
    assert getattr(client, made["method"])(reverse(route, kwargs=made["kwargs"])).status_code == 404


def test_list_is_masked_and_its_queries_do_not_grow(world, client_as, django_assert_max_num_queries):
    client = client_as("class_manager", world.county)
    number = resident_number()
    register(world.county, "张桂英", document=number, phone="13800138000")
    client.get(reverse("people:list"))  # what a process asks once
    counts = []
    for more in (2, 27):
        for _ in range(more):
            register(world.county, "王小明")
        with django_assert_max_num_queries(20) as captured:
            page = client.get(reverse("people:list"))
        counts.append(len(captured))
    assert counts[0] == counts[1]
    text = page.content.decode()
    assert number not in text and "13800138000" not in text and number[:4] + "*" * 10 + number[-4:] in text


def test_search_finds_two_characters_and_pinyin(world, client_as):
    client = client_as("class_manager", world.county)
    register(world.county, "买买提·艾力")
    register(world.county, "张桂英")
    for text, found, absent in (
        ("买提", "买买提·艾力", "张桂英"),
        ("zhanggui", "张桂英", "买买提·艾力"),
        ("提.艾", "买买提·艾力", "张桂英"),
    ):
        page = client.get(reverse("people:list"), {"q": text}).content.decode()
        assert found in page and absent not in page
    assert "至少输入两个字" in client.get(reverse("people:list"), {"q": "张"}).content.decode()
    assert client.get(reverse("people:list"), {"division": "511381"}).status_code == 404
    assert client.get(reverse("people:list"), {"division": "530621103"}).status_code == 200


FORM = {"name": "张 三", "division": "530621", "document_kind": "resident", "sex": "0"}


def test_creating_editing_and_what_the_form_refuses(world, client_as):
    client, number = client_as("class_manager", world.county), resident_number(dt.date(1990, 2, 3))
    answer = client.post(reverse("people:create"), {**FORM, "document": number, "education": "21"})
    person = Person.objects.get()
    assert answer.url == reverse("people:detail", kwargs={"uuid": person.uuid}) and person.name == "张三"
    for bad, why in (
        ({"document": "5.30621E+17"}, "Excel"),
        ({"division": "511381"}, "管理范围"),
        ({"name": "张3"}, "不能有"),
        ({"organisation": "没有的单位"}, "没有登记这个单位"),
    ):
        answer = client.post(reverse("people:create"), {**FORM, **bad})
        assert answer.status_code == 422 and why in answer.content.decode()
    assert Person.objects.count() == 1
    url = reverse("people:edit", kwargs={"uuid": person.uuid})
    assert 'value="张三"' in client.get(url).content.decode()
    changed = {"name": "张叁", "division": "530621", "sex": "1", "birth_date": "1990-02-03", "reason": "本人申请更正"}
    assert client.post(url, changed).status_code == 302
    assert Person.objects.get().name == "张叁"
    event = AuditEvent.objects.get(verb="people.person.updated")
    assert event.details["reason"] == "本人申请更正" and event.actor_uuid == client.user.uuid


def test_somebody_registered_elsewhere_is_not_shown(world, client_as):
    number = resident_number()
    register(world.foreign_county, "张三", document=number, phone="13800138000")
    client = client_as("class_manager", world.county)
    answer = client.post(reverse("people:create"), {**FORM, "document": number}, follow=True)
    text = answer.content.decode()
    assert "已在其他地区登记" in text and "阆中" not in text and Person.objects.count() == 1


def test_revealing_asks_why_and_shows_once(world, client_as):
    client, number = client_as("class_manager", world.county), resident_number()
    person = register(world.county, document=number)
    url = reverse("people:reveal", kwargs={"uuid": person.documents.get().uuid})
    assert number not in client.get(url).content.decode()
    answer = client.post(url, {"reason": "看"})
    assert answer.status_code == 422 and number not in answer.content.decode()
    assert number in client.post(url, {"reason": "核对结业证书信息"}).content.decode()
    assert number not in client.get(url).content.decode()
    assert number not in client.get(reverse("people:detail", kwargs={"uuid": person.uuid})).content.decode()
    event = AuditEvent.objects.get(verb="people.document.revealed")
    assert event.actor_uuid == client.user.uuid and event.details["reason"] == "核对结业证书信息"


def test_an_account_is_opened_and_its_password_shown_once(world, client_as):
    client = client_as("class_manager", world.county)
    person = register(world.county)
    url = reverse("people:open_account", kwargs={"uuid": person.uuid})
    page = client.post(url).content.decode()
    person.refresh_from_db()
    assert person.user.username in page
    again = client.post(url, follow=True).content.decode()
    assert "此人已有账号" in again
    assert client.get(url).status_code == 405


def test_merging_telling_apart_and_taking_back(world, client_as):
    client, born = client_as("regional_admin", world.county), dt.date(1980, 5, 6)
    a, b, c = (register(world.county, n, document="", birth_date=born) for n in ("张三", "章三", "张三"))
    page = client.get(reverse("people:duplicates")).content.decode()
    assert page.count("比对") >= 3
    url = reverse("people:compare", kwargs={"kept": a.uuid, "duplicate": b.uuid})
    shown = client.get(url).content.decode()
    assert "章三" in shown and "姓名读音和出生日期相同" in shown
    assert client.post(url, {"action": "merge"}).status_code == 422
    assert client.post(url, {"action": "merge", "reason": "同一身份证"}).status_code == 302
    assert selectors.ids_of(a) == {a.pk, b.pk}
    other = reverse("people:compare", kwargs={"kept": a.uuid, "duplicate": c.uuid})
    assert client.post(other, {"action": "distinct", "reason": "同名同日"}).status_code == 302
    detail = client.get(reverse("people:detail", kwargs={"uuid": a.uuid})).content.decode()
    link = Merge.objects.get()
    undo = reverse("people:unmerge", kwargs={"uuid": link.uuid})
    assert undo in detail and undo in client.get(reverse("people:duplicates")).content.decode()
    assert undo not in client_as("regional_admin", world.other_county).get(reverse("people:duplicates")).content.decode()
    assert client.post(undo, {"reason": "核对有误"}).status_code == 302
    assert selectors.ids_of(a) == {a.pk}
    assert "已经撤销" in client.get(undo).content.decode()
    assert undo not in client.get(reverse("people:duplicates")).content.decode()


def test_a_merged_record_of_another_division_is_not_named(world, client_as):
    here, there = register(world.county, "张三"), register(world.foreign_county, "张三丰")
    services.merge(kept=here, duplicate=there, reason="同一人", by=SYSTEM)
    page = client_as("class_manager", world.county).get(reverse("people:detail", kwargs={"uuid": here.uuid})).content.decode()
    assert "其他地区的一条记录" in page and "张三丰" not in page


def test_erasing_asks_twice_and_says_what_stays(world, client_as):
    person = register(world.county, "张三")
    careers.services.employ(person=person, division=world.county, started_on=dt.date(2020, 1, 1), by=SYSTEM)
    url = reverse("people:erase", kwargs={"uuid": person.uuid})
    assert client_as("class_manager", world.county).get(url).status_code == 404
    client = client_as("regional_admin", world.county)
    assert "台账" in client.get(url).content.decode()
    assert client.post(url, {"reason": "本人申请"}).status_code == 422
    page = client.post(url, {"reason": "本人申请", "sure": "on"}).content.decode()
    person.refresh_from_db()
    assert person.erased_at and "张三" not in page and str(person.uuid) in page
    assert client.get(reverse("people:detail", kwargs={"uuid": person.uuid})).status_code == 404


# one's own


def test_first_sign_in_asks_for_consent_before_anything_else(world, settings):
    settings.CONSENT_REQUIRED = True
    person = learner(world.county)
    client = make_client(person.user)
    answer = client.get(reverse("careers:mine"))
    assert answer.url == reverse("people:consents") + "?next=%2Fcareers%2Fme%2F"
    assert client.get(reverse("people:me")).status_code == 200
    page = client.get(answer.url).content.decode()
    assert all(str(text.title) in page for text in consents.TEXTS)
    answer = client.post(reverse("people:consents"), {"consent-training": "yes", "next": "/careers/me/"})
    assert answer.status_code == 422 and not Consent.objects.exists()
    every = {f"consent-{t.purpose}": "yes" if t.required else "no" for t in consents.TEXTS}
    assert client.post(reverse("people:consents"), {**every, "next": "/careers/me/"}).url == "/careers/me/"
    assert client.get(reverse("careers:mine")).status_code == 200
    assert Consent.objects.filter(person=person, given=True).count() == 1
    assert client.post(reverse("people:consents"), {**every, "next": "https://evil.example/"}).url == reverse("people:me")
    fresh = make_client(person.user)
    assert fresh.get(reverse("careers:mine")).status_code == 200
    client.post(reverse("people:withdraw", kwargs={"purpose": "training"}))
    assert Consent.objects.order_by("pk").last().given is False
    assert client.post(reverse("people:withdraw", kwargs={"purpose": "nothing"})).status_code == 404


def test_consent_asks_nobody_who_is_no_person_and_costs_no_query_later(world, settings, client_as, django_assert_num_queries):
    settings.CONSENT_REQUIRED = True
    client = client_as("class_manager", world.county)
    assert client.get(reverse("notices:inbox")).status_code == 200
    settings.CONSENT_REQUIRED = False
    with django_assert_num_queries(5) as off:
        client.get(reverse("notices:inbox"))
    settings.CONSENT_REQUIRED = True
    with django_assert_num_queries(len(off)):
        client.get(reverse("notices:inbox"))


def test_my_information_export_and_correction(world, client_as):
    number = resident_number()
    person = register(world.county, "张三", document=number, phone="13800138000")
    user, _password = services.open_account(person=person, by=SYSTEM)
    user.must_change_password = False
    user.save()
    client = make_client(user)
    page = client.get(reverse("people:me")).content.decode()
    assert "张三" in page and "13800138000" in page and number not in page
    answer = client.post(reverse("people:me_export"))
    held = json.loads(answer.content)
    assert held["documents"][0]["number"] == number and "attachment" in answer["Content-Disposition"]
    assert set(held) >= {"records", "documents", "consents", "careers", "participations", "notices"}
    assert client.get(reverse("people:me_export")).status_code == 405
    assert client.post(reverse("people:correction_request"), {"message": "学历应为本科"}).status_code == 302
    office = client_as("class_manager", world.county)
    assert "学历应为本科" in office.get(reverse("people:corrections")).content.decode()
    url = reverse("people:correction", kwargs={"uuid": CorrectionRequest.objects.get().uuid})
    assert office.post(url, {"decision": "declined", "reply": ""}).status_code == 422
    assert office.post(url, {"decision": "accepted", "reply": "已更正"}).status_code == 302
    assert "已更正" in client.get(reverse("people:me")).content.decode()


def test_an_account_without_a_person_is_told_so(world, client_as):
    client = client_as("class_manager", world.county)
    assert "没有关联人员档案" in client.get(reverse("people:me")).content.decode()
    assert client.post(reverse("people:me_export")).status_code == 404
    assert client.get(reverse("people:consents")).status_code == 404
