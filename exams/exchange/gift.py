"""GIFT, the text format of Moodle, as its documentation describes it: read and written.

Carried: single, multiple, true/false, short answer, numeric, matching, essay (its marking points in the general feedback).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from exams.exchange import essays, marks
from exams.exchange.markup import Gathered, text_of_html
from exams.exchange.pictures import Unusable
from exams.exchange.reading import LETTERS, LONGEST, FoundItem, Reading, decode, tidy

KINDS = frozenset({"single", "multiple", "true_false", "short_answer", "numeric", "matching", "essay"})
_ESCAPED = {"~": "\ue001", "=": "\ue002", "#": "\ue003", "{": "\ue004", "}": "\ue005", ":": "\ue006", "\\": "\ue007", "n": "\ue008"}
_BACK = str.maketrans({mark: ("\n" if char == "n" else char) for char, mark in _ESCAPED.items()})
_NAME = re.compile(r"^\s*::(.*?)::", re.S)
_FORMAT = re.compile(r"^\s*\[(html|moodle|plain|markdown)\]", re.I)
_WEIGHT = re.compile(r"^\s*%(-?\d{1,3}(?:\.\d{1,7})?)%")
_TAG = re.compile(r"\[tag:((?:\\.|[^\]\\])+)\]")  # Moodle's own, within a comment
_TRUE, _FALSE = {"T", "TRUE"}, {"F", "FALSE"}


class _Bad(ValueError):
    """Why this question cannot be taken; a sentence for the user."""


def read_gift(raw: bytes) -> Reading:
    reading = Reading()
    chapter = ""
    for block in _blocks(decode(raw)):
        if block.text.startswith("$CATEGORY:"):
            chapter = _chapter(block.text.partition(":")[2])
            continue
        _take(block, chapter, reading)
    return reading


@dataclass(slots=True)
class _Block:
    """A question or a category line, the line it begins on, and the tags of the comments above or within it."""

    place: int
    lines: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def _blocks(text: str) -> list[_Block]:
    """A blank line ends a question; of comments only Moodle's ``[tag:…]`` say something."""
    blocks, open_block = list[_Block](), _Block(0)
    for number, line in enumerate(text.split("\n"), start=1):
        if line.lstrip().startswith("//"):
            open_block.tags += [re.sub(r"\\([\[\]])", r"\1", tag) for tag in _TAG.findall(line)]
        elif line.startswith("$CATEGORY:"):
            blocks += [open_block] if open_block.lines else []
            blocks.append(_Block(number, [line.strip()]))
            open_block = _Block(0)
        elif line.strip():
            open_block.place = open_block.place or number
            open_block.lines.append(line)
        elif open_block.lines:
            blocks.append(open_block)
            open_block = _Block(0)
    return blocks + ([open_block] if open_block.lines else [])


def _chapter(path: str) -> str:
    steps = [step.strip().replace("\ue009", "/") for step in path.strip().replace("//", "\ue009").split("/")]
    return tidy(next((step for step in reversed(steps) if step and step not in {"top", "$course$"}), ""))


def _take(block: _Block, chapter: str, reading: Reading) -> None:
    text = block.text
    try:
        if len(text) > LONGEST * 12:
            raise _Bad(_("这一段过长，没有读取。"))
        item = replace(_question(text, block.place, chapter), **marks.fields_of(block.tags))
    except (_Bad, Unusable, essays.Unmarked, marks.Unclear) as error:
        reading.refuse(block.place, str(error), _back(_NAME.sub("", text[:2000])))
    else:
        reading.take(item)


def _question(block: str, place: int, chapter: str) -> FoundItem:
    body = re.sub(r"\\([~=#{}:\\n])", lambda m: _ESCAPED[m[1]], block)
    name = ""
    if found := _NAME.match(body):
        name, body = _back(found[1]), body[found.end() :]
    gathered = Gathered()
    kind_of_text = "moodle"
    if found := _FORMAT.match(body):
        kind_of_text, body = found[1].lower(), body[found.end() :]

    def words(part: str) -> str:
        part = part if not (own := _FORMAT.match(part)) else part[own.end() :]
        as_html = (own[1].lower() if own else kind_of_text) == "html"
        return text_of_html(_back(part), gathered) if as_html else tidy(_back(part))

    opened, closed = body.find("{"), body.rfind("}")
    if opened < 0 and closed < 0:
        raise _Bad(_("这一段没有大括号，是说明文字，不是试题。"))
    if opened < 0 or closed < opened or "{" in body[opened + 1 : closed] or "}" in body[opened + 1 : closed]:
        raise _Bad(_("大括号没有成对。"))
    before, inside, after = body[:opened], body[opened + 1 : closed].strip(), body[closed + 1 :]
    stem = words(before)
    if after.strip():
        stem = tidy(f"{stem}（　　）{words(after)}")
    inside, mark, general = inside.partition("####")
    explanation = words(general) if mark else ""
    found_item = {"place": place, "stem": stem, "chapter": chapter, "name": name[:80]}
    made = _answer(inside.strip(), explanation, words, gathered)
    return FoundItem(**found_item, **made, notes=tuple(gathered.notes))  # type: ignore[arg-type]


