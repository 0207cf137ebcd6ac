import datetime as dt

import pytest

from lms.careers import services as careers
from lms.notices import services as notices
from lms.people import selectors
from lms.people import services as people
from lms.programmes import services as programmes
from tests.factories.world import make_user

pytestmark = pytest.mark.django_db
D = dt.date(2024, 5, 1)


def test_all(world, django_capture_on_commit_callbacks):
    by = world.system
    p = people.register_person(
        name="张 三", division=world.county, by=by, document="11010519491231002X", ethnic_group="汉", education="本科"
    )
    assert p.name == "张三" and p.sex == "2"
    q = people.register_person(name="张三", division=world.county, by=by, document="11010519491231002x")
    assert q == p
    rows = people.register_people(
        [people.PersonRow(name="李四", division=world.county), people.PersonRow(name="王五", division=world.county)], by
    )
    people.merge(kept=p, duplicate=rows[0], reason="同一人", by=by)
    assert selectors.ids_of(p) == {p.pk, rows[0].pk}
    careers.employ(person=p, division=world.county, started_on=D, by=by)
    careers.employ(person=rows[0], division=world.county, started_on=D, by=by)
    careers.add_education(person=p, level="本科", graduated_on=D, by=by, is_social_work_major=True, major="社会工作")
    careers.load_pass_line(year=2024, level="middle", points=60, source="x", by=by)
    careers.register_for_exam(person=p, year=2024, level="middle", subjects=["law_middle"], division=world.county, by=by)
    s = careers.record_score(person=p, year=2024, subject="law_middle", points=58, by=by)
    assert s.passed is False
    line = careers.load_pass_line(year=2024, level="middle", points=55, source="y", region=world.county, by=by)
    assert [x.pk for x in careers.apply_pass_line(line=line, by=by)] == [s.pk]
    lic = careers.record_licence(person=p, level="middle", obtained_on=D, by=by)
    careers.record_registration(person=p, licence=lic, registered_on=D, valid_to=D.replace(year=2027), by=by)
    careers.designate(person=p, kind="supervisor", designated_on=D, by=by)
    prog = programmes.create_programme(code="x", name="x", kind="training", division=world.county, starts_on=D, by=by)
    a = programmes.join(person=p, programme=prog, started_on=D, by=by)
    assert programmes.join(person=rows[0], programme=prog, started_on=D, by=by) == a
    u = make_user(email="a@example.com")
    with django_capture_on_commit_callbacks(execute=True):
        n = notices.notify(user=u, kind="x", title="你好", body="b", url="/x/", by=by)
    assert n.deliveries.get().status == "sent"
    careers.void(record=lic, reason="错", by=by)
    people.erase(person=p, reason="本人申请", by=by)
