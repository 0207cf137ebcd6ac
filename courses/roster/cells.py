"""What one cell says: its text, a day, a kind of document. Pure; wordings are data."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Any

from lms.people.models import IdentityDocument

_KINDS = {
    IdentityDocument.Kind.RESIDENT: ("身份证", "居民身份证", "公民身份证", "二代身份证", "中华人民共和国居民身份证"),
    IdentityDocument.Kind.HK_MO_TW: ("港澳台居民居住证", "港澳居民居住证", "台湾居民居住证", "港澳台居住证", "居住证"),
    IdentityDocument.Kind.PERMANENT_RESIDENT: (
        "外国人永久居留身份证",
        "外国人永久居留证",
        "永久居留身份证",
        "永久居留证",
        "永居证",
    ),
    IdentityDocument.Kind.PASSPORT: ("护照", "中国护照", "外国护照", "普通护照"),
    IdentityDocument.Kind.OTHER: (
        "其他",
        "其它",
        "其他证件",
        "其它证件",
        "港澳居民来往内地通行证",
        "台湾居民来往大陆通行证",
        "军官证",
    ),
}
_KIND_OF = {words: kind.value for kind, known in _KINDS.items() for words in known}
_KIND_OF |= {kind.value: kind.value for kind in IdentityDocument.Kind}

_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_DAY = re.compile(r"(\d{4})\s*[-/.年\\、, ]\s*(\d{1,2})\s*[-/.月\\、, ]\s*(\d{1,2})\s*[日号]?(?:[ T].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0)?")
_MONTH = re.compile(r"(\d{4})\s*[-/.年\\]?\s*(\d{1,2})\s*月?")
_CHINESE = re.compile(r"([〇零一二三四五六七八九]{4})年(元|正|[一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]")
_CHINESE_MONTH = re.compile(r"([〇零一二三四五六七八九]{4})年(元|正|[一二三四五六七八九十]{1,3})月")
# what people write where there is nothing to write
NOTHING = frozenset({"无", "暂无", "没有", "/", "\\", "-", "--", "—", "——", "―", "／", "－", "＼", "無", "空"})
EPOCH = dt.date(1899, 12, 30)  # day 0 of Excel's serial numbers (1900 system)


def plain_text(cell: Any) -> str:
    """The cell as one text; a whole number without its “.0”."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dict):
        return str(cell.get("day", ""))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    return str(cell).strip()


def document_kind(text: str) -> str | None:
    """The kind of document that a wording names; the resident card for an empty cell; None for an unknown one."""
    return IdentityDocument.Kind.RESIDENT.value if not text else _KIND_OF.get("".join(text.split()))


def day_of(cell: Any) -> dt.date | None:
    """A whole day from a date cell, a serial number of Excel (also as text), or the ways people write one; never guessed."""
    if isinstance(cell, dict):
        cell = cell.get("day", "")
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    text = unicodedata.normalize("NFKC", plain_text(cell))
    try:
        if found := _DAY.fullmatch(text) or _COMPACT.fullmatch(text):
            return dt.date(int(found[1]), int(found[2]), int(found[3]))
        if found := _CHINESE.fullmatch(text.replace(" ", "")):
            return dt.date(int(found[1].translate(_DIGITS)), _numeral(found[2]), _numeral(found[3]))
        if re.fullmatch(r"\d{4,5}(\.\d+)?", text) and 3653 < float(text) < 73050:  # 1910–2100 as a serial number
            return EPOCH + dt.timedelta(days=int(float(text)))
    except ValueError:
        return None
    return None


def loose_day(cell: Any) -> str | None:
    """``1990-01`` where only a month is told, as many rosters do; None for anything else."""
    if isinstance(cell, float) and not cell.is_integer():
        return None  # 1990.1 may be January or October
    text = unicodedata.normalize("NFKC", plain_text(cell))
    if (said := _CHINESE_MONTH.fullmatch(text.replace(" ", ""))) and 1 <= _numeral(said[2]) <= 12:
        text = f"{said[1].translate(_DIGITS)}-{_numeral(said[2])}"
    found = _MONTH.fullmatch(text)
    if found and 1900 <= int(found[1]) <= 2100 and 1 <= int(found[2]) <= 12:
        return f"{found[1]}-{int(found[2]):02d}"
    return None


def _numeral(text: str) -> int:
    """一 … 三十一; 元 and 正 are the first month."""
    if text in ("元", "正"):
        return 1
    tens, ten, ones = text.partition("十")
    if not ten:
        return int(text.translate(_DIGITS))
    return (int(tens.translate(_DIGITS)) if tens else 1) * 10 + (int(ones.translate(_DIGITS)) if ones else 0)
