"""The designs by template and edition: where things stand on the sheet. An edition once used stays as it is."""

from __future__ import annotations

from dataclasses import dataclass

from lms.core.errors import BadInput

MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Layout:
    """Measures in millimetres from the upper left corner, type sizes in points."""

    width: float
    height: float
    heading_y: float  # base line
    heading_size: float
    left: float
    right: float
    holder_y: float
    holder_sizes: tuple[float, ...]
    facts_size: float
    body_y: float
    body_sizes: tuple[float, ...]
    body_lines: int
    leading: float
    issuer_x: float  # centre
    issuer_y: float  # base line of the date; the issuer's lines stand above
    issuer_width: float
    issuer_size: float
    seal_size: float
    qr_x: float
    qr_y: float
    qr_size: float
    check_x: float
    check_y: float
    check_width: float
    check_size: float


LANDSCAPE_1 = Layout(
    width=297,
    height=210,
    heading_y=50,
    heading_size=42,
    left=42,
    right=42,
    holder_y=77,
    holder_sizes=(22, 19, 16, 13),
    facts_size=13,
    body_y=91.5,
    body_sizes=(17, 15.5, 14, 12.5, 11),
    body_lines=4,
    leading=1.98,
    issuer_x=205,
    issuer_y=163,
    issuer_width=92,
    issuer_size=17,
    seal_size=42,
    qr_x=42,
    qr_y=141,
    qr_size=29,
    check_x=75,
    check_y=145.5,
    check_width=80,
    check_size=9,
)
LAYOUTS = {("landscape", 1): LANDSCAPE_1}


def layout_of(template: str, edition: int) -> Layout:
    try:
        return LAYOUTS[template, edition]
    except KeyError:
        raise BadInput(f"no certificate design {template}-{edition}") from None
