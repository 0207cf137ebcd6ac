"""Summaries: refreshed by whoever changed, equal to the pure fold, indifferent to how they came about."""

import json
import random
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from lms.careers import services as careers
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.people import selectors as people_selectors
from lms.people import services as people
from lms.pipeline import selectors, services
from lms.pipeline.folding import paths_of, standards
from lms.pipeline.models import Conversion, StageSpell
from lms.pipeline.states import Stage
from lms.supervision import services as supervision
from tests.factories.pipeline import attend, day, licensed, make_post, on_books
from tests.factories.supervision import START, make_countersigned, make_programme, make_team
from tests.factories.world import make_person

TODAY = day("2026-11-22")


def numbers(division, on=TODAY):
    services.catch_up()
    return {step.stage.name: step.now for step in selectors.funnel(division, on).steps if step.now}


def stored():
    fields = ("person_id", "stage", "aspect", "division_id", "starts_on", "ends_on", "way_out", "evidence", "detail")
    converted = Conversion.objects.values_list("person_id", "division_id", "happened_on", "kind", "evidence")
    spells = StageSpell.objects.values_list(*fields)
    return sorted(written(row) for row in spells), sorted(written(row) for row in converted)


def written(row):
    """As text that compares: PostgreSQL keeps the keys of an object in an order of its own."""
    return tuple(json.dumps(value, sort_keys=True, default=str) for value in row)


def test_one_person_moves_one_stage_at_a_time(world):
    person = on_books(world.division)
    assert numbers(world.province) == {"ON_BOOKS": 1}
    occasion = attend(person, minutes=90)
    assert numbers(world.province) == {"ON_BOOKS": 1}  # half of the planned time is below the floor
    attend(person, occasion=occasion, on="2026-05-11", minutes=180, planned=0)
    assert numbers(world.province) == {"ON_BOOKS": 1, "TRAINED": 1}
    licensed(person)
    assert numbers(world.province) == {"ON_BOOKS": 1, "TRAINED": 1, "LICENSED": 1}
    assert numbers(world.foreign_province) == {}
    assert selectors.conversions(world.division, day("2025-01-01"), day("2025-12-31")).count() == 1


def test_a_counter_line_takes_the_stage_back(world):
    person = on_books(world.division)
    licensed(person)
    assert numbers(world.division)["LICENSED"] == 1
    ledger.reverse(Line.objects.get(kind=Kind.LICENSED), reason="误登", by=world.system)
    assert "LICENSED" not in numbers(world.division)
    assert not Conversion.objects.exists()


def test_a_session_planned_later_can_take_a_training_back(world):
    person = on_books(world.division)
    occasion = attend(person, minutes=180, planned=180)
    assert numbers(world.division)["TRAINED"] == 1
    other = make_person(world.division)
    attend(other, occasion=occasion, on="2026-05-12", minutes=180, planned=180)
    assert "TRAINED" not in numbers(world.division)  # 180 of now 360 planned minutes, for each of them


def test_cultivated_cadres_and_licence_holders_overlap_as_recorded(world):
    programme = make_programme(world.division)
    cadres = [on_books(world.division, name=f"干部{i}") for i in range(9)]
    supervision.start_cultivation_many(people=cadres, programme=programme, started_on=START, by=world.system)
    for person in [*cadres[:2], on_books(world.division)]:
        licensed(person)
    services.catch_up()
    found = selectors.funnel(world.division, TODAY)
    assert (found.enrolled, found.enrolled_licensed, found.unsupervised) == (9, 2, 9)
    assert found.step(Stage.LICENSED).now == 3 and found.step(Stage.CULTIVATED).now == 0


def test_supervision_signed_by_both_makes_it_cultivation(world):
    make_countersigned(make_team(world.division, size=3))
    assert numbers(world.division)["CULTIVATED"] == 3
    assert selectors.members(world.division, TODAY, which="unsupervised").count() == 0


def test_merged_persons_are_one(world):
    one, other = on_books(world.division), on_books(world.other_county)
    licensed(one)
    assert numbers(world.prefecture) == {"ON_BOOKS": 2, "LICENSED": 1}
    link = people.merge(kept=other, duplicate=one, reason="同一人", by=world.system)
    assert numbers(world.prefecture) == {"ON_BOOKS": 1, "LICENSED": 1}
    assert set(StageSpell.objects.values_list("person_id", flat=True)) == {other.pk}
    people.unmerge(merge=link, reason="弄错了", by=world.system)
    assert numbers(world.prefecture) == {"ON_BOOKS": 2, "LICENSED": 1}


def test_the_past_is_seen_as_it_was(world):
    person = on_books(world.division, since="2020-01-01")
    careers.employ(person=person, division=world.other_county, started_on=day("2024-01-01"), by=world.system)
    assert numbers(world.division, day("2023-12-31")) == {"ON_BOOKS": 1}
    assert numbers(world.division) == {}
    assert numbers(world.other_county) == {"ON_BOOKS": 1}
    assert numbers(world.prefecture, day("2019-12-31")) == {}


