"""Vendored front-end files are exactly those that VENDOR.md names, and no file of ours names a package registry."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENDOR = ROOT / "cms" / "static" / "vendor"
REGISTRIES = re.compile(
    r"(pypi\.org|pythonhosted\.org|registry\.npmjs|registry\.npmmirror|--(extra-)?index-url|files\.pythonhosted|docker\.io|ghcr\.io|quay\.io)"
)


def test_vendored_files_are_the_noted_ones():
    noted = dict(re.findall(r"^\| ([\w.]+\.js) \|.*`([0-9a-f]{64})` \|$", (VENDOR / "VENDOR.md").read_text(), re.M))
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.glob("*.js")}
    assert found and found == noted
    assert all((VENDOR / f"{name}.LICENSE.txt").stat().st_size > 200 for name in noted)


def test_no_registry_host_in_the_repository():
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    wrong = []
    for name in filter(None, names):
        path = ROOT / name
        if name == "tests/house/test_vendor.py" or path.suffix in {".png", ".jpg", ".ttf", ".otf", ".xlsx", ".pdf", ".gz"}:
            continue
        if path.is_file() and REGISTRIES.search(path.read_text(errors="replace")):
            wrong.append(name)
    assert wrong == []
