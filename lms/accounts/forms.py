"""Forms of accounts: signing in with any of three names, and what offices fill in for others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from lms.accounts import rules
from lms.accounts.roles import Role
from lms.places.forms import DivisionField


def _plain(autocomplete: str) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": autocomplete, "autocapitalize": "none", "spellcheck": "false"})


class AddPasskeyForm(AddWebAuthnForm):
    """allauth leaves the name's label to Django, in English."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("密钥名称")


class EditPasskeyForm(EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("密钥名称")


class SignInForm(LoginForm):
    """One field for user name, mobile number or e-mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("用户名、手机号或邮箱")
        login.widget.attrs.update({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"})
        login.widget.attrs.pop("placeholder", None)
        login.max_length = 254  # type: ignore[attr-defined]
        password = self.fields["password"]
        password.label = _("密码")
        password.help_text = ""
        password.widget.attrs.pop("placeholder", None)

    def user_credentials(self) -> dict[str, str]:
        login = self.cleaned_data["login"].strip()
        phone = rules.clean_mobile(login)
        if phone:
            credentials = {"phone": phone}
        elif "@" in login:
            credentials = {"email": login.lower()}
        else:
            credentials = {"username": login.lower()}
        return {**credentials, "password": self.cleaned_data["password"]}


class UserSearchForm(forms.Form):
    q = forms.CharField(label=_("用户名、手机号或邮箱"), required=False, max_length=80)
    role = forms.ChoiceField(label=_("角色"), required=False, choices=[("", _("全部"))])
    division = DivisionField(label=_("行政区划"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("全部")), *Role.choices]  # type: ignore[attr-defined]


class UserCreateForm(forms.Form):
    username = forms.CharField(
        label=_("用户名"), max_length=32, help_text=_("以字母开头，由字母、数字、点、横线组成，3至32位。"), widget=_plain("off")
    )
    phone = forms.CharField(label=_("手机号"), max_length=20, required=False, help_text=_("可用来登录；一个号码只能属于一个账号。"))
    email = forms.EmailField(label=_("邮箱"), required=False, help_text=_("可用来登录和接收通知。"))
    division = DivisionField(label=_("所属行政区划"), help_text=_("由这里的管理员照管此账号。"))


class ReasonForm(forms.Form):
    """Every act on somebody else's account says why."""

    reason = forms.CharField(label=_("理由"), min_length=2, max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class RoleGiveForm(ReasonForm):
    role = forms.ChoiceField(label=_("角色"))
    division = DivisionField(label=_("在哪个行政区划"))
    field_order = ("role", "division", "reason")

    def __init__(self, *args: Any, giveable: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = set(giveable)
        self.fields["role"].choices = [(v, label) for v, label in Role.choices if v in allowed]  # type: ignore[attr-defined]
