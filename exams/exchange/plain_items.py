"""A block of a question sheet as an item, or as a refusal with its reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from exams.exchange import essays, materials
from exams.exchange.plain_words import FALSE, IN_STEM, TRUE
from exams.exchange.reading import LETTERS, FoundItem, Reading, narrow, tidy

if TYPE_CHECKING:
    from exams.exchange.plain import Block

_ARROW = re.compile(r"\s*(?:→|->|=>)\s*")
_TOLERANCE = re.compile(r"^(.*?)\s*[（(]\s*(?:允许)?误差\s*[:：±]?\s*([^）)]+)[)）]$")
# an option's letter within another option's text; "A、B 都对" is no such letter
_STRAY = re.compile(r"(?:^|(?<=[\s;；。，,]))[（(]?[A-JＡ-Ｊ]\s*[.、．)）:：]\s*(?![\sA-JＡ-Ｊ、)）])")
_BLANK = "（　　）"
_BLANKS = re.compile(r"_{2,}|[（(]\s+[)）]")


class _Bad(ValueError):
    """Why this block is no item; a sentence for the user."""


def finish(block: Block, reading: Reading) -> None:
    stem = tidy("\n".join(part for part in block.stem if part))
    try:
        item = _item(block, stem)
    except (_Bad, essays.Unmarked) as error:
        reading.refuse(block.place, str(error), stem)
    else:
        reading.take(item)


def _item(block: Block, stem: str) -> FoundItem:
    if len(stem) > 20_000 or len(block.options) > len(LETTERS):
        raise _Bad(_("题干过长。"))
    if block.kind.startswith("?"):
        raise _Bad(_("标题“%(title)s”下的题型不支持。") % {"title": block.kind[1:21]})
    stray = next((words for _letter, words in block.options if _STRAY.search(words)), None)
    if stray is not None:
        raise _Bad(_("选项的字母不连续或重复，见“%(text)s”。") % {"text": " ".join(stray.split())[:24]})
    if "≠" in block.key:
        raise _Bad(_("同一道题的两个答案不一致：%(keys)s。") % {"keys": block.key[:30]})
    if block.kind == "short_answer" and len(_BLANKS.findall(stem)) > 1:
        raise _Bad(_("题里有几个空；本系统的填空题只有一个空，请拆成几道。"))
    makers = {"matching": _matching, "ordering": _ordering, "short_answer": _answers, "numeric": _numeric, "essay": _essay}
    if block.kind == "case":
        made = _case(block, stem)
    elif block.kind in makers and not (block.kind == "essay" and block.options):
        made = {"kind": block.kind, "stem": stem, **makers[block.kind](block)}
    elif block.marking:
        made = {"kind": "essay", "stem": stem, **_essay(block)}
    else:
        made = _choice(block, stem)
    return FoundItem(
        place=block.place,
        explanation=tidy("\n".join(part for part in block.why if part)),
        chapter=block.chapter,
        **made,
    )


def _choice(block: Block, stem: str) -> dict[str, Any]:
    options = tuple(tidy(words) for _letter, words in block.options)
    key, stem = _key_of(block, stem, len(options))
    plain = narrow(key).strip().rstrip("。.;；").strip().upper()
    if bracketed := re.fullmatch(r"[(（\[【]\s*([A-Z\s,，、;；]+)\s*[)）\]】]", plain):
        plain = bracketed[1].strip()
    truth = plain in TRUE or plain in FALSE
    if not options and truth:
        return {"kind": "true_false", "stem": stem, "options": ("正确", "错误"), "keys": frozenset("A" if plain in TRUE else "B")}
    letters = re.sub(r"[\s,，、;；和]+", "", plain)
    if letters and not re.fullmatch(r"[A-Z]+", letters):
        if not options:
            raise _Bad(_("没有选项，也不是判断题；填空题、主观题请放在写明题型的标题下。"))
        raise _Bad(_("看不懂答案“%(key)s”。") % {"key": key[:20]})
    if len(set(letters)) < len(letters):
        raise _Bad(_("答案里有重复的字母。"))
    keys = frozenset(letters)
    if block.kind == "true_false" and len(options) == 2:
        words = [option.strip("。.").upper() for option in options]
        if words[0] in TRUE and words[1] in FALSE and keys <= {"A", "B"}:
            return {"kind": "true_false", "stem": stem, "options": ("正确", "错误"), "keys": keys}
        if words[0] in FALSE and words[1] in TRUE and keys <= {"A", "B"}:
            turned = frozenset({"A": "B", "B": "A"}[letter] for letter in keys)
            return {"kind": "true_false", "stem": stem, "options": ("正确", "错误"), "keys": turned}
    kind = block.kind if block.kind in {"single", "multiple"} else ("multiple" if len(keys) > 1 else "single")
    return {"kind": kind, "stem": stem, "options": options, "keys": keys}


def _key_of(block: Block, stem: str, options: int) -> tuple[str, str]:
    """The key and the stem without it: a key in the stem's brackets is taken out, so that no candidate reads it."""
    inside = [mark for mark in IN_STEM.finditer(stem) if _may_be_key(mark[1], options)]
    if not inside:
        return block.key, stem
    mark = inside[-1]
    if block.has_key and block.key:
        if _letters(mark[1]) != _letters(block.key):
            if len(inside) == 1 and mark.end() == len(stem.rstrip("。.？?")):
                raise _Bad(_("题干括号里是“%(one)s”，答案写的是“%(other)s”。") % {"one": mark[1], "other": block.key[:20]})
            return block.key, stem
    elif len({_letters(other[1]) for other in inside}) > 1:
        raise _Bad(_("题干里有几处括号像答案，分不清是哪一个。"))
    return block.key or mark[1], f"{stem[: mark.start()]}{_BLANK}{stem[mark.end() :]}"


