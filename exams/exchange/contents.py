"""Between what a file gave (``FoundItem``) and what the bank keeps (``rules.ItemContent``), both as plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from django.utils.translation import gettext as _

from exams import rules
from exams.exchange.reading import CHOICE, LETTERS, PICTURE, FoundItem, Picture, reworded, tidy


def words_of(item: FoundItem) -> dict[str, Any]:
    """The words and the key, as ``services.create_item`` takes them; the questions of a case are entered one by one."""
    words: dict[str, Any] = {"kind": item.kind, "stem": item.stem, "explanation": item.explanation}
    if item.kind in CHOICE:
        words.update(options=item.options, keys=item.keys)
    elif item.kind == "matching":
        words.update(rules.matching_of(item.pairs, item.distractors))
    elif item.kind == "ordering":
        words.update(rules.ordering_of(item.options))
    elif item.kind == "essay":
        words["marking_points"] = [{"text": text, "points": points} for text, points in item.marking]
    elif item.kind == "case":
        words["exhibits"] = [{"title": title, "text": text} for title, text in item.exhibits]
    else:
        words.update(accepted=item.answers, tolerance=item.tolerance)
    return words


def faults_of(item: FoundItem) -> list[str]:
    """Why the bank would not take the item, by the room's own rules; empty when it would."""
    faults = rules.item_faults(**words_of(item))
    for number, part in enumerate(item.parts, start=1):
        inside = rules.item_faults(**words_of(part))
        if part.kind == "essay":
            inside.append(_("案例的小题不能是主观题；主观题请把材料写进题干。"))
        faults += [_("第 %(n)d 小题：%(fault)s") % {"n": number, "fault": fault} for fault in inside]
    return faults


def found_of(
    content: rules.ItemContent,
    *,
    name: str = "",
    points: int = 0,
    chapter: str = "",
    law_as_of: str = "",
    articles: Sequence[str] = (),
    source: str = "",
    credit: str = "",
    parts: Sequence[FoundItem] = (),
    images: Sequence[Picture] = (),
) -> FoundItem:
    """A version of the bank as the writers take it."""
    letters = {letter: tidy(text) for letter, text in zip(LETTERS, content.options, strict=False)}
    made: dict[str, Any] = {}
    if content.kind in CHOICE:
        made = {"options": tuple(letters.values()), "keys": frozenset(content.keys)}
    elif content.kind == "matching":
        lefts = [tidy(text) for text in content.prompts]
        made["pairs"] = tuple(zip(lefts, (letters[key] for key in content.keys), strict=True))
        made["distractors"] = tuple(text for letter, text in letters.items() if letter not in content.keys)
    elif content.kind == "ordering":
        made["options"] = tuple(letters[key] for key in content.keys)
    elif content.kind == "essay":
        made["marking"] = tuple((tidy(str(point["text"])), int(point["points"])) for point in content.marking_points)
    elif content.kind == "case":
        made["exhibits"] = tuple((tidy(shown["title"]), tidy(shown["text"])) for shown in content.exhibits)
        made["parts"] = tuple(parts)
    else:
        made = {"answers": tuple(tidy(text) for text in content.accepted), "tolerance": content.tolerance}
    return FoundItem(
        place=0,
        kind=content.kind,
        stem=tidy(content.stem),
        explanation=tidy(content.explanation),
        chapter=chapter,
        law_as_of=law_as_of,
        articles=tuple(articles),
        source=source,
        credit=credit,
        points=0 if content.kind in {"essay", "case"} else points,
        name=name,
        images=tuple(images),
        **made,
    )


# --- pictures and keeping ----------------------------------------------------------------------------------------------

_OURS = re.compile(r"［图:([0-9A-Z]{6,12})］")
_THEIRS = re.compile(r"［图(\d{1,3})］")


def with_codes(item: FoundItem, codes: Sequence[str]) -> FoundItem:
    """［图1］ of a file as ［图:CODE］ of the bank; the pictures themselves are left behind."""

    def words(text: str) -> str:
        return _THEIRS.sub(lambda m: f"［图:{codes[int(m[1]) - 1]}］" if 1 <= int(m[1]) <= len(codes) else m[0], text)

    return replace(reworded(item, words), images=()) if item.images else item


def codes_in(item: FoundItem) -> list[str]:
    """The pictures of the bank that an item shows, in the order in which they are met."""
    return list(dict.fromkeys(code for text in item.texts() for code in _OURS.findall(text)))


def with_pictures(item: FoundItem, pictures: Mapping[str, Picture]) -> FoundItem:
    """［图:CODE］ as ［图1］ with the picture beside it; a code that is no picture of the bank stays as it is."""
    order: dict[str, int] = {}

    def words(text: str) -> str:
        def mark(found: re.Match[str]) -> str:
            if found[1] not in pictures:
                return found[0]
            return PICTURE % order.setdefault(found[1], len(order) + 1)

        return _OURS.sub(mark, text)

    made = reworded(item, words)
    return replace(made, images=tuple(pictures[code] for code in order))


def to_json(item: FoundItem) -> dict[str, Any]:
    """As a staged row keeps it; pictures are kept apart (``with_codes`` first)."""
    kept = {name: value for name, value in asdict(item).items() if value and name not in {"place", "images"}}
    return _lists(kept)


def _lists(kept: dict[str, Any]) -> dict[str, Any]:
    if "keys" in kept:
        kept["keys"] = sorted(kept["keys"])
    kept["parts"] = [
        _lists({k: v for k, v in part.items() if v and k not in {"place", "images"}}) for part in kept.get("parts", ())
    ]
    return {name: value for name, value in kept.items() if value}


def from_json(kept: Mapping[str, Any], place: int = 0) -> FoundItem:
    made: dict[str, Any] = {name: _tuples(value) if isinstance(value, list) else value for name, value in kept.items()}
    made["parts"] = tuple(from_json(part) for part in kept.get("parts", ()))
    made["keys"] = frozenset(kept.get("keys", ()))
    return FoundItem(place=place, **made)


def _tuples(value: list[Any]) -> tuple[Any, ...]:
    return tuple(_tuples(held) if isinstance(held, list) else held for held in value)
