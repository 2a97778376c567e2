"""What a sink cannot write waits in a file: masked, in order, bounded, and never twice."""

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from packages.monitor.tests.doubles import LIMIT, monitored
from packages.monitor.tests.spills import Distant, lines, run, spilled

from cordio_monitor import Monitor, log
from cordio_monitor.sinks import Record
from cordio_monitor.sinks._spill_file import SpillFile


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
from packages.monitor.tests.spills import Distant, log, monitored, spilled
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
