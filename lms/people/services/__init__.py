"""Every change to persons. Split by meaning; callers name them all as ``people.services.x``."""

from lms.people.services.accounts import bind_accounts, open_account, open_accounts
from lms.people.services.consents import answer_consents, record_consent
from lms.people.services.documents import add_document, reveal_document
from lms.people.services.erasure import Erasure, erase
from lms.people.services.following import Followed, follow_divisions
from lms.people.services.merging import mark_distinct, merge, unmark_distinct, unmerge
from lms.people.services.own_data import answer_correction, export_own_data, request_correction
from lms.people.services.registration import PersonRow, RowErrors, check_rows, register_people, register_person, update_person

__all__ = [
    "Erasure",
    "Followed",
    "PersonRow",
    "RowErrors",
    "add_document",
    "answer_consents",
    "answer_correction",
    "bind_accounts",
    "check_rows",
    "erase",
    "export_own_data",
    "follow_divisions",
    "mark_distinct",
    "merge",
    "open_account",
    "open_accounts",
    "record_consent",
    "register_people",
    "register_person",
    "request_correction",
    "reveal_document",
    "unmark_distinct",
    "unmerge",
    "update_person",
]
