"""Images, documents, audio and video: what a reader who cannot see or hear needs is kept with the file."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image
from wagtailmedia.models import AbstractMedia


class SiteImage(AbstractImage):
    """An image with its alternative text; licence and source are noted."""

    PERSONAL: tuple[str, ...] = ()

    alt_text = models.CharField(
        _("替代文字"), max_length=200, blank=True, help_text=_("给看不到图片的人读的一句话，说清图上有什么；纯装饰的图留空。")
    )
    licence = models.CharField(_("来源与授权"), max_length=120, blank=True, help_text=_("例如：本单位拍摄，已征得同意。"))

    admin_form_fields = (*Image.admin_form_fields, "alt_text", "licence")

    class Meta(AbstractImage.Meta):
        verbose_name = _("图片")
        verbose_name_plural = _("图片")

    @property
    def default_alt_text(self) -> str:
        return self.alt_text or self.title


class SiteRendition(AbstractRendition):
    PERSONAL: tuple[str, ...] = ()

    image = models.ForeignKey(SiteImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)


class SiteDocument(AbstractDocument):
    PERSONAL: tuple[str, ...] = ()

    admin_form_fields = Document.admin_form_fields

    class Meta(AbstractDocument.Meta):
        verbose_name = _("文档")
        verbose_name_plural = _("文档")


class SiteMedia(AbstractMedia):
    """Audio or video; ``transcript`` serves weak networks and readers who cannot hear."""

    PERSONAL: tuple[str, ...] = ()

    transcript = models.TextField(_("文字稿"), blank=True, help_text=_("听不到声音或网络较差的学员会读它。"))

    admin_form_fields = ("title", "file", "collection", "duration", "thumbnail", "transcript", "tags")

    class Meta:
        verbose_name = _("音视频")
        verbose_name_plural = _("音视频")
