# ruff: noqa: E501 (samples stand as they are)
"""Files made to hurt: each with what it is. Built here, so that none lies in the repository."""

import base64
import io
import zipfile
from collections.abc import Callable

from tests.exams.exchange.word import document, p


def ten(n):
    return f"&l{n};" * 10


LAUGHS = "".join(f'<!ENTITY l{n} "{ten(n - 1)}">' for n in range(1, 10))
MANIFEST = (
    '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>'
    '<resource identifier="a" type="imsqti_item_xmlv2p1" href="{href}"/></resources></manifest>'
)


def zipped(files, *, squeeze=True):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if squeeze else zipfile.ZIP_STORED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def bomb():
    return zipped([("imsmanifest.xml", MANIFEST.format(href="a.xml")), ("a.xml", b" " * 150_000_000)])


def lying_bomb():
    """The directory claims ten bytes; the data unpacks to 100 MB."""
    raw = bytearray(zipped([("imsmanifest.xml", b" " * 100_000_000)]))
    size = (100_000_000).to_bytes(4, "little")
    at = raw.find(size)
    while at >= 0:
        raw[at : at + 4] = (10).to_bytes(4, "little")
        at = raw.find(size)
    return bytes(raw)


def nested_bomb():
    inner = zipped([("x", b"\0" * 50_000_000)])
    return zipped(
        [("imsmanifest.xml", MANIFEST.format(href="a.zip")), ("a.zip", inner)] + [(f"b{n}.zip", inner) for n in range(50)]
    )


def many_entries():
    return zipped([(f"{n}.xml", b"") for n in range(15_000)], squeeze=False)


def path_trick(name):
    def make():
        raw = zipped([("imsmanifest.xml", MANIFEST.format(href=name)), ("X" * len(name.encode()), b"<a/>")], squeeze=False)
        return raw.replace(b"X" * len(name.encode()), name.encode())

    return make


def link():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("a.xml")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
        archive.writestr("imsmanifest.xml", MANIFEST.format(href="a.xml"))
    return out.getvalue()


def twice():
    """Two entries of one name: what is checked and what is read might differ."""
    raw = zipped([("imsmanifest.xml", b"<a/>"), ("imsmanifest.xmX", b"<b/>")], squeeze=False)
    return raw.replace(b"imsmanifest.xmX", b"imsmanifest.xml")


def xml(body, declared=""):
    return lambda: (
        f'<?xml version="1.0"?>{declared}<quiz><question type="essay"><questiontext><text>{body}</text></questiontext></question></quiz>'.encode()
    )


def deep():
    return b"<quiz>" + b"<a>" * 200_000


def wide():
    return b"<quiz><question>" + b"<a/>" * 1_500_000 + b"</question></quiz>"


def attributes():
    return b"<quiz " + b" ".join(b'a%d=""' % n for n in range(700_000)) + b"/>"


def long_text():
    return b"1. " + "题".encode() * 1_600_000


def numbered():
    return "".join(f"{n % 9999}. 甲\n" for n in range(300_000)).encode()


def brackets():
    return ("1. " + "（A" * 400_000 + "\nA. 一\nB. 二\n答案：A").encode()


def gift_braces():
    return b"a{" * 500_000


def gift_marks():
    return b"q{" + b"=" * 1_000_000 + b"}"


def wide_sheet():
    cells = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return zipped(
        [
            ("[Content_Types].xml", "<Types/>"),
            ("xl/workbook.xml", f'<workbook xmlns="{space}"><sheets><sheet name="s" sheetId="1"/></sheets></workbook>'),
            ("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{space}">{cells}</worksheet>'),
        ]
    )


def deep_html():
    body = "&lt;div&gt;" * 6_000 + "x"
    return xml(body)()


def huge_picture():
    """A PNG header that claims 60,000 × 60,000 pixels."""
    head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    data = base64.b64encode(head + b"\0" * 64).decode()
    return xml(f'&lt;img src="data:image/png;base64,{data}"&gt;')()


def docm():
    return document(p("1. 题"), more={"word/vbaProject.bin": b"x"})


REFUSED_WHOLE: dict[str, Callable[[], bytes]] = {
    "zip bomb": bomb,
    "zip bomb that lies": lying_bomb,
    "many entries": many_entries,
    "dots": path_trick("../../etc/cron.d/x"),
    "absolute": path_trick("/etc/passwd1"),
    "backslashes": path_trick("..\\..\\boot.ini"),
    "drive": path_trick("C:/boot.ini"),
    "link": link,
    "one name twice": twice,
    "billion laughs": xml("&l9;", f'<!DOCTYPE quiz [<!ENTITY l0 "ha">{LAUGHS}]>'),
    "external entity": xml("&x;", '<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "external DTD": xml("x", '<!DOCTYPE quiz SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "deep XML": deep,
    "wide XML": wide,
    "many attributes": attributes,
    "far cell": wide_sheet,
    "macros": docm,
}
REFUSED_BY_ITEM: dict[str, Callable[[], bytes]] = {
    "nested zips": nested_bomb,
    "one long text": long_text,
    "brackets": brackets,
    "braces": gift_braces,
    "marks": gift_marks,
    "deep HTML": deep_html,
    "huge picture": huge_picture,
    "nothing but numbers": numbered,
}
