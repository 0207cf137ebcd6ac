"""Persons, their identity documents, consents and merges. Signing in is accounts' business, jobs and exams careers'."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.core import clock
from lms.core.ids import new_salt
from lms.core.models import Positioned, Record
from lms.places.models import Division, Organisation


class Sex(models.TextChoices):
    """GB/T 2261.1."""

    UNKNOWN = "0", _("未知")
    MALE = "1", _("男")
    FEMALE = "2", _("女")
    UNSTATED = "9", _("未说明")


class Person(Record):
    """A human being of the training world, with or without an account. Closed by erasure, which keeps the row and its uuid.

    ``salt`` keys the digests that stand for this person in the ledger; erasure destroys it.
    """

    PERSONAL = (
        "name",
        "pinyin",
        "birth_date",
        "phone",
        "position_title",
        "sex",
        "ethnic_group",
        "education",
        "major",
        "political_status",
        "salt",
    )

    name = models.CharField(max_length=120)  # normalised by rules.normalise_name; DOMAIN §7
    pinyin = models.CharField(max_length=200, blank=True, db_index=True)  # of the name, for finding likely duplicates
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.UNKNOWN)
    ethnic_group = models.CharField(max_length=2, blank=True)  # GB/T 3304
    birth_date = models.DateField(null=True)
    education = models.CharField(max_length=2, blank=True)  # GB/T 4658, highest gained
    major = models.CharField(max_length=80, blank=True)
    political_status = models.CharField(max_length=2, blank=True)  # GB/T 4762
    phone = models.CharField(max_length=20, blank=True)  # a phone number is not a person: not unique
    # where the person is on the books; the index on division and name serves it
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    position_title = models.CharField(max_length=80, blank=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="person")
    salt = models.BinaryField(default=new_salt, null=True)
    created_at = models.DateTimeField(default=clock.now)
    erased_at = models.DateTimeField(null=True)
    erased_by = models.UUIDField(null=True)
    erased_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["division", "name"], name="people_person_division"),
            models.Index(fields=["name", "birth_date"], name="people_person_duplicates"),
            models.Index(fields=["phone"], name="people_person_phone"),
        ]
        constraints = [
            # erased: who, when and why together
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, erased_by__isnull=True, erased_reason="")
                | (Q(erased_at__isnull=False, erased_by__isnull=False) & ~Q(erased_reason="")),
                name="people_person_erased_together",
            ),
            # who is not erased has a name
            models.CheckConstraint(condition=Q(erased_at__isnull=False) | ~Q(name=""), name="people_person_has_a_name"),
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="people_person_sex_known"),
            # an erased person keeps nothing that tells who it was
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(name="", pinyin="", phone="", birth_date__isnull=True, salt__isnull=True, user__isnull=True),
                name="people_person_erased_is_blank",
            ),
        ]

    def __str__(self) -> str:
        return f"person:{str(self.uuid)[:8]}"


class IdentityDocument(Record):
    """One identity document, encrypted at rest. Shown masked; revealed only by ``services.reveal_document`` with a reason."""

    PERSONAL = ("number_sealed", "number_index", "later_index", "masked")

    class Kind(models.TextChoices):
        RESIDENT = "resident", _("居民身份证")
        RESIDENT_15 = "resident_15", _("居民身份证（15位）")
        HK_MO_TW = "hk_mo_tw", _("港澳台居民居住证")
        PERMANENT_RESIDENT = "permanent_resident", _("外国人永久居留身份证")
        PASSPORT = "passport", _("护照")
        OTHER = "other", _("其他证件")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=20, choices=Kind)
    number_sealed = models.CharField(max_length=255)
    number_index = models.CharField(max_length=100)
    later_index = models.CharField(max_length=100, blank=True)  # of the 18 digits that replaced an old number
    masked = models.CharField(max_length=40)  # 5306**********1234
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["later_index"], name="people_document_later")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["resident", "resident_15", "hk_mo_tw", "permanent_resident", "passport", "other"]),
                name="people_document_kind_known",
            ),
            # the same document belongs to one person (merges are links, they move no document); looked up by its hash
            models.UniqueConstraint(fields=["number_index", "kind"], name="people_document_once"),
        ]


class Consent(Record):
    """One answer to one version of one consent text. A withdrawal is a new row; the newest row of a purpose rules."""

    class Channel(models.TextChoices):
        SITE = "site", _("本人在线")
        PAPER = "paper", _("纸质签署")
        IMPORT = "import", _("随名册登记")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    given = models.BooleanField()
    answered_at = models.DateTimeField(default=clock.now)
    answered_by = models.UUIDField()
    channel = models.CharField(max_length=20, choices=Channel, default=Channel.SITE)

    class Meta:
        indexes = [models.Index(fields=["person", "purpose", "-answered_at"], name="people_consent_newest")]


class Distinct(Record):
    """A human decided that two alike records are two human beings: the pair is no longer shown. ``one`` has the lower id."""

    one = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    decided_at = models.DateTimeField(default=clock.now)
    decided_by = models.UUIDField()
    reason = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="people_distinct_ordered"),
            # one standing decision a pair
            models.UniqueConstraint(fields=["one", "other"], condition=Q(withdrawn_at__isnull=True), name="people_distinct_once"),
            # withdrawn: who and when together
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="people_distinct_withdrawn_together",
            ),
        ]


class CorrectionRequest(Record):
    """A person asks the office to correct what is held of them. Closed by an answer."""

    PERSONAL = ("message", "reply")

    class Status(models.TextChoices):
        OPEN = "open", _("待处理")
        ACCEPTED = "accepted", _("已更正")
        DECLINED = "declined", _("未采纳")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="correction_requests")
    message = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=clock.now)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    reply = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = [models.Index(fields=["status", "created_at"], name="people_correction_open")]
        constraints = [
            # answered: status, who and when together
            models.CheckConstraint(
                condition=Q(status="open", answered_at__isnull=True, answered_by__isnull=True)
                | Q(status__in=["accepted", "declined"], answered_at__isnull=False, answered_by__isnull=False),
                name="people_correction_answered_together",
            ),
            # one open request at a time
            models.UniqueConstraint(fields=["person"], condition=Q(status="open"), name="people_correction_one_open"),
        ]


class MergeSet(models.QuerySet["Merge"]):
    def standing(self) -> MergeSet:
        """Links that were stated and not taken back."""
        return self.filter(undoes__isnull=True, undone_by__isnull=True)


class Merge(Record, Positioned):
    """``duplicate`` is the same human being as ``kept``: a dated, reversible link. No row of any room is repointed.

    A reversal is a second row with ``undoes``; both keep their positions, so a past report still sees what was known then.
    """

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merged_in")
    duplicate = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merged_into")
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    decided_at = models.DateTimeField(default=clock.now)
    decided_by = models.UUIDField()
    reason = models.CharField(max_length=200)

    objects = MergeSet.as_manager()

    class Meta:
        constraints = [
            # nobody is their own duplicate
            models.CheckConstraint(condition=~Q(kept=F("duplicate")), name="people_merge_not_itself"),
        ]


class SigningLinkSet(models.QuerySet["SigningLink"]):
    def open(self) -> SigningLinkSet:
        return self.filter(used_at__isnull=True, revoked_at__isnull=True)


class SigningLink(Record):
    """A single-use link by which a leader without an account does one act on one thing, exactly as it was shown.

    ``content_sha256`` is of what is signed. Closed by being used, revoked or by its time. The token is nowhere kept.
    """

    PERSONAL = ("signer_name", "signer_title", "used_from")

    token_digest = models.CharField(max_length=64, unique=True)
    act = models.CharField(max_length=16)
    subject_label = models.CharField(max_length=40)
    subject_uuid = models.UUIDField(db_index=True)
    content_sha256 = models.CharField(max_length=64)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")  # where the act is done
    signer_name = models.CharField(max_length=60)
    signer_title = models.CharField(max_length=80)
    issued_by = models.UUIDField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_from = models.GenericIPAddressField(null=True)
    outcome = models.CharField(max_length=16, blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)

    objects = SigningLinkSet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("issued_at")), name="people_signing_dates_ordered"),
            # used: when and with what outcome together
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, outcome="") | (Q(used_at__isnull=False) & ~Q(outcome="")),
                name="people_signing_used_together",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="people_signing_revoked_together",
            ),
            # a link ends once
            models.CheckConstraint(condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True), name="people_signing_ends_once"),
            # one open link for one thing
            models.UniqueConstraint(
                fields=["subject_uuid"], condition=Q(used_at__isnull=True, revoked_at__isnull=True), name="people_signing_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"signing:{str(self.uuid)[:8]}"

    @property
    def is_open(self) -> bool:
        return self.used_at is None and self.revoked_at is None and self.expires_at > clock.now()
