"""Sources that are paused and resumed through the state page, and by nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from packages.fastapi.tests.doubles import attached
from packages.fastapi.tests.looking import BROWSER, HERE, Told, asking

from cordio_core import Schedule


class Queues(Schedule):
    """A source that can be paused, in place of one with a broker."""

    kind = "amqp"

    def __init__(self) -> None:
        super().__init__()
        self.done: list[tuple[str, str]] = []

    async def pause(self, name: str, /) -> None:
        self._known(name)
        self.done.append(("pause", name))

    async def resume(self, name: str, /) -> None:
        self._known(name)
        self.done.append(("resume", name))

    def _known(self, name: str) -> None:
        if name != "orders.new":
            raise LookupError(f"nothing here consumes {name}")


def told(standing: str = "consuming") -> tuple[Told, Queues]:
    row = {"queue": "orders.new", "handler": "pack (app.py:3)", "standing": standing, "running": 2}
    runtime, source = Told(parts={"sources": [{"kind": "amqp", "more": {"consumers": [row]}}]}), Queues()
    runtime.sources = [Schedule(), source]
    return runtime, source


def asked(
    runtime: Told, values: Mapping[str, object], headers: Mapping[str, str] | None = None, **more: Any
) -> httpx.Response:
    async def main() -> httpx.Response:
        entrypoint = attached()
        entrypoint.bind(runtime)
        async with asking(entrypoint) as reader:
            token = (await reader.get("/state")).json()["token"]
        async with asking(entrypoint, more.get("peer", "127.0.0.1")) as client:
            sent = {"kind": "amqp", "name": "orders.new", "token": token, **values}
            if more.get("form"):
                return await client.post("/state/sources", headers=headers, data=sent)
            return await client.post("/state/sources", headers=headers, json=sent)

    return asyncio.run(main())


@pytest.mark.parametrize(("action", "done"), [("pause", "paused"), ("resume", "resumed")])
def test_a_form_of_the_page_holds_a_source_off_and_lets_it_go_on(action: str, done: str) -> None:
    runtime, source = told()
    headers = {"origin": HERE, "sec-fetch-site": "same-origin", "accept": BROWSER}
    response = asked(runtime, {"action": action}, headers, form=True)
    assert (response.status_code, response.headers["location"]) == (303, "/state")
    assert source.done == [(action, "orders.new")]
    found = {"kind": "amqp", "name": "orders.new", "action": action}
    assert runtime.records == [("warning", f"source {done}", found)]


def test_a_program_sends_json_and_learns_what_was_done() -> None:
    runtime, source = told()
    response = asked(runtime, {"action": "pause"})
    assert (response.status_code, response.json()["action"]) == (200, "pause")
    assert source.done == [("pause", "orders.new")]


@pytest.mark.parametrize(
    ("values", "status", "detail"),
    [
        ({"action": "stop"}, 422, "action: Input should be 'pause' or 'resume'"),
        ({"action": "pause", "kind": "schedule"}, 404, "no source of the kind 'schedule' can be paused"),
        ({"action": "pause", "kind": "mail"}, 404, "no source of the kind 'mail' can be paused"),
        ({"action": "pause", "name": "other"}, 409, "nothing here consumes other"),
        ({"action": "pause", "token": "guessed"}, 403, "the token is not that of the page: load it anew"),
    ],
)
def test_what_cannot_be_done_is_told(values: Mapping[str, object], status: int, detail: str) -> None:
    runtime, source = told()
    response = asked(runtime, values)
    assert (response.status_code, response.json()["detail"], source.done) == (status, detail, [])


def test_strangers_and_other_pages_hold_nothing_off() -> None:
    runtime, source = told()
    assert asked(runtime, {"action": "pause"}, peer="192.0.2.7").status_code == 404
    assert asked(runtime, {"action": "pause"}, {"origin": "https://evil.example"}).status_code == 403
    assert source.done == []


@pytest.mark.parametrize(
    ("standing", "button"), [("consuming", "pause"), ("paused", "resume"), ("restoring", None)]
)
def test_the_page_has_a_button_for_what_can_be_done(standing: str, button: str | None) -> None:
    runtime, _ = told(standing)

    async def main() -> str:
        entrypoint = attached()
        entrypoint.bind(runtime)
        async with asking(entrypoint) as client:
            return (await client.get("/state", headers={"accept": BROWSER})).text

    page = asyncio.run(main())
    assert "<td>orders.new</td>" in page and ('action="state/sources"' in page) is (button is not None)
    assert button is None or f"<button>{button}</button>" in page
