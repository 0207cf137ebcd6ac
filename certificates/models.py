"""Issuers, designs, certificates with their numbers and files, and the public log. The state's licence is careers' business."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from lms.core import clock
from lms.core.models import Record
from lms.core.storage import private_files
from lms.people.models import Person
from lms.places.models import Division, Organisation


class Issuer(Record):
    """An organisation that issues training certificates under its six-digit code. ``printed_name`` stands on paper and seal."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=6, unique=True, validators=[RegexValidator(r"^\d{6}$", _("发证单位代码是六位数字。"))])
    printed_name = models.CharField(max_length=60)
    contact = models.CharField(max_length=80, blank=True)  # an office telephone or room, printed for queries
    opened_at = models.DateTimeField(default=clock.now)
    opened_by = models.UUIDField()

    class Meta:
        ordering = ("code",)
        constraints = [
            # six characters, so that a number has one reading (that they are digits is checked on entry)
            models.CheckConstraint(condition=Exact(Length("code"), 6), name="certificates_issuer_code_six"),
        ]

    def __str__(self) -> str:
        return self.printed_name


class Design(Record):
    """How an issuer's certificates look and what they say, from–to. ``template`` and ``edition`` name a folder of the code."""

    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="designs")
    heading = models.CharField(max_length=20)  # 结业证书
    template = models.CharField(max_length=32, default="landscape")
    edition = models.PositiveSmallIntegerField(default=1)
    statement = models.CharField(max_length=200)  # the sentence after the facts, e.g. 经考核合格，准予结业。
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("issuer", "-valid_from")
        constraints = [
            # one design of an issuer begins on a day; the newest begun one is used
            models.UniqueConstraint(fields=["issuer", "valid_from"], name="certificates_design_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="certificates_design_dates_ordered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.heading} {self.template}-{self.edition}"


class NumberCounter(models.Model):
    """The last serial and the last class number an issuer gave in a year. Locked while numbers are taken: no gap, no double."""

    PERSONAL: tuple[str, ...] = ()

    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="counters")
    year = models.PositiveSmallIntegerField()
    last_serial = models.PositiveIntegerField(default=0)
    last_class = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "year"], name="certificates_counter_once"),
            # five and four digits are printed; the sixth digit would change the form of the number
            models.CheckConstraint(condition=Q(last_serial__lte=99999, last_class__lte=9999), name="certificates_counter_fits"),
        ]

    def __str__(self) -> str:
        return f"{self.issuer_id}/{self.year}"


class NumberedClass(models.Model):
    """The four-digit class number an occasion has within an issuer and year."""

    PERSONAL: tuple[str, ...] = ()

    counter = models.ForeignKey(NumberCounter, on_delete=models.PROTECT, related_name="classes")
    occasion = models.UUIDField()
    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["counter", "occasion"], name="certificates_class_once"),
            models.UniqueConstraint(fields=["counter", "number"], name="certificates_class_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number:04d}"


class Certificate(Record):
    """One training certificate: the fact as printed, its number and look-up code, its file. Voided, never deleted or reused.

    ``payload`` is the canonical JSON of what the paper says (personal data inside); its digest stays when an erasure blanks it.
    ``hours`` is the text as printed, ``hour_scheme`` the scheme it was worked out by. Closed by ``voided_at``.
    """

    PERSONAL = ("holder_name", "holder_sex", "holder_document", "payload", "file", "code")

    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="certificates")
    design = models.ForeignKey(Design, on_delete=models.PROTECT, related_name="certificates")
    year = models.PositiveSmallIntegerField()
    class_number = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    number = models.CharField(max_length=24, unique=True)  # 530600-2026-0001-00001
    code = models.CharField(max_length=16)  # random, printed beside the number; look-up needs both
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="certificates")
    holder_name = models.CharField(max_length=120, blank=True)
    holder_sex = models.CharField(max_length=1, blank=True)  # GB/T 2261.1, as then
    holder_document = models.CharField(max_length=24, blank=True)  # masked, as printed
    occasion_label = models.CharField(max_length=40)
    occasion = models.UUIDField()
    title = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField()
    hours = models.CharField(max_length=12)
    hour_scheme = models.CharField(max_length=32, blank=True)
    result = models.CharField(max_length=20)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    issued_on = models.DateField()
    issued_at = models.DateTimeField(default=clock.now)
    issued_by = models.UUIDField()
    grounds = models.UUIDField()  # the ledger line the award rests on
    payload = models.TextField(blank=True)
    payload_sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="certificates/%Y/", storage=private_files, blank=True, max_length=255)
    file_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    rendered_at = models.DateTimeField(null=True)
    renderer = models.CharField(max_length=200, blank=True)  # versions of renderer and fonts
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    voided_at = models.DateTimeField(null=True)
    voided_by = models.UUIDField(null=True)
    voided_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-issued_on", "-serial")
        indexes = [
            models.Index(fields=["division", "-issued_on"], name="certificates_in"),
            models.Index(fields=["person"], name="certificates_of"),
            models.Index(fields=["occasion"], name="certificates_occasion"),
        ]
        constraints = [
            # a serial is given once per issuer and year
            models.UniqueConstraint(fields=["issuer", "year", "serial"], name="certificates_serial_once"),
            # one valid certificate of a person for an occasion: a second click finds the first
            models.UniqueConstraint(
                fields=["person", "occasion"], condition=Q(voided_at__isnull=True), name="certificates_one_valid"
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="certificates_dates_ordered"),
            # voided: when, who and why together
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_by__isnull=True, voided_reason="")
                | (Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(voided_reason="")),
                name="certificates_voided_together",
            ),
            # a file comes with its hash, its time and its renderer
            models.CheckConstraint(
                condition=Q(file="", file_sha256="", rendered_at__isnull=True, renderer="")
                | (Q(rendered_at__isnull=False) & ~Q(file_sha256="") & ~Q(renderer="")),
                name="certificates_file_together",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_valid(self) -> bool:
        return self.voided_at is None


class LogEntry(models.Model):
    """One line of the public log: a certificate was issued or voided. Append-only and chained; salted digests, no names.

    ``digest`` is the certificate's payload digest (the payload holds the random code, which salts it); ``chain`` is SHA-256
    over the entry before and this one, so that whoever keeps an old copy of the log sees a change.
    """

    PERSONAL: tuple[str, ...] = ()

    class Event(models.TextChoices):
        ISSUED = "issued", _("发放")
        VOIDED = "voided", _("作废")

    sequence = models.PositiveIntegerField(unique=True)
    event = models.CharField(max_length=8, choices=Event)
    happened_on = models.DateField()
    issuer_code = models.CharField(max_length=6)
    certificate = models.UUIDField()
    digest = models.CharField(max_length=64)
    chain = models.CharField(max_length=64)

    class Meta:
        ordering = ("-sequence",)
        constraints = [
            models.CheckConstraint(condition=Q(event__in=["issued", "voided"]), name="certificates_log_event_known"),
            # a certificate is issued once and voided once
            models.UniqueConstraint(fields=["certificate", "event"], name="certificates_log_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.event}"
