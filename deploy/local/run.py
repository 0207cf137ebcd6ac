"""``make run`` (the demonstration world) and ``make start`` (an office's own system): from nothing to a running site.

Every step is skipped when it is already done, so the second time takes seconds and touches no data.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import unicodedata
import urllib.error
import urllib.request
from pathlib import Path

import environment
from environment import PYTHON, ROOT
from say import Stop, line, run_as_main, step
from supervisor import Child, Supervisor

QUEUES = "default,pdf,import,report"


def main() -> int:
    world = sys.argv[1] if len(sys.argv) > 1 else "demo"
    action = sys.argv[2] if len(sys.argv) > 2 else "run"
    folder = ROOT / "var" / world
    if action == "stop":
        return stop(folder)
    began = time.monotonic()
    environment.check_python()
    environment.system_packages(environment.RUN_PACKAGES)
    environment.install("base")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop(f"已经在运行 / already running: {_state(folder).get('address', '')}   (make stop)") from None
        host = os.environ.get("HOST", "127.0.0.1")
        port = free_port(host, int(os.environ.get("PORT", "8000")))
        env = environment_of(world, folder, port)
        prepare(env, world)
        return serve(world, folder, host, port, env, began)


def free_port(host: str, wanted: int) -> int:
    """``wanted``, or the next free port after it."""
    for port in range(wanted, wanted + 50):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
        if port != wanted:
            line(f"· 端口 {wanted} 已被占用，改用 {port} / port {wanted} is taken, using {port}")
        return port
    raise Stop(f"从 {wanted} 起的 50 个端口都被占用，请指定另一个：PORT=9000 make run / no free port from {wanted} on")


def environment_of(world: str, folder: Path, port: int) -> dict[str, str]:
    env = {key: text for key, text in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL"}}
    return {
        **env,
        "DJANGO_SETTINGS_MODULE": "lms.settings.embedded",
        "LMS_WORLD": world,
        "BASE_URL": os.environ.get("BASE_URL", f"http://localhost:{port}"),
        "TMPDIR": str(folder / "tmp"),  # the broker renames files: they must lie on one file system
        "PYTHONUNBUFFERED": "1",
    }


def prepare(env: dict[str, str], world: str) -> None:
    (ROOT / "var" / world / "tmp").mkdir(parents=True, exist_ok=True)
    messages = subprocess.run([str(PYTHON), "deploy/local/messages.py", "compile"], cwd=ROOT, env=env, check=False)
    prepared = (
        messages.returncode
        or subprocess.run([str(PYTHON), "manage.py", "prepare_world"], cwd=ROOT, env=env, check=False).returncode
    )
    if prepared:
        raise Stop(
            "准备没有完成，原因见上。数据没有受损，改正后再运行一次即可。\n"
            "  Preparation did not finish, see above. Nothing is damaged: mend it and run again."
        )


def serve(world: str, folder: Path, host: str, port: int, env: dict[str, str], began: float) -> int:
    address = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0'} else host}:{port}"
    workers = min(4, max(2, os.cpu_count() or 2))
    web = [str(PYTHON), "-m", "gunicorn", "lms.wsgi", "--bind", f"{host}:{port}", "--workers", str(workers), "--threads", "4"]
    web += ["--worker-class", "gthread", "--timeout", "120", "--graceful-timeout", "15", "--worker-tmp-dir", str(folder / "tmp")]
    web += ["--name", f"lms-{world}", "--max-requests", "20000", "--max-requests-jitter", "2000"]
    worker = [str(PYTHON), "-m", "celery", "-A", "lms.celery", "worker", "-B", "--pool", "threads", "--concurrency", "2"]
    worker += ["-Q", QUEUES, "-n", f"{world}@local", "--loglevel", "WARNING", "--schedule", str(folder / "schedule")]
    children = [Child("web", web, folder / "log" / "web.log"), Child("worker", worker, folder / "log" / "worker.log")]
    (folder / "run.json").write_text(json.dumps({"pid": os.getpid(), "address": address}))

    def on_ready() -> None:
        line(f"\n✓ {address}   （{time.monotonic() - began:.0f} s）")
        tell_accounts(folder)
        tell_setup(folder, address)
        line(f"\n日志 / logs: {(folder / 'log').relative_to(ROOT)}/    停止 / stop: Ctrl-C, make stop\n")

    def ready() -> bool:
        try:
            with urllib.request.urlopen(f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/health/", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    line("· 启动网站、后台任务和定时任务 / starting web, worker and scheduler …")
    code = Supervisor(children, env, ROOT).run(ready=ready, on_ready=on_ready)
    (folder / "run.json").unlink(missing_ok=True)
    return code


def tell_accounts(folder: Path) -> None:
    """One sign-in for each role, as the demonstration world wrote them: ``[{"role", "username", "password", "place"}]``."""
    try:
        accounts = json.loads((folder / "accounts.json").read_text())
    except (OSError, ValueError):
        return
    line("")
    for account in accounts:
        cells = [str(account.get(key) or "") for key in ("role", "username", "password", "place")]
        line("  " + "  ".join(_padded(text, width) for text, width in zip(cells, (22, 18, 22, 0), strict=True)).rstrip())


def tell_setup(folder: Path, address: str) -> None:
    """An empty system waits for its first run: where, and the code that opens it."""
    try:
        code = (folder / "setup-code.txt").read_text().strip()
    except OSError:
        return
    line(f"\n  初始设置 / first run: {address}/setup/    安装码 / code: {code}")


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text))


def _state(folder: Path) -> dict[str, object]:
    try:
        found: dict[str, object] = json.loads((folder / "run.json").read_text())
    except (OSError, ValueError):
        return {}
    return found


def stop(folder: Path) -> int:
    """End the running site of this world, by the process id it wrote, and only while it holds its lock."""
    state = _state(folder)
    if not state or not (folder / "run.lock").exists():
        line("没有在运行 / not running")
        return 0
    with (folder / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.kill(int(str(state["pid"])), signal.SIGTERM)
            with step("正在停止 / stopping"):
                fcntl.flock(lock, fcntl.LOCK_EX)
            return 0
    line("没有在运行 / not running")
    return 0


if __name__ == "__main__":
    run_as_main(main)
