"""Errors whose message is a sentence for the user, already translatable. Views and commands print them as they are."""

from __future__ import annotations


class LmsError(Exception):
    """Base of every refusal the user may read. ``str(error)`` is one clear sentence in the user's language."""


class Refused(LmsError):
    """The request was understood and is not allowed now (wrong state, limit reached, already done)."""


class BadInput(LmsError):
    """What was handed in cannot be used (damaged file, unknown code, impossible date)."""


class Missing(LmsError):
    """No such record for this actor. Outside one's scope is the same as missing; views answer 404."""
