"""What every page is looked at for: faults that axe calls serious, overflow, small targets, errors of script."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe

from tests.factories.world import make_client

SERIOUS = {"serious", "critical"}
# what one touches: less than 44 px high, unless it is a word in a sentence, a cell of a dense table or the editors' own frame
SMALL = """() => Array.from(document.querySelectorAll("main .btn, main button, main select, main summary, main .opt, main .tabs a,"
    + "main input:not([type=hidden]):not([type=checkbox]):not([type=radio])"))
  .filter(node => node.offsetParent && !node.closest("p, td, .exam-hidden"))
  .filter(node => node.getBoundingClientRect().height < 43.5)
  .map(node => Math.round(node.getBoundingClientRect().height) + " " + node.outerHTML.slice(0, 90))"""


def sign_in(page: Any, live_server: Any, user: Any) -> None:
    client = make_client(user)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])


def serious(page: Any) -> list[Any]:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        (violation["id"], [node["target"] for node in violation["nodes"]][:5])
        for violation in found
        if violation["impact"] in SERIOUS
    ]


def overflow(page: Any) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def faults_of(page: Any, addresses: dict[str, str], *, small: bool = True) -> dict[str, list[Any]]:
    """By name of page, what is wrong with it. Empty when all is well."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    wrong: dict[str, list[Any]] = {}
    for name, address in addresses.items():
        told.clear()
        answer = page.goto(address)
        found: list[Any] = [f"answers {answer.status}"] if answer.status != 200 else []
        found += serious(page) + ([f"{overflow(page)} px too wide"] if overflow(page) else [])
        found += (page.evaluate(SMALL) if small else []) + told
        if found:
            wrong[name] = found
    return wrong
