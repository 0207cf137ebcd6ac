"""Identity numbers: GB 11643 (18 and the old 15 digits), residence permits of 港澳台, permanent-resident cards, passports.

A damaged number is refused with the way to mend it; nothing is repaired. The first six digits say where a number was first
issued and nothing about where the person works, so they are not matched against today's divisions (stdnum's ric module
does, and refuses most real people).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lms.core.errors import BadInput

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
CHECK_CHARACTERS = "10X98765432"
# The first two digits of GB/T 2260 that numbers have been issued under (71: residents from Taiwan settled before the permits).
PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
    ]
)
PERMITS = frozenset({"81", "82", "83"})
EARLIEST_YEAR = 1880

RESIDENT, RESIDENT_15, HK_MO_TW = "resident", "resident_15", "hk_mo_tw"
PERMANENT_RESIDENT, PASSPORT, OTHER = "permanent_resident", "passport", "other"
KINDS = (RESIDENT, RESIDENT_15, HK_MO_TW, PERMANENT_RESIDENT, PASSPORT, OTHER)

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width ASCII
_DROPPED = dict.fromkeys(map(ord, " \t\r\n\u00a0\u3000\u2002\u2003\u2009\u200b\ufeff'`’‘-"))
_DAMAGED = re.compile(r"^[+-]?\d+(\.\d+)?[Ee]\+?\d+$|^\d+\.\d*$")


class BadDocument(BadInput):
    """The number cannot be used; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What a number says. ``birth_date`` is None and ``sex`` empty where the document does not say. ``kind`` as found."""

    number: str
    birth_date: dt.date | None
    sex: str
    kind: str


def check_document(kind: str, number: object, *, today: dt.date | None = None) -> DocumentFacts:
    """Normalise and check one identity number; raise ``BadDocument`` with one sentence for the user.

    A resident number of 15 digits, or one that begins like a residence permit or permanent-resident card, is recognised
    as what it is.
    """
    if kind not in KINDS:
        raise BadDocument(_("证件类型“%(kind)s”无法识别。") % {"kind": kind})
    text = _clean(number)
    today = today or dt.date.today()
    if kind in (RESIDENT, RESIDENT_15, HK_MO_TW):
        return _resident(text, today)
    if kind == PERMANENT_RESIDENT:
        return _permanent_resident(text, today)
    if kind == PASSPORT:
        if not re.fullmatch(r"[A-Z0-9]{5,17}", text) or not any(c.isdigit() for c in text):
            raise BadDocument(_("护照号码应由5至17位字母和数字组成，请核对。"))
        return DocumentFacts(text, None, "", PASSPORT)
    if not re.fullmatch(r"[\w()（）/]{4,40}", text):
        raise BadDocument(_("证件号码应为4至40位字母或数字，请核对。"))
    return DocumentFacts(text, None, "", OTHER)


def check_character(first_seventeen: str) -> str:
    """The check character of GB 11643: Σ weight × digit mod 11."""
    return CHECK_CHARACTERS[sum(w * int(d) for w, d in zip(WEIGHTS, first_seventeen, strict=True)) % 11]


def to_eighteen(fifteen: str) -> str:
    """The 18-digit number that replaced an old one of 15 digits (GB 11643-1999): the century and a check character added."""
    body = f"{fifteen[:6]}19{fifteen[6:]}"
    return body + check_character(body)


def mask_document(number: str) -> str:
    """The number as it may be shown: ``5306**********1234``; shorter ones keep a quarter at each end."""
    keep = 4 if len(number) >= 15 else max(1, len(number) // 4)
    return number[:keep] + "*" * (len(number) - 2 * keep) + number[-keep:]


def _clean(number: object) -> str:
    if isinstance(number, bool) or not isinstance(number, str | int | float):
        raise BadDocument(_("证件号码为空。"))
    if isinstance(number, int | float):
        raise BadDocument(_("证件号码单元格是数字格式，末几位已被Excel改掉；请把该列设为文本格式，按证件原件重新填写完整号码。"))
    text = number.translate(_WIDE).translate(_DROPPED).strip().upper()
    if not text:
        raise BadDocument(_("证件号码为空。"))
    if _DAMAGED.match(text):
        raise BadDocument(
            _("证件号码“%(text)s”已被Excel改成数字，无法还原；请把该列设为文本格式，按证件原件重新填写完整号码。")
            % {"text": text[:30]}
        )
    return text


def _resident(text: str, today: dt.date) -> DocumentFacts:
    if re.fullmatch(r"\d{15}", text):
        return _fifteen(text, today)
    if not re.fullmatch(r"\d{17}[\dX]", text):
        if re.fullmatch(r"[\dX]+", text):
            raise BadDocument(_("身份证号码应为18位（或旧的15位），现为%(count)d位，请核对。") % {"count": len(text)})
        raise BadDocument(_("身份证号码含有不应出现的字符，请按证件原件填写18位号码。"))
    if text.startswith("9"):
        return _permanent_resident(text, today)
    if text[:2] not in PROVINCES | PERMITS:
        raise BadDocument(_("身份证号码前两位“%(head)s”不是省级代码，请核对。") % {"head": text[:2]})
    birth_date = _birth(text[6:14], today)
    _check_last(text)
    return DocumentFacts(text, birth_date, _sex(text[16]), HK_MO_TW if text[:2] in PERMITS else RESIDENT)


def _check_last(text: str) -> None:
    if check_character(text[:17]) == text[17]:
        return
    if text.endswith("000"):
        raise BadDocument(
            _("身份证号码后三位为000且校验不符，应是被Excel当作数字截断（只留15位有效数字）；请设为文本格式后重新填写。")
        )
    raise BadDocument(_("身份证号码末位校验不符，请按证件原件核对每一位。"))


def _fifteen(text: str, today: dt.date) -> DocumentFacts:
    if text[:2] not in PROVINCES:
        raise BadDocument(_("身份证号码前两位“%(head)s”不是省级代码，请核对。") % {"head": text[:2]})
    return DocumentFacts(text, _birth("19" + text[6:12], today), _sex(text[14]), RESIDENT_15)


def _permanent_resident(text: str, today: dt.date) -> DocumentFacts:
    if re.fullmatch(r"[A-Z]{3}\d{12}", text):  # issued before 2023-12; its two-digit year names no century, so no birth date
        return DocumentFacts(text, None, "", PERMANENT_RESIDENT)
    if not re.fullmatch(r"9\d{16}[\dX]", text):
        raise BadDocument(_("永久居留身份证号码应为3个字母加12位数字，或以9开头的18位号码，请核对。"))
    birth_date = _birth(text[6:14], today)
    _check_last(text)
    return DocumentFacts(text, birth_date, _sex(text[16]), PERMANENT_RESIDENT)


def _birth(digits: str, today: dt.date) -> dt.date:
    try:
        born = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise BadDocument(_("身份证号码中的出生日期“%(digits)s”不存在，请核对。") % {"digits": digits}) from None
    if born > today or born.year < EARLIEST_YEAR:
        raise BadDocument(_("身份证号码中的出生日期“%(digits)s”不可能，请核对。") % {"digits": digits})
    return born


def _sex(digit: str) -> str:
    """GB/T 2261.1: odd is male, even is female."""
    return "1" if int(digit) % 2 else "2"
