"""The documented diagram of the two state machines, made from their tables. Written by ``supervision_states``."""

from __future__ import annotations

from lms.supervision.states import ANSWER_TRANSITIONS, SESSION_TRANSITIONS, Answer, SessionStatus

Table = dict[tuple[str, str], tuple[str, str, str]]


def document() -> str:
    """The whole page, in Markdown with Mermaid diagrams."""
    return "\n".join(
        [
            "# 督导记录的状态",
            "",
            "由 `manage.py supervision_states` 按 `lms/supervision/states.py` 的转换表生成，请勿手改。",
            "",
            *_part("记录的一版", SESSION_TRANSITIONS, dict(SessionStatus.choices), SessionStatus.DRAFT),
            *_part("每位被督导者的答复", ANSWER_TRANSITIONS, dict(Answer.choices), Answer.PENDING),
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


def _source(label: object) -> str:
    """The label in the source language, whatever is active."""
    from django.utils import translation

    with translation.override("zh-hans"):
        return str(label)
