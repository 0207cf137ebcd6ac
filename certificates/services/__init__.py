"""The one door to write in certificates: issuers and designs, issue, void, reissue, files."""

from certificates.services.files import print_certificate, request_printing
from certificates.services.issuers import open_design, open_issuer
from certificates.services.issuing import issue_certificate, reissue_certificate, void_certificate

__all__ = [
    "issue_certificate",
    "open_design",
    "open_issuer",
    "print_certificate",
    "reissue_certificate",
    "request_printing",
    "void_certificate",
]
