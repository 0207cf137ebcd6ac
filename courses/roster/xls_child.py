"""Reads one .xls file and prints its visible sheets as JSON. Runs alone, with bounded memory and time; imports nothing of ours."""

import datetime
import json
import resource
import sys

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

    try:
        book = calamine.CalamineWorkbook.from_path(sys.argv[1])
        sheets = []
        for meta in book.sheets_metadata:
            if meta.visible != calamine.SheetVisibleEnum.Visible or meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            rows = book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
            sheets.append((meta.name, [[plain(cell) for cell in row] for row in rows]))
            if len(sheets) == 10:
                break
    except calamine.PasswordError:
        return 3
    except (calamine.CalamineError, MemoryError):
        return 4
    json.dump(sheets, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
