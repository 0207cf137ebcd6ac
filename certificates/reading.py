"""Reading a certificate's PDF back: its hash, and the payload that rides in it. For the command line, on files of one's own."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from certificates.models import Certificate
from certificates.rules import digest
from certificates.selectors import Verdict, look_up_file
from lms.core.errors import BadInput

MOST_BYTES = 20 * 1024 * 1024
MOST_PAYLOAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """``intact``: the very file that was issued. Otherwise the payload inside was checked by its own digest."""

    verdict: Verdict
    intact: bool


def check_file(path: Path) -> FileVerdict:
    """Whose certificate a PDF is. Refuses what is no PDF, is too large or carries no payload of ours."""
    if not path.is_file():
        raise BadInput(_("没有这个文件：%(path)s") % {"path": path})
    if path.stat().st_size > MOST_BYTES:
        raise BadInput(_("文件太大，不是本系统发放的证书。"))
    body = path.read_bytes()
    if not body.startswith(b"%PDF-"):
        raise BadInput(_("这不是 PDF 文件。"))
    found = look_up_file(hashlib.sha256(body).hexdigest())
    if found.certificate is not None:
        return FileVerdict(found, intact=True)
    text = _payload(path)
    row = Certificate.objects.filter(payload_sha256=digest(text)).select_related("issuer", "design", "division").first()
    if row is None:
        return FileVerdict(Verdict("unknown"), intact=False)
    return FileVerdict(Verdict("valid" if row.is_valid else "voided", row), intact=False)


def _payload(path: Path) -> str:
    """The attached payload as it stands in the file."""
    import pikepdf

    from certificates.rendering.printing import ATTACHMENT

    try:
        with pikepdf.open(path) as pdf:
            raw: Any = pdf.attachments.get(ATTACHMENT)
            if raw is None:
                raise BadInput(_("这个 PDF 里没有证书内容，不是本系统发放的证书。"))
            body = raw.get_file().read_bytes()
    except pikepdf.PdfError:
        raise BadInput(_("这个 PDF 文件已损坏，无法读取。")) from None
    if len(body) > MOST_PAYLOAD:
        raise BadInput(_("这个 PDF 里的证书内容不是本系统写的。"))
    try:
        text = body.decode()
        json.loads(text)
    except ValueError:
        raise BadInput(_("这个 PDF 里的证书内容不是本系统写的。")) from None
    return text
