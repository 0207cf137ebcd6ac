"""How much of a period is approved: counties × months that are over, and the page that names exactly those that are not."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest
from django.urls import reverse

from lms.accounts.roles import Role
from lms.core import clock
from lms.places.changing import Heir, change_division
from lms.reports.approval import services, units
from lms.reports.approval.signed import months_over, signed
from lms.reports.printed import sheet
from tests.factories import reports as handing_in
from tests.factories.world import make_actor, make_client, make_user

MARCH = (dt.date(2022, 3, 1), dt.date(2022, 3, 31))
YEAR = (dt.date(2022, 1, 1), dt.date(2022, 12, 31))
MIDYEAR = dt.datetime(2022, 6, 15, 2, tzinfo=dt.UTC)


def counted(place, span=MARCH):
    found = signed(place, *span)
    return found.asked, found.approved, {each.path.split("/")[-2]: list(each.months) for each in found.missing}


def test_counties_times_months_that_are_over(world):
    with clock.at(MIDYEAR):
        assert months_over(*YEAR) == [202201, 202202, 202203, 202204, 202205]
        asked, approved, missing = counted(world.province, YEAR)
        assert (asked, approved) == (4 * 5, 0) and set(missing) == {"530621", "530602", "530502", "530521"}
        assert signed(world.province, dt.date(2022, 6, 1), dt.date(2022, 6, 30)).state[1] == "统计期内没有已结束的月份可审定"
    assert months_over(dt.date(2021, 11, 15), dt.date(2022, 2, 1)) == [202111, 202112, 202201, 202202]


def test_handed_in_is_not_approved_and_accepted_is(world):
    row = handing_in.handed_in(world.county)
    assert counted(world.county) == (1, 0, {"530621": [202203]})
    services.accept(submission=row, by=make_actor(Role.REVIEWER, world.prefecture))
    assert counted(world.county) == counted(world.township) == (1, 1, {})
    assert counted(world.prefecture) == (2, 1, {"530602": [202203]})
    assert signed(world.prefecture, *MARCH).state == ("tag-warn", "1 个县区共 1 个月尚未审定")
    assert signed(world.county, *MARCH).state == ("tag-good", "各月均已审定")


def test_what_is_accepted_above_covers_the_counties(world):
    """A prefecture without lines hands in nil for itself, and none of its counties does."""
    row = services.submit(division=world.other_prefecture, period=202203, by=make_actor(Role.CLASS_MANAGER, world.other_prefecture))
    assert row.is_nil and counted(world.other_prefecture)[1] == 0
    services.accept(submission=row, by=make_actor(Role.REVIEWER, world.province))
    assert counted(world.other_prefecture) == (2, 2, {})
    assert counted(world.far_county) == (1, 1, {})
    assert counted(world.province)[:2] == (4, 2)


def test_a_county_counts_in_the_months_it_stood(world):
    heir = Heir("530681", "鲁甸市", world.prefecture)
    change_division(before=world.county, heirs=[heir], happened_on=dt.date(2022, 3, 15), source="批复", by=world.system)
    asked, _approved, missing = counted(world.prefecture, (dt.date(2022, 2, 1), dt.date(2022, 3, 31)))
    assert asked == 4 and missing == {"530602": [202202, 202203], "530621": [202202], "530681": [202203]}


@pytest.fixture
def manager(world):
    return make_client(make_user(Role.REGIONAL_ADMIN, world.province))


def test_every_way_out_says_it(world, manager):
    handing_in.accepted(world.county)
    query = {"period": "202203"}
    page = manager.get(reverse("reports:division", args=["53"]), query)
    said = "3 个县区共 3 个月尚未审定"
    assert said in page.content.decode() and page.context["place"] == world.province
    address = re.search(r'href="([^"]*/unapproved/[^"]*)"', page.content.decode())[1].replace("&amp;", "&")
    assert said in manager.get(address).content.decode()
    assert said in manager.get(reverse("reports:open", args=["53"]), query | {"what": "persons"}).content.decode()
    workbook = openpyxl.load_workbook(io.BytesIO(manager.get(reverse("reports:export", args=["53"]), query).content))
    cells = [str(row[0].value) for row in workbook.worksheets[0].iter_rows()]
    assert any(said in cell for cell in cells)
    lines = manager.get(reverse("reports:export", args=["53"]), query | {"format": "csv"}).content.decode("utf-8-sig").splitlines()
    assert lines[0].endswith("尚未审定（县区·月）") and all(line.endswith(",3") for line in lines[1:])
    prefecture = units.standing_of([world.prefecture], 202203).get(world.prefecture.pk)
    with clock.at(MIDYEAR):
        content = sheet.content_of(world.prefecture, 202203, prefecture)
    assert content["signed"] == "1 个县区共 1 个月尚未审定" and content["signed"] in sheet.html(content)


def test_the_page_names_exactly_the_months_it_counts(world, manager):
    handing_in.accepted(world.county)
    handing_in.handed_in(world.other_county)
    page = manager.get(reverse("reports:unapproved", args=["53"]), {"from": "2022-02-01", "to": "2022-03-31"})
    html = page.content.decode()
    shown = re.findall(r'href="/reports/approval/(\d+)/(\d+)/">\d+<', html)
    assert len(shown) == page.context["found"].waiting == 7
    said = {
        county.division.code: {words: [m for m, _url in months] for _tone, words, months in county.states}
        for county in page.context["counties"]
    }
    assert said["530602"] == {"未报送": [202202], "已报送，待审核": [202203]} and said["530621"] == {"未报送": [202202]}
    assert all(manager.get(reverse("reports:period", args=[code, int(month)])).status_code == 200 for code, month in shown)
    bad = manager.get(reverse("reports:unapproved", args=["53"]), {"from": "soon", "to": "2022-03-31"}, follow=True)
    assert "不是日期" in bad.content.decode()
    assert manager.get(reverse("reports:unapproved", args=["51"])).status_code == 404
