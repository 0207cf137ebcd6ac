"""Where allauth asks us: sign-in by user name, mobile number or e-mail; closed sign-up; audited passwords and second factors."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.accounts import rules, services, social
from lms.accounts.models import User
from lms.accounts.roles import SEES_PEOPLE
from lms.accounts.selectors import actor_for, has_second_factor
from lms.audit import services as audit
from lms.core import crypto
from lms.core.actor import Actor

WRONG = _("用户名或密码不正确。")


class MobileField(forms.CharField):
    """Eleven digits of a mainland mobile number, however they are typed."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        phone = rules.clean_mobile(text)
        if text and not phone:
            raise ValidationError(_("手机号应为11位数字。"))
        return phone


class AccountAdapter(DefaultAccountAdapter):
    # one sentence, whatever was wrong: nobody learns which accounts exist
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "phone_password_mismatch": WRONG,
        "invalid_login": WRONG,
        "too_many_login_attempts": _("登录失败次数过多，请稍后再试。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # accounts come from offices

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        services.sync_groups(user)
        actor = actor_for(user, address=self._address(request))
        audit.record("accounts.user.signed_in", user, by=actor, division_path=services.path_of(user))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Logged under a keyed hash of what was typed: repeated tries show, names do not."""
        typed = str(credentials.get("username") or credentials.get("email") or credentials.get("phone") or "")
        typed_index = crypto.blind_index(typed.strip().lower(), purpose="accounts.sign_in")[-16:]
        actor = Actor.public(self._address(request))
        audit.record("accounts.sign_in.failed", by=actor, record_label="accounts.user", typed=typed_index)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not asked of somebody who has just signed in and sets up a first second factor."""
        request = context.request
        user = getattr(request, "user", None)
        if app == "allauth.mfa" and user is not None and user.is_authenticated and user.last_login is not None:
            recent = timezone.now() - user.last_login < dt.timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
            if recent and not has_second_factor(user):
                return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def set_password(self, user: Any, password: str) -> None:
        super().set_password(user, password)
        services.password_changed(user=user, by=actor_for(user, address=self._address(context.request)))

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        """Adding or removing a second factor is audited here, whether or not mail can be sent."""
        if template_prefix.startswith("mfa/email/"):
            actor = actor_for(user, address=self._address(context.request))
            verb = f"accounts.second_factor.{template_prefix.rpartition('/')[2]}"  # e.g. mfa/email/totp_activated
            audit.record(verb, user, by=actor, division_path=services.path_of(user))
        super().send_notification_mail(template_prefix, user, *args, **kwargs)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """One count for each name that is tried; mobile numbers too, which allauth's own key leaves out."""
        typed = credentials.get("email") or credentials.get("phone") or credentials.get("username") or ""
        return f"sign-in:{typed.strip().lower()}"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:me")

    def _address(self, request: HttpRequest | None) -> str:
        return str(self.get_client_ip(request)) if request is not None else ""

    # mobile numbers; they are entered by offices, so no code is sent to prove them
    def phone_form_field(self, **kwargs: Any) -> forms.Field:
        return MobileField(**{"label": _("手机号"), **kwargs})

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone=rules.clean_mobile(phone) or "-").first()

    def get_phone(self, user: Any) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: Any, phone: str, verified: bool) -> None:
        User.objects.filter(pk=user.pk).update(phone=phone, phone_verified=verified)

    def set_phone_verified(self, user: Any, phone: str) -> None:
        User.objects.filter(pk=user.pk, phone=phone).update(phone_verified=True)

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **kwargs: Any) -> None:
        raise NotImplementedError("no SMS gateway is configured; numbers are entered by offices")


class SocialAdapter(DefaultSocialAccountAdapter):
    """WeChat and DingTalk sign in accounts that were linked before, and open none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """WeChat has one application for web pages and another for its own browser; both know the same union id."""
        if provider == "weixin" and client_id is None:
            inside = social.in_wechat(request)
            for app in self.list_apps(request, provider=provider):
                if bool(app.settings.get("in_wechat")) == inside:
                    return app
        return super().get_app(request, provider, client_id)

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing or request.user.is_authenticated:
            return
        messages.warning(request, _("这个微信或钉钉账号还没有绑定。请先用用户名和密码登录，再到“我的账号”里绑定。"))
        raise ImmediateHttpResponse(redirect("account_login"))


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are encrypted at rest; the last factor stays where one is required."""

    PURPOSE = "accounts.second_factor"

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text, purpose=self.PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text, purpose=self.PURPOSE)

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)

    def get_totp_issuer(self) -> str:
        return str(settings.WAGTAIL_SITE_NAME)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if not settings.REQUIRE_SECOND_FACTOR or authenticator.type == Authenticator.Type.RECOVERY_CODES:
            return True
        if not actor_for(authenticator.user).has(*SEES_PEOPLE):
            return True
        kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        return Authenticator.objects.filter(user=authenticator.user, type__in=kinds).exclude(pk=authenticator.pk).exists()
