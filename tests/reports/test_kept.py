"""The kept text of a page of figures: used again when nothing has changed, and never when anything it shows has."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.accounts.roles import Role
from lms.ledger import services
from lms.ledger.kinds import Kind
from lms.ledger.models import NodeTotal
from lms.places.changing import Heir, change_division
from lms.places.models import Division, Level
from lms.places.signals import tree_loaded
from lms.programmes.services import create_category
from lms.reports.approval import services as approval
from tests.factories import ledger as book
from tests.factories.world import make_actor, make_client, make_person, make_user

DAY = dt.date(2022, 3, 10)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def manager(world):
    return make_client(make_user(Role.REGIONAL_ADMIN, world.province))


@pytest.fixture
def half_day(world):
    planned = book.scheduled(uuid.uuid4(), DAY, world.county)
    book.attended(make_person(world.county, name="李秀英"), planned)
    return planned


def text(client, code="5306", **query):
    answer = client.get(reverse("reports:division", args=[code]), {"period": "2022", **query})
    assert answer.status_code == 200
    return answer.content.decode()


def main_part(html):
    return TOKEN.sub("", html[html.index("<h1>") : html.index("</main>")])


def shown(html, title="培训人次"):
    return re.search(rf"{title}[^<]*</span><b>(?:<a[^>]*>)?([^<]*)<", html)[1]


def test_second_reading_is_the_first_and_asks_less(manager, half_day):
    with CaptureQueriesContext(connection) as cold:
        first = text(manager)
    with CaptureQueriesContext(connection) as warm:
        second = text(manager)
    assert main_part(first) == main_part(second)
    assert len(warm) < len(cold) - 8
    assert shown(second) == "1"


def test_a_new_line_and_a_correction_are_seen_at_once(manager, world, half_day):
    assert shown(text(manager)) == "1"
    late = book.attended(make_person(world.county), half_day)
    assert shown(text(manager)) == "2"
    services.reverse(late, reason="误记", by=book.BY)
    assert shown(text(manager)) == "1"


def test_a_lock_and_its_lifting_are_seen_at_once(manager, world, half_day):
    book.line(Kind.HELD, DAY, division=world.county, topic="session", occasion=half_day.occasion, slot=half_day.slot)
    assert "已关账" not in text(manager, period="202203")
    lock = services.lock_period(division=world.county, period=202203, by=book.BY)
    assert "已关账" in text(manager, period="202203")
    services.lift_lock(lock=lock, reason="退回", by=book.BY)
    assert "已关账" not in text(manager, period="202203")


def test_each_act_of_approval_is_seen_at_once(manager, world, half_day):
    def said() -> str:
        return re.search(r"(?:\d+ 个县区共 \d+ 个月尚未审定|各县区各月均已审定)", text(manager, period="202203"))[0]

    assert said() == "2 个县区共 2 个月尚未审定"
    row = approval.submit(division=world.county, period=202203, by=make_actor(Role.CLASS_MANAGER, world.county))
    assert said() == "2 个县区共 2 个月尚未审定", "handed in is not approved"
    row = approval.accept(submission=row, by=make_actor(Role.REVIEWER, world.prefecture))
    assert said() == "1 个县区共 1 个月尚未审定"
    approval.return_submission(submission=row, reason="重核", by=make_actor(Role.REVIEWER, world.prefecture))
    assert said() == "2 个县区共 2 个月尚未审定"


def test_a_division_renamed_or_loaded_in_bulk_is_seen_at_once(manager, world, half_day, django_capture_on_commit_callbacks):
    assert "鲁甸新区" not in text(manager, period="2022")
    heir = Heir("530621", "鲁甸新区", world.prefecture)
    with django_capture_on_commit_callbacks(execute=True):
        change_division(before=world.county, heirs=[heir], happened_on=dt.date(2022, 6, 1), source="批复", by=world.system)
    assert "鲁甸新区" in text(manager, period="2022")
    where = {"level": Level.COUNTY, "parent": world.prefecture, "path": f"{world.prefecture.path}530699/", "position": 0}
    new = Division(code="530699", name="新设县", full_name="云南省昭通市新设县", **where)
    with django_capture_on_commit_callbacks(execute=True):
        Division.objects.bulk_create([new])
        tree_loaded.send(sender=Division)
    assert "新设县" in text(manager, period="2022")


def test_a_changed_name_is_seen_after_the_commit(manager, world, half_day, django_capture_on_commit_callbacks):
    category = create_category(code="kept", name="村干部", by=book.BY)
    book.attended(make_person(world.county), half_day, category=category)
    assert category.name in text(manager, by="category")
    with django_capture_on_commit_callbacks(execute=True):
        category.name = "改过的对象类别"
        category.save()
    assert "改过的对象类别" in text(manager, by="category")


def test_each_question_and_language_has_its_own_text(manager, world, half_day):
    assert shown(text(manager)) == "1"
    assert shown(text(manager, period="2021")) == "0"
    assert shown(text(manager, code="53")) == "1"
    assert "昭通市" in main_part(text(manager, code="53"))
    assert main_part(text(manager, by="month")) != main_part(text(manager))
    manager.post(reverse("set_language"), {"language": "en", "next": "/"})
    with CaptureQueriesContext(connection) as asked:  # made anew: catalogues may not be compiled where this runs
        text(manager)
    assert any("ledger_nodetotal" in query["sql"] for query in asked)


def test_readers_share_the_figures_and_nothing_else(manager, world, half_day):
    html = text(manager)
    other = make_client(make_user(Role.REGIONAL_ADMIN, world.province))
    assert main_part(text(other)) == main_part(html)
    assert TOKEN.search(text(other))[1] != TOKEN.search(html)[1]
    outsider = make_client(make_user(Role.REGIONAL_ADMIN, world.foreign_province))
    assert outsider.get(reverse("reports:division", args=["5306"]), {"period": "2022"}).status_code == 404


def test_summaries_made_anew_are_read_anew(manager, world, half_day):
    assert shown(text(manager)) == "1"
    NodeTotal.objects.all().delete()
    assert shown(text(manager)) == "1", "nothing told that the summaries were damaged"
    services.rebuild_summaries()
    with CaptureQueriesContext(connection) as asked:
        assert shown(text(manager)) == "1"
    assert any("ledger_nodetotal" in query["sql"] for query in asked)
