"""Rows and columns that Excel hides, by sheet: read from the package itself, since readers of cells do not tell.

Streamed with regular expressions over the sheet's XML; the guard has bounded the file before.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from pathlib import Path

from lms.core.workbook_guard import STEP

_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_COL = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_TRUE = (b"1", b"true")


def attribute(tag: bytes, name: bytes) -> bytes | None:
    """One attribute of a start tag, as it stands."""
    found = re.search(rb"[\s]" + name + rb"""\s*=\s*(?:"([^"]*)"|'([^']*)')""", tag)
    return None if found is None else (found[1] if found[1] is not None else found[2])


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → its part's path inside the package."""
    from defusedxml.ElementTree import fromstring

    targets = {}
    for link in fromstring(archive.read("xl/_rels/workbook.xml.rels")):
        target = str(link.get("Target"))
        targets[link.get("Id")] = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    found = {}
    for node in fromstring(archive.read("xl/workbook.xml")).iter():
        if node.tag.rpartition("}")[2] == "sheet":
            key = next((v for k, v in node.attrib.items() if k.rpartition("}")[2] == "id"), None)
            if key in targets:
                found[str(node.get("name"))] = targets[key]
    return found


def of_workbook(path: Path) -> dict[str, tuple[list[int], list[int]]]:
    """Sheet name → hidden rows and hidden columns, from 0. Empty for a package that cannot be understood."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            return {sheet: _of_part(archive, part) for sheet, part in sheet_parts(archive).items() if part in names}
    except (KeyError, ValueError, SyntaxError, zipfile.BadZipFile):
        return {}


def _of_part(archive: zipfile.ZipFile, part: str) -> tuple[list[int], list[int]]:
    rows: list[int] = []
    columns: list[int] = []
    number = 0
    rest = b""
    with archive.open(part) as handle:
        while step := handle.read(STEP):
            chunk = rest + step
            end = chunk.rfind(b">") + 1
            whole, rest = chunk[:end], chunk[end:][-STEP:]
            if not number and b"<" in whole:
                for tag in _COL.findall(whole):
                    if attribute(tag, b"hidden") in _TRUE:
                        first, last = int(attribute(tag, b"min") or 1), int(attribute(tag, b"max") or 1)
                        columns += range(first - 1, min(last, 200))
            for tag in _ROW.findall(whole):
                stated = attribute(tag, b"r") if b" r=" in tag else None
                number = int(stated) if stated else number + 1
                if b"hidden" in tag and attribute(tag, b"hidden") in _TRUE:
                    rows.append(number - 1)
    return rows, columns
