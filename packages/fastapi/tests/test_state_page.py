"""The state: data for programs, a page for people, and nothing in it that a name could break out of."""

from __future__ import annotations

import asyncio
import json
import re
from html.parser import HTMLParser
from typing import Annotated

import httpx
import pytest
from fastapi import Cookie
from packages.fastapi.tests.doubles import attached
from packages.fastapi.tests.looking import BROWSER, Books, Measures, Numbers, Told, asking

from cordio_fastapi import HttpEntrypoint, get

EVIL = "<script>alert('x')</script>\"'&</title></style>"
STATE: dict[str, object] = {
    "failure": EVIL,
    "problems": [EVIL],
    "versions": {"service": {"version": EVIL, "commit": EVIL}, "python": EVIL},
    "services": [
        {"name": EVIL, "status": EVIL, "error": EVIL, "needs": [], "place": EVIL},
        {"name": "pg", "status": "up", "error": "", "needs": [EVIL, "pg", 5], "place": ""},
    ],
    "handlers": [{"event": EVIL, "handler": EVIL, "before": [EVIL], "after": [], "around": [], "rules": 1}],
    "tasks": [{"name": EVIL, "state": "running", "age": 1.5, "line": EVIL}],
    "schedules": [{"name": EVIL, "next": None}],
    "sources": [
        {"kind": EVIL, "more": {"routes": [{"event": EVIL, "handler": EVIL, "fast": False, "why": EVIL}]}}
    ],
    "errors": [{"time": 1.7e9, "event": EVIL, "message": EVIL, "error": EVIL, "trace": EVIL}],
    "configuration": [{"key": EVIL, "value": {"a": [EVIL, True]}, "origin": EVIL}],
}


class Page(HTMLParser):
    """Takes a page apart as a browser does."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def shown(runtime: Told, accept: str = BROWSER, path: str = "/state") -> httpx.Response:
    async def main() -> httpx.Response:
        entrypoint = attached()
        entrypoint.bind(runtime)
        async with asking(entrypoint) as client:
            return await client.get(path, headers={"accept": accept})

    return asyncio.run(main())


def evil() -> Told:
    measures = Measures({EVIL: Numbers()}, {EVIL: Books()}, "info", {EVIL: Numbers()}, {EVIL: 3})
    runtime = Told(measures, parts=STATE)
    runtime.name = EVIL
    return runtime


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (BROWSER, "text/html; charset=utf-8"),
        ("text/*", "text/html; charset=utf-8"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/json, text/html;q=0.9", "application/json"),
        ("text/html;q=nonsense", "application/json"),
        ("", "application/json"),
    ],
)
def test_a_browser_gets_a_page_and_a_program_data(accept: str, kind: str) -> None:
    headers = shown(Told(), accept).headers
    assert (headers["content-type"], headers["vary"], headers["cache-control"]) == (kind, "accept", "no-store")


def test_the_data_have_the_state_and_what_was_measured() -> None:
    runtime = Told(Measures({"GET /": Numbers()}, {"File": Books()}), parts={"tasks": [{"name": "tidy"}]})
    found = shown(runtime, "*/*").json()
    assert (found["name"], found["phase"], found["tasks"]) == ("orders", "up", [{"name": "tidy"}])
    measured = found["measured"]
    assert measured["events"]["GET /"] == {
        **{"count": 4, "failed": 1, "per_second": 0.5},
        **{"p50_ms": 2.0, "p95_ms": 30.0, "p99_ms": 31.5, "max_ms": 32.0},
    }
    assert (measured["level"], measured["sinks"]["File"]["dropped"]) == ("info", 1)


def test_the_configuration_is_there_by_itself() -> None:
    values = [{"key": "pg.password", "value": "***", "origin": "main.yaml:3"}]
    found = shown(Told(parts={"configuration": values}), path="/config").json()
    assert found == {"name": "orders", "configuration": values}


def test_nothing_that_is_shown_breaks_out_of_its_place() -> None:
    response = shown(evil())
    page = Page(response.text)
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert "<script>alert" not in response.text
    assert page.texts.count(EVIL) >= 20
    assert not [attrs for _, attrs in page.tags for name in attrs if name.startswith("on") or name == "style"]
    known = (
        "html head meta noscript link title style body main h1 h2 p span svg line g rect text table thead"
        " tbody tr th td strong form label select option input button footer script"
    )
    assert {tag for tag, _ in page.tags} <= set(known.split())


def test_the_page_loads_nothing_and_runs_nothing_but_its_own() -> None:
    response = shown(evil())
    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert re.fullmatch(r"'sha256-[\w+/=]{44}'", policy["script-src"])
    assert (policy["connect-src"], policy["form-action"]) == ("'self'", "'self'")
    assert response.headers["x-frame-options"] == "DENY"
    sources = [
        attrs[name] for _, attrs in Page(response.text).tags for name in ("src", "href") if name in attrs
    ]
    assert sources == ["data:,"]


def test_an_application_with_nothing_to_tell_has_a_page_too() -> None:
    texts = Page(shown(Told()).text).texts
    assert "No handler uses a service." in texts and "None so far." in texts


def test_the_state_tells_of_each_route_which_way_it_takes_and_why() -> None:
    async def plain(name: str) -> str:
        return name

    async def kept(session: Annotated[str, Cookie()] = "") -> str:
        return session

    entrypoint = attached((get("/plain/{name}"), plain), (get("/kept"), kept))
    routes = entrypoint.state()["routes"]
    assert isinstance(routes, tuple)
    assert [(way.event, way.fast, way.why) for way in routes] == [
        ("GET /plain/{name}", True, ""),
        ("GET /kept", False, "takes cookies"),
    ]
    more = {"routes": [{"event": "GET /x", "handler": "x (a.py:1)", "fast": False, "why": "takes a form"}]}
    handlers = [{"event": "GET /x", "handler": "x (a.py:1)"}]
    parts = {"handlers": handlers, "sources": [{"kind": "http", "more": more}]}
    texts = Page(shown(Told(parts=parts)).text).texts
    assert "through FastAPI: takes a form" in texts


def test_a_middleware_of_fastapis_shows_in_the_state() -> None:
    async def plain() -> str:
        return ""

    entrypoint: HttpEntrypoint = attached((get("/"), plain))
    entrypoint.fastapi.add_middleware(lambda app: app)
    [way] = entrypoint.ways
    assert (way.fast, way.why) == (False, "the application has middlewares")
    assert json.loads(json.dumps(entrypoint.state(), default=str))
