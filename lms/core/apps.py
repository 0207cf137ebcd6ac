from importlib import import_module

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.backends.signals import connection_created
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "lms.core"
    label = "core"
    verbose_name = _("基础")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Every room's ``jobs.py`` registers its kinds of long work; new connections are told how we read; sentences are found."""
        from lms.core.catalogues import join_catalogues
        from lms.core.planner import read_to_the_end

        join_catalogues()
        connection_created.connect(read_to_the_end, dispatch_uid="lms.core.planner")
        for config in apps.get_app_configs():
            if config.name in settings.ROOMS and module_has_submodule(config.module, "jobs"):
                import_module(f"{config.name}.jobs")
