"""System packages and ``.venv`` from the lock files. Standard library only: it runs before anything is installed.

No index address stands anywhere: pip uses whatever index this machine is set up with.
"""

from __future__ import annotations

import ctypes.util
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from say import Stop, line, run_as_main, step

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"

# what the running site needs beyond Python: fonts and the shaping and subsetting of PDF
RUN_PACKAGES = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-noto-cjk"]
# what the whole suite needs: private servers, a browser, message extraction, a reader of PDF
TEST_PACKAGES = [*RUN_PACKAGES, "postgresql", "redis-server", "chromium", "gettext", "poppler-utils"]
SHARED_LIBRARIES = {"libpango-1.0-0": "pango-1.0", "libpangoft2-1.0-0": "pangoft2-1.0", "libharfbuzz-subset0": "harfbuzz-subset"}
PROGRAMS = {
    "redis-server": ["redis-server"],
    "chromium": ["chromium", "chromium-browser"],
    "gettext": ["xgettext"],
    "poppler-utils": ["pdftotext"],
}


def check_python() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  an older one may run this file
        raise Stop(f"需要 Python 3.11 或更新，这里是 {sys.version.split()[0]} / Python 3.11 or newer is needed")
    if shutil.which("git") is None:
        raise Stop("需要 git / git is needed (Debian: apt-get install git)")


def _present(package: str) -> bool:
    """Whether a Debian package, or on other systems what it brings, is there."""
    if package in PROGRAMS and any(shutil.which(name) for name in PROGRAMS[package]):
        return True
    if package == "postgresql" and postgres_bin() is not None:
        return True
    if shutil.which("dpkg-query"):
        asked = subprocess.run(
            ["dpkg-query", "-W", "-f", "${db:Status-Status}", package], capture_output=True, text=True, check=False
        )
        return asked.stdout.strip() == "installed"
    if package in SHARED_LIBRARIES:
        return ctypes.util.find_library(SHARED_LIBRARIES[package]) is not None
    return package.startswith("fonts-")  # cannot be asked there; the PDF check of the site says so when it is missing


def postgres_bin() -> Path | None:
    """The folder of the newest PostgreSQL server programs on this machine (15 or newer)."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found and int(found[-1].parts[-3]) >= 15:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def system_packages(wanted: list[str]) -> None:
    missing = [package for package in wanted if not _present(package)]
    if not VENV.exists() and not _can_make_venv():
        missing.append(
            f"python3.{sys.version_info.minor}-venv" if Path(sys.executable).parent == Path("/usr/bin") else "python3-venv"
        )
    if not missing:
        return
    command = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(missing)}"
    if shutil.which("apt-get") is None:
        raise Stop(
            f"缺少系统软件包，请用本机的包管理器安装后重试 / please install what these Debian packages bring: {' '.join(missing)}"
        )
    if os.geteuid() != 0:
        raise Stop(f"缺少系统软件包，请先运行 / please run first:\n\n    sudo sh -c '{command}'\n\n然后重试 / then try again.")
    with step(f"安装系统软件包 / system packages: {' '.join(missing)}"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(
            ["sh", "-c", command], env=quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if done.returncode:
            line(done.stdout[-2000:])
            raise Stop(f"系统软件包没有装上，请查看上面的原因，或自行运行 / could not install, try yourself:\n\n    {command}")


def _can_make_venv() -> bool:
    return subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode == 0


def _digest(name: str) -> str:
    return hashlib.sha256((ROOT / "requirements" / f"{name}.txt").read_bytes()).hexdigest()[:16]


def install(name: str) -> None:
    """Make ``.venv`` hold ``requirements/<name>.txt`` (``dev`` includes ``base``); nothing to do when it already does."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        stamp = {}
    if PYTHON.exists() and stamp.get(name) == _digest(name):
        return
    if not PYTHON.exists():
        with step("建立 Python 环境 / making .venv"):
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    _pip_install(ROOT / "requirements" / f"{name}.txt")
    covered = ("base", "dev") if name == "dev" else (name,)
    STAMP.write_text(json.dumps({each: _digest(each) for each in covered}))


def _pip_install(lock: Path) -> None:
    total = sum("==" in text for text in lock.read_text().splitlines() if not text.startswith((" ", "#")))
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-deps", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "-r", str(lock)]
    tail: list[str] = []
    with step(f"按锁定文件安装 Python 软件包 / installing from {lock.relative_to(ROOT)}"):
        running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert running.stdout is not None
        seen = 0
        for text in running.stdout:
            tail = [*tail[-30:], text]
            if text.startswith(("Collecting", "Requirement already")):
                seen += 1
                if seen % 20 == 0:
                    line(f"  {seen} / {total}")
            elif text.startswith("Installing collected"):
                line("  写入 / unpacking")
        if running.wait():
            line("".join(tail))
            raise Stop(
                "Python 软件包没有装上。请检查网络，或本机的 pip 设置（pip config list），然后重试。\n"
                "  Could not install: check the network or this machine's pip settings, then try again."
            )


def main() -> int:
    check_python()
    name = sys.argv[1] if len(sys.argv) > 1 else "base"
    system_packages(TEST_PACKAGES if name == "dev" else RUN_PACKAGES)
    install(name)
    return 0


if __name__ == "__main__":
    run_as_main(main)
