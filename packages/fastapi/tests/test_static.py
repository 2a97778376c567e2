"""Files of a directory: which are served, how, and to whom."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packages.fastapi.tests.calling import Call
from packages.fastapi.tests.connections import served
from packages.fastapi.tests.doubles import Runtime, attached, bound, chained

from cordio_core import Event, HandlerError, Request, Response, get, static, websocket
from cordio_fastapi import HttpEntrypoint, HttpSettings


async def files() -> None: ...


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory of files, beside one that nobody may see."""
    (tmp_path / "outside.txt").write_text("outside")
    (tmp_path / "assets-private").mkdir()
    (tmp_path / "assets-private" / "secret.txt").write_text("outside")
    found = tmp_path / "assets"
    (found / "sub" / ".git").mkdir(parents=True)
    (found / "app.js").write_text("0123456789")
    (found / "index.html").write_text("<p>index")
    (found / "sub" / "index.html").write_text("<p>sub")
    (found / "sub" / ".git" / "config").write_text("hidden")
    (found / ".env").write_text("hidden")
    (found / "link.txt").symlink_to(tmp_path / "outside.txt")
    (found / "inside.txt").symlink_to(found / "app.js")
    (found / "linked").symlink_to(tmp_path)
    return found


def asked(event: Event, *paths: str, method: str = "GET", **headers: str) -> list[httpx.Response]:
    async def main() -> list[httpx.Response]:
        async with bound(attached((event, files))) as (client, _):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return [await client.request(method, path, headers=named) for path in paths]

    return asyncio.run(main())


def test_a_file_is_sent_with_what_caches_need(folder: Path) -> None:
    (answer,) = asked(static("/assets", folder), "/assets/app.js")
    assert (answer.status_code, answer.text) == (200, "0123456789")
    assert answer.headers["content-type"].startswith(("text/javascript", "application/javascript"))
    assert {"etag", "last-modified", "content-length", "accept-ranges"} <= set(answer.headers)


def test_a_file_that_the_client_has_is_not_sent_again(folder: Path) -> None:
    event = static("/assets", folder)
    (first,) = asked(event, "/assets/app.js")
    for name in ("etag", "last-modified"):
        asking = {"etag": "if_none_match", "last-modified": "if_modified_since"}[name]
        (again,) = asked(event, "/assets/app.js", **{asking: first.headers[name]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_part_of_a_file_is_sent(folder: Path) -> None:
    event = static("/assets", folder)
    (part,) = asked(event, "/assets/app.js", range="bytes=2-4")
    assert (part.status_code, part.text, part.headers["content-range"]) == (206, "234", "bytes 2-4/10")
    assert asked(event, "/assets/app.js", range="bytes=20-30")[0].status_code == 416


def test_head_sends_no_file_and_other_methods_are_405_with_what_is_allowed(folder: Path) -> None:
    event = static("/assets", folder)
    (head,) = asked(event, "/assets/app.js", method="HEAD")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "10")
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        (answer,) = asked(event, "/assets/app.js", method=method)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
        assert answer.headers["allow"] == "GET, HEAD"


def test_what_is_not_there_is_a_404_as_a_problem_document(folder: Path) -> None:
    paths = (
        "/assets/other.js",
        "/assets/",
        "/assets/sub",
        "/assets/sub/",
        "/assets/app.js/x",
        "/assets/" + "x" * 300,
    )
    for answer in asked(static("/assets", folder), *paths):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert answer.headers["content-type"] == "application/problem+json"


TRICKS = [
    "../outside.txt",
    "sub/../../outside.txt",
    "/outside.txt",
    "//outside.txt",
    "..\\outside.txt",
    "sub\\..\\..\\outside.txt",
    "../assets-private/secret.txt",
    "./../outside.txt",
    "....//outside.txt",
    "%2e%2e/outside.txt",
    "app.js\0",
    "\0",
    "link.txt",
    "linked/outside.txt",
    ".env",
    "sub/.git/config",
    "sub/../.env",
    "sub/./.git/config",
    "~/outside.txt",
    "C:\\outside.txt",
]


@pytest.mark.parametrize("trick", TRICKS)
def test_no_path_leads_out_of_the_directory_or_to_hidden_files(folder: Path, trick: str) -> None:
    status, _, body = _raw(attached((static("/assets", folder), files)), f"/assets/{trick}")
    assert status == 404 and b"outside" not in body and b"hidden" not in body


def test_the_whole_path_of_a_file_is_no_way_in(folder: Path) -> None:
    for path in (f"{folder.parent}/outside.txt", f"/{folder.parent}/outside.txt"):
        assert _raw(attached((static("/assets", folder), files)), f"/assets/{path}")[0] == 404


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    parts=st.lists(
        st.sampled_from(["..", ".", "", "sub", "app.js", "outside.txt", "\\", "%2e%2e", ".git"]), max_size=8
    )
)
def test_whatever_parts_a_path_has_nothing_outside_is_sent(folder: Path, parts: Sequence[str]) -> None:
    status, _, body = _raw(attached((static("/", folder, html=True), files)), "/" + "/".join(parts))
    assert status in (200, 307, 404) and b"outside" not in body and b"hidden" not in body


