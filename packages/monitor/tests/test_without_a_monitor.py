"""Before a monitor runs, and after, nothing is lost and nothing crashes."""

import asyncio
import logging

import pytest
from packages.monitor.tests.doubles import Collected, monitored

from cordio_monitor import count, log, span, timing


def test_without_a_monitor_everything_goes_masked_to_the_standard_logging(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    log.warning("no stock", sku="A-1", password="hunter2")
    with span("reserve", stage="stock"):
        count("reserved")
        timing("stock", 3.2)
    try:
        raise ValueError("token=hunter2")
    except ValueError as error:
        log.error("failed", error=error)
    warning, reserved, stock, reserve, failed = caplog.records
    assert (warning.name, warning.levelno) == ("cordio", logging.WARNING)
    assert warning.getMessage() == "no stock sku='A-1' password='***'"
    assert reserved.getMessage() == "reserved n=1" and stock.getMessage() == "stock ms=3.2"
    assert reserve.getMessage().startswith("reserve took_ms=") and reserve.levelno == logging.DEBUG
    assert "Traceback" in failed.getMessage() and "hunter2" not in caplog.text


def test_what_the_standard_logging_does_not_want_is_not_even_formatted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)

    class Mute:
        def __repr__(self) -> str:
            raise AssertionError

    log.info("placing", value=Mute())
    assert not caplog.records


def test_an_event_of_a_monitor_that_does_not_run_goes_to_the_standard_logging(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    monitor = monitored(Collected())
    with monitor.incoming("GET /x") as event:
        log.info("placing")
        assert not caplog.records
        event.answered(200)
    monitor.log.info("outside")
    texts = [record.getMessage() for record in caplog.records]
    assert texts[0] == "placing" and texts[1].startswith("GET /x status=200") and texts[2] == "outside"


def test_what_comes_after_the_end_goes_to_the_standard_logging(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            event = monitor.incoming("GET /x").__enter__()
        log.info("late")
        event.__exit__(None, None, None)

    asyncio.run(main())
    assert [record.getMessage().split()[0] for record in caplog.records] == ["late", "GET"]
    assert sink.messages == []
