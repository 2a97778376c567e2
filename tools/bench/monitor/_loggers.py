"""The peers that write a record to a file; each is imported where it is measured."""

import atexit
import logging
import queue
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from logging.handlers import QueueHandler, QueueListener
from typing import IO, Any

from tools.bench.clock import Clock, Run, calls

FORM = "%(asctime)s %(levelname)s %(name)s %(message)s"
TEXT = "placing sku=%s n=%s total=%s"

# What is closed at the end of the process.
kept = ExitStack()
atexit.register(kept.close)


def standard(clock: Clock = time.thread_time) -> Run:
    """Use the standard logging."""
    logger = logging.Logger("bench")
    logger.addHandler(_to_a_file())
    return calls(lambda: logger.info(TEXT, "A-1", 2, 12.5), clock)


def queued(clock: Clock = time.thread_time) -> Run:
    """Use the standard logging with a queue, whose listener writes."""
    logger, waiting = logging.Logger("bench"), queue.SimpleQueue[logging.LogRecord]()
    logger.addHandler(QueueHandler(waiting))

    def run(number: int) -> float:
        listener = QueueListener(waiting, _to_a_file())
        listener.start()
        begun = clock()
        for _ in range(number):
            logger.info(TEXT, "A-1", 2, 12.5)
        spent = clock() - begun
        listener.stop()
        return spent if clock is time.thread_time else clock() - begun

    return run


def structlog_json(clock: Clock = time.thread_time) -> Run:
    """Use structlog, one JSON object a line."""
    import structlog  # type: ignore[import-not-found]  # a peer

    chain = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.JSONRenderer(),
    ]
    logger = structlog.wrap_logger(structlog.PrintLogger(_file()), processors=chain)
    return calls(lambda: logger.info("placing", sku="A-1", n=2, total=12.5), clock)


def loguru(clock: Clock = time.thread_time, *, enqueue: bool = False) -> Run:
    """Use loguru, by choice with its queue."""
    from loguru import logger  # type: ignore[import-not-found]  # a peer

    def run(number: int) -> float:
        logger.remove()
        logger.add(_file().name, enqueue=enqueue)
        begun = clock()
        for _ in range(number):
            logger.info("placing", sku="A-1", n=2, total=12.5)
        spent = clock() - begun
        logger.complete()
        whole = clock() - begun
        logger.remove()
        return spent if clock is time.thread_time else whole

    return run


def picologging(clock: Clock = time.thread_time) -> Run:
    """Use picologging."""
    import picologging as pico  # type: ignore[import-not-found]  # a peer

    logger = pico.Logger("bench", pico.DEBUG)
    handler = pico.StreamHandler(_file())
    handler.setFormatter(pico.Formatter(FORM))
    logger.addHandler(handler)
    return calls(lambda: logger.info(TEXT, "A-1", 2, 12.5), clock)


def loggers(clock: Clock) -> dict[str, Callable[[], Run]]:
    """
    Return all of them.

    Parameters
    ----------
    clock : callable
        Tells CPU seconds, of all threads or of the calling one.

    Returns
    -------
    dict of str to callable
        What makes each, by its name.
    """
    makes: dict[str, Callable[[Clock], Run]] = {
        "logging to a file": standard,
        "QueueHandler": queued,
        "structlog": structlog_json,
        "loguru": loguru,
        "loguru, enqueue": lambda clock: loguru(clock, enqueue=True),
        "picologging": picologging,
    }
    return {name: _bound(make, clock) for name, make in makes.items()}


def _bound(make: Callable[[Clock], Run], clock: Clock) -> Callable[[], Run]:
    return lambda: make(clock)


def _to_a_file() -> logging.Handler:
    handler = logging.StreamHandler(_file())
    handler.setFormatter(logging.Formatter(FORM))
    return handler


def _file() -> IO[Any]:
    return kept.enter_context(tempfile.NamedTemporaryFile("w", suffix=".log"))
