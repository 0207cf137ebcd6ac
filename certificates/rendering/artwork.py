"""What is drawn: frame, watermark and seal as SVG, the QR code as squares. Letters in drawings are outlines: no font, no file."""

from __future__ import annotations

import math
from functools import cache

from certificates.rendering.typesetting import the_face

RED, DARK_RED, GOLD, PAPER = "#c4281c", "#9c1f17", "#b9975b", "#fffdf8"
_SVG = '<svg xmlns="http://www.w3.org/2000/svg"'
_CORNER = (
    f'<rect x="-.6" y="-.6" width="12" height="12" fill="{PAPER}"/>'
    f'<path d="M0 11.4V0H11.4" fill="none" stroke="{DARK_RED}" stroke-width="1.1"/>'
    f'<path d="M2.6 11.4V2.6H11.4M2.6 7.4H7.4V2.6M5 11.4V5H11.4" fill="none" stroke="{DARK_RED}" stroke-width=".7"/>'
)


@cache
def frame(demo: bool) -> str:
    """The A4 landscape sheet in millimetres: ground, double border with a guilloche, corners; the watermark of a demonstration."""
    across = "".join(_wave(14 + i * 6.725, 6.725) for i in range(40))
    upright = "".join(_wave(14 + i * 6.5, 6.5) for i in range(28))
    waves = "".join(
        f'<g stroke="{GOLD}" stroke-width=".35" fill="none" transform="{where}">{drawn}</g>'
        for where, drawn in (
            ("translate(0 11.5)", across),
            ("translate(0 198.5)", across),
            ("translate(11.5 0) rotate(90)", upright),
            ("translate(285.5 0) rotate(90)", upright),
        )
    )
    corners = "".join(
        f'<g transform="translate({x} {y}) scale({sx} {sy})">{_CORNER}</g>'
        for x, y, sx, sy in ((9, 9, 1, 1), (288, 9, -1, 1), (9, 201, 1, -1), (288, 201, -1, -1))
    )
    mark = ""
    if demo:
        letters = letter("演", 46, 105, 103) + letter("示", 46, 192, 103)
        mark = f'<g fill="#efe6df" transform="rotate(-18 148.5 105)">{letters}</g>'
    return (
        f'{_SVG} viewBox="0 0 297 210"><rect width="297" height="210" fill="{PAPER}"/>{mark}'
        f'<rect x="9" y="9" width="279" height="192" fill="none" stroke="{DARK_RED}" stroke-width="1.1"/>'
        f'<rect x="14" y="14" width="269" height="182" fill="none" stroke="{DARK_RED}" stroke-width=".4"/>'
        f'<rect x="20.4" y="20.4" width="256.2" height="169.2" fill="none" stroke="#dcc9a2" stroke-width=".3"/>'
        f"{waves}{corners}</svg>"
    )


def _wave(x: float, step: float) -> str:
    half, quarter = step / 2, step / 4
    return "".join(f'<path d="M{x:.3f} 0q{quarter:.3f} {height} {half:.3f} 0t{half:.3f} 0"/>' for height in (-1.6, 1.6))


def letter(character: str, size: float, x: float, y: float, *, turn: float = 0.0, weight: str = "bold") -> str:
    """One letter as an outline, ``size`` wide, its centre at (x, y), turned by degrees."""
    face = the_face(weight)
    path, advance = face.outline(character)
    scale = size / face.units
    return (
        f'<path transform="translate({x:.3f} {y:.3f}) rotate({turn:.3f}) scale({scale:.6f} {-scale:.6f}) '
        f'translate({-advance / 2:.1f} {-face.units * 0.36:.1f})" d="{path}"/>'
    )


@cache
def seal(name: str, purpose: str) -> str:
    """A round seal, 42 mm: the issuer on the arc, a star, its purpose below. Slightly transparent, as ink on words is."""
    count = len(name)
    size = max(2.2, min(5.4, 62 / max(count, 1)))
    radius = 20 - 1.5 - size * 0.62
    spread = min(250.0, 29.0 * (count - 1)) if count > 1 else 0.0
    letters = ""
    for index, character in enumerate(name):
        angle = -spread / 2 + (spread * index / (count - 1) if count > 1 else 0.0)
        turned = math.radians(angle)
        letters += letter(character, size, 21 + radius * math.sin(turned), 21 - radius * math.cos(turned), turn=angle)
    star = " ".join(
        f"{21 + r * math.sin(math.radians(36 * i)):.2f},{20.6 - r * math.cos(math.radians(36 * i)):.2f}"
        for i, r in enumerate([5.6, 2.14] * 5)
    )
    small = min(3.3, 25 / max(len(purpose), 1))
    below = "".join(
        letter(character, small, 21 + (index - (len(purpose) - 1) / 2) * small * 1.06, 33.2)
        for index, character in enumerate(purpose)
    )
    return (
        f'{_SVG} viewBox="0 0 42 42"><g fill="{RED}" fill-opacity=".84">'
        f'<circle cx="21" cy="21" r="20" fill="none" stroke="{RED}" stroke-opacity=".84" stroke-width="1.1"/>'
        f'<polygon points="{star}"/>{letters}{below}</g></svg>'
    )


def qr_squares(address: str) -> tuple[int, list[tuple[int, int, int]]]:
    """The QR code of ``address``: modules a side with the quiet zone, and dark runs as (row, column, length).

    Error correction M survives a crease; the mask is fixed, for choosing the best of eight costs more than the rest.
    """
    import segno

    matrix = segno.make(address, error="m", mask=2, boost_error=False, micro=False).matrix
    quiet = 3
    runs: list[tuple[int, int, int]] = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            length = 0
            while x + length < len(row) and row[x + length]:
                length += 1
            if length:
                runs.append((y + quiet, x + quiet, length))
            x += length or 1
    return len(matrix) + 2 * quiet, runs
