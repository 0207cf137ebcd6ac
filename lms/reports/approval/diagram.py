"""The documented diagram of approval, made from its table. Written by ``report_states``."""

from __future__ import annotations

from django.utils import translation

from lms.reports.states import TRANSITIONS, Status

PATH = "docs/reference/report-states.md"


def document() -> str:
    """The whole page, in Markdown with a Mermaid diagram."""
    with translation.override("zh-hans"):
        labels = {"": "未报送", **{code: str(label) for code, label in Status.choices}}
    lines = ["# 报表的报送与审核", "", "由 `manage.py report_states` 按 `lms/reports/states.py` 的转换表生成，请勿手改。", ""]
    lines += ["```mermaid", "stateDiagram-v2", *(f"  {code}: {label}" for code, label in labels.items() if code)]
    lines += [f"  {start or '[*]'} --> {end}: {act}" for (start, end), (act, _who, _event) in TRANSITIONS.items()]
    lines += ["```", "", "| 从 | 到 | 动作 | 谁可以 | 审计事件 |", "|---|---|---|---|---|"]
    lines += [
        f"| {labels[start]} | {labels[end]} | `{act}` | {who} | `{event}` |"
        for (start, end), (act, who, event) in TRANSITIONS.items()
    ]
    return "\n".join([*lines, ""])
