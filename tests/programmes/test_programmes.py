from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from lms.audit.models import AuditEvent
from lms.core.errors import BadInput, Refused
from lms.people import services as people
from lms.programmes import selectors, services
from lms.programmes.categories import FIVE, seed_five
from lms.programmes.models import Category, Participation, Programme
from tests.factories.people import SYSTEM, register
from tests.factories.programmes import DAY, make_category, make_participation, make_programme
from tests.factories.world import make_actor

pytestmark = pytest.mark.django_db


def test_taking_part_twice_is_once_and_two_categories_are_two(world):
    programme, person = make_programme(world.county), register(world.county)
    one, two = make_category(world.province), make_category(world.county)
    first = services.join(person=person, programme=programme, category=one, started_on=DAY, by=SYSTEM)
    assert services.join(person=person, programme=programme, category=one, started_on=DAY, by=SYSTEM) == first
    assert services.join(person=person, programme=programme, category=two, started_on=DAY, by=SYSTEM) != first
    twin = register(world.county)
    people.merge(kept=person, duplicate=twin, reason="同一人", by=SYSTEM)
    assert services.join(person=twin, programme=programme, category=one, started_on=DAY, by=SYSTEM) == first
    assert AuditEvent.objects.filter(verb="programmes.participation.started").count() == 2


def test_leaving_completing_and_coming_back(world):
    row = make_participation(world.county)
    day = dt.date(2021, 1, 1)
    with pytest.raises(BadInput, match="原因"):
        services.leave(participation=row, ended_on=day, reason="", by=SYSTEM)
    with pytest.raises(BadInput, match="早于"):
        services.leave(participation=row, ended_on=dt.date(2019, 1, 1), reason="x", by=SYSTEM)
    done = services.leave(participation=row, ended_on=day, reason="期满", completed_on=day, by=SYSTEM)
    assert services.leave(participation=row, ended_on=day, reason="期满", completed_on=day, by=SYSTEM) == done
    with pytest.raises(Refused, match="已于2021-01-01结束"):
        services.leave(participation=row, ended_on=dt.date(2022, 1, 1), reason="期满", by=SYSTEM)
    again = services.join(person=row.person, programme=row.programme, started_on=day, by=SYSTEM)
    assert again.pk != row.pk
    verbs = list(AuditEvent.objects.filter(record_label="programmes.participation").order_by("id").values_list("verb", flat=True))
    assert verbs == [f"programmes.participation.{v}" for v in ("started", "completed", "started")]