def _may_be_key(text: str, options: int) -> bool:
    letters = _letters(text)
    return options > 0 if re.fullmatch(r"[A-J]+", letters) else options == 0


def _letters(text: str) -> str:
    plain = "".join(re.sub(r"[\s,，、;；.。]+", "", narrow(text)).upper().split())
    if plain in TRUE:
        return "√"
    if plain in FALSE:
        return "×"
    return "".join(sorted(plain)) if re.fullmatch(r"[A-Z]+", plain) else plain


def _matching(block: Block) -> dict[str, Any]:
    pairs, more = [], []
    for _letter, words in block.options:
        left, *right = _ARROW.split(words)
        if len(right) != 1 or not right[0]:
            raise _Bad(_("配对题的“%(text)s”没有写成“左边 → 右边”。") % {"text": words[:20]})
        if left:
            pairs.append((tidy(left), tidy(right[0])))
        else:
            more.append(tidy(right[0]))
    return {"pairs": tuple(pairs), "distractors": tuple(more)}


def _ordering(block: Block) -> dict[str, Any]:
    letters = re.sub(r"[\s,，、;；→>-]+", "", narrow(block.key)).upper()
    texts = {letter: tidy(words) for letter, words in block.options}
    if sorted(letters) != sorted(texts):
        raise _Bad(_("排序题的答案要把每个字母恰好写一次，如“答案：CABD”。"))
    return {"options": tuple(texts[letter] for letter in letters)}


def _answers(block: Block) -> dict[str, Any]:
    if block.options:
        raise _Bad(_("标题写的是填空题，题下却有选项。"))
    return {"answers": tuple(text for part in re.split(r"[|｜\n]", block.key) if (text := tidy(part)))}


def _numeric(block: Block) -> dict[str, Any]:
    found = _TOLERANCE.match(block.key)
    value, tolerance = (found[1], found[2]) if found else (block.key, "")
    answers = (narrow(value).strip(),) if value.strip() else ()
    return {"answers": answers, "tolerance": narrow(tolerance).strip()}


def _essay(block: Block) -> dict[str, Any]:
    return {"marking": essays.read_points(block.marking)}


def _case(block: Block, stem: str) -> dict[str, Any]:
    words, exhibits = materials.split(stem)
    parts = []
    for part in block.parts:
        inner = tidy("\n".join(line for line in part.stem if line))
        parts.append(_item(part, inner))
    return {"kind": "case", "stem": words, "exhibits": exhibits, "parts": tuple(parts)}
