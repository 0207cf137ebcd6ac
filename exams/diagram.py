"""The documented diagram of the exam room's state machines, made from their tables. Written by ``exam_states``."""

from __future__ import annotations

from django.utils import translation

from exams.sitting_states import OUTCOMES, SITTING_TRANSITIONS, Outcome, SittingState
from exams.states import ATTEMPT_TRANSITIONS, AttemptState

Table = dict[tuple[str, str], tuple[str, str, str]]


def document() -> str:
    """The whole page, in Markdown with Mermaid diagrams."""
    return "\n".join(
        [
            "# 作答与考次的状态",
            "",
            "由 `manage.py exam_states` 按 `exams/states.py` 与 `exams/sitting_states.py` 的转换表生成，请勿手改。",
            "",
            *_part("一次作答", ATTEMPT_TRANSITIONS, dict(AttemptState.choices), AttemptState.OPEN),
            *_part("一个考次", SITTING_TRANSITIONS, dict(SittingState.choices), SittingState.DRAFT),
            *_outcomes(),
        ]
    )


def _part(title: str, table: Table, labels: dict[str, object], first: str) -> list[str]:
    lines = [f"## {title}", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"  {code}: {_source(label)}" for code, label in labels.items()]
    lines += [f"  [*] --> {first}"]
    lines += [f"  {start} --> {end}: {act}" for (start, end), (act, _who, _event) in table.items()]
    lines += ["```", "", "| 从 | 到 | 动作 | 谁可以 | 审计事件 |", "|---|---|---|---|---|"]
    lines += [
        f"| {_source(labels[start])} | {_source(labels[end])} | `{act}` | {who} | `{event}` |"
        for (start, end), (act, who, event) in table.items()
    ]
    return [*lines, ""]


def _outcomes() -> list[str]:
    """What a ruling may decide. The attempt's state stays; its score is changed or voided through the ledger."""
    lines = [
        "## 对作答的处理",
        "",
        "处理由人作出，写明理由，考生可见；作答的状态不变。",
        "",
        "| 处理 | 谁可以 | 针对具体答案 | 审计事件 |",
    ]
    lines += ["|---|---|---|---|"]
    for outcome, (roles, names_answers, event) in OUTCOMES.items():
        who = ", ".join(sorted(role.value for role in roles))
        lines.append(f"| {_source(Outcome(outcome).label)} | {who} | {'是' if names_answers else '否'} | `{event}` |")
    return [*lines, ""]


def _source(label: object) -> str:
    """The label in the source language, whatever is active."""
    with translation.override("zh-hans"):
        return str(label)
