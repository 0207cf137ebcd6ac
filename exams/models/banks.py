"""Item banks, items and their frozen versions. A key or a stem never changes under an attempt: a change is a new version."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from exams.models.standards import SyllabusChapter, SyllabusEdition
from exams.rules import ItemContent
from exams.states import OPEN_VERSIONS, ItemKind, VersionState
from lms.careers.states import Subject
from lms.core import clock
from lms.core.models import Record
from lms.places.models import Division

# the columns of a version that are its words and its key
CONTENT = ("kind", "stem", "options", "keys", "prompts", "accepted", "tolerance", "marking_points", "exhibits", "explanation")


class ItemBank(Record):
    """A bank (题库) kept in a division, or national. Who works in it follows from roles held in or above that division."""

    division = models.ForeignKey(Division, null=True, on_delete=models.PROTECT, related_name="+")  # null: the whole nation
    code = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=80)
    subject = models.CharField(max_length=24, choices=Subject, blank=True)
    is_shared = models.BooleanField(default=True)  # divisions below may draw its live items
    created_at = models.DateTimeField(default=clock.now)
    closed_on = models.DateField(null=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        return self.division.path if self.division else "/"


class Item(Record):
    """One item (试题) through all its versions. ``code`` is its number in the bank.

    A question of a case points to it and has its place there; the case's own versions hold the shared material.
    """

    bank = models.ForeignKey(ItemBank, on_delete=models.PROTECT, related_name="items")
    code = models.CharField(max_length=24)
    case = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="questions")
    place = models.PositiveSmallIntegerField(default=0)  # within its case, from 1
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.UUIDField()

    class Meta:
        ordering = ("bank", "code")
        constraints = [
            models.UniqueConstraint(fields=["bank", "code"], name="exams_item_code_once"),
            # one question at a place of a case
            models.UniqueConstraint(fields=["case", "place"], condition=Q(case__isnull=False), name="exams_item_place_once"),
            # in a case: with a place there
            models.CheckConstraint(
                condition=Q(case__isnull=True, place=0) | Q(case__isnull=False, place__gte=1), name="exams_item_placed_together"
            ),
            models.CheckConstraint(condition=Q(case__isnull=True) | ~Q(case=F("pk")), name="exams_item_not_in_itself"),
        ]

    def __str__(self) -> str:
        return self.code


class ItemVersion(Record):
    """One wording of an item. Open while draft or reviewed; frozen for good once live (the database refuses a change).

    ``options`` is a list of texts, A first; ``keys`` a list of letters; ``rules.ItemContent`` says what each kind uses. An author
    and a reviewer are users' uuids, never the same one. ``fingerprint`` is the digest of the normalised words, for finding
    duplicates. Holds no personal data.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=VersionState, default=VersionState.DRAFT)
    kind = models.CharField(max_length=12, choices=ItemKind)
    stem = models.TextField()
    options = models.JSONField(default=list)
    keys = models.JSONField(default=list)
    prompts = models.JSONField(default=list)  # matching: the left side
    accepted = models.JSONField(default=list)  # short answer: texts; numeric: one decimal number as text
    tolerance = models.CharField(max_length=30, blank=True)  # numeric: a decimal number as text
    marking_points = models.JSONField(default=list)  # essay (采分点): {"text", "points" in hundredths}
    exhibits = models.JSONField(default=list)  # case: {"title", "text"}
    explanation = models.TextField(blank=True)
    points = models.PositiveIntegerField()  # hundredths; what it is usually worth
    law_as_of = models.DateField(null=True, blank=True)  # the law this item is true of
    source = models.CharField(max_length=200)
    credit = models.CharField(max_length=80, blank=True)  # how its author is named, where a file or the author says so
    fingerprint = models.CharField(max_length=64, db_index=True)
    author = models.UUIDField()
    author_label = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=clock.now)
    reviewed_by = models.UUIDField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    returned_by = models.UUIDField(null=True)  # who asked for changes last, and is told when it comes back
    live_from = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    retired_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("item", "-number")
        indexes = [models.Index(fields=["state", "kind"], name="exams_version_state")]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="exams_version_number_once"),
            models.CheckConstraint(condition=Q(state__in=VersionState.values), name="exams_version_state_known"),
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="exams_version_kind_known"),
            # one version of an item is live
            models.UniqueConstraint(fields=["item"], condition=Q(state="live"), name="exams_version_one_live"),
            # one version is being worked on
            models.UniqueConstraint(fields=["item"], condition=Q(state__in=OPEN_VERSIONS), name="exams_version_one_open"),
            # reviewed: who and when together
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True, state__in=["draft", "returned"])
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="exams_version_reviewed_together",
            ),
            # reviewed by someone else
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("author")), name="exams_version_reviewed_by_another"
            ),
            # retired: when and why together
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, retired_reason="")
                | (Q(retired_at__isnull=False, state="retired") & ~Q(retired_reason="")),
                name="exams_version_retired_together",
            ),
            models.CheckConstraint(condition=Q(points__gte=1), name="exams_version_worth_something"),
            # only a number has a tolerance
            models.CheckConstraint(condition=Q(tolerance="") | Q(kind="numeric"), name="exams_version_tolerance_of_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} v{self.number}"

    @property
    def content(self) -> ItemContent:
        return ItemContent.of(**{name: getattr(self, name) for name in CONTENT})


class ItemPlacement(models.Model):
    """Where an item belongs in one edition of the syllabus. Not placed in an edition: stale for it, and never drawn."""

    PERSONAL: tuple[str, ...] = ()

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="placements")
    edition = models.ForeignKey(SyllabusEdition, on_delete=models.PROTECT, related_name="+")
    chapter = models.ForeignKey(SyllabusChapter, on_delete=models.PROTECT, related_name="placements")

    class Meta:
        ordering = ("-edition__first_sitting",)
        constraints = [
            # one place an edition
            models.UniqueConstraint(fields=["item", "edition"], name="exams_placement_one_an_edition")
        ]


class ItemSketch(models.Model):
    """One digest of an item's newest wording: near-duplicates share some. Disposable, see ``sketch_items``."""

    PERSONAL: tuple[str, ...] = ()

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="sketches")
    digest = models.BigIntegerField()

    class Meta:
        indexes = [
            # who shares a digest
            models.Index(fields=["digest", "item"], name="exams_sketch_digest"),
        ]


class ItemComment(Record):
    """A remark of an author or reviewer on a version; kept with the item. Text is about the item, not about people."""

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="comments")
    text = models.TextField()
    written_at = models.DateTimeField(default=clock.now)
    written_by = models.UUIDField()
    written_label = models.CharField(max_length=80)

    class Meta:
        ordering = ("written_at", "id")
