"""When the client leaves a service alone, and how it finds that it is back."""

from __future__ import annotations

import asyncio

import pytest
from packages.fastapi.tests.peer import Peer, in_turn, peer
from packages.fastapi.tests.test_client_repeats import BUSY, FINE, run

from cordio_fastapi.client import CircuitOpen, HttpClient, HttpClientSettings, RequestError, RequestFailed
from cordio_fastapi.client._circuits import Circuit, Circuits, Terms

pytest.importorskip("aiohttp")


def test_an_address_that_only_fails_is_left_alone_and_then_tried_by_one() -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        for _ in range(2):
            with pytest.raises(RequestFailed):
                await http["stock"].get("/a")
        with pytest.raises(CircuitOpen, match="requests fail: answered 503") as told:
            await http["stock"].get("/a")
        assert len(service.asked) == 2 and not told.value.sent and told.value.retry_after is not None
        assert http.state().circuits == {service.url: "open"}
        with pytest.raises(CircuitOpen):
            await http.health()
        while http.state().circuits[service.url] == "open":
            await asyncio.sleep(0.01)
        await http.health()
        await http["stock"].get("/a")
        assert http.state().circuits == {service.url: "closed"}

    run(in_turn(BUSY, BUSY, FINE), use, failures=2, open_for="300ms", attempts=1)


def test_a_service_that_is_not_essential_makes_nobody_unhealthy() -> None:
    async def main() -> None:
        async with peer(in_turn(BUSY)) as service:
            given = {"services": {"stock": {"url": service.url, "essential": False}}, "failures": 1}
            async with HttpClient(HttpClientSettings.model_validate(given)) as http:
                with pytest.raises(RequestError):
                    await http["stock"].get("/a")
                assert http.state().circuits == {service.url: "open"}
                await http.health()

    asyncio.run(main())


def test_of_a_half_open_circuit_one_alone_tries_and_a_cancelled_one_gives_the_turn_back() -> None:
    circuit = Circuit(Terms(1, 30, 0))
    circuit.failed(RequestError("GET http://stock"), circuit.enter("GET"))
    assert (circuit.state, circuit.enter("GET")) == ("half-open", True)
    with pytest.raises(CircuitOpen):
        circuit.enter("GET")
    circuit.left(True)
    assert circuit.enter("GET") is True
    circuit.failed(RequestFailed("GET http://stock", 404, {}), True)
    assert (circuit.state, circuit.cause, circuit.wait) == ("closed", "", 0)


def test_a_trial_that_fails_opens_the_circuit_again_and_another_may_try_later() -> None:
    circuit = Circuit(Terms(1, 30, 0))
    circuit.failed(RequestError("GET http://stock"), circuit.enter("GET"))
    for _ in range(2):
        trial = circuit.enter("GET")
        assert trial
        circuit.failed(RequestError("GET http://stock"), trial)
        assert circuit.state == "half-open"


def test_failures_that_lie_too_far_apart_open_nothing() -> None:
    circuit = Circuit(Terms(2, 0, 30))
    circuit._failures.append(0)
    circuit.failed(RequestError("GET http://stock"), circuit.enter("GET"))
    assert circuit.state == "closed"


def test_addresses_from_outside_do_not_fill_the_memory() -> None:
    circuits = Circuits(Terms(1, 30, 30))
    for number in range(1500):
        circuits.of(f"http://host{number}")
    assert len(circuits.states) == 1000 and "http://host1499" in circuits.states
