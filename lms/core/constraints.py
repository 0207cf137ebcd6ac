"""Constraints that hold on both engines."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, UniqueConstraint


def unique_with_null(fields: Sequence[str], *, nullable: str, name: str, condition: Q | None = None) -> list[UniqueConstraint]:
    """``fields`` are unique together and a null in ``nullable`` is one value like the others.

    ``nulls_distinct=False`` says the same, but SQLite knows it not and Django then leaves the constraint out without a word.
    """
    empty = Q(**{f"{nullable}__isnull": True})
    rest = [field for field in fields if field != nullable]
    return [
        UniqueConstraint(fields=list(fields), condition=condition, name=name),
        UniqueConstraint(fields=rest, condition=empty if condition is None else condition & empty, name=f"{name}_null"),
    ]
