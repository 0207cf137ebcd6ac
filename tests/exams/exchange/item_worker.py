"""The Celery application with two gates in the way of a file of items, for the test that kills a real worker; and a small driver.

``python -m tests.exams.exchange.item_worker up`` uploads; ``enter`` confirms; ``again`` reads the same file anew; ``tell`` prints.
While ``ITEMS_FOLDER`` holds no file ``gate-read`` (``gate-entered``), work waits before it stages (after 100 entered items).
"""

from __future__ import annotations

import io
import json
import os
import random
import sys
import threading
from pathlib import Path
from typing import Any

import django

django.setup()

from PIL import Image  # noqa: E402

from exams import services  # noqa: E402
from exams.exchange.docx_writing import write_docx  # noqa: E402
from exams.exchange.reading import FoundItem, Picture  # noqa: E402
from exams.models import Item, ItemBank, ItemImport, ItemPicture  # noqa: E402
from exams.services import exchange  # noqa: E402
from lms.celery import app  # noqa: E402
from lms.core.actor import Actor  # noqa: E402

FOLDER, BY = Path(os.environ.get("ITEMS_FOLDER", ".")), Actor.system("tests")
GOOD, BAD = 120, 5
_examine, _enter, _stage, _close = exchange.examine, exchange.enter_chunk, exchange.read_and_stage, exchange.close_import


def _wait(name: str) -> None:
    pause = threading.Event()
    if not (FOLDER / f"gate-{name}").exists():
        (FOLDER / f"at-{name}").touch()
        while not (FOLDER / f"gate-{name}").exists():
            pause.wait(0.05)


def examine(*args: Any) -> Any:
    _wait("read")
    return _examine(*args)


def enter_chunk(**args: Any) -> int:
    if args["item_import"].rows.filter(entered_at__isnull=False).exists():
        _wait("entered")
    return _enter(**args)


def read_and_stage(**args: Any) -> ItemImport:
    found = _stage(**args)
    (FOLDER / "staged").touch()
    return found


def close_import(**args: Any) -> ItemImport:
    found = _close(**args)
    (FOLDER / "closed").touch()
    return found


exchange.examine, exchange.enter_chunk = examine, enter_chunk  # type: ignore[assignment]
exchange.read_and_stage, exchange.close_import = read_and_stage, close_import  # type: ignore[assignment]


def sheet() -> bytes:
    """Items with one picture of 300 kB between them, and some whose key names no option."""
    noise, out = random.Random(1), io.BytesIO()
    Image.frombytes("RGB", (320, 320), noise.randbytes(320 * 320 * 3)).save(out, "PNG")
    picture = Picture("图.png", "image/png", out.getvalue())
    items = []
    for number in range(GOOD + BAD):
        words = "".join(noise.choice("社会工作服务对象需要评估计划介入小组个案区民政") for _ in range(24))
        shown = number % 80 == 0
        items.append(
            FoundItem(
                place=0,
                kind="single",
                stem=f"{words}第{number}问{'［图1］' if shown else ''}（　　）。",
                options=tuple(f"{words[n : n + 5]}{letter}" for n, letter in enumerate("甲乙丙丁")),
                keys=frozenset("F" if number % 25 == 3 else "B"),
                images=(picture,) if shown else (),
            )
        )
    return write_docx(items)


def upload(**more: Any) -> ItemImport:
    return services.upload_items(bank=ItemBank.objects.get(), raw=sheet(), name="题.docx", by=BY, **more)


def main() -> None:
    if sys.argv[1] == "up":
        ItemBank.objects.create(code="W", name="题库")
        upload()
    found = ItemImport.objects.select_related("bank__division").order_by("-pk").first()
    if sys.argv[1] == "enter":
        services.confirm_import(item_import=found, by=BY)
    elif sys.argv[1] == "again":
        found = exchange.read_and_stage(item_import=upload(send=False), by=BY)
    found.refresh_from_db()
    told = {
        **exchange.counts_of(found),
        "state": str(found.state),
        "items": Item.objects.count(),
        "pictures": ItemPicture.objects.count(),
        "claims": [job.claims for job in (found.read_job, found.enter_job) if job is not None],
        "reasons": sorted({row.reason for row in found.rows.filter(verdict="refused")}),
    }
    print(json.dumps([told]))


if __name__ == "__main__":
    main()

__all__ = ["app"]
