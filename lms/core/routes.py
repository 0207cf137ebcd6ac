"""How a route says who may use it. Each room declares its routes in ``access.py``; ``lms.access`` makes the one table.

The table is not a description but the gate: a middleware refuses a route that is not in it. Rows within a route are
scoped by the room's selectors; outside one's divisions is the same 404 as missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    PUBLIC = "public"  # anybody, signed in or not
    SIGNED_IN = "signed_in"
    ROLES = "roles"  # one of the roles named
    BEARER = "bearer"  # another system, with a token of the scope named; the session counts for nothing
    NOBODY = "nobody"  # a library brings the route and we do not offer it: 404 for everybody


# no session decides who is let in
SESSIONLESS = (Who.PUBLIC, Who.BEARER)


class Reach(StrEnum):
    """On which rows."""

    NONE = "none"  # no row of anybody's
    OWN = "own"  # rows of the one who looks
    DIVISION = "division"  # rows within the divisions where the role is held
    TOKEN = "token"  # rows opened by a code that the page carries


@dataclass(frozen=True, slots=True)
class Access:
    who: Who
    reach: Reach
    roles: frozenset[str] = frozenset()
    note: str = ""
    scopes: frozenset[str] = frozenset()  # of a bearer token: one of these is needed


def public(reach: Reach = Reach.NONE, note: str = "") -> Access:
    return Access(Who.PUBLIC, reach, note=note)


def signed_in(reach: Reach = Reach.OWN, note: str = "") -> Access:
    return Access(Who.SIGNED_IN, reach, note=note)


def roles(names: Iterable[str], reach: Reach = Reach.DIVISION, note: str = "") -> Access:
    return Access(Who.ROLES, reach, frozenset(str(n) for n in names), note)


def bearer(*scopes: str, note: str = "") -> Access:
    """By a bearer token with one of the scopes; rows of the token's division."""
    return Access(Who.BEARER, Reach.DIVISION, note=note, scopes=frozenset(scopes))


def nobody(note: str) -> Access:
    """Closed, and why. A route that the table does not name is closed too; here it is so on purpose."""
    return Access(Who.NOBODY, Reach.NONE, note=note)
