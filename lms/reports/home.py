"""Where somebody lands after signing in: learners at their lessons, offices at what waits today."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from lms.accounts.roles import OFFICE, REPORTING, Role
from lms.core import clock
from lms.core.actor import Actor
from lms.core.waiting import Task
from lms.people.selectors import person_of
from lms.places.selectors import home_of

# the first of these roles that is held decides; each lands where its day's work is
LANDINGS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset(OFFICE | REPORTING - {Role.AUDITOR}), "reports:home"),
    (frozenset({Role.SUPERVISOR}), "supervision:mine"),
    (frozenset({Role.TRAINER, Role.EDITOR}), "wagtailadmin_home"),
    (frozenset({Role.AUDITOR}), "audit:event_list"),
    (frozenset({Role.SECURITY_ADMIN}), "accounts:user_list"),
    (frozenset({Role.SYSTEM_ADMIN}), "wagtailadmin_home"),
)
LEARNER = ("courses:home", "accounts:me")
DESK = frozenset({*OFFICE, *REPORTING, Role.SUPERVISOR, Role.TRAINER, Role.EDITOR})


def dispatch(request: HttpRequest) -> HttpResponse:
    """``/home/``: sends each role to its own first page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    for route in [*(route for roles, route in LANDINGS if actor.has(*roles)), *LEARNER]:
        try:
            return redirect(reverse(route))
        except NoReverseMatch:
            continue
    return redirect("/")


def desk(request: HttpRequest) -> HttpResponse:
    """今天要办: what waits for this actor in every room, late things first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    tasks = sorted(gather(actor), key=lambda task: (not task.is_late, -task.count))
    context: dict[str, Any] = {"tasks": tasks, "today": clock.today(), "division": home_of(actor), "person": person_of(actor)}
    context["may_start"] = not tasks and actor.has(*OFFICE)
    return render(request, "reports/desk.html", context)


def gather(actor: Actor) -> list[Task]:
    """Every room's ``worklist.tasks(actor)``."""
    found: list[Task] = []
    for room in settings.ROOMS:
        try:
            module = import_module(f"{room}.worklist")
        except ModuleNotFoundError as error:
            if error.name != f"{room}.worklist":
                raise
            continue
        found += module.tasks(actor)
    return found
