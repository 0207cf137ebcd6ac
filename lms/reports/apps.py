from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "lms.reports"
    label = "reports"
    verbose_name = _("统计")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms.reports import jobs, merging, personal  # noqa: F401  registers the jobs, what merges do to figures, the panel
        from lms.reports.approval import exports, services  # noqa: F401
        from lms.reports.monthly import jobs as monthly  # noqa: F401
        from lms.reports.printed import jobs as printing  # noqa: F401
