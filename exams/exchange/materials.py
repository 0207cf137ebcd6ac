"""The material of a case as lines of text, where a format knows one text only: the stem, then ``【材料：标题】`` and its text."""

from __future__ import annotations

import re

_HEAD = re.compile(r"^【材料(?:[：:](.*?))?】$")


def split(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The stem, and (title, text) of each piece of material below it."""
    stem: list[str] = []
    shown: list[tuple[str, list[str]]] = []
    for line in text.split("\n"):
        if found := _HEAD.match(line.strip()):
            shown.append(((found[1] or "").strip(), []))
        elif shown:
            shown[-1][1].append(line)
        else:
            stem.append(line)
    return "\n".join(stem).strip(), tuple((title, "\n".join(lines).strip()) for title, lines in shown)


def join(stem: str, exhibits: tuple[tuple[str, str], ...]) -> str:
    return "\n".join([stem, *(f"【材料：{title}】\n{text}" if title else f"【材料】\n{text}" for title, text in exhibits)])
