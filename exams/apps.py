from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExamsConfig(AppConfig):
    name = "exams"
    label = "exams"
    verbose_name = _("考试")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from exams import learning_personal, personal  # noqa: F401
