"""What the pages of people share: the actor of a request, and 404 for what is missing to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from lms.core.actor import Actor
from lms.core.errors import LmsError, Missing

View = Callable[..., HttpResponse]
PAGE = 30


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def data_of(request: HttpRequest) -> QueryDict | None:
    """What was posted, an empty form included; None when nothing was."""
    return request.POST if request.method == "POST" else None


def missing_is_404(view: View) -> View:
    """Outside one's scope is the same 404 as missing."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Missing as error:
            raise Http404(str(error)) from None

    return inner


def page_of(request: HttpRequest, rows: QuerySet[Any] | list[Any], size: int = PAGE) -> Page[Any]:
    return Paginator(rows, size).get_page(request.GET.get("page"))


def attempt(form: Form, act: Callable[[], Any]) -> Any:
    """Run a service for a valid form; its refusal becomes the form's error and the answer is None."""
    try:
        return act()
    except Missing:
        raise
    except LmsError as error:
        form.add_error(None, str(error))
        return None
