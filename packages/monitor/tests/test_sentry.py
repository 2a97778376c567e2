"""Sentry: real events of the SDK, with trace, breadcrumbs and frames, and nothing secret in them."""

import asyncio
import json
import sys
import time

import pytest
from packages.monitor.tests.doubles import Collected, monitored
from packages.monitor.tests.receivers import Http, envelopes, http, silent

from cordio_monitor import LogSettings, Monitor, log
from cordio_monitor.sinks import Record, Sentry

pytest.importorskip("sentry_sdk")

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HEADERS = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}


def dsn(server: Http) -> str:
    return server.url.replace("://", "://public@") + "/42"


def charge(card: str, body: dict[str, object]) -> None:
    local = f"password={body['password']}"
    raise ValueError(f"declined for {card}, {local}")


def fail(monitor: Monitor, caught: bool) -> None:
    with monitor.incoming("POST /orders", headers=HEADERS):
        log.info("placing", sku="A-1", api_key="hunter2")
        try:
            charge("4111 1111 1111 1111", {"password": "hunter2"})
        except ValueError as error:
            log.error("no payment", error=error, token="hunter2")
            if not caught:
                raise


def test_an_error_arrives_with_trace_breadcrumbs_and_frames_and_nothing_secret() -> None:
    with http() as server:

        async def main() -> Monitor:
            async with monitored(Sentry(dsn(server), environment="test", release="1.2")) as monitor:
                fail(monitor, caught=True)
            return monitor

        account = asyncio.run(main()).state().sinks["Sentry"]
    ((path, headers, body),) = server.requests
    assert path == "/api/42/envelope/" and "sentry_key=public" in headers["x-sentry-auth"]
    (event,) = envelopes(server)
    assert (event["level"], event["environment"], event["release"]) == ("error", "test", "1.2")
    assert event["transaction"] == "POST /orders" and event["logentry"]["message"] == "no payment"
    trace = event["contexts"]["trace"]
    assert (trace["trace_id"], trace["parent_span_id"]) == (TRACE, "00f067aa0ba902b7")
    (crumb,) = event["breadcrumbs"]["values"]
    assert (crumb["message"], crumb["data"]) == ("placing", {"sku": "A-1", "api_key": "***"})
    (exception,) = event["exception"]["values"]
    assert (exception["type"], exception["value"]) == ("ValueError", "declined for ***, password=***")
    frame = exception["stacktrace"]["frames"][-1]
    assert (frame["function"], frame["vars"]["card"]) == ("charge", "'***'")
    assert frame["vars"]["body"]["password"] == "***" and frame["context_line"].strip().startswith("raise")
    assert b"hunter2" not in body and b"4111" not in body
    assert account.written == 1


def test_an_exception_that_is_logged_and_leaves_the_event_arrives_once() -> None:
    with http() as server:

        async def main() -> None:
            async with monitored(Sentry(dsn(server))) as monitor:
                with pytest.raises(ValueError):
                    fail(monitor, caught=False)

        asyncio.run(main())
    assert [event["logentry"]["message"] for event in envelopes(server)] == ["no payment"]


def test_an_exception_that_nobody_logged_arrives_with_what_was_logged_before() -> None:
    with http() as server:

        async def main() -> None:
            async with monitored(Sentry(dsn(server))) as monitor:
                with pytest.raises(KeyError), monitor.incoming("GET /orders"):
                    log.info("looking")
                    raise KeyError("A-1")

        asyncio.run(main())
    (event,) = envelopes(server)
    assert [crumb["message"] for crumb in event["breadcrumbs"]["values"]] == ["looking"]
    assert event["exception"]["values"][0]["mechanism"] == {"type": "cordio", "handled": False}


def test_all_of_many_errors_arrive_though_the_server_is_slow_to_accept() -> None:
    with http() as server:
        server.answers += [(429, {"Retry-After": "0"}), (503, {})]

        async def main() -> Monitor:
            async with monitored(Sentry(dsn(server))) as monitor:
                for number in range(130):
                    log.error(f"error {number}")
            return monitor

        account = asyncio.run(main()).state().sinks["Sentry"]
    assert [event["logentry"]["message"] for event in envelopes(server)] == [f"error {n}" for n in range(130)]
    assert account.written == 130 and account.balances


def test_a_silent_server_holds_up_neither_events_nor_the_other_sinks() -> None:
    other = Collected()
    with silent() as url:

        async def main() -> Monitor:
            sentry = Sentry(url.replace("://", "://public@") + "/1")
            async with monitored(sentry, other, stop_within=0.2) as monitor:
                began = time.monotonic()
                fail(monitor, caught=True)
                other.wait_for("POST /orders")
                assert time.monotonic() - began < 5
            return monitor

        account = asyncio.run(main()).state().sinks["Sentry"]
    assert account.written == 0 and account.balances


def test_what_is_rehearsed_is_what_is_sent_and_masked() -> None:
    from cordio_monitor.sinks import Record

    record = Record("log", "error", 0, "orders", "", "no", {"password": "hunter2"})
    told = Sentry("http://public@127.0.0.1:9/1").rehearse([record])
    assert "orders" in told and "hunter2" not in told and json.dumps("no")


def test_the_sdk_brings_none_of_its_integrations_and_patches_nothing() -> None:
    import logging
    import threading

    import sentry_sdk

    before = (logging.Logger.callHandlers, threading.Thread.start, threading.Thread.run, sys.excepthook)
    sink = Sentry("http://key@127.0.0.1:9/1")
    sink.open(LogSettings())
    assert sink._client is not None and sink._client.integrations == {}
    assert (
        logging.Logger.callHandlers,
        threading.Thread.start,
        threading.Thread.run,
        sys.excepthook,
    ) == before
    assert not sentry_sdk.get_client().is_active()
    sink.close()


def test_an_error_that_is_sent_again_has_the_id_by_which_the_server_knows_it() -> None:
    one = Record("log", "error", 1, "orders", "", "no stock", {}, "a" * 32, "b" * 16)
    with http() as server:
        for records in ([one], [one._replace(trail=(one,))], [one._replace(time=2)]):
            sink = Sentry(f"{server.url.replace('://', '://key@')}/1")
            sink.open(LogSettings())
            sink.write(records)
            sink.close()
        first, again, other = (event["event_id"] for event in envelopes(server))
    assert first == again != other and len(first) == 32
