"""One archive of a world: database, media and private files, with row counts to compare after a restore. Keys stand apart.

The archive is a zip: ``manifest.json``, ``database`` (SQLite file or pg_dump's custom format), ``media/…``, ``private/…``.
Keys are never in it: without them identity documents in the archive cannot be read, with them they can.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.storage import FileSystemStorage, default_storage, storages
from django.db import DatabaseError, connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.core.errors import BadInput, Refused

FORMAT = 1
FOLDERS = ("media", "private")


def write(target: Path) -> dict[str, Any]:
    """Write the archive (whole or not at all) and, on the embedded shape, the keys beside it. Returns the manifest."""
    if target.exists():
        raise Refused(_("文件已经存在：%(file)s。") % {"file": target})
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        dump = Path(folder) / "database"
        counts = _dump_sqlite(dump) if connection.vendor == "sqlite" else _dump_postgres(dump)
        manifest = {
            "format": FORMAT,
            "made_at": timezone.now().isoformat(),
            "engine": connection.vendor,
            "demo": settings.LMS_DEMO,
            "keys": {key_id: fingerprint(key) for key_id, key in settings.LMS_KEYS.items()},
            "migrations": sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()),
            "database_sha256": _sha256(dump),
            "rows": counts,
            "files": {},
        }
        draft = Path(folder) / "archive"
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as archive:
            archive.write(dump, "database")
            for name in FOLDERS:
                manifest["files"][name] = _add_folder(archive, name)  # type: ignore[index]
            archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
        draft.chmod(0o600)
        draft.replace(target)
    own_keys = _keys_file()
    if own_keys is not None:
        beside = keys_beside(target)
        beside.touch(mode=0o600)
        beside.write_bytes(own_keys.read_bytes())
    return manifest


def keys_beside(archive: Path) -> Path:
    return archive.with_name(f"{archive.name}.keys.json")


def _keys_file() -> Path | None:
    """The embedded shape keeps its keys in a file; a server has them in its environment."""
    found = Path(getattr(settings, "KEYS_FILE", "") or "/nonexistent")
    return found if found.exists() else None


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _add_folder(archive: zipfile.ZipFile, name: str) -> int:
    """Add the files of one storage; 0 and nothing when it is not on disk (object storage has its own copies)."""
    root = _root_of(name)
    if root is None or not root.exists():
        return 0
    files = sorted(path for path in root.rglob("*") if path.is_file())
    for path in files:
        archive.write(path, f"{name}/{path.relative_to(root)}", compress_type=zipfile.ZIP_STORED)
    return len(files)


def _root_of(name: str) -> Path | None:
    storage = default_storage if name == "media" else storages["private"]
    storage = getattr(storage, "_wrapped", storage)
    return Path(storage.location) if isinstance(storage, FileSystemStorage) else None


def _dump_sqlite(target: Path) -> dict[str, int]:
    """A consistent copy while others write, by SQLite's own backup."""
    with closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        names = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall()
        return {name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in sorted(names)}  # noqa: S608


def _dump_postgres(target: Path) -> dict[str, int]:
    """pg_dump in the same snapshot in which the rows are counted."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        counts = count_rows()
        _postgres_tool("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}")
    return counts


def count_rows() -> dict[str, int]:
    """Rows of every table of this database."""
    counts = {}
    with connection.cursor() as cursor:
        for name in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608
            counts[name] = cursor.fetchone()[0]
    return counts


def _postgres_tool(program: str, *args: str) -> None:
    where = connection.get_connection_params()
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    env = {**os.environ, **{names[key]: str(where[key]) for key in names if where.get(key)}}
    found = shutil.which(program)
    if found is None:
        raise Refused(_("缺少程序 %(program)s，请安装 postgresql-client。") % {"program": program})
    done = subprocess.run([found, *args], env=env, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BadInput(f"{program}: {done.stderr.strip()[-400:]}")


def read_manifest(archive: Path) -> dict[str, Any]:
    """The manifest of an archive, or ``BadInput`` when it is none, is damaged or does not fit this world."""
    if not archive.exists():
        raise BadInput(_("没有这个文件：%(file)s。") % {"file": archive})
    try:
        with zipfile.ZipFile(archive) as opened:
            manifest: dict[str, Any] = json.loads(opened.read("manifest.json"))
            if opened.testzip() is not None:
                raise zipfile.BadZipFile
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise BadInput(_("这不是备份文件，或者文件已经损坏：%(file)s。") % {"file": archive}) from None
    if manifest.get("format") != FORMAT:
        raise BadInput(_("这个备份的格式是 %(format)s，本程序不认识。") % {"format": manifest.get("format")})
    if manifest["engine"] != connection.vendor:
        raise BadInput(_("这个备份来自 %(theirs)s，这里是 %(ours)s。") % {"theirs": manifest["engine"], "ours": connection.vendor})
    if bool(manifest["demo"]) != bool(settings.LMS_DEMO):
        raise BadInput(_("演示世界的备份只能恢复到演示世界，正式系统的备份只能恢复到正式系统。"))
    return manifest


def is_empty_world() -> bool:
    try:
        with transaction.atomic():
            return not get_user_model().objects.exists()
    except DatabaseError:
        return True  # not even migrated


def check_keys(manifest: dict[str, Any], archive: Path) -> None:
    """Refuse when a key that the archive's data needs is neither here nor beside the archive."""
    beside = keys_beside(archive)
    known = {(key_id, fingerprint(key)) for key_id, key in settings.LMS_KEYS.items()}
    if beside.exists():
        theirs = json.loads(beside.read_text())["data_keys"]
        known |= {(key_id, fingerprint(base64.b64decode(body))) for key_id, body in theirs.items()}
    missing = [key_id for key_id, print_ in manifest["keys"].items() if (key_id, print_) not in known]
    if missing:
        raise Refused(_("缺少密钥 %(keys)s，没有它们身份证件无法读出；请把密钥文件放在备份旁边。") % {"keys": ", ".join(missing)})


