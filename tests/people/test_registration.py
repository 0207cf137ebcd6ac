from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from lms.audit.models import AuditEvent
from lms.core.errors import BadInput, Refused
from lms.people import selectors, services
from lms.people.models import IdentityDocument, Person
from lms.people.services import PersonRow, RowErrors
from tests.factories.people import SYSTEM, register, resident_number
from tests.factories.world import make_actor, make_division_tree, make_person

pytestmark = pytest.mark.django_db


def test_a_person_is_stored_tidy_and_without_the_number_in_clear(world):
    number = resident_number(dt.date(1990, 2, 3), order=2)
    person = services.register_person(
        name="买买提•艾力",
        division=world.township,
        by=SYSTEM,
        document=f" {number} ",
        ethnic_group="维族",
        education="本科",
        political_status="党员",
        phone="+86 138-0013-8000",
        position_title=" 民政助理员 ",
    )
    person.refresh_from_db()
    assert (person.name, person.sex, person.birth_date) == ("买买提·艾力", "2", dt.date(1990, 2, 3))
    assert (person.ethnic_group, person.education, person.political_status) == ("05", "21", "01")
    assert (person.phone, person.position_title, person.pinyin) == ("13800138000", "民政助理员", "maimaitiaili")
    document = person.documents.get()
    assert number not in str(IdentityDocument.objects.values().get())
    assert document.masked == f"{number[:4]}**********{number[-4:]}"
    event = AuditEvent.objects.get(verb="people.person.registered")
    assert event.record_uuid == person.uuid and "艾力" not in str(event.details)


def test_the_same_document_is_the_same_person(world):
    number = resident_number()
    one = register(world.county, "张三", document=number)
    other = register(world.foreign_county, "张 三", document=number.lower())
    assert one == other and Person.objects.count() == 1 and AuditEvent.objects.count() == 1


def test_the_same_document_under_another_name_is_refused_without_telling_whose(world):
    number = resident_number()
    register(world.county, "张三", document=number)
    with pytest.raises(BadInput, match="另一姓名") as refusal:
        register(world.county, "李四", document=number)
    assert "张三" not in str(refusal.value)


def test_who_was_merged_away_is_found_as_the_one_kept(world):
    number = resident_number()
    duplicate, kept = register(world.county, "张三", document=number), register(world.county, "张三")
    services.merge(kept=kept, duplicate=duplicate, reason="同一人", by=SYSTEM)
    assert register(world.county, "张三", document=number) == kept


def test_what_the_number_says_must_fit(world):
    number = resident_number(dt.date(1990, 1, 1), order=1)
    with pytest.raises(BadInput, match="出生日期与证件"):
        register(world.county, document=number, birth_date=dt.date(1991, 1, 1))
    with pytest.raises(BadInput, match="性别与证件"):
        register(world.county, document=number, sex="女")
    with pytest.raises(BadInput, match="民族“火星族”"):
        register(world.county, ethnic_group="火星族")
    assert Person.objects.count() == 0


def test_many_at_once_and_nothing_when_one_is_bad(world):
    rows = [PersonRow(name=f"王{'一二三四五六七八九十'[i]}", division=world.county, document=resident_number()) for i in range(5)]
    bad = PersonRow(name="赵六", division=world.county, document="5.30621E+17")
    with pytest.raises(RowErrors) as refusal:
        services.register_people([*rows, bad], SYSTEM)
    assert list(refusal.value.errors) == [5] and "Excel" in refusal.value.errors[5]
    assert Person.objects.count() == 0
    people = services.register_people([*rows, rows[0]], SYSTEM)
    assert [p.name for p in people] == [*(r.name for r in rows), rows[0].name] and people[5] == people[0]
    assert services.register_people(rows, SYSTEM) == people[:5]
    assert Person.objects.count() == IdentityDocument.objects.count() == 5


def test_checking_rows_writes_nothing_and_finds_the_same(world):
    number = resident_number()
    register(world.county, "张三", document=number)
    rows = [
        PersonRow(name="张三", division=world.county, document=number),
        PersonRow(name="李四", division=world.county, document=number),
        PersonRow(name="王5", division=world.county),
    ]
    errors = services.check_rows(rows)
    assert set(errors) == {1, 2} and Person.objects.count() == 1


def test_query_count_does_not_grow_with_the_rows(world, django_assert_max_num_queries):
    def rows(n: int) -> list[PersonRow]:
        return [PersonRow(name="王一", division=world.county, document=resident_number()) for _ in range(n)]

    for n in (3, 300):
        made = rows(n)
        with django_assert_max_num_queries(24):  # SQLite splits an insert of many rows into a few
            services.register_people(made, SYSTEM)


def test_look_up_works_under_every_live_key(world, settings):
    number = resident_number()
    person = register(world.county, "张三", document=number)
    old, new = settings.LMS_KEYS["t2"], b"3" * 32
    settings.LMS_KEYS = {"t3": new, "t2": old}
    assert register(world.county, "张三", document=number) == person


def test_updating_names_the_fields_and_not_their_content(world):
    person = register(world.county, "张三")
    services.update_person(person=person, by=SYSTEM, name="张叁", phone="13800138000")
    person.refresh_from_db()
    assert (person.name, person.pinyin, person.phone) == ("张叁", "zhangsan", "13800138000")
    event = AuditEvent.objects.get(verb="people.person.updated")
    assert event.details["fields"] == ["name", "phone"] and "张叁" not in str(event.details)
    services.update_person(person=person, by=SYSTEM, name="张叁")
    assert AuditEvent.objects.filter(verb="people.person.updated").count() == 1
    with pytest.raises(BadInput, match="电话"):
        services.update_person(person=person, by=SYSTEM, phone="123")


def test_a_second_document_and_somebody_elses(world):
    person, other = register(world.county, "张三"), register(world.county, "李四")
    document = services.add_document(person=person, kind="passport", number="E12345678", by=SYSTEM)
    assert services.add_document(person=person, kind="passport", number="e12345678", by=SYSTEM) == document
    with pytest.raises(Refused, match="另一人名下"):
        services.add_document(person=other, kind="passport", number="E12345678", by=SYSTEM)


def test_the_database_refuses_what_must_not_be(world):
    person = register(world.county)
    document = person.documents.get()
    other = make_person(world.county)
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentityDocument.objects.create(
            person=other, kind=document.kind, number_sealed="x", number_index=document.number_index, masked="x"
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(name="", division=world.county)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(erased_reason="x")


def test_scope_is_the_subtree(world):
    here, below, beside, far = (
        register(world.county, "甲一"),
        register(world.township, "甲二"),
        register(world.other_county, "甲三"),
        register(world.foreign_county, "甲四"),
    )
    county = make_actor("class_manager", world.county)
    assert set(selectors.people_in(county)) == {here, below}
    assert set(selectors.people_in(make_actor("regional_admin", world.province))) == {here, below, beside}
    assert set(selectors.people_in(SYSTEM)) == {here, below, beside, far}
    assert not selectors.people_in(make_actor())
    assert not selectors.people_in(make_actor("trainer", world.county))
    assert set(selectors.search_people(county, "甲二")) == {below}
    assert set(selectors.search_people(county, "甲")) == {here, below}


@pytest.mark.django_db(transaction=True)
def test_two_who_register_the_same_document_at_once_get_one_person():
    world, number, found = make_division_tree(), resident_number(), []
    barrier = threading.Barrier(4)

    def work() -> None:
        try:
            barrier.wait()
            found.append(register(world.county, "张三", document=number).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1 and Person.objects.count() == 1
