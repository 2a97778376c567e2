"""The file of a spill: whole lines, in order, bounded, and each comes back as it was."""

import asyncio
import errno
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.monitor.tests.doubles import LIMIT, monitored
from packages.monitor.tests.spills import Distant

from cordio_monitor import Monitor, SettingError, log
from cordio_monitor._stage import Group
from cordio_monitor.sinks import Record, Spill
from cordio_monitor.sinks._spill_file import SpillFile
from cordio_monitor.sinks._spill_record import as_line, from_line


def test_a_full_disk_leaves_whole_lines_and_what_has_no_room_waits_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, write, full, refused = tmp_path / "zipkin", os.write, [True], threading.Event()

    def half(descriptor: int, data: bytes) -> int:
        if full and os.path.samestat(os.fstat(descriptor), os.stat(path)):
            if len(data) <= 10:
                refused.set()
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(descriptor, data[:10])
        return write(descriptor, data)

    monkeypatch.setattr("cordio_monitor.sinks._spill_file.os.write", half)
    file = SpillFile(path, 4_096)
    with pytest.raises(OSError, match="No space"):
        file.put([b"a line that is cut\n"])
    full.clear()
    assert file.put([b"whole\n"]) and file.take(9) == [b"whole\n"]
    file.done(1)
    file.close()
    full.append(True)
    refused.clear()
    sink = Distant(path, away=True)

    async def main() -> Monitor:
        async with monitored(sink) as monitor:
            log.info("placing")
            assert refused.wait(LIMIT)
            sink.away = False
            sink.wait_for("placing")
        return monitor

    account = asyncio.run(main()).state().sinks["Distant"]
    assert (account.written, account.failed) == (1, 0) and account.balances
    assert sink.messages == ["placing"]


@pytest.mark.parametrize(("path", "size"), [("", "1MiB"), ("x", "many"), ("x", "1KiB")])
def test_a_spill_that_means_nothing_is_refused(path: str, size: str) -> None:
    with pytest.raises(SettingError, match="spill"):
        Spill(path, size)


TEXTS = st.text(max_size=8)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
)


@settings(deadline=None, max_examples=80)
@given(st.dictionaries(TEXTS, PLAIN, max_size=4), TEXTS, st.booleans(), st.integers(0, 2**62))
def test_a_record_comes_back_as_it_was(fields: dict[str, object], text: str, sampled: bool, time: int) -> None:
    before = Record("log", "info", time, "orders", text, text, fields)
    groups = (Group("a" * 16, "b" * 16, text, 1, time),)
    record = Record(
        "span", "error", time, "orders", text, text, fields, "c" * 32, "d" * 16, "e" * 16, text, text
    )
    record = record._replace(sampled=sampled, trail=(before,), group_id="f" * 16, groups=groups)
    line = as_line(record)
    assert line.count(b"\n") == 1 and from_line(line) == record


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_line_whatever_fails_the_reading(line: bytes) -> None:
    assert from_line(line) is None


@settings(deadline=None, max_examples=100)
@given(st.lists(st.one_of(st.integers(1, 60), st.integers(-5, 0)), max_size=40), st.booleans())
def test_a_file_keeps_order_and_bounds_whatever_is_put_and_taken(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], again: bool
) -> None:
    path = tmp_path_factory.mktemp("spill") / "file"
    file, model = SpillFile(path, 400), list[bytes]()
    for number, step in enumerate(steps):
        if step > 0:
            some = [b"%d" % number * step + b"\n", b"\n"]
            if file.put(some):
                model += some
            else:
                # Refused only if it would not fit even beside what is taken already.
                assert 2 * sum(map(len, model)) + sum(map(len, some)) > 400 - 64
        else:
            taken = file.take(-step)
            assert taken == model[:-step]
            file.done(len(taken))
            del model[: len(taken)]
        if again:
            file.close()
            file = SpillFile(path, 400)
        assert file.count() == len(model) and path.stat().st_size <= 400
    file.close()
