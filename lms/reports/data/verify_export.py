#!/usr/bin/env python3
"""核对台账导出文件 / check an export of the training ledger.

用法 / usage:   python3 verify_export.py 导出文件.csv|.json 封印根

“封印根”是印在报表上、二维码里的 64 位十六进制数。本程序不联网、不用数据库、只用 Python（3.8 以上）自带的库：
逐行重算每一笔的摘要，沿文件所附路径算到根，与报表上的封印根比较；改动、增加、删除任何一行、任何一个字节，都会指出第一处
不符的行。退出码：0 相符，1 不符，2 用法有误。

The seal's root is the 64 hexadecimal digits printed on the report. No network, no database, only Python's own library. Exit
code: 0 it fits, 1 it does not (the first line that does not fit is named), 2 wrong usage.

格式 / format: 叶 leaf = SHA-256(00 ‖ 该行各值的 JSON 数组)，节点 node = SHA-256(01 ‖ 左 ‖ 右)，树形同 RFC 6962；
封印根 root = SHA-256(["lms-seal", 版本, 区划路径, 期间, 截至位置, 行数, 树根])。
"""

import csv
import hashlib
import io
import json
import sys

COLUMNS = [
    "number",
    "position",
    "uuid",
    "kind",
    "person",
    "occasion_label",
    "occasion",
    "slot",
    "happened_from",
    "happened_to",
    "posted_period",
    "posted_on",
    "minutes",
    "hour_scheme",
    "hour_hundredths",
    "quantity",
    "sign",
    "division",
    "organisation",
    "post",
    "category",
    "programme",
    "mode",
    "topic",
    "sex",
    "ethnic_group",
    "education",
    "birth_year",
    "facts",
    "source_label",
    "source_uuid",
    "evidence",
    "recorded_by",
    "recorded_at",
    "reverses",
    "path",
]
VERSION = "1"


class Misfit(Exception):
    """What does not fit; the message names the line."""


def compact(values):
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def csv_line(values):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(values)
    return out.getvalue()


def hash_leaf(values):
    return hashlib.sha256(b"\x00" + compact(values).encode("utf-8")).digest()


def hash_node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def seal(head, tree_root):
    return hashlib.sha256(compact([*head[:6], tree_root.hex()]).encode("utf-8")).hexdigest()


def steps(index, count):
    """The way from a leaf to the root: for each digest of its path whether it stands on the left."""
    sides = []
    while count > 1:
        if index % 2:
            sides.append(True)
        elif index + 1 < count:
            sides.append(False)
        index //= 2
        count = (count + 1) // 2
    return sides


def climb(leaf, path, sides):
    for other, on_the_left in zip(path, sides):
        leaf = hash_node(other, leaf) if on_the_left else hash_node(leaf, other)
    return leaf


def lines_of(text, is_json):
    """(number of the line in the file, its values), each line compared with how it must be written, byte by byte."""
    parts = text.split("\n")
    if parts[-1] != "":
        raise Misfit("文件末尾不完整 / the file does not end as it must")
    parts.pop()
    for number, part in enumerate(parts, start=1):
        try:
            if is_json:
                last = number == len(parts)
                if (number == 1 and part[:1] != "[") or (not last and part[-1:] != ",") or (last and part[-1:] != "]"):
                    raise ValueError
                values = json.loads(part[1 if number == 1 else 0 : -1])
                again = ("[" if number == 1 else "") + compact(values) + ("]" if last else ",")
            else:
                values = next(csv.reader([part], strict=True))
                again = csv_line(values)[:-1]
            fits = again == part and isinstance(values, list) and all(isinstance(value, str) for value in values)
        except (ValueError, StopIteration, csv.Error):
            fits = False
        if not fits:
            raise Misfit("文件第 %d 行的写法被改动 / line %d of the file is not written as it must be" % (number, number))
        yield number, values


def check(content, root):
    """Raise Misfit naming the first line that does not fit; return the head when all fit."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Misfit("文件第 %d 行有损坏的字节 / line %d of the file holds damaged bytes" % (line, line))
    lines = lines_of(text, text[:1] == "[")
    head = next(lines, (0, []))[1]
    if len(head) != 7 or head[0] != "lms-seal" or head[1] != VERSION or not head[5].isdigit():
        raise Misfit("文件第 1 行不是封印 / line 1 of the file is not a seal")
    if head[6] != root:
        raise Misfit("文件第 1 行的封印根与报表上的不同 / line 1: the root is not the one on the report")
    if next(lines, (0, []))[1] != COLUMNS:
        raise Misfit("文件第 2 行的列名被改动 / line 2: the columns are not those of an export")
    count, before, expected = int(head[5]), [], 0
    if count == 0 and seal(head, hashlib.sha256().digest()) != root:
        raise Misfit("文件第 1 行与封印根不符 / line 1 does not fit the root")
    for number, values in lines:
        expected += 1
        wrong = Misfit(
            "文件第 %d 行（第 %d 笔，编号 %s）与封印根不符 / line %d of the file (record %d) does not fit the root"
            % (number, expected, values[2] if len(values) > 2 else "?", number, expected)
        )
        if expected > count or len(values) != len(COLUMNS) or values[0] != str(expected):
            raise wrong
        sides = steps(expected - 1, count)
        try:
            new = bytes.fromhex(values[-1])
        except ValueError:
            raise wrong
        if len(new) % 32 or new.hex() != values[-1] or len(new) // 32 > len(sides):
            raise wrong
        mine = [new[n : n + 32] for n in range(0, len(new), 32)]
        kept = len(sides) - len(mine)
        if kept > len(before):
            raise wrong
        path = mine + (before[len(before) - kept :] if kept else [])
        if seal(head, climb(hash_leaf(values[1:-1]), path, sides)) != root:
            raise wrong
        before = path
    if expected != count:
        raise Misfit("应有 %d 笔，文件里只有 %d 笔 / %d records expected, %d found" % (count, expected, count, expected))
    return head


def main(arguments):
    if len(arguments) != 2 or len(arguments[1]) != 64:
        sys.stderr.write(__doc__ + "\n")
        return 2
    try:
        with open(arguments[0], "rb") as file:
            content = file.read()
    except OSError as error:
        sys.stderr.write("%s\n" % error)
        return 2
    try:
        head = check(content, arguments[1].lower())
    except Misfit as misfit:
        sys.stdout.write("不符 / does not fit: %s\n" % misfit)
        return 1
    sys.stdout.write("相符 / fits: %s %s，%s 笔 / records，截至第 %s 笔 / as of position\n" % (head[2], head[3], head[5], head[4]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
