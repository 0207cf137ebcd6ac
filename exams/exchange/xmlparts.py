"""XML that came from outside, in parts: each wanted element as a small tree with its line, then forgotten.

No DTD, no entities (defusedxml), bounded depth and size: a hostile file is refused before it costs memory or time.
"""

from __future__ import annotations

import re
import xml.sax.handler
from collections import deque
from collections.abc import Iterator
from typing import Any
from xml.sax import SAXException

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser
from django.utils.translation import gettext as _

from exams.exchange.reading import Unreadable

MOST_DEPTH = 120
MOST_ELEMENTS = 400_000
MOST_IN_PART = 60_000
MOST_BYTES = 20 * 1024 * 1024
MOST_TAG = 64 * 1024
_STEP = 64 * 1024
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,100}encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'][^>]{0,100}\?>""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_LONG_TAG = re.compile(rb"<[^<>]{%d,}" % MOST_TAG)


class Node:
    """An element: local name, attributes by local name, line, and what it holds (texts and nodes, in order)."""

    __slots__ = ("attrs", "held", "line", "namespace", "tag")

    def __init__(self, tag: str, namespace: str, attrs: dict[str, str], line: int) -> None:
        self.tag, self.namespace, self.attrs, self.line = tag, namespace, attrs, line
        self.held: list[Node | str] = []

    @property
    def kids(self) -> list[Node]:
        return [child for child in self.held if isinstance(child, Node)]

    def kid(self, tag: str) -> Node | None:
        return next((child for child in self.kids if child.tag == tag), None)

    def each(self, tag: str) -> list[Node]:
        return [child for child in self.kids if child.tag == tag]

    def walk(self) -> Iterator[Node]:
        """This node and all below, in the order of the document."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.kids)

    def inside(self, *tags: str) -> list[Node]:
        return [node for node in self.walk() if node.tag in tags and node is not self]

    @property
    def text(self) -> str:
        """All text below, as it stands."""
        texts: list[str] = []
        waiting: list[Node | str] = [self]
        while waiting:
            held = waiting.pop()
            if isinstance(held, str):
                texts.append(held)
            else:
                waiting += reversed(held.held)
        return "".join(texts)


class _Builder(xml.sax.handler.ContentHandler):
    """Builds a tree for every element that ``wanted`` names (``*``: the root) and hands it over when it ends."""

    def __init__(self, wanted: frozenset[str], locator: Any) -> None:
        super().__init__()
        self.wanted, self.ready = wanted, deque[Node]()
        self.root = ""
        self._stack: list[Node] = []
        self._depth = self._elements = self._in_part = 0
        self._words: list[str] = []
        self._locator = locator

    def startElementNS(self, name: tuple[str | None, str], qname: Any, attrs: Any) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MOST_DEPTH or self._elements > MOST_ELEMENTS:
            raise Unreadable(_("XML 文件的结构过深或过大，没有读取。"))
        self.root = self.root or name[1]
        if self._stack:
            self._in_part += 1
            if self._in_part > MOST_IN_PART:
                raise Unreadable(_("XML 文件的结构过深或过大，没有读取。"))
        elif name[1] not in self.wanted and not ("*" in self.wanted and self._depth == 1):
            return
        else:
            self._in_part = 0
        node = Node(name[1], name[0] or "", {key[1]: attrs[key] for key in attrs.keys()}, self._locator.getLineNumber())  # noqa: SIM118
        self._flush()
        if self._stack:
            self._stack[-1].held.append(node)
        self._stack.append(node)

    def endElementNS(self, name: tuple[str | None, str], qname: Any) -> None:
        self._depth -= 1
        if self._stack:
            self._flush()
            node = self._stack.pop()
            if not self._stack:
                self.ready.append(node)

    def characters(self, content: str) -> None:
        if self._stack:
            self._words.append(content)

    def _flush(self) -> None:
        if self._words and self._stack:
            self._stack[-1].held.append("".join(self._words))
        self._words = []


def parts(raw: bytes, *wanted: str) -> Iterator[Node]:
    """Each element named in ``wanted`` (outermost ones), as soon as it is read. Raises ``Unreadable`` with one sentence."""
    parser = make_parser()
    parser.forbid_dtd = True
    builder = _Builder(frozenset(wanted), parser)
    parser.setFeature(xml.sax.handler.feature_namespaces, True)
    parser.setContentHandler(builder)
    raw = _utf8(raw)
    try:
        for start in range(0, len(raw), _STEP):
            parser.feed(raw[start : start + _STEP])
            while builder.ready:
                yield builder.ready.popleft()
        parser.close()
    except DefusedXmlException as error:
        raise Unreadable(_("XML 文件里有 DTD 或实体声明，为安全起见不读取。")) from error
    except SAXException as error:
        line = error.getLineNumber() if hasattr(error, "getLineNumber") else 0
        raise Unreadable(_("XML 文件不完整或有语法错误（第 %(line)d 行）。") % {"line": line or 1}) from error
    while builder.ready:
        yield builder.ready.popleft()


def root_of(raw: bytes) -> str:
    """The local name of the root element, from the first few kilobytes; empty where it is no XML."""
    head = re.sub(rb"<!--.*?-->|<\?.*?\?>", b"", raw[:8192].removeprefix(b"\xef\xbb\xbf"), flags=re.S).lstrip()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = raw[:8192].decode("utf-16", "ignore").encode()
        head = re.sub(rb"<!--.*?-->|<\?.*?\?>", b"", head, flags=re.S).lstrip()
    found = re.match(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s>/]", head)
    return found[1].decode() if found else ""


def _utf8(raw: bytes) -> bytes:
    """As UTF-8 without a declaration: expat knows neither GBK nor GB18030. Lines stay where they are."""
    if len(raw) > MOST_BYTES:
        raise Unreadable(_("文件超过 %(most)d MB，请拆分后再导入。") % {"most": MOST_BYTES // 1024 // 1024})
    declared = _DECLARED.match(raw[:400])
    name = declared[1].decode().lower() if declared else "utf-8"
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        name = "utf-16"
    elif name in {"gb2312", "gbk", "gb18030", "x-gbk", "cp936"}:
        name = "gb18030"
    elif name not in {"utf-8", "utf8", "us-ascii", "iso-8859-1", "windows-1252"}:
        raise Unreadable(_("XML 文件的编码 %(name)s 不认识，请另存为 UTF-8。") % {"name": name})
    if name in {"utf-8", "utf8", "us-ascii"}:
        plain = raw.removeprefix(b"\xef\xbb\xbf")
        if declared:
            plain = b"\n" * plain[: declared.end()].count(b"\n") + plain[declared.end() :]
    else:
        try:
            text = raw.decode(name)
        except UnicodeDecodeError as error:
            raise Unreadable(_("XML 文件的文字与它声明的编码不符。")) from error
        found = _DECLARATION.match(text)
        if found:
            text = "\n" * found[0].count("\n") + text[found.end() :]
        plain = text.encode("utf-8", "replace")
    if any(tag[0].count(b"=") > 2000 for tag in _LONG_TAG.finditer(plain)):
        raise Unreadable(_("XML 文件的结构过深或过大，没有读取。"))
    return plain
