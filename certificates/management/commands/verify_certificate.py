"""``verify_certificate NUMBER|FILE.pdf [--json]``: is it ours and valid. Exits 0 for valid, 1 if not, 2 for bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from certificates import rules
from certificates.models import Certificate
from certificates.reading import check_file
from certificates.selectors import Verdict
from lms.core.commands import InterfaceCommand
from lms.core.errors import LmsError


class Command(InterfaceCommand):
    help = "Tell whether a certificate is valid, voided or unknown, by its number or by its PDF file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", help="a certificate's number, or the path of its PDF")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, what: str, as_json: bool, **options: Any) -> None:
        number = rules.parse_number(what)
        intact: bool | None = None
        try:
            if number is not None:
                found = Certificate.objects.filter(number=str(number)).select_related("issuer", "design").first()
                status = "unknown" if found is None else "valid" if found.is_valid else "voided"
                verdict = Verdict(status, found)
            elif what.lower().endswith(".pdf") or Path(what).exists():
                answer = check_file(Path(what))
                verdict, intact = answer.verdict, answer.intact
            else:
                raise CommandError(_("“%(what)s”既不是证书编号，也不是 PDF 文件。") % {"what": what}, returncode=2)
        except LmsError as error:
            raise CommandError(str(error), returncode=2) from None
        self.stdout.write(json.dumps(_facts(verdict, intact), ensure_ascii=False) if as_json else _sentence(verdict, intact))
        if verdict.status != "valid":
            raise SystemExit(1)


def _facts(verdict: Verdict, intact: bool | None) -> dict[str, Any]:
    facts: dict[str, Any] = {"status": verdict.status}
    if intact is not None:
        facts["file"] = "as issued" if intact else "saved anew, payload intact" if verdict.certificate else "not ours"
    c = verdict.certificate
    if c is not None:
        facts |= {
            "number": c.number,
            "uuid": str(c.uuid),
            "name": verdict.masked_name,
            "title": c.title,
            "starts_on": c.starts_on.isoformat(),
            "ends_on": c.ends_on.isoformat(),
            "hours": c.hours,
            "result": c.result,
            "issuer": c.issuer.printed_name,
            "issued_on": c.issued_on.isoformat(),
            "voided_on": c.voided_at.date().isoformat() if c.voided_at else None,
            "payload_sha256": c.payload_sha256,
        }
    return facts


def _sentence(verdict: Verdict, intact: bool | None) -> str:
    c = verdict.certificate
    if c is None:
        return _("没有查到这份证书。")
    facts = {"number": c.number, "name": verdict.masked_name, "title": c.title, "issuer": c.issuer.printed_name}
    if verdict.status == "voided":
        return _("已作废：%(number)s，%(name)s，%(title)s，%(issuer)s。") % facts
    if intact is False:
        return _("有效：%(number)s，%(name)s，%(title)s，%(issuer)s。文件被重新保存过，但证书内容没有改动。") % facts
    return _("有效：%(number)s，%(name)s，%(title)s，%(issuer)s。") % facts
