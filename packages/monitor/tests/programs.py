"""Programs that are run to their end, and what they wrote."""

import json
import subprocess
import sys
from pathlib import Path

LIMIT = 60
RECORDS = 3_000


def run(code: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-W", "ignore:This process", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, env=env)


WITH_A_FILE = """
import asyncio, os, signal, sys
from cordio_monitor import LogSettings, Monitor, log
from cordio_monitor.sinks import File

async def main():
    async with Monitor("orders", [File(sys.argv[1])], LogSettings(capture=False)) as monitor:
        with monitor.incoming("POST /orders"):
            for number in range(3000):
                log.info("line", number=number)
            # here
        await asyncio.sleep(0)
        # there

asyncio.run(main())
"""


def written(code: str, path: Path) -> tuple[int, list[dict[str, object]]]:
    command = [sys.executable, "-W", "error", "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in path.read_text().splitlines()]


def told(lines: list[dict[str, object]], message: str = "line") -> list[object]:
    return [line["number"] for line in lines if line["message"] == message]
