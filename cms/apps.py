from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    name = "cms"
    label = "cms"
    verbose_name = _("内容")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail.models import Page
        from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

        from cms import models
        from cms.kept import forget_kept
        from cms.rendering import forget_bodies
        from cms.selectors import forget_site_texts

        for forget in (forget_bodies, forget_kept):
            for model in (models.SiteImage, models.SiteDocument, models.SiteMedia, models.Policy):
                post_save.connect(forget, sender=model)
                post_delete.connect(forget, sender=model)
            post_delete.connect(forget, sender=Page)
            for signal in (page_slug_changed, page_unpublished, post_page_move):
                signal.connect(forget)
        page_published.connect(forget_kept)  # a body is known by its content, a kept page is not
        for forget in (forget_site_texts, forget_kept):
            post_save.connect(forget, sender=models.SiteSettings)
        for signal in (page_published, page_unpublished, page_slug_changed, post_page_move):
            signal.connect(forget_site_texts)  # the foot of every page names some
        post_delete.connect(forget_site_texts, sender=Page)
