"""Cells that a reader of cells gives as empty and that are not: errors (#REF!), and formulas whose result nobody has saved.

Taken as empty, a number that was looked up and not found would pass for one that nobody wrote down. Streamed with regular
expressions over the sheet's XML, as ``hidden`` is; a sheet without formulas costs one look.
"""

from __future__ import annotations

import re
import zipfile
from html import unescape
from pathlib import Path

from django.utils.translation import gettext as _

from courses.roster import hidden
from courses.roster.columns import place_of
from lms.core.errors import BadInput
from lms.core.workbook_guard import STEP

MOST = 50_000
_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!)")
_CELL = re.compile(rb"<(?:\w+:)?c(\s[^>]*?)?(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_SUSPECT = re.compile(rb"""<(?:\w+:)?f[\s>/]|\st=["']e["']""")
_RESULT = re.compile(rb"<(?:\w+:)?v>(.*?)</(?:\w+:)?v>|<(?:\w+:)?t[\s>]", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_END = re.compile(rb"</(?:\w+:)?c>")


def sentence(cell: object) -> str:
    """Why a cell says nothing, where it holds an error or a formula instead of its result; empty for every other cell."""
    if not isinstance(cell, str) or cell[:1] not in ("#", "="):
        return ""
    text = cell.strip()
    if _ERROR.fullmatch(text):
        return _("单元格是公式错误“%(text)s”，没有内容；请在 Excel 里改好，或直接填写内容。") % {"text": text}
    if text.startswith("=") and len(text) > 1:
        return _("单元格是公式，但文件里没有它的结果；请用 Excel 打开并保存，或复制后“只粘贴值”，再上传。")
    return ""


def of_sheet(path: Path, name: str) -> dict[int, dict[int, str]]:
    """Row → column → what stands there (``#REF!``, or ``=…`` for a formula without result), both from 0."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = hidden.sheet_parts(archive).get(name)
            return {} if part is None else _of_part(archive, part)
    except (KeyError, ValueError, SyntaxError, zipfile.BadZipFile):
        return {}


def _of_part(archive: zipfile.ZipFile, part: str) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    count, rest = 0, b""
    with archive.open(part) as handle:
        while step := handle.read(STEP):
            chunk = rest + step
            end = max((match.end() for match in _END.finditer(chunk, max(0, len(chunk) - 65_536))), default=0)
            whole, rest = chunk[:end], chunk[end:][-STEP:]
            if not _SUSPECT.search(whole):
                continue
            for match in _CELL.finditer(whole):
                text = _unread(match[1] or b"", match[2])
                place = _PLACE.fullmatch(hidden.attribute(match[1] or b"", b"r") or b"") if text else None
                if place is None:
                    continue
                found.setdefault(int(place[2]) - 1, {})[place_of(place[1].decode())] = text
                count += 1
                if count > MOST:
                    raise BadInput(_("表格里有太多公式没有结果；请用 Excel 打开并保存，再上传。"))
    return found


_PLACE = re.compile(rb"([A-Z]{1,3})(\d{1,7})")


def _unread(tag: bytes, inside: bytes) -> str:
    result = _RESULT.search(inside)
    if hidden.attribute(tag, b"t") == b"e":
        return unescape((result[1] or b"").decode("utf-8", "replace")) if result else "#N/A"
    if _FORMULA.search(inside) and (result is None or result[1] == b""):
        # an empty text is a result where the cell says that it is text
        return "" if result is not None and hidden.attribute(tag, b"t") == b"str" else "=…"
    return ""
