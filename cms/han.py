"""Cutting Chinese for the search index: a run of Han characters becomes its overlapping pairs, then its characters.

Databases take a run of Han characters as one token, so that nobody finds 社会 in 社会救助. Cut the same way at index and at
query time, any word of two characters or more is found inside any text; a single character is found too. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"([{HAN}]+)|([^\\W_{HAN}]+)")
_BEYOND = re.compile("[\U00010000-\U0010ffff]")


def _plain(token: str) -> str:
    """Characters beyond the first plane as words of ASCII: tokenisers disagree on whether they are letters."""
    return _BEYOND.sub(lambda match: f"u{ord(match.group()):x}", token)


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """Runs of letters and digits, each with whether it is Han. Full-width forms are folded, case too."""
    for match in _RUN.finditer(unicodedata.normalize("NFKC", text).casefold()):
        yield (match.group(), match.group(1) is not None)


def pairs(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]


def cut_for_index(text: str) -> str:
    """Words and pairs in the order of the text (phrases keep their neighbours), then the single characters, each once."""
    sequence: list[str] = []
    singles: dict[str, None] = {}
    for run, is_han in runs(text):
        if not is_han:
            sequence.append(_plain(run))
            continue
        sequence += [_plain(pair) for pair in pairs(run)]
        if len(run) > 1:
            singles.update(dict.fromkeys(run))
    return " ".join([*sequence, *(_plain(char) for char in singles)])


def cut_for_query(text: str) -> str:
    """What must be found: every word and every pair. Quotes and operators are gone, so no query can be malformed."""
    return " ".join(_plain(token) for run, is_han in runs(text) for token in (pairs(run) if is_han else [run]))
