"""The slow recount: figures from raw rows with pandas, written apart from the ledger's own fold. An oracle, not a copy."""

from __future__ import annotations

import datetime as dt
import os.path
from collections.abc import Iterable
from typing import Any

import pandas as pd
from django.utils import timezone

from lms.ledger.models import Line, LineTag
from lms.people.models import Merge
from lms.places.models import Division, DivisionChange
from lms.programmes.models import Category

COLUMNS = ["human", "occasion", "day", "path", "division", "mode", "category", "programme", "sex", "ethnic", "education", "age"]
DIMENSIONS = COLUMNS[5:]
SPANS = {
    "all": lambda d: "all",
    "year": lambda d: f"{d:%Y}",
    "half": lambda d: f"{d:%Y}H{1 if d.month < 7 else 2}",
    "quarter": lambda d: f"{d:%Y}Q{pd.Timestamp(d).quarter}",
    "month": lambda d: f"{d:%Y%m}",
}


def frame(as_of: int | None = None) -> pd.DataFrame:
    """Lines that stood at a position (now), one row each, with the human being they belong to as known then."""
    columns = [
        *("id", "position", "kind", "sign", "reverses_id", "person_id", "occasion_label", "occasion", "slot", "happened_to"),
        *("posted_on", "minutes", "quantity", "hour_hundredths", "division__path", "mode", "category_id", "programme_id"),
        *("topic", "facts", "division_id", "sex", "ethnic_group", "education", "birth_year"),
    ]
    lines = pd.DataFrame(list(Line.objects.order_by("position").values(*columns)), columns=columns)
    if as_of is not None:
        lines = lines[lines.position <= as_of]
    reversed_ids = set(lines.reverses_id.dropna())
    lines = lines[(lines.sign == 1) & ~lines.id.isin(reversed_ids)].copy()
    human = humans(as_of)
    lines["human"] = [human.get(p, p) if pd.notna(p) else None for p in lines.person_id]
    return lines


def humans(as_of: int | None = None) -> dict[int, int]:
    """person id → smallest id of the human being, by flooding the links that nobody had taken back."""
    known = Merge.objects.all() if as_of is None else Merge.objects.filter(position__lte=as_of)
    rows = list(known.values("id", "kept_id", "duplicate_id", "undoes_id"))
    undone = {r["undoes_id"] for r in rows if r["undoes_id"]}
    links = [(r["kept_id"], r["duplicate_id"]) for r in rows if not r["undoes_id"] and r["id"] not in undone]
    mates: dict[int, set[int]] = {}
    for one, other in links:
        joined = mates.get(one, {one}) | mates.get(other, {other})
        for pk in joined:
            mates[pk] = joined
    return {pk: min(group) for pk, group in mates.items()}


def person_times(lines: pd.DataFrame) -> pd.DataFrame:
    """Default basis: a class counts at its floor, in its last month; a course counts when completed."""
    found: list[dict[str, Any]] = []
    plans = lines[(lines.kind == "scheduled")]
    attended = lines[(lines.kind == "attended") & (lines.occasion_label == "courses.trainingclass")]
    for (human, occasion), group in attended.groupby(["human", "occasion"]):
        plan = plans[plans.occasion == occasion]
        planned = plan.minutes.sum()
        stated = [f["floor_percent"] for f in plan.sort_values("position").facts if "floor_percent" in f]
        floor = stated[-1] if stated else 80
        order = group.sort_values(["posted_on", "position"])
        reached = None
        for size in range(1, len(order) + 1):
            got = order.head(size).groupby("slot").minutes.max().sum()
            if got > 0 and got >= floor * planned / 100:
                reached = order.head(size)
                break
        if reached is None:
            continue
        day = max([reached.posted_on.max(), *plan.posted_on])
        first = group.sort_values("position").iloc[0]
        modes = set(plan["mode"])
        mode = first["mode"] if not modes else modes.pop() if len(modes) == 1 else "mixed"
        found.append(_row(human, day, first, mode))
    done = lines[(lines.kind == "completed") & (lines.occasion_label == "courses.course")]
    for (human, _occasion), group in done.groupby(["human", "occasion"]):
        first = group.sort_values("position").iloc[0]
        found.append(_row(human, group.posted_on.min(), first, first["mode"]))
    return pd.DataFrame(found, columns=COLUMNS)


def half_days(lines: pd.DataFrame) -> pd.DataFrame:
    attended = lines[(lines.kind == "attended") & (lines.occasion_label == "courses.trainingclass")]
    found = []
    for (human, _occasion, _slot), group in attended.groupby(["human", "occasion", "slot"]):
        first = group.sort_values("position").iloc[0]
        found.append(_row(human, group.posted_on.min(), first, first["mode"]))
    return pd.DataFrame(found, columns=COLUMNS)


