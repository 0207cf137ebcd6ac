"""What a certificate says, in Chinese whatever the reader's language: from the row to the words on paper."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from certificates import rules
from certificates.models import Certificate


@dataclass(frozen=True, slots=True)
class Content:
    heading: str
    name: str
    facts: str
    sentence: str
    issuer: str
    issued_on: str
    number: str
    code: str
    address: str  # where to type number and code
    link: str  # what the QR code carries
    contact: str
    demo: bool


def verification_link(certificate: Certificate) -> str:
    return f"{settings.BASE_URL.rstrip('/')}/v/{certificate.number}/{certificate.code}/"


def content_of(certificate: Certificate) -> Content:
    """The words. The document is masked already; the sex is left out where it is not known."""
    document = certificate.holder_document
    sex = {"1": "男", "2": "女"}.get(certificate.holder_sex, "")
    facts = "，".join(part for part in (sex, f"证件号码 {document}" if document else "") if part)
    sentence = (
        f"于{rules.span_text(certificate.starts_on, certificate.ends_on)}参加“{certificate.title}”，"
        f"完成规定内容的学习，共计{certificate.hours}学时，考核结果：{certificate.result}。{certificate.design.statement}"
    )
    site = urlsplit(settings.BASE_URL)
    return Content(
        heading=certificate.design.heading,
        name=certificate.holder_name,
        facts=facts,
        sentence=sentence,
        issuer=certificate.issuer.printed_name,
        issued_on=rules.chinese_date(certificate.issued_on),
        number=certificate.number,
        code=rules.shown_code(certificate.code),
        address=f"{site.netloc}{site.path.rstrip('/')}/v/",
        link=verification_link(certificate),
        contact=certificate.issuer.contact,
        demo=bool(settings.LMS_DEMO),
    )
