"""Who acts, and where. Declared here, supplied by accounts' middleware, carried by every service as ``by=``.

A division's *path* is the chain of its ancestors' codes, e.g. ``/53/5306/530621/``; a role held in a division
reaches every row whose division's path starts with it. No role reaches outside.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from django.db.models import Q

SYSTEM_UUID = uuid.UUID("00000000-0000-4000-8000-000000000001")
PUBLIC_UUID = uuid.UUID("00000000-0000-4000-8000-000000000002")


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held in a division today."""

    role: str
    path: str
    place: str = ""  # the division's name, for the eye only


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts. ``uuid`` is the user's (or a fixed one for system and public); ``label`` never holds a name."""

    uuid: uuid.UUID
    label: str
    user_id: int | None = None
    grants: tuple[Grant, ...] = ()
    address: str = ""
    everywhere: bool = field(default=False)

    @classmethod
    def system(cls, label: str) -> Actor:
        """A command, a scheduled task or the demonstration world: reaches every division."""
        return cls(uuid=SYSTEM_UUID, label=f"system:{label}", everywhere=True)

    @classmethod
    def public(cls, address: str = "") -> Actor:
        return cls(uuid=PUBLIC_UUID, label="public", address=address)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants)

    def has(self, *roles: str) -> bool:
        """True if one of ``roles`` is held in any division."""
        return self.everywhere or not self.roles.isdisjoint(roles)

    def paths(self, *roles: str) -> tuple[str, ...]:
        """Paths in which one of ``roles`` is held (any role when none is named), covered ones dropped."""
        if self.everywhere:
            return ("/",)
        found = sorted({g.path for g in self.grants if not roles or g.role in roles})
        kept: list[str] = []
        for path in found:
            if not kept or not path.startswith(kept[-1]):
                kept.append(path)
        return tuple(kept)

    def covers(self, path: str, *roles: str) -> bool:
        """True if ``path`` lies within a division where one of ``roles`` is held."""
        return any(path.startswith(own) for own in self.paths(*roles))

    def q(self, lookup: str, *roles: str) -> Q:
        """Filter for rows whose division path (``lookup``, e.g. ``division__path``) this actor reaches with ``roles``."""
        condition = Q(pk__in=[])
        for path in self.paths(*roles):
            if path == "/":
                return Q()
            condition |= Q(**{f"{lookup}__startswith": path})
        return condition
