"""Which stored fields are encrypted, so that keys can be rotated and none in use can go missing. Rooms register theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, models, transaction
from django.db.models import Q

from lms.core import crypto

CHUNK = 500


@dataclass(frozen=True, slots=True)
class SealedField:
    """``reseal(row)`` returns the stored fields of a row written anew under the newest key."""

    model: str  # people.IdentityDocument
    field: str
    reseal: Callable[[Any], dict[str, str]]


FIELDS: dict[tuple[str, str], SealedField] = {}


def register(model: str, field: str, reseal: Callable[[Any], dict[str, str]]) -> None:
    FIELDS[(model, field)] = SealedField(model, field, reseal)


def rows_of(sealed: SealedField) -> models.QuerySet[Any]:
    return apps.get_model(sealed.model)._default_manager.exclude(**{sealed.field: ""})


def stale(sealed: SealedField) -> models.QuerySet[Any]:
    """Rows written under a key that is not the newest."""
    return rows_of(sealed).exclude(**{f"{sealed.field}__startswith": f"{crypto.current_key_id()}:"})


def reseal_chunk(sealed: SealedField) -> int:
    """Write up to 500 stale rows anew, whole or not at all; returns how many. Safe to run twice and beside other writers."""
    with transaction.atomic():
        rows = list(stale(sealed).select_for_update(of=("self",), no_key=True).order_by("pk")[:CHUNK])
        fields: Sequence[str] = ()
        for row in rows:
            fresh = sealed.reseal(row)
            fields = list(fresh)
            for name, value in fresh.items():
                setattr(row, name, value)
        if rows:
            apps.get_model(sealed.model)._default_manager.bulk_update(rows, fields, batch_size=CHUNK)
    return len(rows)


def missing_keys() -> set[str]:
    """Ids of keys that stored values need and the settings do not hold. Tables not made yet need none."""
    live = Q()
    missing: set[str] = set()
    for sealed in FIELDS.values():
        for key_id in settings.LMS_KEYS:
            live |= Q(**{f"{sealed.field}__startswith": f"{key_id}:"})
        try:
            with transaction.atomic():
                found = list(rows_of(sealed).exclude(live).values_list(sealed.field, flat=True)[:CHUNK])
        except DatabaseError:
            continue
        missing |= {crypto.key_id_of(value) for value in found}
        live = Q()
    return missing


def require_keys() -> None:
    """Refuse to start without a key that stored values need: they could be neither read nor found again."""
    missing = missing_keys()
    if missing:
        raise ImproperlyConfigured(f"LMS_KEYS lacks the data keys {', '.join(sorted(missing))}, which stored values need")
