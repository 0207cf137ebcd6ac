"""Files that no web server hands out by itself: uploads and results of jobs, certificates. Served by views that check scope."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages


class PrivateFileSystemStorage(FileSystemStorage):
    """Files under ``settings.PRIVATE_ROOT``; they have no address."""

    @property
    def base_location(self) -> str:  # type: ignore[override]
        return str(settings.PRIVATE_ROOT)

    @property
    def location(self) -> str:  # type: ignore[override]
        return str(Path(settings.PRIVATE_ROOT).resolve())

    def url(self, name: str | None) -> str:
        raise ValueError("a private file has no address: serve it by a view that checks scope")


def private_files() -> Storage:
    """The storage of private files (``FileField(storage=private_files)``): disk, or S3 without public addresses."""
    return storages["private"]
