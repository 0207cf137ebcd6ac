"""Images of items: taken only when they are what they say, and no larger than a page can show."""

from __future__ import annotations

import io
import warnings

from django.utils.translation import gettext as _

from exams.exchange.reading import Picture

MOST_BYTES = 4 * 1024 * 1024
MOST_PIXELS = 25_000_000
KINDS = {
    "PNG": ("image/png", ".png"),
    "JPEG": ("image/jpeg", ".jpg"),
    "GIF": ("image/gif", ".gif"),
    "WEBP": ("image/webp", ".webp"),
}
ENDINGS = {mime: ending for mime, ending in KINDS.values()}


class Unusable(ValueError):
    """Not an image that an item can hold; the message is a sentence for the user."""


def take(content: bytes, name: str) -> Picture:
    """``content`` as a picture. Looks at its header only: nothing is unpacked."""
    from PIL import Image, UnidentifiedImageError

    short = name.replace("\\", "/").rsplit("/", 1)[-1][:80] or _("图片")
    if len(content) > MOST_BYTES:
        raise Unusable(_("图片 %(name)s 超过 %(most)d MB。") % {"name": short, "most": MOST_BYTES // 1024 // 1024})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(content), formats=list(KINDS)) as image:
                kind, (width, height) = image.format or "", image.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as error:
        raise Unusable(_("图片 %(name)s 不是 PNG、JPEG、GIF 或 WebP，请换成其中一种。") % {"name": short}) from error
    if width * height > MOST_PIXELS:
        raise Unusable(_("图片 %(name)s 的像素太多。") % {"name": short})
    return Picture(short, KINDS[kind][0], content)
