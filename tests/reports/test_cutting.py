"""Cuts: every measure by every dimension, the same on the page, by command and over the interface; a split changes no total."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import openpyxl
import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from lms.accounts.roles import Role
from lms.accounts.selectors import actor_for
from lms.ledger import selectors as ledger
from lms.places.changing import Heir, change_division
from lms.reports import figures
from lms.reports.api import tokens
from lms.reports.cuts import folding, telling
from lms.reports.cuts import views as cuts
from lms.reports.dimensions import ALL
from lms.reports.filters import FILTERS, NONE
from lms.reports.stating import told
from tests.factories import cuts as cuts_world
from tests.factories.world import make_client, make_user

SPAN = {"start": "2022-01-05", "end": "2022-12-20"}


@pytest.fixture
def busy(world):
    cache.clear()
    return cuts_world.busy(world)


def stated(division="53", **more):
    out = io.StringIO()
    call_command("cut", "--division", division, format="json", **(SPAN | more), stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("by", ALL)
def test_a_further_dimension_splits_a_total_without_changing_it(world, busy, by):
    whole, split = stated()["total"], stated(by=by)
    assert split["total"] == whole
    for measure in folding.ADDITIVE:
        if by == "month" and measure in folding.STOCKS:  # of each month's last day: the last one's is the whole's
            assert split["rows"][-1][measure] == whole[measure]
            continue
        assert sum(Decimal(row[measure]) for row in split["rows"]) == Decimal(whole[measure]) != 0, measure
        for row in split["rows"]:
            if "below" in row:
                assert sum(Decimal(inner[measure]) for inner in row["below"]) == Decimal(row[measure]), (row["name"], measure)


def test_the_total_is_what_each_figure_says_by_itself(world, busy):
    total = stated()["total"]
    start, end = (dt.date.fromisoformat(day) for day in SPAN.values())
    ask = {"division": world.province, "end": end, "position": ledger.position_of(None), "basis": ledger.default_basis(end)}
    says = {"person_times": "person_times", "persons": "persons_trained", "unnamed": "unnamed", "classes": "classes"}
    says |= {"sessions": "sessions", "licences_gained": "licences_gained"}
    for measure, what in says.items():
        assert total[measure] == told(what, figures.find(what)[0], figures.Ask(start=start, **ask))["value"], measure
    for measure, what in {"licensed": "licensed_stock", "registered": "registered_stock"}.items():
        assert total[measure] == told(what, figures.find(what)[0], figures.Ask(start=None, **ask))["value"], measure
    assert Decimal(total["clock_hours"]) == (Decimal(9 * 170) / 60).quantize(Decimal("0.01"))
    assert (total["licences_gained"], total["licensed"]) == (9, 6), "three lapsed on the way"


@pytest.mark.parametrize("name", FILTERS)
def test_what_has_each_value_adds_up_to_the_whole(world, busy, name):
    rows = stated(by=name)["rows"]
    values = [row["key"] for row in rows if row["key"] != "several"]
    for value in values:
        narrowed = stated(having=[f"{name}:{value or NONE}"])["total"]
        row = next(row for row in rows if row["key"] == value)
        if name in ("topic",) and value:  # who has several of them stands under each
            assert narrowed["person_times"] >= row["person_times"]
        else:
            assert {m: narrowed[m] for m in folding.MEASURES} == {m: row[m] for m in folding.MEASURES}, value
    assert len(values) > 1


def test_conditions_are_taken_together_and_names_are_shown(world, busy):
    narrowed = stated(having=["programme:three-areas", "sex:2"], by="programme")
    assert [(row["key"], row["name"], row["person_times"]) for row in narrowed["rows"]] == [("three-areas", "三区计划", 2)]
    assert [row["name"] for row in stated(by="funder")["rows"]] == ["未注明", "福彩公益金"]
    assert telling.conditions(["funder:lottery", "sex:2", "category:-"]) == [
        ("资金来源", "福彩公益金"), ("性别", "女"), ("对象类别", "未分类别")
    ]  # fmt: skip
    with pytest.raises(CommandError, match="维度"):
        stated(having=["moon:full"])


def test_boundaries_of_then_and_of_now(world, busy):
    heir = Heir("530621", "鲁甸县", world.other_prefecture)
    change_division(before=world.county, heirs=[heir], happened_on=dt.date(2022, 7, 1), source="批复", by=world.system)
    then, now = stated(), stated(boundaries="2022-12-31")
    names = {key: {row["name"]: row["person_times"] for row in found["rows"]} for key, found in (("then", then), ("now", now))}
    assert names["then"]["昭通市"] == 12 and names["now"] == {"昭通市": 4, "保山市": 8}
    assert now["total"] == then["total"]


@pytest.mark.parametrize("by", ["division", "funder", "month"])
def test_page_command_and_interface_say_the_same(world, busy, by):
    user = make_user(Role.REGIONAL_ADMIN, world.province)
    client, days = make_client(user), {"from": SPAN["start"], "to": SPAN["end"], "by": by, "having": ["sex:2", ""]}
    page = client.get(reverse("reports:cut", args=["53"]), days)
    wanted = stated(by=by, having=["sex:2"])
    assert page.context["told"] == wanted
    secret = tokens.make_token(division=world.province, name="平台", scopes=["figures:read"], days=1, by=actor_for(user))[1]
    answer = Client().get("/api/v1/cut/", days | {"division": "53"}, headers={"Authorization": f"Bearer {secret}"})
    assert answer.json() == wanted
    as_csv = client.get(reverse("reports:cut", args=["53"]), days | {"format": "csv"})
    lines = list(csv.DictReader(io.StringIO(as_csv.content.decode("utf-8-sig"))))
    assert lines[-1]["person_times"] == str(wanted["total"]["person_times"]) and len(lines) == len(list(telling.flat(wanted)))
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(reverse("reports:cut", args=["53"]), days | {"format": "xlsx"}).content))
    assert [cell.value for cell in sheet.worksheets[0][sheet.worksheets[0].max_row]][1:3] == [
        wanted["total"]["person_times"],
        wanted["total"]["persons"],
    ]


def test_many_lines_are_left_to_a_job_and_bad_days_lose_nothing(world, busy, monkeypatch):
    client = make_client(make_user(Role.CLASS_MANAGER, world.county))
    address = reverse("reports:cut", args=["530621"])
    page = client.get(address, {"from": "2022-03-01", "to": "nonsense", "by": "sex", "having": "mode:online"}).content.decode()
    assert "不是日期" in page and 'value="2022-03-01"' in page
    assert '<option value="sex" selected>' in page and '<option value="mode:online" selected>' in page
    monkeypatch.setattr(cuts, "AT_ONCE", 3)
    page = client.get(address, {"from": "2022-03-01", "to": "2022-12-31", "having": ["sex:1", "mode:online"]}).content.decode()
    assert "需在后台计算" in page and 'name="having" value="sex:1"' in page and 'name="having" value="mode:online"' in page
    assert client.get(address, {"job": "nonsense"}).status_code == 404
    assert client.get(reverse("reports:cut", args=["530602"]), {"from": "2022-03-01", "to": "2022-03-31"}).status_code == 404
