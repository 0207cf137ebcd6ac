"""A StreamField whose blocks are not written into migrations: changing a lesson block is no change of the database."""

from __future__ import annotations

from typing import Any

from wagtail.fields import StreamField


class LessonBodyField(StreamField):
    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, _args, kwargs = super().deconstruct()
        return name, "wagtail.fields.StreamField", [[]], {**kwargs, "block_lookup": {}}
