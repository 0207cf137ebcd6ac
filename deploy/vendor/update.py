"""Fetch the front-end libraries named in package.json, build the chart bundle, write cms/static/vendor/ and its VENDOR.md.

Run by ``make vendor`` on a machine with npm; the site itself never needs npm. To take a newer version, change package.json
first. npm checks the fetched packages against the hashes of package-lock.json, which carries no registry address.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "cms" / "static" / "vendor"
HEAD = """# Vendored front-end libraries

Written by `make vendor` (deploy/vendor/update.py); do not edit by hand. The files are committed, so a clone needs no npm.
A test compares them with the hashes below.

- `{% static "vendor/htmx.min.js" %}`: on every page. Our policy allows no inline style and no eval, so the page says
  `<meta name="htmx-config" content='{"includeIndicatorStyles": false, "allowEval": false}'>`.
- `{% static "vendor/echarts.min.js" %}`: only on pages with charts; `echarts.init(node, null, {renderer: "svg"})`. Holds bar,
  line, pie and funnel (deploy/vendor/echarts.js).

| File | Package | Version | Licence | Bytes | sha256 |
|---|---|---|---|---|---|
"""


def run(*command: str, cwd: Path) -> None:
    print("$", " ".join(command), flush=True)
    subprocess.run(command, cwd=cwd, check=True)


def main() -> int:
    if shutil.which("npm") is None:
        print("make vendor needs npm (Debian: apt-get install npm).", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json", "echarts.js"):
            if (HERE / name).exists():
                shutil.copy(HERE / name, work / name)
        lock_fits = (HERE / "package-lock.json").exists() and json.loads((HERE / "package.json").read_text())[
            "dependencies"
        ] == json.loads((HERE / "package-lock.json").read_text())["packages"][""]["dependencies"]
        run("npm", "ci" if lock_fits else "install", "--omit-lockfile-registry-resolved", "--no-audit", "--no-fund", cwd=work)
        bundle = ["--bundle", "--minify", "--format=iife", "--target=chrome86", "--legal-comments=none"]
        run("npx", "esbuild", "echarts.js", *bundle, "--outfile=echarts.min.js", cwd=work)
        shutil.copy(work / "package-lock.json", HERE / "package-lock.json")
        TARGET.mkdir(parents=True, exist_ok=True)
        rows = [
            keep(work, "htmx.min.js", ["htmx.org"], work / "node_modules/htmx.org/dist/htmx.min.js"),
            keep(work, "echarts.min.js", ["echarts", "zrender", "tslib"], work / "echarts.min.js"),
        ]
    (TARGET / "VENDOR.md").write_text(HEAD + "".join(rows))
    print(f"written: {TARGET}")
    return 0


def keep(work: Path, name: str, packages: list[str], source: Path) -> str:
    """Copy one file with the licences of what is in it; return its row of VENDOR.md (the first package is the main one)."""
    licences = []
    for package in packages:
        home = work / "node_modules" / package
        about = json.loads((home / "package.json").read_text())
        texts = [
            path.read_text().strip() for path in sorted(home.glob("LICENSE*")) + sorted(home.glob("NOTICE*")) if path.is_file()
        ]
        licences.append(f"{package} {about['version']} ({about['license']})\n\n" + "\n\n".join(texts))
    (TARGET / f"{name}.LICENSE.txt").write_text("\n\n----\n\n".join(licences) + "\n")
    shutil.copy(source, TARGET / name)
    body = source.read_bytes()
    main = json.loads((work / "node_modules" / packages[0] / "package.json").read_text())
    digest = hashlib.sha256(body).hexdigest()
    return f"| {name} | {packages[0]} | {main['version']} | {main['license']} | {len(body)} | `{digest}` |\n"


if __name__ == "__main__":
    sys.exit(main())
