"""The documented diagram of the exam room's state machines, made from their tables. Written by ``exam_states``."""

from __future__ import annotations

from exams.sitting_states import OUTCOMES, SITTING_TRANSITIONS, Outcome, SittingState
from exams.states import ATTEMPT_TRANSITIONS, AttemptState
from lms.core.diagram import part, source


def document() -> str:
    """The whole page, in Markdown with Mermaid diagrams."""
    return "\n".join(
        [
            "# 作答与考次的状态",
            "",
            "由 `manage.py exam_states` 按 `exams/states.py` 与 `exams/sitting_states.py` 的转换表生成，请勿手改。",
            "",
            *part("一次作答", ATTEMPT_TRANSITIONS, dict(AttemptState.choices), AttemptState.OPEN),
            *part("一个考次", SITTING_TRANSITIONS, dict(SittingState.choices), SittingState.DRAFT),
            *_outcomes(),
        ]
    )


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
        lines.append(f"| {source(Outcome(outcome).label)} | {who} | {'是' if names_answers else '否'} | `{event}` |")
    return [*lines, ""]
