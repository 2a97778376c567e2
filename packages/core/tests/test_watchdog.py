"""What systemd's watchdog hears of several workers: that all of them are alive, or nothing."""

import os
import signal
import socket

import pytest
from packages.core.tests.test_workers import LIMIT, program

PROGRAM = """
import asyncio, os, signal, sys
from cordio_core import App
from packages.core.tests.doubles import Manual, Settings

app = App("orders", configuring=Settings(grace="200ms", drain="0s"), entrypoints=[Manual()])

@app.main
async def main():
    while app._running.phase != "up":
        await asyncio.sleep(0)
    os.write(1, f"up {os.getpid()}\\n".encode())

sys.exit(app.run(workers=2))
"""


def _beats(heard: socket.socket, count: int) -> bool:
    """Wait for as many beats; False where none comes for as long as the watchdog has patience."""
    try:
        while count:
            count -= heard.recv(4096) == b"WATCHDOG=1"
    except TimeoutError:
        return False
    return True


def test_a_worker_whose_event_loop_stands_still_is_missed_and_heard_of_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = f"@cordio-watchdog-{os.getpid()}"
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind("\0" + address[1:])
        heard.settimeout(LIMIT)
        with program("well", PROGRAM) as run:
            worker = run.workers()[0]
            assert _beats(heard, 3)
            os.kill(worker, signal.SIGSTOP)
            heard.settimeout(1.0)
            for _ in range(100):  # what was on its way, and what its last word was good for
                if not _beats(heard, 1):
                    break
            else:
                pytest.fail("the worker was not missed")
            os.kill(worker, signal.SIGCONT)
            heard.settimeout(LIMIT)
            assert _beats(heard, 3)
            run.process.terminate()
            assert run.process.wait(LIMIT) == 0
