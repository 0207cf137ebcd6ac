"""Which basis and scheme are in force, and what a given as-of means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from lms.core import clock, positions
from lms.core.errors import BadInput
from lms.ledger import folding
from lms.ledger.models import CountingBasis, HourScheme, Line
from lms.places.models import Division


def _valid(on: dt.date) -> Q:
    return (Q(valid_from__isnull=True) | Q(valid_from__lte=on)) & (Q(valid_to__isnull=True) | Q(valid_to__gte=on))


def bases_on(on: dt.date | None = None) -> list[CountingBasis]:
    """The counting bases in force on a day (today), the default first; of one code the newest."""
    found: dict[str, CountingBasis] = {}
    for basis in CountingBasis.objects.filter(_valid(on or clock.today())).order_by("code", "valid_from", "pk"):
        standing = found.get(basis.code)
        if standing is None or (basis.valid_from or dt.date.min) >= (standing.valid_from or dt.date.min):
            found[basis.code] = basis
    return sorted(found.values(), key=lambda b: (not b.is_default, b.position))


def default_basis(on: dt.date | None = None) -> CountingBasis:
    """The default counting basis in force on a day (today)."""
    bases = bases_on(on)
    if not bases or not bases[0].is_default:
        raise BadInput(_("没有可用的默认统计口径，请先运行 load_ledger_rules。"))
    defaults = [b for b in bases if b.is_default]
    return max(defaults, key=lambda b: (b.valid_from or dt.date.min, b.pk))


def basis_by_code(code: str, *, on: dt.date | None = None) -> CountingBasis:
    """The basis of this code (or name) in force on a day (today)."""
    for basis in bases_on(on):
        if code in (basis.code, basis.name):
            return basis
    known = "、".join(basis.code for basis in bases_on(on))
    raise BadInput(_("没有名为“%(code)s”的统计口径；可用的有：%(known)s。") % {"code": code, "known": known})


def plain(basis: CountingBasis) -> folding.Basis:
    """A basis as the plain values that the fold takes."""
    return folding.Basis(
        measure=measure_of(basis),
        ways=tuple(folding.Way(k["kind"], k["occasion"], k.get("floor", "")) for k in basis.kinds),
        per_slot=basis.grouping == CountingBasis.Grouping.PERSON_SLOT,
        floor_percent=basis.attendance_floor_percent,
        span=basis.span_month,
        position=basis.position,
    )


def measure_of(basis: CountingBasis) -> str:
    return f"basis:{basis.pk}"


def schemes_on(on: dt.date | None = None) -> list[HourScheme]:
    return list(HourScheme.objects.filter(_valid(on or clock.today())).select_related("division").order_by("-is_default", "code"))


def scheme_for(division: Division, on: dt.date | None = None) -> HourScheme:
    """The hour scheme with which lines of a division are stamped on a day (today)."""
    schemes = HourScheme.objects.filter(is_default=True).select_related("division")
    found = choose_scheme(schemes, division, on or clock.today())
    if found is None:
        raise BadInput(_("没有可用的学时折算办法，请先运行 load_ledger_rules。"))
    return found


def choose_scheme(schemes: Iterable[HourScheme], division: Division, on: dt.date) -> HourScheme | None:
    """The default scheme valid on the day, of the nearest division above; a later one before an earlier one."""
    found = [
        s
        for s in schemes
        if (s.valid_from is None or s.valid_from <= on)
        and (s.valid_to is None or on <= s.valid_to)
        and (s.division is None or division.path.startswith(s.division.path))
    ]
    return max(found, key=lambda s: (len(s.division.path) if s.division else 0, s.valid_from or dt.date.min, s.pk), default=None)


def scheme_by_code(code: str, *, on: dt.date | None = None) -> HourScheme:
    for scheme in reversed(sorted(schemes_on(on), key=lambda s: (s.valid_from or dt.date.min, s.pk))):
        if code in (scheme.code, scheme.name):
            return scheme
    raise BadInput(_("没有名为“%(code)s”的学时折算办法。") % {"code": code})


def position_of(as_of: str | int | dt.datetime | None) -> int:
    """The closed position that ``as_of`` means: a position, a moment (the last line recorded by then), or None for now."""
    now = positions.closed()
    if as_of is None or as_of == "":
        return now
    if isinstance(as_of, str) and as_of.isdigit():
        as_of = int(as_of)
    if isinstance(as_of, int):
        if not 0 <= as_of <= now:
            raise BadInput(_("截至位置应在 0 和 %(last)d 之间。") % {"last": now})
        return as_of
    moment = as_of if isinstance(as_of, dt.datetime) else _moment(as_of)
    if moment > clock.now():
        return now
    last = Line.objects.filter(recorded_at__lte=moment).order_by("-position").values_list("position", flat=True).first()
    return last or 0


def _moment(text: str) -> dt.datetime:
    """An ISO moment; a day alone means its end, in the project's time zone."""
    try:
        day = parse_date(text)
        moment = dt.datetime.combine(day, dt.time.max) if day else parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise BadInput(_("“%(text)s”既不是位置编号，也不是日期或时刻（如 2022-12-31 或 2022-12-31T18:00）。") % {"text": text})
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


def moment_of(position: int) -> dt.datetime | None:
    """When the last line known at a position was recorded."""
    return Line.objects.filter(position__lte=position).order_by("-position").values_list("recorded_at", flat=True).first()
