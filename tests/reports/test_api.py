"""The interface: the commands' answers byte for byte, the token's division and no other, every refusal one sentence."""

from __future__ import annotations

import datetime as dt
import io
import json
import uuid
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.accounts import services as accounts
from lms.accounts.models import RoleGrant
from lms.accounts.roles import Role
from lms.accounts.selectors import actor_for
from lms.core import clock
from lms.core.errors import BadInput, Missing
from lms.reports.api import schemas, tokens
from lms.reports.approval import services as approval
from lms.reports.management.commands import api_schema
from lms.reports.models import ApiToken
from lms.reports.states import TokenScope
from tests.factories import ledger as book
from tests.factories import reports as handing_in
from tests.factories.world import make_actor, make_client, make_person, make_user

DAY = dt.date(2022, 3, 10)
ALL = list(TokenScope.values)
SPAN = {"from": "2022-03-01", "to": "2022-03-31"}


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


@pytest.fixture
def march(world):
    half_day = book.scheduled(uuid.uuid4(), DAY, world.county)
    return [book.attended(make_person(world.county), half_day) for _ in range(3)]


@pytest.fixture
def holder(world):
    return make_user(Role.CLASS_MANAGER, world.county)


def made(user, division, scopes=ALL, days=30) -> str:
    return tokens.make_token(division=division, name="县统计平台", scopes=scopes, days=days, by=actor_for(user))[1]


def ask(secret, path, language="", **query):
    headers = {"Authorization": f"Bearer {secret}"} | ({"Accept-Language": language} if language else {})
    return Client().get(f"/api/v1/{path}", query, headers=headers)


def printed(command, **options) -> str:
    out = io.StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize("by", ["division", "month", "mode", "age", "topic"])
def test_person_times_are_the_commands_byte_for_byte(world, march, holder, by, form):
    answer = ask(made(holder, world.county), "person-times/", division=world.county.code, by=by, format=form, **SPAN)
    wanted = printed("person_times", division=world.county.code, start=SPAN["from"], end=SPAN["to"], by=by, format=form)
    assert answer.status_code == 200 and answer.content.decode() == wanted
    assert "3" in wanted
    if form == "json":
        schemas.PersonTimesOut.model_validate_json(answer.content)


def test_a_figure_says_what_the_command_says_and_opens_as_many_lines(world, march, holder):
    secret = made(holder, world.county)
    answer = ask(secret, "figures/person_times/", division=world.county.code, **SPAN)
    found = answer.json()
    wanted = json.loads(
        printed("figure", what="person_times", division=world.county.code, start=SPAN["from"], end=SPAN["to"], json=True)
    )
    assert found["value"] == wanted["value"] == 3 and found["opens"] == len(wanted["lines"])
    assert {k: found[k] for k in ("unit", "basis", "position", "definition")} == {
        k: wanted[k] for k in ("unit", "basis", "position", "definition")
    }
    schemas.FigureOut.model_validate(found)
    lines = ask(secret, "figures/person_times/lines/", division=world.county.code, **SPAN).json()
    schemas.LinesOut.model_validate(lines)
    assert [each["uuid"] for each in lines["lines"]] == wanted["lines"]
    assert lines["count"] == found["opens"] and lines["next"] is None
    assert {each["facts"]["division"] for each in lines["lines"]} == {world.county.code}
    assert sum(each["facts"]["minutes"] for each in lines["lines"]) == 3 * 180
    assert "张桂英" not in json.dumps(lines, ensure_ascii=False)


def test_a_page_of_lines_ends_and_the_next_goes_on(world, march, holder, monkeypatch):
    monkeypatch.setattr("lms.reports.api.views.LINES_A_PAGE", 2)
    secret, got, cursor = made(holder, world.county), [], ""
    while cursor is not None:
        page = ask(secret, "figures/person_times/lines/", division=world.county.code, cursor=cursor, **SPAN).json()
        got, cursor = got + [each["uuid"] for each in page["lines"]], page["next"]
        # what comes in while paging stands behind the position that the cursor carries
        book.attended(make_person(world.county), book.scheduled(uuid.uuid4(), DAY, world.county))
    assert len(got) == page["count"] == len(set(got)) == 3
    for wrong in ("x", "MTIz", "LTEuMA"):
        answer = ask(secret, "figures/person_times/lines/", division=world.county.code, cursor=wrong, **SPAN)
        assert answer.status_code == 400


