"""The file of a certificate: printed by a worker, kept with its hash, never printed over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from certificates.models import Certificate
from certificates.rendering import render, renderer_name
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.jobs import enqueue
from lms.core.models import Job

KIND = "certificates.print"


def print_certificate(*, certificate: Certificate, by: Actor) -> Certificate:
    """Print the PDF and keep it with its hash. One that is printed stays as it is; two printers at once leave one file."""
    row = Certificate.objects.select_related("issuer", "design", "division").get(pk=certificate.pk)
    if row.file_sha256:
        return row
    body = render(row)
    digest = hashlib.sha256(body).hexdigest()
    storage = row.file.field.storage
    name = storage.save(row.file.field.generate_filename(row, f"{row.uuid}.pdf"), ContentFile(body))
    with transaction.atomic():
        mine = Certificate.objects.filter(pk=row.pk, file_sha256="").update(
            file=name, file_sha256=digest, rendered_at=clock.now(), renderer=renderer_name()
        )
        if mine:
            audit.record("certificates.certificate.printed", row, by=by, division_path=row.division.path, file_sha256=digest)
    if not mine:
        storage.delete(name)
    row.refresh_from_db()
    return row


def request_printing(*, certificates: Sequence[Certificate], by: Actor, division_path: str = "/") -> Job | None:
    """Ask a worker to print those that have no file yet; None where all have one. The same wish twice is one job."""
    waiting = sorted(str(c.uuid) for c in certificates if not c.file_sha256)
    if not waiting:
        return None
    wish = hashlib.sha256("".join(waiting).encode()).hexdigest()[:32]
    return enqueue(
        KIND,
        title=_("打印证书 %(count)d 份") % {"count": len(waiting)},
        by=by,
        params={"certificates": waiting},
        division_path=division_path,
        key=f"{KIND}:{wish}",
    )
