"""Chromium without a window, driven through its DevTools protocol.

https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

__all__ = ["LIMIT", "Tab", "tab"]

LIMIT = 60.0
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_SWITCHES = (
    *(
        "--headless",
        "--disable-gpu",
        "--no-first-run",
        "--disable-extensions",
        "--disable-background-networking",
    ),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-port=0"),
)


class Tab:
    """One tab: commands go in, and what happens in it is kept."""

    def __init__(self, socket: Any) -> None:
        self._socket, self._numbers, self._session = socket, itertools.count(1), ""
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.events: list[tuple[str, Mapping[str, Any]]] = []
        self._changed = asyncio.Event()

    async def open(self, url: str) -> None:
        """Go to a page, and wait until it is loaded."""
        before = self._loads()
        await self.tell("Page.navigate", url=url)
        await self.loaded(before)

    async def loaded(self, before: int) -> None:
        """Wait until one more page is loaded."""
        while self._loads() <= before:
            self._changed.clear()
            await self._changed.wait()

    async def evaluate(self, expression: str) -> Any:
        """Return what an expression of JavaScript comes to."""
        found = await self.tell(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def until(self, condition: str) -> None:
        """Wait until a condition holds in the page."""
        look = f"const look = () => ({condition}) ? done() : setTimeout(look, 20); look();"
        await self.evaluate(f"new Promise((done) => {{ {look} }})")

    async def submit(self, script: str) -> None:
        """Run what leads to another page, and wait for that."""
        before = self._loads()
        await self.evaluate(script)
        await self.loaded(before)

    def complaints(self) -> list[str]:
        """Return what the browser did not like: errors of scripts, and what the policy has blocked."""
        logged = [event["entry"]["text"] for name, event in self.events if name == "Log.entryAdded"]
        thrown = [str(event) for name, event in self.events if name == "Runtime.exceptionThrown"]
        asked = [event["message"] for name, event in self.events if name == "Page.javascriptDialogOpening"]
        return logged + thrown + asked

    def requests(self) -> list[str]:
        """Return the addresses that were asked for."""
        return [e["request"]["url"] for name, e in self.events if name == "Network.requestWillBeSent"]

    async def tell(self, method: str, **parameters: object) -> dict[str, Any]:
        """Give a command, and return what it comes to."""
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        message = {"id": number, "method": method, "params": parameters}
        await self._socket.send(json.dumps(message | ({"sessionId": self._session} if self._session else {})))
        return await answer

    async def listen(self) -> None:
        """Take what comes, until the browser leaves."""
        async for text in self._socket:
            message = json.loads(text)
            if "id" not in message:
                self.events.append((message["method"], message["params"]))
                self._changed.set()
            elif "error" in message:
                self._answers.pop(message["id"]).set_exception(RuntimeError(str(message["error"])))
            else:
                self._answers.pop(message["id"]).set_result(message["result"])

    async def attach(self) -> None:
        """Make the tab, and let it tell what happens."""
        target = (await self.tell("Target.createTarget", url="about:blank"))["targetId"]
        found = await self.tell("Target.attachToTarget", targetId=target, flatten=True)
        self._session = found["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            await self.tell(f"{domain}.enable")

    def _loads(self) -> int:
        return sum(name == "Page.loadEventFired" for name, _ in self.events)


@asynccontextmanager
async def tab() -> AsyncIterator[Tab]:
    """Start a browser of its own, with one tab; skip the test where none is installed."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip("no Chromium is installed: this page was not looked at in a browser")
    client = pytest.importorskip("websockets.asyncio.client", reason="the browser is driven by websockets")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        root = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
        command = (program, *_SWITCHES, *root, f"--user-data-dir={profile}", "about:blank")
        errors = Path(profile, "errors.txt").open("w+b")
        process = await asyncio.create_subprocess_exec(*command, stdout=errors, stderr=errors)
        try:
            async with asyncio.timeout(LIMIT):
                address = await _address(Path(profile))
                async with client.connect(address, max_size=None, proxy=None) as socket:
                    made = Tab(socket)
                    listening = asyncio.create_task(made.listen())
                    try:
                        await made.attach()
                        yield made
                    finally:
                        listening.cancel()
                        await asyncio.wait([listening])
        finally:
            process.kill()
            await process.wait()
            errors.close()


async def _address(profile: Path) -> str:
    """Wait for the file in which the browser says where it can be driven."""
    file = profile / "DevToolsActivePort"
    while not (file.exists() and re.fullmatch(r"\d+\n\S+", file.read_text().strip())):
        await asyncio.sleep(0.02)
    port, path = file.read_text().split()
    return f"ws://127.0.0.1:{port}{path}"
