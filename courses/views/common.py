"""What the views of courses share: who acts, outside is missing, a refusal as a message."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from lms.core.actor import Actor
from lms.core.errors import LmsError, Missing
from lms.people import selectors as people
from lms.people.models import Person

View = Callable[..., HttpResponse]


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def person_or_none(request: HttpRequest) -> Person | None:
    return people.person_of(actor_of(request))


def missing_is_404(view: View) -> View:
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Missing:
            raise Http404 from None

    return wrapped


def act(request: HttpRequest, to: str, change: Callable[[], Any], done: str = "") -> HttpResponse:
    """Make a change, say how it went, go to ``to``. A refusal is a message; outside one's rows stays missing."""
    try:
        change()
    except Missing:
        raise
    except LmsError as error:
        messages.error(request, str(error))
    else:
        if done:
            messages.success(request, done)
    return redirect(to)