def _answer(inside: str, explanation: str, words, gathered: Gathered) -> dict[str, object]:  # type: ignore[no-untyped-def]
    """What stands between the braces, as fields of an item."""
    if not inside:
        explanation, marking = essays.split(explanation)
        return {"kind": "essay", "explanation": explanation, "marking": marking}
    verdict, *feedback = inside.split("#")
    if verdict.strip().upper() in _TRUE | _FALSE:
        said = [f"{label}：{words(part)}" for label, part in zip(("答错", "答对"), feedback, strict=False) if part.strip()]
        explanation = "\n".join(part for part in (explanation, *said) if part)
        key = "A" if verdict.strip().upper() in _TRUE else "B"
        return {"kind": "true_false", "options": ("正确", "错误"), "keys": frozenset(key), "explanation": explanation}
    if inside.startswith("#"):
        return {"kind": "numeric", "explanation": explanation, **_numeric(inside[1:].strip(), words)}
    answers = _answers(inside)
    if any("->" in text for _mark, _weight, text, _feedback in answers):
        return {"kind": "matching", "explanation": explanation, **_pairs(answers, words)}
    if all(mark == "=" for mark, *_rest in answers):
        if any(weight not in (None, Decimal(100)) for _mark, weight, *_rest in answers):
            raise _Bad(_("有只得部分分的答案，本系统不支持。"))
        return {"kind": "short_answer", "explanation": explanation, "answers": tuple(words(text) for _m, _w, text, _f in answers)}
    made = _choice(answers, words, gathered)
    said = [f"{letter}：{words(f)}" for letter, (_m, _w, _t, f) in zip(LETTERS, answers, strict=False) if f.strip()]
    return {**made, "explanation": "\n".join(part for part in (explanation, *said) if part)}


def _answers(inside: str) -> list[tuple[str, Decimal | None, str, str]]:
    """(= or ~, weight in per cent, text, feedback) of each answer."""
    if inside[0] not in "=~":
        raise _Bad(_("看不懂大括号里的“%(text)s”。") % {"text": _back(inside)[:20]})
    found = []
    for mark, body in re.findall(r"([=~])([^=~]*)", inside):
        weight = None
        if given := _WEIGHT.match(body):
            weight, body = Decimal(given[1]), body[given.end() :]
        text, _sign, feedback = body.partition("#")
        found.append((mark, weight, text.strip(), feedback.strip()))
    return found


def _choice(answers: list[tuple[str, Decimal | None, str, str]], words, gathered: Gathered) -> dict[str, object]:  # type: ignore[no-untyped-def]
    weights = [weight if weight is not None else Decimal(100 if mark == "=" else 0) for mark, weight, *_rest in answers]
    if len(answers) > len(LETTERS):
        raise _Bad(_("选项太多。"))
    keys = frozenset(letter for letter, weight in zip(LETTERS, weights, strict=False) if weight > 0)
    full = [weight for weight in weights if weight >= 100]
    if len(full) > 1:
        raise _Bad(_("有两个选项各得满分，本系统的单项选择题只有一个答案。"))
    if (full and len(keys) > 1) or (len(keys) == 1 and not full):
        raise _Bad(_("有只得部分分的选项，本系统不支持。"))
    if len({weight for weight in weights if weight > 0}) > 1:
        gathered.note(_("各正确选项的分值权重不同，没有保留：本系统按试卷的计分规则给分。"))
    options = tuple(words(text) for _mark, _weight, text, _feedback in answers)
    return {"kind": "multiple" if len(keys) > 1 else "single", "options": options, "keys": keys}


