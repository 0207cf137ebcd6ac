"""What a lawful item of each kind is: every fault as a sentence, and items made from what a trainer writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.utils.translation import gettext as _

from exams.rules.marking import LETTERS, LONGEST_TEXT, AnswerKey, as_number, as_points, kinds_taking
from exams.rules.orders import option_order
from exams.rules.texts import fingerprint, normalise, normalise_answer

CHOICE = frozenset({"single", "multiple", "true_false"})

# by kind: how many options, how many of them keys (DOMAIN §2: 4 options and one key; 5 options and 2–4 keys)
LAWFUL: dict[str, tuple[range, range]] = {
    "single": (range(2, 7), range(1, 2)),
    "multiple": (range(4, 9), range(2, 8)),
    "true_false": (range(2, 3), range(1, 2)),
}
PAIRS, PLACES = range(2, 11), range(3, 11)  # matching: prompts; ordering: things to put in order
MOST_ACCEPTED = 20


@dataclass(frozen=True, slots=True)
class ItemContent:
    """An item of any kind as plain values. Which fields a kind uses:

    choice ``options``, ``keys`` · matching ``prompts`` (left), ``options`` (right), ``keys`` one per prompt · ordering ``options``
    as shown, ``keys`` in the right order · short answer ``accepted`` · numeric one ``accepted`` value and its ``tolerance`` · essay
    ``marking_points`` of {"text", "points"} · case ``exhibits`` of {"title", "text"}; its questions are items of their own.
    """

    kind: str
    stem: str
    options: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    tolerance: str = ""
    marking_points: tuple[Mapping[str, Any], ...] = ()
    exhibits: tuple[Mapping[str, str], ...] = ()
    explanation: str = ""

    @classmethod
    def of(
        cls, *, kind: str, stem: str, keys: Collection[str] = (), tolerance: str = "", explanation: str = "", **lists: Any
    ) -> ItemContent:
        """Cleaned: trimmed, keys of a choice once and in their order, true and false worded where they are not."""
        texts = {name: tuple(text.strip() for text in lists.get(name, ())) for name in ("options", "prompts", "accepted")}
        if kind == "true_false" and not texts["options"]:
            texts["options"] = (_("正确"), _("错误"))
        letters = tuple(sorted(set(keys))) if kind in CHOICE else tuple(keys)
        points = tuple(
            {"text": str(point["text"]).strip(), "points": int(point["points"])} for point in lists.get("marking_points", ())
        )
        exhibits = tuple(
            {"title": str(shown.get("title", "")).strip(), "text": str(shown["text"]).strip()}
            for shown in lists.get("exhibits", ())
        )
        return cls(
            kind=kind,
            stem=stem.strip(),
            keys=letters,
            tolerance=tolerance.strip(),
            explanation=explanation.strip(),
            marking_points=points,
            exhibits=exhibits,
            **texts,
        )

    def columns(self) -> dict[str, Any]:
        """As a version's row keeps it: lists, not tuples."""
        return {f.name: list(v) if isinstance(v := getattr(self, f.name), tuple) else v for f in fields(self)}

    @property
    def key(self) -> AnswerKey:
        return AnswerKey(self.keys, self.accepted, self.tolerance)

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.stem, self.options, (*self.prompts, *(shown["text"] for shown in self.exhibits)))

    @property
    def wording(self) -> str:
        """Everything a candidate reads, for telling near-duplicates."""
        shown = [text for exhibit in self.exhibits for text in (exhibit["title"], exhibit["text"])]
        return "\n".join([self.stem, *shown, *self.prompts, *sorted(self.options)])

    @property
    def worth(self) -> int:
        """Hundredths that the marking points sum up to."""
        return sum(int(point["points"]) for point in self.marking_points)

    def faults(self) -> list[str]:
        """Every reason, as a sentence, why this is no lawful item; empty when it is one."""
        found = [] if self.stem else [_("缺少题干。")]
        if self.kind in CHOICE:
            return found + _option_faults(self.options, *_numbers(self.kind)) + _key_faults(self)
        check = _CHECKS.get(self.kind)
        return found + (check(self) if check else [_("没有这种题型。")])


