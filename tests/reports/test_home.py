"""The first page of each role: where one lands, and that every task named there leads somewhere."""

import pytest
from django.urls import reverse

from lms.accounts.roles import Role
from lms.core.waiting import Task
from lms.reports import home


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "landing"),
    [
        (Role.CLASS_MANAGER, "/reports/desk/"),
        (Role.REGIONAL_ADMIN, "/reports/desk/"),
        (Role.REVIEWER, "/reports/desk/"),
        (Role.AUDITOR, "/audit/"),
        (Role.SECURITY_ADMIN, "/accounts/users/"),
        (Role.EDITOR, "/admin/"),
    ],
)
def test_each_role_lands_at_its_work(client_as, world, role, landing):
    response = client_as(role, world.division).get("/home/")
    assert (response.status_code, response["Location"]) == (302, landing)
    if landing != "/admin/":  # Wagtail's own door asks for its groups, which accounts' services give: tested there
        assert client_as(role, world.division).get(landing).status_code == 200


@pytest.mark.django_db
def test_desk_shows_what_every_room_says_waits(client_as, world, monkeypatch):
    waiting = [Task("名册待确认", 3, "/learn/"), Task("课次未结束", 1, "/learn/", is_late=True)]
    monkeypatch.setattr(home, "gather", lambda actor: waiting)
    page = client_as(Role.CLASS_MANAGER, world.division).get("/reports/desk/").content.decode()
    assert page.index("课次未结束") < page.index("名册待确认")
    assert "已逾期" in page


@pytest.mark.django_db
def test_desk_without_tasks_says_so_and_outsiders_get_404(client_as, world):
    page = client_as(Role.CLASS_MANAGER, world.division).get("/reports/desk/").content.decode()
    assert "手头没有待办" in page and reverse("courses:class_create") in page  # a new system's first step
    assert reverse("courses:class_create") not in client_as(Role.REVIEWER, world.division).get("/reports/desk/").content.decode()
    assert client_as(Role.SECURITY_ADMIN, world.division).get("/reports/desk/").status_code == 404
