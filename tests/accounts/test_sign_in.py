"""Signing in: three names in one field, no enumeration, lock-out, given passwords, time-outs, second factor."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings as conf
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from lms.accounts.middleware import SEEN_KEY
from lms.accounts.models import User
from lms.accounts.roles import Role
from lms.audit.models import AuditEvent
from tests.factories.world import PASSWORD, make_client, make_user

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


def sign_in(client: Client, login: str, password: str = PASSWORD):
    return client.post(LOGIN, {"login": login, "password": password})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    "typed",
    [
        "zhangsan",
        "ZhangSan",
        " zhangsan ",
        "13800138000",
        "138 0013 8000",
        "+8613800138000",
        "１３８００１３８０００",
        "zs@example.cn",
    ],
)
def test_sign_in_by_any_of_three_names(world, client, typed):
    make_user(username="zhangsan", phone="13800138000", email="zs@example.cn")
    response = sign_in(client, typed)
    assert response.status_code == 302 and signed_in(client)
    event = AuditEvent.objects.get(verb="accounts.user.signed_in")
    assert event.address == "127.0.0.1"


def test_wrong_and_unknown_answer_alike(world, client):
    make_user(username="zhangsan", phone="13800138000", email="zs@example.cn")
    bodies = set()
    for typed in ("zhangsan", "nobody", "13800138000", "13900139000", "zs@example.cn", "no@example.cn"):
        page = sign_in(client, typed, "wrong-password-1").content.decode()
        page = re.sub(r'(csrfmiddlewaretoken"|name="login"|name="csrfmiddlewaretoken") value="[^"]*"', "", page)
        bodies.add(page.replace(typed, ""))
    assert len(bodies) == 1
    assert "用户名或密码不正确。" in bodies.pop()


def test_unknown_names_cost_a_hash_too(world, client, monkeypatch):
    """Nobody is found out by timing: an unknown name is hashed as a known one is."""
    calls = []
    monkeypatch.setattr(User, "set_password", lambda self, raw: calls.append(raw))
    sign_in(client, "nobody-at-all", "wrong-password-1")
    assert calls == ["wrong-password-1"]


def test_lock_out_counts_each_name_and_holds_for_unknown_ones(world, client):
    make_user(username="zhangsan", phone="13800138000")
    make_user(username="lisi", phone="13900139000")
    for _attempt in range(5):
        sign_in(client, "13800138000", "wrong-password-1")
    assert "登录失败次数过多" in sign_in(client, "13800138000").content.decode()
    assert not signed_in(client)
    # another number is not locked out with it
    sign_in(client, "13900139000")
    assert signed_in(client)
    other = Client()
    for _attempt in range(5):
        sign_in(other, "nobody", "wrong-password-1")
    assert "登录失败次数过多" in sign_in(other, "nobody", "wrong-password-1").content.decode()


def test_failed_sign_in_is_logged_without_the_name(world, client):
    make_user(username="zhangsan")
    sign_in(client, "zhangsan", "wrong-password-1")
    event = AuditEvent.objects.get(verb="accounts.sign_in.failed")
    assert "zhangsan" not in str(event.details) and event.record_uuid is None


def test_locked_account_stays_out(world, client):
    make_user(username="zhangsan", is_active=False)
    response = sign_in(client, "zhangsan")
    assert response["Location"] == reverse("account_inactive")
    assert not signed_in(client)
    assert client.get(response["Location"]).status_code == 200


@pytest.mark.parametrize(
    "path", ["signup/", "password/reset/", "password/set/", "email/", "confirm-email/", "login/code/confirm/", "3rdparty/signup/"]
)
def test_what_allauth_offers_and_we_do_not_is_closed(world, client, path):
    assert client.get(f"/accounts/{path}").status_code == 404
    assert make_client(make_user()).get(f"/accounts/{path}").status_code == 404


def test_given_password_must_be_changed_first(world, client):
    user = make_user(username="zhangsan", must_change_password=True)
    sign_in(client, "zhangsan")
    assert client.get("/accounts/me/")["Location"] == reverse("account_change_password")
    page = client.get("/accounts/password/change/")
    assert "临时密码" in page.content.decode()
    assert "请联系单位经办人" in page.content.decode() and "password/reset" not in page.content.decode()
    new = "青山-绿水-2027-river"
    same = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD})
    assert "新密码不能与当前密码相同" in same.content.decode()
    done = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert done["Location"] == "/accounts/me/"
    user.refresh_from_db()
    assert not user.must_change_password and user.check_password(new)
    assert client.get("/accounts/me/").status_code == 200
    assert AuditEvent.objects.filter(verb="accounts.password.changed", record_uuid=user.uuid, actor_uuid=user.uuid).exists()


@pytest.mark.parametrize("weak", ["short-1a", "1234567890123", "onlylettershere", "zhangsan-001", "13800138000a"])
def test_password_rules(world, client, weak):
    make_user(username="zhangsan-00", phone="13800138000", must_change_password=True)
    sign_in(client, "zhangsan-00")
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak})
    assert User.objects.get().must_change_password


@pytest.mark.parametrize(("role", "seconds", "stays"), [(None, 3600, True), (Role.TRAINER, 3600, False), (None, 5 * 3600, False)])
def test_idle_sessions_end(world, client_as, role, seconds, stays):
    client = client_as(role, world.county)
    assert client.get("/accounts/me/").status_code == 200
    session = client.session
    session[SEEN_KEY] = int(time.time()) - seconds
    session.save()
    response = client.get("/accounts/me/")
    assert (response.status_code == 200) is stays
    if not stays:
        assert response["Location"] == "/accounts/login/?next=/accounts/me/"
        assert not signed_in(client)


def test_an_expired_form_and_an_expired_script_are_told(world, client_as):
    for headers, expected in (({}, "登录已过期"), ({"Accept": "application/json"}, "signed_out")):
        client = client_as()
        client.get("/accounts/me/")
        session = client.session
        session[SEEN_KEY] = int(time.time()) - conf.SESSION_IDLE_SECONDS - 5
        session.save()
        response = client.post("/accounts/me/preferences/", headers=headers)
        assert response.status_code == 401 and expected in response.content.decode()


def test_private_answers_are_not_stored(world, client_as, client):
    assert client_as().get("/accounts/me/")["Cache-Control"] == "private, no-store"
    assert "no-store" in client.get(LOGIN)["Cache-Control"]


def totp_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_second_factor_is_required_of_those_who_see_people(world, client_as, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    client = client_as(Role.CLASS_MANAGER, world.county)
    assert client.get("/places/")["Location"] == "/accounts/2fa/"
    assert "须先设置第二重验证" in client.get("/accounts/2fa/").content.decode()
    assert client_as().get("/accounts/me/").status_code == 200  # a learner may, and need not
    TOTP.activate(client.user, "A" * 32)
    assert client.get("/places/").status_code == 302
    assert client.get("/places/")["Location"] != "/accounts/2fa/"


def test_second_factor_is_offered_where_it_is_not_required(world, client_as):
    assert client_as(Role.CLASS_MANAGER, world.county).get("/places/")["Location"] == "/places/divisions/530621/"


def test_totp_from_setting_up_to_signing_in(world, client, settings, django_capture_on_commit_callbacks):
    settings.REQUIRE_SECOND_FACTOR = True
    user = make_user(Role.AUDITOR, world.county, username="auditor1")
    sign_in(client, "auditor1")
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    secret = client.session["mfa.totp.secret"]
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/accounts/2fa/totp/activate/", {"code": totp_code(secret)}).status_code == 302
    stored = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert secret not in stored  # encrypted at rest
    assert AuditEvent.objects.filter(verb="accounts.second_factor.totp_activated", record_uuid=user.uuid).exists()
    # the only factor cannot be taken off where one is required
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=user, type="totp").exists()
    # the next sign-in asks for it
    cache.clear()
    other = Client()
    response = sign_in(other, "auditor1")
    assert response["Location"].startswith("/accounts/2fa/authenticate/") and not signed_in(other)
    assert other.get("/accounts/2fa/authenticate/").status_code == 200
    assert other.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200 and not signed_in(other)
    other.post("/accounts/2fa/authenticate/", {"code": totp_code(secret)})
    assert signed_in(other)


def test_passkeys_have_their_page(world, client):
    make_user(username="zhangsan")
    sign_in(client, "zhangsan")
    page = client.get("/accounts/2fa/webauthn/add/")
    assert page.status_code == 200 and "webauthn-json" in page.content.decode()


def test_the_actor_costs_no_query_until_somebody_asks(world, client_as, django_assert_num_queries):
    client = client_as(Role.CLASS_MANAGER, world.county)
    client.get("/places/search/?q=ldx")  # the session is now marked as seen
    # session, user, and the search itself: nobody asked for the roles
    with django_assert_num_queries(3):
        client.get("/places/search/?q=ldx")


def test_a_public_page_costs_a_stranger_no_query(world, client, django_assert_num_queries):
    with django_assert_num_queries(1):  # health asks the database whether it answers
        client.get("/health/")


def test_adding_a_passkey_speaks_chinese(world):
    from tests.factories.world import make_client

    page = make_client(make_user()).get(reverse("mfa_add_webauthn")).content.decode()
    assert "密钥名称" in page and ">Name" not in page
