from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammesConfig(AppConfig):
    name = "lms.programmes"
    label = "programmes"
    verbose_name = _("项目")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms.programmes import personal  # noqa: F401
