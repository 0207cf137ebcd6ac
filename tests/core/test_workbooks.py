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


def test_nobody_else_writes_workbooks():
    """Exports go through ``lms.core.workbooks``; the user's own workbook is edited by ``courses.roster`` alone."""
    allowed = {"lms/core/workbooks.py", "courses/roster/workbooks.py"}
    found = set()
    for room in ("lms", "courses", "exams", "certificates", "cms"):
        for path in (ROOT / room).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                module = getattr(node, "module", None) if isinstance(node, ast.ImportFrom) else None
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else [module or ""]
                if any(n.split(".")[0] in {"openpyxl", "xlsxwriter", "xlwt"} for n in names):
                    found.add(name)
    filled_templates = {name for name in found if name.startswith("lms/reports/")}
    assert found - filled_templates <= allowed
