"""WeChat and DingTalk: keyed by union id, off without keys, opening no account."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from allauth.socialaccount.models import SocialAccount

from lms.settings.social import configure
from tests.factories.world import make_client, make_user

WEIXIN_TOKEN = "https://api.weixin.qq.com/sns/oauth2/access_token"
WEIXIN_USER = "https://api.weixin.qq.com/sns/userinfo"
DINGTALK_TOKEN = "https://api.dingtalk.com/v1.0/oauth2/userAccessToken"
DINGTALK_USER = "https://api.dingtalk.com/v1.0/contact/users/me"
IN_WECHAT = {"User-Agent": "Mozilla/5.0 MicroMessenger/8.0"}


def answers(unionid: str | None = "union-1", openid: str = "open-1") -> None:
    responses.post(WEIXIN_TOKEN, json={"access_token": "t", "openid": openid, "expires_in": 7200})
    who: dict[str, Any] = {"openid": openid, "nickname": "小明", "headimgurl": "https://example.org/a.png"}
    responses.get(WEIXIN_USER, json={**who, **({"unionid": unionid} if unionid else {})})
    responses.post(DINGTALK_TOKEN, json={"accessToken": "t", "refreshToken": "r", "expireIn": 7200})
    responses.get(DINGTALK_USER, json={"openId": openid, "nick": "小明", **({"unionId": unionid} if unionid else {})})


def go(client: Any, provider: str, process: str = "login", headers: dict[str, str] | None = None) -> Any:
    """Through the provider and back: what the browser does."""
    started = client.post(f"/accounts/{provider}/login/?process={process}", headers=headers or {})
    assert started.status_code == 302
    client.asked = urlsplit(started["Location"])
    state = parse_qs(client.asked.query)["state"][0]
    code = "authCode" if provider == "dingtalk" else "code"
    return client.get(f"/accounts/{provider}/login/callback/?{code}=c&state={state}", headers=headers or {})


def link(user: Any, provider: str, uid: str) -> SocialAccount:
    return SocialAccount.objects.create(user=user, provider=provider, uid=uid)


@pytest.mark.parametrize("provider", ["weixin", "dingtalk"])
@responses.activate
def test_a_linked_account_signs_in_by_its_union_id(world, client, provider):
    answers(openid="another-application")
    user = make_user()
    link(user, provider, "union-1")
    go(client, provider)
    assert client.session["_auth_user_id"] == str(user.pk)


@responses.activate
def test_without_a_union_id_the_open_id_serves(world, client):
    answers(unionid=None)
    user = make_user()
    link(user, "weixin", "open-1")
    go(client, "weixin")
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("provider", ["weixin", "dingtalk"])
@responses.activate
def test_a_stranger_opens_no_account(world, client, provider):
    answers()
    answer = go(client, provider)
    assert answer["Location"] == "/accounts/login/"
    assert "还没有绑定" in client.get("/accounts/login/").content.decode()
    assert "_auth_user_id" not in client.session and not SocialAccount.objects.exists()


@responses.activate
def test_linking_from_ones_own_account_keeps_no_nickname(world):
    answers()
    client = make_client(make_user())
    go(client, "weixin", process="connect")
    linked = SocialAccount.objects.get()
    assert (linked.user, linked.uid, linked.extra_data) == (client.user, "union-1", {})
    assert client.get("/accounts/3rdparty/").status_code == 200


@responses.activate
def test_inside_wechat_another_application_and_address_are_used(world, client):
    answers()
    go(client, "weixin")
    assert client.asked.path == "/connect/qrconnect" and parse_qs(client.asked.query)["appid"] == ["weixin_id"]
    go(client, "weixin", headers=IN_WECHAT)
    asked = parse_qs(client.asked.query)
    assert client.asked.path == "/connect/oauth2/authorize"
    assert (asked["appid"], asked["scope"]) == (["weixin_mp_id"], ["snsapi_userinfo"])


@responses.activate
def test_a_second_factor_is_asked_for_all_the_same(world, client):
    from allauth.mfa.totp.internal.auth import TOTP

    answers()
    user = make_user()
    link(user, "weixin", "union-1")
    TOTP.activate(user, "A" * 32)
    answer = go(client, "weixin")
    assert answer["Location"].startswith("/accounts/2fa/authenticate/") and "_auth_user_id" not in client.session


def test_sign_in_page_offers_what_is_configured(world, client):
    page = client.get("/accounts/login/").content.decode()
    assert "用微信登录" in page and "用钉钉登录" in page


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, []),
        ({"WEIXIN_ID": "a"}, []),
        ({"WEIXIN_ID": "a", "WEIXIN_SECRET": "b"}, ["weixin"]),
        ({"WEIXIN_MP_ID": "a", "WEIXIN_MP_SECRET": "b", "DINGTALK_ID": "c", "DINGTALK_SECRET": "d"}, ["weixin", "dingtalk"]),
    ],
)
def test_providers_are_on_where_keys_are(env, expected):
    settings: dict[str, Any] = {"INSTALLED_APPS": [], "CONTENT_SECURITY_POLICY": {"DIRECTIVES": {"form-action": ["'self'"]}}}
    configure(settings, env)
    assert list(settings["SOCIALACCOUNT_PROVIDERS"]) == expected
    assert len(settings["INSTALLED_APPS"]) == len(expected)
    assert len(settings["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["form-action"]) == 1 + len(expected)
