"""QTI 2.1, 2.2 and 3.0, read: one item's XML, or a package with its manifest. The three differ in names only.

Understood: choice, text entry, inline choice, match, order, extended text; several of them in one item are a case with
questions. Any other interaction is refused by name. Writing stands in ``qti_writing``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from exams.exchange import essays, marks, pictures
from exams.exchange.markup import Find
from exams.exchange.qti_items import Bad, item_of
from exams.exchange.reading import Picture, Reading, Unreadable
from exams.exchange.xmlparts import Node, parts, root_of
from exams.exchange.zips import Archive, is_zip

KINDS = frozenset({"single", "multiple", "true_false", "short_answer", "numeric", "matching", "ordering", "essay", "case"})
ROOTS = frozenset({"assessmentItem", "qti-assessment-item"})
MOST_ITEM = 2 * 1024 * 1024


def read_qti(raw: bytes) -> Reading:
    reading = Reading()
    if is_zip(raw):
        archive = Archive(raw)
        for href, about in _resources(archive, reading):
            _from_package(archive, href, about, reading)
    elif root_of(raw) in ROOTS:
        _take(raw, "", About(), _no_files, reading)
    else:
        raise Unreadable(_("这不是 QTI：应是一道题的 XML（assessmentItem），或带 imsmanifest.xml 的压缩包。"))
    return reading


@dataclass(frozen=True, slots=True)
class About:
    """What the manifest says of an item: its chapter, and its keywords."""

    chapter: str = ""
    keywords: tuple[str, ...] = ()


def _resources(archive: Archive, reading: Reading) -> Iterator[tuple[str, About]]:
    """Address of each item the manifest names, and what it says of it."""
    if "imsmanifest.xml" not in archive:
        raise Unreadable(_("压缩包里没有 imsmanifest.xml，不是 QTI 包。"))
    named = False
    for resource in parts(archive.read("imsmanifest.xml", 4 * MOST_ITEM), "resource"):
        kind, href = resource.attrs.get("type", ""), resource.attrs.get("href", "")
        if re.match(r"imsqti_(?:apip)?(?:item|apipitem)", kind):
            named = True
            entry = next((taxon.text.strip() for taxon in resource.inside("entry")), "")
            yield unquote(href), About(entry, tuple(keyword.text.strip() for keyword in resource.inside("keyword")))
        elif kind.startswith("imsqti_"):
            reading.skipped.append((resource.line, _("试卷结构（%(href)s）没有读入，只读试题。") % {"href": href[:60]}))
    if not named:
        raise Unreadable(_("QTI 包的清单里没有试题。"))


def _from_package(archive: Archive, href: str, about: About, reading: Reading) -> None:
    if href not in archive:
        reading.refuse(1, _("清单里的文件 %(href)s 不在压缩包里。") % {"href": href[:80]}, href, href)
        return

    def find(source: str) -> Picture:
        address = urlsplit(source)
        name = posixpath.normpath(posixpath.join(posixpath.dirname(href), unquote(address.path)))
        if address.scheme or address.netloc or name not in archive:
            raise pictures.Unusable(_("题中引用的图片 %(name)s 不在文件里。") % {"name": source[:60]})
        return pictures.take(archive.read(name, pictures.MOST_BYTES + 1), name)

    try:
        raw = archive.read(href, MOST_ITEM)
        if root_of(raw) not in ROOTS:
            raise Unreadable(_("这不是 QTI 试题。"))
        _take(raw, href, about, find, reading)
    except Unreadable as error:
        reading.refuse(1, str(error), href, href)


def _no_files(source: str) -> Picture:
    raise pictures.Unusable(_("题中引用的图片 %(name)s 不在文件里。") % {"name": source[:60]})


def _take(raw: bytes, where: str, about: About, find: Find, reading: Reading) -> None:
    for node in parts(raw, *ROOTS):
        plain = _plain_names(node)
        try:
            item = item_of(plain, where=where, chapter=about.chapter, find=find)
            item = replace(item, **marks.fields_of(about.keywords))
        except (Bad, pictures.Unusable, essays.Unmarked, marks.Unclear) as error:
            body = plain.kid("itemBody")
            excerpt = (body.text if body is not None else "") or plain.attrs.get("title", "")
            reading.refuse(plain.line, str(error), excerpt, where)
        else:
            reading.take(item)


def _plain_names(root: Node) -> Node:
    """QTI 3 names (``qti-item-body``, ``max-choices``) to those of QTI 2 (``itemBody``, ``maxChoices``)."""
    for node in root.walk():
        if node.tag.startswith("qti-"):
            node.tag = _camel(node.tag[4:])
            node.attrs = {_camel(name): text for name, text in node.attrs.items()}
    return root


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(step[:1].upper() + step[1:] for step in rest)
