"""Invented people for the demonstration world: names, birth dates and document numbers that belong to nobody.

Document numbers carry the area 539900, which no division has ever had, with a right check digit: the product's checks see
a well-formed number, and no living person is hit.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN_FIRST = "建志国文永正春家德光明海金玉红桂秀丽晓小思雨子佳梓宇浩俊嘉雅欣怡静淑美慧兰凤彩云艳莉燕勇军平华东学开兴仕绍朝庭瑞"
GIVEN_SECOND = (
    "华明英芳平军伟强霞玲敏静丽娟涛超磊洋艳杰勇鹏飞辉斌宇浩轩萱涵怡婷雪梅兰琴凤云花香莲林峰刚亮龙波川生富贵福祥良忠义仁才德成"
)
MINORITY_NAMES = ("阿普·木呷", "吉克·拉则", "岩温", "玉香罕", "李扎发", "娜朵", "木根·赵", "和志㼆", "段玥", "杨喆")
EDUCATION_WEIGHTS = {"11": 1, "14": 4, "21": 34, "31": 20, "61": 12, "90": 3}
AREA = "539900"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


@dataclass(frozen=True, slots=True)
class Invented:
    """One invented person; ``sex`` is GB/T 2261 (1 male, 2 female)."""

    name: str
    sex: str
    birth_date: dt.date
    document: str
    ethnic_group: str


def invent(rng: random.Random, serial: int, *, born: tuple[int, int] = (1966, 1999)) -> Invented:
    """The ``serial``-th person of a world: serial makes the document unique, ``rng`` the rest."""
    sex = rng.choice("12")
    # A birth date shares its day with at most 500 people of each sex, so walk the days by serial.
    days = (dt.date(born[1], 12, 31) - dt.date(born[0], 1, 1)).days
    birth = dt.date(born[0], 1, 1) + dt.timedelta(days=(serial * 37) % days)
    order = (serial // days) * 2 + (1 if sex == "1" else 0)
    body = f"{AREA}{birth:%Y%m%d}{order:03d}"
    check = _CHECK[sum(w * int(d) for w, d in zip(_WEIGHTS, body, strict=True)) % 11]
    ethnic = rng.choices(("01", "03", "07", "08", "11", "14", "19"), (60, 10, 10, 6, 5, 5, 4))[0]
    return Invented(name=_name(rng), sex=sex, birth_date=birth, document=body + check, ethnic_group=ethnic)


def _name(rng: random.Random) -> str:
    if rng.random() < 0.004:
        return rng.choice(MINORITY_NAMES)
    surname = rng.choice(SURNAMES)
    if rng.random() < 0.18:
        return surname + rng.choice(GIVEN_SECOND)
    return surname + rng.choice(GIVEN_FIRST) + rng.choice(GIVEN_SECOND)
