"""The embedded shape's broker: kombu's files in a folder, each there whole or not at all.

kombu opens a message's file and then writes it; a consumer that looks between the two takes an empty message, and its worker
ends with an error of JSON. Here a file gets its name only when it is written. Likewise the table of an exchange.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):  # type: ignore[misc]
    """Writes under another name first; a consumer looks for names that end in the queue's."""

    def _put(self, queue: str, payload: Any, **_kwargs: Any) -> None:  # type: ignore[override]  # kombu's own two disagree
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        _appear(Path(self.data_folder_out) / name, str_to_bytes(dumps(payload)))

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        file = self._exchange_file(exchange)
        self.control_folder.mkdir(exist_ok=True)
        if not file.exists():
            _appear(file, b"[]", only_new=True)
        super()._queue_bind(exchange, routing_key, pattern, queue)


class Transport(filesystem.Transport):  # type: ignore[misc]
    Channel = Channel


def _appear(file: Path, content: bytes, *, only_new: bool = False) -> None:
    """The whole file under its name at once; with ``only_new`` one that is there already stays."""
    draft = file.with_name(f"{file.name}.{uuid.uuid4()}.draft")
    draft.write_bytes(content)
    if not only_new:
        draft.replace(file)
        return
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
