"""What waits can be written before the process is replaced, which no exit handler sees."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

from packages.monitor.tests.doubles import LIMIT, Collected, Hanging, monitored

from cordio_monitor import log, span

REPLACED = """
import asyncio, os, sys
from cordio_monitor import LogSettings, Monitor, log
from cordio_monitor.sinks import File

async def main():
    async with Monitor("orders", [File(sys.argv[1])], LogSettings(capture=False)) as monitor:
        for number in range(1_000):
            log.info("placing", number=number)
        with monitor.incoming("POST /restart"):
            log.info("restarting")
            assert monitor.flush(20)
            os.execv(sys.executable, [sys.executable, "-c", "print('replaced')"])

asyncio.run(main())
"""


def test_a_process_that_is_replaced_after_a_flush_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "main.log"
    command = [sys.executable, "-c", REPLACED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("replaced\n", "")
    messages = [json.loads(line)["message"] for line in path.read_text().splitlines()]
    assert messages == ["placing"] * 1_000 + ["restarting"]


def test_a_flush_says_whether_anything_waits_and_the_event_goes_on() -> None:
    sink, hanging = Collected(), Hanging()

    async def main() -> None:
        async with monitored(sink, hanging) as monitor:
            with monitor.incoming("POST /orders"):
                with span("reserve"):
                    log.info("placing")
                    assert not monitor.flush(0)
                    sink.wait_for("placing")
                    hanging.let_go.set()
                    assert monitor.flush(LIMIT)
                    assert sink.messages == ["placing"]
                log.info("placed")

    asyncio.run(main())
    assert sink.messages == ["placing", "reserve", "placed", "POST /orders"]
