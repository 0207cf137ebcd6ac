"""Keys of the embedded shape, made once and kept readable for the owner only. A server gets its keys from the environment."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any


def load_or_make(path: Path) -> dict[str, Any]:
    """``{"secret_key": str, "data_keys": {id: 32 bytes}}``; the first data key is the one new values are written with."""
    if not path.exists():
        made = {"secret_key": secrets.token_urlsafe(50), "data_keys": {"k1": base64.b64encode(secrets.token_bytes(32)).decode()}}
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(made, indent=1))
        try:
            os.link(draft, path)  # the first of two processes wins, the other reads what it made
        except FileExistsError:
            pass
        draft.unlink()
    stored = json.loads(path.read_text())
    return {"secret_key": stored["secret_key"], "data_keys": parse(stored["data_keys"])}


def parse(encoded: dict[str, str]) -> dict[str, bytes]:
    keys = {key_id: base64.b64decode(body) for key_id, body in encoded.items()}
    for key_id, key in keys.items():
        if len(key) != 32:
            raise ValueError(f"data key {key_id} must be 32 bytes")
    return keys
