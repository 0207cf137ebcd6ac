"""Moodle XML, read. Question types that are no item of ours are refused by name; writing stands in ``moodle_writing``."""

from __future__ import annotations

import base64
import binascii
import re
from decimal import Decimal, InvalidOperation
from urllib.parse import unquote

from django.utils.translation import gettext as _

from exams.exchange import essays, marks, pictures
from exams.exchange.markup import Gathered, text_of_html
from exams.exchange.reading import LETTERS, FoundItem, Picture, Reading, Unreadable, tidy
from exams.exchange.xmlparts import Node, parts, root_of

KINDS = frozenset({"single", "multiple", "true_false", "short_answer", "numeric", "matching", "ordering", "essay"})
_TYPES = {
    "cloze": "填空嵌入题（cloze）",
    "description": "说明（description）",
    "calculated": "计算题（calculated）",
    "calculatedmulti": "计算选择题（calculatedmulti）",
    "calculatedsimple": "简单计算题（calculatedsimple）",
    "ddwtos": "拖放填词（ddwtos）",
    "ddmarker": "拖放标记（ddmarker）",
    "ddimageortext": "拖放到图（ddimageortext）",
    "gapselect": "选词填空（gapselect）",
    "randomsamatch": "随机配对（randomsamatch）",
    "random": "随机题（random）",
}


class _Bad(ValueError):
    """Why this question cannot be taken; a sentence for the user."""


def read_moodle(raw: bytes) -> Reading:
    if root_of(raw) not in {"quiz", ""}:
        raise Unreadable(_("这不是 Moodle XML：最外层应是 quiz。"))
    reading = Reading()
    chapter = ""
    for node in parts(raw, "question"):
        kind = node.attrs.get("type", "")
        if kind == "category":
            chapter = _chapter(node)
            continue
        try:
            item = _question(node, kind, chapter)
        except (_Bad, pictures.Unusable, essays.Unmarked, marks.Unclear) as error:
            reading.refuse(node.line, str(error), _plain(node.kid("questiontext")) or _plain(node.kid("name")))
        else:
            reading.take(item)
    return reading


def _chapter(node: Node) -> str:
    path = _plain(node.kid("category")).replace("//", "\ue009")
    steps = [step.strip().replace("\ue009", "/") for step in path.split("/")]
    return tidy(next((step for step in reversed(steps) if step and step not in {"top", "$course$", "$system$", "$module$"}), ""))


def _plain(node: Node | None) -> str:
    """The words of a <text> element without their mark-up: for names, excerpts, numbers."""
    if node is None:
        return ""
    return tidy(re.sub(r"<[^<>]{0,2000}>", " ", (node.kid("text") or node).text))


