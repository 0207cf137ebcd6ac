"""Pure decisions of supervision: what text betrays a client, what times are possible, what a meeting is worth."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LONGEST_MINUTES = 12 * 60
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_DIGITS = str.maketrans("０１２３４５６７８９ｘＸ", "0123456789xX")
# Eighteen or fifteen digits standing alone; blanks and hyphens between them do not hide a number.
_DOCUMENT = re.compile(r"(?<![0-9])(?:[1-9][0-9](?:[ \-]?[0-9]){15}[ \-]?[0-9Xx]|[1-9](?:[ \-]?[0-9]){14})(?![0-9])")
_PHONE = re.compile(r"(?<![0-9])(?:\+?86[ \-]?)?1[3-9][0-9](?:[ \-]?[0-9]){8}(?![0-9])")
# The most frequent surnames; a warning need not be complete, and asks a human to look.
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史"
    "顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_ROLE = r"(?:案主|服务对象|来访者|当事人|受助者|受助人|求助者|低保户|特困户|五保户|老人|儿童|留守儿童|组员|居民|村民|患者|姓名)"
_NOT_A_NAME = re.compile(r"^.(?:某|先生|女士|奶奶|爷爷|阿姨|大爷|大妈|叔|伯|姓|老师|同学|家|姐|哥|×|x|X|＊|\*)")
_NAMED = re.compile(_ROLE + r"[：:，, 、“\"（(]?(?:是|叫|名叫|为)?(?P<name>[" + _SURNAMES + r"][\u3400-\u9fff·]{1,3})")
# Words that begin with a surname's character and follow a role word in ordinary prose.
_ORDINARY = (
    *("家", "方面", "方法", "高度", "高龄", "常", "任何", "任务", "何", "于", "金钱"),
    *("文化", "万", "白", "田", "江", "石", "段", "许多", "易", "雷"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One place in a text that looks like a client's identity. ``kind`` is document, phone or name; ``shown`` is masked."""

    kind: str
    shown: str

    @property
    def is_refused(self) -> bool:
        """Identity numbers are never stored; names and numbers of telephones are asked about."""
        return self.kind == "document"


def _is_document(raw: str) -> bool:
    digits = re.sub(r"[ \-]", "", raw).upper()
    if len(digits) == 15:
        return _is_date("19" + digits[6:12])
    return _is_date(digits[6:14]) or _CHECKS[sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False)) % 11] == digits[17]


def _is_date(text: str) -> bool:
    try:
        dt.date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return 1880 <= int(text[:4]) <= 2100


def client_identities(texts: Iterable[str]) -> list[Finding]:
    """What in ``texts`` looks like a client's identity number, telephone or name, each once, in order."""
    found: dict[Finding, None] = {}
    for text in texts:
        plain = text.translate(_DIGITS)
        for match in _DOCUMENT.finditer(plain):
            if _is_document(match.group()):
                found[Finding("document", f"{match.group()[:4]}…{match.group()[-2:]}")] = None
        for match in _PHONE.finditer(_DOCUMENT.sub("", plain)):
            found[Finding("phone", f"{match.group()[:3]}…{match.group()[-2:]}")] = None
        for match in _NAMED.finditer(text):
            name = match.group("name")
            if not _NOT_A_NAME.match(name) and not name.startswith(_ORDINARY):
                found[Finding("name", f"{name[0]}…")] = None
    return list(found)


def overlaps(first: tuple[dt.datetime, dt.datetime], second: tuple[dt.datetime, dt.datetime]) -> bool:
    """True if two half-open spans share a moment: one ending as the other begins do not."""
    return first[0] < second[1] and second[0] < first[1]


@dataclass(frozen=True, slots=True)
class Worth:
    """What one meeting counts for. Minutes of people who were there are theirs; a supervisor's are the meeting's."""

    sessions: int
    person_times: int
    supervisor_minutes: int
    supervisee_minutes: int


def worth(meeting_minutes: int, present_minutes: Sequence[int]) -> Worth:
    """A two-hour group session with eight is 1 session, 8 person-times, 2 supervisor-hours and 16 supervisee-hours."""
    there = [m for m in present_minutes if m > 0]
    return Worth(1, len(there), meeting_minutes, sum(there))


def narrowest_path(paths: Sequence[str]) -> str:
    """The longest path that holds all ``paths`` (each like ``/53/5306/530621/``)."""
    split = [p.strip("/").split("/") for p in paths]
    shared: list[str] = []
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "/" + "".join(f"{code}/" for code in shared) if shared else "/"
