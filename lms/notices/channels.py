"""How a notice leaves the site: one adapter a channel, named in ``settings.NOTICE_CHANNELS``. The site itself needs none.

An adapter says where a user is reached and sends one message. SMS and WeChat gateways differ by office, so they are
adapters of the installation; the console one prints, for development.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)
DEFAULT = {"email": "lms.notices.channels.EmailChannel"}


@dataclass(frozen=True, slots=True)
class Message:
    title: str
    body: str
    url: str
    kind: str


class Channel(Protocol):
    """What a channel must offer. ``send`` raises on failure; the delivery is tried again later."""

    label: Any
    wanted_by_default: bool

    def address_of(self, user: Any) -> str: ...

    def mask(self, address: str) -> str: ...

    def send(self, address: str, message: Message) -> None: ...


class EmailChannel:
    label = _("电子邮件")
    wanted_by_default = True

    def address_of(self, user: Any) -> str:
        return str(user.email or "")

    def mask(self, address: str) -> str:
        name, _at, host = address.partition("@")
        return f"{name[:1]}***@{host}"[:80]

    def send(self, address: str, message: Message) -> None:
        body = message.body if not message.url else f"{message.body}\n\n{absolute(message.url)}"
        EmailMessage(subject=f"{settings.EMAIL_SUBJECT_PREFIX}{message.title}", body=body.strip(), to=[address]).send()


class ConsoleSmsChannel:
    """For development: writes to the log what a gateway would send to the user's verified mobile number."""

    label = _("短信")
    wanted_by_default = True

    def address_of(self, user: Any) -> str:
        return str(user.phone or "") if user.phone_verified else ""

    def mask(self, address: str) -> str:
        return f"{address[:3]}****{address[-4:]}"

    def send(self, address: str, message: Message) -> None:
        logger.info("sms to %s: %s", self.mask(address), message.title)


def absolute(url: str) -> str:
    return url if "://" in url else f"{settings.BASE_URL.rstrip('/')}{url}"


def registered() -> dict[str, Channel]:
    """Code → adapter, as the settings name them."""
    return _load(tuple(getattr(settings, "NOTICE_CHANNELS", DEFAULT).items()))


@cache
def _load(paths: tuple[tuple[str, str], ...]) -> dict[str, Channel]:
    return {code: import_string(path)() for code, path in paths}
