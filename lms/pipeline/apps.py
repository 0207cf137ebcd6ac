from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PipelineConfig(AppConfig):
    name = "lms.pipeline"
    label = "pipeline"
    verbose_name = _("人才转化")
    default_auto_field = "django.db.models.BigAutoField"
