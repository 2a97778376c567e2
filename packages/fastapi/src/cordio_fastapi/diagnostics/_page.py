"""The state of an application as a page for people."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from starlette.responses import Response

from cordio_fastapi.diagnostics._consumers import consumers
from cordio_fastapi.diagnostics._graph import graph
from cordio_fastapi.diagnostics._levels import LEVELS
from cordio_fastapi.diagnostics._markup import Markup, element
from cordio_fastapi.diagnostics._pausing import PATH
from cordio_fastapi.diagnostics._plainly import of, rows
from cordio_fastapi.diagnostics._tables import configuration, errors, events, handlers, records, table

__all__ = ["page"]

_State = Mapping[str, object]


def page(state: _State, token: str, name: str) -> Response:
    """Make the page.

    Parameters
    ----------
    state : mapping of str to object
        The state and what the monitor has measured, as JSON has them.
    token : str
        What the forms send back.
    name : str
        The last part of the page's path, below which sources are paused.

    Returns
    -------
    Response
        The page; it loads nothing from anywhere, runs its own script alone, and stands in no frame.
    """
    style, script = _file("page.css"), _file("page.js")
    title = str(state.get("name"))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("noscript", element("meta", http_equiv="refresh", content="5")),
        element("link", rel="icon", href="data:,"),
        element("title", f"{title}: state"),
        element("style", Markup(style)),
    )
    live = element("main", *_live(state, token, name), id="live", data_uptime=state.get("uptime"))
    body = element("body", live, *_form(token), _footer(), element("script", Markup(script)))
    text = f"<!doctype html>\n{element('html', head, body, lang='en')}\n"
    return Response(text, headers=_headers(), media_type="text/html")


def _live(state: _State, token: str, name: str) -> list[Markup]:
    measured = of(state, "measured")
    return [
        *_title(state),
        element("h2", "Services"),
        graph(rows(state, "services")),
        table(rows(state, "services"), ("name", "status", "error", "needs", "place"), ""),
        element("h2", "Events"),
        events(of(measured, "events")),
        *_timings(of(measured, "timings"), of(measured, "counts")),
        element("h2", "Handlers"),
        handlers(state),
        element("h2", "Sources"),
        table(rows(state, "sources"), ("kind", "addresses", "accepted", "finished", "cancelled", "inside")),
        *consumers(state, token, f"{name}{PATH}"),
        element("h2", "Tasks"),
        table(rows(state, "tasks"), none="None runs."),
        element("h2", "Schedules"),
        table(rows(state, "schedules")),
        element("h2", "Last errors"),
        errors(state),
        element("h2", "Log"),
        element(
            "p", "Level of the log now: ", element("strong", measured.get("level") or "unknown", id="level")
        ),
        records(of(measured, "sinks")),
        element("h2", "Configuration"),
        configuration(state),
    ]


def _title(state: _State) -> list[Markup]:
    phase = str(state.get("phase"))
    kind = "good" if phase == "up" else "idle" if phase in ("new", "starting") else "bad"
    versions = of(state, "versions")
    service = of(versions, "service")
    uptime = state.get("uptime")
    facts = [
        f"up for {_span(uptime)}",
        f"version {service['version']}" if service.get("version") else "",
        f"commit {service['commit']}" if service.get("commit") else "",
        f"Python {versions['python']}" if versions.get("python") else "",
    ]
    problems = state.get("problems")
    told = [state.get("failure"), *(problems if isinstance(problems, list) else [])]
    return [
        element("h1", str(state.get("name")), " ", element("span", phase, class_=f"phase {kind}")),
        element("p", " · ".join(filter(None, facts))),
        *(element("p", each, class_="problem") for each in told if each),
    ]


def _timings(timings: Mapping[str, object], counts: Mapping[str, object]) -> list[Markup]:
    found = []
    if timings:
        found += [element("h2", "Timed by the application"), events(timings)]
    if counts:
        listed = [{"name": name, "count": count} for name, count in counts.items()]
        found += [element("h2", "Counted by the application"), table(listed)]
    return found


def _form(token: str) -> list[Markup]:
    levels = element("select", *(element("option", each) for each in LEVELS), name="level", id="to")
    within = element("input", name="within", value="10m", size=6, pattern=r"[0-9.]+(ms|s|m|h)", required=True)
    logger = element("input", name="logger", placeholder="the service's own", maxlength=200)
    return [
        element("h2", "Change a level"),
        element(
            "form",
            element("label", "to ", levels),
            element("label", "for ", within),
            element("label", "of the logger ", logger),
            element("input", type="hidden", name="token", value=token),
            element("button", "Change"),
            method="post",
        ),
        element("p", "It falls back by itself; it holds for the process that answers here."),
    ]


def _footer() -> Markup:
    pause = element("label", element("input", type="checkbox", id="pause"), " do not refresh")
    return element("footer", element("span", "refreshes itself", id="refreshed"), " · ", pause)


def _span(seconds: object) -> str:
    if not isinstance(seconds, int | float):
        return "?"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"), (rest, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"


@cache
def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


@cache
def _headers() -> Mapping[str, str]:
    """Return headers that let the page do no more than it does (Content Security Policy 3)."""
    style, script = (_hash(_file(name)) for name in ("page.css", "page.js"))
    policy = (
        f"default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",  # with none a browser would not say where the form comes from
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
        "vary": "accept",
    }


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
