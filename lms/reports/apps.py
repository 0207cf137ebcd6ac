from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "lms.reports"
    label = "reports"
    verbose_name = _("统计")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_delete, post_save

        from lms.ledger.models import CountingBasis, HourScheme
        from lms.places.models import Division, DivisionChange
        from lms.places.signals import tree_loaded
        from lms.programmes.models import Category, Programme
        from lms.reports import jobs, merging, personal  # noqa: F401  registers the jobs, what merges do to figures, the panel
        from lms.reports.approval import exports, services  # noqa: F401
        from lms.reports.kept import forget_figures
        from lms.reports.layouts import jobs as filling  # noqa: F401
        from lms.reports.monthly import jobs as monthly  # noqa: F401
        from lms.reports.printed import jobs as printing  # noqa: F401

        for named in (Division, DivisionChange, Category, Programme, CountingBasis, HourScheme):
            for signal in (post_save, post_delete):
                signal.connect(forget_figures, sender=named)
        tree_loaded.connect(forget_figures)
