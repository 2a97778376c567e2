"""Levels that are changed through the state page, and by nobody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

import httpx
import pytest
from packages.fastapi.tests.doubles import attached
from packages.fastapi.tests.looking import BROWSER, HERE, Measures, Told, asking

FORM = "application/x-www-form-urlencoded"


def changed(
    runtime: Told,
    values: Mapping[str, object] | bytes,
    headers: Mapping[str, str] | None = None,
    *,
    peer: str = "127.0.0.1",
    token: bool = True,
    form: bool = False,
) -> httpx.Response:
    async def main() -> httpx.Response:
        entrypoint = attached()
        entrypoint.bind(runtime)
        async with asking(entrypoint) as reader:
            known = {"token": (await reader.get("/state")).json()["token"]} if token else {}
        async with asking(entrypoint, peer) as client:
            if isinstance(values, bytes):
                return await client.post("/state", content=values, headers=headers)
            if form:
                return await client.post("/state", data={**values, **known}, headers=headers)
            return await client.post("/state", json={**values, **known}, headers=headers)

    return asyncio.run(main())


def test_a_form_of_the_page_changes_a_level_and_leads_back_to_it() -> None:
    runtime = Told(Measures())
    headers = {"origin": HERE, "sec-fetch-site": "same-origin", "accept": BROWSER}
    response = changed(runtime, {"level": "debug", "within": "5m", "logger": ""}, headers, form=True)
    assert (response.status_code, response.headers["location"]) == (303, "/state")
    assert runtime.monitor.levels == [("debug", 300.0, "")]
    assert [(span.name, span.status) for span in runtime.spans] == [("POST /state", 303)]
    told = {"level": "debug", "logger": "", "within": 300.0}
    assert runtime.records == [("warning", "log level changed", told)]


def test_a_program_sends_json_and_learns_what_is_in_force() -> None:
    runtime = Told(Measures())
    response = changed(runtime, {"level": "warning", "logger": "aio_pika"})
    found = {"level": "warning", "logger": "aio_pika", "within": 600.0}
    assert (response.status_code, response.json()) == (200, found)
    assert runtime.monitor.levels == [("warning", 600.0, "aio_pika")]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": f"{HERE}:81"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": HERE},
    ],
)
def test_another_page_changes_nothing_even_with_the_token(headers: Mapping[str, str]) -> None:
    runtime = Told(Measures())
    assert changed(runtime, {"level": "debug"}, headers).status_code == 403
    assert runtime.monitor.levels == []


@pytest.mark.parametrize("token", [{}, {"token": ""}, {"token": "é" * 48}])
def test_nobody_changes_anything_without_the_token(token: Mapping[str, str]) -> None:
    runtime = Told(Measures())
    assert changed(runtime, {"level": "debug", **token}, token=False).status_code == 403
    assert runtime.monitor.levels == []


def test_a_stranger_does_not_learn_that_there_is_anything_to_change() -> None:
    runtime = Told(Measures())
    response = changed(runtime, {"level": "debug"}, peer="192.0.2.7")
    assert (response.status_code, "detail" in response.json(), runtime.monitor.levels) == (404, False, [])


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"level": "loud"}, "level: Input should be"),
        ({}, "level: Field required"),
        ({"level": "debug", "within": "soon"}, "within: "),
        ({"level": "debug", "within": "0s"}, "within: a time of up to 24h"),
        ({"level": "debug", "within": "48h"}, "within: a time of up to 24h"),
        ({"level": "debug", "logger": "x" * 201}, "logger: "),
        ({"level": "debug", "<b>": "x"}, "Extra inputs"),
    ],
)
def test_what_means_nothing_is_refused_and_said(values: Mapping[str, object], wrong: str) -> None:
    runtime = Told(Measures())
    response = changed(runtime, values)
    assert (response.status_code, runtime.monitor.levels) == (422, [])
    assert wrong in response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"level=debug", "text/plain", 415),
        (b"", "application/json", 422),
        (b"\xff", "application/json", 422),
        (b"[]", "application/json", 422),
        (b"[" * 4_000, "application/json", 422),
        (b"level", FORM, 422),
        (b"\xff=\xff", FORM, 422),
        (b"&".join(b"a%d=1" % number for number in range(20)), FORM, 422),
        (json.dumps({"level": "x" * 5_000}).encode(), "application/json", 413),
    ],
)
def test_a_body_that_cannot_be_read_is_a_problem_document(body: bytes, kind: str, status: int) -> None:
    response = changed(Told(Measures()), body, {"content-type": kind})
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")


def test_a_monitor_without_levels_says_so() -> None:
    assert changed(Told(), {"level": "debug"}).status_code == 409
