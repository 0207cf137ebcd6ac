"""What an office says of itself on every page."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting


@register_setting(icon="cog", order=10)
class SiteSettings(BaseSiteSetting):
    """Issuer, contact and record number of this installation. Contact is an office's, not a person's."""

    PERSONAL: tuple[str, ...] = ()

    issuer_name = models.CharField(_("主办单位"), max_length=120, blank=True)
    record_number = models.CharField(
        _("备案号"), max_length=60, blank=True, help_text=_("例如：滇ICP备00000000号。显示在每页下方。")
    )
    phone = models.CharField(_("咨询电话"), max_length=40, blank=True)
    email = models.CharField(_("咨询邮箱"), max_length=120, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    service_hours = models.CharField(_("服务时间"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("站点信息")
        verbose_name_plural = _("站点信息")
