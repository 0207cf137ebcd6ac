"""What a parser understood: items, refusals, and the plain checks that every format shares."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from exams.exchange.radicals import RADICALS

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CHOICE = frozenset({"single", "multiple", "true_false"})
MOST_OPTIONS = 10
LONGEST = 8000


@dataclass(frozen=True, slots=True)
class FoundItem:
    """One item as a file gave it. ``place`` is its line or row; ``keys`` are option letters for choice kinds.

    For ``matching`` the options are pairs "left → right" in ``pairs``; for ``ordering`` the options stand in the right order; for
    ``numeric`` and ``short_answer`` ``answers`` holds what is accepted.
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
    tolerance: str = ""
    images: tuple[str, ...] = ()
    name: str = ""

    @property
    def fingerprint(self) -> str:
        """The same item read twice, from whichever format, has the same fingerprint."""
        parts = [self.kind, squeeze(self.stem), *map(squeeze, self.options), "".join(sorted(self.keys)), *self.answers]
        parts += [f"{left}→{right}" for left, right in self.pairs]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Refusal:
    place: int
    reason: str  # one sentence for the user
    excerpt: str


@dataclass(slots=True)
class Reading:
    accepted: list[FoundItem] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    @property
    def found(self) -> int:
        return len(self.accepted) + len(self.refused)

    def take(self, item: FoundItem) -> None:
        """Accept ``item`` if it can stand, else refuse it with the reason."""
        reason = fault_of(item)
        if reason:
            self.refuse(item.place, reason, item.stem)
        else:
            self.accepted.append(item)

    def refuse(self, place: int, reason: str, excerpt: str) -> None:
        self.refused.append(Refusal(place, reason, " ".join(excerpt.split())[:80]))


class Unreadable(ValueError):
    """The file as a whole cannot be read; the message is a sentence for the user."""


def fault_of(item: FoundItem) -> str:
    """Why an item cannot stand, or an empty string. Kinds other than choice need an answer of their own."""
    if not item.stem.strip():
        return _("没有题干。")
    if len(item.stem) > LONGEST:
        return _("题干过长。")
    if item.kind in CHOICE:
        return _choice_fault(item)
    if item.kind in {"short_answer", "numeric"} and not item.answers:
        return _("没有给出可接受的答案。")
    if item.kind == "matching" and len(item.pairs) < 2:
        return _("配对题至少要有两对。")
    if item.kind == "ordering" and len(item.options) < 2:
        return _("排序题至少要有两项。")
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
        return clean(text)
    raise Unreadable(_("读不出文字：请另存为 UTF-8 或 GBK 编码的文本文件。"))


def clean(text: str) -> str:
    """Line ends to ``\\n``, look-alike radicals to ideographs, odd spaces to plain ones, invisible characters out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(RADICALS)
    text = text.replace("\u00a0", " ").replace("\u3000", " ").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf"})


def squeeze(text: str) -> str:
    """For comparing: NFKC, no white space, lower case."""
    return "".join(unicodedata.normalize("NFKC", text.translate(RADICALS)).split()).lower()


def narrow(text: str) -> str:
    """Full-width letters, digits and brackets to plain ones, nothing else: for reading keys and numbers."""
    return "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in text)
