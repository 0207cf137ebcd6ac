"""Opening balances (期初数): what was reported before this system kept lines, as head-counts without names."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core.actor import Actor
from lms.core.errors import BadInput
from lms.ledger.kinds import Kind, Mode
from lms.ledger.models import Line
from lms.ledger.services.posting import Draft, post, reverse
from lms.places.models import Division

NAMESPACE = uuid.UUID("6d0c7c0e-6d3f-4f0a-9a53-7f6a0b1d2c55")
OPENING = "opening"


def set_opening_balance(
    *, division: Division, month: int, person_times: int, by: Actor, mode: Mode = Mode.NONE, source: str = ""
) -> Line | None:
    """State how many person-times without names a division had reported for a month (yyyymm) before the system began.

    Stated again it replaces what stood: the old line is reversed, a new one posted. Zero takes it back and returns None.
    They count as 未具名 beside the named person-times and never as persons.
    """
    from lms.ledger.services.locks import check_period

    check_period(month)
    if person_times < 0:
        raise BadInput(_("期初人次不能是负数。"))
    act = uuid.uuid5(NAMESPACE, f"{division.uuid}:{month}:{mode}")
    moment = timezone.make_aware(dt.datetime(month // 100, month % 100, 1))
    with transaction.atomic():
        earlier = Line.objects.filter(source_label="ledger.opening", source_uuid=act).select_related("division")
        standing = earlier.standing().first()
        if standing is not None:
            if standing.quantity == person_times:
                return standing
            reverse(standing, reason=_("期初数已更正"), by=by)
        if person_times == 0:
            return None
        version = earlier.filter(sign=1).count()
        [line] = post(
            [
                Draft(
                    key=f"opening:{act}:{version}",
                    kind=Kind.HEADCOUNT,
                    source_label="ledger.opening",
                    source_uuid=act,
                    happened_from=moment,
                    division=division,
                    quantity=person_times,
                    mode=mode,
                    topic=OPENING,
                    facts={"source": source[:200]} if source else {},
                )
            ],
            by=by,
        )
        audit.record("ledger.opening_balance.set", line, by=by, division_path=division.path, month=month, person_times=person_times)
        return line
