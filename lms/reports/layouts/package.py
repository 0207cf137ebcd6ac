"""A layout's package opened part by part: parts that are not asked for leave byte for byte as they came.

What may not be in a layout is refused before anything of it is parsed: macros, links to other files, connections.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from lxml import etree

from lms.core import workbook_guard
from lms.core.errors import BadInput

MOST_BYTES = 2 * 1024 * 1024
MOST_PART = 12 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS, MOST_CELLS, MOST_SHEETS = 2000, 100, 20_000, 30
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FORBIDDEN = {
    "xl/vbaproject.bin": _lazy("宏"),
    "xl/externallinks/": _lazy("对其他文件的链接"),
    "xl/connections.xml": _lazy("外部数据连接"),
    "xl/querytables/": _lazy("外部数据查询"),
    "xl/embeddings/": _lazy("嵌入的对象"),
    "xl/activex/": _lazy("控件"),
    "xl/ctrlprops/": _lazy("控件"),
    "xl/macrosheets/": _lazy("宏表"),
    "xl/pivottables/": _lazy("数据透视表"),
    "xl/pivotcache/": _lazy("数据透视表"),
    "xl/model/": _lazy("数据模型"),
}


def tag(name: str) -> str:
    return f"{{{MAIN}}}{name}"


class Package:
    """The workbook's parts by name; those parsed are written anew, the others copied."""

    def __init__(self, content: bytes) -> None:
        check(content)
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        self.names = [entry.filename for entry in self._archive.infolist() if not entry.is_dir()]
        self._parsed: dict[str, Any] = {}
        self._dropped: set[str] = set()

    def part(self, name: str) -> Any:
        """The root element of a part."""
        if name not in self._parsed:
            body = self._archive.read(name)
            if len(body) > MOST_PART or b"<!DOCTYPE" in body or b"<!ENTITY" in body:
                raise BadInput(_("文件已损坏，无法打开。请在 Excel 里重新保存后再上传。"))
            parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
            try:
                self._parsed[name] = etree.fromstring(body, parser)
            except etree.XMLSyntaxError:
                raise BadInput(_("文件已损坏，无法打开。请在 Excel 里重新保存后再上传。")) from None
        return self._parsed[name]

    def drop(self, name: str) -> None:
        self._dropped.add(name)

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Relationships of a part: id → (last word of the type, target part)."""
        folder, _slash, leaf = name.rpartition("/")
        rels = f"{folder}/_rels/{leaf}.rels"
        if rels not in self.names:
            return {}
        found = {}
        for row in self.part(rels):
            if row.get("TargetMode") != "External":
                target = row.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
                found[row.get("Id", "")] = (row.get("Type", "").rpartition("/")[2], path)
        return found

    def sheets(self) -> list[tuple[str, str]]:
        """(title, part) of every worksheet in its order."""
        related = self.related("xl/workbook.xml")
        found = []
        for sheet in self.part("xl/workbook.xml").iterfind(f"{tag('sheets')}/{tag('sheet')}"):
            kind, part = related.get(sheet.get(f"{{{RELS}}}id", ""), ("", ""))
            if kind == "worksheet" and part in self.names:
                found.append((sheet.get("name", ""), part))
        return found

    def shared_texts(self) -> list[str]:
        name = next((path for kind, path in self.related("xl/workbook.xml").values() if kind == "sharedStrings"), "")
        return [text_of(item) for item in self.part(name).iterfind(tag("si"))] if name in self.names else []

    def bytes(self) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for name in self.names:
                if name in self._dropped:
                    continue
                entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))  # the same content gives the same file
                entry.compress_type = zipfile.ZIP_DEFLATED
                root = self._parsed.get(name)
                body = self._archive.read(name) if root is None else written(root)
                made.writestr(entry, body)
        return out.getvalue()


def written(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def text_of(item: Any) -> str:
    """The text of a shared or inline string, without its readings."""
    return "".join(t.text or "" for t in item.iter(tag("t")) if t.getparent().tag != tag("rPh"))


def check(content: bytes) -> None:
    """Raises ``BadInput`` with one sentence for what cannot be a layout."""
    if not content:
        raise BadInput(_("文件是空的。"))
    if len(content) > MOST_BYTES:
        raise BadInput(_("版式文件超过 %(most)d MB。") % {"most": MOST_BYTES // 1024 // 1024})
    if not content.startswith(b"PK\x03\x04"):
        raise BadInput(_("请上传 Excel 工作簿（.xlsx）；其他格式请先在 Excel 里另存。"))
    workbook_guard.check(io.BytesIO(content), most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        for entry in archive.infolist():
            for start, what in _FORBIDDEN.items():
                if entry.filename.lower().startswith(start):
                    raise BadInput(_("版式里不能有%(what)s，请删除后再上传。") % {"what": what})
            if entry.filename.endswith((".xml", ".rels")) and entry.file_size > MOST_PART:
                raise BadInput(_("版式展开后过大，请只保留表格本身。"))
        if len(set(names)) != len(names):
            raise BadInput(_("文件已损坏，无法打开。请在 Excel 里重新保存后再上传。"))
        if STRICT.encode() in archive.read("xl/workbook.xml")[:4096]:
            raise BadInput(_("请把文件另存为“Excel 工作簿（.xlsx）”，不要选“Strict Open XML”。"))
