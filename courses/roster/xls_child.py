"""Reads one .xls file and prints its sheets as JSON. Runs alone, with bounded memory and time; imports nothing of ours.

Arguments: the file, and how many rows of each sheet to print (0: all). Hidden rows and columns are read from the BIFF
records themselves (ROW, COLINFO), which readers of cells do not tell.
"""

import datetime
import json
import resource
import struct
import sys
from pathlib import Path
from typing import Any

MEMORY = 192 * 1024 * 1024
SECONDS = 20


def plain(cell: object) -> object:
    if cell == "":
        return None
    if isinstance(cell, datetime.datetime | datetime.date):
        return {"day": cell.isoformat()[:10]}
    return cell if isinstance(cell, str | int | float | bool) else str(cell)


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import python_calamine as calamine

    most = int(sys.argv[2]) or None
    try:
        book = calamine.CalamineWorkbook.from_path(sys.argv[1])
        unseen, errors = told(sys.argv[1])
        sheets = []
        for meta in book.sheets_metadata[:20]:
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(meta.name)
            height = 0 if sheet.end is None else sheet.end[0] + 1
            rows = sheet.to_python(skip_empty_area=False, nrows=most)
            for row, column, text in errors.get(meta.name, ()):
                fill(rows, row, column, text, most)
            hidden_rows, hidden_columns = unseen.get(meta.name, ([], []))
            sheets.append(
                {
                    "name": meta.name,
                    "visible": meta.visible == calamine.SheetVisibleEnum.Visible,
                    "height": max(height, len(rows)),
                    "head": [[plain(cell) for cell in row] for row in rows],
                    "merged": [(r1, c1, r2, c2) for (r1, c1), (r2, c2) in (sheet.merged_cell_ranges or [])],
                    "hidden_rows": [row for row in hidden_rows if row < height],
                    "hidden_columns": hidden_columns,
                }
            )
    except calamine.PasswordError:
        return 3
    except (calamine.CalamineError, MemoryError):
        return 4
    json.dump(sheets, sys.stdout)
    return 0


def fill(rows: list[list[Any]], row: int, column: int, text: str, most: int | None) -> None:
    """An error where the library of cells gives an empty one; below its last row too."""
    if row >= (most or 65_536):
        return
    rows += [[] for _ in range(row + 1 - len(rows))]
    rows[row] += [""] * (column + 1 - len(rows[row]))
    if rows[row][column] == "":
        rows[row][column] = text


def told(path: str) -> tuple[dict[str, tuple[list[int], list[int]]], dict[str, list[tuple[int, int, str]]]]:
    """By sheet: hidden rows and columns, from 0; cells that hold an error. Empty where the container is not understood."""
    try:
        stream = workbook_stream(Path(path).read_bytes())
        return hidden_of(stream), errors_of(stream)
    except (struct.error, IndexError, ValueError, UnicodeDecodeError):
        return {}, {}


def workbook_stream(raw: bytes) -> bytes:
    """The stream “Workbook” of an OLE container (MS-CFB), without its short streams: a workbook is never that short."""
    size = 1 << struct.unpack_from("<H", raw, 30)[0]
    fat_count, directory = struct.unpack_from("<I", raw, 44)[0], struct.unpack_from("<I", raw, 48)[0]
    places = list(struct.unpack_from("<109I", raw, 76))
    more, more_count = struct.unpack_from("<II", raw, 68)
    for _turn in range(min(more_count, 1000)):
        at = (more + 1) * size
        chunk = struct.unpack_from(f"<{size // 4}I", raw, at)
        places += chunk[:-1]
        more = chunk[-1]
    fat: list[int] = []
    for place in places[:fat_count]:
        fat += struct.unpack_from(f"<{size // 4}I", raw, (place + 1) * size)

    def chain(start: int) -> bytes:
        parts, seen = [], set()
        while start < len(fat) and start not in seen:
            seen.add(start)
            parts.append(raw[(start + 1) * size : (start + 2) * size])
            start = fat[start]
        return b"".join(parts)

    entries = chain(directory)
    for at in range(0, len(entries), 128):
        length = struct.unpack_from("<H", entries, at + 64)[0]
        name = entries[at : at + max(0, length - 2)].decode("utf-16-le")
        if name in ("Workbook", "Book"):
            start, total = struct.unpack_from("<II", entries, at + 116)
            return chain(start)[:total]
    raise ValueError("no workbook stream")


ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def errors_of(stream: bytes) -> dict[str, list[tuple[int, int, str]]]:
    """Cells that hold an error, written as such (BOOLERR) or as the result of a formula (FORMULA)."""
    names: dict[int, str] = {}
    found: dict[int, list[tuple[int, int, str]]] = {}
    here: list[tuple[int, int, str]] = []
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        if kind == 0x0085:
            place, _state, count, wide = struct.unpack_from("<IHBB", body)
            names[place] = body[8 : 8 + count * (2 if wide & 1 else 1)].decode("utf-16-le" if wide & 1 else "latin-1")
        elif kind == 0x0809:
            here = found.setdefault(at, [])
        elif kind == 0x0205 and length == 8 and body[7] == 1:
            here.append((*struct.unpack_from("<HH", body), ERRORS.get(body[6], "#N/A")))
        elif kind == 0x0006 and length >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
            here.append((*struct.unpack_from("<HH", body), ERRORS.get(body[8], "#N/A")))
        at += 4 + length
    return {name: found[place] for place, name in names.items() if found.get(place)}


def hidden_of(stream: bytes) -> dict[str, tuple[list[int], list[int]]]:
    """Walk the BIFF8 records: BOUNDSHEET names the sheets in order, ROW and COLINFO say what is hidden."""
    names: list[tuple[int, str]] = []
    found: dict[int, tuple[list[int], list[int]]] = {}
    here: Any = None
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        if kind == 0x0085:
            place, _state, count, wide = struct.unpack_from("<IHBB", body)
            text = body[8 : 8 + count * (2 if wide & 1 else 1)]
            names.append((place, text.decode("utf-16-le" if wide & 1 else "latin-1")))
        elif kind == 0x0809 and len(body) >= 4 and struct.unpack_from("<H", body, 2)[0] == 0x0010:
            here = found.setdefault(at, ([], []))
        elif kind == 0x0208 and here is not None and len(body) >= 16:
            row, flags = struct.unpack_from("<H", body)[0], struct.unpack_from("<H", body, 12)[0]
            if flags & 0x20:
                here[0].append(row)
        elif kind == 0x007D and here is not None and len(body) >= 10:
            first, last, _width, _style, flags = struct.unpack_from("<HHHHH", body)
            if flags & 1:
                here[1].extend(range(first, min(last + 1, 256)))
        at += 4 + length
    return {name: found[place] for place, name in names if place in found}


if __name__ == "__main__":
    sys.exit(main())
