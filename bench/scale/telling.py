"""The results as Markdown: one table of ratios with the growth between the sizes, one of sizes, one of layouts."""

from __future__ import annotations

from typing import Any


def markdown(results: dict[str, Any]) -> str:
    sizes = results["sizes"]
    parts = [f"# The ledger at size\n\n{results['machine']} · {results['people']:,} people · one province, five years"]
    parts += [_measured(sizes), _held(sizes), _tables(sizes), *(_intake(size) for size in sizes if "intake" in size)]
    parts += [_layouts(size) for size in sizes if "layouts" in size]
    return "\n\n".join(filter(None, parts)) + "\n"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines)


def _measured(sizes: list[dict[str, Any]]) -> str:
    """Growth is ours against ours: the last size by the first."""
    head = ["", "held against"]
    for size in sizes:
        head += [f"{size['lines'] / 1e6:g} M: × floor", "ours ms", "floor ms", "lines"]
    by_name = [{one["name"]: one for one in size["measured"]} for size in sizes]
    if len(sizes) > 1:
        head.append("ours grew ×")
    rows = []
    for name, first in by_name[0].items():
        row = [name, first["floor"]]
        for found in by_name:
            one = found.get(name)
            if one is None:
                row += ["", "", "", ""]
                continue
            row += [
                f"{one['ratio']:.1f}",
                f"{one['ours_ms']:,.0f}",
                f"{one['floor_ms']:,.0f}",
                f"{one['lines']:,}" if one["lines"] else "",
            ]
        if len(sizes) > 1:
            row.append(f"{by_name[-1][name]['ours_ms'] / first['ours_ms']:.1f}" if name in by_name[-1] else "")
        rows.append(row)
    return _table(head, rows)


def _held(sizes: list[dict[str, Any]]) -> str:
    """Whoever hands in keeps everybody else from posting, for so long at most."""
    by_name = [{one["name"]: one for one in size["measured"] if one.get("held_ms") is not None} for size in sizes]
    head = ["nobody could post, at most", *(f"{size['lines'] / 1e6:g} M lines" for size in sizes)]
    if not by_name[0]:
        return ""
    rows = [[name, *(f"{of[name]['held_ms']:,.0f} ms" if name in of else "" for of in by_name)] for name in by_name[0]]
    return _table(head, rows)


def _tables(sizes: list[dict[str, Any]]) -> str:
    head = ["", *(f"{size['lines'] / 1e6:g} M lines" for size in sizes)]
    rows = []
    for name in sizes[0]["tables"]:
        cells = []
        for size in sizes:
            one = size["tables"][name]
            cells.append(f"{one['rows']:,} rows, {one['table_bytes'] / 1e9:.2f} + {one['index_bytes'] / 1e9:.2f} GB")
        rows.append([f"`{name}` (table + indexes)", *cells])
    for what, name in (("seed_scale", "seeded"), ("rebuild_summaries", "rebuilt"), ("ledger_verify", "verified")):
        told = [size[name] for size in sizes if name in size]
        if len(told) == len(sizes):
            rows.append([f"`{what}`", *(f"{one['seconds']:,.0f} s, at most {one['peak_mb']:,} MB" for one in told)])
    refreshed = [size["refreshed"] for size in sizes if "refreshed" in size]
    if len(refreshed) == len(sizes):
        rows.append([f"refresh after {refreshed[0]['lines']:,} lines", *(f"{one['seconds']:.1f} s" for one in refreshed)])
    return _table(head, rows)


def _intake(size: dict[str, Any]) -> str:
    rows = [
        [one["name"], one["floor"], f"{one['ratio']:.2f}", f"{one['ours_ms'] / 1000:,.1f}", f"{one['floor_ms'] / 1000:,.1f}"]
        for one in size["intake"]
    ]
    return _table([f"into {size['lines'] / 1e6:g} M lines", "held against", "× floor", "ours s", "floor s"], rows)


def _layouts(size: dict[str, Any]) -> str:
    head = [
        f"layouts of {size['lines'] / 1e6:g} M lines",
        "fold of a year",
        "a county's month",
        "its sums",
        "500 keys",
        "100,000 in",
        "GB",
        "built s",
    ]
    rows = []
    for one in size["layouts"]:
        rows.append(
            [
                one["layout"],
                *(
                    f"{one[name]:,.0f} ms"
                    for name in ("fold_year_ms", "county_month_ms", "county_sums_ms", "keys_500_ms", "insert_100k_ms")
                ),
                f"{one['bytes'] / 1e9:.2f}",
                f"{one['built_ms'] / 1000:,.1f}",
            ]
        )
    return _table(head, rows)