def _raw(entrypoint: HttpEntrypoint, path: str) -> tuple[int, Any, bytes]:
    """Call with a path as a server has decoded it, which no client has tidied up."""

    async def main() -> tuple[int, Any, bytes]:
        entrypoint.bind(Runtime())
        return await Call(path=path).of(entrypoint.asgi)

    return asyncio.run(main())


def test_links_within_the_directory_are_followed(folder: Path) -> None:
    assert asked(static("/assets", folder), "/assets/inside.txt")[0].text == "0123456789"


def test_hidden_files_are_served_where_that_is_said(folder: Path) -> None:
    event = static("/assets", folder, hidden=True)
    assert [answer.text for answer in asked(event, "/assets/.env", "/assets/sub/.git/config")] == [
        "hidden"
    ] * 2
    assert _raw(attached((event, files)), "/assets/../outside.txt")[0] == 404


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="this user may read every file")
def test_a_file_that_the_process_may_not_read_is_not_there(folder: Path) -> None:
    (folder / "sub").chmod(0)
    try:
        assert asked(static("/assets", folder), "/assets/sub/index.html")[0].status_code == 404
    finally:
        (folder / "sub").chmod(0o755)


def test_pages_answer_for_their_directories_where_that_is_said(folder: Path) -> None:
    event = static("/", folder, html=True)
    root, sub, bare, gone = asked(event, "/", "/sub/", "/sub", "/gone")
    assert (root.text, sub.text) == ("<p>index", "<p>sub")
    assert bare.status_code == 307 and bare.headers["location"].endswith("/sub/")
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
    (folder / "404.html").write_text("<p>gone")
    (own,) = asked(event, "/gone")
    assert (own.status_code, own.text) == (404, "<p>gone")


@pytest.mark.parametrize("name", ["none", "app.js"])
def test_a_directory_that_is_none_is_told_at_the_start_with_the_place(folder: Path, name: str) -> None:
    with pytest.raises(HandlerError, match=r"files \(.*test_static.py:\d+\).*is no directory") as told:
        attached((static("/assets", folder / name), files))
    assert str(folder / name) in str(told.value) and "where the process was started" in told.value.cure


def test_a_handler_that_wants_data_is_refused(folder: Path) -> None:
    async def wants(limit: int) -> None: ...

    with pytest.raises(HandlerError, match="'limit'.*has no data"):
        attached((static("/assets", folder), wants))


