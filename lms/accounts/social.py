"""WeChat and DingTalk, keyed by union id where there is one: the open id differs from one application of a firm to the next."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.providers.dingtalk.provider import DingTalkAccount, DingTalkProvider
from allauth.socialaccount.providers.weixin.provider import WeixinAccount, WeixinProvider
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

IN_WECHAT_AUTHORIZE_URL = "https://open.weixin.qq.com/connect/oauth2/authorize"


def in_wechat(request: HttpRequest | None) -> bool:
    """True inside WeChat's own browser, where the QR page of the open platform does not work."""
    return request is not None and "MicroMessenger" in request.headers.get("User-Agent", "")


class _Plain:
    """A linked account shows the provider's name: nickname and picture are not kept."""

    def to_str(self) -> str:
        return str(self.account.get_provider().name)  # type: ignore[attr-defined]


class PlainWeixinAccount(_Plain, WeixinAccount):
    pass


class PlainDingTalkAccount(_Plain, DingTalkAccount):
    pass


class UnionWeixinProvider(WeixinProvider):
    name = _("微信")
    account_class = PlainWeixinAccount

    @classmethod
    def get_package(cls) -> str:
        return WeixinProvider.get_package()  # its addresses and views serve us too

    def get_settings(self) -> dict[str, Any]:
        settings = dict(super().get_settings())
        if in_wechat(self.request):
            settings["AUTHORIZE_URL"] = IN_WECHAT_AUTHORIZE_URL
        return settings

    def get_default_scope(self) -> list[str]:
        return ["snsapi_userinfo"] if in_wechat(self.request) else ["snsapi_login"]

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data.get("unionid") or data["openid"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}  # nickname and picture are nothing we need

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}


class UnionDingTalkProvider(DingTalkProvider):
    name = _("钉钉")
    account_class = PlainDingTalkAccount

    @classmethod
    def get_package(cls) -> str:
        return DingTalkProvider.get_package()

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data.get("unionId") or data["openId"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}


provider_classes = [UnionWeixinProvider, UnionDingTalkProvider]
