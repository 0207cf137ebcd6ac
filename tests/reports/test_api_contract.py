"""The interface against its description and against slow recounts: every endpoint, every kind of token that must not pass."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from jsonschema import Draft202012Validator

from lms.accounts.roles import Role
from lms.accounts.selectors import actor_for
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.core.routes import Who
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.reports import access, breakdown, figures, stating
from lms.reports.api import tokens, urls, views
from lms.reports.approval import services as approving
from lms.reports.cuts import folding
from lms.reports.kept import forget_figures
from lms.reports.models import ApiToken
from lms.reports.states import TokenScope
from tests.factories import ledger as book
from tests.factories import reports as handing_in
from tests.factories.world import make_actor, make_client, make_person, make_user

DAY = dt.date(2022, 3, 10)
SPAN = "from=2022-03-01&to=2022-03-31"
# operation → an address that answers, {c} being the division's code
ASKED = {
    "divisions": "divisions/",
    "division": "divisions/{c}/",
    "figures": "figures/",
    "figure": "figures/person_times/?division={c}&" + SPAN,
    "figure_lines": "figures/person_times/lines/?division={c}&" + SPAN,
    "person_times": "person-times/?division={c}&" + SPAN,
    "cut": "cut/?division={c}&by=sex&" + SPAN,
    "periods": "periods/{c}/",
    "period": "periods/{c}/202203/",
    "pipeline": "pipeline/{c}/?on=2022-03-31",
}
WITH_DIVISION = sorted(name for name, address in ASKED.items() if "{c}" in address)


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


@pytest.fixture
def holder(world):
    return make_user(Role.CLASS_MANAGER, world.county)


@pytest.fixture
def signed(world):
    """A month handed in and accepted, so that every endpoint has something to say."""
    return handing_in.accepted(world.county)


def made(user: Any, division: Any, scopes: Any = tuple(TokenScope.values), days: int = 30) -> str:
    return tokens.make_token(division=division, name="县统计平台", scopes=scopes, days=days, by=actor_for(user))[1]


def ask(secret: str, address: str, code: str = "530621", **headers: str) -> Any:
    return Client().get(f"/api/v1/{address.format(c=code)}", headers={"Authorization": f"Bearer {secret}", **headers})


def test_every_endpoint_of_the_description_is_tried_here():
    told = [methods["get"]["operationId"] for methods in urls.document()["paths"].values()]
    assert sorted(told) == sorted(ASKED)
    assert {f"api:{name}" for name in ASKED} == {name for name, entry in access.ROUTES.items() if entry.who is Who.BEARER}


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """A schema of the description, which points into its components."""
    return Draft202012Validator(schema | {"components": urls.document()["components"]})


def test_the_description_is_a_sound_document():
    document = urls.document()
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert "start" not in schema["properties"], name
    for path, methods in document["paths"].items():
        told = methods["get"]
        assert told["security"][0]["Bearer"] and {"200", "401", "403", "404", "429"} <= set(told["responses"])
        named = {p["name"] for p in told["parameters"] if p["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}
        for parameter in told["parameters"]:
            Draft202012Validator.check_schema(parameter["schema"])
            assert parameter["description"]
        for status, answer in told["responses"].items():
            if int(status) >= 400:
                assert set(answer["content"]) == {"application/problem+json"}


@pytest.mark.parametrize("name", sorted(ASKED))
def test_answers_and_refusals_are_as_described(world, signed, holder, name):
    told = next(m["get"] for m in urls.document()["paths"].values() if m["get"]["operationId"] == name)
    good = ask(made(holder, world.county), ASKED[name])
    assert good.status_code == 200, good.content
    validator(told["responses"]["200"]["content"]["application/json"]["schema"]).validate(good.json())
    for answer in (ask("lms_wrong", ASKED[name]), ask(made(holder, world.county), ASKED[name], code="999999")):
        if answer.status_code != 200:  # an address without a division has no wrong one
            schema = told["responses"][str(answer.status_code)]["content"]["application/problem+json"]["schema"]
            validator(schema).validate(answer.json())
            assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", sorted(ASKED))
def test_no_other_token_passes(world, signed, holder, name):
    """Without scope 403; ended, expired, its holder locked out, no token, or a session instead: 401."""
    scope = next(iter(access.ROUTES[f"api:{name}"].scopes))
    narrow = made(holder, world.county, scopes=[s for s in TokenScope.values if s != scope])
    assert ask(narrow, ASKED[name]).status_code == 403
    ended, short = made(holder, world.county), made(holder, world.county, days=1)
    tokens.end_token(token=ApiToken.objects.get(digest=tokens.digest_of(ended)), by=actor_for(holder))
    assert ask(ended, ASKED[name]).status_code == 401
    with clock.at(clock.now() + dt.timedelta(days=2)):
        assert ask(short, ASKED[name]).status_code == 401
    session = make_client(make_user(Role.REGIONAL_ADMIN, world.county)).get(f"/api/v1/{ASKED[name].format(c='530621')}")
    assert session.status_code == 401 and not session.cookies
    holder.is_active = False
    holder.save(update_fields=["is_active"])
    assert ask(short, ASKED[name]).status_code == 401


@pytest.mark.parametrize("name", WITH_DIVISION)
def test_outside_reads_like_missing(world, signed, holder, name):
    handing_in.accepted(world.foreign_county)
    secret = made(holder, world.county)
    for outside in (world.foreign_county, world.prefecture, world.other_county):
        theirs, none = ask(secret, ASKED[name], code=outside.code), ask(secret, ASKED[name], code="999999")
        assert theirs.status_code == none.status_code == 404
        assert theirs.content.decode().replace(outside.code, "X") == none.content.decode().replace("999999", "X")


def test_a_figure_says_how_complete_it_is_and_equals_a_recount(world, signed, holder):
    unheld = book.scheduled(uuid.uuid4(), DAY, world.county)
    people = [make_person(world.county) for _ in range(4)]
    for person in people:
        book.attended(person, unheld)
        book.attended(person, book.scheduled(uuid.uuid4(), DAY + dt.timedelta(days=40), world.county))
    book.line(Kind.HEADCOUNT, dt.date(2022, 5, 3), division=world.county, quantity=9)
    found = ask(made(holder, world.county), "figures/person_times/?division={c}&from=2022-01-01&to=2022-06-30").json()
    attended = Line.objects.filter(kind=Kind.ATTENDED, division=world.county, sign=1)
    assert found["value"] == len({(line.person_id, line.occasion) for line in attended})
    held = Line.objects.filter(kind=Kind.HELD, topic="session").count()
    assert found["completeness"] == {
        "sessions_not_held": Line.objects.filter(kind=Kind.SCHEDULED).count() - held,
        "persons_unnamed": 9,
        "months_over": 6,
        "months_signed": 1,
        "county_months": 6,
        "county_months_approved": 1,
        "county_months_not_approved": 5,
    }
    assert found["scheme"]["code"] and found["unit"] == "person_times" and found["basis"]["code"]
    stock = ask(made(holder, world.county), "figures/licensed_stock/?division={c}&on=2022-06-30").json()
    assert stock["value"] == 0 and set(stock["completeness"]) == {"sessions_not_held", "persons_unnamed"}


def test_what_is_canonical_does_not_change_with_the_language(world, signed, holder):
    secret = made(holder, world.county)
    one = ask(secret, ASKED["person_times"])
    two = ask(secret, ASKED["person_times"], **{"Accept-Language": "en"})
    assert one.content == two.content and two["Content-Language"] == "en"
    assert ask(secret, "nowhere/", **{"Accept-Language": "en"}).json()["detail"].isascii()


def test_lines_of_others_show_their_key_alone(world, holder, monkeypatch):
    mine = book.attended(make_person(world.county), book.scheduled(uuid.uuid4(), DAY, world.county))
    theirs = book.attended(make_person(world.foreign_county), book.scheduled(uuid.uuid4(), DAY, world.foreign_county))
    answer = figures.Answer(value=2, lines=[mine.uuid, theirs.uuid])
    monkeypatch.setattr(figures.Definition, "ask", lambda self, ask: answer)
    found = ask(made(holder, world.county), ASKED["figure_lines"]).json()["lines"]
    assert found[0]["facts"]["minutes"] == 180 and found[1] == {"uuid": str(theirs.uuid), "facts": None}
    event = AuditEvent.objects.get(verb="reports.api.lines_read")
    assert event.division_path == world.county.path and event.details["rows"] == 2


def test_divisions_are_found_within_the_tokens_own(world, signed):
    secret = made(make_user(Role.REGIONAL_ADMIN, world.prefecture), world.prefecture)

    def codes(text: str) -> list[str]:
        return [d["code"] for d in ask(secret, f"divisions/?q={text}").json()]

    assert codes("鲁甸")[0] == world.county.code and codes("ldx") == [world.county.code]
    assert codes("阆中") == codes("511381") == codes("保山") == []
    assert codes("") == [world.prefecture.code, world.other_county.code, world.county.code]


@pytest.mark.parametrize("name", ["person_times", "figure", "cut"])
def test_an_unchanged_answer_is_not_even_counted(world, signed, holder, name, monkeypatch):
    secret = made(holder, world.county)
    tag = ask(secret, ASKED[name])["ETag"]

    def fails(*_args: Any, **_kwargs: Any) -> None:
        raise AssertionError("counted")

    monkeypatch.setattr(breakdown, "breakdown", fails)
    monkeypatch.setattr(folding, "cut", fails)
    monkeypatch.setattr(stating, "told", fails)
    again = ask(secret, ASKED[name], **{"If-None-Match": tag})
    assert again.status_code == 304 and again["ETag"] == tag and again.content == b""
    monkeypatch.undo()
    book.attended(make_person(world.county), book.scheduled(uuid.uuid4(), DAY, world.county))
    fresh = ask(secret, ASKED[name], **{"If-None-Match": tag})
    assert fresh.status_code == 200 and fresh["ETag"] != tag


def test_a_cut_changes_with_a_name_that_takes_no_position(world, signed, holder):
    secret = made(holder, world.county)
    tag = ask(secret, ASKED["cut"])["ETag"]
    forget_figures()
    assert ask(secret, ASKED["cut"], **{"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("name", ["figure", "cut"])
def test_an_answer_changes_with_what_is_approved(world, holder, name):
    row = handing_in.handed_in(world.county)
    secret = made(holder, world.county)
    tag = ask(secret, ASKED[name])["ETag"]
    approving.accept(submission=row, by=make_actor(Role.REVIEWER, world.prefecture))
    fresh = ask(secret, ASKED[name], **{"If-None-Match": tag})
    assert fresh.status_code == 200 and fresh.json()["completeness"]["county_months_approved"] == 1


def test_too_much_at_once_is_refused_in_a_sentence(world, signed, holder, monkeypatch):
    monkeypatch.setattr(views, "FOLD_AT_MOST", 0)
    secret = made(holder, world.county)
    for name in ("person_times", "cut", "figure", "figure_lines"):
        answer = ask(secret, ASKED[name])
        assert answer.status_code == 409 and "0" in answer.json()["detail"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(world, signed, holder, method):
    headers = {"Authorization": f"Bearer {made(holder, world.county)}"}
    answer = getattr(Client(enforce_csrf_checks=True), method)(f"/api/v1/periods/{world.county.code}/", headers=headers)
    assert answer.status_code == 405 and answer["Allow"] == "GET"
    assert answer.json()["status"] == 405 and answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["figure", "figure_lines", "periods", "period"])
def test_as_many_queries_for_many_lines_as_for_few(world, signed, holder, name):
    secret, half_day = made(holder, world.county), book.scheduled(uuid.uuid4(), DAY, world.county)

    def queries(number: int) -> int:
        for _ in range(number):
            book.attended(make_person(world.county), half_day)
        with CaptureQueriesContext(connection) as found:
            assert ask(secret, ASKED[name]).status_code == 200
        return len(found)

    queries(1)
    assert queries(2) == queries(27)


@pytest.mark.parametrize("by", ["division", "month", "mode", "category", "age"])
def test_the_page_of_figures_as_csv_is_what_the_screen_shows(world, signed, by):
    client = make_client(make_user(Role.REGIONAL_ADMIN, world.province))
    query = {"period": "2022", "by": by}
    shown = client.get(reverse("reports:division", args=["5306"]), query)
    assert "format=csv" in shown.content.decode()
    answer = client.get(reverse("reports:export", args=["5306"]), query | {"format": "csv"})
    assert answer["Content-Type"].startswith("text/csv") and answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    report = shown.context["report"]
    assert [row[0] for row in rows[1:]] == [*(row.name for row in report.rows), report.total.name]
    assert rows[-1][1:6] == [
        str(n) for n in (report.total.classes, report.total.sessions, report.total.person_times, report.total.persons, 0)
    ]
    assert report.total.person_times == 1
