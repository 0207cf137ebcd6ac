"""The first run of an empty system: guarded by a code, everything or nothing, once."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from certificates.models import Issuer
from lms.accounts.models import RoleGrant, User
from lms.accounts.roles import Role
from lms.audit.models import AuditEvent
from lms.ledger.models import Line
from lms.places.models import Organisation
from lms.programmes.models import Category
from lms.reports.first_run import code

ANSWERS = {
    "division": "云南省",
    "system_admin": "xitong",
    "security_admin": "anquan",
    "auditor": "shenji",
    "regional_admin": "diqu",
    "issuer_name": "云南省社会工作人才培训中心（示例）",
    "issuer_code": "530001",
    "categories": "01 分管负责同志\n02 社工站人员\n",
}


@pytest.fixture
def empty(world, settings, tmp_path):
    settings.SETUP_CODE_FILE = str(tmp_path / "setup-code.txt")
    return code.make()


def csv_file(text: str, encoding: str = "utf-8-sig") -> SimpleUploadedFile:
    return SimpleUploadedFile("openings.csv", text.encode(encoding), content_type="text/csv")


def test_the_code_is_made_once_and_kept_from_others(empty, settings):
    assert code.make() == empty and len(empty) == 19
    assert stat.S_IMODE(Path(settings.SETUP_CODE_FILE).stat().st_mode) == 0o600


def test_the_whole_first_run(empty, client, world):
    assert client.get("/setup/").status_code == 200
    openings = csv_file("行政区划代码,月份,人次,依据\n530621,202506,120,2025年台账\n5306,202507,30,\n", "gb18030")
    page = client.post("/setup/", {**ANSWERS, "code": empty.lower(), "openings": openings})
    body = page.content.decode()
    assert page.status_code == 200 and "只显示这一次" in body
    assert page["Cache-Control"] and "no-store" in page["Cache-Control"]
    held = {g.user.username: (g.role, g.division) for g in RoleGrant.objects.select_related("user", "division")}
    assert held == {
        "xitong": (Role.SYSTEM_ADMIN, None),
        "anquan": (Role.SECURITY_ADMIN, None),
        "shenji": (Role.AUDITOR, None),
        "diqu": (Role.REGIONAL_ADMIN, world.province),
    }
    assert all(u.must_change_password for u in User.objects.all())
    assert Issuer.objects.get().code == "530001" and Organisation.objects.get().division == world.province
    assert list(Category.objects.values_list("code", "name")) == [("01", "分管负责同志"), ("02", "社工站人员")]
    assert sorted(Line.objects.values_list("quantity", "posted_period")) == [(30, 202507), (120, 202506)]
    assert AuditEvent.objects.filter(verb="reports.system.set_up").count() == 1
    # once: the page is gone, the code too
    assert client.get("/setup/").status_code == 404
    assert not code.is_first_run() and code.make() == ""


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"code": "WRNG-WRNG-WRNG-WRNG"}, "安装码不正确"),
        ({"auditor": "xitong"}, "由三个人担任"),
        ({"auditor": "13800138000"}, "以字母开头"),
        ({"issuer_code": "53"}, "六位数字"),
        ({"division": "没有这里"}, "没有找到"),
        ({"division": "530621103"}, "其他级别"),
        ({"categories": "没有代码的一行"}, "代码 名称"),
        ({"categories": "01 甲\n01 乙"}, "重复"),
        ({"openings": "530621,2025-06,120"}, "第1行"),
        ({"openings": "530621,202506,120\n999999,202506,1"}, "第2行"),
        ({"openings": "511381,202506,120"}, "不在本系统服务的地区内"),
        ({"openings": "530621,202513,120"}, "第1行"),
    ],
)
def test_what_it_refuses_changes_nothing(empty, client, world, change, sentence):
    posted = {**ANSWERS, "code": empty, **change}
    if "openings" in change:
        posted["openings"] = csv_file(change["openings"])
    answer = client.post("/setup/", posted)
    assert answer.status_code == 200 and sentence in answer.content.decode()
    assert not User.objects.exists() and not Line.objects.exists() and not Issuer.objects.exists()
    assert code.is_first_run()


def test_it_is_not_there_where_it_should_not_be(world, client, settings, client_as, tmp_path):
    assert client.get("/setup/").status_code == 404  # no place for a code
    settings.SETUP_CODE_FILE = str(tmp_path / "setup-code.txt")
    assert client.get("/setup/").status_code == 404  # no code made
    made = code.make()
    client_as()
    assert client.get("/setup/").status_code == 404  # somebody has an account
    assert client.post("/setup/", {**ANSWERS, "code": made}).status_code == 404
    assert User.objects.count() == 1


@pytest.mark.parametrize("door", ["/", "/home/", "/accounts/login/"])
def test_the_front_door_leads_there_until_it_is_done(empty, client, door):
    assert client.get(door).url == "/setup/"
    User.objects.create_user("somebody")
    answer = client.get(door)
    assert answer.status_code == 200 or answer.url != "/setup/"


def test_create_administrator_opens_and_brings_back_in(world, capsys):
    call_command("create_administrator", "anquan", "--role", "security_admin")
    first = capsys.readouterr().out
    user = User.objects.get(username="anquan")
    assert user.must_change_password and user.role_grants.get().role == Role.SECURITY_ADMIN
    password = first.split("临时密码 ")[1].split("（")[0]
    assert user.check_password(password)
    call_command("create_administrator", "anquan", "--role", "security_admin")
    user.refresh_from_db()
    assert not user.check_password(password) and user.role_grants.count() == 1
    with pytest.raises(CommandError, match="不同的人"):
        call_command("create_administrator", "anquan", "--role", "auditor")
    with pytest.raises(CommandError, match="没有代码为"):
        call_command("create_administrator", "diqu", "--role", "regional_admin", "--division", "999999")
    assert User.objects.count() == 1
