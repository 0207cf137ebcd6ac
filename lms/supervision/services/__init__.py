"""The one door to write in supervision: agreements, cultivation, records, signatures."""

from lms.supervision.services.agreements import end_agreement, open_agreement, set_target
from lms.supervision.services.cultivation import (
    complete_cultivation,
    end_cultivation,
    start_cultivation,
    start_cultivation_many,
)
from lms.supervision.services.records import PrivacyWarning, amend_session, discard_session, record_session
from lms.supervision.services.signing import countersign, dispute, sign_session

__all__ = [
    "PrivacyWarning",
    "amend_session",
    "complete_cultivation",
    "countersign",
    "discard_session",
    "dispute",
    "end_agreement",
    "end_cultivation",
    "open_agreement",
    "record_session",
    "set_target",
    "sign_session",
    "start_cultivation",
    "start_cultivation_many",
]
