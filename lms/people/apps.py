from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "lms.people"
    label = "people"
    verbose_name = _("人员")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms.core import sealed
        from lms.people import checks, jobs  # noqa: F401
        from lms.people.sealing import reseal

        sealed.register("people.IdentityDocument", "number_sealed", reseal)
