"""The fonts certificates are printed in, found by their family, and which characters they hold.

A character that no listed family holds is refused before a number is taken: a certificate with an empty box for a name is false.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

SERIF = "Noto Serif CJK SC"
SANS = "Noto Sans CJK SC"


@dataclass(frozen=True, slots=True)
class Face:
    """One face of one file: what fontconfig answers, checked to be the family that was asked for."""

    family: str
    weight: str
    path: Path
    index: int


@cache
def face(family: str, weight: str = "regular") -> Face:
    """The installed face of exactly this family; a machine without it must not print something else."""
    pattern = f"{family}:weight={'bold' if weight == 'bold' else 'regular'}:slant=roman"
    answer = subprocess.run(  # noqa: S603 - a fixed program, and a pattern made of our own constants
        ["/usr/bin/fc-match", "--format=%{family}|%{file}|%{index}", pattern],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    ).stdout
    names, _sep, rest = answer.partition("|")
    path, _sep, index = rest.partition("|")
    if family not in names.split(",") or not path:
        raise ImproperlyConfigured(f"the font {family} is not installed (Debian: fonts-noto-cjk)")
    return Face(family, weight, Path(path), int(index or 0) & 0xFFFF)


@cache
def characters(family: str, weight: str = "regular") -> frozenset[int]:
    """The code points that a face can print."""
    from fontTools.ttLib import TTFont

    found = face(family, weight)
    with TTFont(found.path, fontNumber=found.index, lazy=True) as font:
        return frozenset(font.getBestCmap())


def uncovered(text: str) -> list[str]:
    """The characters of ``text`` that the certificate's serif faces lack, each once, in order."""
    known = characters(SERIF) & characters(SERIF, "bold")
    return [c for c in dict.fromkeys(text) if ord(c) not in known and not c.isspace()]
