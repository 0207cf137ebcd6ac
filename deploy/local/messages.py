"""The message catalogues: ``compile`` (needs only polib), ``update`` and ``check`` (need gettext's xgettext).

Chinese is the source language. ``locale/en`` holds the English of every string of ours; each room hands its part in as
``locale/en/parts/<room>.po``, which ``update`` merges. ``locale/zh_Hans`` only holds what libraries left untranslated.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib
from say import Stop, line, run_as_main, step

ROOT = Path(__file__).resolve().parent.parent.parent
LOCALE = ROOT / "locale"
ROOMS = ("lms", "courses", "exams", "certificates", "cms")
PLACEHOLDER = re.compile(r"%\([A-Za-z_]\w*\)[#0\- +]?\d*(?:\.\d+)?[a-zA-Z]|%%|%[sd]|\{[a-z_]\w*\}")
DOMAINS = ("django", "djangojs")


def catalogues() -> list[Path]:
    return sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))


def compile_all() -> int:
    """Write the ``.mo`` of every catalogue that is newer than it."""
    for path in catalogues():
        target = path.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < path.stat().st_mtime:
            draft = target.with_suffix(f".{os.getpid()}")
            polib.pofile(str(path)).save_as_mofile(str(draft))
            draft.replace(target)
    return 0


def extract(domain: str) -> polib.POFile:
    """Every translatable string of our own code and templates, by Django's makemessages in a copy of the tree."""
    if shutil.which("xgettext") is None:
        raise Stop("核对译文需要 gettext / checking messages needs gettext: sudo apt-get install -y gettext")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        (copy / "locale").mkdir()
        for room in ROOMS:
            for pattern in ("*.py", "*.html", "*.txt", "*.js"):
                for path in (ROOT / room).rglob(pattern):
                    if {"migrations", "vendor", "node_modules"} & set(path.parts):
                        continue
                    target = copy / path.relative_to(ROOT)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, target)
        command = [
            sys.executable,
            "-m",
            "django",
            "makemessages",
            "-l",
            "en",
            "-d",
            domain,
            "--no-wrap",
            "--add-location",
            "file",
            "-v",
            "0",
        ]
        if domain == "django":
            command += ["-e", "html,txt,py"]
        env = {key: text for key, text in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
        done = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Stop(f"xgettext: {done.stderr[-2000:]}")
        found = copy / "locale" / "en" / "LC_MESSAGES" / f"{domain}.po"
        return polib.pofile(str(found)) if found.exists() else polib.POFile()


def update() -> int:
    """Bring ``locale/en`` in line with the code, taking translations from the old catalogue and from ``parts/``."""
    for domain in DOMAINS:
        with step(f"提取 / extracting {domain}"):
            fresh = extract(domain)
        path = LOCALE / "en" / "LC_MESSAGES" / f"{domain}.po"
        if not len(fresh) and not path.exists():
            continue
        known = _translations(path, domain)
        for entry in fresh:
            _fill(entry, known)
        fresh.metadata = {
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Language": "en",
            "MIME-Version": "1.0",
            "Plural-Forms": "nplurals=2; plural=(n != 1);",
            "Project-Id-Version": "social-work-lms",
        }
        fresh.header = ""
        fresh.wrapwidth = 0
        for entry in fresh:
            entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
            entry.previous_msgid = None
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.save(str(path))
        missing = [entry for entry in fresh if not entry.translated()]
        line(f"  {path.relative_to(ROOT)}: {len(fresh)} 条，缺 {len(missing)} 条 / {len(missing)} missing of {len(fresh)}")
        for entry in missing[:20]:
            line(f"    {entry.msgid[:80]!r}  {entry.occurrences[:1]}")
    return compile_all()


def _translations(path: Path, domain: str) -> dict[tuple[str | None, str], polib.POEntry]:
    """What is known: the catalogue as it stands, then what the rooms handed in (theirs wins)."""
    known: dict[tuple[str | None, str], polib.POEntry] = {}
    parts = sorted((LOCALE / "en" / "parts").glob("*.po"))
    for source in [path, *parts]:
        if source.exists():
            known |= {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(source)) if entry.translated()}
    return known


def _fill(entry: polib.POEntry, known: dict[tuple[str | None, str], polib.POEntry]) -> None:
    old = known.get((entry.msgctxt, entry.msgid)) or known.get((None, entry.msgid))
    if old is None:
        return
    if entry.msgid_plural:
        forms = old.msgstr_plural or {0: old.msgstr, 1: old.msgstr}
        entry.msgstr_plural = {0: forms[0], 1: forms.get(1, forms[0])}
    else:
        entry.msgstr = old.msgstr or old.msgstr_plural.get(0, "")


def problems() -> list[str]:
    """What is wrong with the catalogues: untranslated, fuzzy, placeholders that differ, strings missing or left over."""
    wrong: list[str] = []
    for path in catalogues():
        name = path.relative_to(ROOT)
        catalogue = polib.pofile(str(path))
        wrong += [f"{name}: 未翻译 / untranslated: {e.msgid[:60]!r}" for e in catalogue if not e.translated() and not e.obsolete]
        wrong += [f"{name}: fuzzy: {e.msgid[:60]!r}" for e in catalogue.fuzzy_entries()]
        wrong += [
            f"{name}: 占位符不一致 / placeholders differ: {e.msgid[:60]!r}"
            for e in catalogue
            if e.translated() and not _same_placeholders(e)
        ]
    for domain in DOMAINS:
        path = LOCALE / "en" / "LC_MESSAGES" / f"{domain}.po"
        have = {(e.msgctxt, e.msgid) for e in polib.pofile(str(path)) if not e.obsolete} if path.exists() else set()
        need = {(e.msgctxt, e.msgid) for e in extract(domain)}
        wrong += [f"{domain}: 目录里没有 / not in the catalogue: {msgid[:60]!r}" for _ctx, msgid in sorted(need - have, key=str)]
        wrong += [f"{domain}: 已不再使用 / no longer used: {msgid[:60]!r}" for _ctx, msgid in sorted(have - need, key=str)]
    return wrong


def _same_placeholders(entry: polib.POEntry) -> bool:
    if not entry.msgid_plural:
        return sorted(PLACEHOLDER.findall(entry.msgid)) == sorted(PLACEHOLDER.findall(entry.msgstr))
    allowed = set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural))
    return all(set(PLACEHOLDER.findall(text)) <= allowed for text in entry.msgstr_plural.values())


def check() -> int:
    wrong = problems()
    for text in wrong[:40]:
        line(f"✗ {text}")
    if wrong:
        raise Stop(
            f"{len(wrong)} 处译文需要处理：补 locale/en/parts/<房间>.po，再运行 make messages / {len(wrong)} messages to mend"
        )
    return compile_all()


ACTIONS = {"compile": compile_all, "update": update, "check": check}

if __name__ == "__main__":
    run_as_main(ACTIONS[sys.argv[1] if len(sys.argv) > 1 else "compile"])
