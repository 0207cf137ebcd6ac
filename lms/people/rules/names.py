"""Names per DOMAIN §7: long, with a separating dot, with rare characters, without a surname. Kept as written, tidied only."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _

from lms.core.errors import BadInput

LONGEST = 120
DOT = "\u00b7"
# what keyboards, Excel and other systems put for the separating dot
DOTS = "\u2022\u30fb\uff65\u2027\u2219\u22c5\u25cf\u2e31\u0387\u16eb\u2024"
_POINTS = "\\.\uff0e\u3002"
_HAN = (
    "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0002a6df\U0002a700-\U0002ebef\U0002ebf0-\U0002ee5f\U0002f800-\U0002fa1f\U00030000-\U000323af\U000e0100-\U000e01ef"
)
_DOT_AMONG_HAN = re.compile(f"(?<=[{_HAN}])[ ]*[{_POINTS}{DOT}{DOTS}][ ]*(?=[{_HAN}])")
_SPACE_AMONG_HAN = re.compile(f"(?<=[{_HAN}]) +(?=[{_HAN}])")
_SPACE = re.compile(r"\s+")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) != "\uff0e"}
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD])
_ORDINARY = re.compile("[\u4e00-\u9fa5]{2,4}")  # most names: nothing to tidy
_PUNCTUATION = frozenset(f"{DOT} -'.")


class BadName(BadInput):
    """The name cannot be used; the sentence says why."""


def normalise_name(text: object) -> str:
    """The name as stored: separators as U+00B7, no spaces among Chinese characters, one space among Latin words.

    Rare characters and variation selectors stay as they are. Raises ``BadName`` for what no name holds (digits, brackets,
    characters of a private font, marks of a damaged encoding).
    """
    if not isinstance(text, str):
        raise BadName(_("姓名不是文字，请核对。"))
    if _ORDINARY.fullmatch(text):
        return text
    name = text.translate(_INVISIBLE).translate(_WIDE)
    name = "".join(_plain(c) for c in name)
    name = _SPACE.sub(" ", name).strip(" \u00b7" + DOTS)
    name = _DOT_AMONG_HAN.sub(DOT, name)
    name = "".join(DOT if c in DOTS else c for c in name)
    name = re.sub(f" *{DOT}+ *", DOT, name)
    name = _SPACE_AMONG_HAN.sub("", name)
    if not name:
        raise BadName(_("姓名为空。"))
    if len(name) > LONGEST:
        raise BadName(_("姓名超过%(longest)d个字，请核对。") % {"longest": LONGEST})
    for c in name:
        _check_character(c)
    if not any(unicodedata.category(c)[0] == "L" or c in "\u3007" for c in name):
        raise BadName(_("姓名中没有文字，请核对。"))
    return name


def names_alike(one: str, other: str) -> bool:
    """Equal but for separators, spaces, case and accents' composition."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c not in " ·-'.")


def _plain(c: str) -> str:
    """Kangxi radicals (U+2F00–2FDF), which PDF copies put for characters, and composed Latin letters."""
    if 0x2F00 <= ord(c) <= 0x2FDF:
        return unicodedata.normalize("NFKC", c)
    return " " if c.isspace() else "'" if c in "\u2019\u02bc" else c


def _check_character(c: str) -> None:
    category, code = unicodedata.category(c), ord(c)
    if category == "Co" or c == "\ufffd":
        raise BadName(_("姓名中有本系统无法显示的自造字或乱码，请改用国家标准字符重新填写。"))
    if 0x2E80 <= code <= 0x2FDF:
        raise BadName(_("姓名中的“%(character)s”是部首符号而不是汉字，请重新输入。") % {"character": c})
    if category[0] in "LM" or c in _PUNCTUATION or c == "\u3007":
        return
    if category == "Cn" and 0x20000 <= code <= 0x3FFFD:  # ideographs newer than this Python's tables
        return
    raise BadName(_("姓名中不能有“%(character)s”，请只填写姓名。") % {"character": c if c.isprintable() else repr(c)})
