"""Counting bases, hour schemes and what is asked in hours, as dated rows: added, ended, never edited.

The built-in ones come from ``data/rules.json``.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import positions
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.ledger import regimes, rules
from lms.ledger.models import CountingBasis, HourRegime, HourScheme
from lms.places.models import Division

BUILT_IN = Path(__file__).resolve().parent.parent / "data" / "rules.json"


def create_basis(
    *,
    code: str,
    name: str,
    description: str,
    kinds: list[dict[str, str]],
    source: str,
    by: Actor,
    grouping: str = CountingBasis.Grouping.PERSON_OCCASION,
    attendance_floor_percent: int = 0,
    span_month: str = CountingBasis.SpanMonth.LAST,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    is_default: bool = False,
) -> CountingBasis:
    """Add a counting basis. The same code from the same day stands once; a different text under it is refused."""
    try:
        rules.check_basis_kinds(kinds)
    except ValueError as error:
        raise BadInput(_("统计口径的定义不完整：%(reason)s") % {"reason": error}) from None
    if not source.strip():
        raise BadInput(_("请写明统计口径的依据。"))
    fields = {
        "name": name,
        "description": description,
        "kinds": kinds,
        "grouping": grouping,
        "attendance_floor_percent": attendance_floor_percent,
        "span_month": span_month,
        "valid_to": valid_to,
        "is_default": is_default,
        "source": source,
    }
    return _once(CountingBasis, code, valid_from, fields, "ledger.basis.created", by)


def create_hour_scheme(
    *,
    code: str,
    name: str,
    hour_rules: dict[str, Any],
    source: str,
    by: Actor,
    division: Division | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    is_default: bool = False,
) -> HourScheme:
    """Add an hour scheme for a division (None: everywhere). ``is_default`` stamps it on lines posted there from then on."""
    try:
        rules.check_hour_rules(hour_rules)
    except (ValueError, ArithmeticError) as error:
        raise BadInput(_("学时折算办法的定义不完整：%(reason)s") % {"reason": error}) from None
    if not source.strip():
        raise BadInput(_("请写明学时折算办法的依据。"))
    fields = {
        "name": name,
        "division": division,
        "rules": hour_rules,
        "valid_to": valid_to,
        "is_default": is_default,
        "source": source,
    }
    return _once(HourScheme, code, valid_from, fields, "ledger.scheme.created", by)


def create_regime(
    *,
    code: str,
    name: str,
    rules: dict[str, Any],
    source: str,
    by: Actor,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> HourRegime:
    """Add what a rule asks of somebody in hours. The same code from the same day stands once; another text under it is refused."""
    try:
        regimes.check_rules(rules)
    except (ValueError, ArithmeticError) as error:
        raise BadInput(_("学时要求的定义不完整：%(reason)s") % {"reason": error}) from None
    if not source.strip():
        raise BadInput(_("请写明学时要求的依据。"))
    fields = {"name": name, "rules": rules, "valid_to": valid_to, "source": source}
    return _once(HourRegime, code, valid_from, fields, "ledger.regime.created", by)


def _once(model: Any, code: str, valid_from: dt.date | None, fields: dict[str, Any], verb: str, by: Actor) -> Any:
    with transaction.atomic():
        position = positions.take()  # also serialises two makers of the same row
        found = model.objects.filter(code=code, valid_from=valid_from).first()
        if found is not None:
            if any(getattr(found, name) != wanted for name, wanted in fields.items()):
                raise Refused(_("“%(code)s”自该日起已有定义；定义不能改写，请以新的生效日期另立一版。") % {"code": code})
            return found
        row = model.objects.create(code=code, valid_from=valid_from, position=position, **fields)
        division = fields.get("division")
        audit.record(verb, row, by=by, division_path=division.path if division else "/", code=code)
        return row


def load_built_in(*, by: Actor, file: Path = BUILT_IN) -> int:
    """Add the bases and schemes of ``file`` that do not stand yet; returns how many were added."""
    content = json.loads(file.read_text(encoding="utf-8"))
    before = _standing()
    with transaction.atomic():
        for row in content["bases"]:
            create_basis(**row, by=by)
        for row in content["schemes"]:
            hour_rules = row.pop("rules")
            create_hour_scheme(**row, hour_rules=hour_rules, by=by)
        for row in content.get("regimes", []):
            create_regime(**row, by=by)
    return _standing() - before


def _standing() -> int:
    return CountingBasis.objects.count() + HourScheme.objects.count() + HourRegime.objects.count()
