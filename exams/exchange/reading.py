"""What a parser understood: items, refusals, and the plain checks that every format shares."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from exams.exchange.radicals import RADICALS

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CHOICE = frozenset({"single", "multiple", "true_false"})
MOST_OPTIONS = 10
LONGEST = 8000
MOST_ITEMS = 5000
MOST_LINES = 120_000
MOST_TEXT = 5 * 1024 * 1024
PICTURE = "［图%d］"
_PICTURE = re.compile(r"［图(\d{1,3})］")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,10})?")


@dataclass(frozen=True, slots=True)
class Picture:
    """An image of an item. The text says ［图1］ where it stands; ``pictures.take`` made sure that it is one."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class FoundItem:
    """One item as a file gave it. ``place`` is its line or row; ``keys`` are option letters for choice kinds.

    For ``matching`` the pairs "left → right" stand in ``pairs``, further right sides in ``distractors``; for ``ordering`` the
    options stand in the right order; for ``numeric`` and ``short_answer`` ``answers`` holds what is accepted; ``essay`` has its
    marking points (采分点) in hundredths; a ``case`` has its questions in ``parts`` and further
    material as (title, text) in ``exhibits``.
    ``articles`` are the law articles it rests on, as 《law》article; ``credit`` is how its author is named.
    ``points`` are hundredths, 0 where the file does not say. ``notes`` say what the file held and the item does not.
    """

    place: int
    kind: str
    stem: str
    options: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()
    explanation: str = ""
    chapter: str = ""
    answers: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    distractors: tuple[str, ...] = ()
    tolerance: str = ""
    marking: tuple[tuple[str, int], ...] = ()
    parts: tuple[FoundItem, ...] = ()
    exhibits: tuple[tuple[str, str], ...] = ()
    images: tuple[Picture, ...] = ()
    points: int = 0
    law_as_of: str = ""
    articles: tuple[str, ...] = ()
    source: str = ""
    credit: str = ""
    name: str = ""
    where: str = ""
    notes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The same item read twice, from whichever format, has the same fingerprint."""
        parts = [self.kind, squeeze(self.stem), *map(squeeze, self.options), "".join(sorted(self.keys)), *self.answers]
        parts += [f"{left}→{right}" for left, right in self.pairs]
        parts += [*self.distractors, self.tolerance, *(f"{text}={points}" for text, points in self.marking)]
        parts += [f"{squeeze(title)}:{squeeze(text)}" for title, text in self.exhibits]
        parts += [part.fingerprint for part in self.parts]
        parts += [hashlib.sha256(image.content).hexdigest() for image in self.images]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()

    def texts(self) -> list[str]:
        """Everything a candidate or marker reads, parts included."""
        own = [self.stem, *self.options, self.explanation, *self.answers, *self.distractors]
        own += [side for pair in (*self.pairs, *self.exhibits) for side in pair] + [text for text, _points in self.marking]
        return own + [text for part in self.parts for text in part.texts()]


def reworded(item: FoundItem, words: Callable[[str], str]) -> FoundItem:
    """The item with each of its texts passed through ``words``, in the order in which a reader meets them."""
    return replace(
        item,
        stem=words(item.stem),
        options=tuple(words(text) for text in item.options),
        pairs=tuple((words(left), words(right)) for left, right in item.pairs),
        distractors=tuple(words(text) for text in item.distractors),
        answers=tuple(words(text) for text in item.answers),
        marking=tuple((words(text), points) for text, points in item.marking),
        exhibits=tuple((words(title), words(text)) for title, text in item.exhibits),
        explanation=words(item.explanation),
        parts=tuple(reworded(part, words) for part in item.parts),
    )


@dataclass(frozen=True, slots=True)
class Refusal:
    place: int
    reason: str  # one sentence for the user
    excerpt: str
    where: str = ""  # the file within a package


@dataclass(slots=True)
class Reading:
    """``unit`` says what ``place`` counts; ``skipped`` are words that belong to no item, so that nothing vanishes unseen."""

    accepted: list[FoundItem] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    unit: str = "line"

    @property
    def found(self) -> int:
        return len(self.accepted) + len(self.refused)

    def take(self, item: FoundItem) -> None:
        """Accept ``item`` if it can stand, else refuse it with the reason."""
        if self.found >= MOST_ITEMS:
            raise Unreadable(_("一个文件最多 %(most)d 道题，请拆分后再导入。") % {"most": MOST_ITEMS})
        reason = fault_of(item)
        if reason:
            self.refuse(item.place, reason, item.stem, item.where)
        else:
            self.accepted.append(item)

    def refuse(self, place: int, reason: str, excerpt: str, where: str = "") -> None:
        if self.found >= MOST_ITEMS:
            raise Unreadable(_("一个文件最多 %(most)d 道题，请拆分后再导入。") % {"most": MOST_ITEMS})
        self.refused.append(Refusal(place, reason, " ".join(excerpt[:400].split())[:80], where))


class Unreadable(ValueError):
    """The file as a whole cannot be read; the message is a sentence for the user."""


def fault_of(item: FoundItem) -> str:
    """Why an item cannot stand, or an empty string."""
    if not item.stem.strip():
        return _("没有题干。")
    if item.articles and not item.law_as_of:
        return _("引用了法条的试题，请填写法规截至日期。")
    if any(len(text) > LONGEST for text in item.texts()):
        return _("题干、选项或解析过长（超过 %(most)d 字）。") % {"most": LONGEST}
    named = {int(number) for number in _PICTURE.findall("\n".join(item.texts()))}
    if item.images and named != set(range(1, len(item.images) + 1)):
        return _("图片与文中的图号对不上。")
    if item.kind in CHOICE:
        return _choice_fault(item)
    checks = {
        "short_answer": _answers_fault,
        "numeric": _numeric_fault,
        "matching": _matching_fault,
        "ordering": _ordering_fault,
        "essay": _essay_fault,
        "case": _case_fault,
    }
    return checks[item.kind](item)


def _answers_fault(item: FoundItem) -> str:
    if not item.answers or any(not answer.strip() for answer in item.answers):
        return _("没有给出可接受的答案。")
    return ""


def _numeric_fault(item: FoundItem) -> str:
    if len(item.answers) != 1:
        return _("数值题应有且只有一个答案。")
    if not _NUMBER.fullmatch(item.answers[0]):
        return _("答案“%(key)s”不是数。") % {"key": item.answers[0][:20]}
    if item.tolerance and (not _NUMBER.fullmatch(item.tolerance) or item.tolerance.startswith("-")):
        return _("允许误差“%(key)s”不是非负的数。") % {"key": item.tolerance[:20]}
    return ""


def _matching_fault(item: FoundItem) -> str:
    if len(item.pairs) < 2:
        return _("配对题至少要有两对。")
    lefts = [squeeze(left) for left, _right in item.pairs]
    if any(not side.strip() for pair in item.pairs for side in pair) or any(not d.strip() for d in item.distractors):
        return _("配对题有一边是空的。")
    if len(set(lefts)) < len(lefts):
        return _("配对题左边有两项相同。")
    rights = {squeeze(right) for _left, right in item.pairs}
    if rights & {squeeze(d) for d in item.distractors} or len({squeeze(d) for d in item.distractors}) < len(item.distractors):
        return _("配对题右边多余的项与别的项相同。")
    if max(len(item.pairs), len(rights) + len(item.distractors)) > len(LETTERS):
        return _("配对题的项太多（最多 %(most)d 项）。") % {"most": len(LETTERS)}
    return ""


def _ordering_fault(item: FoundItem) -> str:
    if len(item.options) < 2:
        return _("排序题至少要有两项。")
    if len(item.options) > MOST_OPTIONS:
        return _("选项多于 %(most)d 个。") % {"most": MOST_OPTIONS}
    if any(not option.strip() for option in item.options):
        return _("有空的选项。")
    if len({squeeze(option) for option in item.options}) < len(item.options):
        return _("有两个相同的选项。")
    return ""


def _essay_fault(item: FoundItem) -> str:
    if not item.marking:
        return _("主观题没有采分点。")
    if any(not text.strip() or points <= 0 for text, points in item.marking):
        return _("采分点要写明内容和分值。")
    if item.points and item.points != sum(points for _text, points in item.marking):
        return _("采分点分值之和与题目分值不一致。")
    return ""


def _case_fault(item: FoundItem) -> str:
    if not item.parts:
        return _("案例题下面没有小题。")
    for number, part in enumerate(item.parts, start=1):
        if part.kind == "case":
            return _("案例题里不能再套案例题。")
        if fault := fault_of(part):
            return _("第 %(n)d 小题：%(fault)s") % {"n": number, "fault": fault}
    return ""


def _choice_fault(item: FoundItem) -> str:
    if len(item.options) < 2:
        return _("选项少于两个。")
    if len(item.options) > MOST_OPTIONS:
        return _("选项多于 %(most)d 个。") % {"most": MOST_OPTIONS}
    if any(not option.strip() for option in item.options):
        return _("有空的选项。")
    if len({squeeze(option) for option in item.options}) < len(item.options):
        return _("有两个相同的选项。")
    if not item.keys:
        return _("没有答案。")
    unknown = sorted(key for key in item.keys if key not in LETTERS[: len(item.options)])
    if unknown:
        return _("答案 %(key)s 没有对应的选项。") % {"key": "、".join(unknown)}
    if item.kind == "single" and len(item.keys) != 1:
        return _("单项选择题只能有一个答案。")
    if item.kind == "multiple" and len(item.keys) < 2:
        return _("多项选择题至少要有两个答案。")
    return ""


def decode(raw: bytes) -> str:
    """Text of a file in UTF-8 (with or without BOM), UTF-16 with BOM, or GB18030; radicals and line ends normalised."""
    if len(raw) > MOST_TEXT:
        raise Unreadable(_("文件超过 %(most)d MB，请拆分后再导入。") % {"most": MOST_TEXT // 1024 // 1024})
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        if text.count("\n") > MOST_LINES:
            raise Unreadable(_("文件超过 %(most)d 行，请拆分后再导入。") % {"most": MOST_LINES})
        return clean(text)
    raise Unreadable(_("读不出文字：请另存为 UTF-8 或 GBK 编码的文本文件。"))


def tidy(text: str) -> str:
    """A text as it stands in an item: clean, no tabs, no blanks at the ends of lines, no blank lines at its ends."""
    return "\n".join(line.rstrip() for line in clean(text).replace("\t", " ").split("\n")).strip()


def clean(text: str) -> str:
    """Line ends to ``\\n``, look-alike radicals to ideographs, non-breaking spaces to plain ones, invisible characters out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(RADICALS)
    text = text.replace("\u00a0", " ").replace("\u2028", "\n").replace("\u2029", "\n")
    return text if text.isascii() and text.isprintable() else text.translate(_Invisible())


class _Invisible(dict[int, int | None]):
    """Which characters to drop, looked up once each."""

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        drop = character not in "\n\t" and unicodedata.category(character) in {"Cc", "Cf", "Cs"}
        self[code] = None if drop else code
        return self[code]


def squeeze(text: str) -> str:
    """For comparing: NFKC, no white space, lower case."""
    return "".join(unicodedata.normalize("NFKC", text.translate(RADICALS)).split()).lower()


def narrow(text: str) -> str:
    """Full-width letters, digits and brackets to plain ones, nothing else: for reading keys and numbers."""
    return "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in text)
