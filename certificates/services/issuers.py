"""Who issues, under which code, and how the paper looks."""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction
from django.utils.translation import gettext as _

from certificates.models import Design, Issuer
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.places.models import Organisation

STATEMENT = "准予结业，特发此证。"  # printed on paper in Chinese, whatever the reader's language


def open_issuer(
    *, organisation: Organisation, code: str, by: Actor, printed_name: str = "", contact: str = "", heading: str = "结业证书"
) -> Issuer:
    """Let ``organisation`` issue under a six-digit code, with a first design. The same again is the same issuer.

    Refuses a code that another organisation has.
    """
    if not re.fullmatch(r"\d{6}", code):
        raise BadInput(_("发证单位代码是六位数字。"))
    with transaction.atomic():
        found = Issuer.objects.select_for_update(no_key=True).filter(organisation=organisation).first()
        if found is not None:
            if found.code != code:
                raise Refused(_("该单位已有发证代码 %(code)s，代码一经启用不再更改。") % {"code": found.code})
            return found
        if Issuer.objects.filter(code=code).exists():
            raise Refused(_("发证单位代码 %(code)s 已被其他单位使用。") % {"code": code})
        issuer = Issuer.objects.create(
            organisation=organisation,
            code=code,
            printed_name=(printed_name or organisation.name)[:60],
            contact=contact,
            opened_at=clock.now(),
            opened_by=by.uuid,
        )
        audit.record("certificates.issuer.opened", issuer, by=by, division_path=organisation.division.path, code=code)
        open_design(issuer=issuer, heading=heading, statement=STATEMENT, valid_from=dt.date(2000, 1, 1), by=by)
        return issuer


def open_design(
    *,
    issuer: Issuer,
    heading: str,
    statement: str,
    valid_from: dt.date,
    template: str = "landscape",
    edition: int = 1,
    by: Actor,
) -> Design:
    """A design from a day on; certificates already issued keep theirs."""
    if not heading.strip() or not statement.strip():
        raise BadInput(_("请填写证书名称和证书用语。"))
    with transaction.atomic():
        design, made = Design.objects.get_or_create(
            issuer=issuer,
            valid_from=valid_from,
            defaults={"heading": heading.strip(), "statement": statement.strip(), "template": template, "edition": edition},
        )
        if made:
            path = issuer.organisation.division.path
            audit.record("certificates.design.opened", design, by=by, division_path=path, template=template, edition=edition)
        return design
