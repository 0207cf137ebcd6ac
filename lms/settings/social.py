"""Sign-in by WeChat and DingTalk, on only where keys are configured (``WEIXIN_ID``/``WEIXIN_SECRET`` and so on)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def configure(settings: dict[str, Any], env: Mapping[str, str]) -> None:
    """Install the providers that have keys: their apps, their keys, and their hosts as targets of forms."""
    providers: dict[str, Any] = {}
    web = {"client_id": env.get("WEIXIN_ID", ""), "secret": env.get("WEIXIN_SECRET", "")}
    inside = {"client_id": env.get("WEIXIN_MP_ID", ""), "secret": env.get("WEIXIN_MP_SECRET", ""), "settings": {"in_wechat": True}}
    weixin = [app for app in (web, inside) if app["client_id"] and app["secret"]]
    if weixin:
        providers["weixin"] = {"APPS": weixin, "provider_class": "lms.accounts.social.UnionWeixinProvider"}
    dingtalk = {"client_id": env.get("DINGTALK_ID", ""), "secret": env.get("DINGTALK_SECRET", "")}
    if dingtalk["client_id"] and dingtalk["secret"]:
        providers["dingtalk"] = {"APPS": [dingtalk], "provider_class": "lms.accounts.social.UnionDingTalkProvider"}
    settings["SOCIALACCOUNT_PROVIDERS"] = providers
    hosts = {"weixin": "https://open.weixin.qq.com", "dingtalk": "https://login.dingtalk.com"}
    for name in providers:
        settings["INSTALLED_APPS"] = [*settings["INSTALLED_APPS"], f"allauth.socialaccount.providers.{name}"]
        directives = settings["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
        directives["form-action"] = [*directives["form-action"], hosts[name]]
