"""The placeholders a clerk writes into a cell: ``{{人次|下级|本年累计|方式=线上}}``. Read here, each fault one sentence.

The words are Chinese in every language of the site: they stand in the province's own workbook.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lms.core.errors import BadInput
from lms.ledger.kinds import MODE_LABELS
from lms.people.models import Sex
from lms.people.vocabularies import EDUCATION_LEVELS, ETHNIC_GROUPS, code_of
from lms.programmes.models import Category, Programme

FIGURES = {
    "人次": "person_times",
    "人数": "persons",
    "未具名": "unnamed",
    "学时": "hours",
    "小时": "clock_hours",
    "分钟": "minutes",
    "班次": "classes",
    "课次": "sessions",
}
TEXTS = {
    "地区名称": "name",
    "地区代码": "code",
    "序号": "number",
    "统计口径": "basis",
    "统计期": "period",
    "截至时点": "known_at",
    "状态": "state",
    "填报人": "entered_by",
    "审核人": "accepted_by",
    "封印": "root",
}
OF_ROW = ("name", "code", "number")  # texts that a repeated row has its own of
PERIODS = {"本期": "this", "本年累计": "year", "上年同期": "before"}
NOTES = "填写说明"  # a sheet of this name explains the layout and is left as it is
WHOLE, BELOW = "全部", "下级"
SPLITS = {
    "方式": "mode",
    "对象类别": "category",
    "项目": "programme",
    "性别": "sex",
    "民族": "ethnic",
    "学历": "education",
}
SPLIT_FIGURES = ("person_times", "persons")
PLACEHOLDER = re.compile(r"[{｛]{2}(.*?)[}｝]{2}", re.DOTALL)
_OPEN = re.compile(r"[{｛]{2}|[}｝]{2}")
_CODE = re.compile(r"^\d{2,12}$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One placeholder. ``code``: a division other than the report's; ``split``: (dimension, key)."""

    what: str
    below: bool = False
    code: str = ""
    period: str = "this"
    split: tuple[str, str] | None = None

    @property
    def is_text(self) -> bool:
        return self.what in TEXTS.values()


def has_placeholder(text: str) -> bool:
    return _OPEN.search(text) is not None


def read_all(text: str) -> list[Wanted]:
    """Every placeholder of a cell's text; braces that pair with nothing are a fault."""
    if _OPEN.search(PLACEHOLDER.sub("", text)):
        raise BadInput(_("花括号不成对，请写成 {{人次}} 的样子。"))
    return [read(inside) for inside in PLACEHOLDER.findall(text)]


def read(inside: str) -> Wanted:
    head, *rest = [part.strip() for part in inside.replace("｜", "|").replace("＝", "=").split("|")]
    what = FIGURES.get(head) or TEXTS.get(head)
    if what is None:
        raise BadInput(_("不认识“%(word)s”；可用的有：%(known)s。") % {"word": head[:30], "known": "、".join([*FIGURES, *TEXTS])})
    below, code, period, split = False, "", "this", None
    for part in rest:
        name, equals, chosen = (side.strip() for side in part.partition("="))
        if equals:
            split = _split(name, chosen)
        elif part == BELOW:
            below = True
        elif part in PERIODS:
            period = PERIODS[part]
        elif _CODE.match(part):
            code = part
        elif part != WHOLE:
            raise BadInput(
                _("不认识“%(word)s”；“|”之后可写：全部、下级、地区代码、本期、本年累计、上年同期，或 方式=线上 这样的条件。")
                % {"word": part[:30]}
            )
    if split and what not in SPLIT_FIGURES:
        raise BadInput(_("只有人次和人数可以带条件，“%(word)s”不行。") % {"word": head})
    if what in TEXTS.values():
        if period != "this" or code or (below and what not in OF_ROW):
            raise BadInput(_("“%(word)s”后面不能带地区或时期。") % {"word": head})
        if what == "number" and not below:
            raise BadInput(_("“序号”只用在下级行，请写成 {{序号|下级}}。"))
    if below and code:
        raise BadInput(_("“下级”和地区代码只能写一个。"))
    return Wanted(what, below, code, period, split)


def _split(name: str, chosen: str) -> tuple[str, str]:
    by = SPLITS.get(name)
    if by is None:
        raise BadInput(_("不认识条件“%(word)s”；可用的有：%(known)s。") % {"word": name[:30], "known": "、".join(SPLITS)})
    key = _key(by, chosen)
    if not key:
        raise BadInput(_("条件“%(name)s=%(chosen)s”里没有这个值。") % {"name": name, "chosen": chosen[:30]})
    return by, key


def _key(by: str, chosen: str) -> str | None:
    if by == "mode":
        return next((str(code) for code, label in MODE_LABELS.items() if chosen in (code, str(label))), None)
    if by == "sex":
        return next((str(code) for code, label in Sex.choices if chosen in (code, str(label))), None)
    if by == "ethnic":
        return code_of(ETHNIC_GROUPS, chosen)
    if by == "education":
        return code_of(EDUCATION_LEVELS, chosen)
    if by == "programme":
        return Programme.objects.filter(code=chosen).values_list("code", flat=True).first()
    found = {name: code for code, name in Category.objects.order_by("-pk").values_list("code", "name")}
    return chosen if chosen in found.values() else found.get(chosen)
