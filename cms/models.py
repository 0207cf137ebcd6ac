"""Site pages, and the custom image, document and media models that the whole site uses."""

from __future__ import annotations

from django.db import models
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image
from wagtail.models import Page
from wagtailmedia.models import AbstractMedia


class SiteImage(AbstractImage):
    """An image with its alternative text; licence and source are noted."""

    PERSONAL: tuple[str, ...] = ()

    alt_text = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=120, blank=True)

    admin_form_fields = (*Image.admin_form_fields, "alt_text", "licence")


class SiteRendition(AbstractRendition):
    PERSONAL: tuple[str, ...] = ()

    image = models.ForeignKey(SiteImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)


class SiteDocument(AbstractDocument):
    PERSONAL: tuple[str, ...] = ()

    admin_form_fields = Document.admin_form_fields


class SiteMedia(AbstractMedia):
    """Audio or video; ``transcript`` serves weak networks and readers who cannot hear."""

    PERSONAL: tuple[str, ...] = ()

    transcript = models.TextField(blank=True)

    admin_form_fields = ("title", "file", "collection", "duration", "thumbnail", "transcript", "tags")


class BasePage(Page):
    """What every page of ours shares. Abstract: room pages inherit it."""

    PERSONAL: tuple[str, ...] = ()

    summary = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


class HomePage(BasePage):
    max_count = 1
