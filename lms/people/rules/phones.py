"""Telephone numbers: mobile, fixed, foreign. A number is not a person: numbers are reassigned and shared."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from lms.core.errors import BadInput

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DROPPED = dict.fromkeys(map(ord, " \t\r\n\u00a0\u3000\u200b\ufeff'."))
_DASHES = dict.fromkeys(map(ord, "—–－‐−―"), "-")


class BadPhone(BadInput):
    """The number cannot be used; the sentence says why."""


def normalise_phone(number: object) -> str:
    """``13800000000``, ``0870-2123456``, ``0870-2123456-801`` or ``+85291234567``; empty for empty. Raises ``BadPhone``."""
    if number is None or number == "":
        return ""
    if not isinstance(number, str):
        raise BadPhone(_("电话单元格是数字格式，请设为文本格式后重新填写。"))
    if _MOBILE.fullmatch(number):
        return number
    text = number.translate(_DASHES).translate(_WIDE).translate(_DROPPED).replace("(", "").replace(")", "-")
    if not text:
        return ""
    digits = text.replace("-", "")
    if mobile := re.fullmatch(r"(?:\+?86|0086)?(1[3-9]\d{9})", digits):
        return mobile.group(1)
    if fixed := re.fullmatch(r"(?:(?:\+?86|0086)-?)?(0?(?:10|2\d|[3-9]\d{2}))-?([1-9]\d{6,7})(?:-(\d{1,6}))?", text):
        area = fixed.group(1) if fixed.group(1).startswith("0") else "0" + fixed.group(1)
        if fixed.group(1).startswith("0") or text.startswith(("+86", "0086")):
            return "-".join(filter(None, (area, fixed.group(2), fixed.group(3))))
    if re.fullmatch(r"(?:\+|00)(?!86)[1-9]\d{6,14}", digits):
        return "+" + re.sub(r"^(\+|00)", "", digits)
    raise BadPhone(_("电话“%(number)s”不是手机号码，也不是带区号的固定电话，请核对。") % {"number": number.strip()[:30]})


def mask_phone(number: str) -> str:
    """The number as it may be shown in lists: ``138****0000``."""
    if len(number) < 7:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 7) + number[-4:]