def test_months_with_their_seals_and_the_funnel(world, holder):
    row = handing_in.accepted(world.county)
    secret = made(holder, world.county)
    listed = ask(secret, f"periods/{world.county.code}/").json()
    one = ask(secret, f"periods/{world.county.code}/202203/").json()
    assert listed == [{name: one[name] for name in listed[0]}]
    schemas.PeriodNowOut.model_validate(one)
    assert one["known"] == one["signed"] and (one["late"], one["reversed_since"]) == (0, 0)
    book.attended(make_person(world.county), book.scheduled(uuid.uuid4(), dt.date(2022, 3, 20), world.county))
    later = ask(secret, f"periods/{world.county.code}/202203/").json()
    assert later["signed"] == one["signed"] and later["known"]["person_times"] == 2 and later["late"] > 0
    row.refresh_from_db()
    assert one["payload_sha256"] == row.payload_sha256 and one["seal_root"] == row.seal.root
    assert one["signed"]["person_times"] == 1
    assert ask(secret, f"periods/{world.county.code}/202204/").status_code == 404
    assert ask(secret, f"periods/{world.county.code}/202213/").status_code == 400
    funnel = ask(secret, f"pipeline/{world.county.code}/", on="2022-03-31")
    assert json.loads(funnel.content) == json.loads(printed("pipeline", division=world.county.code, on="2022-03-31"))
    schemas.PipelineOut.model_validate_json(funnel.content)


def test_divisions_and_definitions_lead_on(world, march, holder):
    secret = made(holder, world.county)
    found = ask(secret, f"divisions/{world.county.code}/").json()
    assert found[0]["code"] == world.county.code and {d["code"] for d in found[1:]} == {world.township.code}
    told = ask(secret, "figures/").json()
    assert any(each["what"].startswith("person_times") for each in told)
    for each in told:
        schemas.DefinitionOut.model_validate(each)


@pytest.mark.parametrize(
    "path",
    ["person-times/?division={c}&from=2022-03-01&to=2022-03-31", "divisions/{c}/", "periods/{c}/", "periods/{c}/202203/"]
    + ["pipeline/{c}/", "figures/person_times/?division={c}&from=2022-03-01&to=2022-03-31"]
    + ["figures/person_times/lines/?division={c}&from=2022-03-01&to=2022-03-31"],
)
def test_another_division_answers_like_one_that_does_not_exist(world, march, holder, path):
    secret = made(holder, world.county)
    for outside in (world.foreign_county.code, world.prefecture.code):
        headers = {"Authorization": f"Bearer {secret}"}
        theirs = Client().get("/api/v1/" + path.format(c=outside), headers=headers)
        none = Client().get("/api/v1/" + path.format(c="999999"), headers=headers)
        assert theirs.status_code == none.status_code == 404
        said, missing = theirs.json(), none.json()
        assert said["detail"].replace(outside, "X") == missing["detail"].replace("999999", "X")


def test_a_token_for_the_town_does_not_read_the_county(world, march, holder):
    secret = made(holder, world.township)
    assert ask(secret, "person-times/", division=world.county.code, **SPAN).status_code == 404
    assert ask(secret, "person-times/", division=world.township.code, **SPAN).status_code == 200