def fingerprint(key: bytes) -> str:
    """Tells keys of the same id apart; says nothing of the key."""
    return hashlib.sha256(b"lms key fingerprint" + key).hexdigest()[:16]


def restore(archive: Path, *, replace: bool) -> tuple[dict[str, Any], Path | None]:
    """Put the archive in place of this world's database and files. What stood there before is moved aside, not deleted;
    on PostgreSQL the former tables are dropped once the new ones stand. Returns the manifest and where the old is."""
    manifest = read_manifest(archive)
    if not replace and not is_empty_world():
        raise Refused(_("这里已经有数据。要用备份替换它，请加上 --replace。"))
    check_keys(manifest, archive)
    aside = Path(settings.VAR_DIR) / "before-restore" / timezone.now().strftime("%Y%m%d-%H%M%S-%f")
    with tempfile.TemporaryDirectory(dir=_near(), prefix=".restore-") as folder:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder)
        dump = Path(folder) / "database"
        if _sha256(dump) != manifest["database_sha256"]:
            raise BadInput(_("这不是备份文件，或者文件已经损坏：%(file)s。") % {"file": archive})
        _restore_sqlite(dump, aside) if connection.vendor == "sqlite" else _restore_postgres(dump)
        for name in FOLDERS:
            root = _root_of(name)
            if root is None:
                continue
            if root.exists() and any(root.iterdir()):
                aside.mkdir(parents=True, exist_ok=True)
                shutil.move(root, aside / name)
            root.mkdir(parents=True, exist_ok=True)
            source = Path(folder) / name
            if source.exists():
                shutil.copytree(source, root, dirs_exist_ok=True)
    own_keys, beside = getattr(settings, "KEYS_FILE", None), keys_beside(archive)
    if own_keys is not None and beside.exists():
        _merge_keys(Path(own_keys), beside)
    found = count_rows()
    wrong = {name: found.get(name) for name, rows in manifest["rows"].items() if found.get(name) != rows}
    if wrong:
        raise BadInput(_("恢复后的行数与备份不符：%(tables)s。") % {"tables": ", ".join(sorted(wrong))})
    return manifest, aside if aside.exists() else None


def _near() -> Path:
    Path(settings.VAR_DIR).mkdir(parents=True, exist_ok=True)
    return Path(settings.VAR_DIR)


def _merge_keys(own: Path, beside: Path) -> None:
    """The archive's keys come first (its data was written with them); keys only this world had stay readable."""
    theirs, ours = json.loads(beside.read_text()), json.loads(own.read_text()) if own.exists() else {"data_keys": {}}
    clash = [key_id for key_id, body in ours["data_keys"].items() if theirs["data_keys"].get(key_id, body) != body]
    kept = {key_id: body for key_id, body in ours["data_keys"].items() if key_id not in theirs["data_keys"]}
    if clash and own.exists():
        own.replace(own.with_suffix(f".before-{timezone.now():%Y%m%d%H%M%S}.json"))
    own.touch(mode=0o600)
    own.write_text(json.dumps({**theirs, "data_keys": {**theirs["data_keys"], **kept}}, indent=1))


def _restore_sqlite(dump: Path, aside: Path) -> None:
    with closing(sqlite3.connect(dump)) as opened:
        if opened.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise BadInput(_("备份里的数据库已经损坏。"))
    connections.close_all()
    own = Path(settings.DATABASES["default"]["NAME"])
    for path in (own, own.with_name(f"{own.name}-wal"), own.with_name(f"{own.name}-shm")):
        if path.exists():
            aside.mkdir(parents=True, exist_ok=True)
            shutil.move(path, aside / path.name)
    own.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(dump, own)


def _restore_postgres(dump: Path) -> None:
    """Into a fresh schema; the old one comes back when that fails."""
    former = f"before_restore_{timezone.now():%Y%m%d%H%M%S}"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER SCHEMA public RENAME TO {former}")
        cursor.execute("CREATE SCHEMA public")
    try:
        where = str(connection.settings_dict["NAME"])
        _postgres_tool(
            "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", "-d", where, str(dump)
        )
    except (BadInput, Refused):
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute(f"ALTER SCHEMA {former} RENAME TO public")
        raise
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {former} CASCADE")
    connections.close_all()
