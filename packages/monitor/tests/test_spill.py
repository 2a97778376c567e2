"""What a sink cannot write waits in a file: masked, in order, bounded, and never twice."""

import asyncio
import errno
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.monitor.tests.doubles import LIMIT, Collected, monitored
from packages.monitor.tests.receivers import http
from packages.monitor.tests.test_table_and_queue import Away, Broker, Rows

from cordio_monitor import LogSettings, Monitor, SettingError, ZipkinSettings, log, span
from cordio_monitor._stage import Group
from cordio_monitor.sinks import Queue, Record, Sink, Spill, Table, Zipkin
from cordio_monitor.sinks._spill_file import SpillFile
from cordio_monitor.sinks._spill_record import as_line, from_line


class Distant(Collected):
    """Cannot be reached until it is told that it can."""

    def __init__(self, path: Path, *, away: bool, size: str = "1MiB", batch: int = 10) -> None:
        super().__init__()
        self.spill = Spill(path, size)
        self.batch = batch
        self.away = away

    def write(self, records: Sequence[Record]) -> None:
        if self.away:
            raise ConnectionError("no server")
        super().write(records)


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()[1:]


def run(sink: Sink, *messages: str, error: str = "") -> Monitor:
    async def main() -> Monitor:
        async with monitored(sink) as monitor:
            for message in messages:
                log.info(message, password="hunter2")
        return monitor

    return asyncio.run(main())


def spilled(monitor: Monitor, number: int) -> None:
    """Wait until so many records are in the file."""
    channel = monitor._delivery.channels[0]
    with channel._changed:
        assert channel._changed.wait_for(lambda: channel.ledger.spilled >= number, LIMIT)


def test_what_waits_at_the_end_is_written_at_the_next_start_before_anything_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "spill" / "zipkin"
    names = [f"line {number}" for number in range(25)]
    account = run(Distant(path, away=True), *names).state().sinks["Distant"]
    assert (account.accepted, account.pending, account.spilled, account.failed) == (25, 25, 25, 0)
    assert account.balances
    assert "25 in its spill for the next start" in capsys.readouterr().err
    back = Distant(path, away=False)
    account = run(back, "new").state().sinks["Distant"]
    assert back.messages == [*names, "new"]
    assert (account.accepted, account.written, account.pending, account.spilled) == (26, 26, 0, 0)
    assert account.balances and not path.exists()


def test_only_masked_records_are_in_the_file_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "spill" / "zipkin"

    async def main() -> None:
        async with monitored(Distant(path, away=True)) as monitor:
            with pytest.raises(ValueError), monitor.incoming("POST /orders"):
                password = "hunter2"
                log.info("card 4111 1111 1111 1111", token=password)
                raise ValueError(f"password={password}")

    os.umask(os.umask(0) & 0)
    asyncio.run(main())
    text = path.read_text()
    assert "POST /orders" in text and "hunter2" not in text and "4111" not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_sink_that_is_back_gets_what_waits_in_order_and_once(tmp_path: Path) -> None:
    sink = Distant(tmp_path / "zipkin", away=True)
    first, second = ([f"line {number}" for number in some] for some in (range(40), range(40, 90)))

    async def main() -> Monitor:
        async with monitored(sink) as monitor:
            for message in first:
                log.info(message)
            spilled(monitor, 40)
            assert monitor.state().sinks["Distant"].balances
            sink.away = False
            for message in second:
                log.info(message)
            sink.wait_for("line 89")
            assert monitor.state().sinks["Distant"].balances
        return monitor

    account = asyncio.run(main()).state().sinks["Distant"]
    assert sink.messages == [*first, *second]
    assert (account.accepted, account.written, account.spilled) == (90, 90, 0)


def test_half_a_line_is_counted_and_the_others_are_written(tmp_path: Path) -> None:
    path = tmp_path / "zipkin"
    run(Distant(path, away=True), "one", "two", "three")
    with path.open("r+b") as stream:
        data = bytearray(stream.read())
        data[data.index(b'"two"') : data.index(b'"two"') + 5] = b'"t\0\xff}'
        stream.seek(0)
        stream.write(data[:-9])
        stream.truncate()
    sink = Distant(path, away=False)
    account = run(sink, "new").state().sinks["Distant"]
    assert sink.messages == ["one", "new"]
    assert (account.accepted, account.written, account.failed, account.pending) == (4, 2, 2, 0)
    assert account.causes == {"failed: unreadable in the spill": 2} and account.balances


def test_after_half_a_line_new_ones_begin_anew(tmp_path: Path) -> None:
    path = tmp_path / "zipkin"
    run(Distant(path, away=True), "one", "two")
    path.write_bytes(path.read_bytes()[:-9])
    run(Distant(path, away=True), "three")
    sink = Distant(path, away=False)
    account = run(sink).state().sinks["Distant"]
    assert sink.messages == ["one", "three"] and account.failed == 1 and account.balances


