"""What follows from publishing a page: its weight is noted. Nothing of the domain hangs on it."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from wagtail.signals import page_published

from cms.rendering import body_html
from courses.models import LessonPage


@receiver(page_published, sender=LessonPage)
def note_weight(sender: Any, instance: LessonPage, **kwargs: Any) -> None:
    """How many bytes of text the reader will load; also warms the kept body."""
    weight = len(str(body_html(instance)).encode())
    if weight != instance.body_bytes:
        LessonPage.objects.filter(pk=instance.pk).update(body_bytes=weight)