class _Words:
    """Texts of one question: HTML or plain by their ``format``; files beside a text are its images."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self._kept: dict[str, tuple[str, Picture]] = {}
        self.gathered = Gathered(self._find)

    def of(self, node: Node | None) -> str:
        if node is None:
            return ""
        for file in node.each("file"):
            try:
                self._files[file.attrs.get("name", "")] = base64.b64decode(re.sub(r"\s+", "", file.text), validate=True)
            except (binascii.Error, ValueError) as error:
                raise _Bad(_("附带的图片数据已损坏。")) from error
        text = (node.kid("text") or node).text
        if node.attrs.get("format", "html") in {"plain_text", "plain"}:
            return tidy(text)
        return text_of_html(text, self.gathered)

    def _find(self, source: str) -> Picture:
        if source.startswith("data:"):
            kind, comma, body = source.partition(",")
            if not comma or not kind.endswith(";base64"):
                raise pictures.Unusable(_("内嵌的图片数据看不懂。"))
            try:
                return pictures.take(base64.b64decode(body, validate=True), _("内嵌图片"))
            except (binascii.Error, ValueError) as error:
                if isinstance(error, pictures.Unusable):
                    raise
                raise pictures.Unusable(_("内嵌的图片数据看不懂。")) from error
        name = unquote(source.removeprefix("@@PLUGINFILE@@/").partition("?")[0])
        if not source.startswith("@@PLUGINFILE@@/") or name not in self._files:
            raise pictures.Unusable(_("题中引用的图片 %(name)s 不在文件里。") % {"name": source[:60]})
        return pictures.take(self._files[name], name)


def _question(node: Node, kind: str, chapter: str) -> FoundItem:
    makers = {
        "multichoice": _multichoice,
        "truefalse": _truefalse,
        "shortanswer": _shortanswer,
        "numerical": _numerical,
        "matching": _matching,
        "ordering": _ordering,
        "essay": _essay,
    }
    if kind not in makers:
        raise _Bad(_("题型“%(kind)s”不支持。") % {"kind": _TYPES.get(kind, kind[:40]) or _("未写明")})
    words = _Words()
    stem = words.of(node.kid("questiontext"))
    why = words.of(node.kid("generalfeedback"))
    made = makers[kind](node, words)
    extra = str(made.pop("said", ""))
    explanation = "\n".join(part for part in (why, extra) if part)
    tags = node.kid("tags")
    lineage = marks.fields_of(_plain(tag) for tag in tags.each("tag")) if tags is not None else {}
    return FoundItem(
        place=node.line,
        stem=stem,
        explanation=explanation,
        chapter=chapter,
        points=_points(node) if kind != "essay" else 0,
        name=_plain(node.kid("name"))[:80],
        images=tuple(words.gathered.images),
        notes=tuple(words.gathered.notes),
        **lineage,
        **made,  # type: ignore[arg-type]
    )


def _points(node: Node) -> int:
    grade = _number(_plain(node.kid("defaultgrade")) or "0")
    return max(0, int(grade * 100))


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise _Bad(_("“%(text)s”不是数。") % {"text": text[:20]}) from error
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise _Bad(_("“%(text)s”不是数。") % {"text": text[:20]})
    return number


def _fraction(answer: Node) -> Decimal:
    return _number(answer.attrs.get("fraction", "0"))


def _said(answers: list[Node], words: _Words, labels: list[str]) -> str:
    feedback = [(label, words.of(answer.kid("feedback"))) for label, answer in zip(labels, answers, strict=False)]
    return "\n".join(f"{label}：{text}" for label, text in feedback if text)


def _multichoice(node: Node, words: _Words) -> dict[str, object]:
    answers = node.each("answer")
    if len(answers) > len(LETTERS):
        raise _Bad(_("选项太多。"))
    weights = [_fraction(answer) for answer in answers]
    single = _plain(node.kid("single")).lower() in {"true", "1"}
    keys = frozenset(letter for letter, weight in zip(LETTERS, weights, strict=False) if weight > 0)
    if single and (len(keys) > 1 or (keys and max(weights) < 100)):
        raise _Bad(_("有只得部分分的选项，本系统不支持。"))
    if not single and len(keys) == 1:
        raise _Bad(_("标为多选，却只有一个正确选项。"))
    if len({weight for weight in weights if weight > 0}) > 1:
        words.gathered.note(_("各正确选项的分值权重不同，没有保留：本系统按试卷的计分规则给分。"))
    options = tuple(words.of(answer) for answer in answers)
    said = _said(answers, words, list(LETTERS))
    return {"kind": "single" if single else "multiple", "options": options, "keys": keys, "said": said}


def _truefalse(node: Node, words: _Words) -> dict[str, object]:
    right = {_plain(answer).lower() for answer in node.each("answer") if _fraction(answer) > 0}
    if right not in ({"true"}, {"false"}):
        raise _Bad(_("判断题没有标明对还是错。"))
    labels = [_("选“正确”") if _plain(answer).lower() == "true" else _("选“错误”") for answer in node.each("answer")]
    said = _said(node.each("answer"), words, labels)
    return {"kind": "true_false", "options": ("正确", "错误"), "keys": frozenset("A" if right == {"true"} else "B"), "said": said}


def _shortanswer(node: Node, words: _Words) -> dict[str, object]:
    answers = [answer for answer in node.each("answer") if _fraction(answer) > 0]
    if any(_fraction(answer) < 100 for answer in answers):
        raise _Bad(_("有只得部分分的答案，本系统不支持。"))
    texts = [tidy((answer.kid("text") or answer).text) for answer in answers]
    if any(re.search(r"(?<!\\)\*", text) for text in texts):
        raise _Bad(_("答案里用了通配符 *，本系统不支持。"))
    if _plain(node.kid("usecase")) == "1":
        words.gathered.note(_("原题区分大小写，没有保留。"))
    return {"kind": "short_answer", "answers": tuple(text.replace("\\*", "*") for text in texts)}


def _numerical(node: Node, words: _Words) -> dict[str, object]:
    answers = [answer for answer in node.each("answer") if _fraction(answer) > 0]
    if len(answers) != 1 or _fraction(answers[0]) != 100:
        raise _Bad(_("数值题有几个答案或部分得分，本系统不支持。"))
    units = node.kid("units")
    if units is not None and units.kids:
        words.gathered.note(_("原题的单位没有保留。"))
    margin = _number(_plain(answers[0].kid("tolerance")) or "0")
    value = _number(_plain(answers[0]))
    return {"kind": "numeric", "answers": (f"{value:f}",), "tolerance": f"{margin:f}" if margin else ""}


def _matching(node: Node, words: _Words) -> dict[str, object]:
    pairs, more = [], []
    for sub in node.each("subquestion"):
        left, answer = words.of(sub), sub.kid("answer")
        right = tidy((answer.kid("text") or answer).text) if answer is not None else ""
        if left:
            pairs.append((left, right))
        elif right:
            more.append(right)
    return {"kind": "matching", "pairs": tuple(pairs), "distractors": tuple(more)}


def _ordering(node: Node, words: _Words) -> dict[str, object]:
    if _plain(node.kid("selecttype")) not in {"", "0", "ALL"}:
        words.gathered.note(_("原题只抽取一部分项来排序，没有保留。"))
    answers = sorted(node.each("answer"), key=lambda answer: _fraction(answer))
    return {"kind": "ordering", "options": tuple(words.of(answer) for answer in answers)}


def _essay(node: Node, words: _Words) -> dict[str, object]:
    before, marking = essays.split(words.of(node.kid("graderinfo")))
    return {"kind": "essay", "marking": marking, "said": before}
