"""Pages of accounts: one's own account, and what security and regional administrators do for others."""

from __future__ import annotations

import uuid as uuids
from typing import Any

from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lms.accounts import selectors, services
from lms.accounts.forms import ReasonForm, RoleGiveForm, UserCreateForm, UserSearchForm
from lms.accounts.models import User
from lms.accounts.roles import ACCOUNT_KEEPERS, MAY_GIVE, SEES_PEOPLE, Role
from lms.audit import services as audit
from lms.core import crypto
from lms.core.actor import Actor
from lms.core.errors import LmsError, Missing

PER_PAGE = 30
ONCE_KEY = "given_password"  # an encrypted password on its way to being shown once
ONCE_PURPOSE = "accounts.given_password"


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


@require_GET
def me(request: HttpRequest) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    actor = _actor(request)
    context = {
        "grants": selectors.grants_of(user).filter(selectors.held_today()),
        "has_second_factor": selectors.has_second_factor(user),
        "second_factor_matters": actor.has(*SEES_PEOPLE),
        "second_factor_required": settings.REQUIRE_SECOND_FACTOR and actor.has(*SEES_PEOPLE),
        "sessions": UserSession.objects.filter(user=user).count(),
        "social": bool(settings.SOCIALACCOUNT_PROVIDERS),
        "linked": SocialAccount.objects.filter(user=user).count() if settings.SOCIALACCOUNT_PROVIDERS else 0,
    }
    return render(request, "accounts/me.html", context)


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Large type wherever one signs in (适老化); the switch in the footer is for one device."""
    large = request.POST.get("large_type") == "1"
    User.objects.filter(uuid=_actor(request).uuid).update(large_type=large)
    messages.success(request, _("已保存。"))
    response = redirect("accounts:me")
    response.delete_cookie("large_type", samesite="Lax")  # the device follows the account again
    return response


@require_GET
def user_list(request: HttpRequest) -> HttpResponse:
    actor = _actor(request)
    form = UserSearchForm(request.GET or None)
    form.fields["division"].narrow(actor=actor, roles=ACCOUNT_KEEPERS)  # type: ignore[attr-defined]
    asked: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    division = asked.get("division")
    users = selectors.search_users(
        actor, asked.get("q") or "", role=asked.get("role") or "", path=division.path if division is not None else ""
    )
    page = Paginator(users.prefetch_related("role_grants__division"), PER_PAGE).get_page(request.GET.get("page"))
    for user in page.object_list:
        user.held = [g for g in user.role_grants.all() if g.ended_at is None]  # type: ignore[attr-defined]
    return render(request, "accounts/user_list.html", {"page_obj": page, "form": form})


@require_http_methods(["GET", "POST"])
def user_create(request: HttpRequest) -> HttpResponse:
    form = UserCreateForm(request.POST or None)
    form.fields["division"].narrow(actor=_actor(request), roles=ACCOUNT_KEEPERS)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        password = services.drawn_password()
        try:
            user = services.create_user(**form.cleaned_data, password=password, must_change_password=True, by=_actor(request))
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            return _show_once(request, user, password)
    return render(request, "accounts/user_form.html", {"form": form})


def _show_once(request: HttpRequest, user: User, password: str) -> HttpResponse:
    """Redirect to the account's page, which shows the password once. It waits encrypted in the session."""
    request.session[ONCE_KEY] = {"user": str(user.uuid), "sealed": crypto.encrypt(password, purpose=ONCE_PURPOSE)}
    return redirect("accounts:user_detail", uuid=user.uuid)


def _shown_once(request: HttpRequest, user: User) -> str:
    waiting = request.session.get(ONCE_KEY)
    if not waiting or waiting["user"] != str(user.uuid):
        return ""
    del request.session[ONCE_KEY]
    return crypto.decrypt(waiting["sealed"], purpose=ONCE_PURPOSE)


def _user(request: HttpRequest, uuid: uuids.UUID) -> User:
    try:
        return selectors.user_kept_by(_actor(request), uuid)
    except Missing:
        raise Http404 from None


@require_GET
def user_detail(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    user, actor = _user(request, uuid), _actor(request)
    grants = list(selectors.grants_of(user))
    for grant in grants:
        open_other = grant.ended_at is None and actor.uuid != user.uuid
        grant.may_end = open_other and services.may_give(actor, grant.role, grant.division)  # type: ignore[attr-defined]
    audit.record("accounts.user.viewed", user, by=actor, division_path=services.path_of(user))
    context = {
        "account": user,
        "grants": grants,
        "has_second_factor": selectors.has_second_factor(user),
        "given_password": _shown_once(request, user),
        "role_form": _role_form(request),
        "reason_form": ReasonForm(),
        "is_self": actor.uuid == user.uuid,
    }
    return render(request, "accounts/user_detail.html", context)


def _role_form(request: HttpRequest, data: Any = None) -> RoleGiveForm:
    actor = _actor(request)
    giveable = {role for own in actor.roles if own in MAY_GIVE for role in MAY_GIVE[Role(own)]}
    form = RoleGiveForm(data, giveable=giveable)
    form.fields["division"].narrow(actor=actor, roles=ACCOUNT_KEEPERS)  # type: ignore[attr-defined]
    return form


def _say(request: HttpRequest, form: Any) -> None:
    """Put what is wrong with a small form into the page's messages."""
    for field, errors in form.errors.items():
        label = form.fields[field].label if field in form.fields else ""
        messages.error(request, f"{label}：{errors[0]}" if label else errors[0])


@require_POST
def role_give(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    user = _user(request, uuid)
    form = _role_form(request, request.POST)
    if not form.is_valid():
        _say(request, form)
    else:
        try:
            services.give_role(user=user, by=_actor(request), **form.cleaned_data)
        except LmsError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("角色已授予，立即生效。"))
    return redirect("accounts:user_detail", uuid=user.uuid)


@require_POST
def role_end(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    try:
        grant = selectors.grant_kept_by(_actor(request), uuid)
    except Missing:
        raise Http404 from None
    form = ReasonForm(request.POST)
    if not form.is_valid():
        _say(request, form)
    else:
        try:
            services.end_role(grant=grant, by=_actor(request), reason=form.cleaned_data["reason"])
        except LmsError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("角色已收回，立即生效。"))
    return redirect("accounts:user_detail", uuid=grant.user.uuid)


@require_POST
def sign_in_reset(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    user = _user(request, uuid)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        _say(request, form)
        return redirect("accounts:user_detail", uuid=user.uuid)
    try:
        password = services.reset_sign_in(user=user, reason=form.cleaned_data["reason"], by=_actor(request))
    except LmsError as error:
        messages.error(request, str(error))
        return redirect("accounts:user_detail", uuid=user.uuid)
    return _show_once(request, user, password)


@require_POST
def user_state(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    user = _user(request, uuid)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        _say(request, form)
    else:
        active = request.POST.get("active") == "1"
        try:
            services.set_active(user=user, active=active, reason=form.cleaned_data["reason"], by=_actor(request))
        except LmsError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("账号已启用。") if active else _("账号已停用，其登录已全部退出。"))
    return redirect("accounts:user_detail", uuid=user.uuid)
