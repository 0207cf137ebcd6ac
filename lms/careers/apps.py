from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CareersConfig(AppConfig):
    name = "lms.careers"
    label = "careers"
    verbose_name = _("职业履历")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms.careers import jobs, personal  # noqa: F401
