"""Handlers that only some may call: what the others get, and what is told of it where."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import pytest
from packages.core.tests.doubles import Manual
from packages.core.tests.issuer import AUDIENCE, ISSUER, RSA, bearing, shown, token

from cordio_core import App, Event, Request, Response, emitted, every, get, post, queue
from cordio_core.auth import ApiKey, Auth, AuthSettings, Caller, User, allow, hashed, new_key

KEY, STORED = new_key()
KEPT = hashed("correct horse battery")
EVENTS = (post("/orders"), queue("orders.new"))
WRITERS = (allow("orders:write"),)
Asking = Callable[[Event, Mapping[str, str]], Awaitable[Response]]


def settings(folder: Path, **more: object) -> AuthSettings:
    """Trust keys in a file, one API key and one user."""
    file = folder / "keys.json"
    file.write_text(json.dumps(shown(("one", RSA))))
    known: dict[str, object] = {
        "jwks": str(file),
        "issuer": ISSUER,
        "audience": (AUDIENCE,),
        "keys": {"till": ApiKey(STORED, ("orders:read",))},
        "users": {"ann": User(KEPT, ("orders:write",))},
        **more,
    }
    return AuthSettings(**known)  # type: ignore[arg-type]


def with_app(
    folder: Path,
    test: Callable[[Asking], Awaitable[None]],
    before: Sequence[Callable[..., object]] = WRITERS,
    **more: object,
) -> None:
    """Run an application whose one handler is for some alone."""
    sources = {kind: Manual(kind=kind) for kind in ("http", "amqp")}
    app = App("orders", entrypoints=sources.values())
    auth = Auth(settings(folder, **more))
    app.service(name="auth")(lambda: auth)

    @app.on(*EVENTS, before=before)
    async def place(caller: Caller) -> str:
        return f"{caller.kind} {caller.name}"

    async def ask(event: Event, headers: Mapping[str, str]) -> Response:
        return await sources[event.kind].plans[event.name].run(Request(event, headers=headers), {})

    async def main() -> None:
        async with auth, app.running():
            await test(ask)

    asyncio.run(main())


def headers(value: str) -> dict[str, str]:
    """Show a token."""
    return dict(bearing(value).headers)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_who_may_is_let_in_and_the_handler_learns_who_it_is(tmp_path: Path, event: Event) -> None:
    async def test(ask: Asking) -> None:
        assert (await ask(event, headers(token()))).value == "token ann"

    with_app(tmp_path, test)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_who_shows_nothing_is_asked_for_credentials(tmp_path: Path, event: Event) -> None:
    async def test(ask: Asking) -> None:
        answer = await ask(event, {})
        assert answer.status == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"
        problem = {"type": "about:blank", "title": "Unauthorized", "status": 401, "code": "unauthorized"}
        assert json.loads(answer.body or b"") == problem

    with_app(tmp_path, test)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_who_shows_what_does_not_hold_is_not_told_why(
    tmp_path: Path, event: Event, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    expired = token(exp=int(time.time()) - 3600)

    async def test(ask: Asking) -> None:
        answers = [
            await ask(event, shown)
            for shown in (
                headers(expired),
                headers("junk"),
                {"x-api-key": KEY[:-1]},
                {"authorization": "Digest x"},
            )
        ]
        assert {(answer.status, answer.body) for answer in answers} == {(401, answers[0].body)}
        challenge = 'Bearer error="invalid_token"'
        assert {answer.headers["www-authenticate"] for answer in answers} == {challenge}
        assert b"expired" not in (answers[0].body or b"")

    with_app(tmp_path, test)
    assert "expired_token exp" in caplog.text and "shown='key'" in caplog.text
    assert expired.split(".")[2] not in caplog.text and KEY[:-1] not in caplog.text


def test_who_may_not_is_told_the_scope_that_is_needed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def test(ask: Asking) -> None:
        answer = await ask(post("/orders"), headers(token(scope="orders:read")))
        assert answer.status == 403
        assert answer.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="orders:write"'
        assert json.loads(answer.body or b"")["code"] == "forbidden"
        other = await ask(post("/orders"), {"x-api-key": KEY})
        assert other.status == 403 and "www-authenticate" not in other.headers

    with_app(tmp_path, test)
    assert "caller='ann'" in caplog.text and "missing=['orders:write']" in caplog.text
    assert KEY not in caplog.text


def test_whoever_is_recognised_passes_where_no_right_is_needed(tmp_path: Path) -> None:
    async def test(ask: Asking) -> None:
        assert (await ask(post("/orders"), {"x-api-key": KEY})).value == "key till"
        assert (await ask(post("/orders"), {})).status == 401

    with_app(tmp_path, test, [allow()])


def test_all_of_several_conditions_hold(tmp_path: Path) -> None:
    for before in ([allow("orders:read", "orders:write")], [allow("orders:read"), allow("orders:write")]):

        async def test(ask: Asking) -> None:
            assert (await ask(post("/orders"), headers(token()))).value == "token ann"
            for one in ("orders:read", "orders:write"):
                assert (await ask(post("/orders"), headers(token(scope=one)))).status == 403

        with_app(tmp_path, test, before)


def test_passwords_are_for_management(tmp_path: Path) -> None:
    shown = {"authorization": "Basic YW5uOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ=="}

    async def refused(ask: Asking) -> None:
        answer = await ask(post("/orders"), shown)
        assert answer.status == 401 and "Basic" not in answer.headers["www-authenticate"]

    async def taken(ask: Asking) -> None:
        assert (await ask(post("/orders"), shown)).value == "password ann"
        challenge = (await ask(post("/orders"), {})).headers["www-authenticate"]
        assert challenge == 'Bearer, Basic realm="management", charset="UTF-8"'

    with_app(tmp_path, refused)
    with_app(tmp_path, taken, [allow("orders:write", basic=True)])


def test_who_cannot_be_recognised_now_is_asked_to_come_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def test(ask: Asking) -> None:
        answer = await ask(post("/orders"), headers(token()))
        assert (answer.status, answer.headers["retry-after"]) == (503, "10")
        assert b"127.0.0.1" not in (answer.body or b"")
        assert (await ask(post("/orders"), {"x-api-key": KEY})).status == 403, "keys hold without an issuer"

    with_app(tmp_path, test, jwks="http://127.0.0.1:1/keys")
    assert "callers cannot be recognised" in caplog.text and "127.0.0.1:1" in caplog.text


@pytest.mark.parametrize("rights", [(), ("orders:expire",)])
def test_the_applications_own_events_have_the_rights_of_the_settings(rights: tuple[str, ...]) -> None:
    ran: list[str] = []
    done = asyncio.Event()
    app = App("orders")
    app.service(name="auth")(lambda: Auth(AuthSettings(internal=rights)))

    @app.on(every("10ms"), emitted("orders.old"), before=[allow("orders:expire")])
    async def expire(request: Request, caller: Caller) -> None:
        ran.append(caller.name)

    @app.on(every("10ms"), before=[allow()])
    async def tick(caller: Caller) -> None:
        ran.append(f"tick {caller.kind}")
        if rights == () or "schedule" in ran:
            done.set()

    async def main() -> None:
        async with app.running():
            await app.emit("orders.old", {})
            await asyncio.wait_for(done.wait(), 10)

    asyncio.run(main())
    assert ("internal" in ran, "schedule" in ran) == (bool(rights), bool(rights))
    assert "tick internal" in ran


@pytest.mark.parametrize("wrong", ["", "a b", 'a"b', "a\\b", "a\r\nb", "é"])
def test_a_right_that_could_not_stand_in_a_header_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="is no right"):
        allow("orders:write", wrong)


def test_the_condition_of_a_handler_can_be_read() -> None:
    found = allow("state:read", basic=True).__self__  # type: ignore[attr-defined]
    assert (repr(found), found.rights, found.basic) == (
        "allow('state:read', basic=True)",
        ("state:read",),
        True,
    )


def test_who_may_not_is_told_so_before_the_data_are_read(tmp_path: Path) -> None:
    manual = Manual()
    app = App("orders", entrypoints=[manual])
    app.service(name="auth")(lambda: Auth(AuthSettings()))

    @app.on(get("/{number}"), before=[allow()])
    async def read(number: int) -> int:
        return number

    async def unread() -> Mapping[str, object]:
        raise AssertionError("the data were read")

    async def main() -> None:
        async with app.running():
            event = get("/{number}")
            assert (await manual.plans[event.name].run(Request(event), unread)).status == 401

    asyncio.run(main())
