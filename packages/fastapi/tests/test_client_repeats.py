"""What the client sends again, when, and when it leaves a service alone."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest
from packages.fastapi.tests.peer import Answering, Peer, in_turn, peer, said

from cordio_fastapi.client import (
    Answer,
    Backoff,
    ConnectionFailed,
    HttpClient,
    HttpClientSettings,
    Repeating,
    RequestError,
    RequestFailed,
    RequestTimeout,
)
from cordio_fastapi.client._repeating import Attempt, Course

pytest.importorskip("aiohttp")

Use = Callable[[HttpClient, Peer], Awaitable[None]]
BUSY, FINE = said(503), said()


def run(answer: Answering, use: Use, retry: Repeating | None = None, **more: object) -> None:
    async def main() -> None:
        async with peer(answer) as service:
            given = {"services": {"stock": {"url": service.url}}, "wait": "1ms", "failures": 0, **more}
            async with HttpClient(HttpClientSettings.model_validate(given), retry=retry) as http:
                async with asyncio.timeout(20):
                    await use(http, service)

    asyncio.run(main())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@pytest.mark.parametrize("passing", [BUSY, said(429), said(408), said(425), said(502), said(504), None])
def test_an_idempotent_request_is_sent_again_after_what_passes(passing: bytes | None) -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        assert (await http["stock"].put("/a", json=1)).status == 200
        assert len(service.asked) == 3 and http.state().repeats in (
            1,
            2,
        )  # aiohttp may hide one cut connection

    run(in_turn(passing, passing, FINE), use)


@pytest.mark.parametrize("lasting", [said(400), said(404), said(500), said(501)])
def test_what_will_not_pass_is_not_sent_again(lasting: bytes) -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        with pytest.raises(RequestFailed):
            await http["stock"].get("/a")
        assert len(service.asked) == 1 and http.state().failures == 1

    run(in_turn(lasting, FINE), use)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_is_not_idempotent_is_sent_once(method: str) -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        with pytest.raises(RequestFailed):
            await http["stock"].request(method, "/a", json=1)
        assert len(service.asked) == 1

    run(in_turn(BUSY, FINE), use)


def test_a_post_with_an_idempotency_key_is_sent_again_with_the_same_key_and_body() -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        await http["stock"].post("/a", json={"n": 1}, headers={"Idempotency-Key": "k1"})
        assert [(asked.headers["idempotency-key"], asked.body) for asked in service.asked] == [
            ("k1", b'{"n":1}'),
            ("k1", b'{"n":1}'),
        ]

    run(in_turn(BUSY, FINE), use)


def test_a_call_can_say_that_it_may_or_may_not_be_sent_again() -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        with pytest.raises(RequestFailed):
            await http["stock"].get("/a", repeat=False)
        await http["stock"].post("/a", repeat=True)
        assert len(service.asked) == 3

    run(in_turn(BUSY, BUSY, FINE), use)


def test_what_never_arrived_is_sent_again_whatever_its_method() -> None:
    scheme = Counting()

    async def use(http: HttpClient, service: Peer) -> None:
        with pytest.raises(ConnectionFailed, match="no connection: ") as told:
            await http.post(f"http://127.0.0.1:{free_port()}/a", json=1)
        assert not told.value.sent and scheme.attempts == 2

    run(in_turn(FINE), use, scheme)


def test_a_server_that_asks_for_a_pause_gets_it() -> None:
    asked: list[float] = []

    class Clocked(Backoff):
        def pause(self, number: int, wait: float | None) -> float | None:
            asked.append(-1 if wait is None else wait)
            return 0

    async def use(http: HttpClient, service: Peer) -> None:
        await http["stock"].get("/a")
        assert asked == [2.0, -1]

    run(in_turn(said(429, retry_after="2"), BUSY, FINE), use, Clocked())


def test_a_server_that_asks_for_too_long_a_pause_is_not_asked_again() -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        with pytest.raises(RequestFailed) as told:
            await http["stock"].get("/a")
        assert (told.value.retry_after, len(service.asked)) == (3600.0, 1)

    run(in_turn(said(503, retry_after="3600"), FINE), use)


class Counting:
    """Two attempts."""

    def __init__(self) -> None:
        self.attempts = 0
        self.seen: list[RequestError] = []

    def __call__(self, attempt: Attempt) -> Callable[[Course], Awaitable[object]]:
        async def repeated(course: Course) -> None:
            for _ in range(2):
                self.attempts += 1
                try:
                    return await attempt(course)
                except RequestError as error:
                    self.seen.append(error)

        return repeated


def test_a_scheme_of_ones_own_sees_what_may_be_repeated_alone_and_cannot_swallow_a_failure() -> None:
    scheme = Counting()

    async def use(http: HttpClient, service: Peer) -> None:
        with pytest.raises(RequestFailed) as told:
            await http["stock"].get("/busy")
        assert told.value.status == 503 and len(scheme.seen) == 2
        with pytest.raises(RequestFailed):
            await http["stock"].get("/missing")
        with pytest.raises(RequestFailed):
            await http["stock"].post("/busy")
        assert len(scheme.seen) == 2 and len(service.asked) == 4

    run(lambda asked: BUSY if asked.path == "/busy" else said(404), use, scheme)


def test_a_silent_server_is_given_up_and_asked_again() -> None:
    async def silent(asked: object) -> bytes:
        await asyncio.Event().wait()
        raise AssertionError

    async def use(http: HttpClient, service: Peer) -> None:
        with pytest.raises(RequestTimeout, match="nothing came for 0.05 s"):
            await http["stock"].get("/a")
        assert len(service.asked) == 2

    run(silent, use, read_timeout="50ms", attempts=2)


def test_a_call_has_a_limit_over_all_its_attempts() -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        with pytest.raises(TimeoutError, match="no answer within 0.2 s") as told:
            await http["stock"].get("/a", timeout=0.2)
        assert isinstance(told.value, RequestTimeout) and http.state().in_flight == 0

    run(in_turn(BUSY), use, attempts=1000, wait="20ms", longest_wait="20ms")


def test_a_call_that_is_cancelled_leaves_nothing_behind() -> None:
    begun = asyncio.Event()

    async def silent(asked: object) -> bytes:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def use(http: HttpClient, service: Peer) -> None:
        call = asyncio.create_task(http["stock"].get("/a"))
        await begun.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert http.state().in_flight == 0 and http.state().circuits == {service.url: "closed"}

    run(silent, use, failures=1)


def test_an_answer_knows_what_it_asks_to_wait() -> None:
    refused = Answer(503, {"retry-after": "7"}).refused()
    assert refused is not None and refused.retry_after == 7.0
