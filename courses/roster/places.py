"""Counties and townships as rosters write them: full or short names, or codes, below the division that hosts the class."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from lms.core.errors import BadInput
from lms.places.models import Division

_ENDINGS = ("街道办事处", "街道", "自治县", "自治州", "地区", "镇", "乡", "县", "区", "市", "省")


class Places:
    """The divisions below the class's host, by name and code."""

    def __init__(self, root: Division) -> None:
        self.root = root
        self.all = list(Division.objects.filter(path__startswith=root.path, valid_to__isnull=True, is_statistical=False))
        self.by_words: dict[str, list[Division]] = {}
        for division in self.all:
            for words in {division.name, division.full_name, division.code, _short_name(division.name)}:
                self.by_words.setdefault(words, []).append(division)
        self.found: dict[tuple[str, str], Division | BadInput] = {}

    def find(self, county: str, township: str) -> Division:
        """The place that the two cells name; raises ``BadInput`` when none or several fit."""
        key = (county, township)
        if key not in self.found:
            try:
                within = self._one(county, self.root) if county else self.root
                self.found[key] = self._one(township, within) if township else within
            except BadInput as error:
                self.found[key] = error
        known = self.found[key]
        if isinstance(known, BadInput):
            raise known
        return known

    def _one(self, words: str, within: Division) -> Division:
        words = re.sub(r"\s", "", words)
        if words in (within.name, within.full_name, within.code, _short_name(within.name)):
            return within
        found = [d for d in self.by_words.get(words, []) if d.path.startswith(within.path)]
        if not found:
            raise BadInput(
                _("在“%(within)s”范围内找不到“%(words)s”，请写全称或行政区划代码。") % {"within": within.name, "words": words[:30]}
            )
        top = min(d.level for d in found)
        found = [d for d in found if d.level == top]
        if len(found) > 1:
            raise BadInput(_("“%(words)s”不止一处，请加填县（市、区）或写行政区划代码。") % {"words": words[:30]})
        return found[0]


def _short_name(name: str) -> str:
    """龙头山镇 → 龙头山; names that would be left with one character stay whole."""
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name.removesuffix(ending)
    return name