def item_faults(*, kind: str, stem: str, options: Sequence[str] = (), keys: Collection[str] = (), **more: Any) -> list[str]:
    """The faults of an item given as plain values."""
    return ItemContent.of(kind=kind, stem=stem, options=options, keys=keys, **more).faults()


def _numbers(kind: str) -> tuple[int, int]:
    allowed = LAWFUL[kind][0]
    return allowed[0], allowed[-1]


def _option_faults(options: Sequence[str], least: int, most: int) -> list[str]:
    faults = []
    if not least <= len(options) <= most:
        faults.append(
            _("这种题型应有 %(least)s 至 %(most)s 个选项，现有 %(count)s 个。")
            % {"least": least, "most": most, "count": len(options)}
        )
    if any(not option for option in options):
        faults.append(_("有空白的选项。"))
    seen = [normalise(option) or option for option in options if option]
    if len(set(seen)) != len(seen):
        faults.append(_("有两个选项相同。"))
    return faults


def _unknown(keys: Sequence[str], options: Sequence[str]) -> list[str]:
    unknown = sorted({key for key in keys if key not in set(LETTERS[: len(options)])})
    return [_("答案 %(keys)s 没有对应的选项。") % {"keys": "".join(unknown)}] if unknown else []


def _key_faults(item: ItemContent) -> list[str]:
    faults, count = _unknown(item.keys, item.options), len(set(item.keys))
    if not item.keys:
        faults.append(_("没有标出正确答案。"))
    elif item.kind == "multiple" and count < 2:
        faults.append(_("多项选择题至少要有两个正确答案。"))
    elif item.kind == "multiple" and count >= len(item.options):
        faults.append(_("多项选择题至少要有一个错误选项。"))
    elif count not in LAWFUL[item.kind][1]:
        faults.append(_("这种题型只能有一个正确答案。"))
    return faults


def _matching_faults(item: ItemContent) -> list[str]:
    faults = _option_faults(item.options, 2, len(LETTERS))
    if len(item.prompts) not in PAIRS:
        faults.append(
            _("配对题应有 %(least)s 至 %(most)s 对，现有 %(count)s 对。")
            % {"least": PAIRS[0], "most": PAIRS[-1], "count": len(item.prompts)}
        )
    if any(not prompt for prompt in item.prompts):
        faults.append(_("左边有空白的一项。"))
    if len({normalise(prompt) or prompt for prompt in item.prompts}) != len(item.prompts):
        faults.append(_("左边有两项相同。"))
    if len(item.keys) != len(item.prompts):
        faults.append(_("左边每一项都要有一个答案。"))
    return faults + _unknown(item.keys, item.options)


def _ordering_faults(item: ItemContent) -> list[str]:
    faults = _option_faults(item.options, PLACES[0], PLACES[-1])
    if sorted(item.keys) != list(LETTERS[: len(item.options)]):
        faults.append(_("正确顺序要把每一项恰好排一次。"))
    return faults


def _text_faults(item: ItemContent) -> list[str]:
    faults = []
    if not item.accepted or any(not normalise_answer(text) for text in item.accepted):
        faults.append(_("没有给出可接受的答案。"))
    if any(len(text) > LONGEST_TEXT for text in item.accepted):
        faults.append(_("可接受的答案最长 %(most)s 个字；更长的请用主观题。") % {"most": LONGEST_TEXT})
    if len(item.accepted) > MOST_ACCEPTED:
        faults.append(_("可接受的答案最多 %(most)s 种。") % {"most": MOST_ACCEPTED})
    return faults


def _numeric_faults(item: ItemContent) -> list[str]:
    if len(item.accepted) != 1 or as_number(item.accepted[0]) is None:
        return [_("数值题要有一个正确的数。")]
    tolerance = as_number(item.tolerance) if item.tolerance else as_number("0")
    return [_("允许的误差应是不小于 0 的数。")] if tolerance is None or tolerance < 0 else []


def _case_faults(item: ItemContent) -> list[str]:
    return [_("有空白的材料。")] if any(not shown["text"] for shown in item.exhibits) else []


def _essay_faults(item: ItemContent) -> list[str]:
    if not item.marking_points:
        return [_("主观题至少要有一个采分点。")]
    faults = []
    if any(not point["text"] for point in item.marking_points):
        faults.append(_("有空白的采分点。"))
    if any(point["points"] < 1 for point in item.marking_points):
        faults.append(_("每个采分点都要有分值。"))
    return faults


