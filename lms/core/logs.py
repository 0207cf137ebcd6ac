"""How the system logs: a machine's JSON on a server, quiet lines on one machine. Never a name, a document or a query string."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest
from django.utils.functional import empty
from django_structlog.middlewares import RequestMiddleware

# PostgreSQL's errors quote the offending row: "DETAIL:  Key (name)=(…) already exists."
_DETAIL = re.compile(r"(DETAIL|CONTEXT|HINT): .*?(?=\n\S|\n\n|$)", re.DOTALL)
# a resident identity number, a mobile number
_DIGITS = re.compile(r"(?<!\d)(?:[1-9]\d{16}[\dXx]|1[3-9]\d{9})(?!\d)")


class RequestLogMiddleware(RequestMiddleware):
    """One line a request: its id, method and route (not the address, which may carry what somebody searched for)."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        match = getattr(request, "resolver_match", None)
        return f"{request.method} {match.view_name or match.route}" if match else f"{request.method} {request.path}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """The user's uuid, only where the request asked for its user anyway: a public page costs no query."""
        user = getattr(request, "user", None)
        if user is None or getattr(user, "_wrapped", user) is empty:
            return
        if user.is_authenticated:
            structlog.contextvars.bind_contextvars(user=str(user.uuid))


def mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last look before a line is written: numbers of persons and the rows that databases quote are cut out."""
    for key, text in event.items():
        if isinstance(text, str):
            event[key] = _DIGITS.sub("***", _DETAIL.sub(r"\1: …", text))
    return event


def config(*, as_json: bool, level: str = "INFO") -> dict[str, Any]:
    """The LOGGING setting; also sets structlog up."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        mask,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], drop_missing=True, sort_keys=True)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},  # the request's own line says it
            "django.utils.autoreload": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "kombu.connection": {"level": "ERROR"},  # "no hostname": the broker without a server has none
            "fontTools": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
        },
    }
