from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    name = "lms.places"
    label = "places"
    verbose_name = _("区划与机构")
    default_auto_field = "django.db.models.BigAutoField"