def test_the_file_is_bounded_and_what_has_no_room_there_waits_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "zipkin"
    sink = Distant(path, away=True, size="4KiB")
    names = [f"line {number}" for number in range(300)]

    async def main() -> Monitor:
        async with monitored(sink) as monitor:
            for message in names:
                log.info(message)
            spilled(monitor, 20)
            sink.away = False
            sink.wait_for("line 299")
        return monitor

    account = asyncio.run(main()).state().sinks["Distant"]
    assert sink.messages == names and account.written == 300
    sink = Distant(path, away=True, size="4KiB")
    account = run(sink, *names).state().sinks["Distant"]
    assert path.stat().st_size <= 4096 and account.balances
    assert account.spilled >= 20 and account.failed == 300 - account.spilled


def test_a_file_that_cannot_be_used_is_told_and_records_wait_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "zipkin"
    path.write_text("the diary of somebody else\n" * 9)
    sink = Distant(path, away=True)

    async def main() -> Monitor:
        async with monitored(sink) as monitor:
            log.info("placing")
            channel = monitor._delivery.channels[0]
            with channel._changed:
                told = lambda: "is not a spill file" in channel.ledger.last_error  # noqa: E731
                assert channel._changed.wait_for(told, LIMIT)
            sink.away = False
            sink.wait_for("placing")
        return monitor

    assert asyncio.run(main()).state().sinks["Distant"].written == 1
    assert path.read_text().startswith("the diary")


def test_a_monitor_that_is_entered_again_counts_what_it_left_once(tmp_path: Path) -> None:
    sink = Distant(tmp_path / "zipkin", away=True)
    monitor = monitored(sink)

    async def main(message: str) -> None:
        async with monitor:
            log.info(message)

    asyncio.run(main("one"))
    sink.away = False
    asyncio.run(main("two"))
    account = monitor.state().sinks["Distant"]
    assert sink.messages == ["one", "two"] and (account.accepted, account.written) == (2, 2)


def test_what_somebody_cuts_off_the_file_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "zipkin"
    sink = Distant(path, away=True)

    async def main() -> Monitor:
        async with monitored(sink) as monitor:
            for number in range(15):
                log.info(f"line {number}")
            spilled(monitor, 15)
            os.truncate(path, len(path.read_bytes().splitlines(keepends=True)[0]))
            sink.away = False
        return monitor

    account = asyncio.run(main()).state().sinks["Distant"]
    assert account.causes == {"failed: gone from the spill": 15} and account.balances and not account.pending


def test_a_file_that_is_no_spill_is_let_go_each_time(tmp_path: Path) -> None:
    (tmp_path / "diary").write_text("dear diary\n" * 9)
    before = len(os.listdir("/dev/fd"))
    for _ in range(9):
        with pytest.raises(ValueError, match="not a spill file"):
            SpillFile(tmp_path / "diary", 4096)
    assert len(os.listdir("/dev/fd")) == before


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "zipkin").symlink_to(tmp_path / "elsewhere")
    account = run(Distant(tmp_path / "zipkin", away=True), "placing").state().sinks["Distant"]
    assert (account.failed, account.spilled) == (1, 0) and not (tmp_path / "elsewhere").exists()


def test_two_processes_have_files_of_their_own_and_the_next_takes_over_both(tmp_path: Path) -> None:
    path = tmp_path / "zipkin"

    async def main() -> None:
        async with monitored(Distant(path, away=True)) as first:
            log.info("one")
            spilled(first, 1)
            async with monitored(Distant(path, away=True)) as second:
                second.log.info("two")
                spilled(second, 1)

    asyncio.run(main())
    assert len(lines(path)) == 1 == len(lines(tmp_path / "zipkin.1"))
    sink = Distant(path, away=False)
    assert run(sink).state().sinks["Distant"].written == 2
    assert sink.messages == ["one", "two"] and list(tmp_path.iterdir()) == []


