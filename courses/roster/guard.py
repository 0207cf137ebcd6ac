"""What an uploaded roster may be, checked before any library opens it: size, kind, encryption, what it would unpack to."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from lms.core import workbook_guard
from lms.core.errors import BadInput

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 100

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"


def kind_of(path: Path) -> str:
    """``xlsx``, ``xls`` or ``csv`` by content; raises ``BadInput`` with one sentence for what cannot be a roster."""
    workbook_guard.check_ending(path.suffix.lower())
    size = path.stat().st_size
    if size == 0:
        raise BadInput(_("文件是空的。"))
    if size > MOST_BYTES:
        raise BadInput(_("文件超过 %(most)d MB，请拆分后再上传。") % {"most": MOST_BYTES // 1024 // 1024})
    with path.open("rb") as handle:
        head = handle.read(4096)
    if head.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise BadInput(_("文件设有打开密码，请在 Excel 里去掉密码（文件 → 信息 → 保护工作簿）后再上传。"))
        return "xls"
    if head.startswith(ZIP):
        workbook_guard.check(path, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
        return "xlsx"
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput(_("这不是表格文件。请上传 Excel（xlsx、xls）或 CSV 文件。"))
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"mime-version")):
        raise BadInput(
            _("这个文件是网页，只是改了扩展名（常见于从其他系统导出）。请用 Excel 打开，另存为“Excel 工作簿（.xlsx）”后再上传。")
        )
    if start.startswith((b"<!doctype", b"<?xml", b"%pdf", b"{\\rtf")):
        raise BadInput(_("这不是表格文件。请在 Excel 里另存为“Excel 工作簿（.xlsx）”后再上传。"))
    return "csv"
