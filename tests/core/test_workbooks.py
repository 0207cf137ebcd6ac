"""Workbooks of ours: no cell runs, columns carry their definitions. Read with another library."""

from __future__ import annotations

import ast
import io

import pytest
from openpyxl import load_workbook

from lms.core.workbooks import Column, Sheet, guard, write_workbook
from tests.conftest import ROOT

ATTACKS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x", " =1", "\u3000=1", "|calc", "%0A"]


@pytest.mark.parametrize("text", ATTACKS)
def test_what_would_run_is_text(text):
    assert str(guard(text)).startswith("'")
    raw = write_workbook([Sheet("a", [Column("列", meaning="一列。")], [[text]])])
    cell = load_workbook(io.BytesIO(raw))["a"]["A2"]
    assert cell.data_type == "s"
    assert cell.value.startswith("'")


def test_what_is_a_number_or_plain_stays():
    assert [guard(v) for v in (-5, 1.5, None, "鲁甸县", "a=b")] == [-5, 1.5, None, "鲁甸县", "a=b"]


def test_definitions_stand_on_a_sheet_of_their_own():
    raw = write_workbook([Sheet("表", [Column("人次", meaning="按统计口径计数。"), Column("备注")], [[1, ""]])])
    rows = list(load_workbook(io.BytesIO(raw)).worksheets[-1].values)
    assert ("人次", "按统计口径计数。") in rows


# parts of openpyxl that read and write formulas as text, and make no workbook
WORDS = ("openpyxl.formula", "openpyxl.utils")
# fixed content of ours with nothing of a reader's in it, and formulas on purpose
SAMPLES = {"lms/reports/layouts/sample.py", "courses/roster/sample.py"}


def test_who_writes_a_workbook_goes_through_the_guard():
    """A module that makes one by itself still takes the guard of ``lms.core.workbooks``, or its writer."""
    loose = []
    for room in ("lms", "courses", "exams", "certificates", "cms"):
        for path in (ROOT / room).rglob("*.py"):
            froms: dict[str, set[str]] = {}
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom):
                    froms.setdefault(node.module or "", set()).update(alias.name for alias in node.names)
                elif isinstance(node, ast.Import):
                    froms.update({alias.name: set() for alias in node.names})
            makers = {name for name in froms if not name.startswith(WORDS)}
            makes = any(name.split(".")[0] in {"openpyxl", "xlsxwriter", "xlwt"} for name in makers)
            guarded = froms.get("lms.core.workbooks", set()) & {"guard", "write_workbook"}
            if makes and not guarded and path != ROOT / "lms/core/workbooks.py":
                loose.append(str(path.relative_to(ROOT)))
    assert set(loose) == SAMPLES