_CHECKS = {
    "matching": _matching_faults,
    "ordering": _ordering_faults,
    "short_answer": _text_faults,
    "numeric": _numeric_faults,
    "case": _case_faults,
    "essay": _essay_faults,
}


# --- from what a trainer writes -----------------------------------------------------------------------------------------


def matching_of(pairs: Sequence[tuple[str, str]], decoys: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
    """Prompts, options and keys of "left – right" pairs; the right sides are mixed, the same for the same texts."""
    right = list(dict.fromkeys([other.strip() for _left, other in pairs] + [text.strip() for text in decoys]))
    order = option_order("\x1f".join(right), len(right), len(right))
    options = [right[index] for index in order]
    letters = {text: letter for text, letter in zip(options, LETTERS, strict=False)}
    return {
        "prompts": tuple(left.strip() for left, _other in pairs),
        "options": tuple(options),
        "keys": tuple(letters.get(other.strip(), "?") for _left, other in pairs),
    }


def ordering_of(right_order: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Options as shown (mixed, and never in the right order) and keys of things given in their right order."""
    texts = [text.strip() for text in right_order]
    order = option_order("\x1f".join(texts), len(texts), len(texts))
    if order == sorted(order):
        order = [*order[1:], *order[:1]]
    letters = {index: LETTERS[place] if place < len(LETTERS) else "?" for place, index in enumerate(order)}
    return {"options": tuple(texts[index] for index in order), "keys": tuple(letters[index] for index in range(len(texts)))}


def answer_fault(content: ItemContent, answer: Sequence[str]) -> str:
    """Why an answer given outside a paper cannot be judged yet, as a sentence; empty where it can."""
    given = [text for text in answer if text.strip()]
    if content.kind in CHOICE:
        return "" if given and not _unknown(given, content.options) else _("请先选择答案。")
    if content.kind not in kinds_taking(answer):
        return _("答案的格式有误，请刷新页面。")
    if content.kind == "matching":
        whole = len(given) == len(answer) == len(content.prompts)
        return "" if whole and not _unknown(given, content.options) else _("还有没配上的项，请配完再确定。")
    if content.kind == "ordering":
        return "" if sorted(given) == list(LETTERS[: len(content.options)]) else _("还有没排次序的项，请排完再确定。")
    if not given:
        return _("请先填写答案。")
    return _("请填写一个数。") if content.kind == "numeric" and as_number(given[0]) is None else ""


# --- parts of a paper ---------------------------------------------------------------------------------------------------


def section_faults(
    *,
    kind: str,
    options_count: int,
    keys_count: int,
    section_kind: str,
    section_options: int,
    keys_min: int,
    keys_max: int,
    in_case: bool = False,
    worth: int = 0,
    section_points: int = 0,
) -> list[str]:
    """Why an item does not fit a part of a paper; empty when it does. A part of cases takes questions under shared material."""
    if section_kind == "case":
        return [] if in_case else [_("本部分只收案例下的小题。")]
    if in_case:
        return [_("此题属于一个案例，只能随案例入卷。")]
    if kind != section_kind:
        return [_("题型与本部分不符。")]
    faults = []
    if kind == "essay" and worth and section_points and worth != section_points:
        faults.append(
            _("本部分每题 %(wanted)s 分，此题的采分点合计 %(worth)s 分。")
            % {"wanted": as_points(section_points), "worth": as_points(worth)}
        )
    if section_options and options_count != section_options:
        faults.append(
            _("本部分每题应有 %(wanted)s 个选项，此题有 %(count)s 个。") % {"wanted": section_options, "count": options_count}
        )
    if section_options and not keys_min <= keys_count <= keys_max:
        faults.append(
            _("本部分每题应有 %(least)s 至 %(most)s 个正确答案，此题有 %(count)s 个。")
            % {"least": keys_min, "most": keys_max, "count": keys_count}
        )
    return faults


def case_faults(kinds: Sequence[str]) -> list[str]:
    """Why a case with questions of these kinds cannot be set."""
    if not kinds:
        return [_("案例还没有使用中的小题。")]
    return [_("案例的小题不能是主观题；主观题请把材料写进题干。")] if "essay" in kinds else []
