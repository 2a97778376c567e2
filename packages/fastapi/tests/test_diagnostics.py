"""Which diagnostic paths there are, who may see them, and what trace they leave."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from packages.fastapi.tests.calling import Call
from packages.fastapi.tests.doubles import Runtime, attached
from packages.fastapi.tests.looking import Told, asking
from pydantic import ValidationError

from cordio_core import EntrypointError
from cordio_fastapi import HttpEntrypoint, HttpSettings, get
from cordio_fastapi.diagnostics import DiagnosticsSettings

PATHS = ("/healthcheck", "/healthcheck/live", "/healthcheck/ready", "/state", "/config", "/metrics")
GUARDED = ("/state", "/config")
NOT_FOUND = {"type": "about:blank", "title": "Not Found", "status": 404, "code": "not_found"}


def asked(
    path: str,
    runtime: Runtime | None = None,
    *,
    entrypoint: HttpEntrypoint | None = None,
    peer: str | None = "127.0.0.1",
    base: str = "http://127.0.0.1",
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    entrypoint = entrypoint or attached()

    async def main() -> httpx.Response:
        entrypoint.bind(runtime or Told())
        async with asking(entrypoint, peer, base) as client:
            return await client.get(path, headers=headers, follow_redirects=True)

    return asyncio.run(main())


@pytest.mark.parametrize("path", PATHS)
def test_each_is_there_by_default_for_this_machine_and_leaves_no_trace(path: str) -> None:
    runtime = Told()
    assert asked(path, runtime).status_code == 200
    assert (runtime.spans, runtime.records) == ([], [])
    assert runtime.tally("http").accepted == 0


@pytest.mark.parametrize("path", PATHS)
def test_from_elsewhere_health_and_metrics_are_open_and_the_rest_is_not_even_there(path: str) -> None:
    runtime = Told()
    response = asked(path, runtime, peer="192.0.2.7")
    if path not in GUARDED:
        assert response.status_code == 200
        return
    assert (response.status_code, response.json()) == (404, NOT_FOUND)
    assert response.headers["content-type"] == "application/problem+json"
    assert [(span.name, span.status) for span in runtime.spans] == [(f"GET {path}", 404)]


@pytest.mark.parametrize(
    "header", ["forwarded", "x-forwarded-for", "x-forwarded-proto", "x-real-ip", "via", "cf-connecting-ip"]
)
@pytest.mark.parametrize("path", GUARDED)
def test_what_a_proxy_on_this_machine_passes_on_is_a_stranger(path: str, header: str) -> None:
    assert asked(path, headers={header: "127.0.0.1"}).json() == NOT_FOUND


@pytest.mark.parametrize("base", ["http://evil.example", "http://192.0.2.7", "http://orders:8000"])
def test_a_name_that_was_made_to_stand_for_this_machine_opens_nothing(base: str) -> None:
    assert asked("/state", base=base).status_code == 404
    assert asked("/state", base="http://localhost:8000").status_code == 200


@pytest.mark.parametrize(
    ("peer", "status"),
    [("::1", 200), ("::ffff:127.0.0.1", 200), ("127.8.0.1", 200), ("::ffff:192.0.2.1", 404)],
)
def test_this_machine_has_several_addresses(peer: str, status: int) -> None:
    assert asked("/config", peer=peer).status_code == status


def test_a_peer_that_is_not_known_or_speaks_as_plain_proxies_do_is_a_stranger() -> None:
    async def main() -> None:
        entrypoint = attached()
        entrypoint.bind(Told())
        for change in ({"client": None}, {"client": ("a.sock", 0)}, {"http_version": "1.0"}):
            call = Call(path="/state")

            async def served(scope: dict[str, object], *rest: object, change: object = change) -> None:
                scope["headers"] = [(b"host", b"127.0.0.1")]
                scope.update(change)  # type: ignore[call-overload]  # a mapping
                await entrypoint.asgi(scope, *rest)  # type: ignore[arg-type]  # receive and send

            assert (await call.of(served))[0] == 404  # type: ignore[arg-type]  # an application, bar types

    asyncio.run(main())


def test_this_machine_may_be_a_stranger_too_by_setting() -> None:
    for settings in (DiagnosticsSettings(local=False), DiagnosticsSettings(port=0)):
        assert asked("/state", Told(diagnostics=settings)).status_code == 404
        assert asked("/healthcheck", Told(diagnostics=settings)).status_code == 200


def test_paths_are_renamed_and_switched_off_by_setting() -> None:
    settings = DiagnosticsSettings(healthcheck="/-/health", state="/-/state", config="", metrics="")
    for path, status in (
        ("/-/health", 200),
        ("/-/health/live", 200),
        ("/-/state", 200),
        ("/healthcheck", 404),
        ("/config", 404),
        ("/metrics", 404),
    ):
        assert asked(path, Told(diagnostics=settings)).status_code == status
    for path in PATHS:
        assert asked(path, Told(diagnostics=DiagnosticsSettings(on=False))).status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        {"state": "state"},
        {"state": "/a b"},
        {"state": "/{name}"},
        {"state": "/metrics"},
        {"config": "/healthcheck/live"},
        {"port": 70_000},
        {"right": "a b"},
        {"limit": "-1s"},
    ],
)
def test_a_setting_that_means_nothing_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        HttpSettings.model_validate({"diagnostics": values})


async def mine() -> str:
    return "mine"


def routed(app: FastAPI, path: str) -> None:
    app.get(path)(mine)


def included(app: FastAPI, path: str) -> None:
    router, name = APIRouter(), path.rpartition("/")
    router.get(f"/{name[2]}")(mine)
    app.include_router(router, prefix=name[0])


def mounted(app: FastAPI, path: str) -> None:
    inner = FastAPI()
    inner.get("/")(mine)
    app.mount(path, inner)


@pytest.mark.parametrize("add", [routed, included, mounted])
@pytest.mark.parametrize("path", PATHS)
def test_an_own_handler_takes_the_place_of_the_built_in_one(
    add: Callable[[FastAPI, str], None], path: str
) -> None:
    runtime, entrypoint = Told(), attached()
    add(entrypoint.fastapi, path)
    response = asked(path, runtime, entrypoint=entrypoint, peer="192.0.2.7")
    assert response.json() == "mine"
    assert [span.status for span in runtime.spans] == ([307, 200] if add is mounted else [200])


def test_a_handler_for_any_name_or_at_the_root_takes_no_place() -> None:
    async def any_name(name: str) -> str:
        return name

    entrypoint = attached((get("/{name}"), any_name))
    entrypoint.fastapi.mount("", FastAPI())
    for path in PATHS:
        assert asked(path, entrypoint=entrypoint).headers["cache-control"] == "no-store"


def test_below_a_root_path_they_are_found_too() -> None:
    async def main() -> None:
        entrypoint = attached()
        entrypoint.bind(Told())
        for path, root in (("/api/metrics", "/api"), ("/metrics", "/api"), ("/metrics", "")):
            assert (await Call(path=path, root=root).of(entrypoint.asgi))[0] == 200
        assert (await Call(path="/other/metrics", root="/api").of(entrypoint.asgi))[0] == 404

    asyncio.run(main())


def test_a_page_that_breaks_is_a_bare_500_with_a_record() -> None:
    class Broken(Told):
        def state(self) -> Mapping[str, object]:
            raise RuntimeError("hunter2")

    runtime = Broken()
    response = asked("/metrics", runtime)
    assert (response.status_code, response.json()["code"], "hunter2" in response.text) == (
        500,
        "internal",
        False,
    )
    assert [span.status for span in runtime.spans] == [500]
    level, message, fields = runtime.records[0]
    assert (level, message, str(fields["error"])) == ("error", "a diagnostic page failed", "hunter2")


def test_while_it_drains_answers_ask_to_close_and_live_says_200() -> None:
    runtime = Told()
    runtime.phase = "draining"
    for path in PATHS:
        response = asked(path, runtime)
        ready = path in ("/healthcheck", "/healthcheck/ready")
        assert (response.status_code, response.headers["connection"]) == (503 if ready else 200, "close")
    assert runtime.spans == []


def test_a_right_that_nobody_can_have_is_told_at_the_start() -> None:
    with pytest.raises(EntrypointError, match="http.diagnostics.right is set, and no handler .* allow"):
        attached().bind(Told(diagnostics=DiagnosticsSettings(right="ops")))