def test_a_process_that_is_killed_leaves_its_records_to_the_next(tmp_path: Path) -> None:
    path = tmp_path / "zipkin"
    code = """
import asyncio, os, signal, sys
from packages.monitor.tests.test_spill import Distant, log, monitored, spilled
from pathlib import Path

async def main():
    async with monitored(Distant(Path(sys.argv[1]), away=True)) as monitor:
        for number in range(50):
            log.info(f"line {number}")
        spilled(monitor, 50)
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code, str(path)], env=environment, timeout=60)
    assert done.returncode == -9
    sink = Distant(path, away=False)
    assert run(sink).state().sinks["Distant"].written == 50
    assert sink.messages == [f"line {number}" for number in range(50)]


def test_a_record_that_the_sink_refuses_does_not_hold_up_those_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "zipkin"
    run(Distant(path, away=True), "one", "bad", "two")

    class Choosy(Distant):
        def write(self, records: Sequence[Record]) -> None:
            if any(record.message == "bad" for record in records):
                raise ValueError("bad")
            super().write(records)

    sink = Choosy(path, away=False)
    account = run(sink, "new").state().sinks["Choosy"]
    assert sink.messages == ["one", "two", "new"]
    assert (account.written, account.failed, account.spilled) == (3, 1, 0) and account.balances


def test_zipkin_gets_the_spans_after_a_restart(tmp_path: Path) -> None:
    spill = Spill(tmp_path / "zipkin")

    async def main(url: str, *names: str) -> Monitor:
        async with monitored(Zipkin(url, spill=spill)) as monitor:
            for name in names:
                with monitor.incoming("POST /orders"), span(name, stage="stock"):
                    pass
        return monitor

    assert asyncio.run(main("http://127.0.0.1:9", "reserve")).state().sinks["Zipkin"].spilled == 2
    with http() as server:
        assert asyncio.run(main(server.url)).state().sinks["Zipkin"].written == 2
    found = {one["name"]: one for one in json.loads(server.requests[0][2])}
    assert found["reserve"]["parentId"] == found["stock"]["id"] and len(server.requests) == 1


def test_a_table_gets_its_rows_after_a_restart(tmp_path: Path) -> None:
    spill = Spill(tmp_path / "table")
    assert (
        run(Table(Rows(away=10**6), again=(Away,), spill=spill), "one", "two").state().sinks["Table"].spilled
        == 2
    )
    rows = Rows()
    run(Table(rows, spill=spill), "new")
    assert [row[5] for row in rows.rows] == ["one", "two", "new"]


def test_what_a_broker_has_confirmed_is_not_spilled_and_the_rest_keeps_its_id(tmp_path: Path) -> None:
    spill = Spill(tmp_path / "queue")

    class Lost(Broker):
        """Takes the second message, and is gone before it confirms it."""

        tried: list[str | None] = []

        async def publish(
            self, exchange: str, key: str, message: object, /, *, message_id: str | None = None
        ) -> str:
            if self.sent:
                self.tried.append(message_id)
                raise Away("no broker")
            return await super().publish(exchange, key, message, message_id=message_id)

    first, second = Lost(), Broker()
    account = run(Queue(first, again=(Away,), spill=spill), "one", "two", "three").state().sinks["Queue"]
    assert (account.written, account.spilled) == (1, 2) and account.balances
    account = run(Queue(second, spill=spill)).state().sinks["Queue"]
    assert [json.loads(body)["message"] for _, _, body, _ in first.sent + second.sent] == [
        "one",
        "two",
        "three",
    ]
    assert {first.tried[0]} == set(first.tried) == {second.sent[0][3]}


def test_sentry_gets_the_error_with_its_traceback_after_a_restart_and_once(tmp_path: Path) -> None:
    pytest.importorskip("sentry_sdk")
    from packages.monitor.tests.receivers import envelopes

    from cordio_monitor.sinks import Sentry

    async def main(url: str, place: bool) -> Monitor:
        sink = Sentry(f"{url.replace('://', '://key@')}/1", spill=Spill(tmp_path / "sentry"))
        async with monitored(sink) as monitor:
            if place:
                with pytest.raises(ValueError), monitor.incoming("POST /orders"):
                    log.info("placing")
                    try:
                        raise ValueError("password=hunter2")
                    except ValueError as error:
                        log.error("no stock", error=error)
                        raise
        return monitor

    assert asyncio.run(main("http://127.0.0.1:9", True)).state().sinks["Sentry"].spilled == 2
    with http() as server:
        assert asyncio.run(main(server.url, False)).state().sinks["Sentry"].written == 2
    (event,) = envelopes(server)
    assert "ValueError: password=***" in event["extra"]["traceback"]
    assert event["breadcrumbs"]["values"][0]["message"] == "placing"


def test_settings_alone_give_each_sink_of_the_network_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "spill"
    settings = LogSettings(spill=str(folder), table="log", queue="log", console=False, capture=False)
    zipkin = ZipkinSettings("http://127.0.0.1:9")

    async def main(rows: Rows, broker: Broker) -> Monitor:
        monitor = Monitor.configured("orders", settings, zipkin=zipkin, database=rows, broker=broker)
        async with monitor:
            with monitor.incoming("POST /orders"):
                log.info("placing")
        return monitor

    class Dead(Rows):
        async def executemany(self, *_: object) -> None:
            raise ConnectionError("no server")

    class Mute(Broker):
        async def publish(self, *_: object, message_id: str | None = None) -> str:
            raise ConnectionError("no broker")

    monitor = asyncio.run(main(Dead(), Mute()))
    assert {name: account.spilled for name, account in monitor.state().sinks.items()} == {
        "Table": 2,
        "Queue": 2,
        "Zipkin": 1,
    }
    assert sorted(file.name for file in folder.iterdir()) == ["queue", "table", "zipkin"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    rows, broker = Rows(), Broker()
    asyncio.run(main(rows, broker))
    assert (len(rows.rows), len(broker.sent)) == (4, 4)


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
