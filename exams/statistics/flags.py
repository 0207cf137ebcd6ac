"""What figures say of an item, in plain words, with what to do. A flag is raised only where its whole interval says so.

Bounds are the customary ones: facility 0.3 and 0.9, corrected discrimination 0.2 and 0 (Ebel & Frisbie 1991), a distractor
that fewer than one in twenty choose does nothing (Haladyna & Downing 1993).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from exams.statistics.classical import ENOUGH, Estimate, ItemStatistics
from exams.statistics.options import OptionStatistics

HARD, EASY, WEAK, IDLE = 0.3, 0.9, 0.2, 0.05


@dataclass(frozen=True, slots=True)
class Flag:
    """``severity``: 2 look at it today, 1 when the item is next revised."""

    label: str | Promise
    meaning: str | Promise
    advice: str | Promise
    severity: int


FLAGS: dict[str, Flag] = {
    "key_suspect": Flag(
        _("答案可能有误"),
        _("成绩好的人多数选了别的选项，选“正确答案”的反而成绩偏低。"),
        _("先核对依据和答案；确有错误的，点“提出改分”。核对无误的，检查题干是否有歧义。"),
        2,
    ),
    "negative": Flag(
        _("区分方向相反"),
        _("成绩越好的人越容易答错这道题。"),
        _("核对答案和题干有无歧义；查不出原因的，停用。"),
        2,
    ),
    "weak": Flag(
        _("区分度低"),
        _("这道题分不开掌握得好与不好的人。"),
        _("看看是不是太偏、太绕，或多个选项都说得通；修改后出新版本。"),
        1,
    ),
    "hard": Flag(
        _("太难"),
        _("多数人得不到分。"),
        _("确认考点在大纲内、培训讲过；需要保留的，少量使用。"),
        1,
    ),
    "easy": Flag(
        _("太易"),
        _("几乎人人答对，难以反映差别。"),
        _("作为基础题可以保留；要区分水平的试卷少用。"),
        1,
    ),
    "idle_distractor": Flag(
        _("有干扰项没人选"),
        _("有错误选项几乎没有人选，等于少了一个选项。"),
        _("换成学员常犯的错误说法，再出新版本。"),
        1,
    ),
}


def flags_of(count: int, item: ItemStatistics, options: Sequence[OptionStatistics] = (), keys: Collection[str] = ()) -> list[str]:
    """Codes of ``FLAGS``, the gravest first. Empty where there are too few candidates to say anything."""
    if count < ENOUGH:
        return []
    found = []
    if _key_is_suspect(options, keys):
        found.append("key_suspect")
    if _below(item.discrimination, 0.0):
        found.append("negative")
    elif _below(item.discrimination, WEAK):
        found.append("weak")
    if _below(item.facility, HARD):
        found.append("hard")
    if _above(item.facility, EASY):
        found.append("easy")
    if any(option.letter not in keys and _below(option.share, IDLE) for option in options):
        found.append("idle_distractor")
    return sorted(found, key=lambda code: (-FLAGS[code].severity, list(FLAGS).index(code)))


def _below(estimate: Estimate, bound: float) -> bool:
    return estimate.high is not None and estimate.high < bound


def _above(estimate: Estimate, bound: float) -> bool:
    return estimate.low is not None and estimate.low > bound


def _key_is_suspect(options: Sequence[OptionStatistics], keys: Collection[str]) -> bool:
    """A wrong option that the strong prefer: more of the best than of the weakest chose it, and more than chose a key that the
    strong avoid."""
    leaning = {option.letter: (option.upper.value or 0.0) - (option.lower.value or 0.0) for option in options}
    right = [option for option in options if option.letter in keys]
    wrong = [option for option in options if option.letter not in keys]
    if not right or not wrong:
        return False
    doubtful = min(right, key=lambda option: leaning[option.letter])
    rival = max(wrong, key=lambda option: leaning[option.letter])
    more = (rival.upper.value or 0.0) > (doubtful.upper.value or 0.0)
    return more and leaning[rival.letter] > 0.1 and leaning[doubtful.letter] < 0.1
