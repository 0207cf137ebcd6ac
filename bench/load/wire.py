"""The wire of the bench: HTTP over kept connections, as nginx speaks to the web node, and a browser's cookies on top of it.

Not a general client: bodies have a length or are chunked, nothing is compressed, redirects are told and not followed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

ORIGIN = "https://localhost"
KEPT = 32  # as deploy/nginx keeps
PATIENCE = 60.0


class Broken(Exception):
    """No answer came, or the server failed: what a browser tries again."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    cookies: tuple[str, ...]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def location(self) -> str:
        return self.headers.get("location", "").removeprefix(ORIGIN)


class Line:
    """Connections to the web node, kept and shared by all browsers."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, head: str, body: bytes) -> Reply:
        reader, writer = await self._connection()
        kept = False
        try:
            writer.write(head.encode() + body)
            await writer.drain()
            reply, kept = await asyncio.wait_for(_read(reader), PATIENCE)
            return reply
        except (TimeoutError, OSError, EOFError, ValueError) as error:
            raise Broken(type(error).__name__) from error
        finally:
            if kept and len(self.idle) < KEPT:
                self.idle.append((reader, writer))
            else:
                writer.close()

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self.idle:
            reader, writer = self.idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        try:
            return await asyncio.wait_for(asyncio.open_connection("127.0.0.1", self.port), PATIENCE)
        except (TimeoutError, OSError) as error:
            raise Broken(type(error).__name__) from error

    def close(self) -> None:
        for _reader, writer in self.idle:
            writer.close()
        self.idle.clear()


async def _read(reader: asyncio.StreamReader) -> tuple[Reply, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split(" ")[1])
    pairs = [(name.lower(), text.strip()) for name, _, text in (row.partition(":") for row in head[1:] if row)]
    headers = dict(pairs)
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    cookies = tuple(text.partition(";")[0] for name, text in pairs if name == "set-cookie")
    return Reply(status, headers, cookies, body), headers.get("connection", "").lower() != "close"


class Browser:
    """One candidate's: a session, a CSRF cookie as the first page gave it, and the headers that go with them."""

    def __init__(self, line: Line, session: str) -> None:
        self.line = line
        self.cookies = {"sessionid": session}

    async def get(self, path: str) -> Reply:
        return await self._send("GET", path, b"", {})

    async def post(self, path: str, fields: Mapping[str, Any] | None = None, *, sent: Any = None) -> Reply:
        """A form, or ``sent`` as JSON."""
        body = urlencode(fields or {}).encode() if sent is None else json.dumps(sent, separators=(",", ":")).encode()
        kind = "application/x-www-form-urlencoded" if sent is None else "application/json"
        headers = {"Content-Type": kind, "X-CSRFToken": self.cookies.get("csrftoken", ""), "Origin": ORIGIN}
        return await self._send("POST", path, body, headers)

    async def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Answers below 500; anything else is Broken."""
        told = {"Host": "localhost", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1", "Referer": f"{ORIGIN}{path}"}
        told |= {"Cookie": "; ".join(f"{name}={text}" for name, text in self.cookies.items()), **headers}
        if method == "POST":
            told["Content-Length"] = str(len(body))
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {text}\r\n" for name, text in told.items()) + "\r\n"
        reply = await self.line.ask(head, body)
        if reply.status >= 500 or reply.status == 429:
            raise Broken(str(reply.status))
        for cookie in reply.cookies:
            name, _, text = cookie.partition("=")
            self.cookies[name] = text
        return reply
