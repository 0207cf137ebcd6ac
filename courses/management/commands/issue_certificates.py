"""Issue the certificates of a closed class."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from certificates import services as certificates
from courses import services
from courses.models import TrainingClass
from lms.core.actor import Actor
from lms.core.commands import InterfaceCommand
from lms.core.errors import LmsError


class Command(InterfaceCommand):
    help = "Issue a certificate to everybody who completed a class; those who have one keep it. Printing is a job."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--class", dest="code", required=True, help="code of the class")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--print", action="store_true", help="print the PDF files now instead of sending a job")

    def handle(self, *args: Any, **options: Any) -> None:
        by = Actor.system("issue_certificates")
        training_class = TrainingClass.objects.select_related("division", "organiser").filter(code=options["code"]).first()
        if training_class is None:
            raise CommandError(_("没有编号为“%(code)s”的班次。") % {"code": options["code"]})
        try:
            results = list(services.issue_certificates(training_class=training_class, by=by))
        except LmsError as error:
            raise CommandError(str(error)) from None
        issued = [r.certificate for r in results if r.certificate is not None]
        refused = [{"person": str(r.enrolment.person.uuid), "reason": r.reason} for r in results if r.certificate is None]
        if refused and not issued:
            raise CommandError(refused[0]["reason"])
        if options["print"]:
            issued = [certificates.print_certificate(certificate=c, by=by) for c in issued]
        else:
            certificates.request_printing(certificates=issued, by=by, division_path=training_class.division.path)
        if options["json"]:
            numbers = [{"number": c.number, "code": c.code, "person": str(c.person.uuid)} for c in issued]
            self.stdout.write(json.dumps({"class": training_class.code, "issued": numbers, "refused": refused}, ensure_ascii=False))
            return
        for certificate in issued:
            self.stdout.write(certificate.number)
        for row in refused:
            self.stderr.write(row["reason"])
