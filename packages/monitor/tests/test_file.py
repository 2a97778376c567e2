"""The file: one JSON object a line, rotated and reopened, whatever the disk does."""

import asyncio
import errno
import json
import os
import signal
from pathlib import Path

import pytest
from packages.monitor.tests.doubles import LIMIT, Collected, monitored

from cordio_monitor import LogSettings, Monitor, log
from cordio_monitor.sinks import File, Record


def record(message: str) -> Record:
    return Record("log", "info", 0, "orders", "", message, {})


def opened(path: Path, **settings: object) -> File:
    file = File(path, **settings)  # type: ignore[arg-type]
    file.open(LogSettings())
    return file


def messages(path: Path) -> list[str]:
    return [json.loads(line)["message"] for line in path.read_text().splitlines()]


def test_a_file_has_every_record_as_json_and_closes_with_the_books(tmp_path: Path) -> None:
    path = tmp_path / "var" / "log" / "main.log"

    async def main() -> None:
        async with monitored(File(path)) as monitor:
            with monitor.incoming("POST /orders"):
                log.info("placing", card="4111 1111 1111 1111", text="a\nb \u2028")

    asyncio.run(main())
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["message"] for line in lines] == ["placing", "POST /orders", "records"]
    assert (lines[0]["card"], lines[0]["text"]) == ("***", "a\nb \u2028")
    assert lines[2]["kind"] == "ledger" and lines[2]["File"]["accepted"] == 2
    assert path.stat().st_mode & 0o007 == 0


def test_a_file_is_rotated_by_size_and_so_many_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "main.log"
    file = opened(path, rotate=200, keep=2)
    for number in range(9):
        file.write([record(f"line {number}")])
    file.close()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["main.log", "main.log.1", "main.log.2"]
    kept = [*messages(tmp_path / "main.log.2"), *messages(tmp_path / "main.log.1"), *messages(path)]
    assert kept == [f"line {number}" for number in range(9 - len(kept), 9)]
    assert all(one.stat().st_size <= 200 for one in tmp_path.iterdir())


def test_a_file_is_rotated_by_time_counted_from_its_last_line(tmp_path: Path) -> None:
    path = tmp_path / "main.log"
    file = opened(path, every="1d")
    file.write([record("old")])
    file.close()
    os.utime(path, (0, 0))
    file = opened(path, every="1d")
    file.write([record("new")])
    file.write([record("newer")])
    file.close()
    assert (messages(tmp_path / "main.log.1"), messages(path)) == (["old"], ["new", "newer"])


def test_a_file_that_somebody_moved_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "main.log"
    file = opened(path)
    file.write([record("old")])
    path.rename(tmp_path / "moved")
    file.write([record("new")])
    file.close()
    assert (messages(tmp_path / "moved"), messages(path)) == (["old"], ["new"])


def test_a_hangup_lets_the_file_be_opened_anew(tmp_path: Path) -> None:
    path, before = tmp_path / "main.log", signal.getsignal(signal.SIGHUP)
    seen: list[int] = []
    signal.signal(signal.SIGHUP, lambda number, frame: seen.append(number))
    file, sink = File(path), Collected()

    async def main() -> None:
        async with monitored(file, sink):
            log.info("old")
            sink.wait_for("old")
            os.kill(os.getpid(), signal.SIGHUP)
            assert file._moved and seen == [signal.SIGHUP]
            log.info("new")

    try:
        asyncio.run(main())
        assert signal.getsignal(signal.SIGHUP) not in (signal.SIG_DFL, None)
        os.kill(os.getpid(), signal.SIGHUP)
        assert len(seen) == 2
    finally:
        signal.signal(signal.SIGHUP, before)
    assert messages(path)[:2] == ["old", "new"]


def test_a_full_disk_leaves_no_half_line_and_what_waits_is_written_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "main.log"
    write, left = os.write, [3]

    def full(descriptor: int, data: bytes) -> int:
        if left[0]:
            left[0] -= 1
            if left[0] % 2:
                raise OSError(errno.ENOSPC, "no space left")
            return write(descriptor, bytes(data)[:7])
        return write(descriptor, data)

    async def main() -> Monitor:
        async with monitored(File(path)) as monitor:
            monkeypatch.setattr("cordio_monitor.sinks._file.os.write", full)
            log.info("first")
            log.info("second")
        monkeypatch.undo()
        return monitor

    account = asyncio.run(main()).state().sinks["File"]
    assert messages(path)[:2] == ["first", "second"] and account.failed == 0
    assert "no space left" in account.last_error


def test_a_dead_disk_holds_up_no_event(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)  # opening it for writing hangs until somebody reads, as on a dead network disk
    sink = Collected()

    async def main() -> Monitor:
        async with monitored(File(path), sink, stop_within=0.1) as monitor:
            for _ in range(100):
                with monitor.incoming("POST /orders"):
                    log.info("placing")
            log.error("all")
            sink.wait_for("all")
        return monitor

    account = asyncio.run(main()).state().sinks["File"]
    assert account.written == 0 and account.pending >= 200 and account.balances
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    assert LIMIT and reader
    os.close(reader)


@pytest.mark.parametrize("setting", [{"rotate": "many"}, {"every": "soon"}])
def test_a_setting_that_means_nothing_is_told_at_once(tmp_path: Path, setting: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is not known; expected"):
        File(tmp_path / "main.log", **setting)  # type: ignore[arg-type]