def test_no_token_a_wrong_one_an_ended_one_an_expired_one_are_the_same(world, march, holder, settings):
    query = {"division": world.county.code, **SPAN}
    ended, expiring = made(holder, world.county), made(holder, world.county, days=1)
    tokens.end_token(token=ApiToken.objects.get(digest=tokens.digest_of(ended)), by=actor_for(holder))
    said = {Client().get("/api/v1/person-times/", query).content, ask("lms_wrong", "person-times/", **query).content}
    said.add(ask(ended, "person-times/", **query).content)
    assert ask(expiring, "person-times/", **query).status_code == 200
    with clock.at(clock.now() + dt.timedelta(days=2)):
        answer = ask(expiring, "person-times/", **query)
    said.add(answer.content)
    assert len(said) == 1 and answer.status_code == 401 and answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"] == "application/problem+json" and answer["Cache-Control"] == "private, no-store"


def test_it_ends_with_the_role(world, march, holder):
    secret, query = made(holder, world.county), {"division": world.county.code, **SPAN}
    assert ask(secret, "person-times/", **query).status_code == 200
    keeper = make_actor(Role.SECURITY_ADMIN, None)
    accounts.end_role(grant=RoleGrant.objects.get(user=holder), reason="调离", by=keeper)
    assert ask(secret, "person-times/", **query).status_code == 401


def test_a_scope_is_kept(world, march, holder):
    secret = made(holder, world.county, scopes=[TokenScope.PERIODS])
    answer = ask(secret, "person-times/", division=world.county.code, **SPAN)
    assert answer.status_code == 403 and answer.json()["detail"].endswith("。")
    assert ask(secret, f"periods/{world.county.code}/").status_code == 200