def _pairs(answers: list[tuple[str, Decimal | None, str, str]], words) -> dict[str, object]:  # type: ignore[no-untyped-def]
    pairs, more = [], []
    for mark, weight, text, _feedback in answers:
        left, arrow, right = text.partition("->")
        if mark != "=" or not arrow or weight is not None:
            raise _Bad(_("配对题的每一行都应写成“=左边 -> 右边”。"))
        if left.strip():
            pairs.append((words(left), words(right)))
        else:
            more.append(words(right))
    return {"pairs": tuple(pairs), "distractors": tuple(more)}


def _numeric(inside: str, words) -> dict[str, object]:  # type: ignore[no-untyped-def]
    parts = [part for part in re.split(r"[=~]", inside) if part.strip()]
    right = [part for part in parts if not ((w := _WEIGHT.match(part)) and Decimal(w[1]) == 0)]
    if len(right) != 1 or ((w := _WEIGHT.match(right[0])) and Decimal(w[1]) != 100):
        raise _Bad(_("数值题有几个答案或部分得分，本系统不支持。"))
    number = _WEIGHT.sub("", right[0]).partition("#")[0].translate(_BACK).strip()
    try:
        if ".." in number:
            low, high = (Decimal(side.strip()) for side in number.split("..", 1))
            return {"answers": (_decimal((low + high) / 2),), "tolerance": _decimal((high - low) / 2)}
        value, _sign, tolerance = number.partition(":")
        margin = Decimal(tolerance.strip() or 0)
        return {"answers": (_decimal(Decimal(value.strip())),), "tolerance": _decimal(margin) if margin else ""}
    except (InvalidOperation, ValueError) as error:
        raise _Bad(_("答案“%(key)s”不是数。") % {"key": number[:20]}) from error


def _decimal(number: Decimal) -> str:
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise InvalidOperation
    return f"{number:f}"


def _back(text: str) -> str:
    return text.translate(_BACK).strip()


# --- writing -----------------------------------------------------------------------------------------------------------


def write_gift(items: list[FoundItem]) -> bytes:
    """Every item of ``KINDS``; the chapter as a category, so that other systems keep it too."""
    lines: list[str] = []
    chapter = ""
    for number, item in enumerate(items, start=1):
        if item.chapter != chapter:
            chapter = item.chapter
            lines += [f"$CATEGORY: $course$/top/{chapter.replace('/', '//')}" if chapter else "$CATEGORY: $course$/top", ""]
        name = item.name or str(number)
        if tags := [re.sub(r"[\[\]]", r"\\\g<0>", mark) for mark in marks.marks_of(item)]:
            lines.append("// " + " ".join(f"[tag:{tag}]" for tag in tags))
        lines += [f"::{_escape(name)}::[plain]{_escape(item.stem)}{{{_inside(item)}}}", ""]
    return "\n".join(lines).encode()


def _inside(item: FoundItem) -> str:
    why = essays.join(item.explanation, item.marking)
    tail = f"####{_escape(why)}" if why else ""
    if item.kind == "essay":
        return tail
    if item.kind == "true_false":
        return ("TRUE" if item.keys == frozenset("A") else "FALSE") + tail
    if item.kind == "numeric":
        return f"#{item.answers[0]}" + (f":{item.tolerance}" if item.tolerance else "") + tail
    if item.kind == "short_answer":
        answers = [f"=%100%{_escape(answer)}" for answer in item.answers]
    elif item.kind == "matching":
        answers = [f"={_escape(left)} -> {_escape(right)}" for left, right in item.pairs]
        answers += [f"= -> {_escape(right)}" for right in item.distractors]
    elif item.kind == "single":
        letters = zip(LETTERS, item.options, strict=False)
        answers = [f"={_escape(text)}" if letter in item.keys else f"~{_escape(text)}" for letter, text in letters]
    else:
        share = f"{Decimal(100) / len(item.keys):.5f}".rstrip("0").rstrip(".")
        letters = zip(LETTERS, item.options, strict=False)
        answers = [f"~%{share if letter in item.keys else '-100'}%{_escape(text)}" for letter, text in letters]
    return "\n\t" + "\n\t".join(answers) + (f"\n\t{tail}" if tail else "") + "\n"


def _escape(text: str) -> str:
    return re.sub(r"[~=#{}:\\]", r"\\\g<0>", text).replace("\n", "\\n")
