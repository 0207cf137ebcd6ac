"""Career records: row, audit event and ledger line together; idempotent; voided by reversal; judged late by a separate line."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from lms.audit.models import AuditEvent
from lms.careers import selectors, services
from lms.careers.models import Employment, ExamScore, Licence, LicenceRegistration
from lms.careers.recording import moment
from lms.core.errors import BadInput, Refused
from lms.ledger.models import Line
from lms.people import services as people
from tests.factories.careers import DAY, open_post
from tests.factories.people import SYSTEM, register
from tests.factories.world import make_division_tree

pytestmark = pytest.mark.django_db
OBTAINED = dt.date(2024, 9, 1)


def lines(**where) -> list[Line]:
    return list(Line.objects.filter(**where).order_by("position"))


def test_every_record_posts_its_line_in_the_same_transaction(world):
    person = register(world.county, "张三", education="本科")
    post = open_post(world.township)
    employment = services.employ(person=person, division=world.county, started_on=DAY, title="科员", by=SYSTEM)
    spell = services.start_post(person=person, post=post, started_on=DAY, by=SYSTEM)
    study = services.add_education(
        person=person, level="大学", graduated_on=DAY, major="社会工作", is_social_work_major=True, by=SYSTEM
    )
    exam = services.register_for_exam(
        person=person, year=2024, level="middle", subjects=["law_middle"], division=world.county, by=SYSTEM
    )
    score = services.record_score(person=person, year=2024, subject="law_middle", points="61.5", by=SYSTEM)
    licence = services.record_licence(person=person, level="junior", obtained_on=OBTAINED, number="20241234", by=SYSTEM)
    valid_to = dt.date(2027, 9, 1)
    registration = services.record_registration(
        person=person, licence=licence, registered_on=OBTAINED, valid_to=valid_to, by=SYSTEM
    )
    designation = services.designate(person=person, kind="supervision_team", designated_on=DAY, by=SYSTEM)
    services.end_post(spell=spell, ended_on=dt.date(2023, 6, 30), reason="调任", by=SYSTEM)
    services.end_employment(employment=employment, ended_on=dt.date(2024, 6, 30), reason="退休", by=SYSTEM)
    found = {line.kind: line for line in lines()}
    assert {kind: (line.topic, line.source_uuid) for kind, line in found.items()} == {
        "employed": ("", employment.uuid),
        "post_started": ("social_worker", spell.uuid),
        "educated": ("21", study.uuid),
        "exam_registered": ("middle", exam.uuid),
        "exam_scored": ("law_middle", score.uuid),
        "licensed": ("junior", licence.uuid),
        "registered": ("junior", registration.uuid),
        "designated": ("supervision_team", designation.uuid),
        "post_ended": ("social_worker", spell.uuid),
        "employment_ended": ("", employment.uuid),
    }
    assert all(line.person == person and line.education == "21" for line in found.values())
    assert found["post_started"].post == post and found["post_started"].division == world.township
    assert found["post_started"].facts["is_social_work"] is True and found["post_started"].happened_to == moment(DAY)
    assert found["licensed"].facts == {"level": "junior", "obtained_on": "2024-09-01", "region": None, "exam_year": None}
    assert found["registered"].facts["kind"] == "first" and found["registered"].facts["valid_to"] == "2027-09-01"
    assert found["exam_scored"].facts["points_hundredths"] == 6150 and found["exam_scored"].facts["passed"] is None
    verbs = set(AuditEvent.objects.filter(verb__startswith="careers.").values_list("verb", flat=True))
    assert len(verbs) == 10
    for line in lines():
        assert "张三" not in str(line.facts) and "20241234" not in str(line.facts) and "科员" not in str(line.facts)


def test_a_second_click_yields_the_same_and_a_contradiction_is_refused(world):
    person = register(world.county)
    one = services.record_licence(person=person, level="junior", obtained_on=OBTAINED, by=SYSTEM)
    assert services.record_licence(person=person, level="junior", obtained_on=OBTAINED, by=SYSTEM) == one
    with pytest.raises(Refused, match="已有同级证书"):
        services.record_licence(person=person, level="junior", obtained_on=DAY, by=SYSTEM)
    regional = services.record_licence(person=person, level="junior", obtained_on=OBTAINED, region=world.county, by=SYSTEM)
    assert regional != one and len(lines(kind="licensed")) == 2
    with pytest.raises(Refused, match="另一人名下"):
        services.record_licence(person=person, level="middle", obtained_on=OBTAINED, number="N1", by=SYSTEM)
        services.record_licence(person=register(world.county), level="middle", obtained_on=OBTAINED, number="N1", by=SYSTEM)
    assert Licence.objects.count() == 3 and len(lines(kind="licensed")) == 3


def test_one_per_human_being_under_merged_records_too(world):
    a, b = register(world.county), register(world.county)
    people.merge(kept=a, duplicate=b, reason="同一人", by=SYSTEM)
    one = services.record_licence(person=a, level="junior", obtained_on=OBTAINED, by=SYSTEM)
    assert services.record_licence(person=b, level="junior", obtained_on=OBTAINED, by=SYSTEM) == one
    spell = services.employ(person=b, division=world.county, started_on=DAY, by=SYSTEM)
    assert services.employ(person=a, division=world.county, started_on=OBTAINED, by=SYSTEM) == spell
    reg = services.record_registration(person=b, licence=one, registered_on=OBTAINED, valid_to=dt.date(2027, 9, 1), by=SYSTEM)
    assert reg.licence == one
    assert selectors.evidence_of({a.pk, b.pk}) and len(selectors.evidence_of({a.pk, b.pk})) == 3


def test_refusals(world):
    person = register(world.county)
    post = open_post(world.county)
    with pytest.raises(BadInput, match="未开设"):
        services.start_post(person=person, post=post, started_on=dt.date(2019, 1, 1), by=SYSTEM)
    with pytest.raises(BadInput, match="今天之后"):
        services.record_licence(person=person, level="junior", obtained_on=dt.date(2999, 1, 1), by=SYSTEM)
    with pytest.raises(BadInput, match="科目与级别"):
        services.register_for_exam(person=person, year=2024, level="junior", subjects=["law_middle"], by=SYSTEM)
    with pytest.raises(BadInput, match="年度"):
        services.record_score(person=person, year=1999, subject="law_middle", points=60, by=SYSTEM)
    with pytest.raises(BadInput, match="0至100"):
        services.record_score(person=person, year=2024, subject="law_middle", points=101, by=SYSTEM)
    with pytest.raises(BadInput, match="缺考"):
        services.record_score(person=person, year=2024, subject="law_middle", by=SYSTEM)
    with pytest.raises(BadInput, match="学历"):
        services.add_education(person=person, level="小班", graduated_on=DAY, by=SYSTEM)
    spell = services.start_post(person=person, post=post, started_on=DAY, by=SYSTEM)
    with pytest.raises(BadInput, match="早于"):
        services.end_post(spell=spell, ended_on=dt.date(2019, 1, 1), by=SYSTEM)
    ended = services.end_post(spell=spell, ended_on=dt.date(2021, 1, 1), by=SYSTEM)
    assert services.end_post(spell=spell, ended_on=dt.date(2021, 1, 1), by=SYSTEM) == ended
    with pytest.raises(Refused, match="已经结束"):
        services.end_post(spell=spell, ended_on=dt.date(2022, 1, 1), by=SYSTEM)
    licence = services.record_licence(person=register(world.county), level="junior", obtained_on=OBTAINED, by=SYSTEM)
    with pytest.raises(BadInput, match="不属于"):
        services.record_registration(person=person, licence=licence, registered_on=OBTAINED, valid_to=OBTAINED, by=SYSTEM)
    people.erase(person=person, reason="本人申请", by=SYSTEM)
    person.refresh_from_db()
    with pytest.raises(Refused, match="已删除"):
        services.employ(person=person, division=world.county, started_on=DAY, by=SYSTEM)
    assert not ExamScore.objects.exists()


def test_first_and_renewed_registrations(world):
    person = register(world.county)
    licence = services.record_licence(person=person, level="junior", obtained_on=DAY, by=SYSTEM)

    def record(year: int):
        day = dt.date(year, 3, 1)
        return services.record_registration(
            person=person, licence=licence, registered_on=day, valid_to=day.replace(year=year + 3), by=SYSTEM
        )

    assert [record(y).kind for y in (2021, 2024, 2021)] == ["first", "renewed", "first"]
    with pytest.raises(Refused, match="更晚的首次登记"):
        record(2020)
    assert LicenceRegistration.objects.count() == 2


def test_voiding_reverses_every_line_and_frees_the_place(world):
    person = register(world.county)
    spell = services.start_post(person=person, post=open_post(world.county), started_on=DAY, by=SYSTEM)
    services.end_post(spell=spell, ended_on=dt.date(2021, 1, 1), by=SYSTEM)
    with pytest.raises(Refused, match="原因"):
        services.void(record=spell, reason=" ", by=SYSTEM)
    services.void(record=spell, reason="登记错人", by=SYSTEM)
    services.void(record=spell, reason="登记错人", by=SYSTEM)
    assert sum(line.sign for line in lines(source_uuid=spell.uuid)) == 0 and len(lines(source_uuid=spell.uuid)) == 4
    assert AuditEvent.objects.filter(verb="careers.postspell.voided").count() == 1
    with pytest.raises(Refused, match="作废"):
        services.end_post(spell=spell, ended_on=dt.date(2022, 1, 1), by=SYSTEM)
    again = services.start_post(person=person, post=spell.post, started_on=DAY, by=SYSTEM)
    assert again != spell
    assert [e.pk for e in selectors.evidence_of({person.pk})] == [again.pk]


def test_a_late_separate_line_turns_a_fail_into_a_pass_of_its_region(world):
    """2025: nationally 60; 鲁甸县 and 昭阳区 58 for 社会工作师, announced later."""
    services.load_pass_line(year=2025, level="middle", points=60, source="全国合格标准", by=SYSTEM)
    here, there = register(world.township), register(world.far_county)
    for person, division in ((here, world.county), (there, world.far_county)):
        services.register_for_exam(
            person=person, year=2025, level="middle", subjects=["law_middle", "practice_middle"], division=division, by=SYSTEM
        )
    scores = {
        (name, points): services.record_score(person=person, year=2025, subject=subject, points=points, by=SYSTEM)
        for name, person, subject, points in (
            ("here", here, "law_middle", 59),
            ("here", here, "practice_middle", 57),
            ("there", there, "law_middle", 59),
            ("there", there, "practice_middle", 60),
        )
    }
    assert {k: s.passed for k, s in scores.items()} == {
        ("here", 59): False,
        ("here", 57): False,
        ("there", 59): False,
        ("there", 60): True,
    }
    line = services.load_pass_line(year=2025, level="middle", points=58, region=world.county, source="单独划线", by=SYSTEM)
    changed = services.apply_pass_line(line=line, by=SYSTEM)
    assert [s.pk for s in changed] == [scores["here", 59].pk]
    score = ExamScore.objects.get(pk=scores["here", 59].pk)
    assert (score.passed, score.pass_line, score.valid_in, score.revision) == (True, line, world.county, 1)
    posted = lines(source_uuid=score.uuid)
    assert [(x.sign, x.facts["passed"], x.facts["valid_in"]) for x in posted] == [
        (1, False, None),
        (-1, False, None),
        (1, True, world.county.path),
    ]
    event = AuditEvent.objects.get(verb="careers.score.rejudged")
    assert event.details["pass_line"] == str(line.uuid) and event.details["passed"] is True
    assert services.apply_pass_line(line=line, by=SYSTEM) == []
    assert len(lines(source_uuid=score.uuid)) == 3
    standing = selectors.standing_in_exam({here.pk}, on_year=2026)[0]
    assert standing.counting == {"law_middle": 2025}
    national = services.load_pass_line(year=2025, level="junior", points=60, source="全国合格标准", by=SYSTEM)
    assert services.apply_pass_line(line=national, by=SYSTEM) == []


def test_scores_before_any_line_wait_for_it(world):
    person = register(world.county)
    score = services.record_score(person=person, year=2024, subject="practice_senior", points=70, by=SYSTEM)
    absent = services.record_score(person=person, year=2023, subject="practice_senior", outcome="absent", by=SYSTEM)
    assert score.passed is None and absent.passed is False
    line = services.load_pass_line(year=2024, level="senior", points=60, source="x", by=SYSTEM)
    assert [s.passed for s in services.apply_pass_line(line=line, by=SYSTEM)] == [True]
    assert services.load_pass_line(year=2024, level="senior", points=60, source="x", by=SYSTEM) == line
    with pytest.raises(Refused, match="不同的合格标准"):
        services.load_pass_line(year=2024, level="senior", points=61, source="x", by=SYSTEM)


def test_void_years_and_eligibility_are_read_from_the_records(world):
    person = register(world.county)
    for year, subject in ((2021, "comprehensive_middle"), (2021, "law_middle"), (2023, "practice_middle")):
        services.load_pass_line(year=year, level="middle", points=60, source="x", by=SYSTEM)
        services.record_score(person=person, year=year, subject=subject, points=80, by=SYSTEM)
    assert selectors.standing_in_exam({person.pk}, on_year=2023)[0].complete_in is None
    one = services.declare_void_year(year=2022, region=world.province, source="停考通知", by=SYSTEM)
    assert services.declare_void_year(year=2022, region=world.province, source="停考通知", by=SYSTEM) == one
    assert selectors.standing_in_exam({person.pk}, on_year=2023)[0].complete_in == 2023
    services.add_education(person=person, level="大专", graduated_on=DAY, major="社会工作", is_social_work_major=True, by=SYSTEM)
    services.start_post(person=person, post=open_post(world.county), started_on=dt.date(2021, 6, 1), by=SYSTEM)
    assert not selectors.eligibility({person.pk}, level="junior", on=dt.date(2023, 5, 31)).eligible
    assert selectors.eligibility({person.pk}, level="junior", on=dt.date(2023, 6, 1)).condition.code == "junior-associate-sw"


def test_bulk_is_whole_and_its_queries_do_not_grow(world, django_assert_max_num_queries):
    def rows(n: int) -> list[services.EmployRow]:
        made = people.register_people([people.PersonRow(name="王一", division=world.county) for _ in range(n)], SYSTEM)
        return [services.EmployRow(person=p, division=world.county, started_on=DAY) for p in made]

    for n in (3, 120):
        todo = rows(n)
        with django_assert_max_num_queries(24):
            assert len(services.employ_many(todo, by=SYSTEM)) == n
    assert len(lines(kind="employed")) == 123 and AuditEvent.objects.filter(verb="careers.employment.started").count() == 123
    good, bad = register(world.county), register(world.county)
    services.record_licence(person=bad, level="junior", obtained_on=DAY, by=SYSTEM)
    wanted = [services.LicenceRow(person=p, level="junior", obtained_on=OBTAINED) for p in (good, bad)]
    with pytest.raises(Refused):
        services.record_licences(wanted, by=SYSTEM)
    assert Licence.objects.count() == len(lines(kind="licensed")) == 1


def test_the_database_refuses_what_must_not_be(world):
    person = register(world.county)
    common = {"person": person, "division": world.county, "recorded_by": SYSTEM.uuid}
    sat = {"year": 2024, "subject": "law_middle", "announced_on": DAY}
    wrong = [
        lambda: Employment.objects.create(**common, started_on=DAY, ended_on=dt.date(2019, 1, 1)),
        lambda: Employment.objects.create(**common, started_on=DAY, voided_reason="x"),
        lambda: ExamScore.objects.create(**common, **sat),
        lambda: ExamScore.objects.create(**common, **sat, points_hundredths=10001),
        lambda: ExamScore.objects.create(**common, **sat, points_hundredths=1, passed=True),
        lambda: ExamScore.objects.create(**common, **{**sat, "subject": "dancing"}, points_hundredths=1),
        lambda: Licence.objects.create(person=person, recorded_by=SYSTEM.uuid, level="grand", obtained_on=DAY),
    ]
    for make in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            make()
    Employment.objects.create(**common, started_on=DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Employment.objects.create(**common, started_on=OBTAINED)


@pytest.mark.django_db(transaction=True)
def test_the_same_licence_recorded_at_once_is_one_line():
    world = make_division_tree()
    person = register(world.county)
    barrier, found = threading.Barrier(4), []

    def work() -> None:
        try:
            barrier.wait()
            found.append(services.record_licence(person=person, level="junior", obtained_on=OBTAINED, by=SYSTEM).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1 and Line.objects.filter(kind="licensed").count() == 1
