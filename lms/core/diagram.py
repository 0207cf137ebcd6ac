"""Documented diagrams of state machines, made from their tables of transitions, in the source language."""

from __future__ import annotations

from django.utils import translation

Table = dict[tuple[str, str], tuple[str, str, str]]


def part(title: str, table: Table, labels: dict[str, object], first: str) -> list[str]:
    """One machine as Markdown: a Mermaid diagram and the table of who may do what. ``first`` is its initial state."""
    lines = [f"## {title}", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"  {code}: {source(label)}" for code, label in labels.items()]
    lines += [f"  [*] --> {first}"]
    lines += [f"  {start} --> {end}: {act}" for (start, end), (act, _who, _event) in table.items()]
    lines += ["```", "", "| 从 | 到 | 动作 | 谁可以 | 审计事件 |", "|---|---|---|---|---|"]
    lines += [
        f"| {source(labels[start])} | {source(labels[end])} | `{act}` | {who} | `{event}` |"
        for (start, end), (act, who, event) in table.items()
    ]
    return [*lines, ""]


def source(label: object) -> str:
    """The label in the source language, whatever is active."""
    with translation.override("zh-hans"):
        return str(label)