def test_too_often_says_when_again(world, march, holder, settings, monkeypatch):
    settings.API_PER_MINUTE = 2
    monkeypatch.setattr("lms.reports.api.gate.time.time", lambda: 1_800_000_015.0)  # a quarter into a window
    secret, query = made(holder, world.county), {"division": world.county.code, **SPAN}
    answers = [ask(secret, "person-times/", **query) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"] == "45"
    assert ask(made(holder, world.county), "person-times/", **query).status_code == 200  # another token's count is its own


@pytest.mark.parametrize(
    "query", [{"from": "x", "to": "2022-03-31"}, {"from": "2022-04-01", "to": "2022-03-31"}, {**SPAN, "by": "colour"}, {}]
)
def test_bad_questions_get_one_sentence_in_the_language_asked_for(world, march, holder, query):
    secret = made(holder, world.county)
    for language, full_stop in (("", "。"), ("en", ".")):
        answer = ask(secret, "person-times/", language, division=world.county.code, **query)
        assert answer.status_code in (400, 422), answer.content
        assert answer.json()["detail"].endswith(full_stop), answer.content.decode()


def test_what_one_has_is_not_sent_again(world, march, holder):
    secret, query = made(holder, world.county), {"division": world.county.code, **SPAN}
    tag = ask(secret, "person-times/", **query)["ETag"]
    headers = {"Authorization": f"Bearer {secret}", "If-None-Match": tag}
    again = Client().get("/api/v1/person-times/", query, headers=headers)
    assert again.status_code == 304 and again.content == b""


def test_a_month_that_was_opened_again_is_not_taken_for_signed(world, holder):
    row = handing_in.handed_in(world.county)
    secret, query = made(holder, world.county), {"division": world.county.code, **SPAN}
    first = ask(secret, "figures/person_times/", **query)
    assert first.json()["completeness"]["months_signed"] == 1
    approval.return_submission(submission=row, reason="请核对", by=make_actor(Role.REVIEWER, world.prefecture))
    headers = {"Authorization": f"Bearer {secret}", "If-None-Match": first["ETag"]}
    again = Client().get("/api/v1/figures/person_times/", query, headers=headers)
    assert again.status_code == 200 and again.json()["completeness"]["months_signed"] == 0


def test_uses_are_counted_and_the_secret_is_nowhere(world, march, holder):
    secret, query = made(holder, world.county), {"division": world.county.code, **SPAN}
    for _ in range(2):
        ask(secret, "person-times/", **query)
    token = ApiToken.objects.get()
    assert token.uses == 2 and token.last_used_at is not None
    assert secret not in str(ApiToken.objects.values().get())


@pytest.mark.parametrize(
    ("change", "error"),
    [({"name": " "}, BadInput), ({"scopes": []}, BadInput), ({"scopes": ["all"]}, BadInput), ({"days": 400}, BadInput)]
    + [({"days": 0}, BadInput)],
)
def test_what_a_token_may_not_be(world, holder, change, error):
    with pytest.raises(error):
        tokens.make_token(**{"division": world.county, "name": "x", "scopes": ALL, "days": 30, "by": actor_for(holder)} | change)
    assert not ApiToken.objects.exists()


def test_nobody_makes_one_for_a_division_of_others(world, holder):
    with pytest.raises(Missing):
        tokens.make_token(division=world.foreign_county, name="x", scopes=ALL, days=30, by=actor_for(holder))


def test_the_page_shows_the_secret_once_and_ends_the_token(world, holder):
    client, address = make_client(holder), reverse("reports:api")
    data = {"name": "省平台", "division": world.county.code, "scopes": ["figures:read"], "days": "90"}
    page = client.post(address, data).content.decode()
    token = ApiToken.objects.get()
    secret = page.split('<code class="break">')[1].split("<")[0]
    assert tokens.digest_of(secret) == token.digest
    assert secret not in client.get(address).content.decode()
    stranger = make_client(make_user(Role.CLASS_MANAGER, world.foreign_county))
    assert stranger.post(reverse("reports:api_token_end", args=[token.uuid])).status_code == 404
    client.post(reverse("reports:api_token_end", args=[token.uuid]))
    token.refresh_from_db()
    assert token.ended_at is not None
    assert "请选择" in client.post(address, data | {"scopes": []}, follow=True).content.decode()


def test_the_page_says_which_tokens_are_dead_and_why(world, holder):
    made(holder, world.county)
    short, ended = made(holder, world.county, days=1), made(holder, world.county)
    tokens.end_token(token=ApiToken.objects.get(digest=tokens.digest_of(ended)), by=actor_for(holder))
    gone = make_user(Role.CLASS_MANAGER, world.county)
    left = made(gone, world.county)
    accounts.end_role(grant=RoleGrant.objects.get(user=gone), reason="调离", by=make_actor(Role.SECURITY_ADMIN, None))
    locked_out = make_user(Role.CLASS_MANAGER, world.county)
    shut = made(locked_out, world.county)
    locked_out.is_active = False
    locked_out.save(update_fields=["is_active"])
    client = make_client(make_user(Role.CLASS_MANAGER, world.county))
    with clock.at(clock.now() + dt.timedelta(days=2)):
        shown = client.get(reverse("reports:api")).context["tokens"]
        said = {token.digest: str(state.label) for token, state in shown}
        opened = [secret for secret in (short, ended, left, shut) if tokens.open_token(secret)]
    assert [said[tokens.digest_of(secret)] for secret in (short, ended, left, shut)] == [
        "已到期",
        "已停用",
        "持有人已离任",
        "持有人已离任",
    ]
    assert sorted(said.values()).count("有效") == 1 and not opened


def test_as_many_queries_for_three_lines_as_for_thirty(world, holder):
    secret, half_day = made(holder, world.county), book.scheduled(uuid.uuid4(), DAY, world.county)

    def queries(number):
        for _ in range(number):
            book.attended(make_person(world.county), half_day)
        with CaptureQueriesContext(connection) as found:
            assert ask(secret, "person-times/", division=world.county.code, **SPAN).status_code == 200
        return len(found)

    queries(1)
    assert queries(2) == queries(27)


def test_the_description_in_the_documents_is_todays_and_open_to_all(settings):
    assert Path(settings.BASE_DIR, api_schema.PATH).read_text() == api_schema.text()
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    document = answer.json()
    assert document["openapi"].startswith("3.") and len(document["paths"]) == 10
    for path, methods in document["paths"].items():
        assert set(methods) == {"get"}, path
        assert methods["get"]["security"] and " / " in methods["get"]["summary"]
