"""Long work of people: writing encrypted values anew under the newest key."""

from __future__ import annotations

from typing import Any

from lms.audit import services as audit
from lms.core import crypto, sealed
from lms.core.jobs import Progress, actor_of, job_kind
from lms.core.models import Job

ROTATE = "people.rotate_keys"


@job_kind(ROTATE)
def rotate_keys(job: Job, progress: Progress) -> dict[str, Any]:
    """Re-encrypt every stored value that is not under the newest key, 500 a transaction; what is done stays done."""
    progress.set_total(sum(sealed.stale(field).count() for field in sealed.FIELDS.values()))
    done = 0
    for field in sealed.FIELDS.values():
        while count := sealed.reseal_chunk(field):
            done += count
            progress.advance(count)
    audit.record("people.keys.rotated", by=actor_of(job), record_label="core.job", key=crypto.current_key_id(), count=done)
    return {"rotated": done, "key": crypto.current_key_id()}
