"""Memory is bounded under a sink that is dead, however long that lasts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

if not Path("/proc/self/statm").exists():
    pytest.skip("how much memory a process has cannot be read here", allow_module_level=True)

PROGRAM = """
import asyncio, os, sys
from pathlib import Path
from packages.monitor.tests.doubles import Hanging
from cordio_monitor import LogSettings, Monitor, log
from cordio_monitor.sinks import Spill, Zipkin

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

async def work(monitor, number):
    for made in range(0, number, 50):
        with monitor.incoming("POST /orders"):
            for _ in range(49):
                log.info("placing", sku="A-1", n=2, total=12.5)
        if made % 1000 == 0:
            await asyncio.sleep(0)

async def main(kind, spill):
    hanging = Hanging()
    sink = hanging if kind == "hangs" else Zipkin(
        "http://127.0.0.1:9", spill=Spill(spill, "64KiB") if kind == "spills" else None)
    async with Monitor("orders", [sink], LogSettings(capture=False, buffer=5_000), stop_within=0.5) as monitor:
        await work(monitor, 30_000)
        before = resident()
        await work(monitor, 120_000)
        grown = resident() - before
        (account,) = monitor.state().sinks.values()
        assert account.balances and account.dropped + account.pending > 0, account
        print(grown)
        hanging.let_go.set()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("kind", ["hangs", "refuses", "spills"])
def test_a_dead_sink_costs_no_more_memory_after_many_records_than_after_some(
    kind: str, tmp_path: Path
) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", PROGRAM, kind, str(tmp_path / "spill")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    # 120,000 records of some 500 bytes would be 60 MB.
    assert int(done.stdout) < 12_000_000
    assert not (tmp_path / "spill").exists() or (tmp_path / "spill").stat().st_size <= 65_536
