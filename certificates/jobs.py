"""Long work of certificates: printing. Safe to run twice: a certificate that has its file is passed over."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from certificates.models import Certificate
from certificates.services.files import KIND, print_certificate
from lms.core.jobs import Progress, actor_of, job_kind
from lms.core.models import Job


@job_kind(KIND, queue="pdf")
def run(job: Job, progress: Progress) -> dict[str, Any]:
    """Print the certificates named in the job, one by one."""
    by = actor_of(job)
    wanted = job.params["certificates"]
    progress.set_total(len(wanted), _("打印"))
    for certificate in Certificate.objects.filter(uuid__in=wanted).order_by("pk").iterator():
        print_certificate(certificate=certificate, by=by)
        progress.advance()
    return {"certificates": len(wanted)}