def test_dates_and_codes_are_kept_in_order(world):
    programme = make_programme(world.county, code="X1", ends_on=dt.date(2021, 1, 1))
    person = register(world.county)
    for day in (dt.date(2019, 12, 31), dt.date(2021, 1, 2)):
        with pytest.raises(BadInput, match="起止日期"):
            services.join(person=person, programme=programme, started_on=day, by=SYSTEM)
    ended = make_category(world.province, valid_to=dt.date(2019, 12, 31))
    with pytest.raises(BadInput, match="未启用"):
        services.join(person=person, programme=programme, category=ended, started_on=DAY, by=SYSTEM)
    with pytest.raises(Refused, match="已被使用"):
        make_programme(world.county, code="X1")
    with pytest.raises(BadInput, match="早于"):
        make_programme(world.county, ends_on=dt.date(2019, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Programme.objects.filter(pk=programme.pk).update(ends_on=dt.date(2019, 1, 1))
    row = services.join(person=person, programme=programme, started_on=DAY, by=SYSTEM)
    with pytest.raises(IntegrityError), transaction.atomic():
        Participation.objects.create(person=person, programme=programme, started_on=row.started_on)


def test_many_at_once_with_few_queries(world, django_assert_max_num_queries):
    programme = make_programme(world.county)
    made = people.register_people([people.PersonRow(name="王一", division=world.county) for _ in range(200)], SYSTEM)
    rows = [services.JoinRow(person=p, programme=programme, started_on=DAY) for p in made]
    with django_assert_max_num_queries(20):
        services.join_many(rows, by=SYSTEM)
    assert len(services.join_many(rows, by=SYSTEM)) == 200 and Participation.objects.count() == 200


def test_categories_hold_below_the_division_that_has_them(world):
    seeded = seed_five(division=world.province, by=SYSTEM, source="示例")
    assert seed_five(division=world.province, by=SYSTEM) == seeded and [c.name for c in seeded] == [name for _c, name in FIVE]
    own, elsewhere = make_category(world.county), make_category(world.other_county)
    everywhere = make_category(None)
    assert set(selectors.categories_of(world.township)) == {*seeded, own, everywhere}
    assert elsewhere not in selectors.categories_of(world.township)
    services.end_category(category=seeded[0], valid_to=dt.date(2020, 1, 1), by=SYSTEM)
    assert seeded[0] not in selectors.categories_of(world.township)
    assert seeded[0] in selectors.categories_of(world.township, on=dt.date(2020, 1, 1))
    with pytest.raises(Refused, match="名称不同"):
        services.create_category(division=world.province, code="c2", name="别的", by=SYSTEM)
    assert selectors.programmes_for(world.county).count() == 0
    assert make_programme(world.province) in selectors.programmes_for(world.county)


def test_scope(world):
    here, below, beside = (make_programme(d) for d in (world.county, world.township, world.other_county))
    assert set(selectors.programmes_in(make_actor("class_manager", world.county))) == {here, below}
    assert set(selectors.programmes_in(make_actor("reviewer", world.prefecture))) == {here, below, beside}
    assert not selectors.programmes_in(make_actor("trainer", world.county))


FORM = {"code": "SQ-2024", "name": "三区计划", "kind": "cultivation", "division": "530621", "starts_on": "2024-01-01"}


def test_pages_create_edit_join_and_leave(world, client_as):
    client = client_as("class_manager", world.county)
    assert client.get(reverse("programmes:create")).status_code == 200
    assert client.post(reverse("programmes:create"), {**FORM, "division": "511381"}).status_code == 422
    assert client.post(reverse("programmes:create"), {**FORM, "ends_on": "2023-01-01"}).status_code == 422
    answer = client.post(reverse("programmes:create"), FORM)
    programme = Programme.objects.get()
    detail = reverse("programmes:detail", kwargs={"uuid": programme.uuid})
    assert answer.url == detail
    funder = services.create_funder(code="lottery", name="福彩公益金", by=SYSTEM)
    edit = {"name": "三区人才计划", "starts_on": "2024-01-01", "funders": [funder.pk]}
    assert client.post(reverse("programmes:edit", kwargs={"uuid": programme.uuid}), edit).status_code == 302
    page = client.get(detail).content.decode()
    assert "三区人才计划" in page and "福彩公益金" in page
    person = register(world.county, "买买提·艾力")
    register(world.foreign_county, "张三")
    assert "没有此人" in client.post(detail, {"person": "张三", "started_on": "2024-02-01"}).content.decode()
    assert client.post(detail, {"person": "买买提·艾力", "started_on": "2024-02-01"}).status_code == 302
    row = Participation.objects.get(person=person)
    leave = reverse("programmes:leave", kwargs={"uuid": row.uuid})
    assert client.post(leave, {"ended_on": "2024-12-31", "reason": "期满", "completed": "on"}).status_code == 302
    row.refresh_from_db()
    assert row.completed_on == dt.date(2024, 12, 31) and "期满合格" in client.get(detail).content.decode()


def test_two_of_the_same_name_are_told_apart_by_the_last_four(world, client_as):
    client, programme = client_as("class_manager", world.county), make_programme(world.county)
    one, _other = register(world.county, "张三"), register(world.county, "张三")
    detail = reverse("programmes:detail", kwargs={"uuid": programme.uuid})
    assert "同名" in client.post(detail, {"person": "张三", "started_on": "2024-02-01"}).content.decode()
    last = one.documents.get().masked[-4:]
    assert client.post(detail, {"person": f"张三 {last}", "started_on": "2024-02-01"}).status_code == 302
    assert Participation.objects.get().person == one


def test_participants_of_other_divisions_are_not_shown(world, client_as):
    programme = make_programme(world.county)
    for division, name in ((world.county, "张三"), (world.other_county, "李四")):
        services.join(person=register(division, name), programme=programme, started_on=DAY, by=SYSTEM)
    page = (
        client_as("class_manager", world.county).get(reverse("programmes:detail", kwargs={"uuid": programme.uuid})).content.decode()
    )
    assert "张三" in page and "李四" not in page


def test_list_queries_do_not_grow(world, client_as, django_assert_max_num_queries):
    client = client_as("class_manager", world.county)
    client.get(reverse("programmes:list"))  # what a process asks once
    counts = []
    for more in (3, 27):
        for _ in range(more):
            make_participation(world.county)
        with django_assert_max_num_queries(20) as captured:
            client.get(reverse("programmes:list"))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_categories_and_funders_pages(world, client_as):
    admin, manager = client_as("regional_admin", world.county), client_as("class_manager", world.county)
    url, new = reverse("programmes:categories"), {"division": "530621", "code": "k1", "name": "村干部"}
    manager.post(url, new)
    assert not Category.objects.exists()
    assert admin.post(url, {**new, "division": "530602"}).status_code == 422
    assert admin.post(url, new).status_code == 302
    category, above = Category.objects.get(), make_category(world.province, name="省里的类别")
    page = admin.get(url).content.decode()
    assert "村干部" in page and "省里的类别" in page
    assert admin.get(reverse("programmes:end_category", kwargs={"uuid": above.uuid})).status_code == 404
    end = reverse("programmes:end_category", kwargs={"uuid": category.uuid})
    assert admin.post(end, {"valid_to": "2024-12-31"}).status_code == 302
    assert Category.objects.get(pk=category.pk).valid_to == dt.date(2024, 12, 31)
    assert manager.post(reverse("programmes:funders"), {"code": "f1", "name": "福彩公益金"}).status_code == 302
    assert "福彩公益金" in manager.get(reverse("programmes:funders")).content.decode()
