"""One QTI item as one of ours: what its interaction asks, what its declaration calls right. Names are those of QTI 2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from exams.exchange import essays, materials
from exams.exchange.markup import Find, Gathered, text_of_node
from exams.exchange.reading import LETTERS, FoundItem, tidy
from exams.exchange.xmlparts import Node

BLANK = "（　　）"
_NAMES = {
    "associateInteraction": "连线（associateInteraction）",
    "gapMatchInteraction": "拖词填空（gapMatchInteraction）",
    "graphicGapMatchInteraction": "图上填空（graphicGapMatchInteraction）",
    "graphicAssociateInteraction": "图上连线（graphicAssociateInteraction）",
    "graphicOrderInteraction": "图上排序（graphicOrderInteraction）",
    "hotspotInteraction": "热区（hotspotInteraction）",
    "hottextInteraction": "选文（hottextInteraction）",
    "selectPointInteraction": "图上选点（selectPointInteraction）",
    "positionObjectInteraction": "图上摆放（positionObjectInteraction）",
    "sliderInteraction": "滑块（sliderInteraction）",
    "mediaInteraction": "音视频（mediaInteraction）",
    "drawingInteraction": "绘图（drawingInteraction）",
    "uploadInteraction": "上传文件（uploadInteraction）",
    "endAttemptInteraction": "提前结束（endAttemptInteraction）",
    "customInteraction": "自定义（customInteraction）",
    "portableCustomInteraction": "自定义（portableCustomInteraction）",
}
_INLINE = {"textEntryInteraction", "inlineChoiceInteraction"}
_TRUE = {"正确", "对", "true", "√", "是"}
_FALSE = {"错误", "错", "false", "×", "否"}


class Bad(ValueError):
    """Why this item cannot be taken; a sentence for the user."""


@dataclass(slots=True)
class _Context:
    item: Node
    gathered: Gathered
    declarations: dict[str, Node]


def item_of(node: Node, *, where: str, chapter: str, find: Find) -> FoundItem:
    """The item; raises ``Bad`` (or ``pictures.Unusable``, ``essays.Unmarked``) with one sentence."""
    body = node.kid("itemBody")
    if body is None:
        raise Bad(_("没有 itemBody。"))
    if node.attrs.get("adaptive") in {"true", "1"}:
        raise Bad(_("自适应试题不支持。"))
    for tag in ("templateDeclaration", "templateProcessing", "assessmentStimulusRef"):
        if node.kid(tag) is not None:
            raise Bad(_("用到了“%(tag)s”，不支持。") % {"tag": tag})
    context = _Context(node, Gathered(find), {d.attrs.get("identifier", ""): d for d in node.each("responseDeclaration")})
    asked = [held for held in body.walk() if held.tag.endswith("Interaction")]
    if not asked:
        raise Bad(_("没有作答部分，是说明文字，不是试题。"))
    for interaction in asked:
        if interaction.tag not in _MAKERS:
            raise Bad(_("作答方式“%(kind)s”不支持。") % {"kind": _NAMES.get(interaction.tag, interaction.tag[:40])})
    scorer = _take_out_rubrics(body)
    if any(held.tag.startswith("feedback") for held in body.walk()):
        context.gathered.note(_("题中的即时反馈没有读入。"))
    scores = {outcome.attrs.get("identifier") for outcome in node.each("outcomeDeclaration")}
    whole = len(asked) == 1 and "SCORE_1" not in scores  # a case with one question scores it apart from the whole
    made = _single(body, asked[0], scorer, context) if whole else _case(body, asked, scorer, context)
    explanation = "\n".join(
        text for text in (text_of_node(_content(f), context.gathered) for f in node.each("modalFeedback")) if text
    )
    return replace(
        made,
        place=node.line,
        explanation=explanation,
        chapter=tidy(chapter),
        name=tidy(node.attrs.get("title", ""))[:80],
        where=where,
        images=tuple(context.gathered.images),
        notes=tuple(context.gathered.notes),
    )


def _take_out_rubrics(body: Node) -> dict[int, Node]:
    """Rubrics for scorers, by the node that holds them; the candidate does not see them."""
    found: dict[int, Node] = {}
    for holder in body.walk():
        for held in holder.each("rubricBlock"):
            if "scorer" in held.attrs.get("view", "").split():
                found[id(holder)] = held
                holder.held.remove(held)
    return found


def _content(node: Node) -> Node:
    return node.kid("contentBody") or node


def _skip(stand_ins: dict[int, str]) -> Callable[[Node], str | None]:
    def words(node: Node) -> str | None:
        if node.tag.startswith("feedback"):
            return ""
        if node.tag == "printedVariable":
            raise Bad(_("用到了“%(tag)s”，不支持。") % {"tag": "printedVariable"})
        return stand_ins.get(id(node))

    return words


def _asking(holder: Node, interaction: Node, context: _Context) -> str:
    """The words around one interaction and its prompt; a gap within a line becomes an empty bracket."""
    stand_in = ""
    if interaction.tag in _INLINE:
        block = next((n for n in holder.walk() if interaction in n.held), holder)
        beside = "".join(held if isinstance(held, str) else held.text for held in block.held if held is not interaction)
        stand_in = BLANK if beside.strip() or any(kid.tag == "img" for kid in block.kids) else ""
        return text_of_node(holder, context.gathered, skip=_skip({id(interaction): stand_in}))
    prompt = interaction.kid("prompt")
    shell = Node("div", "", {}, interaction.line)
    shell.held = list(prompt.held) if prompt is not None else []
    swapped = _with(holder, interaction, shell)
    return text_of_node(swapped, context.gathered, skip=_skip({}))


def _with(holder: Node, old: Node, new: Node) -> Node:
    """A copy of ``holder`` with one node exchanged."""
    copy = Node(holder.tag, holder.namespace, holder.attrs, holder.line)
    for held in holder.held:
        if held is old:
            copy.held.append(new)
        elif isinstance(held, Node) and any(below is old for below in held.walk()):
            copy.held.append(_with(held, old, new))
        else:
            copy.held.append(held)
    return copy


def _single(body: Node, interaction: Node, scorer: dict[int, Node], context: _Context) -> FoundItem:
    stem = _asking(body, interaction, context)
    rubric = next(iter(scorer.values()), None)
    return _question(interaction, stem, rubric, context, "SCORE")


def _case(body: Node, asked: list[Node], scorer: dict[int, Node], context: _Context) -> FoundItem:
    """Blocks before the first question are the material; each later block with one interaction is a question."""
    material: list[str] = []
    parts: list[FoundItem] = []
    pending: list[str] = []
    for held in body.held:
        if isinstance(held, str):
            if held.strip():
                pending.append(tidy(held))
            continue
        inside = [node for node in held.walk() if node.tag.endswith("Interaction")]
        if not inside:
            pending.append(text_of_node(_wrapped(held), context.gathered, skip=_skip({})))
            continue
        if len(inside) > 1:
            raise Bad(_("一段里有几处作答，本系统不支持；请把每处作答放在各自的段落里。"))
        stem = _asking(_wrapped(held), inside[0], context)
        if not parts:
            material, pending = pending, []
            if not stem and len(material) > 1:
                pending = [material.pop()]
        stem = "\n".join(text for text in (*pending, stem) if text)
        pending = []
        part = _question(inside[0], stem, scorer.get(id(held)), context, f"SCORE_{len(parts) + 1}")
        parts.append(replace(part, place=held.line))
    if any(pending):
        material += pending
    stem, exhibits = materials.split("\n".join(text for text in material if text))
    return FoundItem(place=0, kind="case", stem=stem, exhibits=exhibits, parts=tuple(parts))


def _wrapped(node: Node) -> Node:
    shell = Node("div", "", {}, node.line)
    shell.held = [node]
    return shell


def _question(interaction: Node, stem: str, rubric: Node | None, context: _Context, score: str) -> FoundItem:
    declaration = context.declarations.get(interaction.attrs.get("responseIdentifier", ""))
    if declaration is None:
        raise Bad(_("没有与作答对应的 responseDeclaration。"))
    made = _MAKERS[interaction.tag](interaction, declaration, context)
    points = 0
    for outcome in context.item.each("outcomeDeclaration"):
        if outcome.attrs.get("identifier") == score and outcome.attrs.get("normalMaximum"):
            points = int(_number(outcome.attrs["normalMaximum"]) * 100)
    if made["kind"] == "essay":
        text = text_of_node(_content(rubric), context.gathered) if rubric is not None else ""
        before, marking = essays.split(text)
        return FoundItem(place=0, stem=stem, marking=marking, explanation=before, **made)
    return FoundItem(place=0, stem=stem, points=max(0, points), **made)


# --- what each interaction asks ----------------------------------------------------------------------------------------


def _right(declaration: Node) -> list[str]:
    """What is called right: the correct response, or where there is none, what a mapping gives points for."""
    correct = declaration.kid("correctResponse")
    if correct is not None:
        return [" ".join(held.text.split()) for held in correct.each("value")]
    mapping = declaration.kid("mapping")
    entries = mapping.each("mapEntry") if mapping is not None else []
    return [entry.attrs.get("mapKey", "") for entry in entries if _number(entry.attrs.get("mappedValue", "0")) > 0]


def _check_weights(declaration: Node, right: list[str], context: _Context) -> None:
    """A mapping beside the correct response has to call the same right; what it weighs differently is said, not kept."""
    mapping, correct = declaration.kid("mapping"), declaration.kid("correctResponse")
    if mapping is None:
        return
    weights = {e.attrs.get("mapKey", ""): _number(e.attrs.get("mappedValue", "0")) for e in mapping.each("mapEntry")}
    paid = {key for key, weight in weights.items() if weight > 0}
    if correct is not None and paid and paid != set(right):
        raise Bad(
            _("正确答案是 %(keys)s，计分表却给 %(paid)s 分，两处不一致。")
            % {"keys": "、".join(right), "paid": "、".join(sorted(paid))}
        )
    if len({weights[key] for key in paid}) > 1:
        context.gathered.note(_("各正确选项的分值权重不同，没有保留：本系统按试卷的计分规则给分。"))


def _choice(interaction: Node, declaration: Node, context: _Context) -> dict[str, Any]:
    tag = "inlineChoice" if interaction.tag == "inlineChoiceInteraction" else "simpleChoice"
    choices = interaction.each(tag)
    if len(choices) > len(LETTERS):
        raise Bad(_("选项太多。"))
    names = [choice.attrs.get("identifier", "") for choice in choices]
    options = tuple(text_of_node(choice, context.gathered, skip=_skip({})) for choice in choices)
    right = _right(declaration)
    unknown = [name for name in right if name not in names]
    if unknown:
        raise Bad(_("答案 %(key)s 没有对应的选项。") % {"key": "、".join(unknown)[:40]})
    many = declaration.attrs.get("cardinality") == "multiple"
    _check_weights(declaration, right, context)
    if not many and len(set(right)) > 1:
        raise Bad(_("单选题却有几个正确选项或部分得分，本系统不支持。"))
    keys = frozenset(LETTERS[names.index(name)] for name in right)
    if not many and len(choices) == 2:
        marks = [{names[n].lower(), options[n].lower()} for n in (0, 1)]
        for first, second, order in ((0, 1, 1), (1, 0, -1)):
            if marks[first] & _TRUE and marks[second] & _FALSE:
                kept = keys if order == 1 else frozenset({"A": "B", "B": "A"}[key] for key in keys)
                return {"kind": "true_false", "options": ("正确", "错误"), "keys": kept}
    return {"kind": "multiple" if many else "single", "options": options, "keys": keys}


def _text_entry(_interaction: Node, declaration: Node, context: _Context) -> dict[str, Any]:
    if declaration.attrs.get("baseType") in {"float", "integer"}:
        return _numeric(declaration, context)
    correct = declaration.kid("correctResponse")
    answers = [tidy(held.text) for held in correct.each("value")] if correct is not None else []
    mapping = declaration.kid("mapping")
    if mapping is not None:
        weights = {tidy(e.attrs.get("mapKey", "")): _number(e.attrs.get("mappedValue", "0")) for e in mapping.each("mapEntry")}
        best = max(weights.values(), default=Decimal(0))
        if any(0 < weight < best for weight in weights.values()):
            raise Bad(_("有只得部分分的答案，本系统不支持。"))
        answers += [key for key, weight in weights.items() if weight > 0 and key not in answers]
    return {"kind": "short_answer", "answers": tuple(answers)}


def _numeric(declaration: Node, context: _Context) -> dict[str, Any]:
    right = _right(declaration)
    if len(right) != 1:
        raise Bad(_("数值题有几个答案或部分得分，本系统不支持。"))
    name = declaration.attrs.get("identifier", "")
    margin = Decimal(0)
    processing = context.item.kid("responseProcessing")
    for test in processing.inside("equal", "equalRounded") if processing is not None else []:
        if all(variable.attrs.get("identifier") != name for variable in test.inside("variable")):
            continue
        mode = test.attrs.get("toleranceMode", "exact")
        bounds = [_number(bound) for bound in test.attrs.get("tolerance", "0").split()]
        if test.tag == "equalRounded" or mode == "relative" or len(set(bounds)) > 1:
            raise Bad(_("误差的写法（%(mode)s）不支持，请改为绝对误差。") % {"mode": test.tag if mode == "exact" else mode})
        margin = bounds[0] if mode == "absolute" else margin
    return {"kind": "numeric", "answers": (f"{_number(right[0]):f}",), "tolerance": f"{margin:f}" if margin else ""}


def _match(interaction: Node, declaration: Node, context: _Context) -> dict[str, Any]:
    sets = interaction.each("simpleMatchSet")
    if len(sets) != 2:
        raise Bad(_("配对题应有左右两组。"))
    sides = [
        {c.attrs.get("identifier", ""): text_of_node(c, context.gathered) for c in one.each("simpleAssociableChoice")}
        for one in sets
    ]
    pairs: dict[str, str] = {}
    for value in _right(declaration):
        left, _blank, right = value.partition(" ")
        if left not in sides[0] or right not in sides[1]:
            raise Bad(_("答案 %(key)s 没有对应的选项。") % {"key": value[:40]})
        if left in pairs:
            raise Bad(_("左边一项配了右边几项，本系统不支持。"))
        pairs[left] = right
    if len(pairs) < len(sides[0]):
        raise Bad(_("左边有的项没有配对的答案。"))
    used = {sides[1][right] for right in pairs.values()}
    return {
        "kind": "matching",
        "pairs": tuple((text, sides[1][pairs[left]]) for left, text in sides[0].items()),
        "distractors": tuple(text for text in sides[1].values() if text not in used),
    }


def _order(interaction: Node, declaration: Node, context: _Context) -> dict[str, Any]:
    texts = {c.attrs.get("identifier", ""): text_of_node(c, context.gathered) for c in interaction.each("simpleChoice")}
    right = _right(declaration)
    if sorted(right) != sorted(texts):
        raise Bad(_("正确顺序没有把每一项恰好列一次。"))
    return {"kind": "ordering", "options": tuple(texts[name] for name in right)}


def _extended(_interaction: Node, _declaration: Node, _context: _Context) -> dict[str, Any]:
    return {"kind": "essay"}


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation as error:
        raise Bad(_("“%(text)s”不是数。") % {"text": text[:20]}) from error
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise Bad(_("“%(text)s”不是数。") % {"text": text[:20]})
    return number


_MAKERS: dict[str, Callable[[Node, Node, _Context], dict[str, Any]]] = {
    "choiceInteraction": _choice,
    "inlineChoiceInteraction": _choice,
    "textEntryInteraction": _text_entry,
    "matchInteraction": _match,
    "orderInteraction": _order,
    "extendedTextInteraction": _extended,
}
