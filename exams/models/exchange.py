"""Files of items on their way into a bank, item by item, and the pictures of items."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from exams.models.banks import Item, ItemBank
from exams.states import ImportState, ImportVerdict
from lms.core import clock
from lms.core.models import Job, Record
from lms.core.storage import private_files


class ItemPicture(Record):
    """A picture that items of one bank show. The text says ［图:CODE］ where it stands; the same picture is kept once a bank."""

    bank = models.ForeignKey(ItemBank, on_delete=models.PROTECT, related_name="pictures")
    code = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    mime = models.CharField(max_length=20)
    file = models.FileField(upload_to="exams/pictures/", storage=private_files)
    created_at = models.DateTimeField(default=clock.now)
    brought_by = models.ForeignKey("ItemImport", null=True, on_delete=models.SET_NULL, related_name="pictures")

    class Meta:
        constraints = [
            # the same picture once a bank
            models.UniqueConstraint(fields=["bank", "digest"], name="exams_picture_once_a_bank")
        ]


class ItemImport(Record):
    """One file of items for one bank: read, shown item by item, confirmed, entered. Closed by done, refused or discarded."""

    bank = models.ForeignKey(ItemBank, on_delete=models.PROTECT, related_name="imports")
    upload = models.FileField(upload_to="exams/imports/", storage=private_files, blank=True)
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    asked_format = models.CharField(max_length=12, blank=True)  # blank: by content
    format = models.CharField(max_length=12, blank=True)
    source = models.CharField(max_length=200)  # of items that name none
    state = models.CharField(max_length=12, choices=ImportState, default=ImportState.READING)
    reason = models.CharField(max_length=500, blank=True)  # why the file as a whole is refused
    unit = models.CharField(max_length=12, default="line")  # what a row's place counts
    skipped = models.JSONField(default=list)  # [[place, words that belong to no item]]
    read_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    enter_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.UUIDField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="exams_import_state_known"),
            # refused: with its reason, and nothing else has one
            models.CheckConstraint(
                condition=(Q(state="refused") & ~Q(reason="")) | (~Q(state="refused") & Q(reason="")),
                name="exams_import_refused_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportedItem(models.Model):
    """One item of an imported file: what was understood (``content``), or why not. ``wanted``: enter it when confirmed."""

    PERSONAL: tuple[str, ...] = ()

    item_import = models.ForeignKey(ItemImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # order within the import
    place = models.PositiveIntegerField()  # its line, row or paragraph
    where = models.CharField(max_length=200, blank=True)  # the file within a package
    verdict = models.CharField(max_length=8, choices=ImportVerdict)
    wanted = models.BooleanField(default=False)
    content = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    excerpt = models.CharField(max_length=120, blank=True)
    item = models.ForeignKey(Item, null=True, on_delete=models.SET_NULL, related_name="+")  # what it became
    entered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("number",)
        indexes = [models.Index(fields=["item_import", "verdict"], name="exams_imported_verdict")]
        constraints = [
            models.UniqueConstraint(fields=["item_import", "number"], name="exams_imported_once"),
            models.CheckConstraint(condition=Q(verdict__in=ImportVerdict.values), name="exams_imported_verdict_known"),
            # refused: it says why, and it is neither wanted nor entered
            models.CheckConstraint(
                condition=~Q(verdict="refused") | (~Q(reason="") & Q(wanted=False, entered_at__isnull=True)),
                name="exams_imported_refused_with_reason",
            ),
        ]
