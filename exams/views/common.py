"""What the room's views share: a missing row is a 404."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _

from lms.core.errors import Missing


def as_uuid(text: str) -> uuid.UUID:
    """A uuid of an address; what is none is missing."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Missing(_("没有找到。")) from None


def found(view: Callable[..., HttpResponseBase]) -> Callable[..., Any]:
    """Answer 404 where a selector or a service says Missing: outside one's scope is the same as missing."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(*args, **kwargs)
        except Missing as error:
            raise Http404(str(error)) from None

    return wrapped
