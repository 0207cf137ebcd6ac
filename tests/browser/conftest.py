"""Journeys in a real Chromium, the system's own, against a live server on the suite's database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.devices import Phone


@pytest.fixture(scope="session", autouse=True)
def _loop_beside_the_database() -> Iterator[None]:
    """Playwright keeps a loop running in the test's thread; only these tests tell Django that this is meant."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "no Chromium on this machine: apt-get install chromium"
    return {**browser_type_launch_args, "executable_path": found, "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.fixture
def phone(browser: Any, live_server: Any) -> Any:
    """A page 390 px wide; ``page.goto("/")`` is the site's own address."""
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}, locale="zh-CN", is_mobile=True, has_touch=True
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def desktop(browser: Any, live_server: Any) -> Any:
    """A page 1280 px wide."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900}, locale="zh-CN")
    yield context.new_page()
    context.close()


@pytest.fixture
def device(playwright: Any, live_server: Any, tmp_path: Path) -> Iterator[Phone]:
    """A phone whose browser can be killed; its profile stays."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    profile = tmp_path / "profile"

    def begin() -> Any:
        return playwright.chromium.launch_persistent_context(
            str(profile),
            executable_path=found,
            args=["--no-sandbox", "--disable-gpu"],
            base_url=live_server.url,
            viewport={"width": 390, "height": 844},
            locale="zh-CN",
            is_mobile=True,
            has_touch=True,
        )

    phone = Phone(begin, profile)
    expect.set_options(timeout=20_000)  # two browsers and a server share what the machine has
    yield phone
    expect.set_options(timeout=5_000)
    phone.contexts[-1].close()
