"""Roster files for tests: good ones, damaged ones and hostile ones. Names and numbers are invented."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

from lms.people.rules.documents import check_character

HEADER = ["序号", "姓名", "性别", "民族", "身份证号", "学历", "工作单位", "职务/职称", "联系电话", "乡镇（街道）", "备注"]


def number(serial: int, *, region: str = "530621", born: str = "19900101") -> str:
    """A well-formed resident number of nobody."""
    body = f"{region}{born}{serial:03d}"
    return body + check_character(body)


def row(serial: int, **cells: Any) -> list[Any]:
    filled = {
        "序号": serial,
        "姓名": f"学员{'甲乙丙丁戊己庚辛壬癸'[serial % 10]}{'一二三四五六七八九十'[serial // 10 % 10]}",
        "民族": "汉族",
        "身份证号": number(serial),
        "学历": "大学本科",
        "工作单位": "龙头山镇人民政府",
        "职务/职称": "科员",
        "联系电话": f"1380000{serial:04d}",
        **cells,
    }
    return [filled.get(name) for name in HEADER]


def xlsx(rows: list[list[Any]], *, header: list[Any] | None = None, above: list[list[Any]] | None = None) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for line in [*(above or []), HEADER if header is None else header, *rows]:
        sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv(rows: list[list[Any]], *, encoding: str = "gb18030") -> bytes:
    lines = [",".join("" if cell is None else str(cell) for cell in line) for line in [HEADER, *rows]]
    return "\r\n".join(lines).encode(encoding)


def take_columns(roster: Any, *, by: Any, leave_hidden: bool | None = None, **fields: str) -> Any:
    """Confirm the columns of an uploaded roster as they were recognised (``fields``: letter → meaning, otherwise)."""
    from courses import services

    found = {row["column"]: row["field"] for row in roster.columns if row["field"]} | fields
    top, first = roster.header_top, roster.header_first
    return services.confirm_columns(
        roster=roster, sheet=roster.sheet, top=top, first=first, fields=found, leave_hidden=leave_hidden, by=by
    )


def _parts(sheet: bytes) -> dict[str, bytes]:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
            'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
        ).encode(),
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{rels}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'.encode(),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rels}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets>'
        "</workbook>".encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{rels}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'.encode(),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>'.encode() + sheet + b"</sheetData></worksheet>",
    }


def workbook(sheet: bytes, **more: bytes) -> bytes:
    """A workbook with the given XML inside its only sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**_parts(sheet), **more}.items():
            archive.writestr(name, content)
    return out.getvalue()


def far_corner() -> bytes:
    """Two cells whose rectangle has 17 thousand million."""
    cell = b'<row r="%d"><c r="%s" t="inlineStr"><is><t>x</t></is></c></row>'
    return workbook(cell % (1, b"A1") + cell % (1048576, b"xfd1048576"))


def bomb(megabytes: int = 200) -> bytes:
    """A sheet that unpacks to hundreds of megabytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        parts = _parts(b"")
        del parts["xl/worksheets/sheet1.xml"]
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as handle:
            for _ in range(megabytes):
                handle.write(b" " * 1024 * 1024)
    return out.getvalue()


def lying_bomb(megabytes: int = 100) -> bytes:
    """The same, but its directory claims a few bytes."""
    raw = bytearray(bomb(megabytes))
    size = struct.pack("<I", megabytes * 1024 * 1024)
    at = raw.find(size)
    while at >= 0:
        raw[at : at + 4] = struct.pack("<I", 100)
        at = raw.find(size, at + 4)
    return bytes(raw)


def long_text() -> bytes:
    """One text of a million letters, referred to from thirty thousand cells."""
    texts = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>' + b"A" * 1_000_000 + b"</t></si></sst>"
    )
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 30_000))
    return workbook(cells, **{"xl/sharedStrings.xml": texts})


def encrypted() -> bytes:
    """What Excel writes when a password is set: an OLE container holding the encrypted package."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512


def xls(rows: list[list[Any]], *, hidden_rows: tuple[int, ...] = (), hidden_columns: tuple[int, ...] = ()) -> bytes:
    """The old binary format: one sheet of texts and numbers in a minimal OLE container."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    cells = b""
    for r, line in enumerate(rows):
        for c, cell in enumerate(line):
            if cell is None:
                continue
            if isinstance(cell, bytes):  # the code of an error
                cells += record(0x0205, struct.pack("<HHHBB", r, c, 0, cell[0], 1))
            elif isinstance(cell, int | float):
                cells += record(0x0203, struct.pack("<HHHd", r, c, 0, float(cell)))
            else:
                text = str(cell).encode("utf-16-le")
                cells += record(0x0204, struct.pack("<HHHHB", r, c, 0, len(text) // 2, 1) + text)
    cells = b"".join(record(0x0208, struct.pack("<HHHHHHHH", r, 0, 11, 255, 0, 0, 0x20, 15)) for r in hidden_rows) + cells
    cells = b"".join(record(0x007D, struct.pack("<HHHHHH", c, c, 2000, 15, 1, 0)) for c in hidden_columns) + cells
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + cells + record(0x000A, b"")
    name = "名册".encode("utf-16-le")
    bound = struct.pack("<BB", len(name) // 2, 1) + name
    head_length = 20 + 4 + 6 + len(bound) + 4
    head = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    head += record(0x0085, struct.pack("<IBB", head_length, 0, 0) + bound) + record(0x000A, b"")
    stream = head + sheet
    stream += b"\0" * (max(4096, -(-len(stream) // 512) * 512) - len(stream))
    sectors = len(stream) // 512
    fat_sectors = -(-(sectors + 2) // 128)
    while (sectors + 1 + fat_sectors) > fat_sectors * 128:
        fat_sectors += 1
    fat = [*range(1, sectors), 0xFFFFFFFE, 0xFFFFFFFE, *[0xFFFFFFFD] * fat_sectors]
    fat += [0xFFFFFFFF] * (fat_sectors * 128 - len(fat))

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = title.encode("utf-16-le") + b"\0\0"
        return raw.ljust(64, b"\0") + struct.pack(
            "<HBBIII16sIQQIQ", len(raw), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child, b"\0" * 16, 0, 0, 0, start, size
        )

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 0, len(stream))
    directory += b"\0" * (512 - len(directory))
    locations = list(range(sectors + 1, sectors + 1 + fat_sectors))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH6s", 0x3E, 3, 0xFFFE, 9, 6, b"\0" * 6)
    header += struct.pack("<IIIIIIIII", 0, fat_sectors, sectors, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", *(locations + [0xFFFFFFFF] * (109 - len(locations))))
    return header + stream + directory + struct.pack(f"<{len(fat)}I", *fat)


def confirmed(county: Any, numbers: Any, *, give_accounts: bool = False) -> Any:
    """A roster for a class of its own, read, looked through and confirmed: waiting for its worker."""
    from django.core.files.base import ContentFile

    from courses import services
    from courses.services import roster as staging
    from tests.factories.courses import SYSTEM, make_class

    content = ContentFile(xlsx([row(n) for n in numbers]), "名册.xlsx")
    roster = services.upload_roster(training_class=make_class(county), file=content, give_accounts=give_accounts, by=SYSTEM)
    staging.read_roster(roster=type(roster).objects.get(pk=roster.pk), by=SYSTEM)
    roster.refresh_from_db()
    take_columns(roster, by=SYSTEM)
    roster.refresh_from_db()
    roster = staging.examine_roster(roster=roster, by=SYSTEM)
    services.confirm_roster(roster=roster, send=False, by=SYSTEM)
    return roster
