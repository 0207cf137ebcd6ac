"""Every change to persons. Split by meaning; callers name them all as ``people.services.x``."""

from lms.people.services.accounts import open_account, open_accounts
from lms.people.services.consents import answer_consents, record_consent
from lms.people.services.documents import add_document, reveal_document
from lms.people.services.erasure import erase
from lms.people.services.merging import merge, unmerge
from lms.people.services.registration import PersonRow, RowErrors, check_rows, register_people, register_person, update_person

__all__ = [
    "PersonRow",
    "RowErrors",
    "add_document",
    "answer_consents",
    "check_rows",
    "erase",
    "merge",
    "open_account",
    "open_accounts",
    "record_consent",
    "register_people",
    "register_person",
    "reveal_document",
    "unmerge",
    "update_person",
]
