"""Zip archives that came from outside (packages, .docx): looked at before anything is unpacked, and never unpacked to disk.

Refused as a whole: path tricks, links, names that stand twice, passwords, too many entries, what would unpack to too much.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib

from django.utils.translation import gettext as _

from exams.exchange.reading import Unreadable

MOST_BYTES = 20 * 1024 * 1024
MOST_ENTRIES = 12_000
MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 250
_STEP = 64 * 1024


class Archive:
    """The entries of a checked archive; ``read`` gives at most so many bytes of one."""

    def __init__(self, raw: bytes) -> None:
        if len(raw) > MOST_BYTES:
            raise Unreadable(_("文件超过 %(most)d MB，请拆分后再导入。") % {"most": MOST_BYTES // 1024 // 1024})
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(raw))
            entries = self._zip.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise Unreadable(_("压缩包已损坏，无法打开。")) from error
        if len(entries) > MOST_ENTRIES:
            raise Unreadable(_("压缩包里的文件太多，没有读取。"))
        self._check(entries)
        self._entries = {entry.filename: entry for entry in entries if not entry.is_dir()}
        self._left = MOST_UNPACKED

    def _check(self, entries: list[zipfile.ZipInfo]) -> None:
        seen: set[str] = set()
        for entry in entries:
            name = entry.orig_filename
            steps = name.rstrip("/").split("/")
            if "\\" in name or "\x00" in name or ":" in steps[0] or ".." in steps or "" in steps or "." in steps:
                raise Unreadable(_("压缩包里有越出目录的路径（%(name)s），没有读取。") % {"name": ascii(name)[1:-1][:60]})
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise Unreadable(_("压缩包里有链接文件，没有读取。"))
            if name.casefold() in seen:
                raise Unreadable(_("压缩包里有两个同名文件（%(name)s），没有读取。") % {"name": name[:60]})
            seen.add(name.casefold())
            if entry.flag_bits & 0x1:
                raise Unreadable(_("文件设有打开密码，请去掉密码后再导入。"))
            if entry.file_size > 1024 * 1024 and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
                raise Unreadable(_("压缩包展开后过大，没有读取。"))
        if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            raise Unreadable(_("压缩包展开后过大，没有读取。"))

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def read(self, name: str, most: int) -> bytes:
        """One entry; refuses when it is longer than ``most``, whatever the directory of the archive claims."""
        pieces: list[bytes] = []
        got = 0
        try:
            with self._zip.open(self._entries[name]) as handle:
                while step := handle.read(_STEP):
                    got += len(step)
                    self._left -= len(step)
                    if got > most or self._left < 0:
                        raise Unreadable(_("压缩包展开后过大，没有读取。"))
                    pieces.append(step)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise Unreadable(_("压缩包已损坏，无法打开。")) from error
        return b"".join(pieces)


def is_zip(raw: bytes) -> bool:
    return raw.startswith((b"PK\x03\x04", b"PK\x05\x06"))
