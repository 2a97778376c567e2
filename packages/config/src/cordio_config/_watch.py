"""Loads a configuration again when one of its files changes, or on SIGHUP."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from cordio_config._composition import compose
from cordio_config._exceptions import ConfigError

if TYPE_CHECKING:
    from cordio_config._composition import Composition

__all__ = ["watched"]

SETTLING = 0.1

Fingerprint = tuple[tuple[str, tuple[int, ...] | None], ...]


class _Waiting:
    """Who waits for the signal in one event loop, and how it was handled before."""

    def __init__(self) -> None:
        self.events: set[asyncio.Event] = set()
        self.restore: Callable[[], None] = _nothing

    def tell(self) -> None:
        """Wake all."""
        for event in self.events:
            event.set()


_waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, _Waiting] = WeakKeyDictionary()


async def watched(
    current: Composition, interval: float, on_invalid: Callable[[ConfigError], None] | None
) -> AsyncGenerator[Composition, None]:
    """Yield what is composed anew; what is invalid is logged and told, and not yielded."""
    request = replace(current.request, on_invalid="warn" if current.findings.is_lenient else "raise")
    with _hangups() as hangup:
        seen = await asyncio.to_thread(_fingerprint, current)
        # The files may have changed between loading and watching.
        is_due, is_asked = True, False
        while True:
            if is_due:
                new = await asyncio.to_thread(compose, request)
                if _is_valid(new, on_invalid) and (is_asked or _values(new) != _values(current)):
                    current = new
                    yield new
            is_asked = await _pause(hangup, interval)
            now = await _settled(current, seen, min(SETTLING, interval))
            is_due, seen = is_asked or now != seen, now


def _fingerprint(composition: Composition) -> Fingerprint:
    """Tell files by what a link leads to: editors replace a file, Kubernetes turns the link of a folder."""
    return tuple((os.path.realpath(path), _mark(path)) for path in composition.files)


def _mark(path: os.PathLike[str]) -> tuple[int, ...] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


async def _settled(composition: Composition, seen: Fingerprint, pause: float) -> Fingerprint:
    """Wait until nobody is writing any more."""
    now = await asyncio.to_thread(_fingerprint, composition)
    before = seen
    while now != before and now != seen:
        before = now
        await asyncio.sleep(pause)
        now = await asyncio.to_thread(_fingerprint, composition)
    return now


async def _pause(hangup: asyncio.Event, interval: float) -> bool:
    try:
        async with asyncio.timeout(interval):
            await hangup.wait()
    except TimeoutError:
        return False
    hangup.clear()
    return True


def _values(composition: Composition) -> list[object]:
    return [layer.values for layer in composition.layers]


def _is_valid(composition: Composition, on_invalid: Callable[[ConfigError], None] | None) -> bool:
    try:
        composition.findings.settle()
    except ConfigError as error:
        from logging import getLogger

        getLogger("cordio_config").error("The new configuration is not taken. %s", error)
        if on_invalid is not None:
            on_invalid(error)
        return False
    return True


@contextmanager
def _hangups() -> Iterator[asyncio.Event]:
    """Give what is set on SIGHUP; outside the main thread, and where there is no such signal, it never is."""
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    waiting = _waiting.setdefault(loop, _Waiting())
    if not waiting.events:
        waiting.restore = _listen(loop, waiting)
    waiting.events.add(event)
    try:
        yield event
    finally:
        waiting.events.discard(event)
        if not waiting.events:
            waiting.restore()


def _listen(loop: asyncio.AbstractEventLoop, waiting: _Waiting) -> Callable[[], None]:
    """Handle the signal; give what undoes it."""
    try:
        number = signal.SIGHUP
        before = signal.getsignal(number)
        loop.add_signal_handler(number, waiting.tell)
    except (AttributeError, RuntimeError, ValueError):
        return _nothing

    def restore() -> None:
        if not loop.is_closed() and loop.remove_signal_handler(number):
            signal.signal(number, before)

    return restore


def _nothing() -> None:
    """There is nothing to undo."""
