from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    label = "courses"
    verbose_name = _("课程与班次")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from courses import following, personal, signals  # noqa: F401  they register what they hold
