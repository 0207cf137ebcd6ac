"""The Merkle tree of RFC 6962 over texts, its audit paths, and the root that also binds what the tree is of. Pure.

A leaf is SHA-256 over 0x00 and the text, a node over 0x01 and its two children; a tree of n leaves is cut at the largest power
of two below n. ``reports/data/verify_export.py`` checks the same without us.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence

VERSION = 1


def leaf(text: str) -> bytes:
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree; of none the digest of nothing."""
    levels = _levels(leaves)
    return levels[-1][0] if levels else hashlib.sha256().digest()


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """From the leaves up, pairs joined; one left over rises as it is, which is the same tree."""
    if not leaves:
        return []
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        row = levels[-1]
        above = [node(row[n], row[n + 1]) for n in range(0, len(row) - 1, 2)]
        if len(row) % 2:
            above.append(row[-1])
        levels.append(above)
    return levels


def new_path_parts(leaves: Sequence[bytes]) -> Iterator[list[bytes]]:
    """For each leaf the lower part of its audit path, as far as it differs from the path of the leaf before.

    The rest, nearer the root, is the same as before: about two digests a leaf instead of log2(n).
    """
    levels = _levels(leaves)
    before: list[bytes] = []
    for index in range(len(leaves)):
        path = _path(levels, index)
        shared = 0
        while shared < min(len(path), len(before)) and path[-1 - shared] == before[-1 - shared]:
            shared += 1
        yield path[: len(path) - shared]
        before = path


def _path(levels: list[list[bytes]], index: int) -> list[bytes]:
    path = []
    for row in levels[:-1]:
        other = index ^ 1
        if other < len(row):
            path.append(row[other])
        index >>= 1
    return path


def text_of(values: Sequence[str]) -> str:
    """A row's values in one text."""
    return json.dumps(list(values), ensure_ascii=False, separators=(",", ":"))


def sealed_root(root: bytes, *, path: str, period: int, position: int, count: int) -> str:
    """The root as it is printed: over the tree's root and what it is of."""
    header = text_of(["lms-seal", str(VERSION), path, str(period), str(position), str(count), root.hex()])
    return hashlib.sha256(header.encode()).hexdigest()
