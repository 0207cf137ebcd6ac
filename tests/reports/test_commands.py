"""The commands others call: the right numbers, exactly the rows they say, one sentence for bad input."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import uuid

import pytest
from django.core.management import CommandError, call_command

from lms.audit.models import AuditEvent
from lms.core import positions
from lms.ledger import services
from lms.ledger.kinds import Kind, Mode
from lms.ledger.models import Line
from lms.people import services as people
from lms.places import services as places
from lms.places.changing import Heir, change_division
from lms.places.models import OrganisationKind, PostKind
from lms.programmes import services as programmes
from lms.reports import figures
from tests.factories import ledger as book
from tests.factories.world import make_person

DAY = dt.date(2022, 3, 10)
YEAR = ["--from", "2022-01-01", "--to", "2022-12-31"]


def run(*argv: str) -> str:
    out = io.StringIO()
    call_command(*argv, stdout=out)
    return out.getvalue()


def ask(what: str, code: str, *when: str) -> dict:
    return json.loads(run("figure", "--what", what, "--division", code, *(when or YEAR), "--json"))


def value(what: str, code: str, *when: str):
    return ask(what, code, *when)["value"]


@pytest.fixture
def category(world):
    return programmes.create_category(division=world.province, code="station_heads", name="站长、副站长", by=book.BY)


@pytest.fixture
def trained(world, category):
    """Three people of 鲁甸 and one of 昭阳 in one class of two half-days; one of them also in an online course."""
    occasion = uuid.uuid4()
    half_days = [book.scheduled(occasion, DAY, world.county), book.scheduled(occasion, DAY, world.county)]
    book.line(Kind.HELD, DAY, division=world.county, topic="class", occasion=occasion, mode=Mode.FACE_TO_FACE)
    for half_day in half_days:
        book.line(Kind.HELD, DAY, division=world.county, topic="session", occasion=occasion, slot=half_day.slot, mode=half_day.mode)
    cast = [make_person(world.county) for _ in range(3)] + [make_person(world.other_county)]
    for person in cast:
        for half_day in half_days:
            book.attended(person, half_day, category=category)
    book.completed_course(cast[0], uuid.uuid4(), DAY)
    return cast


def test_person_times_by_division_as_csv_and_json(world, trained):
    text = run("person_times", "--division", "530600", *YEAR, "--format", "csv")
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO(text))}
    assert (rows["530621"]["person_times"], rows["530621"]["persons"]) == ("4", "3")
    assert (rows["530602"]["person_times"], rows["530602"]["persons"]) == ("1", "1")
    assert (rows["total"]["person_times"], rows["total"]["persons"], rows["total"]["minutes"]) == ("5", "4", "1440")
    found = json.loads(run("person_times", "--division", "530600", *YEAR, "--by", "mode", "--format", "json"))
    assert {row["key"]: row["person_times"] for row in found["rows"]} == {"face_to_face": 4, "online": 1}
    assert found["basis"]["code"] == "class"
    found = json.loads(run("person_times", "--division", "53", *YEAR, "--by", "category", "--format", "json"))
    assert {row["name"]: row["person_times"] for row in found["rows"]} == {"站长、副站长": 4, "未分类别": 1}


def test_person_times_as_of_an_earlier_position_is_byte_identical(world, trained):
    then = positions.closed()
    before = run("person_times", "--division", "53", *YEAR, "--as-of", str(then))
    services.reverse(Line.objects.filter(kind="attended").first(), reason="更正", by=book.BY)
    people.merge(kept=trained[0], duplicate=trained[3], reason="同一人", by=book.BY)
    assert run("person_times", "--division", "53", *YEAR, "--as-of", str(then)) == before
    assert run("person_times", "--division", "53", *YEAR) != before


def test_figures_open_exactly_as_many_rows_as_they_say(world, trained):
    for what in ("person_times", "person_times:online", "person_times:face_to_face:station_heads", "persons_trained", "classes"):
        found = ask(what, "53")
        assert len(found["lines"]) == len(set(found["lines"])) == found["value"], what
        assert Line.objects.filter(uuid__in=found["lines"]).count() == found["value"]
    assert value("person_times", "53") == 5
    assert value("person_times:face_to_face:station_heads", "53") == 4
    assert value("persons_trained", "53") == 4
    assert value("sessions:face_to_face", "53") == 2
    assert value("categories_in_use", "53") == 1  # attendance carries it
    assert ask("persons_trained", "53")["basis"]["code"] == "class"


def test_one_perturbed_record_moves_exactly_the_right_figures(world, trained):
    codes = {
        "person_times": YEAR,
        "person_times:online": YEAR,
        "persons_trained": YEAR,
        "classes": YEAR,
        "sessions:face_to_face": YEAR,
        "licensed_stock": ["--on", "2022-12-31"],
        "cultivation_completed": YEAR,
    }

    def all_values(code: str) -> dict[str, int]:
        return {what: value(what, code, *when) for what, when in codes.items()}

    before, before_county, elsewhere = all_values("53"), all_values("530621"), all_values("530602")
    services.reverse(Line.objects.filter(kind="attended", person=trained[1]).first(), reason="签错", by=book.BY)
    assert all_values("53") == {**before, "person_times": 4, "persons_trained": 3}
    assert all_values("530621") == {**before_county, "person_times": 3, "persons_trained": 2}
    assert all_values("530602") == elsewhere
    book.line(Kind.LICENSED, DAY, person=trained[3], topic="junior")
    assert all_values("530602") == {**elsewhere, "licensed_stock": 1}
    assert all_values("530621")["licensed_stock"] == 0


def test_cultivation_licences_and_their_overlap(world):
    cadre = programmes.create_category(division=world.prefecture, code="cadres", name="干部", by=book.BY)
    worker = programmes.create_category(division=world.prefecture, code="licensed_workers", name="持证社工", by=book.BY)
    cast = [make_person(world.county) for _ in range(4)]
    starts = [
        book.line(Kind.CULTIVATION_STARTED, dt.date(2014, 8, 15), person=person, category=kind)
        for person, kind in zip(cast, [cadre, cadre, worker, worker], strict=True)
    ]
    for person in cast[1:3]:
        book.line(Kind.LICENSED, dt.date(2013, 9, 20), person=person)
    book.line(Kind.CULTIVATION_ENDED, dt.date(2014, 8, 20), person=cast[3], source_uuid=starts[3].source_uuid)
    when = ["--from", "2014-08-21", "--to", "2014-12-16"]
    assert value("cadres_under_cultivation", "530600", *when) == 2
    found = ask("licensed_under_cultivation", "530600", *when)
    assert (found["value"], found["detail"]) == (2, {"also_cadres_under_cultivation": 1})
    book.line(Kind.CULTIVATION_COMPLETED, dt.date(2014, 12, 1), person=cast[0], source_uuid=starts[0].source_uuid)
    assert value("cultivation_completed", "530600", *when) == 1
    assert value("cadres_under_cultivation", "530600", *when) == 2  # still under cultivation within the period
    assert value("cadres_under_cultivation", "530600", "--from", "2015-01-01", "--to", "2015-12-31") == 1


def test_merged_person_is_one(world):
    cast = [make_person(world.county) for _ in range(2)]
    for person in cast:
        book.line(Kind.CULTIVATION_COMPLETED, DAY, person=person)
        book.line(Kind.DESIGNATED, DAY, person=person, topic="supervision_team")
    then = positions.closed()
    people.merge(kept=cast[0], duplicate=cast[1], reason="同一人", by=book.BY)
    assert value("cultivation_completed", "530621") == value("supervision_team_members", "530621") == 1
    assert value("cultivation_completed", "530621", *YEAR, "--as-of", str(then)) == 2


def test_quantities_sum_to_the_figure(world):
    book.line(Kind.CASES_SHARED, DAY, division=world.county, quantity=3)
    book.line(Kind.CASES_SHARED, DAY, division=world.county, quantity=4)
    found = ask("cases_shared", "53")
    assert (found["value"], sum(found["quantities"]), len(found["lines"])) == (7, 7, 2)
    book.line(Kind.HELD, DAY, division=world.county, topic="event:case_showcase")
    assert value("events:case_showcase", "53") == 1


def test_hours_are_the_lines_minutes_and_what_they_were_worth(world):
    half_day = book.scheduled(uuid.uuid4(), DAY, world.county, minutes=135)
    whole, late = (book.attended(make_person(world.county), half_day, minutes=minutes) for minutes in (135, 50))
    book.studied(make_person(world.county), uuid.uuid4(), uuid.uuid4(), DAY, 25)
    found = ask("learning_minutes", world.county.code)
    assert found["value"] == 210 == sum(found["quantities"]) and found["detail"]["clock_hours"] == "3.50"
    assert value("learning_minutes:online", world.county.code) == 25
    worth = ask("credit_hours:face_to_face", world.county.code)
    assert worth["value"] == whole.hour_hundredths + late.hour_hundredths > 0 and len(worth["lines"]) == 2
    assert worth["detail"]["credit_hours"] == f"{worth['value'] / 100:.2f}" and worth["detail"]["schemes"]


def test_places_and_posts_open_their_rows(world):
    bureau = places.create_organisation(
        name="鲁甸县福利院", kind=OrganisationKind.PUBLIC_INSTITUTION, division=world.county, by=book.BY
    )
    places.create_organisation(name="邻里会", kind=OrganisationKind.COMMUNITY, division=world.county, founded_on=DAY, by=book.BY)
    station = places.open_station(name="龙头山社工站", tier=3, label="社工站", division=world.township, opened_on=DAY, by=book.BY)
    head = places.open_post(station=station, division=world.township, title="站长", kind=PostKind.HEAD, opened_on=DAY, by=book.BY)
    places.open_post(
        organisation=bureau, division=world.county, title="社工", kind=PostKind.SOCIAL_WORKER, opened_on=DAY, by=book.BY
    )
    assert value("stations:3", "53", "--on", "2022-12-31") == 1
    assert value("stations:3", "53", "--on", "2022-01-31") == value("stations:2", "53", "--on", "2022-12-31") == 0
    assert (value("posts_opened", "53"), value("organisations_founded", "53")) == (1, 1)
    person = make_person(world.township)
    started = book.line(Kind.POST_STARTED, DAY, person=person, post=head, topic="head")
    assert value("station_staff", "530621", "--on", "2022-04-01") == {"head": 1, "full_time": 0, "supervisors": 0}
    book.line(Kind.POST_ENDED, dt.date(2022, 5, 1), person=person, post=head, source_uuid=started.source_uuid)
    assert value("station_staff", "530621", "--on", "2022-05-01")["head"] == 1
    assert value("station_staff", "530621", "--on", "2022-05-02")["head"] == 0


def test_a_station_stands_where_its_division_lies_on_the_day(world):
    places.open_station(name="龙头山社工站", tier=3, label="社工站", division=world.township, opened_on=DAY, by=book.BY)
    before, known = ("--on", "2022-12-31"), str(positions.closed())
    heirs = [Heir("530681", "鲁甸市", world.prefecture)]
    change_division(before=world.county, heirs=heirs, happened_on=dt.date(2023, 1, 1), source="测试用通知", by=world.system)
    assert value("stations", "530621", *before) == value("stations", "530681", "--on", "2023-01-01") == 1
    assert value("stations", "53", *before) == value("stations", "53", "--on", "2023-01-01") == 1
    assert value("stations", "530621", *before, "--as-of", known) == 1


@pytest.mark.parametrize(
    "argv",
    [
        ["figure", "--what", "nonsense", "--division", "53", *YEAR],
        ["figure", "--what", "person_times:by_pigeon", "--division", "53", *YEAR],
        ["figure", "--what", "person_times", "--division", "999999", *YEAR],
        ["figure", "--what", "person_times", "--division", "53", "--on", "2022-12-31"],
        ["figure", "--what", "licensed_stock", "--division", "53", *YEAR],
        ["figure", "--what", "person_times", "--division", "53"],
        ["figure", "--what", "person_times", "--division", "53", "--from", "2022-13-01", "--to", "2022-12-31"],
        ["figure", "--what", "events", "--division", "53", *YEAR],
        ["figure", "--what", "person_times", "--division", "53", *YEAR, "--as-of", "999999999"],
        ["figure", "--what", "person_times", "--division", "53", *YEAR, "--as-of", "yesterday"],
        ["person_times", "--division", "53", "--from", "2022-12-31", "--to", "2022-01-01"],
        ["person_times", "--division", "53", *YEAR, "--basis", "no-such"],
        ["person_times", "--division", "53", *YEAR, "--by", "phase-of-moon"],
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(world, argv):
    before = (Line.objects.count(), AuditEvent.objects.count(), positions.closed())
    with pytest.raises(CommandError) as refused:
        run(*argv)
    assert "\n" not in str(refused.value)
    assert (Line.objects.count(), AuditEvent.objects.count(), positions.closed()) == before


def test_every_field_figure_has_a_registered_definition():
    from lms.reports.field_figures import FIELD_FIGURES

    for row in FIELD_FIGURES:
        definition, arguments = figures.find(row["what_code"])
        assert len(arguments) <= len(definition.arguments)
        assert definition.unit == row["unit"]
        assert str(definition.meaning)