def test_the_handler_is_asked_before_each_file(folder: Path) -> None:
    async def guarded(request: Request) -> Response | None:
        return None if request.headers.get("x-key") == "7" else Response({"code": "no"}, status=403)

    async def main() -> None:
        async with bound(attached((static("/assets", folder), guarded))) as (client, runtime):
            refused = await client.get("/assets/app.js")
            assert (refused.status_code, refused.json()) == (403, {"code": "no"})
            assert (await client.get("/assets/none.js")).status_code == 403  # nobody learns what is there
            allowed = await client.get("/assets/app.js", headers={"x-key": "7"})
            assert (allowed.text, runtime.spans[2].name) == ("0123456789", "FILES /assets")

    asyncio.run(main())


def test_handlers_before_it_answer_in_place_of_the_file(folder: Path) -> None:
    def refuse() -> Response:
        return Response(status=401)

    async def main() -> None:
        async with bound(chained(static("/assets", folder), files, before=[refuse])) as (client, _):
            assert (await client.get("/assets/app.js")).status_code == 401

    asyncio.run(main())


def test_other_handlers_pages_and_diagnostics_go_before_files_of_the_same_path(folder: Path) -> None:
    async def page() -> str:
        return "handler"

    (folder / "docs").write_text("file")
    (folder / "deep").mkdir()
    (folder / "deep" / "a.txt").write_text("whole")
    (folder / "sub" / "a.txt").write_text("deep")
    entrypoint = attached(
        (static("/", folder), files), (static("/deep", folder / "sub"), files), (get("/app.js"), page)
    )

    async def main() -> None:
        async with bound(entrypoint) as (client, _):
            assert (await client.get("/app.js")).json() == "handler"
            assert "swagger" in (await client.get("/docs")).text
            assert (await client.get("/healthcheck")).json()["status"] == "up"
            assert (await client.get("/deep/a.txt")).text == "deep"
            assert (await client.get("/index.html")).text == "<p>index"
        async with bound(entrypoint, Runtime(HttpSettings(docs=False))) as (client, _):
            assert (await client.get("/docs")).text == "file"

    asyncio.run(main())


def test_limits_and_security_headers_hold_for_files(folder: Path) -> None:
    async def main() -> None:
        async with bound(
            attached((static("/assets", folder), files)), Runtime(HttpSettings(hosts=("shop.example",)))
        ) as (client, _):
            assert (await client.get("/assets/app.js")).status_code == 421
            answer = await client.get("/assets/app.js", headers={"host": "shop.example"})
            assert (answer.status_code, answer.headers["x-content-type-options"]) == (200, "nosniff")

    asyncio.run(main())


def test_a_large_file_comes_whole_and_a_client_that_leaves_it_does_no_harm(folder: Path) -> None:
    (folder / "large.bin").write_bytes(os.urandom(1024) * 8192)

    async def main() -> None:
        async with served(attached((static("/assets", folder), files))) as (_, http, runtime):
            async with http.stream("GET", "/assets/large.bin") as answer:
                await anext(answer.aiter_bytes())
            assert (await http.get("/assets/large.bin")).content == (folder / "large.bin").read_bytes()
            assert runtime.records == []

    asyncio.run(main())


def test_the_state_tells_of_the_files_and_the_document_does_not(folder: Path) -> None:
    entrypoint = attached((static("/assets", folder), files))
    (way,) = entrypoint.ways
    assert (way.event, way.fast, way.why) == ("FILES /assets", False, "Starlette sends its files")
    assert entrypoint.fastapi.openapi()["paths"] == {}


def test_events_that_cannot_be_are_refused_where_they_are_written() -> None:
    for make, told in (
        (lambda: static("/assets/{name}", "home"), "has the name 'name' in braces"),
        (lambda: static("assets", "home"), "starts with '/'"),
        (lambda: static("/assets", ""), "names no directory"),
        (lambda: websocket("/ws", subprotocols="v1"), "is a tuple"),  # type: ignore[arg-type]  # on purpose
        (lambda: websocket("/ws", subprotocols=("v 1",)), "'v 1' is no name of a subprotocol"),
    ):
        with pytest.raises(ValueError, match=told):
            make()