def _row(human: Any, day: dt.date, first: pd.Series, mode: str) -> dict[str, Any]:
    return {
        "human": human,
        "occasion": first["occasion"],
        "day": day,
        "path": first["division__path"],
        "mode": mode,
        "category": 0 if pd.isna(first["category_id"]) else int(first["category_id"]),
        "programme": 0 if pd.isna(first["programme_id"]) else int(first["programme_id"]),
        "division": first["division_id"],
        "sex": first["sex"],
        "ethnic": first["ethnic_group"],
        "education": first["education"],
        "age": band(first["birth_year"], day.year),
    }


def band(born: Any, year: int) -> str:
    """Age by year of birth in the bands that the reports print, looked up in a table of pandas."""
    if pd.isna(born) or not born or year < born:
        return ""
    cut = pd.cut([year - born], [0, 30, 35, 40, 45, 50, 55, 60, 1000], right=False)
    return f"{int(cut.categories[cut.codes[0]].left):02}"


def acts(lines: pd.DataFrame) -> pd.DataFrame:
    """Lines in the columns of units: each by itself."""
    found = [_row(line["human"], line["posted_on"], line, line["mode"]) for line in lines.to_dict("records")]
    kept = lines[["kind", "topic", "minutes", "hour_hundredths", "quantity"]].reset_index(drop=True)
    return pd.concat([pd.DataFrame(found, columns=COLUMNS), kept], axis=1)


def totals_at_every_node(found: pd.DataFrame, dimensions: Iterable[str], *, of: str = "") -> dict[tuple[str, int, str, str], int]:
    """(node, month, dimension, code) → rows, or the sum of a column, by brute force: what lies at the node or below it."""
    counts: dict[tuple[str, int, str, str], int] = {}
    for row in found.to_dict("records"):
        parts = [p for p in row["path"].split("/") if p]
        month = row["day"].year * 100 + row["day"].month
        for depth in range(len(parts) + 1):
            node = "".join(f"/{part}" for part in parts[:depth]) + "/"
            below = parts[depth] if depth < len(parts) else ""
            for dimension, code in (("division", below), *((name, str(row[name])) for name in dimensions)):
                key = (node, month, dimension, code)
                counts[key] = counts.get(key, 0) + (int(row[of]) if of else 1)
    return {key: total for key, total in counts.items() if total}


def distinct_at_every_node(units: pd.DataFrame) -> dict[tuple[str, str, str, str], int]:
    """(node, span, dimension, code) → distinct human beings, by brute force."""
    counts: dict[tuple[str, str, str, str], set[Any]] = {}
    for unit in units.to_dict("records"):
        parts = [p for p in unit["path"].split("/") if p]
        nodes = ["/", *("/" + "/".join(parts[: n + 1]) + "/" for n in range(len(parts)))]
        for name in SPANS.values():
            span = name(unit["day"])
            counts.setdefault((unit["path"], span, "own", ""), set()).add(unit["human"])
            for node in nodes:
                for dimension in ("", *DIMENSIONS):
                    code = str(unit[dimension]) if dimension else ""
                    counts.setdefault((node, span, dimension, code), set()).add(unit["human"])
    return {key: len(found) for key, found in counts.items()}


def stock_on(lines: pd.DataFrame, kind: str, node: str, day: dt.date) -> int:
    held = lines[(lines.kind == kind) & lines["division__path"].str.startswith(node) & (lines.posted_on <= day)]
    valid = [f.get("valid_to") is None or dt.date.fromisoformat(f["valid_to"]) >= day for f in held.facts]
    return held[valid].human.nunique() if len(held) else 0


def occasion_tags(as_of: int) -> dict[tuple[Any, str], str]:
    """(occasion, name) → its only code, or ``several``: from tags of lines that stood at the position."""
    lines = frame(as_of)
    tags = pd.DataFrame(list(LineTag.objects.values("line_id", "name", "code")), columns=["line_id", "name", "code"])
    joined = lines[["id", "occasion"]].merge(tags, left_on="id", right_on="line_id")
    found = {}
    for (occasion, name), group in joined.groupby(["occasion", "name"]):
        codes = set(group["code"])
        found[occasion, name] = codes.pop() if len(codes) == 1 else "several"
    return found


def category_codes() -> dict[int, str]:
    return {0: "", **dict(Category.objects.values_list("id", "code"))}


def paths_now(as_of: int, day: dt.date) -> dict[int, str]:
    """Division id → where it is shown on a day: its only heir's place, or the deepest place above all its heirs."""
    changes = pd.DataFrame(
        list(DivisionChange.objects.filter(position__lte=as_of, happened_on__lte=day).values("before_id", "after_id")),
        columns=["before_id", "after_id"],
    )
    rows = {d.pk: d for d in Division.objects.all()}
    found = {}
    for start in set(changes.before_id):
        front = {start}
        while True:  # step by step until nobody in it has become anybody else
            after = set()
            for pk in front:
                heirs = set(changes.after_id[changes.before_id == pk])
                gone = rows[pk].valid_to is not None and rows[pk].valid_to < day
                after |= heirs if heirs and gone else {pk}
            if after == front:
                break
            front = after
        found[start] = os.path.commonpath([rows[pk].path for pk in front]).rstrip("/") + "/"
    return found


def local_day(moment: dt.datetime) -> dt.date:
    return timezone.localdate(moment)
