"""Pure decisions about persons: identity numbers, names, telephone numbers, links of merges, likely duplicates. No database."""

from lms.people.rules.documents import BadDocument, DocumentFacts, check_document, mask_document, to_eighteen
from lms.people.rules.documents_many import sound_residents
from lms.people.rules.links import Link, canonical_of, group_of
from lms.people.rules.names import BadName, names_alike, normalise_name
from lms.people.rules.phones import BadPhone, mask_phone, normalise_phone

__all__ = [
    "BadDocument",
    "BadName",
    "BadPhone",
    "DocumentFacts",
    "Link",
    "canonical_of",
    "check_document",
    "group_of",
    "mask_document",
    "mask_phone",
    "names_alike",
    "normalise_name",
    "normalise_phone",
    "sound_residents",
    "to_eighteen",
]
