"""The documented diagram of the two state machines, made from their tables. Written by ``supervision_states``."""

from __future__ import annotations

from lms.core.diagram import part
from lms.supervision.states import ANSWER_TRANSITIONS, SESSION_TRANSITIONS, Answer, SessionStatus


def document() -> str:
    """The whole page, in Markdown with Mermaid diagrams."""
    return "\n".join(
        [
            "# 督导记录的状态",
            "",
            "由 `manage.py supervision_states` 按 `lms/supervision/states.py` 的转换表生成，请勿手改。",
            "",
            *part("记录的一版", SESSION_TRANSITIONS, dict(SessionStatus.choices), SessionStatus.DRAFT),
            *part("每位被督导者的答复", ANSWER_TRANSITIONS, dict(Answer.choices), Answer.PENDING),
        ]
    )
