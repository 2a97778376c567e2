"""What libraries write to the standard logging is taken, once."""

import asyncio
import io
import logging
import logging.config
import sys
from collections.abc import Iterator, Sequence

import pytest
from packages.monitor.tests.doubles import Collected, monitored

from cordio_monitor import LogSettings, Monitor, span
from cordio_monitor.sinks import Record, Sink

UVICORN = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {
        "default": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr"},
        "access": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"},
    },
    "loggers": {
        "uvicorn": {"handlers": ["default"], "level": "INFO", "propagate": False},
        "uvicorn.error": {"level": "INFO"},
        "uvicorn.access": {"handlers": ["access"], "level": "INFO", "propagate": False},
    },
}


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    """Leave the standard logging as it was."""
    loggers = [
        logging.getLogger(name) for name in ("", "uvicorn", "uvicorn.error", "uvicorn.access", "library")
    ]
    before = [(logger, logger.handlers[:], logger.propagate, logger.level) for logger in loggers]
    yield
    for logger, handlers, propagate, level in before:
        logger.handlers[:], logger.propagate, logger.level = handlers, propagate, level


def without_pytest() -> None:
    """Remove the handlers of pytest, which format at once and raise."""
    logging.root.handlers.clear()


def test_a_record_of_a_library_comes_with_the_trace_and_is_formatted_when_it_is_delivered() -> None:
    sink = Collected()
    without_pytest()

    class Lazy:
        formatted = False

        def __str__(self) -> str:
            self.formatted = True
            return "lazy"

    async def main() -> None:
        async with monitored(sink, capture=True) as monitor:
            with monitor.incoming("GET /x"), span("inside"):
                lazy = Lazy()
                logging.getLogger("library").info("found %s", lazy, extra={"rows": 3, "password": "hunter2"})
                assert not lazy.formatted

    asyncio.run(main())
    record = sink["found lazy"]
    assert record.kind == "log" and record.level == "info"
    assert record.fields == {"logger": "library", "rows": 3, "password": "***"}
    assert record.span_id == sink["inside"].span_id and record.event == "GET /x"


def test_an_exception_of_a_library_is_told_at_once_with_its_traceback() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink, capture=True) as monitor:
            with monitor.incoming("GET /x"):
                try:
                    raise ValueError("token=hunter2")
                except ValueError:
                    logging.getLogger("library").exception("failed", stack_info=True)
                sink.wait_for("failed")

    asyncio.run(main())
    record = sink["failed"]
    assert (record.level, record.error) == ("error", "ValueError: token=***")
    assert record.traceback.startswith("Traceback") and "test_capture" in str(record.fields["stack"])


def test_a_record_that_cannot_be_formatted_is_not_lost() -> None:
    sink = Collected()
    without_pytest()

    async def main() -> None:
        async with monitored(sink, capture=True):
            logging.getLogger("library").info("%d password=hunter2", "word")

    asyncio.run(main())
    assert sink.messages == ["%d password=*** ('word',)"]


def test_libraries_are_heard_from_info_up_unless_a_logger_says_otherwise() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink, capture=True):
            logging.getLogger("library").debug("no")
            logging.getLogger("library").setLevel(logging.DEBUG)
            logging.getLogger("library").debug("yes")
            logging.getLogger("other").info("yes")
        async with Monitor("orders", [sink], LogSettings(level="error")):
            logging.getLogger("library").warning("no")

    asyncio.run(main())
    assert sink.messages == ["yes", "yes"]


def test_no_line_comes_twice_and_everything_is_as_before_afterwards() -> None:
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", out)
        patch.setattr(sys, "stdout", out)
        logging.config.dictConfig(UVICORN)
        kept, console = logging.StreamHandler(io.StringIO()), logging.StreamHandler()
        logging.root.addHandler(console)
        logging.getLogger("uvicorn").addHandler(kept)
        names = ("", "uvicorn", "uvicorn.error", "uvicorn.access")
        before = [
            (
                logging.getLogger(name).handlers[:],
                logging.getLogger(name).propagate,
                logging.getLogger(name).level,
            )
            for name in names
        ]
        sink = Collected()

        async def main() -> None:
            async with monitored(sink, capture=True):
                assert kept in logging.getLogger("uvicorn").handlers
                for name in names[1:]:
                    logging.getLogger(name).info("line of %s", name)

        asyncio.run(main())
        after = [
            (
                logging.getLogger(name).handlers[:],
                logging.getLogger(name).propagate,
                logging.getLogger(name).level,
            )
            for name in names
        ]
    assert sink.messages == ["line of uvicorn", "line of uvicorn.error", "line of uvicorn.access"]
    assert out.getvalue() == ""
    assert [(sorted(map(id, handlers)), *rest) for handlers, *rest in after] == [
        (sorted(map(id, handlers)), *rest) for handlers, *rest in before
    ]


def test_what_a_sink_logs_while_it_writes_does_not_feed_itself() -> None:
    class Talking(Sink):
        def write(self, records: Sequence[Record]) -> None:
            logging.getLogger("library").warning("writing")

    other = Collected()

    async def main() -> None:
        async with monitored(Talking(), other, capture=True):
            logging.getLogger("library").warning("first")
            other.wait_for("first")
            logging.getLogger("library").warning("second")
            other.wait_for("second")

    asyncio.run(main())
    assert other.messages == ["first", "second"]


def test_capturing_may_be_asked_for_before_the_start_or_while_it_runs() -> None:
    sink = Collected()

    async def main() -> None:
        monitor = monitored(sink)
        async with monitor:
            logging.getLogger("library").warning("no")
            monitor.capture_logging()
            monitor.capture_logging()
            logging.getLogger("library").warning("yes")
        logging.getLogger("library").warning("no")
        async with monitor:
            logging.getLogger("library").warning("still")

    asyncio.run(main())
    assert sink.messages == ["yes", "still"]