def test_refreshed_step_by_step_equals_rebuilt_and_equals_the_pure_fold(world):
    chance = random.Random(7)
    crew = [make_person(d, name=f"甲{i}") for i, d in enumerate([world.county, world.other_county, world.far_county] * 3)]
    posts = [make_post(d, social_work=s) for d in (world.county, world.far_county) for s in (True, False)]
    programme = make_programme(world.division)
    for step in range(70):
        who, when = chance.choice(crew), day(f"20{chance.randint(18, 25)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}")
        act = chance.randrange(8)
        try:
            if act == 0:
                place = chance.choice([world.county, world.far_county])
                careers.employ(person=who, division=place, started_on=when, by=world.system)
            elif act == 1:
                careers.start_post(person=who, post=chance.choice(posts), started_on=when, by=world.system)
            elif act == 2:
                careers.record_licence(person=who, level=chance.choice(["junior", "middle"]), obtained_on=when, by=world.system)
            elif act == 3:
                attend(who, on=str(when), minutes=chance.choice([60, 180]))
            elif act == 4:
                careers.add_education(
                    person=who, level=chance.choice(["21", "31"]), graduated_on=when, by=world.system,
                    is_social_work_major=chance.random() < 0.5,
                )  # fmt: skip
            elif act == 5:
                supervision.start_cultivation(person=who, programme=programme, started_on=START, by=world.system)
            elif act == 6:
                people.merge(kept=who, duplicate=chance.choice(crew), reason="同一人", by=world.system)
            else:
                lines = list(Line.objects.standing().filter(person__isnull=False).order_by("pk"))
                if lines:
                    ledger.reverse(chance.choice(lines), reason="更正", by=world.system)
        except Exception as error:
            if type(error).__module__ != "lms.core.errors":
                raise
        if step % 3 == 0:
            services.catch_up()
    services.catch_up()
    kept_current = stored()
    services.rebuild()
    assert stored() == kept_current
    assert services.behind() == 0 and services.catch_up() == 0
    canonical = people_selectors.canonical_ids()
    paths = paths_of([p.pk for p in crew], canonical, standards())
    rows = [row for top, path in paths.items() for row in services.rows_of(top, path)]
    fields = ("person_id", "stage", "aspect", "division_id", "starts_on", "ends_on", "way_out", "evidence", "detail")
    assert sorted(written([getattr(row, f) for f in fields]) for row in rows) == kept_current[0]
    assert kept_current[0]


def test_catching_up_leaves_a_long_queue_to_the_scheduled_task(world):
    services.rebuild()
    for i in range(4):
        on_books(world.division, name=f"乙{i}")
    assert services.catch_up(most=3) == 0 and services.behind() > 0
    assert services.catch_up() == 4 and services.behind() == 0


def test_the_parent_counts_each_person_once_and_its_children_are_found(world):
    for division in (world.county, world.county, world.other_county):
        on_books(division)
    services.catch_up()
    below = dict((child.code, counts) for child, counts in selectors.by_child(world.prefecture, TODAY))
    assert below == {"530621": {0: 2}, "530602": {0: 1}}
    assert dict((c.code, n) for c, n in selectors.by_child(world.province, TODAY))["5306"] == {0: 3}


def test_every_number_opens_as_many_people_as_it_says(world):
    programme = make_programme(world.division)
    for i in range(5):
        person = on_books(world.division, name=f"丙{i}")
        if i % 2:
            licensed(person)
            supervision.start_cultivation(person=person, programme=programme, started_on=START, by=world.system)
        spell = careers.start_post(person=person, post=make_post(world.division), started_on=day("2021-01-01"), by=world.system)
        if i == 0:
            careers.end_post(spell=spell, ended_on=day("2022-01-01"), by=world.system)
    services.catch_up()
    found = selectors.funnel(world.division, TODAY)
    for step in found.steps:
        assert selectors.members(world.division, TODAY, stage=step.stage).count() == step.now
        assert selectors.members(world.division, TODAY, stage=step.stage, which="ever").count() == step.ever
        assert selectors.members(world.division, TODAY, stage=step.stage, which="out").count() == step.out
    assert found.step(Stage.IN_DUTIES).out == 1


@pytest.mark.parametrize(
    ("what", "expected"),
    [("untrained", 1), ("eligible", 1), ("unregistered", 1), ("unsupervised", 1), ("expiring", 0), ("short", 0), ("lapsing", 0)],
)
def test_the_worklist_finds_who_can_be_moved(world, what, expected):
    person = on_books(world.division, name="未参训")
    attend(on_books(world.division, name="已参训"))
    eligible = on_books(world.division, name="够条件")
    careers.add_education(person=eligible, level="21", graduated_on=day("2020-07-01"), is_social_work_major=True, by=world.system)
    attend(eligible)
    holder = on_books(world.division, name="持证")
    attend(holder)
    licensed(holder)
    trained = on_books(world.division, name="在培养")
    attend(trained)
    supervision.start_cultivation(person=trained, programme=make_programme(world.division), started_on=START, by=world.system)
    services.catch_up()
    rows = selectors.worklist(world.division, TODAY, what)
    assert rows.count() == expected
    assert what != "untrained" or rows.get() == person


def test_the_command_prints_what_the_page_shows(world):
    licensed(on_books(world.division))
    out = StringIO()
    call_command("pipeline", "--division", "530000", "--on", "2026-11-22", stdout=out)
    facts = json.loads(out.getvalue())
    assert (facts["division"], facts["unit"]) == ("53", "persons")
    assert {s["stage"]: s["now"] for s in facts["stages"]}[6] == 1
    for bad in (["--division", "999999"], ["--division", "53", "--on", "yesterday"]):
        with pytest.raises(CommandError):
            call_command("pipeline", *bad)
    out = StringIO()
    call_command("pipeline", "--division", "530621", "--on", "2026-11-22", "--format", "csv", stdout=out)
    assert out.getvalue().splitlines()[7].split(",")[2] == "1"
    out = StringIO()
    call_command("rebuild_pipeline", stdout=out)
    assert "1 persons" in out.getvalue()
