"""The threads of a monitor end, and whoever waits for that learns it."""

import sys
from itertools import count
from threading import Event
from types import FrameType

import pytest

from cordio_monitor._worker import Worker

LIMIT = 20.0


@pytest.mark.parametrize("moment", range(16))
def test_a_wait_for_the_end_may_interrupt_another_one_at_any_moment(moment: int) -> None:
    worker = Worker(lambda: None, "short")
    worker.start()
    moments = count()

    def interrupt(frame: FrameType, what: str, _: object) -> object:
        if what == "line" and next(moments) == moment:
            assert worker.ends_within(1)
        return interrupt

    before = sys.gettrace()
    sys.settrace(interrupt)  # type: ignore[arg-type]  # it returns itself
    try:
        assert worker.ends_within(LIMIT)
    finally:
        sys.settrace(before)


def test_a_wait_is_given_up_when_its_time_is_over() -> None:
    let_go = Event()
    worker = Worker(lambda: let_go.wait(LIMIT), "long")
    worker.start()
    assert not worker.ends_within(0) and not worker.ends_within(0.01)
    let_go.set()
    assert worker.ends_within(LIMIT)
